// changgu keys rotate | retire | log | fingerprint
#include "crypto/fingerprint.hpp"
#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_session.hpp"
#include "server/cli/channel_options.hpp"
#include "server/cli/policy_file.hpp"
#include "server/config.hpp"
#include "storage/reader.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

void rotate(command_context& context, const admin_options& options, client::rotation how) {
    auto session = admin_session::open(context, options);
    if (!session) return;
    how.now = context.now();
    auto opened = session->admin().rotate(how);
    if (!opened) return fail_admin(context, opened.error());
    if (context.term.json()) context.term.print_json({{"epochs", crypto::write_numbers(*opened)}});
    for (const std::uint32_t epoch : *opened) context.term.say(admin_message::opened_epoch, epoch);
    warn_of_prekeys(context, session->admin());
}

void retire(command_context& context, const admin_options& options, std::uint32_t epoch,
            const std::string& purge_reason) {
    auto session = admin_session::open(context, options);
    if (!session) return;
    if (auto ok = session->admin().retire(epoch, context.now(), purge_reason); !ok)
        return fail_admin(context, ok.error());
    if (context.term.json()) context.term.print_json({{"retired", epoch}});
    context.term.say(admin_message::retired_epoch, epoch);
}

void set_policy(command_context& context, const admin_options& options, const std::string& file) {
    auto session = admin_session::open(context, options);
    if (!session) return;
    auto rules = read_policy(file, session->channel().log().rules());
    if (!rules) return fail(context, rules.error());
    if (auto ok = session->admin().set_policy(std::move(*rules)); !ok) return fail_admin(context, ok.error());
    if (context.term.json()) context.term.print_json(to_json(session->channel().log().rules()));
    context.term.say(admin_message::policy_set);
}

crypto::json::object epoch_json(const crypto::epoch& e) {
    std::vector<std::uint32_t> numbers;
    for (const auto& r : e.entry.recipients) numbers.push_back(r.number);
    return {{"epoch", e.entry.epoch},
            {"valid_from", e.entry.valid_from},
            {"valid_until", e.entry.valid_until},
            {"recipients", crypto::write_numbers(numbers)},
            {"usable", e.usable()},
            {"retired", e.retired}};
}

void show_log(command_context& context, const channel_arguments& which) {
    auto channel = connect(context, which);
    if (!channel) return;
    const crypto::key_log& log = channel->log();
    crypto::json::array epochs;
    for (const auto& [_, e] : log.epochs()) epochs.push_back(epoch_json(e));
    if (context.term.json()) {
        context.term.print_json({{"org", crypto::to_hex(log.org().view())},
                                 {"statements", log.size()},
                                 {"head", crypto::to_base64(log.head().hash.view())},
                                 {"epochs", epochs}});
        return;
    }
    for (const crypto::json::value& e : epochs) context.term.print_line(crypto::json::serialize(e));
}

// On the server itself the stored log says what the fingerprint is; elsewhere whoever asks must know it
// already.
std::optional<crypto::org_id> stored_org(command_context& context, const std::string& config) {
    const auto first =
        storage::reader(server::load_config(config).data).read_key_log(0, 1, crypto::max_note_size);
    auto log = first.empty() ? crypto::result<crypto::key_log>(crypto::errc::bad_note)
                             : crypto::key_log::start(first.front().text);
    if (!log) return fail(context, log.error()), std::nullopt;
    return log->org();
}

std::optional<crypto::org_id> channel_org(command_context& context, const channel_arguments& which) {
    const auto channel = connect(context, which);
    if (!channel) return std::nullopt;
    return channel->org();
}

void fingerprint(command_context& context, const std::string& config, const channel_arguments& which) {
    const auto org = config.empty() ? channel_org(context, which) : stored_org(context, config);
    if (!org) return;
    const std::string korean = to_fingerprint_words(*org, language::korean);
    const std::string english = to_fingerprint_words(*org, language::english);
    const std::string hex = crypto::to_hex(org->view());
    if (context.term.json()) return context.term.print_json({{"org", hex}, {"ko", korean}, {"en", english}});
    context.term.say(admin_message::fingerprint_words);
    for (const std::string& line : {korean, english, hex}) context.term.print_line(line);
}

} // namespace

void add_keys(CLI::App& app, command_context& context) {
    auto* keys = app.add_subcommand("keys", std::string(context.term.text(admin_message::help_keys)));
    keys->require_subcommand(1);
    struct state {
        admin_options admin;
        client::rotation how;
        channel_arguments channel;
        std::string config;
        std::string policy_file;
        std::uint32_t epoch = 0;
        std::string purge_reason;
    };
    auto s = std::make_shared<state>();

    auto* rotate_command =
        keys->add_subcommand("rotate", std::string(context.term.text(admin_message::help_rotate)));
    add_admin_options(*rotate_command, s->admin);
    add_rotation_options(*rotate_command, s->how);
    rotate_command->callback([s, &context] { rotate(context, s->admin, s->how); });

    auto* retire_command =
        keys->add_subcommand("retire", std::string(context.term.text(admin_message::help_retire)));
    add_admin_options(*retire_command, s->admin);
    retire_command->add_option("epoch", s->epoch, "number of the epoch")->required();
    retire_command->add_option(
        "--force", s->purge_reason,
        "delete its envelopes though a reviewer has not drained it; the reason is published");
    retire_command->callback([s, &context] { retire(context, s->admin, s->epoch, s->purge_reason); });

    auto* policy_command =
        keys->add_subcommand("policy", std::string(context.term.text(admin_message::help_policy)));
    add_admin_options(*policy_command, s->admin);
    policy_command->add_option("--file", s->policy_file, "JSON file; members it lacks stay as they are")
        ->required();
    policy_command->callback([s, &context] { set_policy(context, s->admin, s->policy_file); });

    auto* log_command = keys->add_subcommand("log", std::string(context.term.text(admin_message::help_log)));
    add_channel_options(*log_command, context, s->channel);
    log_command->callback([s, &context] { show_log(context, s->channel); });

    auto* words =
        keys->add_subcommand("fingerprint", std::string(context.term.text(admin_message::help_fingerprint)));
    add_channel_options(*words, context, s->channel);
    words->add_option("--config", s->config, "configuration file, on the server itself");
    words->callback([s, &context] { fingerprint(context, s->config, s->channel); });
}

} // namespace changgu::cli
