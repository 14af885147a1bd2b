// Over a real socket: each case is answered once and the connection closed, whatever stands behind it in the
// stream.
#include "tests/server/http/fixture.hpp"

#include <doctest/doctest.h>

using namespace changgu::test;

TEST_CASE("ambiguous requests are refused and the connection is closed") {
    test_server s;
    struct given {
        std::string what;
        std::string request;
        int status;
    };
    const std::string big(9000, 'a');
    const std::vector<given> table{
        {"chunked", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501},
        {"chunked, identity",
         "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 501},
        {"a length and xchunked",
         "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: xchunked\r\n\r\nabc", 0},
        {"a length and chunked",
         "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc", 0},
        {"chunked in HTTP/1.0",
         "POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 505},
        {"two equal lengths",
         "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
        {"two different lengths",
         "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\nabc", 400},
        {"a list of lengths", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc", 400},
        {"no length", "POST /echo HTTP/1.1\r\nHost: a\r\n\r\n", 411},
        {"two hosts", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"no host", "GET /hello HTTP/1.1\r\n\r\n", 400},
        {"a folded line", "GET /hello HTTP/1.1\r\nHost: a\r\nX: b\r\n Transfer-Encoding: chunked\r\n\r\n",
         400},
        {"a blank before the colon", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\nabc", 400},
        {"a bare LF", "GET /hello HTTP/1.1\nHost: a\r\n\r\n", 400},
        {"absolute form", "GET http://a/hello HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"Expect", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc",
         417},
        {"HTTP/1.0", "GET /hello HTTP/1.0\r\nHost: a\r\n\r\n", 505},
        {"a header that is too long", "GET /hello HTTP/1.1\r\nHost: a\r\nX: " + big + "\r\n\r\n", 431},
        {"a header without an end", "GET /hello HTTP/1.1\r\nHost: a\r\nX: " + big + big, 431},
        {"no HTTP at all", "\x16\x03\x01 hello\r\n\r\n", 400},
        {"a leading empty line", "\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a length for a resource without a body",
         "GET /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 34\r\n\r\n", 413},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        raw_client c(s.plain());
        c.send(row.request + get("/hello"));
        const auto answer = c.answer();
        if (row.status != 0)
            CHECK(status_of(answer) == row.status);
        else // refused either by the parser or by the gate
            CHECK((status_of(answer) == 400 || status_of(answer) == 501));
        CHECK(header_of(answer, "Content-Type") == "application/problem+json");
        CHECK(header_of(answer, "Connection") == "close");
        CHECK(c.rest().empty());
        CHECK(c.ended());
    }
    CHECK(s.what.handled == 0);
}
