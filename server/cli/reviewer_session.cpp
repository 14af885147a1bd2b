#include "server/cli/reviewer_session.hpp"

#include "server/cli/channel_options.hpp"
#include "server/cli/messages.hpp"

#include <CLI/CLI.hpp>

#include <ctime>

namespace changgu::cli {

void add_reviewer_options(CLI::App& app, command_context& context, reviewer_arguments& into) {
    const auto text = [&](message id) { return std::string(context.term.text(id)); };
    app.add_option("--keyring", into.keyring, text(message::help_keyring))->type_name("FILE")->required();
    add_secret_options(app, "passphrase", into.passphrase, &context.term);
    app.add_option("--ca", into.ca, text(message::help_ca))->type_name("FILE");
    app.add_option("--socks", into.socks, text(message::help_socks))->type_name("IP:PORT");
}

std::unique_ptr<reviewer_session> reviewer_session::open(command_context& context,
                                                         const reviewer_arguments& from) {
    const auto refuse = [&](const boost::system::error_code& error) {
        fail(context, error);
        return nullptr;
    };
    auto passphrase =
        read_secret(from.passphrase, context.term, context.term.text(message::prompt_passphrase));
    if (!passphrase) return refuse(passphrase.error());
    context.term.progress(message::stretching_secret);
    crypto::secret_buffer json;
    auto file = keyring_file::open(from.keyring, std::move(*passphrase), json);
    if (!file) return refuse(file.error());
    auto keyring = crypto::reviewer_keyring::from_json_text(json.text());
    if (!keyring) return refuse(make_error_code(crypto::errc::not_a_keyring));

    std::unique_ptr<reviewer_session> out(new reviewer_session(std::move(*file), std::move(*keyring)));
    context.term.progress(message::connecting);
    auto channel = client::channel::open({out->keyring_.origin, out->keyring_.org, from.ca, from.socks});
    if (!channel) return refuse(channel.error());
    out->channel_.emplace(std::move(*channel));
    out->channel_->tell_work(tell_work(context));
    auto save = [s = out.get()](const crypto::reviewer_keyring& k) {
        return s->file_.save(k.to_json_text().view());
    };
    out->reviewer_.emplace(*out->channel_, out->keyring_, save, context.now);
    if (auto ok = out->reviewer_->sign_in(); !ok) return refuse(ok.error());
    context.term.end_progress();
    return out;
}

reviewer_session::~reviewer_session() {
    if (channel_) channel_->sign_out();
}

std::optional<client::case_view> reviewer_session::read_case(command_context& context,
                                                             const std::string& name) {
    auto thread = reviewer_->find_case(name);
    if (!thread) {
        fail(context, thread.error());
        return std::nullopt;
    }
    auto view = reviewer_->read_case(*thread);
    if (view) return std::move(*view);
    fail(context, view.error());
    return std::nullopt;
}

std::string time_text(std::uint64_t at) {
    const auto seconds = static_cast<std::time_t>(at);
    std::tm parts{};
    std::array<char, 32> out{};
    if (gmtime_r(&seconds, &parts) == nullptr) return "?";
    return {out.data(), std::strftime(out.data(), out.size(), "%Y-%m-%d %H:%M UTC", &parts)};
}

} // namespace changgu::cli
