#include "server/api/access_log.hpp"
#include "server/api/answer.hpp"
#include "server/api/await_store.hpp"
#include "server/api/routes.hpp"

namespace changgu::api {

using http::problem;
using http::problem_kind;

namespace {

constexpr std::size_t page_notes = 64;
constexpr std::size_t page_bytes = std::size_t{256} * 1024;

checked<std::vector<std::string>> notes_in(const crypto::json::object& object) {
    const auto list = crypto::read_array(object, "statements", page_notes);
    if (!list || (*list)->empty()) return refused(problem_kind::bad_request);
    std::vector<std::string> notes;
    for (const auto& item : **list) {
        if (!item.is_string()) return refused(problem_kind::bad_request);
        notes.emplace_back(item.get_string());
    }
    return notes;
}

// Of a note that the log has taken.
std::string entry_of(std::string_view note) {
    const auto said = crypto::parse_statement(crypto::parse_note(note).value().text).value();
    return "statement " + std::to_string(said.seq) + " " + std::string(crypto::name(said.type));
}

} // namespace

answering get_key_log(context& c, http::request r) {
    const auto from = query_number(r, "from", crypto::json_max_integer);
    if (!from) co_return problem(from.error());
    crypto::json::array statements;
    for (const auto& note : c.reader.read_key_log(*from, page_notes, page_bytes))
        statements.emplace_back(note.text);
    // Asked after the notes: what was appended in between makes the client ask again.
    const auto size = c.reader.key_log_size();
    co_return answer(200, {{"from", *from}, {"size", size}, {"statements", std::move(statements)}});
}

answering post_key_log(context& c, http::request r) {
    const auto object = json_body(r);
    if (!object) co_return problem(object.error());
    const auto next = crypto::read_integer(*object, "next");
    auto notes = notes_in(*object);
    if (!next || !notes) co_return problem(problem_kind::bad_request);

    const auto current = c.shared.key_log();
    if (*next != current->size()) co_return problem(problem_kind::stale_log);
    crypto::key_log longer = *current;
    std::vector<std::string> entries;
    for (const auto& note : *notes) {
        if (!longer.append(note)) co_return problem(problem_kind::bad_statement);
        entries.push_back(entry_of(note));
    }

    const auto size = longer.size();
    std::vector<std::uint32_t> revoked;
    for (const auto& [number, who] : longer.reviewers()) {
        const auto* before = current->find_reviewer(number);
        if (who.revoked && (before == nullptr || !before->revoked)) revoked.push_back(number);
    }
    const auto outcome = co_await await_store<storage::edit_outcome>(
        [&](auto done) { c.shared.append(std::move(longer), std::move(*notes), std::move(done)); });
    if (outcome != storage::edit_outcome::done) co_return answer(outcome, 201, problem_kind::stale_log);
    for (const auto number : revoked)
        co_await await_store<storage::edit_outcome>(
            [&](auto done) { c.shared.store().forget_lockers(number, std::move(done)); });
    for (const auto& what : entries)
        if (const auto noted = co_await note_access(c, "roots", what); noted != storage::edit_outcome::done)
            co_return answer(noted, 201);
    co_return answer(201, {{"size", size}});
}

} // namespace changgu::api
