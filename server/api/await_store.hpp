// Waiting for the store from a handler. The store calls back on its writer's thread; the coroutine goes on
// where it was.
//
// The callback owns the suspended coroutine and a work guard, so it may come late, after the connection was
// cut: the frame is still there then, and it is resumed or taken down on its own executor. Only the
// io_context itself has to outlive the store's last callback: stop the store before the server goes.
#pragma once

#include "storage/once_there_is_memory.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace changgu::api {

/// `start` is called with the callback to hand to the store, a move-only void(T):
///     co_await await_store<put_outcome>([&](auto done) { store.put_reply(at, std::move(body),
///     std::move(done)); })
template <class T, class Start> boost::asio::awaitable<T> await_store(Start start) {
    auto initiate = [](auto handler, Start begin) {
        struct waiting {
            explicit waiting(decltype(handler) h)
                : work(boost::asio::make_work_guard(h)), resume(std::move(h)) {}
            decltype(boost::asio::make_work_guard(handler)) work;
            decltype(handler) resume;
            std::optional<T> value;
        };
        begin([held = std::make_shared<waiting>(std::move(handler))](T value) mutable {
            held->value = std::move(value);
            // The store's thread would end with the process, and what it had acknowledged with it.
            storage::once_there_is_memory([&held] {
                boost::asio::post(held->work.get_executor(),
                                  [held] { std::move(held->resume)(std::move(*held->value)); });
            });
            held->work.reset();
            held.reset();
        });
    };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
        std::move(initiate), boost::asio::use_awaitable, std::move(start));
}

} // namespace changgu::api
