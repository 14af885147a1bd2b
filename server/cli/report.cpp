// changgu report: sends a tip. It leaves nothing on this machine but what --receipt-file asks for.
#include "server/cli/keyring_file.hpp"
#include "server/cli/messages.hpp"
#include "server/cli/reporter_input.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

namespace changgu::cli {
namespace {

namespace json = crypto::json;

struct report_arguments {
    channel_arguments channel;
    draft_arguments draft;
    std::string category;
    std::string receipt_file;
    std::string words; ///< "ko" or "en"; by default the language of everything else
    bool list = false;
};

template <class Item> json::array labels_json(const std::vector<Item>& items) {
    json::array out;
    for (const auto& item : items)
        out.emplace_back(json::object{{"id", item.id}, {"text", crypto::to_json(item.text)}});
    return out;
}

// What can be said, and to whom: all of it from the verified log.
void list(command_context& context, const crypto::key_log& log) {
    auto& term = context.term;
    const auto epoch = log.sealing_epoch(context.now());
    if (!epoch) term.say(message::list_no_epoch);
    if (term.json()) {
        json::array reviewers;
        for (const auto& [number, r] : log.reviewers())
            if (epoch && (*epoch)->slot_of(number))
                reviewers.emplace_back(json::object{
                    {"number", number}, {"role", crypto::to_json(r.entry.role)}, {"desk", r.entry.desk}});
        return term.print_json(json::object{{"organisation", crypto::to_json(log.organisation())},
                                            {"categories", labels_json(log.rules().categories)},
                                            {"questions", labels_json(log.rules().questions)},
                                            {"reviewers", reviewers}});
    }
    term.print(message::list_categories);
    for (const auto& c : log.rules().categories)
        term.print(message::list_line, c.id, in_language(c.text, term.in()));
    term.print(message::list_questions);
    for (const auto& q : log.rules().questions)
        term.print(message::list_line, q.id, in_language(q.text, term.in()));
    term.print(message::list_reviewers);
    for (const auto& [number, r] : log.reviewers())
        if (epoch && (*epoch)->slot_of(number))
            term.print(message::list_line, number, in_language(r.entry.role, term.in()));
}

void show_receipt(command_context& context, const crypto::secret_buffer& words,
                  const crypto::secret_buffer& digits) {
    if (context.term.json())
        return context.term.print_json(
            json::object{{"receipt", json::object{{"words", words.text()}, {"digits", digits.text()}}}});
    context.term.print_secret(words.text());
    context.term.print_secret(digits.text());
}

void send(command_context& context, const report_arguments& o) {
    auto& term = context.term;
    auto channel = connect(context, o.channel);
    if (!channel) return;
    if (o.list) return list(context, channel->log());
    auto draft = draft_of(context, o.draft, channel->log().rules());
    if (!draft) return;
    draft->category = o.category;

    const crypto::receipt receipt = crypto::new_receipt(!draft->excluded.empty());
    const language in = language_of(o.words, {term.in() == language::korean ? "ko" : "en"});
    const auto words = crypto::receipt_words(receipt, in);
    const auto digits = crypto::receipt_digits(receipt);
    if (!o.receipt_file.empty()) { // before anything is sent: a receipt that cannot be kept is no receipt
        crypto::secret_buffer text(words.view());
        text.append(crypto::as_bytes("\n"));
        if (!write_private_file(o.receipt_file, text.view()))
            return fail(context, exit_code::failure, message::cannot_write_file, o.receipt_file);
    }
    if (!draft->excluded.empty())
        term.say(message::excluded_now, names_of(draft->excluded, channel->log(), term.in()));
    term.progress(message::sending);
    auto sent = client::send_report(*channel, receipt, *draft, context.now(), tell_upload(context));
    term.end_progress();

    const bool unconfirmed = !sent && sent.error() == client::errc::send_unconfirmed;
    if (!sent && !unconfirmed) {
        if (!o.receipt_file.empty()) ::unlink(o.receipt_file.c_str());
        return fail(context, sent.error());
    }
    if (unconfirmed)
        fail(context, exit_code::unreachable, message::maybe_sent);
    else if (o.receipt_file.empty())
        term.say(message::report_sent);
    else
        term.say(message::receipt_in_file, o.receipt_file);
    term.say(message::not_statutory);
    if (o.receipt_file.empty()) show_receipt(context, words, digits);
}

} // namespace

void add_report(CLI::App& app, command_context& context) {
    const auto text = [&](message id) { return std::string(context.term.text(id)); };
    auto* command =
        app.add_subcommand("report", text(message::help_report))->group(text(message::help_employee_group));
    auto o = std::make_shared<report_arguments>();
    add_channel_options(*command, context, o->channel);
    command->add_option("--category", o->category, text(message::help_category))
        ->type_name("ID")
        ->default_str("other");
    o->category = "other";
    add_draft_options(*command, context, o->draft);
    command->add_option("--answer", o->draft.answers, text(message::help_answer))
        ->type_name("ID=TEXT")
        ->allow_extra_args(false);
    command->add_option("--receipt-file", o->receipt_file, text(message::help_receipt_file))
        ->type_name("FILE");
    command->add_option("--receipt-words", o->words, text(message::help_receipt_words))
        ->check(CLI::IsMember({"ko", "en"}));
    command->add_flag("--list", o->list, text(message::help_list));
    command->callback([&context, o] { send(context, *o); });
}

} // namespace changgu::cli
