// The bytes of a notice. They depend on the configuration and on the hour, and on nothing else: there is no
// parameter through which it could become known whether a report has come.
#pragma once

#include "server/notify/config.hpp"

#include <string>
#include <string_view>

namespace changgu::notify {

/// An RFC 5322 message with CRLF, base64 and UTF-8. `now` in seconds since 1970, cut to the hour: an attempt
/// that is made again carries the same Message-ID, so that a mailbox shows it once.
std::string mail(const config& c, std::string_view recipient, std::uint64_t now);
/// {"text":"…"}, what the usual chat servers take.
std::string webhook_body(const config& c);

} // namespace changgu::notify
