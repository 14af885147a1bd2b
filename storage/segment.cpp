#include "storage/segment.hpp"

#include "crypto/hash.hpp"

#include <sodium.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <optional>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace changgu::storage {
namespace {

constexpr std::size_t step = 64;
constexpr std::size_t second_header = 4096;
constexpr std::size_t zeros_at_once = std::size_t{1} << 20U;
constexpr std::string_view file_prefix = "spool-";
constexpr std::array<char, 8> magic{'c', 'h', 'g', 's', 'p', 'o', 'o', 'l'};

struct file_header {
    std::array<char, 8> name = magic;
    segment_key key{};
    std::uint64_t check = 0;
};
static_assert(sizeof(file_header) == 32);

enum class record_state : std::uint32_t { live = 1, erased = 2 };
struct record_header {
    std::uint64_t check = 0;
    std::uint64_t group = 0;
    std::uint32_t size = 0;
    std::uint32_t epoch = 0;
    record_state state = record_state::live;
    std::uint32_t more = 0; ///< records of the group behind this one
    envelope_id id;
};
static_assert(sizeof(record_header) == step);
static_assert(segment::records_begin == 2 * second_header);
static_assert(segment::records_begin % segment::block == 0 && zeros_at_once % segment::block == 0);

std::uint64_t short_hash(const segment_key& key, const void* data, std::size_t size) {
    std::uint64_t out = 0;
    static_assert(crypto_shorthash_BYTES == sizeof out && crypto_shorthash_KEYBYTES == sizeof(segment_key));
    crypto_shorthash(reinterpret_cast<crypto::byte*>(&out), static_cast<const crypto::byte*>(data), size,
                     key.data());
    return out;
}
std::uint64_t check_of(const file_header& h) {
    return short_hash(h.key, &h, offsetof(file_header, check));
}
std::uint64_t check_of(const record_header& h, const segment_key& key) {
    // Never 0, which is how a place says that nothing was ever written there.
    return short_hash(key, &h.group, sizeof h - sizeof h.check) | 1U;
}

template <class T> T copy_from(bytes_view file, std::uint64_t at) {
    T out;
    std::memcpy(&out, &file[at], sizeof out);
    return out;
}
template <class T> bytes_view as_view(const T& t) {
    return {reinterpret_cast<const crypto::byte*>(&t), sizeof t};
}

bool is_zero(bytes_view b) {
    return b.empty() || (b.front() == 0 && std::memcmp(b.data(), b.data() + 1, b.size() - 1) == 0);
}

bytes_view zeros(std::uint64_t size) {
    alignas(segment::block) static std::array<crypto::byte, zeros_at_once> z{}; // takes no memory: only read
    return bytes_view(z).first(std::min<std::uint64_t>(size, zeros_at_once));
}

// Memory that a device can read from by itself; grows to what was once needed.
class block_buffer {
  public:
    /// Of as many bytes, whole blocks; what was in it is gone.
    std::span<crypto::byte> get(std::size_t size) {
        if (size > size_) {
            memory_.reset(static_cast<crypto::byte*>(std::aligned_alloc(segment::block, size)));
            size_ = memory_ ? size : 0;
            if (!memory_) throw std::bad_alloc();
        }
        return {memory_.get(), size};
    }

  private:
    struct release {
        void operator()(crypto::byte* p) const noexcept { std::free(p); } // NOLINT: aligned_alloc's own
    };
    std::unique_ptr<crypto::byte, release> memory_;
    std::size_t size_ = 0;
};

// Not every file system has O_DIRECT (tmpfs of Linux 6.5 and earlier has not).
file open_direct(const std::filesystem::path& p) {
    try {
        return {p, O_RDWR | O_DIRECT};
    } catch (const file_error& e) {
        if (e.code().value() != EINVAL) throw;
        return {p, O_RDWR};
    }
}

} // namespace

segment_contents parse_segment(bytes_view file) {
    segment_contents c;
    c.end = segment::records_begin;
    if (file.size() <= segment::records_begin) return c;
    c.readable = false;
    for (const std::size_t at : {std::size_t{0}, second_header}) {
        const auto h = copy_from<file_header>(file, at);
        if (c.readable || h.name != magic || h.check != check_of(h)) continue;
        c.readable = c.finished = true;
        c.key = h.key;
    }
    c.blank = is_zero(file.subspan(segment::records_begin));
    if (!c.readable) {
        // A crash while the file was made leaves zeros.
        c.readable = c.blank && is_zero(file);
        return c;
    }
    if (c.blank) return c;
    std::optional<std::uint64_t> gap; // where something is not a record
    std::size_t before_gap = 0;
    std::uint64_t end_before_gap = c.end;
    bool group_is_whole = false;
    for (auto at = segment::records_begin; at + step <= file.size();) {
        // Behind the last record of a group there are zeros up to the next block.
        if (const auto next = segment::group_bytes(at); std::exchange(group_is_whole, false) &&
                                                        next + step <= file.size() &&
                                                        is_zero(file.subspan(at, next - at)))
            at = next;
        const auto h = copy_from<record_header>(file, at);
        const auto whole = segment::record_bytes(h.size);
        const bool is_record = h.check != 0 && whole <= file.size() - at && h.check == check_of(h, c.key);
        const bool is_live = is_record && h.state == record_state::live;
        if (!is_record ||
            (is_live && crypto::blake2b<envelope_id>({file.subspan(at + step, h.size)}) != h.id)) {
            if (!gap) {
                gap = at;
                before_gap = c.records.size();
                end_before_gap = c.end;
            }
            at += is_record ? whole : step;
            continue;
        }
        if (gap && h.group > *gap) {
            c.damaged = true;
            gap.reset();
        }
        if (is_live) c.records.push_back({h.id, h.epoch, h.size, at});
        at += whole;
        c.end = at;
        group_is_whole = h.more == 0;
    }
    if (gap) {
        c.records.resize(before_gap);
        c.end = end_before_gap;
    }
    c.torn = !is_zero(file.subspan(c.end));
    return c;
}

std::uint64_t segment::record_bytes(std::size_t size) noexcept {
    return step + (size + step - 1) / step * step;
}

std::uint64_t segment::body_at(const spooled& s) noexcept {
    return s.at + step;
}

segment::segment(const std::filesystem::path& directory, std::uint32_t number, int flags)
    : path_(segment_path(directory, number)), number_(number), file_(path_, flags),
      direct_(open_direct(path_)) {}

std::unique_ptr<segment> segment::create(const std::filesystem::path& directory, std::uint32_t number,
                                         std::uint64_t size) {
    std::unique_ptr<segment> s(new segment(directory, number, O_RDWR | O_CREAT | O_TRUNC));
    s->size_ = size;
    try {
        if (::fchmod(s->file_.fd(), 0600) != 0) throw file_error(errno);
        s->write_zeros(0, size);
        if (::fsync(s->file_.fd()) != 0) throw file_error(errno);
        s->write_headers();
        sync_directory(directory);
    } catch (const file_error&) {
        ::unlink(s->path_.c_str());
        throw;
    }
    return s;
}

segment::segment(const std::filesystem::path& directory, std::uint32_t number,
                 const segment_contents& contents)
    : segment(directory, number, O_RDWR) {
    struct stat s{};
    if (::fstat(file_.fd(), &s) != 0) throw file_error(errno);
    size_ = static_cast<std::uint64_t>(s.st_size) / block * block;
    key_ = contents.key;
    end_ = dirty_end_ = group_bytes(contents.end);
    if (contents.torn) {
        if (!contents.records.empty()) end_group_with(contents.records.back());
        file_.write(contents.end, zeros(end_ - contents.end));
        write_zeros(end_, size_);
        file_.sync();
    }
}

// Or what comes behind the torn end would make it look like damage. First, as nothing tells later that there
// was one.
void segment::end_group_with(const spooled& last) const {
    auto h = copy_from<record_header>(file_.read(last.at, step), 0);
    if (h.more == 0) return;
    h.more = 0;
    h.check = check_of(h, key_);
    file_.write(last.at, as_view(h));
    file_.sync();
}

std::uint64_t segment::append(std::span<const entry> group) {
    static thread_local block_buffer buffer; // a spool has one thread that appends
    std::uint64_t records = 0;
    for (const auto& e : group) records += record_bytes(e.body.size());
    const auto blocks = buffer.get(group_bytes(records));
    auto* to = blocks.data();
    const auto add = [&to](bytes_view b) { to = std::ranges::copy(b, to).out; };
    for (std::size_t i = 0; i < group.size(); ++i) {
        const auto& [id, epoch, body] = group[i];
        record_header h;
        h.group = end_;
        h.size = static_cast<std::uint32_t>(body.size());
        h.epoch = epoch;
        h.more = static_cast<std::uint32_t>(group.size() - 1 - i);
        h.id = id;
        h.check = check_of(h, key_);
        add(as_view(h));
        add(body);
        add(zeros(record_bytes(body.size()) - step - body.size()));
    }
    std::fill(to, blocks.data() + blocks.size(), crypto::byte{0});
    const auto end = end_ + blocks.size();
    // What an attempt left that found the disk full must not lie behind this group as if it belonged there.
    write_zeros(end, dirty_end_);
    dirty_end_ = std::max(dirty_end_, end);
    auto at = end_;
    for (auto rest = blocks; !rest.empty();) {
        const iovec part{rest.data(), rest.size()};
        const auto n = ::pwritev(direct_.fd(), &part, 1, static_cast<off_t>(at));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw file_error(errno);
        at += static_cast<std::uint64_t>(n);
        rest = rest.subspan(static_cast<std::size_t>(n));
    }
    direct_.sync();
    dirty_end_ = end;
    return std::exchange(end_, end);
}

void segment::expect_read(const spooled& s) const noexcept {
    ::posix_fadvise(file_.fd(), static_cast<off_t>(s.at), static_cast<off_t>(step + s.size),
                    POSIX_FADV_WILLNEED);
}

bytes segment::read(const spooled& s) const {
    auto whole = file_.read(s.at, step + s.size);
    if (whole.size() != step + s.size || copy_from<record_header>(whole, 0).id != s.id) throw file_error(EIO);
    whole.erase(whole.begin(), whole.begin() + step);
    return whole;
}

void segment::erase(std::span<const spooled> records) {
    for (const auto& s : records) {
        record_header h;
        h.size = s.size;
        h.state = record_state::erased;
        h.group = s.at;
        h.check = check_of(h, key_);
        file_.write(s.at, as_view(h));
    }
    // First the states, or a crash would leave what looks like damage.
    file_.sync();
    for (const auto& s : records) {
        const auto end = s.at + record_bytes(s.size);
        for (auto at = s.at + step; at < end; at += zeros_at_once) file_.write(at, zeros(end - at));
    }
    file_.sync();
}

void segment::wipe() {
    auto to = std::max(end_, dirty_end_);
    while (to > records_begin) {
        const auto from = to - std::min<std::uint64_t>(zeros_at_once, to - records_begin);
        write_zeros(from, to);
        file_.sync();
        to = from;
    }
    end_ = dirty_end_ = records_begin;
    write_headers();
}

void segment::remove() {
    if (::unlink(path_.c_str()) != 0) throw file_error(errno);
}

void segment::write_headers() {
    file_header h;
    crypto::fill_random(h.key);
    h.check = check_of(h);
    // One after the other: at any moment one of them is whole.
    for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{second_header}}) {
        file_.write(at, as_view(h));
        file_.sync();
    }
    key_ = h.key;
}

void segment::write_zeros(std::uint64_t from, std::uint64_t to) const {
    for (; from < to; from += zeros_at_once) direct_.write(from, zeros(to - from));
}

std::filesystem::path segment_path(const std::filesystem::path& directory, std::uint32_t number) {
    return directory / (std::string(file_prefix) + std::to_string(number));
}

std::vector<std::uint32_t> spool_numbers(const std::filesystem::path& directory) {
    std::vector<std::uint32_t> numbers;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        const auto name = entry.path().filename().string();
        if (!name.starts_with(file_prefix)) continue;
        std::uint32_t number = 0;
        const auto* last = name.data() + name.size();
        const auto [end, failed] = std::from_chars(name.data() + file_prefix.size(), last, number);
        if (failed == std::errc() && end == last) numbers.push_back(number);
    }
    std::ranges::sort(numbers);
    return numbers;
}

std::optional<bytes> read_segment(const std::filesystem::path& directory, std::uint32_t number) {
    try {
        const file f(segment_path(directory, number), O_RDONLY);
        struct stat s{};
        if (::fstat(f.fd(), &s) != 0) throw file_error(errno);
        return f.read(0, static_cast<std::uint64_t>(s.st_size));
    } catch (const file_error& e) {
        if (e.code().value() == ENOENT) return std::nullopt;
        throw;
    }
}

} // namespace changgu::storage
