// changgu reviewers invite | list | approve | revoke
#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_session.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

void invite(command_context& context, const admin_options& options, std::uint32_t number) {
    auto session = admin_session::open(context, options);
    if (!session) return;
    if (number == 0) number = session->admin().free_number();
    auto invited = session->admin().invite(number);
    if (!invited) return fail_admin(context, invited.error());
    // The code is worthless unless the keyring remembers its secret: save before it is shown.
    const crypto::secret_buffer code = (*invited)->code.to_text();
    if (!session->save(context)) return;
    context.term.say(admin_message::invited, number);
    // A browser keeps what follows the # to itself, so the server that the link leads to does not see the
    // code.
    const auto& channel = session->channel();
    crypto::secret_buffer link(std::string_view(std::string(channel.origin()) + "/review/#enrol="));
    link.append(code.view());
    link.append(crypto::as_bytes("&org=" + crypto::to_hex(channel.org().view())));
    if (context.term.json()) {
        context.term.print_json({{"number", number}, {"code", code.text()}, {"link", link.text()}});
    } else {
        context.term.print_secret(code.text());
        context.term.print_secret(link.text());
    }
}

void list(command_context& context, const admin_options& options) {
    auto session = admin_session::open(context, options);
    if (!session) return;
    const auto recipients = session->admin().recipients();
    crypto::json::array reviewers;
    for (const auto& [number, who] : session->channel().log().reviewers()) {
        const auto state = std::ranges::find(recipients, number, &client::recipient_state::number);
        const std::size_t left = state == recipients.end() ? 0 : state->prekeys_left;
        reviewers.push_back(crypto::json::object{{"number", number},
                                                 {"role", to_json(who.entry.role)},
                                                 {"desk", who.entry.desk},
                                                 {"revoked", who.revoked},
                                                 {"prekeys_left", left}});
        if (context.term.json()) continue;
        const std::string& role =
            context.term.in() == language::korean ? who.entry.role.ko : who.entry.role.en;
        if (who.revoked)
            context.term.print(admin_message::reviewer_revoked, number, role, who.entry.desk);
        else
            context.term.print(admin_message::reviewer_line, number, role, who.entry.desk, left);
    }
    crypto::json::array waiting;
    for (const client::enrolment_state& e : session->admin().enrolments()) {
        if (session->channel().log().find_reviewer(e.number) != nullptr || e.state == "killed") continue;
        waiting.push_back(crypto::json::object{{"number", e.number}, {"state", e.state}});
        if (!context.term.json()) context.term.print(admin_message::waiting_line, e.number, e.state);
    }
    if (context.term.json()) context.term.print_json({{"reviewers", reviewers}, {"invitations", waiting}});
}

void approve(command_context& context, const admin_options& options, const crypto::reviewer_entry& entry,
             client::rotation how, bool no_rotate) {
    auto session = admin_session::open(context, options);
    if (!session) return;
    how.now = context.now();
    auto ok = session->admin().approve(entry, no_rotate ? std::nullopt : std::optional(how));
    if (!ok && ok.error() == client::errc::not_found)
        return fail(context, exit_code::nothing, admin_message::not_invited, entry.number);
    if (!ok) fail_admin(context, ok.error());
    // Also after a failure: a killed code is no longer in the keyring.
    if (!session->save(context) || !ok) return;
    if (context.term.json()) context.term.print_json({{"approved", entry.number}});
    context.term.say(admin_message::approved, entry.number);
    if (!no_rotate) context.term.say(admin_message::opened_epoch, session->channel().log().last_epoch());
}

void revoke(command_context& context, const admin_options& options, std::uint32_t number,
            client::rotation how) {
    auto session = admin_session::open(context, options);
    if (!session) return;
    how.now = context.now();
    if (auto ok = session->admin().revoke(number, how); !ok) return fail_admin(context, ok.error());
    if (context.term.json()) context.term.print_json({{"revoked", number}});
    context.term.say(admin_message::revoked, number);
    warn_of_prekeys(context, session->admin());
}

} // namespace

void add_reviewers(CLI::App& app, command_context& context) {
    auto* reviewers =
        app.add_subcommand("reviewers", std::string(context.term.text(admin_message::help_reviewers)));
    reviewers->require_subcommand(1);
    struct state {
        admin_options admin;
        client::rotation how;
        crypto::reviewer_entry entry;
        bool no_rotate = false;
    };
    auto s = std::make_shared<state>();

    auto* invite_command =
        reviewers->add_subcommand("invite", std::string(context.term.text(admin_message::help_invite)));
    add_admin_options(*invite_command, s->admin);
    invite_command->add_option("--number", s->entry.number, "permanent number; by default the next free one")
        ->check(CLI::Range(1, 65'535));
    invite_command->callback([s, &context] { invite(context, s->admin, s->entry.number); });

    auto* list_command =
        reviewers->add_subcommand("list", std::string(context.term.text(admin_message::help_list)));
    add_admin_options(*list_command, s->admin);
    list_command->callback([s, &context] { list(context, s->admin); });

    auto* approve_command =
        reviewers->add_subcommand("approve", std::string(context.term.text(admin_message::help_approve)));
    add_admin_options(*approve_command, s->admin);
    add_rotation_options(*approve_command, s->how);
    approve_command->add_option("number", s->entry.number, "number of the invitation")->required();
    approve_command
        ->add_option("--role-ko", s->entry.role.ko, "what reporters see a reply signed as, in Korean")
        ->required();
    approve_command->add_option("--role-en", s->entry.role.en, "the same in English")->required();
    approve_command->add_option("--desk", s->entry.desk, "department or desk");
    approve_command->add_option("--language", s->entry.languages, "languages the reviewer reads: ko, en");
    approve_command->add_flag("--no-rotate", s->no_rotate,
                              "do not open an epoch that includes the reviewer yet");
    approve_command->callback([s, &context] { approve(context, s->admin, s->entry, s->how, s->no_rotate); });

    auto* revoke_command =
        reviewers->add_subcommand("revoke", std::string(context.term.text(admin_message::help_revoke)));
    add_admin_options(*revoke_command, s->admin);
    add_rotation_options(*revoke_command, s->how);
    revoke_command->add_option("number", s->entry.number, "number of the reviewer")->required();
    revoke_command->callback([s, &context] { revoke(context, s->admin, s->entry.number, s->how); });
}

} // namespace changgu::cli
