#include "server/http/places.hpp"

#include <doctest/doctest.h>

#include <netinet/in.h>

#include <cstring>
#include <deque>

using namespace changgu::http;
using namespace std::chrono_literals;
namespace crypto = changgu::crypto;

namespace {

const place::clock::time_point start{1000h};

source named(unsigned n) {
    source s;
    s.value[0] = static_cast<crypto::byte>(n);
    return s;
}

struct hall {
    explicit hall(std::size_t limit, bool fair = true) : all(limit, fair) {}

    struct guest {
        std::shared_ptr<place> at;
        std::optional<places::seat> seat;
        std::shared_ptr<int> cuts = std::make_shared<int>(0);
    };
    guest& enter(unsigned from, place::clock::time_point now, phase what = phase::idle) {
        guest g;
        g.at = std::make_shared<place>(named(from), [cuts = g.cuts] { ++*cuts; });
        if (auto taken = all.take(g.at, now)) {
            g.seat.emplace(std::move(*taken));
            g.at->enter(what, now);
        }
        guests.push_back(std::move(g));
        return guests.back();
    }
    /// How many of a source were told to go.
    int cut(unsigned from) const {
        int n = 0;
        for (const auto& g : guests)
            if (g.at->from() == named(from)) n += *g.cuts;
        return n;
    }

    places all;
    std::deque<guest> guests;
};

} // namespace

TEST_CASE("whoever holds most gives way to others, longest waiting first") {
    hall h(4);
    for (int i = 0; i < 4; ++i) h.enter(1, start + i * 1ms);
    CHECK(h.all.taken() == 4);
    CHECK(h.enter(2, start + 10ms).seat);
    CHECK(*h.guests[0].cuts == 1);
    CHECK(h.enter(3, start + 11ms).seat);
    CHECK(*h.guests[1].cuts == 1);
    CHECK(h.all.taken() == 6); // two of them are on their way out
    h.guests[0].seat.reset();
    h.guests[1].seat.reset();
    CHECK(h.all.taken() == 4);
    // two, one, one: a second of the others gains nothing, nor does a third of the first
    CHECK_FALSE(h.enter(2, start + 12ms).seat);
    CHECK_FALSE(h.enter(1, start + 12ms).seat);
    CHECK(h.cut(1) == 2);
    CHECK(h.cut(2) + h.cut(3) == 0);
}

TEST_CASE("one with a thousand connections keeps nobody out") {
    hall h(1024);
    for (int i = 0; i < 5000; ++i) h.enter(1, start, phase::handshake);
    CHECK(h.all.taken() == 1024);
    for (unsigned i = 2; i < 50; ++i) CHECK(h.enter(i, start + 1ms).seat);
    CHECK(h.cut(1) == 48);
}

TEST_CASE("within a source a newcomer takes the place of one that has waited") {
    hall h(2);
    h.enter(0, start); // without a source
    h.enter(0, start + 1s);
    CHECK_FALSE(h.enter(0, start + places::patience - 1ms).seat);
    CHECK(h.enter(0, start + places::patience).seat);
    CHECK(h.cut(0) == 1);
    CHECK(*h.guests[0].cuts == 1);
}

TEST_CASE("an answer that is being made is not cut, a dripping body or a reader that does not read is") {
    hall h(3);
    h.enter(1, start, phase::answering);
    h.enter(1, start, phase::body);
    h.enter(1, start + 1ms, phase::writing);
    CHECK_FALSE(h.enter(2, start + places::patience - 1ms).seat);
    CHECK(h.enter(2, start + places::patience).seat);
    CHECK(*h.guests[1].cuts == 1);
    CHECK(h.enter(3, start + places::patience + 1ms).seat);
    CHECK(*h.guests[2].cuts == 1);
    CHECK(*h.guests[0].cuts == 0);
}

TEST_CASE("where everybody has one, a newcomer takes the place of whoever has waited longest") {
    hall h(100);
    h.enter(200, start, phase::answering);
    h.enter(201, start, phase::body);
    for (unsigned i = 2; i < 100; ++i) h.enter(i, start + i * 1ms);
    CHECK_FALSE(h.enter(250, start + places::patience).seat); // not yet
    const auto later = start + places::patience + 1s;
    for (int i = 0; i < 6; ++i) CHECK(h.enter(250, later).seat); // what a browser opens
    CHECK_FALSE(h.enter(250, later).seat);
    for (unsigned i = 0; i < 100; ++i) CHECK(*h.guests[i].cuts == (i >= 2 && i < 8 ? 1 : 0));
}

TEST_CASE("those on their way out are bounded") {
    hall h(200);
    for (int i = 0; i < 200; ++i) h.enter(1, start);
    for (unsigned i = 0; i < places::most_leaving; ++i) CHECK(h.enter(2 + i, start).seat);
    CHECK_FALSE(h.enter(99, start).seat);
    for (auto& g : h.guests)
        if (*g.cuts != 0) g.seat.reset();
    CHECK(h.enter(99, start).seat);
}

TEST_CASE("without sharing, first come, first served") {
    hall h(2, false);
    h.enter(1, start);
    h.enter(1, start);
    CHECK_FALSE(h.enter(2, start + 1h).seat);
    h.guests[0].seat.reset();
    CHECK(h.enter(2, start + 1h).seat);
}

namespace {

template <class Address> std::span<const crypto::byte> raw(const Address& a) {
    return {reinterpret_cast<const crypto::byte*>(&a), sizeof a};
}

sockaddr_in ipv4(std::uint32_t ip, std::uint16_t port) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(ip);
    a.sin_port = htons(port);
    return a;
}

sockaddr_in6 ipv6(std::initializer_list<crypto::byte> ip) {
    sockaddr_in6 a{};
    a.sin6_family = AF_INET6;
    std::memcpy(&a.sin6_addr, ip.begin(), ip.size());
    return a;
}

} // namespace

TEST_CASE("a source is an address or a /64, under a name that lasts an hour") {
    source_names names;
    const auto begin = source_names::clock::now();
    const auto of = [&](const auto& a, std::chrono::seconds later = 0s) {
        return names.of(raw(a), begin + later);
    };
    const auto first = of(ipv4(0xC0000201, 1111));
    CHECK(first == of(ipv4(0xC0000201, 2222)));
    CHECK(first != of(ipv4(0xC0000202, 1111)));
    CHECK(first == of(ipv6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xC0, 0, 2, 1})));
    const auto six = of(ipv6({0x20, 1, 0xD, 0xB8, 0, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9}));
    CHECK(six == of(ipv6({0x20, 1, 0xD, 0xB8, 0, 0, 0, 1, 8, 8, 8, 8, 8, 8, 8, 8})));
    CHECK(six != of(ipv6({0x20, 1, 0xD, 0xB8, 0, 0, 0, 2, 9, 9, 9, 9, 9, 9, 9, 9})));
    CHECK(first != no_source);
    CHECK(names.of({}, begin) == no_source);
    sockaddr_in other{};
    other.sin_family = AF_UNIX;
    CHECK(of(other) == no_source);

    CHECK(of(ipv4(0xC0000201, 1), 3500s) == first);
    CHECK(of(ipv4(0xC0000201, 1), 3700s) != first);
    source_names another;
    CHECK(another.of(raw(ipv4(0xC0000201, 1111)), begin) != first);
}
