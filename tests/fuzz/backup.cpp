// A backup file as it is found: its header, and, behind a seal that holds since anybody can make one for a
// public key, its parts and the databases in them. Each is refused with a word or is whole.
#include "storage/backup.hpp"
#include "storage/schema.hpp"
#include "storage/store.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/temp_dir.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

using namespace changgu;
using namespace changgu::crypto;

namespace {

const org_id org{};

sign_key_pair recovery_key() {
    return sign_key_pair_from(fuzz::fixed_seed(4));
}

void write_file(const std::filesystem::path& to, bytes_view content) {
    const int fd = ::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    REQUIRE_PROPERTY(fd >= 0);
    REQUIRE_PROPERTY(::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    ::close(fd);
}

bytes sealed(bytes_view content, const sign_public_key& to) {
    auto encryptor = backup_encryptor::start({org, {to}}).value();
    bytes out = encryptor.header();
    for (; content.size() > backup_chunk_content; content = content.subspan(backup_chunk_content))
        append(out, encryptor.push(content.first(backup_chunk_content), false));
    append(out, encryptor.push(content, true));
    return out;
}

bytes read_file(const std::filesystem::path& from) {
    std::ifstream in(from, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// What is in a backup of a store that has just been made.
bytes content_of_backup(const sign_key_pair& recovery) {
    const test::temp_dir directory;
    storage::options o;
    o.directory = directory / "data";
    o.size_budget = std::uint64_t{16} << 20U;
    o.blob_reserve = std::uint64_t{8} << 20U;
    o.spool_file = std::uint64_t{1} << 18U;
    {
        const storage::store store(o);
    }
    const auto whom = [&](storage::reader&) { return backup_recipients{org, {recovery.public_key}}; };
    REQUIRE_PROPERTY(storage::back_up(o.directory, directory / "backup", whom).has_value());
    const bytes file = read_file(directory / "backup");
    bytes_view rest(file);
    const auto header = rest.first(backup_header_size(rest).value());
    rest = rest.subspan(header.size());
    auto decryptor = backup_decryptor::open(org, header, {&recovery, 1}).value();
    bytes out;
    while (!rest.empty()) {
        const auto chunk = rest.first(std::min(rest.size(), backup_chunk_size));
        append(out, decryptor.pull(chunk).value().view());
        rest = rest.subspan(chunk.size());
    }
    return out;
}

void look_at_header(bytes_view in, const sign_key_pair& recovery) {
    const auto size = backup_header_size(in);
    if (!size) return;
    REQUIRE_PROPERTY(is_backup(in));
    if (const auto to = read_backup_recipients(in)) {
        REQUIRE_PROPERTY(in.size() == *size);
        REQUIRE_PROPERTY(!to->recovery.empty() && to->recovery.size() <= max_backup_recipients);
    }
    REQUIRE_PROPERTY(!backup_decryptor::open(org, in, {&recovery, 1})); // nobody guesses a commitment
}

void restore_from(bytes_view file) {
    constexpr std::uint64_t now = 1'800'000'000;
    const test::temp_dir directory;
    write_file(directory / "backup", file);
    storage::backup_opener opener{org, {}};
    opener.recovery.push_back(recovery_key());
    const auto data = directory / "data";
    try {
        const auto done = storage::restore(directory / "backup", &opener, data, now);
        const bool whole = done && done->empty();
        REQUIRE_PROPERTY(std::filesystem::exists(data / storage::main_file) == whole);
        if (whole) REQUIRE_PROPERTY(storage::reader(data).check().empty());
    } catch (const std::runtime_error&) { // no database of this program
        REQUIRE_PROPERTY(!std::filesystem::exists(data / storage::main_file));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    static const sign_key_pair recovery = recovery_key();
    bytes_view in = fuzz::input(data, size);
    static const bytes content = content_of_backup(recovery);
    switch (fuzz::take_choice(in) % 4) {
    case 0: look_at_header(in, recovery); break;
    case 1: restore_from(sealed(in, recovery.public_key)); break;
    case 2: { // what is sealed has some other bytes
        bytes other = content;
        for (; in.size() >= 4; in = in.subspan(4))
            other[from_big_endian<std::uint32_t>(in.first(4)) / 256 % other.size()] ^= in[3];
        restore_from(sealed(other, recovery.public_key));
        break;
    }
    default: { // the seal has
        bytes file = sealed(content, recovery.public_key);
        for (; in.size() >= 4; in = in.subspan(4))
            file[from_big_endian<std::uint32_t>(in.first(4)) / 256 % file.size()] ^= in[3];
        restore_from(file);
    }
    }
    return 0;
}
