#include "crypto/message.hpp"

namespace changgu::crypto {
namespace {

constexpr std::array<std::string_view, 6> statuses{"received",      "reviewing",   "more_information",
                                                   "investigating", "transferred", "closed"};

constexpr std::string_view shown_as_office = "office";
constexpr std::string_view shown_as_role = "role";

json::array write_addresses(const std::vector<address>& addresses) {
    json::array out;
    for (const address& a : addresses) out.emplace_back(to_base64(a.view()));
    return out;
}

result<std::vector<address>> read_addresses(const json::object& object) {
    auto items = read_array(object, "addresses", advertised_addresses);
    if (!items || (*items)->size() != advertised_addresses) return errc::bad_field;
    std::vector<address> out;
    for (const json::value& item : **items) {
        if (!item.is_string()) return errc::bad_field;
        auto one = fixed_from_base64<address>(std::string_view(item.get_string()));
        if (!one) return errc::bad_field;
        out.push_back(*one);
    }
    return out;
}

json::array write_attachments(const std::vector<attachment>& attachments) {
    json::array out;
    for (const attachment& a : attachments) out.emplace_back(to_json(a));
    return out;
}

result<std::vector<attachment>> read_attachments(const json::object& object) {
    auto items = read_array(object, "attachments", max_attachments);
    if (!items) return items.error();
    std::vector<attachment> out;
    for (const json::value& item : **items) {
        if (!item.is_object()) return errc::bad_field;
        auto one = attachment_from_json(item.get_object());
        if (!one) return one.error();
        out.push_back(std::move(*one));
    }
    return out;
}

json::object write_answers(const std::vector<answer>& answers) {
    json::object out;
    for (const answer& a : answers) out[a.question] = a.text;
    return out;
}

result<std::vector<answer>> read_answers(const json::object& object) {
    auto members = read_object(object, "answers");
    if (!members || (*members)->size() > max_answers) return errc::bad_field;
    std::vector<answer> out;
    for (const auto& [question, text] : **members) {
        if (!text.is_string()) return errc::bad_field;
        out.push_back({std::string(question), std::string(text.get_string())});
    }
    return out;
}

result<json::object> object_of(const frame& f, message_kind kind) {
    if (f.kind != kind) return errc::wrong_kind;
    return parse_json(f.json.text());
}

// The members that a report and a follow-up share.
template <class Message> void write_common(json::object& out, const Message& m) {
    out["reply_key"] = to_base64(m.reply_key.view());
    out["addresses"] = write_addresses(m.addresses);
    out["text"] = m.text;
    out["excluded"] = write_numbers(m.excluded);
    out["attachments"] = write_attachments(m.attachments);
    out["log"] = to_json(m.log);
}

template <class Message> result<void> read_common(const json::object& from, Message& m) {
    auto log = log_position_from_json(from);
    auto reply_key = read_fixed<box_public_key>(from, "reply_key");
    auto addresses = read_addresses(from);
    auto text = read_string(from, "text", max_text);
    auto excluded = read_numbers(from, "excluded", max_recipients);
    auto attachments = read_attachments(from);
    if (!log || !reply_key || !addresses || !text || !excluded) return errc::bad_field;
    if (!attachments) return attachments.error();
    m.log = *log;
    m.reply_key = *reply_key;
    m.addresses = std::move(*addresses);
    m.text = std::move(*text);
    m.excluded = std::move(*excluded);
    m.attachments = std::move(*attachments);
    return {};
}

} // namespace

bool is_status(std::string_view status) noexcept {
    return std::ranges::find(statuses, status) != statuses.end();
}

json::object to_json(const log_position& p) {
    return {{"seq", p.seq}, {"hash", to_base64(p.hash.view())}};
}

result<log_position> log_position_from_json(const json::object& object, std::string_view name) {
    auto position = read_object(object, name);
    if (!position) return position.error();
    auto seq = read_integer(**position, "seq");
    auto hash = read_fixed<hash256>(**position, "hash");
    if (!seq || !hash) return errc::bad_field;
    return log_position{*seq, *hash};
}

json::object to_json(const report& m) {
    json::object out{{"category", m.category}, {"answers", write_answers(m.answers)}};
    write_common(out, m);
    return out;
}

json::object to_json(const follow_up& m) {
    json::object out{{"id", to_base64(m.id.view())}};
    write_common(out, m);
    return out;
}

json::object to_json(const reply& m) {
    json::object out{{"text", m.text},
                     {"status", m.status},
                     {"excluded", write_numbers(m.excluded)},
                     {"log", to_json(m.log)}};
    if (m.as_office) out["shown_as"] = shown_as_office;
    return out;
}

json::object to_json(const handover& m) {
    return {{"thread", to_base64(m.thread.view())},
            {"case_key", to_base64(m.key.view())},
            {"case_number", m.case_number},
            {"log", to_json(m.log)}};
}

result<report> report_of(const frame& f) {
    auto object = object_of(f, message_kind::report);
    if (!object) return object.error();
    report m;
    auto category = read_string(*object, "category", 64);
    auto answers = read_answers(*object);
    if (!category || !answers) return errc::bad_field;
    if (auto ok = read_common(*object, m); !ok) return ok.error();
    m.category = std::move(*category);
    m.answers = std::move(*answers);
    return m;
}

result<follow_up> follow_up_of(const frame& f) {
    auto object = object_of(f, message_kind::follow_up);
    if (!object) return object.error();
    follow_up m;
    auto id = read_fixed<message_id>(*object, "id");
    if (!id) return errc::bad_field;
    if (auto ok = read_common(*object, m); !ok) return ok.error();
    m.id = *id;
    return m;
}

result<reply> reply_of(const frame& f) {
    auto object = object_of(f, message_kind::reply);
    if (!object) return object.error();
    auto log = log_position_from_json(*object);
    auto text = read_string(*object, "text", max_text);
    auto status = read_string(*object, "status", 32);
    auto excluded = read_numbers(*object, "excluded", max_recipients);
    if (!log || !text || !status || !excluded || !is_status(*status)) return errc::bad_field;
    std::string shown_as(shown_as_role);
    if (object->contains("shown_as")) {
        auto given = read_string(*object, "shown_as", 16);
        if (!given || (*given != shown_as_office && *given != shown_as_role)) return errc::bad_field;
        shown_as = std::move(*given);
    }
    return reply{*log, std::move(*text), std::move(*status), std::move(*excluded),
                 shown_as == shown_as_office};
}

result<handover> handover_of(const frame& f) {
    auto object = object_of(f, message_kind::handover);
    if (!object) return object.error();
    auto log = log_position_from_json(*object);
    auto thread = read_fixed<thread_id>(*object, "thread");
    auto key = read_fixed<case_key>(*object, "case_key");
    auto number = read_string(*object, "case_number", max_case_number);
    if (!log || !thread || !key || !number) return errc::bad_field;
    return handover{*log, *thread, std::move(*key), std::move(*number)};
}

} // namespace changgu::crypto
