#include "crypto/file_stream.hpp"

#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

#include <set>
#include <stdexcept>

namespace changgu::test {
namespace {

const org_id org = org_id::from(seed_of("org").view()).value();

} // namespace

TEST_CASE("the smallest class that holds content and its padding byte") {
    const std::array<std::pair<std::uint64_t, std::uint32_t>, 10> classes{{{0, 1},
                                                                           {65'518, 1},
                                                                           {65'519, 4},
                                                                           {4 * 65'519 - 1, 4},
                                                                           {4 * 65'519, 16},
                                                                           {16 * 65'519 - 1, 16},
                                                                           {16 * 65'519, 64},
                                                                           {64 * 65'519 - 1, 64},
                                                                           {64 * 65'519, 256},
                                                                           {max_file_size, 256}}};
    for (const auto& [size, chunks] : classes) CHECK(file_class_for(size).value() == chunks);
    CHECK(outcome(file_class_for(max_file_size + 1)) == "too_large");
    CHECK(outcome(file_class_for(UINT64_MAX)) == "too_large");
}

TEST_CASE("files survive at every boundary") {
    for (const std::size_t size : {0U, 1U, 65'517U, 65'518U, 65'519U, 131'038U, 262'075U}) {
        bytes content(size);
        fill_random(content);
        const auto file = encrypt_file(org, content, "이름.pdf", "application/pdf").value();
        CHECK(file.chunks.size() == file_class_for(size).value());
        for (const bytes& chunk : file.chunks) CHECK(chunk.size() == 65'536);
        const auto back = decrypt_file(org, file.about, file.chunks);
        REQUIRE(back.has_value());
        CHECK(equal_constant_time(back->view(), content));
        const auto described =
            attachment_from_json(parse_json(json::serialize(to_json(file.about))).value()).value();
        CHECK(decrypt_file(org, described, file.chunks).has_value());
        CHECK(described.name == "이름.pdf");
        CHECK(described.type == "application/pdf");
    }
}

TEST_CASE("content that ends like padding keeps its end") {
    for (const bytes& content : {bytes{0x80}, bytes{0x80, 0, 0}, bytes(65'518), bytes(65'519, 0x80)}) {
        const auto file = encrypt_file(org, content, "a", "b").value();
        CHECK(equal_constant_time(decrypt_file(org, file.about, file.chunks).value().view(), content));
    }
}

TEST_CASE("the same content twice shares nothing") {
    const auto a = encrypt_file(org, bytes(10), "a", "b").value();
    const auto b = encrypt_file(org, bytes(10), "a", "b").value();
    CHECK(a.chunks[0] != b.chunks[0]);
    CHECK(a.about.header != b.about.header);
    CHECK(blob_id(blob_token(a.about.key, 0)) != blob_id(blob_token(b.about.key, 0)));
    std::set<address> ids;
    for (std::uint32_t j = 0; j < 256; ++j) ids.insert(blob_id(blob_token(a.about.key, j)));
    CHECK(ids.size() == 256);
}

TEST_CASE("a stream is pushed and pulled to its end and no further") {
    const file_key key = file_key::random();
    file_encryptor encryptor(org, key, 1);
    CHECK_THROWS_AS(encryptor.push(bytes(chunk_plain_size - 1)), std::logic_error);
    const bytes chunk = encryptor.push(bytes(chunk_plain_size));
    CHECK_THROWS_AS(encryptor.push(bytes(chunk_plain_size)), std::logic_error);

    attachment about;
    about.key = key.clone();
    about.chunks = 1;
    about.header = encryptor.header();
    file_decryptor decryptor(org, about);
    CHECK_FALSE(decryptor.finished());
    CHECK(outcome(decryptor.pull(bytes(chunk_size - 1))) == "bad_chunk");
    CHECK(decryptor.pull(chunk).has_value());
    CHECK(decryptor.finished());
    CHECK(outcome(decryptor.pull(chunk)) == "bad_chunk");

    about.chunks = 4; // the last chunk of a shorter file is not the first of a longer one
    file_decryptor longer(org, about);
    CHECK(outcome(longer.pull(chunk)) == "bad_chunk");
}

TEST_CASE("a flipped bit of a chunk is an error") {
    auto file = encrypt_file(org, bytes(1'000), "a", "b").value();
    for (std::size_t at = 0; at < chunk_size; at += 4'093) {
        file.chunks[0][at] ^= 0x40U;
        CHECK(outcome(decrypt_file(org, file.about, file.chunks)) == "bad_chunk");
        file.chunks[0][at] ^= 0x40U;
    }
    CHECK(decrypt_file(org, file.about, file.chunks).has_value());
    CHECK(outcome(decrypt_file(org, file.about, {})) == "truncated_file");
}

} // namespace changgu::test
