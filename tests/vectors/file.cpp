#include "tests/vectors/vectors.hpp"
#include "tests/vectors/wire_file.hpp"

namespace changgu::test {

TEST_CASE("vectors: files") {
    for_each_case("file", [](const json::object& c, const std::string& expect, const json::object&) {
        attachment about;
        about.key = value<file_key>(c, "key");
        about.header = value<stream_header>(c, "header");
        about.chunks = number(c, "chunks");
        about.size = number<std::uint64_t>(c, "size");
        about.hash = value<hash256>(c, "hash");
        const bytes content = counting_bytes(number<std::size_t>(c, "content_size"));
        CHECK(file_class_for(content.size()).value() == about.chunks);

        const auto wire = wire_chunks(value<org_id>(c, "sealed_for"), about.key, about.header, content,
                                      about.chunks, number(c, "final_at"));
        REQUIRE(list(c, "chunk_hashes").size() == about.chunks);
        for (std::uint32_t j = 0; j < about.chunks; ++j) {
            CHECK(to_base64(blake2b<hash256>({wire[j]}).view()) == list(c, "chunk_hashes")[j].as_string());
            CHECK(to_base64(blob_token(about.key, j).view()) == list(c, "tokens")[j].as_string());
            CHECK(to_base64(blob_id(blob_token(about.key, j)).view()) == list(c, "ids")[j].as_string());
        }
        if (has(c, "first_chunk")) CHECK(to_base64(wire[0]) == text(c, "first_chunk"));

        std::vector<bytes> served;
        for (const json::value& j : list(c, "served")) served.push_back(wire.at(j.to_number<std::size_t>()));
        if (has(c, "flip")) served.at(0).at(number<std::size_t>(c, "flip")) ^= 1U;
        const auto plain = decrypt_file(value<org_id>(c, "org"), about, served);
        CHECK(outcome(plain) == expect);
        if (plain) CHECK(equal_constant_time(plain->view(), content));
    });
}

} // namespace changgu::test
