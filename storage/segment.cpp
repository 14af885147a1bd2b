#include "storage/segment.hpp"

#include "crypto/hash.hpp"

#include <sodium.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <limits.h>
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
    std::uint32_t zero = 0;
    envelope_id id;
};
static_assert(sizeof(record_header) == step);
static_assert(segment::records_begin == 2 * second_header);

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

std::filesystem::path path_of(const std::filesystem::path& directory, std::uint32_t number) {
    return directory / (std::string(file_prefix) + std::to_string(number));
}

void sync_directory(const std::filesystem::path& p) {
    const file directory(p, O_RDONLY | O_DIRECTORY);
    if (::fsync(directory.fd()) != 0) throw file_error(errno);
}

const bytes& zeros() {
    static const bytes z(zeros_at_once);
    return z;
}

} // namespace

bool file_error::is_full() const noexcept {
    const int number = code().value();
    return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

file::file(const std::filesystem::path& p, int flags)
    : fd_(::open(p.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (fd_ < 0) throw file_error(errno);
}
file::~file() {
    ::close(fd_);
}

bytes file::read(std::uint64_t at, std::size_t size) const {
    bytes out(size);
    std::size_t done = 0;
    while (done < size) {
        const auto n = ::pread(fd_, out.data() + done, size - done, static_cast<off_t>(at + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw file_error(errno);
        if (n == 0) break;
        done += static_cast<std::size_t>(n);
    }
    out.resize(done);
    return out;
}

void file::write(std::uint64_t at, bytes_view data) const {
    while (!data.empty()) {
        const auto n = ::pwrite(fd_, data.data(), data.size(), static_cast<off_t>(at));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw file_error(errno);
        at += static_cast<std::uint64_t>(n);
        data = data.subspan(static_cast<std::size_t>(n));
    }
}

void file::sync() const {
    if (::fdatasync(fd_) != 0) throw file_error(errno);
}

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
    for (auto at = segment::records_begin; at + step <= file.size();) {
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

segment::segment(const std::filesystem::path& directory, std::uint32_t number, int flags)
    : path_(path_of(directory, number)), number_(number), file_(path_, flags) {}

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
    size_ = static_cast<std::uint64_t>(s.st_size);
    key_ = contents.key;
    end_ = contents.end;
    dirty_end_ = contents.blank ? size_ : end_;
    if (contents.torn) {
        write_zeros(end_, size_);
        file_.sync();
    }
}

std::uint64_t segment::append(std::span<const entry> group) {
    std::vector<record_header> headers(group.size());
    std::vector<iovec> parts;
    parts.reserve(3 * group.size() + 1);
    const auto add = [&parts](const void* data, std::size_t size) {
        if (size != 0) parts.push_back({const_cast<void*>(data), size}); // NOLINT: only read from
    };
    auto end = end_;
    for (std::size_t i = 0; i < group.size(); ++i) {
        const auto& [id, epoch, body] = group[i];
        auto& h = headers[i];
        h.group = end_;
        h.size = static_cast<std::uint32_t>(body.size());
        h.epoch = epoch;
        h.id = id;
        h.check = check_of(h, key_);
        const auto whole = record_bytes(body.size());
        add(&h, sizeof h);
        add(body.data(), body.size());
        add(zeros().data(), whole - step - body.size());
        end += whole;
    }
    // What an attempt left that found the disk full must not lie behind this group as if it belonged there.
    const auto left_over = std::max(dirty_end_, end) - end;
    for (std::uint64_t n = 0; n < left_over; n += zeros_at_once)
        add(zeros().data(), std::min<std::uint64_t>(zeros_at_once, left_over - n));
    dirty_end_ = std::max(dirty_end_, end);
    auto at = end_;
    for (std::span<iovec> rest = parts; !rest.empty();) {
        const auto n =
            ::pwritev(file_.fd(), rest.data(), static_cast<int>(std::min<std::size_t>(rest.size(), IOV_MAX)),
                      static_cast<off_t>(at));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw file_error(errno);
        at += static_cast<std::uint64_t>(n);
        for (auto written = static_cast<std::size_t>(n); written > 0;) {
            const auto here = std::min(written, rest.front().iov_len);
            rest.front().iov_base = static_cast<char*>(rest.front().iov_base) + here;
            rest.front().iov_len -= here;
            written -= here;
            if (rest.front().iov_len == 0) rest = rest.subspan(1);
        }
    }
    file_.sync();
    dirty_end_ = end;
    return std::exchange(end_, end);
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
    for (const auto& s : records) write_zeros(s.at + step, s.at + record_bytes(s.size));
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
    for (; from < to; from += std::min<std::uint64_t>(zeros_at_once, to - from))
        file_.write(from, bytes_view(zeros()).first(std::min<std::uint64_t>(zeros_at_once, to - from)));
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

std::optional<bytes> read_segment(const std::filesystem::path& directory, std::uint32_t number,
                                  std::uint64_t most) {
    try {
        const file f(path_of(directory, number), O_RDONLY);
        struct stat s{};
        if (::fstat(f.fd(), &s) != 0) throw file_error(errno);
        return f.read(0, std::min(most, static_cast<std::uint64_t>(s.st_size)));
    } catch (const file_error& e) {
        if (e.code().value() == ENOENT) return std::nullopt;
        throw;
    }
}

spool_listing list_spool(const std::filesystem::path& directory) {
    const auto look = [&directory] {
        spool_listing l;
        for (const auto number : spool_numbers(directory)) {
            const auto content = read_segment(directory, number);
            if (!content) continue;
            const auto c = parse_segment(*content);
            l.damaged = l.damaged || c.damaged || !c.readable;
            for (const auto& s : c.records) l.envelopes.push_back({s, number});
        }
        return l;
    };
    auto l = look();
    if (l.damaged) l.damaged = look().damaged;
    std::ranges::sort(l.envelopes, {}, [](const listed& x) { return x.what.id; });
    const auto again = std::ranges::unique(l.envelopes, {}, [](const listed& x) { return x.what.id; });
    l.envelopes.erase(again.begin(), again.end());
    return l;
}

std::optional<bytes> read_listed(const std::filesystem::path& directory, const listed& l) {
    try {
        auto body = file(path_of(directory, l.number), O_RDONLY).read(l.what.at + step, l.what.size);
        if (crypto::blake2b<envelope_id>({body}) == l.what.id) return body;
    } catch (const file_error& e) {
        if (e.code().value() != ENOENT) throw;
    }
    return std::nullopt;
}

} // namespace changgu::storage
