#include "server/http/session.hpp"

#include "server/http/gate.hpp"
#include "server/log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace changgu::http {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t one_write = 64 * 1024;    // bodies up to here go out together with their header
constexpr std::size_t body_at_once = 64 * 1024; // memory for a body before any of it has come; then twice as
                                                // much as has

void append(crypto::bytes& out, std::string_view text) {
    crypto::append(out, crypto::as_bytes(text));
}

void append_field(crypto::bytes& out, std::string_view name, std::string_view value) {
    append(out, name);
    append(out, ": ");
    append(out, value);
    append(out, "\r\n");
}

void append_number(crypto::bytes& out, std::uint64_t n) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), n).ptr;
    append(out, std::string_view(digits.data(), end));
}

void append_header(crypto::bytes& out, const response& r, std::uint64_t length, bool keep_alive,
                   bool secure) {
    append(out, "HTTP/1.1 ");
    append_number(out, r.status);
    append(out, " ");
    append(out, beast_http::obsolete_reason(static_cast<beast_http::status>(r.status)));
    append(out, "\r\n");
    if (r.status != 204 && r.status != 304) {
        append(out, "Content-Length: ");
        append_number(out, length);
        append(out, "\r\n");
    }
    if (!r.content_type.empty()) append_field(out, "Content-Type", r.content_type);
    if (r.etag) append_field(out, "ETag", '"' + *r.etag + '"');
    for (const auto& h : r.headers) append_field(out, h.name, h.value);
    append(out, standing_headers(r.surface, secure));
    if (!keep_alive) append_field(out, "Connection", "close");
    append(out, "\r\n");
}

header readable_anywhere() {
    return {"Access-Control-Allow-Origin", "*"};
}

response preflight(const target& where) {
    auto r = empty_response(204);
    r.headers.push_back(readable_anywhere());
    r.headers.push_back({"Access-Control-Allow-Methods", allow_header(where.allowed)});
    r.headers.push_back({"Access-Control-Allow-Headers", "content-type, changgu-work"});
    r.headers.push_back({"Access-Control-Max-Age", "600"});
    return r;
}

} // namespace

session::session(worker& home, transport stream, places::seat seat)
    : home_(home), seat_(std::move(seat)), stream_(std::move(stream)),
      deadline_(home.context.get_executor(), [this] { cut(); }) {
    home_.sessions.insert(this);
}

session::~session() {
    crypto::wipe(buffer_);
    home_.left(this);
}

void session::start() {
    asio::co_spawn(
        home_.context, run(),
        asio::bind_cancellation_slot(cancel_.slot(), [self = shared_from_this()](const std::exception_ptr&) {
            // Whatever it was has cut this connection and concerns no other; the session goes with `self`.
            self->deadline_.clear();
        }));
}

void session::stop_if_idle() noexcept {
    if (idle_) cut();
}

void session::give_way() noexcept {
    gives_way_ = true;
    if (phase_ != phase::answering) cut();
}

void session::cut() noexcept {
    stream_.abort();
    try {
        cancel_.emit(asio::cancellation_type::terminal);
    } catch (const std::exception&) { // the stream has ended; the coroutine sees that at its next step
        return;
    }
}

void session::enter(phase what, std::chrono::milliseconds at_most) {
    phase_ = what;
    seat_->enter(what, place::clock::now());
    deadline_.set(at_most);
}

asio::awaitable<void> session::run() {
    if (stream_.secure()) {
        enter(phase::handshake, home_.limit.handshake);
        if (co_await stream_.handshake()) co_return;
    }
    for (bool more = true; more;) {
        idle_ = buffer_.empty() && !stream_.has_pending();
        if (idle_) {
            if (home_.draining) break;
            enter(phase::idle, home_.limit.idle);
            if (co_await stream_.readable()) break;
            idle_ = false;
        } else if (served_ != 0) {
            // Pipelined requests are there already, and answering one may wait for nothing: the others first.
            co_await asio::post(home_.context, asio::use_awaitable);
        }
        enter(phase::header, home_.limit.header);
        more = co_await serve_one();
    }
    idle_ = true;
    enter(phase::writing, home_.limit.shutdown);
    co_await stream_.shutdown();
}

asio::awaitable<bool> session::serve_one() {
    const std::size_t header_size = co_await read_header();
    if (header_size == 0) co_return false;
    const std::string_view raw = crypto::as_text(crypto::bytes_view(buffer_).first(header_size));
    if (const auto refused = check_lines(raw)) co_return co_await refuse(*refused);

    beast_http::request_parser<beast_http::empty_body> parser;
    parser.header_limit(max_header);
    parser.body_limit(boost::none); // only the header is given to it
    parser.eager(false);
    error_code ec;
    parser.put(asio::buffer(raw.data(), raw.size()), ec);
    if (ec || !parser.is_header_done()) co_return co_await refuse(problem_kind::bad_request);

    const auto& parsed = parser.get();
    std::vector<field> fields;
    for (const auto& f : parsed) {
        const auto name = f.name_string();
        const auto value = f.value();
        fields.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
    }
    const auto method = parsed.method_string();
    const auto target_text = parsed.target();
    const head h{verb_from({method.data(), method.size()}),
                 {target_text.data(), target_text.size()},
                 parsed.version(),
                 fields};
    std::uint64_t length = 0;
    if (const auto refused = check_head(h, length)) co_return co_await refuse(*refused);
    request message;
    if (const auto refused = read_head(h, message)) co_return co_await refuse(*refused);
    const bool with_body = message.method != verb::head;
    const bool wants_more = parser.keep_alive();
    drop_front(header_size);

    const auto where = home_.routes.find(message.method, message.path);
    if (where.what == target::kind::preflight)
        co_return co_await write(preflight(where), with_body, wants_more && length == 0);
    if (where.what != target::kind::found) {
        const bool missing = where.what == target::kind::no_such_path;
        auto r = problem(missing ? problem_kind::not_found : problem_kind::method_not_allowed);
        if (!missing) r.headers.push_back({"Allow", allow_header(where.allowed)});
        co_return co_await write(std::move(r), with_body, wants_more && length == 0);
    }
    if (length > where.body_limit) {
        auto r = problem(problem_kind::too_large);
        if (where.any_origin) r.headers.push_back(readable_anywhere());
        co_return co_await write(std::move(r), true, false);
    }
    message.parameter = where.parameter;
    message.from = seat_->from();
    if (!co_await read_body(length, message.body)) co_return false;
    auto r = co_await answer(where.route, std::move(message));
    if (where.any_origin) r.headers.push_back(readable_anywhere());
    co_return co_await write(std::move(r), with_body, wants_more);
}

asio::awaitable<std::size_t> session::read_header() {
    for (std::size_t searched = 0;;) {
        static constexpr std::string_view blank_line = "\r\n\r\n";
        const auto text = crypto::as_text(buffer_);
        if (const auto end = text.find(blank_line, searched); end != std::string_view::npos)
            co_return end + blank_line.size();
        if (text.size() > max_header) {
            co_await refuse(problem_kind::header_too_large);
            co_return 0;
        }
        searched = text.size() < blank_line.size() ? 0 : text.size() - blank_line.size() + 1;
        if (!co_await read_more()) co_return 0;
    }
}

asio::awaitable<bool> session::read_body(std::uint64_t length, crypto::bytes& body) {
    if (length == 0) co_return true;
    enter(phase::body, home_.limit.body);
    const auto whole = static_cast<std::size_t>(length); // bounded by the route's limit
    body.resize(std::min(whole, body_at_once));
    std::size_t have = std::min(buffer_.size(), body.size());
    std::copy_n(buffer_.begin(), have, body.begin());
    drop_front(have);
    while (have < whole) {
        if (have == body.size()) {
            crypto::bytes longer(std::min(whole, 2 * have));
            std::ranges::copy(body, longer.begin());
            crypto::wipe(body);
            body = std::move(longer);
        }
        const auto n = co_await stream_.read_some(std::span(body).subspan(have));
        if (!n) co_return false;
        have += *n;
    }
    co_return true;
}

asio::awaitable<response> session::answer(std::size_t route, request message) {
    enter(phase::answering, home_.limit.handler);
    try {
        co_return co_await home_.routes.handle(home_.index, route, std::move(message));
    } catch (const std::exception&) { // its text may hold anything: it is not logged
        changgu::server::log(changgu::server::log_level::error, changgu::server::log_event::handler_failed);
    }
    co_return problem(problem_kind::internal);
}

asio::awaitable<bool> session::refuse(problem_kind kind) {
    co_return co_await write(problem(kind), true, false);
}

asio::awaitable<bool> session::write(response r, bool with_body, bool keep_alive) {
    ++served_;
    keep_alive =
        keep_alive && served_ < home_.limit.requests_per_connection && !home_.draining && !gives_way_;
    crypto::bytes_view body = r.fixed.empty() ? crypto::bytes_view(r.body) : r.fixed;
    if (!with_body || r.source) body = {};
    const bool together = body.size() <= one_write;
    enter(phase::writing, home_.limit.write);
    const auto left = begin_answer(r, keep_alive, together ? body : crypto::bytes_view());
    if (!left || (!left->empty() && co_await stream_.write(*left))) co_return false;
    if (r.source && with_body) co_return co_await write_stream(*r.source, r.source_length) && keep_alive;
    while (!together && !body.empty()) {
        if (!gives_way_) enter(phase::writing, home_.limit.write); // its place is somebody else's already
        const auto slice = body.first(std::min(body.size(), one_write));
        if (co_await stream_.write(slice)) co_return false;
        body = body.subspan(slice.size());
    }
    co_return keep_alive;
}

std::optional<crypto::bytes> session::begin_answer(const response& r, bool keep_alive,
                                                   crypto::bytes_view body) {
    auto& out = home_.outgoing;
    // Also where there is no memory: the next session's answer begins with whatever is left here.
    const auto empty = [](crypto::bytes* what) {
        crypto::wipe(*what);
        what->clear();
    };
    const std::unique_ptr<crypto::bytes, decltype(empty)> at_the_end(&out, empty);
    const std::uint64_t length = r.source          ? r.source_length
                                 : r.fixed.empty() ? r.body.size()
                                                   : r.fixed.size();
    append_header(out, r, length, keep_alive, stream_.secure());
    crypto::append(out, body);
    const auto sent = stream_.write_now(out);
    if (sent.ec && !sent.blocked()) return std::nullopt;
    return crypto::bytes(out.begin() + static_cast<std::ptrdiff_t>(sent.bytes), out.end());
}

asio::awaitable<bool> session::write_stream(body_source& source, std::uint64_t length) {
    crypto::bytes slice;
    while (length != 0) {
        bool more = false;
        try {
            more = source.next(slice);
        } catch (const std::exception&) { // as in answer(); the header has gone, only cutting is left
            changgu::server::log(changgu::server::log_level::error,
                                 changgu::server::log_event::handler_failed);
        }
        if (!more || slice.size() > length) {
            stream_.abort();
            co_return false;
        }
        length -= slice.size();
        enter(phase::writing, home_.limit.write);
        if (co_await stream_.write(slice)) co_return false;
    }
    co_return true;
}

asio::awaitable<bool> session::read_more() {
    for (;;) {
        const auto come = stream_.read_now(home_.incoming);
        if (come.bytes != 0) {
            const auto part = std::span(home_.incoming).first(come.bytes);
            crypto::append(buffer_, part);
            crypto::wipe(part);
            co_return true;
        }
        if (!come.blocked() || co_await stream_.wait_for(come)) co_return false;
    }
}

void session::drop_front(std::size_t n) noexcept {
    const std::size_t left = buffer_.size() - n;
    if (left != 0) std::memmove(buffer_.data(), buffer_.data() + n, left);
    crypto::wipe(std::span(buffer_).subspan(left));
    buffer_.resize(left);
    if (left == 0) buffer_.shrink_to_fit();
}

} // namespace changgu::http
