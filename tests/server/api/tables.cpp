// The tables in memory, without a server.
#include "server/api/limiter.hpp"
#include "server/api/session_table.hpp"

#include <doctest/doctest.h>

using namespace changgu;
using namespace changgu::api;

TEST_CASE("a full table refuses, a number's ninth session ends its first, and expired ones make room") {
    crypto::initialise();
    session_table table(10);
    std::vector<crypto::secret_buffer> of_one;
    for (std::uint64_t i = 0; i < 9; ++i)
        of_one.push_back(table.open({scope::reviewer, 1, {}}, 100 + i).value());
    CHECK_FALSE(table.find(of_one[0].view(), 110));
    for (std::size_t i = 1; i < 9; ++i) CHECK(table.find(of_one[i].view(), 110));
    CHECK(table.open({scope::reviewer, 2, {}}, 110));
    CHECK(table.open({scope::admin, 0, {}}, 110));
    CHECK_FALSE(table.open({scope::reviewer, 3, {}}, 110));
    CHECK(table.open({scope::reviewer, 3, {}}, 110 + session_table::session_life));
    CHECK_FALSE(table.find(of_one[8].view(), 110 + session_table::session_life));
}

TEST_CASE("a session's pepper is kept until it is used") {
    crypto::initialise();
    session_table table(1);
    const auto bearer = table.open({scope::keyring, 1, {}}, 0).value();
    CHECK_FALSE(table.pepper_of(bearer.view()));
    const auto first = table.next_pepper(bearer.view());
    CHECK(table.pepper_of(bearer.view()).value() == first);
    CHECK(table.next_pepper(bearer.view()) == first);
    table.use_up_pepper(bearer.view());
    CHECK_FALSE(table.pepper_of(bearer.view()));
    CHECK_FALSE(table.next_pepper(bearer.view()) == first);
}

TEST_CASE("failures age one by one") {
    failure_limit limit;
    for (std::uint64_t i = 0; i < 10; ++i) {
        CHECK_FALSE(limit.blocked(1, changgu::http::no_source, 1000 + i));
        limit.failed(1, changgu::http::no_source, 1000 + i);
    }
    CHECK(limit.blocked(1, changgu::http::no_source, 1899));
    CHECK_FALSE(limit.blocked(1, changgu::http::no_source, 1900)); // the first has aged, nine are left
    limit.failed(1, changgu::http::no_source, 1900);
    CHECK(limit.blocked(1, changgu::http::no_source, 1900));
    CHECK_FALSE(limit.blocked(1, changgu::http::no_source, 1901));
}

TEST_CASE("whoever guesses keeps out himself, and many who guess everybody") {
    failure_limit limit;
    const auto named = [](unsigned n) {
        changgu::http::source s;
        s.value[0] = static_cast<crypto::byte>(n);
        return s;
    };
    for (unsigned from = 1; from <= 10; ++from)
        for (int i = 0; i < 10; ++i) {
            CHECK_FALSE(limit.blocked(1, named(from), 1000));
            CHECK_FALSE(limit.blocked(1, named(99), 1000));
            limit.failed(1, named(from), 1000);
        }
    CHECK(limit.blocked(1, named(1), 1000));
    CHECK(limit.blocked(1, named(99), 1000));
    CHECK_FALSE(limit.blocked(2, named(1), 1000)); // another number
    limit.failed(2, named(1), 1900);
    CHECK_FALSE(limit.blocked(1, named(1), 1900));
}

TEST_CASE(
    "a clock that is set back ends sessions and challenges, rather than stretch them, and locks nobody out") {
    crypto::initialise();
    session_table table(10);
    constexpr std::uint64_t late = 1'000'000;
    const auto nonce = table.challenge(scope::reviewer, 1, late);
    const auto bearer = table.open({scope::reviewer, 1, {}}, late).value();
    CHECK(table.valid(nonce, scope::reviewer, 1, late));
    CHECK(table.find(bearer.view(), late));
    constexpr std::uint64_t early = late - 100'000;
    CHECK_FALSE(table.valid(nonce, scope::reviewer, 1, early));
    CHECK_FALSE(table.find(bearer.view(), early));
    for (std::uint32_t i = 0; i < 10; ++i)
        CHECK(table.open({scope::reviewer, 2 + i, {}}, early)); // room again

    failure_limit limit;
    for (int i = 0; i < 10; ++i) limit.failed(1, changgu::http::no_source, late);
    CHECK(limit.blocked(1, changgu::http::no_source, late));
    CHECK_FALSE(limit.blocked(1, changgu::http::no_source, early));
}
