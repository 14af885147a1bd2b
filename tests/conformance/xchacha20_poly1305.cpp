// Wycheproof's XChaCha20-Poly1305 cases against crypto_aead_xchacha20poly1305_ietf, both ways.
#include "tests/conformance/vectors.hpp"

#include <doctest/doctest.h>

namespace changgu::conformance {
namespace {

TEST_CASE("wycheproof: XChaCha20-Poly1305") {
    int opened_cases = 0;
    int wrong_nonce_sizes = 0;
    for_each_case(
        "xchacha20_poly1305_test.json", [&](const boost::json::object&, const boost::json::object& test) {
            const auto id = test.at("tcId").as_int64();
            CAPTURE(id);
            const auto key = unhex(test, "key");
            const auto nonce = unhex(test, "iv");
            const auto associated = unhex(test, "aad");
            const auto message = unhex(test, "msg");
            auto sealed = unhex(test, "ct");
            const auto tag = unhex(test, "tag");
            const bool valid = text(test, "result") == "valid";
            REQUIRE((valid || text(test, "result") == "invalid"));
            REQUIRE(key.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

            // libsodium takes no nonce of another size; the data must agree that none is valid.
            if (nonce.size() != crypto_aead_xchacha20poly1305_ietf_NPUBBYTES) {
                CHECK_FALSE(valid);
                ++wrong_nonce_sizes;
                return;
            }
            sealed.insert(sealed.end(), tag.begin(), tag.end());
            bytes opened(message.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
            unsigned long long length = 0;
            const bool accepted = crypto_aead_xchacha20poly1305_ietf_decrypt(
                                      opened.data(), &length, nullptr, sealed.data(), sealed.size(),
                                      associated.data(), associated.size(), nonce.data(), key.data()) == 0;
            CHECK(accepted == valid);
            if (!valid) return;

            ++opened_cases;
            opened.resize(length);
            CHECK(opened == message);
            bytes sealed_again(message.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
            crypto_aead_xchacha20poly1305_ietf_encrypt(sealed_again.data(), &length, message.data(),
                                                       message.size(), associated.data(), associated.size(),
                                                       nullptr, nonce.data(), key.data());
            CHECK(length == sealed_again.size());
            CHECK(sealed_again == sealed);
        });
    CHECK(opened_cases == 220);
    CHECK(wrong_nonce_sizes > 0);
}

} // namespace
} // namespace changgu::conformance
