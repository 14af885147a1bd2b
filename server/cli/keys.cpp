// changgu keys rotate | retire | policy | log | repost | fingerprint; roots has a file of its own
#include "crypto/fingerprint.hpp"
#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_session.hpp"
#include "server/cli/channel_options.hpp"
#include "server/cli/keyring_file.hpp"
#include "server/cli/policy_file.hpp"
#include "server/config.hpp"
#include "storage/reader.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

constexpr std::size_t max_saved_log = std::size_t{256} << 20U;
constexpr std::size_t max_saved_statements = 100'000;
// Of a call to post statements.
constexpr std::size_t notes_a_call = 64;
constexpr std::size_t note_bytes_a_call = std::size_t{512} * 1024; // escaped, they stay below 1 MiB

// What is signed; the signatures beside it may differ.
std::string text_of_note(const std::string& note) {
    const auto parsed = crypto::parse_note(note);
    return parsed ? parsed->text : std::string();
}

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

// Who serves a list without the address that this was posted to could be reached by nobody from then on.
bool keeps_origin(command_context& context, const client::channel& channel,
                  const std::vector<std::string>& origins) {
    if (!std::ranges::all_of(origins, crypto::is_origin))
        return fail(context, exit_code::usage, admin_message::bad_origin), false;
    if (origins.empty() || std::ranges::find(origins, channel.origin()) != origins.end()) return true;
    fail(context, exit_code::usage, admin_message::origin_left_out, channel.origin());
    return false;
}

void set_policy(command_context& context, const admin_options& options, const std::string& file,
                const std::vector<std::string>& origins) {
    if (file.empty() && origins.empty())
        return fail(context, exit_code::usage, admin_message::policy_nothing);
    auto session = admin_session::open(context, options);
    if (!session || !keeps_origin(context, session->channel(), origins)) return;
    crypto::result<crypto::policy> rules = session->channel().log().rules();
    if (!file.empty()) rules = read_policy(file, *rules);
    if (!rules) return fail(context, rules.error());
    if (auto ok = session->admin().set_policy(std::move(*rules), origins); !ok)
        return fail_admin(context, ok.error());
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

// What a server that was restored from an older backup lacks can be given back to it from here.
bool save_log(command_context& context, const client::channel& from, const std::string& to) {
    const auto text =
        crypto::json::serialize(crypto::json::object{{"org", crypto::to_base64(from.org().view())},
                                                     {"statements", crypto::json::value_from(from.notes())}});
    if (!write_private_file(to, crypto::as_bytes(text)))
        return fail(context, exit_code::failure, admin_message::log_not_saved, to), false;
    context.term.say(admin_message::log_saved, from.notes().size(), to);
    return true;
}

// The notes of a saved log that verifies from `org`.
std::optional<std::vector<std::string>> read_saved_log(const std::string& file, const crypto::org_id& org) {
    auto text = read_file(file, max_saved_log);
    if (!text) return std::nullopt;
    auto object = crypto::parse_json(crypto::as_text(*text));
    auto list = object ? crypto::read_array(*object, "statements", max_saved_statements)
                       : crypto::result<const crypto::json::array*>(object.error());
    if (!list) return std::nullopt;
    std::vector<std::string> notes;
    for (const auto& one : **list) {
        if (!one.is_string()) return std::nullopt;
        notes.emplace_back(one.get_string());
    }
    if (!crypto::key_log::verify(org, notes)) return std::nullopt;
    return notes;
}

// As many of the first notes as one call takes.
std::size_t fit_a_call(std::span<const std::string> notes) {
    std::size_t bytes = 0;
    std::size_t count = 0;
    while (count < notes.size() && count < notes_a_call && bytes + notes[count].size() <= note_bytes_a_call)
        bytes += notes[count++].size();
    return count;
}

void repost(command_context& context, const channel_arguments& which, const std::string& from) {
    auto channel = connect(context, which);
    if (!channel) return;
    const auto saved = read_saved_log(from, channel->org());
    if (!saved) return fail(context, exit_code::failure, admin_message::repost_bad_file, from);
    const auto there = channel->notes();
    const auto common = std::min(there.size(), saved->size());
    if (!std::ranges::equal(there.first(common), std::span(*saved).first(common), {}, text_of_note,
                            text_of_note))
        return fail(context, exit_code::untrusted, admin_message::repost_forked);
    const auto missing = std::span(*saved).subspan(common);
    for (auto rest = missing; !rest.empty();) {
        const auto now = rest.first(fit_a_call(rest));
        if (auto ok = channel->post_statements(channel->log().size(), now); !ok)
            return fail(context, ok.error());
        rest = rest.subspan(now.size());
    }
    if (context.term.json()) context.term.print_json({{"reposted", missing.size()}});
    if (missing.empty()) return context.term.say(admin_message::repost_nothing, saved->size());
    context.term.say(admin_message::reposted, missing.size());
}

void show_log(command_context& context, const channel_arguments& which, const std::string& save_to) {
    auto channel = connect(context, which);
    if (!channel) return;
    if (!save_to.empty() && !save_log(context, *channel, save_to)) return;
    const crypto::key_log& log = channel->log();
    crypto::json::array epochs;
    for (const auto& [_, e] : log.epochs()) epochs.push_back(epoch_json(e));
    if (context.term.json()) {
        auto all = root_names(log.roots());
        all["org"] = crypto::to_hex(log.org().view());
        all["statements"] = log.size();
        all["head"] = crypto::to_base64(log.head().hash.view());
        all["epochs"] = epochs;
        context.term.print_json(all);
        return;
    }
    context.term.print_line(crypto::json::serialize(root_names(log.roots())));
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
        std::vector<std::string> origins;
        std::uint32_t epoch = 0;
        std::string purge_reason;
        std::string saved;
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
    policy_command->add_option("--file", s->policy_file, "JSON file; members it lacks stay as they are");
    policy_command->add_option(
        "--origin", s->origins,
        "what reporters open, instead of the list so far; several for several addresses");
    policy_command->callback([s, &context] { set_policy(context, s->admin, s->policy_file, s->origins); });

    add_roots(*keys, context);

    auto* log_command = keys->add_subcommand("log", std::string(context.term.text(admin_message::help_log)));
    add_channel_options(*log_command, context, s->channel);
    log_command->add_option("--save", s->saved, "new file to save the statements in, for repost");
    log_command->callback([s, &context] { show_log(context, s->channel, s->saved); });

    auto* repost_command =
        keys->add_subcommand("repost", std::string(context.term.text(admin_message::help_repost)));
    add_channel_options(*repost_command, context, s->channel);
    repost_command->add_option("--from", s->saved, "file that `keys log --save` wrote")->required();
    repost_command->callback([s, &context] { repost(context, s->channel, s->saved); });

    auto* words =
        keys->add_subcommand("fingerprint", std::string(context.term.text(admin_message::help_fingerprint)));
    add_channel_options(*words, context, s->channel);
    words->add_option("--config", s->config, "configuration file, on the server itself");
    words->callback([s, &context] { fingerprint(context, s->config, s->channel); });
}

} // namespace changgu::cli
