#include "server/http/route.hpp"
#include "server/http/problem.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace changgu::http;

TEST_CASE("a pattern matches one whole segment") {
    std::string_view p;
    CHECK(matches("/api/v1/channel", "/api/v1/channel", p));
    CHECK_FALSE(matches("/api/v1/channel", "/api/v1/channel/", p));
    CHECK_FALSE(matches("/api/v1/channel", "/api/v1/Channel", p));
    CHECK(matches("/replies/{}", "/replies/abc", p));
    CHECK(p == "abc");
    CHECK(matches("/a/{}/b", "/a/x/b", p));
    CHECK(p == "x");
    CHECK_FALSE(matches("/replies/{}", "/replies/", p));
    CHECK_FALSE(matches("/replies/{}", "/replies/a/b", p));
    CHECK_FALSE(matches("/a/{}/b", "/a//b", p));
    CHECK_FALSE(matches("/a/{}/b", "/a/b", p));
}

TEST_CASE("Allow names HEAD beside GET") {
    CHECK(allow_header(1U << static_cast<unsigned>(verb::get)) == "GET, HEAD");
    CHECK(allow_header((1U << static_cast<unsigned>(verb::put)) | (1U << static_cast<unsigned>(verb::get))) ==
          "GET, HEAD, PUT");
    CHECK(allow_header(1U << static_cast<unsigned>(verb::post)) == "POST");
}

TEST_CASE("a problem is its kind and nothing else") {
    const auto r = problem(problem_kind::epoch_closed);
    CHECK(r.status == 409);
    CHECK(r.content_type == "application/problem+json");
    CHECK(
        changgu::crypto::as_text(r.body) ==
        R"({"type":"urn:changgu:problem:epoch-closed","title":"This epoch takes no more envelopes","status":409})");
    std::set<std::string_view> slugs;
    for (int i = 0; i <= static_cast<int>(problem_kind::internal); ++i) {
        const auto& row = info(static_cast<problem_kind>(i));
        CHECK(row.status >= 400);
        CHECK(row.title.find_first_of("\"\\") == std::string_view::npos);
        CHECK_MESSAGE(slugs.insert(row.slug).second, row.slug);
    }
}
