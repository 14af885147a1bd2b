// For a while the server's threads get no memory. A program of its own: operator new is replaced.
#include "tests/server/http/fixture.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <pthread.h>
#include <thread>

using namespace changgu;
using namespace changgu::test;

namespace {

const pthread_t main_thread = ::pthread_self(); // the test's own, which is spared
std::atomic<bool> starving = false;
std::atomic<std::uint64_t> refused = 0;

void* allocate(std::size_t size) {
    if (starving && ::pthread_equal(::pthread_self(), main_thread) == 0) {
        ++refused;
        throw std::bad_alloc();
    }
    void* p = std::malloc(size == 0 ? 1 : size); // NOLINT: this is operator new
    if (p == nullptr) throw std::bad_alloc();
    return p;
}

} // namespace

void* operator new(std::size_t size) {
    return allocate(size);
}
void* operator new[](std::size_t size) {
    return allocate(size);
}
// NOLINTBEGIN(cppcoreguidelines-no-malloc): these are operator delete
void operator delete(void* p) noexcept {
    std::free(p);
}
void operator delete[](void* p) noexcept {
    std::free(p);
}
void operator delete(void* p, std::size_t /*size*/) noexcept {
    std::free(p);
}
void operator delete[](void* p, std::size_t /*size*/) noexcept {
    std::free(p);
}
// NOLINTEND(cppcoreguidelines-no-malloc)

TEST_CASE("when there is memory again connections are taken again") {
    test_server s({.limit = {}, .threads = 1});
    const auto greet = [&s] {
        raw_client c(s.plain());
        c.send(get("/hello"));
        return status_of(c.answer());
    };
    for (int round = 0; round < 10; ++round) {
        REQUIRE(greet() == 200);
        {
            std::array<std::unique_ptr<raw_client>, 12> some;
            for (std::size_t i = 0; i < some.size(); ++i) {
                starving = i % 3 != 0;
                some.at(i) = std::make_unique<raw_client>(s.plain());
                some.at(i)->send(get("/hello"));
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
            }
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        starving = false;
    }
    CHECK(refused > 0);
    for (int i = 0; i < 10; ++i) CHECK(greet() == 200);
    CHECK(eventually([&s] { return s.server->connections() == 0; }));
    MESSAGE(refused.load(), " pieces of memory refused");
}
