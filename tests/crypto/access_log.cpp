#include "crypto/access_log.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace changgu::crypto {
namespace {

const org_id org = random_fixed<org_id>();

std::vector<std::string> a_log() {
    return {"29743221 reviewer 1 session-opened reviewer", "29743221 reviewer 1 prekeys-put 26",
            "29743230 admin 0a1b2c3d session-opened admin", "29743231 roots statement 7 epoch"};
}

std::string follow(const std::vector<std::string>& log, std::optional<access_position> seen,
                   access_position* end = nullptr) {
    access_chain chain(org, seen);
    for (const auto& entry : log)
        if (const auto ok = chain.append(entry); !ok) return test::outcome(ok);
    if (end != nullptr) *end = chain.at();
    return test::outcome(chain.finish());
}

} // namespace

TEST_CASE("an access log that was seen can only grow") {
    access_position seen;
    REQUIRE(follow(a_log(), {}, &seen) == "ok");
    CHECK(seen.size == 4);
    auto log = a_log();
    CHECK(follow(log, seen) == "ok");
    log.emplace_back("29743240 reviewer 1 session-ended reviewer");
    CHECK(follow(log, seen) == "ok");
    CHECK(follow(log, access_position{}) == "ok"); // of whoever has seen nothing

    SUBCASE("an entry altered") {
        log[1] = "29743221 reviewer 1 prekeys-put 27";
    }
    SUBCASE("an entry taken out") {
        log.erase(log.begin() + 1);
    }
    SUBCASE("an entry put in") {
        log.insert(log.begin(), "29743220 reviewer 2 session-opened reviewer");
    }
    SUBCASE("two entries change places") {
        std::swap(log[1], log[2]);
    }
    SUBCASE("the end cut off") {
        log.resize(3);
    }
    SUBCASE("all of it gone") {
        log.clear();
    }
    CHECK(follow(log, seen) == "log_forked");
}

TEST_CASE("an access log belongs to one organisation") {
    access_position seen;
    REQUIRE(follow(a_log(), {}, &seen) == "ok");
    access_chain other(random_fixed<org_id>());
    for (const auto& entry : a_log()) REQUIRE(other.append(entry));
    CHECK(other.at() != seen);
}

TEST_CASE("an access entry is one plain line") {
    CHECK(is_access_entry("1 server x"));
    CHECK(is_access_entry(std::string(200, 'x')));
    for (const auto& bad : {std::string(), std::string(201, 'x'), std::string("a\nb"), std::string("a\tb"),
                            std::string("\x1b[1m"), std::string("제보"), std::string(" a"), std::string("a "),
                            std::string("a  b"), std::string("a\0b", 3)})
        CHECK_FALSE(is_access_entry(bad));
}

TEST_CASE("a position is read as it was written, and nothing else is") {
    const access_position p{7, random_fixed<hash256>()};
    CHECK(access_position_from_json({{"access", to_json(p)}}).value() == p);
    CHECK(test::outcome(access_position_from_json({})) == "bad_field");
    CHECK(test::outcome(access_position_from_json({{"access", {{"size", -1}, {"hash", "x"}}}})) ==
          "bad_field");
}

} // namespace changgu::crypto
