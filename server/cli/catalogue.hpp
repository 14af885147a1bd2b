// Catalogues: what a program says to people, one enumerator a sentence, one file a language.
//
// A catalogue is an enum whose last enumerator is `last_`, with `korean_text(Id)` and `english_text(Id)`
// declared beside it (messages.hpp is the first). A text that is missing in one language does not compile.
// "{0}" and
// "{1}" stand for arguments, since languages order them differently.
#pragma once

#include "crypto/wordlist.hpp"

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace changgu::cli {

using crypto::language;

template <class Id>
concept message_id = std::is_enum_v<Id> && requires(Id id) {
    { korean_text(id) } -> std::same_as<std::string_view>;
    { english_text(id) } -> std::same_as<std::string_view>;
};

template <message_id Id> std::string_view text_of(Id id, language in) noexcept {
    return in == language::korean ? korean_text(id) : english_text(id);
}

/// One text of a catalogue, for the files of the languages.
template <class Id> struct message_text {
    Id id;
    std::string_view text;
};
/// Entry i is the enumerator i, none is empty, and the last is there.
template <class Id, std::size_t N> consteval bool is_complete(const message_text<Id> (&texts)[N]) {
    for (std::size_t i = 0; i < N; ++i)
        if (static_cast<std::size_t>(texts[i].id) != i || texts[i].text.empty()) return false;
    return static_cast<std::size_t>(Id::last_) + 1 == N;
}

} // namespace changgu::cli
