// changgu access-log, with a reviewer's keyring or a root's.
#include "server/cli/admin_messages.hpp"
#include "server/cli/messages.hpp"
#include "server/cli/reviewer_session.hpp"
#include "server/client/admin.hpp"

#include <CLI/CLI.hpp>

#include <charconv>

namespace changgu::cli {
namespace {

using boost::system::result;

struct access_arguments {
    reviewer_arguments who;
    bool verify_only = false;
    bool accept = false;
};

/// Whichever kind of keyring it is: what remembers how far the log was seen.
struct reader_of_log {
    std::optional<crypto::reviewer_keyring> reviewer;
    std::vector<crypto::root_keyring> roots; ///< one, if it is an admin's

    static result<reader_of_log> parse(std::string_view json) {
        reader_of_log out;
        if (auto keyring = crypto::reviewer_keyring::from_json_text(json)) {
            out.reviewer.emplace(std::move(*keyring));
            return out;
        }
        auto root = crypto::root_keyring::from_json_text(json);
        if (!root) return make_error_code(crypto::errc::not_a_keyring);
        out.roots.push_back(std::move(*root));
        return out;
    }
    [[nodiscard]] const crypto::org_id& org() const { return reviewer ? reviewer->org : roots.front().org; }
    [[nodiscard]] const std::string& origin() const {
        return reviewer ? reviewer->origin : roots.front().origin;
    }
    std::optional<crypto::access_position>& seen() {
        return reviewer ? reviewer->access : roots.front().access;
    }
    [[nodiscard]] crypto::secret_buffer json() const {
        return reviewer ? reviewer->to_json_text() : roots.front().to_json_text();
    }
    result<void> sign_in(client::channel& to, const std::function<std::uint64_t()>& now) {
        if (!reviewer) return client::admin(to, roots).sign_in();
        return client::reviewer(to, *reviewer, {}, now).sign_in();
    }
};

// The minute that an entry begins with, for people.
std::string readable(std::string_view entry) {
    constexpr std::uint64_t minute = 60;
    std::uint64_t at = 0;
    const auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), at);
    if (error != std::errc() || at > UINT32_MAX) return std::string(entry);
    return time_text(at * minute).append(entry.substr(static_cast<std::size_t>(end - entry.data())));
}

void show(command_context& context, const access_arguments& from) {
    auto passphrase =
        read_secret(from.who.passphrase, context.term, context.term.text(message::prompt_passphrase));
    if (!passphrase) return fail(context, passphrase.error());
    crypto::secret_buffer json;
    context.term.progress(message::stretching_secret);
    auto file = keyring_file::open(from.who.keyring, std::move(*passphrase), json);
    if (!file) return fail(context, file.error());
    auto reader = reader_of_log::parse(json.text());
    if (!reader) return fail(context, reader.error());

    context.term.progress(message::connecting);
    auto channel = client::channel::open({reader->origin(), reader->org(), from.who.ca, from.who.socks});
    if (!channel) return fail(context, channel.error());
    if (auto ok = reader->sign_in(*channel, context.now); !ok) return fail(context, ok.error());
    auto& seen = reader->seen();
    std::vector<std::string> entries;
    const auto now = channel->access_log(from.accept ? std::nullopt : seen, [&](std::string_view entry) {
        if (!from.verify_only) entries.emplace_back(entry);
    });
    channel->sign_out();
    context.term.end_progress();
    if (!now && now.error() == crypto::errc::log_forked)
        return fail(context, exit_code::untrusted, admin_message::access_forked);
    if (!now) return fail(context, now.error());
    if (seen != *now) {
        seen = *now;
        if (auto saved = file->save(reader->json().view()); !saved) return fail(context, saved.error());
    }
    if (context.term.json())
        context.term.print_json({{"size", now->size},
                                 {"head", crypto::to_base64(now->hash.view())},
                                 {"entries", crypto::json::value_from(entries)}});
    else
        for (const std::string& entry : entries) context.term.print_line(readable(entry));
    context.term.say(admin_message::access_good, now->size);
}

} // namespace

void add_access_log(CLI::App& app, command_context& context) {
    const auto text = [&](admin_message id) { return std::string(context.term.text(id)); };
    auto* command = app.add_subcommand("access-log", text(admin_message::help_access_log));
    auto from = std::make_shared<access_arguments>();
    add_reviewer_options(*command, context, from->who);
    command->add_flag("--verify", from->verify_only, text(admin_message::help_access_verify));
    command->add_flag("--accept", from->accept, text(admin_message::help_access_accept));
    command->callback([from, &context] { show(context, *from); });
}

} // namespace changgu::cli
