// changgu enrol: a new reviewer's keys, made here and never anywhere else.
#include "crypto/reviewer_keyring.hpp"
#include "server/cli/channel_options.hpp"
#include "server/cli/keyring_file.hpp"
#include "server/cli/messages.hpp"
#include "server/cli/secret_input.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

constexpr int attempts = 3;

struct enrol_arguments {
    channel_arguments channel;
    secret_source code;
    secret_source passphrase;
    std::string keyring;
    bool choose = false;
};

std::optional<crypto::enrolment_code> ask_for_code(command_context& context, const secret_source& from) {
    auto text = read_secret(from, context.term, context.term.text(message::prompt_code));
    if (!text) {
        fail(context, text.error());
        return std::nullopt;
    }
    auto code = crypto::enrolment_code::parse(text->text());
    if (code) return std::move(*code);
    fail(context, exit_code::bad_secret, message::bad_code);
    return std::nullopt;
}

result<crypto::secret_buffer> new_passphrase(command_context& context, const enrol_arguments& o,
                                             bool& generated) {
    generated = !o.choose && o.passphrase.file.empty() && o.passphrase.fd < 0;
    if (generated) return crypto::generate_passphrase();
    return read_new_secret(o.passphrase, context.term, context.term.text(message::prompt_new_passphrase),
                           context.term.text(message::prompt_again));
}

// The same request again while the connection is lost: the server takes it once.
result<void> post(client::channel& on, const crypto::enrolment_id& id,
                  const crypto::enrolment_request& request, const crypto::enrolment_mac& mac) {
    result<void> posted = make_error_code(client_errc::closed);
    for (int i = 0; i < attempts; ++i) {
        posted = on.post_enrolment(id, request, mac);
        if (posted || posted.error().category() != client_category()) break;
    }
    return posted;
}

void enrol(command_context& context, const enrol_arguments& o) {
    auto& term = context.term;
    auto code = ask_for_code(context, o.code);
    if (!code) return;
    auto channel = connect(context, o.channel);
    if (!channel) return;
    auto number = channel->enrolment_number(code->id);
    if (!number) return fail(context, number.error());
    term.say(message::code_for, *number);

    crypto::reviewer_keyring keyring;
    keyring.org = channel->org();
    keyring.origin = channel->origin();
    keyring.number = *number;
    keyring.identity_seed = crypto::seed::random();
    keyring.keys = crypto::ratchet::starting_at(channel->log().last_epoch() + 1);
    keyring.log = channel->log().head();
    const auto identity = keyring.identity();
    auto prekeys = keyring.keys.publish(identity, keyring.org, *number, keyring.keys.index());
    if (!prekeys) return fail(context, prekeys.error());
    const crypto::enrolment_request request{*number, identity.public_key, std::move(*prekeys)};

    bool generated = false;
    auto passphrase = new_passphrase(context, o, generated);
    if (!passphrase) return fail(context, passphrase.error());
    const crypto::secret_buffer shown(generated ? passphrase->view() : crypto::bytes_view{});
    term.progress(message::stretching_secret);
    auto file = keyring_file::create(o.keyring, std::move(*passphrase), keyring.to_json_text().view());
    if (!file) return fail(context, file.error());

    auto posted = post(*channel, code->id, request, crypto::mac_of(request, keyring.org, *code));
    if (!posted && posted.error().category() != client_category()) {
        file->remove();
        return fail(context, posted.error());
    }
    // When it is not known whether the request arrived, the keyring may be the one that will be approved.
    if (!posted) fail(context, posted.error());
    if (generated) term.say(message::passphrase_once);
    if (term.json()) {
        crypto::json::object out{{"number", *number}, {"keyring", o.keyring}};
        if (generated) out["passphrase"] = shown.text();
        term.print_json(out);
    } else if (generated) {
        term.print_secret(shown.text());
    }
    if (posted) term.say(message::enrolled, o.keyring);
}

} // namespace

void add_enrol(CLI::App& app, command_context& context) {
    const auto text = [&](message id) { return std::string(context.term.text(id)); };
    auto* command =
        app.add_subcommand("enrol", text(message::help_enrol))->group(text(message::help_reviewer_group));
    auto o = std::make_shared<enrol_arguments>();
    add_channel_options(*command, context, o->channel);
    add_secret_options(*command, "code", o->code, &context.term);
    add_secret_options(*command, "passphrase", o->passphrase, &context.term);
    command->add_option("--keyring", o->keyring, text(message::help_keyring))->type_name("FILE")->required();
    command->add_flag("--choose-passphrase", o->choose, text(message::help_choose));
    command->callback([&context, o] { enrol(context, *o); });
}

} // namespace changgu::cli
