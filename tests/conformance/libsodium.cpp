// libsodium's own expected outputs, recomputed with the library that is linked here.
#include "tests/conformance/vectors.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

namespace changgu::conformance {
namespace {

bytes counting_bytes(std::size_t n) {
    bytes out(n);
    std::iota(out.begin(), out.end(), static_cast<unsigned char>(0));
    return out;
}

TEST_CASE("libsodium: crypto_kdf") {
    const auto expected = load_lines("libsodium_kdf.exp");
    REQUIRE(expected.size() == 77);
    const auto master = counting_bytes(crypto_kdf_KEYBYTES);
    const auto derive = [&](std::size_t length, std::uint64_t index) {
        bytes out(crypto_kdf_BYTES_MAX + 1);
        if (crypto_kdf_derive_from_key(out.data(), length, index, "KDF test", master.data()) != 0)
            return "Failure -- probably expected for output length=" + std::to_string(length);
        out.resize(length);
        return hex(out);
    };
    for (std::size_t i = 0; i < 10; ++i) CHECK(derive(crypto_kdf_BYTES_MAX, i) == expected[i]);
    for (std::size_t i = 0; i < crypto_kdf_BYTES_MAX + 2; ++i) CHECK(derive(i, i) == expected[10 + i]);
}

TEST_CASE("libsodium: crypto_generichash, keyed and not, every length") {
    const auto expected = load_lines("libsodium_generichash.exp");
    REQUIRE(expected.size() == 65);
    const auto input = counting_bytes(64);
    for (std::size_t i = 0; i < 64; ++i) {
        bytes out(i + 1);
        crypto_generichash(out.data(), out.size(), input.data(), i, input.data(), i + 1);
        CHECK(hex(out) == expected[i]);
    }
    bytes out(crypto_generichash_BYTES_MAX);
    crypto_generichash(out.data(), out.size(), input.data(), 64, nullptr, 0);
    CHECK(hex(out) == expected[64]);
}

TEST_CASE("libsodium: crypto_box_seed_keypair") {
    std::string expected; // printed as eight lines of ",0x.."
    for (const auto& line : load_lines("libsodium_box_seed.exp"))
        for (std::size_t i = 0; i + 5 <= line.size(); i += 5) expected += line.substr(i + 3, 2);
    const auto seed = unhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    bytes public_key(crypto_box_PUBLICKEYBYTES);
    bytes secret_key(crypto_box_SECRETKEYBYTES);
    crypto_box_seed_keypair(public_key.data(), secret_key.data(), seed.data());
    CHECK(hex(public_key) + hex(secret_key) == expected);
}

TEST_CASE("libsodium: crypto_pwhash, Argon2id13") {
    const auto tests = load_json("libsodium_pwhash_argon2id.json");
    REQUIRE(tests.as_array().size() == 8);
    for (const auto& value : tests.as_array()) {
        const auto& test = value.as_object();
        const auto password = unhex(test, "password");
        const auto salt = unhex(test, "salt");
        REQUIRE(salt.size() == crypto_pwhash_SALTBYTES);
        const auto& output = test.at("output");
        bytes out(test.at("length").to_number<std::size_t>());
        const int status =
            crypto_pwhash(out.data(), out.size(), reinterpret_cast<const char*>(password.data()),
                          password.size(), salt.data(), test.at("opslimit").to_number<unsigned>(),
                          test.at("memlimit").to_number<std::size_t>(), crypto_pwhash_ALG_ARGON2ID13);
        if (output.is_null())
            CHECK(status == -1); // fewer bytes of output than Argon2 allows here
        else
            CHECK(hex(out) == output.as_string());
    }
}

// The two below have no fixed outputs, since libsodium draws keys for them. They pin the documented
// construction, so that what is stored today stays readable by any implementation of it.

TEST_CASE("libsodium: a sealed box is an ephemeral key and a box under BLAKE2b-192 of both keys") {
    bytes public_key(crypto_box_PUBLICKEYBYTES);
    bytes secret_key(crypto_box_SECRETKEYBYTES);
    crypto_box_keypair(public_key.data(), secret_key.data());
    const auto message = counting_bytes(33);
    bytes sealed(message.size() + crypto_box_SEALBYTES);
    REQUIRE(sealed.size() == 81);
    REQUIRE(crypto_box_seal(sealed.data(), message.data(), message.size(), public_key.data()) == 0);

    bytes both_keys(sealed.begin(), sealed.begin() + crypto_box_PUBLICKEYBYTES);
    both_keys.insert(both_keys.end(), public_key.begin(), public_key.end());
    bytes nonce(crypto_box_NONCEBYTES);
    crypto_generichash(nonce.data(), nonce.size(), both_keys.data(), both_keys.size(), nullptr, 0);
    bytes opened(message.size());
    CHECK(crypto_box_open_easy(opened.data(), sealed.data() + crypto_box_PUBLICKEYBYTES,
                               sealed.size() - crypto_box_PUBLICKEYBYTES, nonce.data(), sealed.data(),
                               secret_key.data()) == 0);
    CHECK(opened == message);

    sealed.back() ^= 1U;
    CHECK(crypto_box_seal_open(opened.data(), sealed.data(), sealed.size(), public_key.data(),
                               secret_key.data()) == -1);
}

bytes stream_keystream(std::size_t length, const bytes& nonce, std::uint32_t block, const bytes& key) {
    const bytes zeros(length);
    bytes out(length);
    crypto_stream_chacha20_ietf_xor_ic(out.data(), zeros.data(), length, nonce.data(), block, key.data());
    return out;
}

// One message of crypto_secretstream without associated data, from its parts: block 0 keys Poly1305, block 1
// hides the tag byte, the rest hides the message; the authenticator covers the whole of block 1, the
// ciphertext with its (peculiar) padding, and both lengths.
bytes push_by_hand(const bytes& key, const bytes& nonce, unsigned char tag, const bytes& message) {
    const auto poly_key = stream_keystream(crypto_onetimeauth_KEYBYTES, nonce, 0, key);
    auto tag_block = stream_keystream(64, nonce, 1, key);
    tag_block[0] ^= tag;
    const auto mask = stream_keystream(message.size(), nonce, 2, key);
    bytes sealed{tag_block[0]};
    std::ranges::transform(message, mask, std::back_inserter(sealed), [](unsigned char a, unsigned char b) {
        return static_cast<unsigned char>(a ^ b);
    });

    bytes authenticated = tag_block;
    authenticated.insert(authenticated.end(), sealed.begin() + 1, sealed.end());
    authenticated.insert(authenticated.end(), (0x10U - 64U + message.size()) & 0xFU, 0);
    for (const std::uint64_t length : {std::uint64_t{0}, std::uint64_t{64} + message.size()})
        for (unsigned i = 0; i < 8; ++i)
            authenticated.push_back(static_cast<unsigned char>(length >> (8 * i)));
    bytes mac(crypto_onetimeauth_BYTES);
    crypto_onetimeauth(mac.data(), authenticated.data(), authenticated.size(), poly_key.data());
    sealed.insert(sealed.end(), mac.begin(), mac.end());
    return sealed;
}

TEST_CASE("libsodium: crypto_secretstream from its parts") {
    const auto key = counting_bytes(crypto_secretstream_xchacha20poly1305_KEYBYTES);
    crypto_secretstream_xchacha20poly1305_state state;
    bytes header(crypto_secretstream_xchacha20poly1305_HEADERBYTES);
    crypto_secretstream_xchacha20poly1305_init_push(&state, header.data(), key.data());

    bytes subkey(crypto_core_hchacha20_OUTPUTBYTES);
    crypto_core_hchacha20(subkey.data(), header.data(), key.data(), nullptr);
    bytes nonce{1, 0, 0, 0}; // a little-endian counter, then the rest of the header
    nonce.insert(nonce.end(), header.begin() + crypto_core_hchacha20_INPUTBYTES, header.end());

    const std::vector<std::pair<bytes, unsigned char>> messages{
        {counting_bytes(100), crypto_secretstream_xchacha20poly1305_TAG_MESSAGE},
        {counting_bytes(65), crypto_secretstream_xchacha20poly1305_TAG_MESSAGE},
        {counting_bytes(64), crypto_secretstream_xchacha20poly1305_TAG_FINAL},
    };
    for (const auto& [message, tag] : messages) {
        bytes sealed(message.size() + crypto_secretstream_xchacha20poly1305_ABYTES);
        crypto_secretstream_xchacha20poly1305_push(&state, sealed.data(), nullptr, message.data(),
                                                   message.size(), nullptr, 0, tag);
        CHECK(hex(sealed) == hex(push_by_hand(subkey, nonce, tag, message)));
        // The next nonce: the first eight bytes of the authenticator go into the last eight, the counter goes
        // up.
        const auto mac = sealed.end() - crypto_onetimeauth_BYTES;
        std::transform(nonce.begin() + 4, nonce.end(), mac, nonce.begin() + 4,
                       [](unsigned char a, unsigned char b) { return static_cast<unsigned char>(a ^ b); });
        ++nonce[0];
    }
}

TEST_CASE("libsodium: crypto_secretstream refuses what is altered, reordered or already read") {
    const auto key = counting_bytes(crypto_secretstream_xchacha20poly1305_KEYBYTES);
    constexpr auto extra = crypto_secretstream_xchacha20poly1305_ABYTES;
    crypto_secretstream_xchacha20poly1305_state writer;
    bytes header(crypto_secretstream_xchacha20poly1305_HEADERBYTES);
    crypto_secretstream_xchacha20poly1305_init_push(&writer, header.data(), key.data());
    const auto message = counting_bytes(50);
    bytes first(message.size() + extra);
    bytes last(message.size() + extra);
    crypto_secretstream_xchacha20poly1305_push(&writer, first.data(), nullptr, message.data(), message.size(),
                                               nullptr, 0, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
    crypto_secretstream_xchacha20poly1305_push(&writer, last.data(), nullptr, message.data(), message.size(),
                                               nullptr, 0, crypto_secretstream_xchacha20poly1305_TAG_FINAL);

    crypto_secretstream_xchacha20poly1305_state reader;
    REQUIRE(crypto_secretstream_xchacha20poly1305_init_pull(&reader, header.data(), key.data()) == 0);
    bytes opened(message.size());
    unsigned char tag = 0;
    const auto pull = [&](const bytes& chunk) {
        return crypto_secretstream_xchacha20poly1305_pull(&reader, opened.data(), nullptr, &tag, chunk.data(),
                                                          chunk.size(), nullptr, 0);
    };
    auto altered = first;
    altered[0] ^= 1U; // the encrypted tag
    CHECK(pull(altered) == -1);
    CHECK(pull(last) == -1); // not yet its turn
    CHECK(pull(first) == 0);
    CHECK(tag == crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
    CHECK(opened == message);
    CHECK(pull(first) == -1); // read already
    CHECK(pull(last) == 0);
    CHECK(tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL);
}

} // namespace
} // namespace changgu::conformance
