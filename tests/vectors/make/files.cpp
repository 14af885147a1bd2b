// file: attachments. A file's wire bytes follow from key, header, content and tags, so only hashes of most
// are kept.
#include "crypto/file_stream.hpp"
#include "tests/vectors/make/office.hpp"
#include "tests/vectors/wire_file.hpp"

namespace changgu::vectors {
namespace {

struct serving {
    std::vector<std::size_t> order{}; ///< which chunks, in which order; empty: all as they are
    std::size_t flip = SIZE_MAX;      ///< a byte of the first chunk served, whose lowest bit is flipped
    std::uint64_t size = UINT64_MAX;
    hash256 hash{};
    org_id org = office::org;
    std::uint32_t final_at = UINT32_MAX;
};

} // namespace

json::object make_file() {
    json::array cases;
    const auto key = made_of<file_key>("file key");
    const auto header = made_of<stream_header>("stream header");
    const auto add = [&](std::string_view name, std::size_t content_size, std::string_view expect,
                         const serving& s = {}) {
        const std::uint32_t chunks = file_class_for(content_size).value();
        const bytes content = test::counting_bytes(content_size);
        json::array order;
        for (std::size_t i = 0; i < (s.order.empty() ? chunks : s.order.size()); ++i)
            order.emplace_back(s.order.empty() ? i : s.order[i]);
        const std::uint32_t final_at = s.final_at == UINT32_MAX ? chunks - 1 : s.final_at;
        json::object c{{"name", std::string(name)},
                       {"expect", std::string(expect)},
                       {"org", b64(s.org)},
                       {"key", b64(key)},
                       {"header", b64(header)},
                       {"chunks", chunks},
                       {"content_size", content_size},
                       {"final_at", final_at},
                       {"served", order},
                       {"size", s.size == UINT64_MAX ? content_size : s.size},
                       {"hash", b64(s.hash == hash256{} ? blake2b<hash256>({content}) : s.hash)}};
        if (s.flip != SIZE_MAX) c["flip"] = s.flip;
        json::array hashes;
        json::array tokens;
        json::array ids;
        const auto wire = test::wire_chunks(office::org, key, header, content, chunks, final_at);
        for (std::uint32_t j = 0; j < chunks; ++j) {
            hashes.emplace_back(b64(blake2b<hash256>({wire[j]})));
            tokens.emplace_back(b64(blob_token(key, j)));
            ids.emplace_back(b64(blob_id(blob_token(key, j))));
        }
        c["sealed_for"] = b64(office::org);
        c["chunk_hashes"] = std::move(hashes);
        c["tokens"] = std::move(tokens);
        c["ids"] = std::move(ids);
        if (content_size == 100 && expect == "ok") c["first_chunk"] = b64(wire[0]);
        cases.emplace_back(std::move(c));
    };
    add("an empty file", 0, "ok");
    add("one chunk", 100, "ok");
    add("the largest of one chunk", 65'518, "ok");
    add("the smallest of four chunks", 65'519, "ok");
    add("four chunks", 200'000, "ok");
    add("the largest of four chunks", 4 * 65'519 - 1, "ok");
    add("the last chunk is missing", 200'000, "truncated_file", {.order = {0, 1, 2}});
    add("a chunk too many", 200'000, "truncated_file", {.order = {0, 1, 2, 3, 3}});
    add("two chunks change places", 200'000, "bad_chunk", {.order = {0, 2, 1, 3}});
    add("the first chunk twice", 200'000, "bad_chunk", {.order = {0, 0, 1, 2}});
    add("a bit is flipped", 200'000, "bad_chunk", {.flip = 1000});
    add("a bit of the tag is flipped", 100, "bad_chunk", {.flip = 65'535});
    add("another organisation", 100, "bad_chunk", {.org = made_of<org_id>("another org")});
    add("TAG_FINAL in the second chunk", 200'000, "bad_chunk", {.final_at = 1});
    add("no TAG_FINAL", 100, "bad_chunk", {.final_at = 9});
    add("another size", 100, "bad_padding", {.size = 99});
    add("another hash", 100, "bad_file_hash", {.hash = made_of<hash256>("another file")});
    return file_of(
        "Attachments. Byte i of the content is i mod 251. `served` says which chunks reach the reader, in "
        "which order, `flip` which byte of the first of them has its lowest bit flipped, `final_at` which "
        "chunk was sealed with TAG_FINAL; `sealed_for` is the organisation it was sealed in.",
        std::move(cases));
}

} // namespace changgu::vectors
