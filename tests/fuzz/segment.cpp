// A file of the spool as a crash, a bad disk or somebody with a hex editor leaves it: what is found in it are
// whole records, in order, whose bodies are what their ids say.
#include "storage/segment.hpp"
#include "crypto/hash.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <sodium.h>

#include <algorithm>

using namespace changgu;
using namespace changgu::storage;
using crypto::byte;
using crypto::bytes;
using crypto::bytes_view;

namespace {

constexpr std::size_t step = 64;
constexpr std::size_t max_file = segment::records_begin + 256 * step;
const segment_key key{};

void put_check(bytes& file, std::size_t at, std::size_t from, std::size_t size, byte mark) {
    std::array<byte, crypto_shorthash_BYTES> check{};
    crypto_shorthash(check.data(), &file[from], size, key.data());
    check[0] |= mark;
    std::ranges::copy(check, file.begin() + static_cast<std::ptrdiff_t>(at));
}

// Both headers are good, and so is each record that the input wants to be: its first byte is odd then, and
// the second one's lowest bit asks for an id that fits.
bytes around(bytes_view in) {
    bytes file(segment::records_begin);
    for (const std::size_t at : {std::size_t{0}, segment::records_begin / 2}) {
        std::ranges::copy(std::string_view("chgspool"), file.begin() + static_cast<std::ptrdiff_t>(at));
        put_check(file, at + 24, at, 24, 0);
    }
    crypto::append(file, in.first(std::min(in.size(), max_file - file.size())));
    for (std::size_t at = segment::records_begin; at + step <= file.size(); at += step) {
        if (file[at] % 2 == 0) continue;
        const auto size = file[at + 16] + std::size_t{256} * file[at + 17];
        if (file[at + 1] % 2 == 1 && size <= file.size() - at - step) {
            const auto id = crypto::blake2b<envelope_id>({bytes_view(file).subspan(at + step, size)});
            std::ranges::copy(id.view(), file.begin() + static_cast<std::ptrdiff_t>(at + 32));
        }
        put_check(file, at, at + 8, step - 8, 1);
    }
    file.shrink_to_fit(); // so that the sanitizer sees a read beyond its end
    return file;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    bytes_view in = fuzz::input(data, size);
    const bool as_it_comes = fuzz::take_choice(in) % 2 == 0;
    const bytes file = as_it_comes ? bytes(in.begin(), in.end()) : around(in);
    const auto c = parse_segment(file);
    REQUIRE_PROPERTY(c.readable || (!c.finished && c.records.empty()));
    REQUIRE_PROPERTY(c.finished || c.records.empty());
    REQUIRE_PROPERTY(!c.blank || (c.records.empty() && !c.torn && !c.damaged));
    std::uint64_t end = segment::records_begin;
    for (const auto& r : c.records) {
        REQUIRE_PROPERTY(r.at >= end && r.at % step == 0);
        end = r.at + segment::record_bytes(r.size);
        REQUIRE_PROPERTY(end <= c.end && end <= file.size());
        REQUIRE_PROPERTY(crypto::blake2b<envelope_id>({bytes_view(file).subspan(r.at + step, r.size)}) ==
                         r.id);
    }
    return 0;
}
