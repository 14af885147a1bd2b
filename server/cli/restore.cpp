// changgu restore
#include "storage/backup.hpp"

#include "crypto/root_keyring.hpp"
#include "server/api/service.hpp"
#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_messages.hpp"
#include "server/cli/drill.hpp"
#include "server/cli/keyring_file.hpp"
#include "server/cli/secret_input.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

using enum admin_message;

struct restore_options {
    std::string from;
    std::string data;
    std::string keyring;
    secret_source passphrase;
    bool drill = false;
    std::string reviewer_keyring;
    secret_source reviewer_passphrase;
};

void fail_restore(command_context& context, const boost::system::error_code& error, const std::string& from) {
    using crypto::errc;
    if (error == errc::unknown_version) return fail(context, exit_code::failure, restore_newer, from);
    if (error == errc::wrong_org) return fail(context, exit_code::failure, restore_foreign, from);
    if (error == errc::slot_not_mine) return fail(context, exit_code::bad_secret, restore_wrong_key, from);
    if (error == errc::truncated_file) return fail(context, exit_code::failure, restore_truncated, from);
    if (error.category() == crypto::error_category())
        return fail(context, exit_code::failure, restore_damaged, from);
    fail(context, error);
}

std::optional<crypto::secret_buffer> open_keyring(command_context& context, const std::string& file,
                                                  const secret_source& from, admin_message prompt) {
    auto passphrase = read_secret(from, context.term, filled_in(context.term.text(prompt), {file}));
    if (!passphrase) return fail(context, passphrase.error()), std::nullopt;
    context.term.progress(stretching);
    auto text = load_keyring(file, passphrase->view());
    context.term.end_progress();
    if (!text) return fail(context, text.error()), std::nullopt;
    return std::move(*text);
}

std::optional<storage::backup_opener> open_recovery(command_context& context, const restore_options& o) {
    const auto text = open_keyring(context, o.keyring, o.passphrase, prompt_recovery_passphrase);
    if (!text) return std::nullopt;
    auto keyring = crypto::root_keyring::from_json_text(text->text());
    if (!keyring) return fail(context, keyring.error()), std::nullopt;
    storage::backup_opener out{keyring->org, {}};
    for (auto& signer : keyring->signers()) out.recovery.push_back(std::move(signer.key));
    return out;
}

// What a client would find wrong with the server that starts on it.
std::vector<std::string> check_key_log(storage::reader& copy, const storage::backup_opener* opener) {
    try {
        if (opener == nullptr || api::load_key_log(copy).org() == opener->org) return {};
        return {"the key log in it is another organisation's"};
    } catch (const api::key_log_error& e) {
        return {e.what()};
    }
}

void report_drill(command_context& context, const drill_report& r, std::uint32_t reviewer) {
    std::string verdict = r.bad ? filled_in(context.term.text(r.bad->what), r.bad->arguments) : std::string();
    if (context.term.json()) {
        crypto::json::object out{{"good", !r.bad},
                                 {"statements", r.statements},
                                 {"epoch", r.epoch},
                                 {"envelopes", r.envelopes},
                                 {"addressed", r.addressed},
                                 {"opened", r.opened},
                                 {"test_opened", r.test_opened}};
        if (r.bad) out["problem"] = verdict;
        context.term.print_json(out);
    }
    if (r.envelopes != 0)
        context.term.say(drill_counts, r.envelopes, r.statements, reviewer, r.opened, r.addressed);
    if (r.bad) return fail(context, exit_code::failure, drill_bad, verdict);
    context.term.say(drill_good, r.epoch, reviewer);
}

void make_drill(command_context& context, const restore_options& o, const storage::backup_opener* with) {
    if (o.reviewer_keyring.empty()) return fail(context, exit_code::usage, drill_needs_reviewer);
    if (!std::filesystem::is_directory(o.data))
        return fail(context, exit_code::usage, drill_no_directory, o.data);
    const auto text =
        open_keyring(context, o.reviewer_keyring, o.reviewer_passphrase, prompt_drill_passphrase);
    if (!text) return;
    const auto reviewer = crypto::reviewer_keyring::from_json_text(text->text());
    if (!reviewer) return fail(context, make_error_code(crypto::errc::not_a_keyring));
    const auto report = drill(o.from, with, o.data, *reviewer, context.now(),
                              [with](storage::reader& copy) { return check_key_log(copy, with); });
    if (!report) return fail_restore(context, report.error(), o.from);
    report_drill(context, *report, reviewer->number);
}

void restore(command_context& context, const restore_options& o) {
    const auto kind = storage::kind_of_backup(o.from);
    if (kind == storage::backup_kind::neither)
        return fail(context, exit_code::failure, restore_no_backup, o.from);
    const bool plain = kind == storage::backup_kind::database;
    if (!plain && o.keyring.empty()) return fail(context, exit_code::usage, restore_needs_key, o.from);
    std::optional<storage::backup_opener> opener;
    if (!plain) opener = open_recovery(context, o);
    if (!plain && !opener) return;
    const auto* with = opener ? &*opener : nullptr;
    if (o.drill) return make_drill(context, o, with);
    auto problems = storage::restore(o.from, with, o.data, context.now(),
                                     [with](storage::reader& copy) { return check_key_log(copy, with); });
    if (!problems && problems.error() == storage::errc::exists)
        return fail(context, exit_code::failure, restore_not_empty, o.data);
    if (!problems) return fail_restore(context, problems.error(), o.from);
    if (!problems->empty()) return fail(context, exit_code::failure, restore_bad, problems->front());
    if (plain) context.term.say(restore_was_plain, o.from);
    context.term.say(restore_done, o.data);
}

} // namespace

void add_restore(CLI::App& app, command_context& context) {
    auto* command = app.add_subcommand("restore", std::string(context.term.text(help_restore)));
    auto o = std::make_shared<restore_options>();
    command->add_option("--from", o->from, "backup to restore")->required()->check(CLI::ExistingFile);
    command->add_option("--data", o->data, "data directory without a database; with --drill any")->required();
    command->add_option("--keyring", o->keyring, "recovery keyring file, which opens the backup");
    add_secret_options(*command, "passphrase", o->passphrase, &context.term);
    command->add_flag("--drill", o->drill,
                      "only try it: restore, start, send and open a test, remove it all");
    command->add_option("--reviewer-keyring", o->reviewer_keyring, "whose key opens the test of --drill");
    add_secret_options(*command, "reviewer-passphrase", o->reviewer_passphrase, &context.term);
    command->callback([o, &context] { restore(context, *o); });
}

} // namespace changgu::cli
