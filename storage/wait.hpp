// Calls the store and waits for its answer: for the command line, start-up and tests. Never on an event loop,
// and never from a callback of the store.
#pragma once

#include <future>
#include <utility>

namespace changgu::storage {

/// `start` is given the callback to pass on:  wait<put_outcome>([&](auto done) { s.put_reply(a, body,
/// std::move(done)); })
template <class T, class Start> T wait(Start&& start) {
    std::promise<T> answer;
    auto future = answer.get_future();
    // The promise goes with the callback, which the analyzer does not follow into another thread.
    // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks)
    std::forward<Start>(start)(
        [answer = std::move(answer)](T value) mutable { answer.set_value(std::move(value)); });
    return future.get();
}

} // namespace changgu::storage
