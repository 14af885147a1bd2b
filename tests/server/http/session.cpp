#include "tests/server/http/fixture.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/stat.h>

#include <fstream>

using namespace changgu::test;

namespace {
std::string post(std::string_view path, std::string_view body) {
    return "POST " + std::string(path) +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}
} // namespace

TEST_CASE("an answer has the headers it must have and none that tell") {
    test_server s;
    raw_client c(s.plain());
    c.send(get("/hello"));
    const auto answer = c.answer();
    CHECK(answer == "HTTP/1.1 200 OK\r\nContent-Length: 14\r\nContent-Type: application/json\r\n" +
                        std::string(changgu::http::standing_headers(changgu::http::surface::api, false)) +
                        "\r\n{\"hello\":true}");
    c.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + get("/items/xyz"));
    c.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const auto rest = c.rest();
    const auto end = rest.find("\r\n\r\n") + 4;
    CHECK(rest.substr(0, end) == answer.substr(0, answer.find("\r\n\r\n") + 4)); // as GET's, without its body
    CHECK(rest.substr(end).starts_with("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"));
    CHECK(header_of(rest.substr(end), "ETag") == "\"tag-1\"");
}

TEST_CASE("requests are routed") {
    test_server s;
    raw_client c(s.plain());
    c.send(get("/nothing"));
    CHECK(status_of(c.answer()) == 404);
    c.send("PUT /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    auto answer = c.answer();
    CHECK(status_of(answer) == 405);
    CHECK(header_of(answer, "Allow") == "GET, HEAD");
    c.send("DELETE /items/a HTTP/1.1\r\nHost: a\r\n\r\n");
    answer = c.answer();
    CHECK(status_of(answer) == 405);
    CHECK(header_of(answer, "Allow") == "GET, HEAD, PUT");
    c.send("BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(status_of(c.answer()) == 405);
    c.send(get("/query?a=1&b=%32"));
    CHECK(body_of(c.answer()) == "1,2");
    c.send("GET /bearer HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer abc\r\n\r\n");
    CHECK(body_of(c.answer()) == "abc");
    c.send("PUT /items/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nIf-Match: \"other\"\r\n\r\nx");
    CHECK(status_of(c.answer()) == 412);
    c.send("GET /brotli HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip, br\r\n\r\n");
    CHECK(body_of(c.answer()) == "yes");
}

TEST_CASE("a page of static storage, with headers of its own") {
    test_server s;
    raw_client c(s.plain());
    c.send(get("/fixed"));
    const auto answer = c.answer();
    CHECK(header_of(answer, "Vary") == "Accept-Encoding");
    CHECK(header_of(answer, "Content-Type") == "text/html; charset=utf-8");
    CHECK(body_of(answer) == "p" + std::string(99'999, '\0'));
}

TEST_CASE("what a handler throws is not told") {
    test_server s;
    raw_client c(s.plain());
    c.send(get("/throws"));
    const auto answer = c.answer();
    CHECK(status_of(answer) == 500);
    CHECK(answer.find("secret") == std::string::npos);
    c.send(get("/hello"));
    CHECK(status_of(c.answer()) == 200);
}

TEST_CASE("pipelined requests are answered in order") {
    test_server s;
    raw_client c(s.plain());
    c.send(get("/slow") + post("/echo", "second") + get("/hello"));
    CHECK(body_of(c.answer()) == R"({"done":true})");
    CHECK(body_of(c.answer()) == "second");
    CHECK(body_of(c.answer()) == R"({"hello":true})");
}

TEST_CASE("a request may come byte by byte, its body in pieces") {
    test_server s;
    raw_client c(s.plain());
    for (const char b : post("/echo", "0123456789")) c.send(std::string_view(&b, 1));
    CHECK(body_of(c.answer()) == "0123456789");
    const std::string whole(64 * 1024, 'x');
    c.send(post("/echo", whole));
    CHECK(body_of(c.answer()) == whole);
}

TEST_CASE("a body over the route's limit is refused before it is read") {
    test_server s;
    raw_client c(s.plain());
    c.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n"); // and no byte of it
    CHECK(status_of(c.answer()) == 413);
    CHECK(c.rest().empty());
    CHECK(c.ended());

    raw_client eager(s.plain()); // sends it all the same: the answer must not be lost to a reset
    const int small = 16 * 1024; // so that send() waits for the server to take it
    ::setsockopt(eager.descriptor(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    eager.send(post("/items/a", ""));
    CHECK(status_of(eager.answer()) == 405);
    eager.send("PUT /items/a HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n" +
               std::string(900'000, 'x'));
    CHECK(status_of(eager.answer()) == 413);
    CHECK(eager.rest().empty());
    CHECK(eager.ended());
    CHECK_FALSE(eager.was_reset());
    CHECK(s.what.handled == 0);
}

TEST_CASE("every phase has its deadline") {
    test_server::settings set;
    set.limit.idle = 150ms;
    set.limit.header = 150ms;
    set.limit.body = 150ms;
    set.limit.handler = 400ms;
    test_server s(set);
    const auto cut_after = [&](std::string_view sent) {
        raw_client c(s.plain());
        const auto start = std::chrono::steady_clock::now();
        c.send(sent);
        CHECK(c.rest().empty());
        CHECK(c.ended());
        return std::chrono::steady_clock::now() - start;
    };
    CHECK(cut_after("") >= 140ms);
    CHECK(cut_after("GET /hello HTT") >= 140ms);
    CHECK(cut_after("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab") >= 140ms);
    CHECK(cut_after(get("/stuck")) >= 390ms);

    // The header's deadline is for the whole header: a byte now and then does not move it.
    raw_client c(s.plain());
    for (int i = 0; i < 25; ++i) {
        c.send("G");
        ::usleep(20'000);
    }
    CHECK(c.ended_already());
    CHECK(eventually([&] { return s.server->connections() == 0; }));

    raw_client fine(s.plain()); // and it is set anew: three requests take longer than any one deadline
    for (int i = 0; i < 3; ++i) {
        fine.send(get("/slow"));
        CHECK(status_of(fine.answer()) == 200);
    }
}

TEST_CASE("connections and requests are capped") {
    test_server::settings set;
    set.limit.connections = 2;
    set.limit.requests_per_connection = 3;
    set.limit.share_connections = false; // or a slow machine would make the first two give way
    test_server s(set);
    raw_client a(s.plain());
    raw_client b(s.plain());
    for (auto* c : {&a, &b}) {
        c->send(get("/hello"));
        CHECK(status_of(c->answer()) == 200);
    }
    {
        raw_client third(s.plain());
        third.send(get("/hello"));
        CHECK(third.rest().empty());
        CHECK(third.ended());
    }
    a.send(get("/hello"));
    CHECK(header_of(a.answer(), "Connection").empty());
    a.send(get("/hello") + get("/hello"));
    CHECK(header_of(a.answer(), "Connection") == "close");
    CHECK(a.rest().empty());
    CHECK(a.ended());
    // The place is free again when the session has gone.
    CHECK(eventually([&] {
        raw_client again(s.plain());
        again.send(get("/hello"));
        return status_of(again.answer()) == 200;
    }));
}

TEST_CASE("Connection: close is honoured") {
    test_server s;
    raw_client c(s.plain());
    c.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(status_of(c.answer()) == 200);
    CHECK(c.rest().empty());
    CHECK(c.ended());
}

TEST_CASE("a Unix socket serves its group, and a stale one is replaced") {
    test_server::settings set;
    set.unix_socket = true;
    test_server s(set);
    const auto path = s.directory / "socket";
    struct stat found{};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0660U);
    raw_client c(path);
    c.send(get("/hello"));
    CHECK(status_of(c.answer()) == 200);

    changgu::http::server_options options;
    options.unix_socket = path;
    const changgu::http::server second(options, *s.routes); // as after a kill: the old name is still there
    CHECK(std::filesystem::is_socket(path));

    std::ofstream(s.directory / "file") << "not a socket";
    options.unix_socket = s.directory / "file";
    CHECK_THROWS_AS(changgu::http::server(options, *s.routes), std::runtime_error);
    CHECK(read_file(s.directory / "file") == "not a socket");
}

TEST_CASE("plain HTTP does not leave the machine") {
    test_server s;
    changgu::http::server_options options;
    options.plain = changgu::http::tcp_address{"0.0.0.0", 0};
    CHECK_THROWS_AS(changgu::http::server(options, *s.routes), std::runtime_error);
}
