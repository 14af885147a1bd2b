// Every bound of the HTTP server that does not belong to one route. Each deadline is set anew for its phase.
#pragma once

#include <chrono>
#include <cstddef>

namespace changgu::http {

struct limits {
    std::size_t connections = 1024; ///< in all
    bool share_connections = true;  ///< the source that holds most gives way; false: whoever comes last
    std::size_t requests_per_connection = 1000; ///< then the answer says Connection: close
    std::chrono::milliseconds handshake{10'000};
    std::chrono::milliseconds idle{30'000};   ///< from the last answer to the first byte of the next request
    std::chrono::milliseconds header{10'000}; ///< from the first byte to the end of the header
    std::chrono::milliseconds body{60'000};   ///< the whole body
    std::chrono::milliseconds handler{30'000};
    std::chrono::milliseconds write{30'000};   ///< each slice of an answer
    std::chrono::milliseconds shutdown{2'000}; ///< for the peer's close_notify
    std::chrono::milliseconds grace{10'000};   ///< for requests in flight when the server stops
};

inline constexpr std::size_t max_target = 2048;     ///< characters of a request target
inline constexpr std::size_t max_header = 8 * 1024; ///< bytes from the first to the blank line

} // namespace changgu::http
