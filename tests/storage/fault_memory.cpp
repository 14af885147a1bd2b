// operator new and SQLite's memory are replaced.
#include "tests/storage/fault.hpp"
#include "tests/support/malloc_delete.hpp"

#include <sqlite3.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <pthread.h>

namespace changgu::test {
namespace {

const pthread_t main_thread = ::pthread_self();
std::atomic<int> main_exposed = 0;
std::atomic<int> main_short = 0;
thread_local int spared_here = 0;

bool in_main_thread() noexcept {
    return ::pthread_equal(::pthread_self(), main_thread) != 0;
}

// Before main(), as SQLite must not have begun.
sqlite3_mem_methods system_memory;
void* counted_malloc(int size) {
    return (!in_main_thread() || main_exposed != 0) && strikes(trouble::sqlite_memory)
               ? nullptr
               : system_memory.xMalloc(size);
}
void* counted_realloc(void* p, int size) {
    return (!in_main_thread() || main_exposed != 0) && strikes(trouble::sqlite_memory)
               ? nullptr
               : system_memory.xRealloc(p, size);
}
[[maybe_unused]] const bool memory_replaced = [] {
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_memory) != SQLITE_OK) std::abort();
    auto m = system_memory;
    m.xMalloc = counted_malloc;
    m.xRealloc = counted_realloc;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &m) != SQLITE_OK) std::abort();
    return true;
}();

void* allocate(std::size_t size) noexcept {
    if (spared_here == 0 && (!in_main_thread() || main_short != 0) && strikes(trouble::memory))
        return nullptr;
    return std::malloc(size == 0 ? 1 : size); // NOLINT: this is operator new
}
void* allocate_or_throw(std::size_t size) {
    void* p = allocate(size);
    if (p == nullptr) throw std::bad_alloc();
    return p;
}

} // namespace

exposed::exposed(to what) noexcept : what_(what) {
    ++main_exposed;
    if (what_ == to::all_memory) ++main_short;
}
exposed::~exposed() {
    --main_exposed;
    if (what_ == to::all_memory) --main_short;
}

spared::spared() noexcept {
    ++spared_here;
}
spared::~spared() {
    --spared_here;
}

} // namespace changgu::test

using namespace changgu::test;

void* operator new(std::size_t size) {
    return allocate_or_throw(size);
}
void* operator new[](std::size_t size) {
    return allocate_or_throw(size);
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return allocate(size);
}
