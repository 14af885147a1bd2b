#include "server/cli/messages.hpp"

#include "server/cli/admin_messages.hpp"
#include "server/cli/terminal.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace changgu::cli;

namespace {

std::set<char> holes(std::string_view text) {
    std::set<char> out;
    for (std::size_t i = 0; i + 2 < text.size(); ++i)
        if (text[i] == '{' && text[i + 2] == '}') out.insert(text[i + 1]);
    return out;
}

bool has_hangul(std::string_view text) {
    // U+AC00 to U+D7A3 begin with EA, EB, EC or ED.
    return std::ranges::any_of(text, [](char c) {
        const auto b = static_cast<unsigned char>(c);
        return b >= 0xEA && b <= 0xED;
    });
}

template <class Id> void check_catalogue() {
    for (std::size_t i = 0; i <= static_cast<std::size_t>(Id::last_); ++i) {
        const auto id = static_cast<Id>(i);
        const auto korean = text_of(id, language::korean);
        const auto english = text_of(id, language::english);
        CAPTURE(english);
        CHECK(holes(korean) == holes(english));
        CHECK_FALSE(has_hangul(english));
        CHECK(harmless(korean) == korean);
        CHECK(harmless(english) == english);
        // Sentences are in one register throughout.
        CHECK(korean.find("해요") == std::string_view::npos);
        CHECK(korean.find("세요") == std::string_view::npos);
    }
}

} // namespace

TEST_CASE("both languages say the same with the same arguments") {
    check_catalogue<message>();
    check_catalogue<admin_message>();
}
