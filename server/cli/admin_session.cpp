#include "server/cli/admin_session.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

constexpr std::size_t few_prekeys = 6;

std::optional<crypto::root_keyring> parse(command_context& context, const crypto::secret_buffer& text) {
    auto keyring = crypto::root_keyring::from_json_text(text.text());
    if (!keyring) {
        fail(context, keyring.error());
        return std::nullopt;
    }
    return std::move(*keyring);
}

std::optional<crypto::root_keyring> open_cosigner(command_context& context, const std::string& file) {
    auto passphrase = read_secret(
        {}, context.term, filled_in(context.term.text(admin_message::prompt_cosigner_passphrase), {file}));
    if (!passphrase) return fail(context, passphrase.error()), std::nullopt;
    context.term.progress(admin_message::stretching);
    auto text = load_keyring(file, passphrase->view());
    context.term.end_progress();
    if (!text) return fail(context, text.error()), std::nullopt;
    return parse(context, *text);
}

} // namespace

void add_admin_options(CLI::App& app, admin_options& options) {
    app.add_option("--keyring", options.keyring, "root keyring file")->required();
    app.add_option("--cosigner", options.cosigners, "further root keyrings, where several must sign");
    app.add_option("--server", options.server, "https://host[:port]; by default the one in the keyring");
    app.add_option("--ca", options.ca, "PEM file of the certificate to trust");
    add_secret_options(app, "passphrase", options.passphrase);
}

std::unique_ptr<admin_session> admin_session::open(command_context& context, const admin_options& options) {
    auto session = load(context, options, admin_message::prompt_root_passphrase);
    if (!session) return nullptr;
    if (auto ok = session->admin().sign_in(); !ok) return fail_admin(context, ok.error()), nullptr;
    return session;
}

std::unique_ptr<admin_session> admin_session::load(command_context& context, const admin_options& options,
                                                   admin_message prompt) {
    auto passphrase = read_secret(options.passphrase, context.term,
                                  filled_in(context.term.text(prompt), {options.keyring}));
    if (!passphrase) return fail(context, passphrase.error()), nullptr;
    crypto::secret_buffer text;
    context.term.progress(admin_message::stretching);
    auto file = keyring_file::open(options.keyring, std::move(*passphrase), text);
    context.term.end_progress();
    if (!file) return fail(context, file.error()), nullptr;
    std::vector<crypto::root_keyring> keyrings;
    auto own = parse(context, text);
    if (!own) return nullptr;
    keyrings.push_back(std::move(*own));
    for (const std::string& cosigner : options.cosigners) {
        auto next = open_cosigner(context, cosigner);
        if (!next) return nullptr;
        keyrings.push_back(std::move(*next));
    }
    client::channel_options to{options.server, keyrings.front().org, options.ca, {}};
    if (to.origin.empty()) to.origin = keyrings.front().origin;
    auto channel = client::channel::open(to);
    if (!channel) return fail(context, channel.error()), nullptr;
    return std::unique_ptr<admin_session>(
        new admin_session(std::move(*channel), std::move(keyrings), std::move(*file)));
}

bool admin_session::save(command_context& context) {
    context.term.progress(admin_message::stretching);
    auto saved = file_.save(keyrings_.front().to_json_text().view());
    context.term.end_progress();
    if (!saved) fail(context, saved.error());
    return saved.has_value();
}

void add_rotation_options(CLI::App& app, client::rotation& how) {
    app.add_option("--days", how.days, "length of the epoch in days")
        ->check(CLI::Range(1, 38))
        ->capture_default_str();
    app.add_option("--ahead", how.ahead, "further epochs to sign in advance")
        ->check(CLI::Range(0, 12))
        ->capture_default_str();
    app.add_flag("--allow-missing", how.allow_missing, "leave out reviewers who have published no key");
}

void warn_of_prekeys(command_context& context, const client::admin& admin) {
    for (const client::recipient_state& r : admin.recipients())
        if (r.prekeys_left < few_prekeys)
            context.term.say(admin_message::prekeys_low, r.number, r.prekeys_left);
}

void fail_admin(command_context& context, const boost::system::error_code& error) {
    if (error == client::errc::missing_prekeys)
        fail(context, exit_code::refused, admin_message::missing_prekeys);
    else if (error == client::errc::unknown_reviewer)
        fail(context, exit_code::refused, admin_message::nobody_to_seal_to);
    else if (error == crypto::errc::bad_mac)
        fail(context, exit_code::untrusted, admin_message::bad_mac);
    else if (error.category() == crypto::error_category()) // of a statement that was to be signed here
        fail(context, exit_code::refused, admin_message::against_the_rules, error.message());
    else
        fail(context, error);
}

} // namespace changgu::cli
