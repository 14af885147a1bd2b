#include "server/cli/https_client.hpp"

#include "server/http/deadline.hpp"
#include "server/http/transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <charconv>
#include <csignal>

namespace changgu::cli {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

constexpr std::size_t slice_size = 64 * 1024;
constexpr std::size_t max_problem = 64 * 1024;

struct category final : boost::system::error_category {
    [[nodiscard]] const char* name() const noexcept override { return "changgu.client"; }
    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<client_errc>(value)) {
        case client_errc::bad_origin: return "not an origin that this client talks to";
        case client_errc::cannot_connect: return "cannot connect";
        case client_errc::bad_certificate: return "the server's certificate does not verify";
        case client_errc::tls_failed: return "TLS failed";
        case client_errc::timed_out: return "no answer in time";
        case client_errc::closed: return "the connection was closed";
        case client_errc::bad_response: return "the answer is not HTTP as it should be";
        case client_errc::too_large: return "the answer is too large";
        case client_errc::stopped: return "stopped";
        }
        return "unknown";
    }
};

struct place {
    bool tls = true;
    bool onion = false;
    std::string host; ///< without brackets
    std::string port;
};

bool split_host_port(std::string_view text, place& out) {
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos && !text.ends_with(']')) {
        std::uint16_t number = 0;
        const auto port = text.substr(colon + 1);
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
        if (error != std::errc{} || end != port.data() + port.size() || number == 0) return false;
        out.port = port;
        text = text.substr(0, colon);
    }
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    out.host = text;
    return !text.empty() && text.size() <= 253 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:") ==
               std::string_view::npos;
}

std::optional<place> parse_origin(std::string_view origin) {
    place out;
    out.tls = origin.starts_with("https://");
    if (!out.tls && !origin.starts_with("http://")) return std::nullopt;
    out.port = out.tls ? "443" : "80";
    if (!split_host_port(origin.substr(out.tls ? 8 : 7), out)) return std::nullopt;
    out.onion = out.host.ends_with(".onion");
    if (out.tls || out.onion || out.host == "localhost") return out;
    error_code ec;
    const auto ip = asio::ip::make_address(out.host, ec);
    if (ec || !ip.is_loopback()) return std::nullopt;
    return out;
}

} // namespace

const boost::system::error_category& client_category() noexcept {
    static const category instance;
    return instance;
}
error_code make_error_code(client_errc e) noexcept {
    return {static_cast<int>(e), client_category()};
}

struct https_client::state {
    template <class T> using task = asio::awaitable<T>;
    using parser = beast_http::response_parser<beast_http::buffer_body>;

    state(std::string_view url, client_options o)
        : origin(url), options(std::move(o)), where(parse_origin(url)),
          limit(context.get_executor(), [this] { abort(); }) {
        if (where && where->tls) tls = http::make_client_context(options.ca_file);
    }

    /// Runs `work` to its end on this thread.
    result<client_response> run(task<result<client_response>> work) {
        result<client_response> out = make_error_code(client_errc::closed);
        context.restart();
        asio::co_spawn(context, std::move(work),
                       [&](const std::exception_ptr& error, result<client_response> r) {
                           limit.clear();
                           if (!error) out = std::move(r);
                       });
        context.run();
        if (!out) connection.reset();
        return out;
    }

    void abort() {
        timed_out = true;
        resolver.cancel();
        if (connection) connection->abort();
    }
    [[nodiscard]] error_code failure(client_errc otherwise) const noexcept {
        return make_error_code(timed_out ? client_errc::timed_out : otherwise);
    }
    void arm() {
        timed_out = false;
        limit.set(options.timeout);
    }

    task<error_code> connect() {
        arm();
        received.clear();
        connection.emplace(http::transport::socket_type(context));
        place target = *where;
        if (where->onion && !split_host_port(options.socks, target))
            co_return make_error_code(client_errc::cannot_connect);
        error_code ec;
        const auto found = co_await resolver.async_resolve(target.host, target.port,
                                                           asio::redirect_error(asio::use_awaitable, ec));
        if (ec) co_return failure(client_errc::cannot_connect);
        ec = asio::error::host_not_found;
        for (const auto& entry : found) {
            auto& socket = connection->next_layer();
            error_code ignored;
            socket.close(ignored);
            co_await socket.async_connect(http::transport::socket_type::endpoint_type(entry.endpoint()),
                                          asio::redirect_error(asio::use_awaitable, ec));
            if (!ec || timed_out) break;
        }
        if (ec || timed_out) co_return failure(client_errc::cannot_connect);
        connection->next_layer().set_option(tcp::no_delay(true), ec);
        if (where->onion)
            if (const auto failed = co_await socks_connect()) co_return failed;
        if (where->tls) co_return co_await start_tls();
        co_return error_code{};
    }

    /// SOCKS5 (RFC 1928) without authentication, the name left to the proxy: an onion name must never reach
    /// DNS.
    task<error_code> socks_connect() {
        std::uint16_t port = 0;
        std::from_chars(where->port.data(), where->port.data() + where->port.size(), port);
        crypto::bytes request{5, 1, 0};
        if (co_await connection->write(request)) co_return failure(client_errc::cannot_connect);
        std::array<crypto::byte, 2> method{};
        if (!co_await read_exactly(method) || method[0] != 5 || method[1] != 0)
            co_return failure(client_errc::cannot_connect);
        request = {5, 1, 0, 3, static_cast<crypto::byte>(where->host.size())};
        crypto::append(request, crypto::as_bytes(where->host));
        crypto::append(request, crypto::big_endian(port));
        if (co_await connection->write(request)) co_return failure(client_errc::cannot_connect);
        std::array<crypto::byte, 4> reply{};
        if (!co_await read_exactly(reply) || reply[0] != 5 || reply[1] != 0 ||
            (reply[3] != 1 && reply[3] != 4))
            co_return failure(client_errc::cannot_connect);
        std::array<crypto::byte, 18> bound{};
        if (!co_await read_exactly(std::span(bound).first(reply[3] == 1 ? 6U : 18U)))
            co_return failure(client_errc::cannot_connect);
        co_return error_code{};
    }

    task<bool> read_exactly(std::span<crypto::byte> into) {
        while (!into.empty()) {
            const auto n = co_await connection->read_some(into);
            if (!n) co_return false;
            into = into.subspan(*n);
        }
        co_return true;
    }

    task<error_code> start_tls() {
        http::ssl_ptr ssl(SSL_new(tls.get()));
        if (!ssl) co_return make_error_code(client_errc::tls_failed);
        error_code ec;
        asio::ip::make_address(where->host, ec);
        const bool named = ec.failed();
        if (named) SSL_set_tlsext_host_name(ssl.get(), where->host.c_str());
        const int set = named ? SSL_set1_host(ssl.get(), where->host.c_str())
                              : X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), where->host.c_str());
        if (set != 1) co_return make_error_code(client_errc::tls_failed);
        SSL_set_connect_state(ssl.get());
        connection->use(std::move(ssl));
        arm();
        if (!co_await connection->handshake()) co_return error_code{};
        co_return failure(SSL_get_verify_result(connection->ssl()) == X509_V_OK
                              ? client_errc::tls_failed
                              : client_errc::bad_certificate);
    }

    struct exchange {
        http::verb method;
        std::string_view path;
        std::string_view content_type;
        crypto::bytes_view body;
        const client_headers& headers;
        std::uint64_t max_response;
        const sink* take; ///< of a 200's body, or null
    };

    [[nodiscard]] crypto::bytes request_of(const exchange& e) const {
        std::string text(http::to_string(e.method));
        text += ' ';
        text += e.path;
        text += " HTTP/1.1\r\nHost: ";
        text += std::string_view(origin).substr(where->tls ? 8 : 7);
        text += "\r\n";
        if (!e.content_type.empty()) text += "Content-Type: " + std::string(e.content_type) + "\r\n";
        if (e.headers.accepts_brotli) text += "Accept-Encoding: br\r\n";
        if (!e.headers.bearer.empty())
            text += "Authorization: Bearer " + std::string(e.headers.bearer) + "\r\n";
        if (!e.headers.work.empty()) text += "Changgu-Work: " + std::string(e.headers.work) + "\r\n";
        if (e.headers.if_match)
            text +=
                "If-Match: " + (*e.headers.if_match == "*" ? "*" : '"' + *e.headers.if_match + '"') + "\r\n";
        if (e.method == http::verb::post || e.method == http::verb::put || !e.body.empty())
            text += "Content-Length: " + std::to_string(e.body.size()) + "\r\n";
        text += "\r\n";
        const auto view = crypto::as_bytes(text);
        crypto::bytes out(view.begin(), view.end());
        crypto::append(out, e.body);
        crypto::wipe({reinterpret_cast<crypto::byte*>(text.data()), text.size()});
        return out;
    }

    // By value: the coroutine outlives the call that makes it.
    task<result<client_response>> send(exchange e) {
        if (!where) co_return make_error_code(client_errc::bad_origin);
        for (;;) {
            const bool kept = connection.has_value();
            if (!kept)
                if (const auto ec = co_await connect()) co_return ec;
            arm();
            auto bytes = request_of(e);
            // A server that refuses a long body answers and stops reading: look for its answer even when
            // writing fails.
            const bool written = !co_await connection->write(bytes);
            crypto::wipe(bytes);
            bool answered = false;
            auto r = co_await read_response(e, answered);
            // The server may close a connection that was kept at any time. It has then done nothing, or what
            // was asked for: whoever must know of a second time asks for one.
            if (!r && kept && !answered && !timed_out && !e.headers.once) {
                connection.reset();
                continue;
            }
            if (!r || !written) connection.reset();
            co_return r;
        }
    }

    /// Feeds the parser what has come, reading more when that is nothing. `need_buffer` only says that the
    /// body's buffer is full.
    task<error_code> feed(parser& p, bool& answered) {
        if (received.empty() || starved) {
            arm();
            const auto n = co_await connection->read_some(incoming);
            if (!n) {
                if (timed_out || !p.is_header_done() || !p.need_eof()) co_return failure(client_errc::closed);
                error_code ec;
                p.put_eof(ec);
                co_return ec ? make_error_code(client_errc::closed) : ec;
            }
            answered = true;
            crypto::append(received, crypto::bytes_view(incoming).first(*n));
        }
        error_code ec;
        const auto used = p.put(asio::buffer(received), ec);
        received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(used));
        starved = ec == beast_http::error::need_more;
        if (ec == beast_http::error::body_limit) co_return make_error_code(client_errc::too_large);
        if (ec && !starved && ec != beast_http::error::need_buffer)
            co_return make_error_code(client_errc::bad_response);
        co_return error_code{};
    }

    task<result<client_response>> read_response(const exchange& e, bool& answered) {
        parser p;
        p.header_limit(16 * 1024);
        p.body_limit(e.max_response);
        p.skip(e.method == http::verb::head);
        starved = false;
        while (!p.is_header_done())
            if (const auto ec = co_await feed(p, answered)) co_return ec;

        client_response out;
        const auto& parsed = p.get();
        out.status = static_cast<std::uint16_t>(parsed.result_int());
        const auto type = parsed[beast_http::field::content_type];
        out.content_type.assign(type.data(), std::min(type.find(';'), type.size()));
        const auto coding = parsed[beast_http::field::content_encoding];
        out.content_encoding.assign(coding.data(), coding.size());
        for (const auto& field : parsed) {
            auto& name = out.names.emplace_back(field.name_string());
            for (char& c : name)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        }
        const auto policy = parsed["Content-Security-Policy"];
        out.content_security_policy.assign(policy.data(), policy.size());
        const auto tag = parsed[beast_http::field::etag];
        if (tag.size() > 2 && tag.starts_with('"') && tag.ends_with('"'))
            out.etag = tag.substr(1, tag.size() - 2);

        const bool to_sink = e.take != nullptr && out.status == 200;
        crypto::bytes slice(slice_size);
        while (!p.is_done()) {
            p.get().body().data = slice.data();
            p.get().body().size = slice.size();
            p.get().body().more = true;
            if (const auto ec = co_await feed(p, answered)) co_return ec;
            const auto got = crypto::bytes_view(slice).first(slice.size() - p.get().body().size);
            if (got.empty()) continue;
            if (to_sink) {
                if (!(*e.take)(got)) co_return make_error_code(client_errc::stopped);
            } else {
                if (e.take != nullptr && out.body.size() + got.size() > max_problem)
                    co_return make_error_code(client_errc::too_large);
                crypto::append(out.body, got);
            }
        }
        if (!p.keep_alive()) connection.reset();
        co_return out;
    }

    std::string origin;
    client_options options;
    std::optional<place> where;
    http::ssl_ctx_ptr tls;
    asio::io_context context{1};
    tcp::resolver resolver{context};
    std::optional<http::transport> connection;
    http::deadline limit;
    crypto::bytes incoming = crypto::bytes(16 * 1024);
    crypto::bytes received; ///< read, not yet parsed
    bool starved = false;   ///< what was received does not suffice for the parser's next step
    bool timed_out = false;
};

https_client::https_client(std::string_view origin, client_options options) {
    std::signal(SIGPIPE, SIG_IGN); // as in http::server: TLS writes to the descriptor itself
    state_ = std::make_unique<state>(origin, std::move(options));
}
https_client::~https_client() = default;
https_client::https_client(https_client&&) noexcept = default;
https_client& https_client::operator=(https_client&&) noexcept = default;

result<client_response> https_client::send(http::verb method, std::string_view path,
                                           std::string_view content_type, crypto::bytes_view body,
                                           const client_headers& headers, std::size_t max_response) {
    return state_->run(state_->send({method, path, content_type, body, headers, max_response, nullptr}));
}

result<client_response> https_client::stream(std::string_view path, const client_headers& headers,
                                             const sink& take, std::uint64_t max_response) {
    return state_->run(state_->send({http::verb::get, path, {}, {}, headers, max_response, &take}));
}

std::string_view https_client::origin() const noexcept {
    return state_->origin;
}

} // namespace changgu::cli
