// For a thread that has to go on, though there is no memory at the moment.
#pragma once

#include <chrono>
#include <new>
#include <thread>

namespace changgu::storage {

/// What `step` gives, which is tried again every ten milliseconds while it throws std::bad_alloc. A step that
/// throws has changed nothing.
template <class Step> auto once_there_is_memory(Step step) {
    constexpr std::chrono::milliseconds before_another_try{10};
    for (;;) {
        try {
            return step();
        } catch (const std::bad_alloc&) {
            std::this_thread::sleep_for(before_another_try);
        }
    }
}

} // namespace changgu::storage
