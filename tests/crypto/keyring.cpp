#include "crypto/keyring.hpp"

#include "crypto/wordlist.hpp"
#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {
namespace {

constexpr argon2_cost cheap{1, 8'192};
static_assert(argon2_cost{} == argon2_cost{3, 262'144});

symmetric_key a_key() {
    return symmetric_key::from(seed_of("key").view()).value();
}

} // namespace

TEST_CASE("a keyring opens with its passphrase alone") {
    const bytes file = seal_keyring(as_bytes("{}"), as_bytes("passphrase"), cheap).value();
    CHECK(file.size() == 4'096);
    CHECK(open_keyring(file, as_bytes("passphrase")).value().text() == "{}");
    CHECK(outcome(open_keyring(file, as_bytes("passphrasf"))) == "wrong_passphrase");
    CHECK(seal_keyring(as_bytes("{}"), as_bytes("passphrase"), cheap).value() != file);
}

TEST_CASE("costs beyond the bounds are refused on both sides") {
    for (const argon2_cost& cost : {argon2_cost{0, 8'192}, argon2_cost{11, 8'192}, argon2_cost{1, 8'191},
                                    argon2_cost{1, 1'048'577}, argon2_cost{UINT32_MAX, UINT32_MAX}})
        CHECK(outcome(seal_keyring(as_bytes("{}"), as_bytes("p"), cost)) == "bad_parameters");
}

TEST_CASE("keyrings come in five sizes") {
    constexpr std::size_t overhead = 60 + 16 + 1;
    for (std::size_t i = 0; i < keyring_sizes.size(); ++i) {
        const bytes most(keyring_sizes[i] - overhead, 'a');
        const bytes wrapped = wrap_keyring(most, a_key()).value();
        CHECK(wrapped.size() == keyring_sizes[i]);
        CHECK(equal_constant_time(unwrap_keyring(wrapped, a_key()).value().view(), most));
        const bytes more(most.size() + 1, 'a');
        if (i + 1 < keyring_sizes.size())
            CHECK(wrap_keyring(more, a_key()).value().size() == keyring_sizes[i + 1]);
        else
            CHECK(outcome(wrap_keyring(more, a_key())) == "too_large");
    }
    CHECK(unwrap_keyring(wrap_keyring({}, a_key()).value(), a_key()).value().empty());
}

TEST_CASE("a flipped bit anywhere in a keyring is an error, and of the right class") {
    bytes wrapped = wrap_keyring(as_bytes("{}"), a_key()).value();
    const auto expected = [](std::size_t at) -> std::string_view {
        if (at < 8) return "not_a_keyring";
        if (at < 10) return "unknown_version";
        return at < 36 ? "nonzero_reserved" : "wrong_passphrase";
    };
    for (std::size_t at = 0; at < wrapped.size(); at += at < 80 ? 1 : 31) {
        wrapped[at] ^= 0x04U;
        CHECK_MESSAGE(outcome(unwrap_keyring(wrapped, a_key())) == expected(at), "byte ", at);
        wrapped[at] ^= 0x04U;
    }
    CHECK(unwrap_keyring(wrapped, a_key()).has_value());
    for (std::size_t size = 0; size < wrapped.size(); size += 111)
        CHECK(outcome(unwrap_keyring(bytes_view(wrapped).first(size), a_key())) == "not_a_keyring");
}

TEST_CASE("a file and a wrapped keyring are not taken for each other") {
    const bytes file = seal_keyring(as_bytes("{}"), as_bytes("p"), cheap).value();
    CHECK(outcome(unwrap_keyring(file, a_key())) == "unknown_version");
    CHECK(outcome(open_keyring(wrap_keyring({}, a_key()).value(), as_bytes("p"))) == "unknown_version");
}

TEST_CASE("a generated passphrase is six words of the list") {
    const secret_buffer a = generate_passphrase();
    CHECK(a.text() != generate_passphrase().text());
    std::size_t words = 0;
    for (std::string_view rest = a.text(); !rest.empty(); ++words) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        CHECK(std::ranges::find(english_words, rest.substr(0, end)) != english_words.end());
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    CHECK(words == 6);
}

} // namespace changgu::test
