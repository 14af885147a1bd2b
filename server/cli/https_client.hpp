// The command line's HTTPS client: one connection to one origin, used again while it lasts, every phase under
// a deadline, every answer bounded. It sends no User-Agent, no cookie and nothing else that names who asks.
#pragma once

#include "crypto/bytes.hpp"
#include "server/http/message.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace changgu::cli {

enum class client_errc {
    bad_origin =
        1, // not scheme://host[:port], or plain http to a host that is neither loopback nor an onion service
    cannot_connect,  // no address, refused, or no SOCKS proxy for an onion service
    bad_certificate, // the chain or the host name does not verify
    tls_failed,
    timed_out,
    closed,       // the connection ended before the answer did
    bad_response, // not HTTP/1.1 as it should be
    too_large,    // longer than the caller allows
    stopped,      // the caller's sink asked to stop
};

const boost::system::error_category& client_category() noexcept;
boost::system::error_code make_error_code(client_errc e) noexcept;

template <class T> using result = boost::system::result<T>;

struct client_options {
    std::filesystem::path ca_file = {};        ///< PEM; empty = the system's store
    std::chrono::milliseconds timeout{30'000}; ///< each of connect, handshake, write, and every read
    std::string socks = "127.0.0.1:9050";      ///< SOCKS5 proxy, for .onion hosts alone: "ip:port"
};

struct client_headers {
    std::string_view bearer = {};
    std::optional<std::string> if_match = {}; ///< without quotes
    bool accepts_brotli = false;              ///< the body then comes as it is sent
    std::string_view work = {};               ///< a proof of work
    bool once = false; ///< not even when a connection that was kept turns out to be closed
};

struct client_response {
    std::uint16_t status = 0;
    std::string content_type; ///< without parameters
    std::string etag;         ///< without quotes
    std::string content_encoding;
    std::string content_security_policy;
    std::vector<std::string> names; ///< of all header fields, in small letters
    crypto::bytes body;             ///< empty when it went to a sink
};

class https_client {
  public:
    /// Throws std::runtime_error when the CA file cannot be read; a bad origin fails at the first send.
    explicit https_client(std::string_view origin, client_options options = {});
    ~https_client();
    https_client(const https_client&) = delete;
    https_client& operator=(const https_client&) = delete;
    https_client(https_client&&) noexcept;
    https_client& operator=(https_client&&) noexcept;

    /// Sends one request and waits for its whole answer, of at most `max_response` bytes. `path` begins with
    /// '/' and includes the query. When a connection that was kept turns out to be closed it connects anew,
    /// once, unless the headers say otherwise. Errors: any client_errc.
    result<client_response> send(http::verb method, std::string_view path, std::string_view content_type,
                                 crypto::bytes_view body, const client_headers& headers = {},
                                 std::size_t max_response = 1 << 20);

    /// Takes a slice of the body of a 200; false stops.
    using sink = std::function<bool(crypto::bytes_view)>;
    /// GET that hands the body of a 200 over in slices; other statuses are read whole (up to 64 KiB) into the
    /// answer.
    result<client_response> stream(std::string_view path, const client_headers& headers, const sink& take,
                                   std::uint64_t max_response);

    [[nodiscard]] std::string_view origin() const noexcept;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace changgu::cli

template <> struct boost::system::is_error_code_enum<changgu::cli::client_errc> : std::true_type {};
