// backup: what an organisation's recovery key opens.
#include "crypto/backup_file.hpp"
#include "tests/vectors/make/office.hpp"
#include "tests/vectors/wire_file.hpp"

namespace changgu::vectors {
namespace {

struct reading {
    std::vector<std::size_t> chunks{}; ///< which of the file's, in which order
    std::size_t flip = SIZE_MAX;       ///< a byte of what is read whose lowest bit is flipped
    std::size_t keep = SIZE_MAX;       ///< bytes of what is read
    std::string_view extra{};          ///< bytes behind it
    std::string_view recovery = "recovery";
    org_id org = office::org;
};

struct sealed_backup {
    bytes header;
    std::vector<bytes> chunks;
};

sealed_backup seal(std::size_t size, std::vector<sign_public_key> to, bool finish = true) {
    auto encryptor = backup_encryptor::start({office::org, std::move(to)}).value();
    sealed_backup out{encryptor.header(), {}};
    const bytes content = test::counting_bytes(size);
    for (std::size_t at = 0;; at += backup_chunk_content) {
        const auto part = bytes_view(content).subspan(at, std::min(backup_chunk_content, size - at));
        const bool last = at + backup_chunk_content >= size;
        out.chunks.push_back(encryptor.push(part, last && finish));
        if (last) return out;
    }
}

sign_public_key recovery_key(std::string_view name) {
    return sign_key_pair_from(made_of<seed>(name)).public_key;
}

} // namespace

json::object make_backup() {
    json::array cases;
    json::object files;
    const auto file = [&](std::string_view name, const sealed_backup& b) {
        json::array chunks;
        for (const bytes& c : b.chunks) chunks.emplace_back(b64(c));
        files[json::string_view(name.data(), name.size())] =
            json::object{{"header", b64(b.header)}, {"chunks", std::move(chunks)}};
    };
    const auto add = [&](std::string_view name, std::string_view of, std::string_view expect,
                         std::size_t content_size, const reading& r) {
        json::array chunks;
        for (const std::size_t i : r.chunks) chunks.emplace_back(i);
        json::object c{{"name", std::string(name)}, {"expect", std::string(expect)},
                       {"file", std::string(of)},   {"chunks", std::move(chunks)},
                       {"org", b64(r.org)},         {"recovery_seed", b64(made_of<seed>(r.recovery))}};
        if (r.flip != SIZE_MAX) c["flip"] = r.flip;
        if (r.keep != SIZE_MAX) c["keep"] = r.keep;
        if (!r.extra.empty()) c["extra"] = b64(as_bytes(r.extra));
        if (expect == "ok") c["content_size"] = content_size;
        cases.emplace_back(std::move(c));
    };
    constexpr std::size_t two = backup_chunk_content + 10;
    file("empty", seal(0, {recovery_key("recovery")}));
    file("short", seal(100, {recovery_key("recovery")}));
    file("for two", seal(100, {recovery_key("another"), recovery_key("recovery")}));
    file("two chunks", seal(two, {recovery_key("recovery")}));
    file("unfinished", seal(backup_chunk_content, {recovery_key("recovery")}, false));

    constexpr std::size_t commitment = backup_prefix_size + backup_recipient_size;
    constexpr std::size_t body = commitment + backup_suffix_size;
    add("an empty one", "empty", "ok", 0, {.chunks = {0}});
    add("one chunk", "short", "ok", 100, {.chunks = {0}});
    add("two chunks", "two chunks", "ok", two, {.chunks = {0, 1}});
    add("the second of two recovery keys", "for two", "ok", 100, {.chunks = {0}});
    add("the first of two recovery keys", "for two", "ok", 100, {.chunks = {0}, .recovery = "another"});
    add("another recovery key", "short", "slot_not_mine", 0, {.chunks = {0}, .recovery = "another"});
    add("another organisation", "short", "wrong_org", 0, {.chunks = {0}, .org = made_of<org_id>("another")});
    add("a database in clear", "short", "unknown_version", 0, {.chunks = {0}, .flip = 0});
    add("shorter than the magic", "short", "unknown_version", 0, {.chunks = {0}, .keep = 7});
    add("nothing", "short", "unknown_version", 0, {.chunks = {0}, .keep = 0});
    add("cut in the first bytes", "short", "bad_length", 0, {.chunks = {0}, .keep = 47});
    add("cut in the header", "short", "bad_length", 0, {.chunks = {0}, .keep = body - 1});
    add("another version", "short", "unknown_version", 0, {.chunks = {0}, .flip = 8});
    add("no recipient", "short", "bad_parameters", 0, {.chunks = {0}, .flip = 9});
    add("something in the zeros", "short", "nonzero_reserved", 0, {.chunks = {0}, .flip = 15});
    add("a bit of the box", "short", "bad_tag", 0, {.chunks = {0}, .flip = backup_prefix_size + 40});
    add("a bit of another's box", "for two", "bad_commitment", 0,
        {.chunks = {0}, .flip = backup_prefix_size + 40});
    add("a bit of the commitment", "short", "bad_commitment", 0, {.chunks = {0}, .flip = commitment});
    add("a bit of the stream's header", "short", "bad_chunk", 0, {.chunks = {0}, .flip = commitment + 32});
    add("a bit of a chunk", "two chunks", "bad_chunk", 0, {.chunks = {0, 1}, .flip = body + 1000});
    add("two chunks change places", "two chunks", "bad_chunk", 0, {.chunks = {1, 0}});
    add("the first chunk twice", "two chunks", "bad_chunk", 0, {.chunks = {0, 0}});
    add("the last chunk is missing", "two chunks", "truncated_file", 0, {.chunks = {0}});
    add("no chunk", "short", "truncated_file", 0, {.chunks = {}});
    add("cut in the last chunk", "two chunks", "bad_chunk", 0,
        {.chunks = {0, 1}, .keep = body + backup_chunk_size + 20});
    add("cut to less than a tag", "two chunks", "bad_chunk", 0,
        {.chunks = {0, 1}, .keep = body + backup_chunk_size + 16});
    add("bytes behind the last chunk", "short", "bad_chunk", 0, {.chunks = {0}, .extra = "more"});
    add("a chunk behind the last", "two chunks", "bad_chunk", 0, {.chunks = {0, 1, 1}});
    add("no TAG_FINAL", "unfinished", "truncated_file", 0, {.chunks = {0}});
    auto out =
        file_of("Backups. What is read is the file's header and those of its chunks, then `extra`, of all "
                "that `keep` "
                "bytes, with the lowest bit of byte `flip` flipped. Byte i of the content is i mod 251.",
                std::move(cases));
    out["files"] = std::move(files);
    return out;
}

} // namespace changgu::vectors
