// Every word of a notice, and of changgu-notify itself. A notice is the same whether or not something has
// come in.
#pragma once

#include "server/cli/terminal.hpp"

namespace changgu::notify {

enum class message : std::uint8_t {
    subject,
    body,
    last_ = body,
};

namespace detail {
std::string_view korean_text(message id) noexcept;
std::string_view english_text(message id) noexcept;
} // namespace detail

inline std::string_view text_of(message id, crypto::language in) noexcept {
    return in == crypto::language::korean ? detail::korean_text(id) : detail::english_text(id);
}

} // namespace changgu::notify
