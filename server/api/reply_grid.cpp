#include "server/api/reply_grid.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>

namespace changgu::api {

namespace asio = boost::asio;

asio::awaitable<http::response> on_grid(std::chrono::milliseconds step,
                                        asio::awaitable<http::response> work) {
    using clock = std::chrono::steady_clock;
    const auto came = clock::now();
    std::optional<http::response> answer;
    std::exception_ptr thrown;
    try {
        answer = co_await std::move(work);
    } catch (const std::exception&) {
        thrown = std::current_exception();
    }
    if (step.count() > 0) {
        asio::steady_timer leave(co_await asio::this_coro::executor);
        leave.expires_at(came + ((clock::now() - came) / step + 1) * step);
        co_await leave.async_wait(asio::use_awaitable);
    }
    if (thrown) std::rethrow_exception(thrown);
    co_return std::move(*answer);
}

} // namespace changgu::api
