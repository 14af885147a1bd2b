#include "server/cli/https_client.hpp"
#include "tests/server/http/fixture.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <memory>
#include <vector>

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#include <sanitizer/allocator_interface.h>
#else
#include <malloc.h>
#endif

namespace {
/// Bytes that are allocated in this process now. (Resident memory would count a sanitizer's quarantine.)
std::size_t allocated() {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return __sanitizer_get_current_allocated_bytes();
#else
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
#endif
}
} // namespace

using namespace changgu::test;

TEST_CASE("50 MB are streamed in constant memory") {
    test_server s;
    changgu::cli::https_client client(s.plain_origin());
    REQUIRE(client.send(changgu::http::verb::get, "/hello", {}, {}).has_value());
    std::uint64_t got = 0;
    std::size_t most = 0;
    const auto before = allocated();
    const auto r = client.stream(
        "/stream", {},
        [&](changgu::crypto::bytes_view slice) {
            got += slice.size();
            most = std::max(most, allocated());
            return true;
        },
        stream_length);
    REQUIRE(r.has_value());
    CHECK(r->status == 200);
    CHECK(got == stream_length);
    CHECK(most < before + 1'000'000);
}

TEST_CASE("a reader that does not read is cut, and no more is made for it than the socket takes") {
    test_server::settings set;
    set.limit.write = 200ms;
    test_server s(set);
    raw_client c(s.plain());
    c.send(get("/stream"));
    CHECK(eventually([&] { return s.what.streamed > 0 && s.server->connections() == 0; }));
    CHECK(s.what.streamed < stream_length / 2);
}

TEST_CASE("a slow reader has time for each part of a long answer") {
    test_server::settings set;
    set.limit.write = 2s;
    test_server s(set);
    raw_client c(s.plain());
    const int few = 64 * 1024;
    ::setsockopt(c.descriptor(), SOL_SOCKET, SO_RCVBUF, &few, sizeof few);
    c.send(get("/long"));
    std::vector<char> part(128 * 1024);
    std::size_t got = 0;
    while (got < long_length) {
        const auto n = ::recv(c.descriptor(), part.data(), part.size(), MSG_WAITALL);
        if (n <= 0) break;
        got += static_cast<std::size_t>(n);
        ::usleep(40'000);
    }
    CHECK(got >= long_length);
}

TEST_CASE("a body that is announced takes no memory before it comes") {
    test_server s;
    const std::string announced = "POST /long HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";
    const std::string body(1'000'000, 'b');
    std::vector<std::unique_ptr<raw_client>> many;
    const auto before = allocated();
    for (int i = 0; i < 50; ++i) {
        many.push_back(std::make_unique<raw_client>(s.plain()));
        many.back()->send(announced + body.substr(0, 1000));
    }
    CHECK(eventually([&] { return s.server->connections() == many.size(); }));
    many[0]->send(std::string_view(body).substr(1000));
    CHECK(body_of(many[0]->answer()) == body); // by then the others have been looked at as well
    many[0].reset();
    CHECK(eventually([&] { return s.server->connections() < many.size(); }));
    CHECK(allocated() < before + 10'000'000);
}

TEST_CASE("a source that ends early cuts the connection instead of passing for whole") {
    test_server s;
    raw_client c(s.plain());
    c.send(get("/short"));
    CHECK(c.answer().empty());
    CHECK(c.ended());
}
