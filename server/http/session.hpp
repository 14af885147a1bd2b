// One connection: read a header, gate it, find its route, refuse a body that is too long before it is read,
// run the handler, answer, and again. Every phase has its own deadline; when one runs out the connection is
// cut without an answer.
#pragma once

#include "server/http/deadline.hpp"
#include "server/http/problem.hpp"
#include "server/http/transport.hpp"
#include "server/http/worker.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <memory>
#include <optional>

namespace changgu::http {

class session : public std::enable_shared_from_this<session> {
  public:
    session(worker& home, transport stream, places::seat seat);
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    /// On the worker's thread.
    void start();
    /// Cuts the connection unless a request has begun.
    void stop_if_idle() noexcept;
    /// Ends the connection for the sake of another: at once, or after the answer that is being made.
    void give_way() noexcept;
    /// Cuts the connection and cancels its handler.
    void cut() noexcept;

  private:
    using status = boost::system::error_code;
    template <class T> using task = boost::asio::awaitable<T>;

    /// What this connection is at from now on, and for how long at most.
    void enter(phase what, std::chrono::milliseconds at_most);
    task<void> run();
    /// Reads, answers; false when the connection is to end.
    task<bool> serve_one();
    /// The bytes of the next header, up to and including its blank line, in front of buffer_; 0 when there is
    /// none.
    task<std::size_t> read_header();
    task<bool> read_body(std::uint64_t length, crypto::bytes& body);
    task<response> answer(std::size_t route, request message);
    /// Answers a problem and ends the connection: what follows in the stream cannot be trusted, or is not
    /// worth reading.
    task<bool> refuse(problem_kind kind);
    task<bool> write(response message, bool with_body, bool keep_alive);
    task<bool> write_stream(body_source& source, std::uint64_t length);
    task<bool> read_more();
    /// Sends the header, with `body` behind it, as far as that goes at once. Gives what is left of it,
    /// nothing when the connection has ended.
    std::optional<crypto::bytes> begin_answer(const response& r, bool keep_alive, crypto::bytes_view body);
    void drop_front(std::size_t n) noexcept;

    worker& home_;
    places::seat seat_;
    transport stream_;
    deadline deadline_;
    boost::asio::cancellation_signal cancel_;
    crypto::bytes buffer_; ///< read, not yet used; wiped as it is used, and given back when it is empty
    std::size_t served_ = 0;
    phase phase_ = phase::handshake;
    bool idle_ = true;
    bool gives_way_ = false;
};

} // namespace changgu::http
