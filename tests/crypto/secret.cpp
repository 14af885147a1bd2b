#include "crypto/secret.hpp"

#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

#include <new>
#include <type_traits>

namespace changgu::test {
namespace {

static_assert(!std::is_copy_constructible_v<seed> && !std::is_copy_assignable_v<seed>);
static_assert(!std::is_copy_constructible_v<secret_buffer> && !std::is_copy_assignable_v<secret_buffer>);
static_assert(std::is_nothrow_move_constructible_v<seed> && std::is_nothrow_move_assignable_v<seed>);
static_assert(std::is_nothrow_move_constructible_v<secret_buffer>);
static_assert(!std::is_convertible_v<seed, case_key> && !std::is_constructible_v<seed, case_key>);
static_assert(!std::is_copy_constructible_v<sign_key_pair>);

bool is_zero(bytes_view b) {
    return std::ranges::all_of(b, [](byte x) { return x == 0; });
}

} // namespace

TEST_CASE("a moved-from secret is all zeros") {
    seed a = seed::random();
    const seed copy = a.clone();
    CHECK_FALSE(is_zero(a.view()));
    seed b = std::move(a);
    CHECK(is_zero(a.view())); // NOLINT(bugprone-use-after-move): that is what is tested
    CHECK(b == copy);
    seed c;
    c = std::move(b);
    CHECK(is_zero(b.view())); // NOLINT(bugprone-use-after-move)
    CHECK(c == copy);
    seed& same = c;
    c = std::move(same);
    CHECK(c == copy);
}

TEST_CASE("a secret is gone from its memory when it is destroyed") {
    alignas(seed) std::array<byte, sizeof(seed)> memory{};
    auto* s = new (memory.data()) seed(seed::random());
    CHECK_FALSE(is_zero(memory));
    s->~seed();
    CHECK(is_zero(memory));
}

TEST_CASE("secrets are equal by content") {
    CHECK(seed() == seed());
    CHECK_FALSE(seed::random() == seed::random());
    CHECK(outcome(seed::from(bytes(31))) == "bad_length");
    CHECK(equal_constant_time({}, {}));
    CHECK_FALSE(equal_constant_time(bytes(3), bytes(4)));
}

TEST_CASE("a secret buffer grows, shrinks and moves") {
    secret_buffer b(std::string_view("abc"));
    b.append(as_bytes("def"));
    CHECK(b.text() == "abcdef");
    b.append({});
    CHECK(b.size() == 6);
    const byte* memory = b.view().data();
    b.truncate(2);
    CHECK(b.text() == "ab");
    CHECK(is_zero({memory + 2, 4}));
    secret_buffer c = std::move(b);
    CHECK(b.empty()); // NOLINT(bugprone-use-after-move)
    CHECK(c.text() == "ab");
    c.clear();
    CHECK(c.empty());
    CHECK(secret_buffer(5).size() == 5);
    CHECK(is_zero(secret_buffer(5).view()));
    CHECK(secret_buffer(std::string_view()).empty());
}

TEST_CASE("key pairs follow from their seeds") {
    const seed s = seed::random();
    CHECK(box_key_pair_from(s).public_key == box_key_pair_from(s).public_key);
    CHECK(sign_key_pair_from(s).secret_key == sign_key_pair_from(s).secret_key);
    CHECK(random_box_key_pair().public_key != random_box_key_pair().public_key);
    CHECK(random_sign_key_pair().public_key != random_sign_key_pair().public_key);
}

} // namespace changgu::test
