#include "crypto/frame.hpp"

#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {
namespace {

const org_id org = org_id::from(seed_of("org").view()).value();
const frame_place here{org, hash256::from(seed_of("header").view()).value(),
                       context_id::from(seed_of("context").view()).value()};
constexpr std::size_t block_size = 6'840;

} // namespace

TEST_CASE("a frame says who signed what, where") {
    const auto signer = identity_of(1);
    for (const auto kind :
         {message_kind::report, message_kind::follow_up, message_kind::reply, message_kind::event}) {
        const auto block = pack_frame(kind, signer, R"({"a":1})", here, block_size).value();
        CHECK(block.size() == block_size);
        const auto f = unpack_frame(block.view(), here);
        REQUIRE(f.has_value());
        CHECK(f->kind == kind);
        CHECK(f->signer == signer.public_key);
        CHECK(f->json.text() == R"({"a":1})");
        CHECK(verify_frame(*f, here).has_value());

        const org_id other_org{};
        CHECK(outcome(unpack_frame(block.view(), {other_org, here.header_hash, here.context})) ==
              "bad_signature");
        CHECK(outcome(unpack_frame(block.view(), {org, {}, here.context})) == "bad_signature");
        CHECK(outcome(unpack_frame(block.view(), {org, here.header_hash, {}})) == "bad_signature");
    }
}

TEST_CASE("an empty text and the longest one fit, one byte more does not") {
    const auto signer = identity_of(1);
    const std::string longest(max_inflated_size - frame_prefix_size, 'a');
    for (const std::string& text : {std::string{}, longest}) {
        const auto block = pack_frame(message_kind::report, signer, text, here, block_size);
        REQUIRE(block.has_value());
        CHECK(unpack_frame(block->view(), here).value().json.text() == text);
    }
    CHECK(outcome(pack_frame(message_kind::report, signer, longest + "a", here, block_size)) == "too_large");
}

TEST_CASE("text that does not compress has a limit too, and the limit is exact") {
    const auto signer = identity_of(1);
    bytes noise(7'000);
    fill_random(noise);
    const std::string_view text = as_text(noise);
    std::size_t fits = 0;
    for (std::size_t size = 6'600; size < 6'840; ++size) {
        const auto block = pack_frame(message_kind::report, signer, text.substr(0, size), here, block_size);
        if (!block) {
            CHECK(outcome(block) == "too_large");
            break;
        }
        fits = size;
        CHECK(unpack_frame(block->view(), here).value().json.size() == size);
    }
    CHECK(fits >= 6'700); // 6,839 less the prefix and what deflate adds to noise
    CHECK(fits < 6'840);
}

TEST_CASE("every kind is signed under its own tag") {
    CHECK(signing_tag(static_cast<message_kind>(0)).empty());
    CHECK(signing_tag(static_cast<message_kind>(6)).empty());
    CHECK(signing_tag(static_cast<message_kind>(255)).empty());
    const auto block = pack_frame(message_kind::report, identity_of(1), "{}", here, block_size).value();
    frame f = unpack_frame(block.view(), here).value();
    f.kind = message_kind::reply;
    CHECK(outcome(verify_frame(f, here)) == "bad_signature");
    f.kind = static_cast<message_kind>(77);
    CHECK(outcome(verify_frame(f, here)) == "wrong_kind");
}

} // namespace changgu::test
