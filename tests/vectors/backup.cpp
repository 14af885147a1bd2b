#include "crypto/backup_file.hpp"
#include "tests/vectors/vectors.hpp"
#include "tests/vectors/wire_file.hpp"

namespace changgu::test {
namespace {

result<bytes> content_of(const org_id& org, bytes_view file, const sign_key_pair& recovery) {
    const auto size = backup_header_size(file.first(std::min(file.size(), backup_prefix_size)));
    if (!size) return size.error();
    const auto header = file.first(std::min(file.size(), *size));
    auto decryptor = backup_decryptor::open(org, header, {&recovery, 1});
    if (!decryptor) return decryptor.error();
    bytes out;
    for (auto rest = file.subspan(*size); !rest.empty();
         rest = rest.subspan(std::min(rest.size(), backup_chunk_size))) {
        const auto part = decryptor->pull(rest.first(std::min(rest.size(), backup_chunk_size)));
        if (!part) return part.error();
        append(out, part->view());
    }
    if (!decryptor->finished()) return errc::truncated_file;
    return out;
}

bytes as_read(const json::object& c, const json::object& file) {
    const auto& of = file.at("files").as_object().at(text(c, "file")).as_object();
    bytes out = raw(of, "header");
    for (const json::value& i : list(c, "chunks")) {
        const auto& chunk = list(of, "chunks").at(i.to_number<std::size_t>()).as_string();
        append(out, from_base64(std::string_view(chunk)).value());
    }
    if (has(c, "extra")) append(out, raw(c, "extra"));
    if (has(c, "keep")) out.resize(number<std::size_t>(c, "keep"));
    if (has(c, "flip")) out.at(number<std::size_t>(c, "flip")) ^= 1U;
    return out;
}

} // namespace

TEST_CASE("vectors: backups") {
    for_each_case("backup", [](const json::object& c, const std::string& expect, const json::object& file) {
        const auto recovery = sign_key_pair_from(value<seed>(c, "recovery_seed"));
        const auto content = content_of(value<org_id>(c, "org"), as_read(c, file), recovery);
        CHECK(outcome(content) == expect);
        if (content) CHECK(*content == counting_bytes(number<std::size_t>(c, "content_size")));
    });
}

} // namespace changgu::test
