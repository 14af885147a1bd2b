#include "server/http/gate.hpp"

#include "server/http/limits.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace changgu::http;
using kind = problem_kind;

namespace {

struct given {
    std::string what;
    verb method;
    std::string target;
    unsigned version;
    std::vector<field> fields;
    std::optional<kind> expected;
    std::uint64_t length = 0;
};

const field host{"Host", "a"};

} // namespace

TEST_CASE("the gate lets through one framing and nothing ambiguous") {
    const std::vector<given> table{
        {"a plain GET", verb::get, "/x?a=1", 11, {host}, std::nullopt},
        {"a POST with its length", verb::post, "/x", 11, {host, {"Content-Length", "12"}}, std::nullopt, 12},
        {"names in any case",
         verb::post,
         "/x",
         11,
         {{"hOST", "a"}, {"CONTENT-LENGTH", "0"}},
         std::nullopt,
         0},
        {"Upgrade is ignored",
         verb::get,
         "/",
         11,
         {host, {"Upgrade", "websocket"}, {"Connection", "upgrade"}},
         std::nullopt},
        {"HTTP/1.0", verb::get, "/", 10, {host}, kind::version_not_supported},
        {"HTTP/2 prior knowledge", verb::other, "*", 20, {host}, kind::version_not_supported},
        {"no Host", verb::get, "/", 11, {}, kind::bad_request},
        {"an empty Host", verb::get, "/", 11, {{"Host", ""}}, kind::bad_request},
        {"two Hosts", verb::get, "/", 11, {host, host}, kind::bad_request},
        {"absolute form", verb::get, "http://a/", 11, {host}, kind::bad_request},
        {"asterisk form", verb::other, "*", 11, {host}, kind::bad_request},
        {"authority form", verb::other, "a:443", 11, {host}, kind::bad_request},
        {"a fragment", verb::get, "/#a", 11, {host}, kind::bad_request},
        {"a byte beyond ASCII", verb::get, "/\xC3\xA4", 11, {host}, kind::bad_request},
        {"the longest target", verb::get, "/" + std::string(max_target - 1, 'a'), 11, {host}, std::nullopt},
        {"a longer target", verb::get, "/" + std::string(max_target, 'a'), 11, {host}, kind::bad_request},
        {"chunked", verb::post, "/", 11, {host, {"Transfer-Encoding", "chunked"}}, kind::not_implemented},
        {"an empty coding", verb::get, "/", 11, {host, {"Transfer-Encoding", ""}}, kind::not_implemented},
        {"chunked and a length",
         verb::post,
         "/",
         11,
         {host, {"Content-Length", "3"}, {"Transfer-Encoding", "xchunked"}},
         kind::not_implemented},
        {"Expect",
         verb::post,
         "/",
         11,
         {host, {"Content-Length", "3"}, {"Expect", "100-continue"}},
         kind::expectation_failed},
        {"a POST without a length", verb::post, "/", 11, {host}, kind::length_required},
        {"a PUT without a length", verb::put, "/", 11, {host}, kind::length_required},
        {"the length twice",
         verb::post,
         "/",
         11,
         {host, {"Content-Length", "3"}, {"Content-Length", "3"}},
         kind::bad_request},
        {"a list of lengths", verb::post, "/", 11, {host, {"Content-Length", "3, 3"}}, kind::bad_request},
        {"a sign", verb::post, "/", 11, {host, {"Content-Length", "+3"}}, kind::bad_request},
        {"negative", verb::post, "/", 11, {host, {"Content-Length", "-3"}}, kind::bad_request},
        {"hexadecimal", verb::post, "/", 11, {host, {"Content-Length", "0x3"}}, kind::bad_request},
        {"empty", verb::post, "/", 11, {host, {"Content-Length", ""}}, kind::bad_request},
        {"beyond 64 bits",
         verb::post,
         "/",
         11,
         {host, {"Content-Length", "18446744073709551616"}},
         kind::too_large},
        {"Authorization twice",
         verb::get,
         "/",
         11,
         {host, {"Authorization", "a"}, {"Authorization", "b"}},
         kind::bad_request},
        {"Changgu-Work twice",
         verb::post,
         "/",
         11,
         {host, {"Content-Length", "0"}, {"Changgu-Work", "a"}, {"changgu-work", "b"}},
         kind::bad_request},
        {"If-Match twice",
         verb::get,
         "/",
         11,
         {host, {"If-Match", "*"}, {"If-Match", "*"}},
         kind::bad_request},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        std::uint64_t length = 99;
        CHECK(check_head({row.method, row.target, row.version, row.fields}, length) == row.expected);
        if (!row.expected) CHECK(length == row.length);
    }
}

TEST_CASE("the lines of a header are strict") {
    CHECK_FALSE(check_lines("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK_FALSE(check_lines("GET / HTTP/1.1\r\nHost:\ta \r\n\r\n"));
    const std::vector<std::string> refused{
        "",
        "\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n continued\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\tX: 1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\x7F\r\n\r\n",
        std::string("GET / HTTP/1.1\r\nHost: a\0\r\n\r\n", 28),
        "GET / HTTP/1.1\r\nHost: a\r\n",
    };
    for (const auto& raw : refused) {
        CAPTURE(raw);
        CHECK(check_lines(raw) == kind::bad_request);
    }
    const std::string line = "GET / HTTP/1.1\r\nX: ";
    CHECK_FALSE(check_lines(line + std::string(max_header - line.size() - 4, 'a') + "\r\n\r\n"));
    CHECK(check_lines(line + std::string(max_header - line.size() - 3, 'a') + "\r\n\r\n") ==
          kind::header_too_large);
}

TEST_CASE("what a handler gets of the head") {
    const std::vector<field> fields{host,
                                    {"Authorization", "bEaReR  secret"},
                                    {"If-Match", "\"etag\""},
                                    {"changgu-work", "YWJj"},
                                    {"Content-Type", "Application/JSON; charset=utf-8"},
                                    {"Accept-Encoding", "gzip, br;q=0.8"}};
    request r;
    REQUIRE_FALSE(read_head({verb::get, "/a/b?from=1%2B1&x=&flag", 11, fields}, r));
    CHECK(r.path == "/a/b");
    CHECK(r.query_value("from") == "1+1");
    CHECK(r.query_value("x") == "");
    CHECK(r.query_value("flag") == "");
    CHECK_FALSE(r.query_value("none"));
    CHECK(r.bearer.text() == "secret");
    CHECK(r.if_match == "etag");
    CHECK(r.content_type == "application/json");
    CHECK(r.accepts_brotli);

    for (const std::string target : {"/a%2Fb", "/a?x=%", "/a?x=%0", "/a?x=%zz", "/a?x=%00", "/a?x=%0A",
                                     "/a?x=1&x=2", "/a?=1", "/a?%78=1&x=2"}) {
        CAPTURE(target);
        request other;
        CHECK(read_head({verb::get, target, 11, {}}, other) == kind::bad_request);
    }
    for (const std::string tag : {"", "etag", "\"", "W/\"a\"", "\"a\", \"b\""}) {
        CAPTURE(tag);
        const std::vector<field> only{{"If-Match", tag}};
        request other;
        CHECK(read_head({verb::get, "/", 11, only}, other) == kind::bad_request);
    }
    for (const auto& [codings, expected] :
         std::vector<std::pair<std::string, bool>>{{"", false},
                                                   {"gzip", false},
                                                   {"br", true},
                                                   {"BR", true},
                                                   {"br;q=0", false},
                                                   {"br;q=0.0, gzip", false},
                                                   {"brx", false}}) {
        CAPTURE(codings);
        const std::vector<field> only{{"Accept-Encoding", codings}};
        request other;
        REQUIRE_FALSE(read_head({verb::get, "/", 11, only}, other));
        CHECK(other.accepts_brotli == expected);
    }
}
