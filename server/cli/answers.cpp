// changgu answers: what came back, read with the receipt alone. Reading changes nothing.
#include "server/cli/messages.hpp"
#include "server/cli/reporter_input.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {
namespace {

namespace json = crypto::json;
using client::found_reply;
using client::item_state;

json::object to_json(const found_reply& r) {
    constexpr std::array<std::string_view, 4> states{"unknown", "present", "burned", "expired"};
    json::object out{{"index", r.index}, {"state", states[static_cast<std::size_t>(r.state)]}};
    if (r.state != item_state::present) return out;
    if (!r.message) {
        out["error"] = r.message.error().message();
        return out;
    }
    out["text"] = r.message->text;
    out["status"] = r.message->status;
    out["reviewer"] = r.reviewer;
    out["shown_as"] = r.message->as_office ? "office" : "role";
    out["role"] = crypto::to_json(r.role);
    out["revoked"] = r.revoked;
    out["forked"] = r.forked;
    return out;
}

void print(terminal& term, const found_reply& r, const crypto::localised& office) {
    switch (r.state) {
    case item_state::unknown: return;
    case item_state::burned: return term.print(message::answer_burned, r.index);
    case item_state::expired: return term.print(message::answer_expired, r.index);
    case item_state::present: break;
    }
    if (!r.message) return term.print(message::answer_bad, r.index);
    term.print(message::answer_heading, r.index,
               in_language(r.message->as_office ? office : r.role, term.in()),
               status_words(term, r.message->status));
    if (r.revoked) term.print(message::answer_revoked);
    term.print_line(r.message->text);
    term.print_line("");
}

void check(command_context& context, const channel_arguments& where, const secret_source& from) {
    auto receipt = ask_for_receipt(context, from);
    if (!receipt) return;
    auto channel = connect(context, where);
    if (!channel) return;
    auto found = client::find_replies(*channel, keys_of(context, *receipt, channel->org()));
    if (!found) return fail(context, found.error());

    bool any = false;
    json::array list;
    for (const found_reply& r : *found) {
        any |= r.state == item_state::present;
        if (context.term.json())
            list.emplace_back(to_json(r));
        else
            print(context.term, r, channel->log().organisation());
    }
    if (context.term.json()) context.term.print_json(json::object{{"answers", list}});
    if (!any) return fail(context, exit_code::nothing, message::no_answers);
    for (const found_reply& r : *found) {
        if (r.state != item_state::present) continue;
        if (!r.message) context.exit = exit_code::untrusted;
        if (r.forked) fail(context, exit_code::untrusted, message::answer_forked);
    }
}

} // namespace

void add_answers(CLI::App& app, command_context& context) {
    const auto text = [&](message id) { return std::string(context.term.text(id)); };
    auto* command =
        app.add_subcommand("answers", text(message::help_answers))->group(text(message::help_employee_group));
    auto where = std::make_shared<channel_arguments>();
    auto from = std::make_shared<secret_source>();
    add_channel_options(*command, context, *where);
    add_secret_options(*command, "receipt", *from, &context.term);
    command->callback([&context, where, from] { check(context, *where, *from); });
}

} // namespace changgu::cli
