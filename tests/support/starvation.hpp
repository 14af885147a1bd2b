// Threads that get no memory. operator new is replaced, so that one file of a program includes this, and the
// program is one of its own. What Asio takes for its own steps comes from elsewhere.
#pragma once

#include "tests/support/malloc_delete.hpp"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <pthread.h>

namespace changgu::test {

inline const pthread_t main_thread = ::pthread_self(); // the test's own, which is spared
inline std::atomic<bool> starving = false;
inline std::atomic<std::uint64_t> refused = 0;

inline void* allocate(std::size_t size) {
    if (starving && ::pthread_equal(::pthread_self(), main_thread) == 0) {
        ++refused;
        throw std::bad_alloc();
    }
    void* p = std::malloc(size == 0 ? 1 : size); // NOLINT: this is operator new
    if (p == nullptr) throw std::bad_alloc();
    return p;
}

} // namespace changgu::test

// NOLINTBEGIN(misc-definitions-in-headers): they cannot be inline
void* operator new(std::size_t size) {
    return changgu::test::allocate(size);
}
void* operator new[](std::size_t size) {
    return changgu::test::allocate(size);
}
// NOLINTEND(misc-definitions-in-headers)
