// What a manual page has beside the commands' own help.
#pragma once

#include "server/cli/catalogue.hpp"

#include <cstdint>

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

std::string_view korean_text(message id) noexcept;
std::string_view english_text(message id) noexcept;
using cli::text_of;

} // namespace changgu::manual
