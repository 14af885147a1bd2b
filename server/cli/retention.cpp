// changgu retention: which cases are to be destroyed, which must not be, and the destroying.
#include "server/cli/confirm.hpp"
#include "server/cli/messages.hpp"
#include "server/cli/reviewer_session.hpp"
#include "server/cli/visit.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

namespace json = crypto::json;
using client::case_view;
using crypto::case_stage;

constexpr std::uint64_t day = 86'400;

struct retention_arguments {
    reviewer_arguments session;
    std::vector<std::string> names;
    std::uint32_t within = 31;
    bool destroy = false;
    bool yes = false;
};

struct cases_by_stage {
    std::vector<const case_view*> due; ///< begun ones too
    std::vector<const case_view*> held;
    std::vector<const case_view*> soon;
};

std::string name_of(const case_view& c) {
    return c.number.empty() ? crypto::to_hex(c.thread.view()).substr(0, 8) : c.number;
}

std::string date_text(const std::optional<std::uint64_t>& at) {
    return at ? time_text(*at).substr(0, 10) : "?";
}

bool is_named(const case_view& c, const std::vector<std::string>& names) {
    return names.empty() || std::ranges::any_of(names, [&](const std::string& n) {
               return n == c.number || (n.size() >= 4 && crypto::to_hex(c.thread.view()).starts_with(n));
           });
}

cases_by_stage sorted(const std::vector<case_view>& cases, const crypto::policy& rules, std::uint64_t now,
                      std::uint64_t within) {
    cases_by_stage out;
    for (const case_view& c : cases) {
        const auto stage = c.stage(rules, now);
        if (stage == case_stage::due || stage == case_stage::begun)
            out.due.push_back(&c);
        else if (stage == case_stage::held)
            out.held.push_back(&c);
        else if (c.stage(rules, now + within) == case_stage::due)
            out.soon.push_back(&c);
    }
    return out;
}

json::array to_json(const std::vector<const case_view*>& cases, const crypto::policy& rules) {
    json::array out;
    for (const case_view* c : cases) {
        json::object one{{"number", c->number},
                         {"thread", crypto::to_hex(c->thread.view())},
                         {"status", c->status},
                         {"category", c->category()}};
        if (c->life.closed_since) one["closed_since"] = *c->life.closed_since;
        if (const auto due = c->falls_due(rules)) one["due"] = *due;
        if (c->ended()) one["begun"] = true;
        json::array holds;
        for (const auto& h : c->life.holds)
            holds.emplace_back(json::object{{"by", h.by}, {"at", h.at}, {"reason", h.reason}});
        if (!holds.empty()) one["holds"] = holds;
        out.emplace_back(std::move(one));
    }
    return out;
}

void print(terminal& term, const cases_by_stage& found, const crypto::policy& rules) {
    if (!found.due.empty()) term.print(message::retention_due);
    for (const case_view* c : found.due) {
        if (c->ended())
            term.print(message::retention_begun_line, name_of(*c));
        else
            term.print(message::retention_line, name_of(*c), date_text(c->life.closed_since),
                       date_text(c->falls_due(rules)));
    }
    if (!found.held.empty()) term.print(message::retention_held);
    for (const case_view* c : found.held)
        for (const auto& h : c->life.holds)
            term.print(message::retention_hold_line, name_of(*c), date_text(h.at), h.by, h.reason);
    if (!found.soon.empty()) term.print(message::retention_soon);
    for (const case_view* c : found.soon)
        term.print(message::retention_line, name_of(*c), date_text(c->life.closed_since),
                   date_text(c->falls_due(rules)));
}

// Whether the person at the terminal, or --yes, wants it.
bool agreed(command_context& context, const retention_arguments& o, std::size_t count) {
    if (o.yes) return true;
    auto& term = context.term;
    const std::string expected = std::to_string(count);
    auto yes = confirm(term, filled_in(term.text(message::retention_confirm), {expected}), expected);
    if (!yes && yes.error() == boost::system::errc::no_such_device_or_address)
        fail(context, exit_code::usage, message::retention_needs_yes);
    else if (!yes)
        fail(context, yes.error());
    else if (!*yes)
        fail(context, exit_code::failure, message::failed_cancelled);
    return yes && *yes;
}

json::array destroy(command_context& context, reviewer_session& session,
                    const std::vector<const case_view*>& due) {
    json::array gone;
    for (const case_view* c : due) {
        const auto done = session.reviewer().destroy(c->thread);
        if (done) {
            context.term.say(message::retention_destroyed, name_of(*c));
            gone.emplace_back(c->number);
        } else {
            fail(context, done.error());
            context.term.say(message::retention_not_destroyed, name_of(*c));
        }
    }
    return gone;
}

void retention(command_context& context, const retention_arguments& o) {
    auto& term = context.term;
    if ((o.yes || !o.names.empty()) && !o.destroy)
        return fail(context, exit_code::usage, message::retention_only_destroying);
    auto session = reviewer_session::open(context, o.session);
    if (!session) return;
    // An addition that waits in the inbox counts.
    term.progress(message::reading_inbox);
    auto synced = session->reviewer().sync();
    if (!synced) return fail(context, synced.error());
    auto cases = session->reviewer().cases();
    if (!cases) return fail(context, cases.error());
    term.end_progress();
    const auto& destroyed = session->reviewer().found_destroyed();
    tell_visit(context, *synced, destroyed);

    const auto& rules = session->log().rules();
    auto found = sorted(*cases, rules, context.now(), o.within * day);
    json::object out{{"sync", visit_json(*synced, destroyed)},
                     {"due", to_json(found.due, rules)},
                     {"held", to_json(found.held, rules)},
                     {"soon", to_json(found.soon, rules)}};
    if (!term.json()) print(term, found, rules);
    if (o.destroy) {
        std::erase_if(found.due, [&](const case_view* c) { return !is_named(*c, o.names); });
        if (found.due.empty()) return fail(context, exit_code::nothing, message::retention_nothing_due);
        if (!agreed(context, o, found.due.size())) return;
        out["destroyed"] = destroy(context, *session, found.due);
    } else if (found.due.empty() && found.held.empty() && found.soon.empty()) {
        term.say(message::retention_nothing, o.within);
    }
    if (term.json()) term.print_json(out);
}

} // namespace

void add_retention(CLI::App& app, command_context& context) {
    const auto text = [&](message id) { return std::string(context.term.text(id)); };
    auto* command = app.add_subcommand("retention", text(message::help_retention))
                        ->group(text(message::help_reviewer_group));
    auto o = std::make_shared<retention_arguments>();
    add_reviewer_options(*command, context, o->session);
    command->add_option("CASE", o->names, text(message::help_retention_case));
    command->add_option("--within", o->within, text(message::help_within))
        ->type_name("DAYS")
        ->check(CLI::Range(0, 36'500));
    command->add_flag("--destroy", o->destroy, text(message::help_destroy));
    command->add_flag("--yes", o->yes, text(message::help_yes));
    command->callback([&context, o] { retention(context, *o); });
}

} // namespace changgu::cli
