#include "crypto/note.hpp"
#include "tests/vectors/vectors.hpp"

namespace changgu::test {
namespace {

std::string_view name_of(note_check check) {
    switch (check) {
    case note_check::absent: return "absent";
    case note_check::valid: return "valid";
    case note_check::wrong: return "wrong";
    }
    return "";
}

} // namespace

TEST_CASE("vectors: notes") {
    for_each_case("note", [](const json::object& c, const std::string& expect, const json::object&) {
        const auto parsed = parse_note(as_text(raw(c, "note")));
        CHECK(outcome(parsed) == expect);
        if (!parsed) return;
        CHECK(parsed->text == as_text(raw(c, "text")));
        REQUIRE(!list(c, "checks").empty());
        for (const json::value& one : list(c, "checks")) {
            const json::object& check = one.as_object();
            const note_key key{std::string(text(check, "name")), value<sign_public_key>(check, "key")};
            CHECK(name_of(check_signature(*parsed, key)) == text(check, "check"));
        }
    });
}

} // namespace changgu::test
