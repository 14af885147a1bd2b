// message: the JSON inside frames.
#include "tests/vectors/make/office.hpp"

namespace changgu::vectors {
namespace {

json::object with(json::object object, std::string_view member, json::value value) {
    object[json::string_view(member.data(), member.size())] = std::move(value);
    return object;
}
json::object without(json::object object, std::string_view member) {
    object.erase(json::string_view(member.data(), member.size()));
    return object;
}
json::object with_in_attachment(std::string_view member, json::value value) {
    json::object object = office::report_json();
    auto& one = object["attachments"].as_array()[0].as_object();
    one[json::string_view(member.data(), member.size())] = std::move(value);
    return object;
}

} // namespace

json::object make_message() {
    json::array cases;
    const auto add_text = [&cases](std::string_view name, message_kind kind, std::string_view read_as,
                                   std::string_view text, std::string_view expect) {
        cases.emplace_back(json::object{{"name", std::string(name)},
                                        {"kind", static_cast<unsigned>(kind)},
                                        {"read_as", std::string(read_as)},
                                        {"json", b64(as_bytes(text))},
                                        {"expect", std::string(expect)}});
    };
    const auto add = [&](std::string_view name, message_kind kind, std::string_view read_as,
                         const json::object& object, std::string_view expect) {
        const std::string text = json::serialize(object);
        add_text(name, kind, read_as, text, expect);
        if (expect == "ok") cases.back().as_object()["fields"] = object;
    };
    using enum message_kind;
    const json::object a_report = office::report_json();
    const json::object a_follow_up = office::follow_up_json();
    const json::object a_reply = office::reply_json();

    add("report", report, "report", a_report, "ok");
    add("follow-up", follow_up, "follow_up", a_follow_up, "ok");
    add("reply", reply, "reply", a_reply, "ok");
    add("report with nothing but what it must have", report, "report",
        with(with(with(with(a_report, "answers", json::object{}), "text", ""), "excluded", json::array{}),
             "attachments", json::array{}),
        "ok");
    cases.emplace_back(json::object{{"name", "a member that no version knows yet"},
                                    {"kind", 3},
                                    {"read_as", "reply"},
                                    {"json", b64(as_bytes(json::serialize(with(a_reply, "mood", "good"))))},
                                    {"expect", "ok"},
                                    {"fields", a_reply}});

    add("a reply read as a report", reply, "report", a_reply, "wrong_kind");
    add("a report read as a follow-up", report, "follow_up", a_report, "wrong_kind");
    add("an event read as a reply", event, "reply", a_reply, "wrong_kind");
    add_text("no JSON", report, "report", "hello", "bad_json");
    add_text("duplicate key", reply, "reply", R"({"text":"a","text":"b"})", "bad_json");
    add_text("invalid UTF-8", reply, "reply", "{\"text\":\"\x80\"}", "bad_json");
    add("no text", reply, "reply", without(a_reply, "text"), "bad_field");
    add("text of another type", reply, "reply", with(a_reply, "text", 1), "bad_field");
    add("unknown status", reply, "reply", with(a_reply, "status", "ignored"), "bad_field");
    add("no log position", reply, "reply", without(a_reply, "log"), "bad_field");
    add("a short hash in the log position", reply, "reply",
        with(a_reply, "log", json::object{{"seq", 1}, {"hash", "AAAA"}}), "bad_field");
    add("a negative log position", reply, "reply",
        with(a_reply, "log", json::object{{"seq", -1}, {"hash", b64(office::statement)}}), "bad_field");
    add("an excluded number that is none", report, "report", with(a_report, "excluded", json::array{"3"}),
        "bad_field");
    add("17 excluded", report, "report", with(a_report, "excluded", json::array(17, 1)), "bad_field");
    add("seven addresses", report, "report",
        with(a_report, "addresses", json::array(7, json::value(b64(office::statement)))), "bad_field");
    add("nine addresses", report, "report",
        with(a_report, "addresses", json::array(9, json::value(b64(office::statement)))), "bad_field");
    add("a reply key that is not canonical base64", report, "report",
        with(a_report, "reply_key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB="), "bad_field");
    add("an answer that is no text", report, "report", with(a_report, "answers", json::object{{"who", 1}}),
        "bad_field");
    add("17 attachments", report, "report",
        with(a_report, "attachments", json::array(17, json::value(to_json(office::photograph())))),
        "bad_field");
    add("an attachment of two chunks", report, "report", with_in_attachment("chunks", 2), "bad_file_class");
    add("an attachment too large for its class", report, "report", with_in_attachment("size", 4 * 65'519),
        "bad_file_class");
    add("an attachment without a name", report, "report", with_in_attachment("name", nullptr), "bad_field");
    add("a follow-up without an id", follow_up, "follow_up", without(a_follow_up, "id"), "bad_field");

    const json::object a_handover = office::handover_json();
    add("hand-over", handover, "handover", a_handover, "ok");
    add("hand-over of a case without a number", handover, "handover", with(a_handover, "case_number", ""),
        "ok");
    add("hand-over, a case number of 16 bytes", handover, "handover",
        with(a_handover, "case_number", "C-48291300000000"), "ok");
    add("hand-over, a case number of 17 bytes", handover, "handover",
        with(a_handover, "case_number", "C-482913000000000"), "bad_field");
    add("hand-over without a case number", handover, "handover", without(a_handover, "case_number"),
        "bad_field");
    add("hand-over, a thread of 15 bytes", handover, "handover",
        with(a_handover, "thread", "AAAAAAAAAAAAAAAAAAAA"), "bad_field");
    add("hand-over, a case key of 31 bytes", handover, "handover",
        with(a_handover, "case_key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="), "bad_field");
    add("hand-over without a log position", handover, "handover", without(a_handover, "log"), "bad_field");
    add("a reply read as a hand-over", reply, "handover", a_reply, "wrong_kind");
    add("a hand-over read as a reply", handover, "reply", a_handover, "wrong_kind");
    add("a reply shown as the office", reply, "reply", with(a_reply, "shown_as", "office"), "ok");
    add("a reply shown as a role", reply, "reply", with(a_reply, "shown_as", "role"), "ok");
    cases.back().as_object()["fields"] = a_reply;
    add("a reply shown as somebody else", reply, "reply", with(a_reply, "shown_as", "police"), "bad_field");
    add("a reply shown as a number", reply, "reply", with(a_reply, "shown_as", 1), "bad_field");
    return file_of(
        "The JSON (base64) of a frame of `kind`, read as a report, a follow-up, a reply or a hand-over.",
        std::move(cases));
}

} // namespace changgu::vectors
