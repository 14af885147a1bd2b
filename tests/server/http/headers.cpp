#include "server/http/headers.hpp"

#include "tests/server/http/fixture.hpp"

#include <doctest/doctest.h>

using namespace changgu::test;
using changgu::http::content_security_policy;
using changgu::http::surface;

namespace {

constexpr std::string_view on_every_answer[] = {"Cache-Control",
                                                "Content-Security-Policy",
                                                "Cross-Origin-Embedder-Policy",
                                                "Cross-Origin-Opener-Policy",
                                                "Cross-Origin-Resource-Policy",
                                                "Integrity-Policy",
                                                "Permissions-Policy",
                                                "Referrer-Policy",
                                                "X-Content-Type-Options"};

std::string preflight(std::string_view path) {
    return "OPTIONS " + std::string(path) +
           " HTTP/1.1\r\nHost: a\r\nOrigin: null\r\nAccess-Control-Request-Method: POST\r\n\r\n";
}

} // namespace

TEST_CASE("every answer has the standing headers, errors too") {
    test_server s;
    for (const std::string& request :
         {get("/hello"), get("/fixed"), get("/nowhere"), get("/throws"),
          std::string("OPTIONS /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
          std::string("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
          std::string("nonsense\r\n\r\n"),
          std::string("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n")}) {
        CAPTURE(request);
        raw_client c(s.plain());
        c.send(request);
        const auto answer = c.answer();
        for (const auto name : on_every_answer) CHECK_FALSE(header_of(answer, name).empty());
        CHECK(header_of(answer, "Cache-Control") == "no-store");
        CHECK(header_of(answer, "Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'");
        CHECK(header_of(answer, "Strict-Transport-Security").empty());
        CHECK(header_of(answer, "Access-Control-Allow-Origin").empty());
        CHECK(header_of(answer, "Set-Cookie").empty());
    }
}

TEST_CASE("no policy lets a page load from elsewhere, run what is inline or be framed") {
    for (const auto kind : {surface::api, surface::page, surface::console, surface::viewer, surface::part,
                            surface::download, surface::manifest}) {
        const auto policy = content_security_policy(kind);
        CAPTURE(policy);
        CHECK(policy.find("default-src 'none'") != std::string_view::npos);
        CHECK(policy.find("unsafe-inline") == std::string_view::npos);
        CHECK(policy.find("'unsafe-eval'") == std::string_view::npos);
        CHECK(policy.find("http") == std::string_view::npos);
        CHECK(policy.find('*') == std::string_view::npos);
        const bool framed = kind == surface::viewer;
        CHECK(policy.find(framed ? "frame-ancestors 'self'" : "frame-ancestors 'none'") !=
              std::string_view::npos);
        CHECK(changgu::http::standing_headers(kind, true).find("\r\nStrict-Transport-Security: max-age=") !=
              std::string_view::npos);
    }
}

TEST_CASE("only a call for any origin may be read by one, refused or not") {
    test_server s;
    raw_client c(s.plain());
    const std::string origin = "*";
    c.send(get("/open"));
    CHECK(header_of(c.answer(), "Access-Control-Allow-Origin") == origin);
    c.send(get("/open/throws"));
    auto answer = c.answer();
    CHECK(status_of(answer) == 500);
    CHECK(header_of(answer, "Access-Control-Allow-Origin") == origin);

    c.send(preflight("/open"));
    answer = c.answer();
    CHECK(status_of(answer) == 204);
    CHECK(header_of(answer, "Access-Control-Allow-Origin") == origin);
    CHECK(header_of(answer, "Access-Control-Allow-Methods") == "GET, HEAD, POST");
    CHECK(header_of(answer, "Access-Control-Allow-Headers") == "content-type, changgu-work");
    CHECK(header_of(answer, "Access-Control-Allow-Credentials").empty());

    // PUT of the same path is not for any origin: neither its answer nor the preflight opens it.
    c.send("PUT /open HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    CHECK(header_of(c.answer(), "Access-Control-Allow-Origin").empty());
    c.send(preflight("/hello"));
    answer = c.answer();
    CHECK(status_of(answer) == 405);
    CHECK(header_of(answer, "Allow") == "GET, HEAD");
    c.send(preflight("/nowhere"));
    CHECK(status_of(c.answer()) == 404);

    raw_client too_long(s.plain());
    too_long.send("POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n");
    answer = too_long.answer();
    CHECK(status_of(answer) == 413);
    CHECK(header_of(answer, "Access-Control-Allow-Origin") == origin);
}
