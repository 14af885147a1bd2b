// Every word of a notice, and of changgu-notify itself. A notice is the same whether or not something has
// come in.
#pragma once

#include "server/cli/catalogue.hpp"

#include <cstdint>

namespace changgu::notify {

enum class message : std::uint8_t {
    subject,
    body,
    last_ = body,
};

std::string_view korean_text(message id) noexcept;
std::string_view english_text(message id) noexcept;
using cli::text_of;

} // namespace changgu::notify
