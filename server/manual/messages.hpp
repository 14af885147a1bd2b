// What a manual page has beside the commands' own help.
#pragma once

#include "server/cli/terminal.hpp"

namespace changgu::manual {

enum class message : std::uint8_t {
    name,
    synopsis,
    description,
    options,
    exit_status,
    files,
    see_also,
    summary,
    command,
    option_word,
    required,
    exit_ok,
    exit_failure,
    exit_usage,
    exit_unreachable,
    exit_untrusted,
    exit_bad_secret,
    exit_refused,
    exit_nothing,
    file_config,
    file_data,
    last_ = file_data,
};

namespace detail {
std::string_view korean_text(message id) noexcept;
std::string_view english_text(message id) noexcept;
} // namespace detail

inline std::string_view text_of(message id, crypto::language in) noexcept {
    return in == crypto::language::korean ? detail::korean_text(id) : detail::english_text(id);
}

} // namespace changgu::manual
