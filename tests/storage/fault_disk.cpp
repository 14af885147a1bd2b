#include "tests/storage/fault_disk.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace changgu::test {
namespace {

using kind = disk_event::kind;

constexpr std::size_t most_descriptors = 4096;
constexpr std::size_t sector = 512;
constexpr std::size_t direct_unit = 4096; // to which O_DIRECT must keep

struct descriptor {
    bool watched = false;
    bool is_directory = false;
    bool is_shared_memory = false; // counted, not recorded: no power cut leaves any of it
    bool direct = false;
    bool synchronous = false;
    std::uint64_t file = 0;
    std::string name;
};

struct state {
    std::recursive_mutex mutex; // held over a watched call: calls are recorded in the order they happened
    bool watching = false;
    std::string root;
    std::vector<descriptor> descriptors = std::vector<descriptor>(most_descriptors);
    file_names files; // that are there, by name
    std::uint64_t next_file = 0;
    disk_events events;
};
state& disk() {
    static auto* s = new state; // never destroyed: files are closed to the very end
    return *s;
}
std::atomic<bool> watching = false;

/// In every replaced call.
class watch_guard {
  public:
    watch_guard() : lock_(disk().mutex) {}
    [[nodiscard]] bool has(int fd) const {
        return disk().watching && fd >= 0 && static_cast<std::size_t>(fd) < most_descriptors &&
               disk().descriptors[static_cast<std::size_t>(fd)].watched;
    }
    [[nodiscard]] descriptor& at(int fd) const { return disk().descriptors[static_cast<std::size_t>(fd)]; }
    /// The name below the watched directory, if the path is there.
    [[nodiscard]] std::optional<std::string> name_of(std::string_view path) const {
        const auto& s = disk();
        if (!s.watching || !path.starts_with(s.root)) return std::nullopt;
        path.remove_prefix(s.root.size());
        if (path.empty()) return std::string();
        return path.front() == '/' ? std::optional(std::string(path.substr(1))) : std::nullopt;
    }

  private:
    std::scoped_lock<std::recursive_mutex> lock_;
    spared own_memory_;
};

template <class F> auto unless_watched(int fd, F real, auto watched) {
    if (watching) {
        const watch_guard g;
        if (g.has(fd)) return watched(g.at(fd));
    }
    return static_cast<decltype(watched(std::declval<descriptor&>()))>(real());
}

[[noreturn]] void die() {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
}
void die_if_struck() {
    if (strikes(trouble::death)) die();
}

int failing(int number) noexcept {
    errno = number;
    return -1;
}
bool is_shared_memory(std::string_view name) {
    return name.ends_with("-shm");
}
void record(kind what, std::uint64_t file, std::uint64_t at = 0, crypto::bytes data = {},
            std::string name = {}, std::string second = {}) {
    disk().events.push_back({what, file, at, std::move(data), std::move(name), std::move(second)});
}

/// Half, but something, and what O_DIRECT can do.
std::size_t half_of(const descriptor& d, std::size_t size) noexcept {
    const auto unit = d.direct ? direct_unit : 1;
    const auto half = size / 2 / unit * unit;
    return half == 0 ? size : half;
}

ssize_t write_watched(descriptor& d, int fd, const void* data, std::size_t size, off_t at) {
    if (strikes(trouble::io_error)) return failing(EIO);
    if (strikes(trouble::interrupted)) return failing(EINTR);
    const bool full = strikes(trouble::no_room);
    const bool halved = strikes(trouble::short_transfer);
    const bool dies = strikes(trouble::death);
    // What is less than a sector is written at once.
    const auto asked = dies ? size / 2 / sector * sector : full || halved ? half_of(d, size) : size;
    const auto done = asked == 0 ? 0 : ::syscall(SYS_pwrite64, fd, data, asked, at);
    if (dies) die();
    if (done > 0 && !d.is_shared_memory) {
        const auto* from = static_cast<const crypto::byte*>(data);
        record(kind::write, d.file, static_cast<std::uint64_t>(at), crypto::bytes(from, from + done));
        if (d.synchronous) record(kind::sync, d.file);
    }
    return full ? failing(ENOSPC) : done;
}

ssize_t write_at(int fd, const void* data, std::size_t size, off_t at) {
    return unless_watched(
        fd, [&] { return ::syscall(SYS_pwrite64, fd, data, size, at); },
        [&](descriptor& d) { return write_watched(d, fd, data, size, at); });
}

ssize_t write_parts(int fd, const iovec* parts, int count, off_t at, int flags) {
    return unless_watched(
        fd, [&] { return ::syscall(SYS_pwritev2, fd, parts, count, at, 0, flags); },
        [&](descriptor& d) {
            std::size_t size = 0;
            for (int i = 0; i < count; ++i) size += parts[i].iov_len;
            // Aligned, for O_DIRECT.
            const std::unique_ptr<void, decltype(&std::free)> joined(
                std::aligned_alloc(direct_unit, (size / direct_unit + 1) * direct_unit), &std::free);
            auto* end = static_cast<crypto::byte*>(joined.get());
            for (int i = 0; i < count; ++i) {
                std::memcpy(end, parts[i].iov_base, parts[i].iov_len);
                end += parts[i].iov_len;
            }
            const auto done = write_watched(d, fd, joined.get(), size, at);
            if (done > 0 && (flags & RWF_DSYNC) != 0) record(kind::sync, d.file);
            return done;
        });
}

ssize_t read_at(int fd, void* data, std::size_t size, off_t at) {
    return unless_watched(
        fd, [&] { return ::syscall(SYS_pread64, fd, data, size, at); },
        [&](const descriptor& d) -> ssize_t {
            if (strikes(trouble::io_error)) return failing(EIO);
            if (strikes(trouble::interrupted)) return failing(EINTR);
            const auto asked = strikes(trouble::short_transfer) ? half_of(d, size) : size;
            return ::syscall(SYS_pread64, fd, data, asked, at);
        });
}

// The real disk need not do it: a test's power cut is only recorded.
int sync_file(int fd, long number) {
    return unless_watched(
        fd, [&] { return ::syscall(number, fd); },
        [&](const descriptor& d) {
            die_if_struck();
            if (strikes(trouble::io_error) || strikes(trouble::failed_sync)) {
                record(kind::failed_sync, d.file);
                return failing(EIO);
            }
            if (d.is_directory)
                record(kind::sync_directory, 0, 0, {}, d.name);
            else if (!d.is_shared_memory)
                record(kind::sync, d.file);
            return 0;
        });
}

int resize_file(int fd, off_t size) {
    return unless_watched(
        fd, [&] { return ::syscall(SYS_ftruncate, fd, size); },
        [&](const descriptor& d) {
            die_if_struck();
            if (strikes(trouble::io_error)) return failing(EIO);
            const auto done = static_cast<int>(::syscall(SYS_ftruncate, fd, size));
            if (done == 0 && !d.is_shared_memory)
                record(kind::resize, d.file, static_cast<std::uint64_t>(size));
            return done;
        });
}

int open_watched(const std::string& path, const std::string& name, int flags, mode_t mode) {
    if (strikes(trouble::io_error)) return failing(EIO);
    if (strikes(trouble::no_descriptor)) return failing(EMFILE);
    const bool was_there = ::access(path.c_str(), F_OK) == 0;
    if ((flags & O_CREAT) != 0 && !was_there) die_if_struck();
    if ((flags & O_CREAT) != 0 && !was_there && strikes(trouble::no_room)) return failing(ENOSPC);
    const int fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path.c_str(), flags, mode));
    if (fd < 0) return fd;
    struct stat s{};
    (void)::fstat(fd, &s);
    descriptor d{.watched = true,
                 .is_directory = S_ISDIR(s.st_mode),
                 .is_shared_memory = is_shared_memory(name),
                 .direct = (flags & O_DIRECT) != 0,
                 .synchronous = (flags & O_DSYNC) != 0,
                 .name = name};
    if (!d.is_directory && !d.is_shared_memory) {
        const auto [known, is_new] = disk().files.try_emplace(name, disk().next_file);
        d.file = known->second;
        if (is_new) {
            ++disk().next_file;
            record(kind::create, d.file, 0, {}, name);
        } else if ((flags & O_TRUNC) != 0) {
            record(kind::resize, d.file);
        }
    }
    disk().descriptors.at(static_cast<std::size_t>(fd)) = std::move(d);
    return fd;
}

int open_file(int directory, const char* path, int flags, mode_t mode) {
    if (watching && path != nullptr && path[0] == '/') {
        const watch_guard g;
        if (const auto name = g.name_of(path)) return open_watched(path, *name, flags, mode);
    }
    return static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
}

/// Where a name relative to an open directory is.
std::string full_path(int directory, const char* path) {
    if (path[0] == '/' || directory == AT_FDCWD) return path;
    std::error_code unknown;
    const auto at = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(directory), unknown);
    return (at / path).string();
}

int remove_file(int directory, const char* path, int flags) {
    if (watching) {
        const watch_guard g;
        if (const auto name = g.name_of(full_path(directory, path))) {
            die_if_struck();
            if (strikes(trouble::io_error)) return failing(EIO);
            const auto done = static_cast<int>(::syscall(SYS_unlinkat, directory, path, flags));
            if (done == 0 && disk().files.erase(*name) != 0) record(kind::remove, 0, 0, {}, *name);
            return done;
        }
    }
    return static_cast<int>(::syscall(SYS_unlinkat, directory, path, flags));
}

int rename_file(const char* from, const char* to) {
    if (watching) {
        const watch_guard g;
        const auto old_name = g.name_of(from);
        const auto new_name = g.name_of(to);
        if (old_name && new_name) {
            die_if_struck();
            if (strikes(trouble::io_error)) return failing(EIO);
            const auto done = static_cast<int>(::syscall(SYS_rename, from, to));
            if (done == 0) {
                if (auto moved = disk().files.extract(*old_name)) disk().files[*new_name] = moved.mapped();
                record(kind::rename, 0, 0, {}, *old_name, *new_name);
            }
            return done;
        }
    }
    return static_cast<int>(::syscall(SYS_rename, from, to));
}

} // namespace

watched_disk::watched_disk(const std::filesystem::path& directory) : watched_disk(directory, {}) {
    if (!std::filesystem::is_empty(directory)) throw std::logic_error("watched_disk: not empty");
}
watched_disk::watched_disk(const std::filesystem::path& directory, disk_events past) {
    auto& d = disk();
    const std::scoped_lock lock(d.mutex);
    if (d.watching) throw std::logic_error("watched_disk: one at a time");
    d.root = std::filesystem::canonical(directory).string();
    d.events = std::move(past);
    d.files.clear();
    d.next_file = 0;
    for (const auto& e : d.events) {
        apply(d.files, e);
        d.next_file = std::max(d.next_file, e.file + 1);
    }
    d.watching = watching = true;
}
watched_disk::~watched_disk() {
    auto& d = disk();
    const std::scoped_lock lock(d.mutex);
    d.watching = watching = false;
    d.descriptors.assign(most_descriptors, {});
    d.events.clear();
}
std::uint64_t watched_disk::now() const {
    const std::scoped_lock lock(disk().mutex);
    return disk().events.size();
}
disk_events watched_disk::take_events() {
    const std::scoped_lock lock(disk().mutex);
    return std::exchange(disk().events, {});
}

} // namespace changgu::test

using namespace changgu::test;

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name, cert-dcl50-cpp): the system's own
extern "C" {

int open(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_file(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_file(AT_FDCWD, path, flags, mode);
}
int close(int fd) {
    if (watching) {
        const watch_guard g;
        if (g.has(fd)) g.at(fd) = {};
    }
    return static_cast<int>(::syscall(SYS_close, fd));
}
ssize_t pread(int fd, void* data, size_t size, off_t at) {
    return read_at(fd, data, size, at);
}
ssize_t pread64(int fd, void* data, size_t size, off64_t at) {
    return read_at(fd, data, size, at);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
    return write_at(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
    return write_at(fd, data, size, at);
}
ssize_t pwritev(int fd, const iovec* parts, int count, off_t at) {
    return write_parts(fd, parts, count, at, 0);
}
ssize_t pwritev64(int fd, const iovec* parts, int count, off64_t at) {
    return write_parts(fd, parts, count, at, 0);
}
ssize_t pwritev2(int fd, const iovec* parts, int count, off_t at, int flags) {
    return write_parts(fd, parts, count, at, flags);
}
// How a file is copied.
ssize_t sendfile(int out, int in, off_t* from, size_t size) {
    bool ours = false;
    if (watching) {
        const watch_guard g;
        ours = g.has(out) || g.has(in);
    }
    if (!ours) return ::syscall(SYS_sendfile, out, in, from, size);
    changgu::crypto::bytes buffer(std::min<std::size_t>(size, std::size_t{1} << 20U));
    const auto at = from != nullptr ? *from : ::lseek(in, 0, SEEK_CUR);
    const auto got = read_at(in, buffer.data(), buffer.size(), at);
    if (got <= 0) return got;
    const auto written =
        write_at(out, buffer.data(), static_cast<std::size_t>(got), ::lseek(out, 0, SEEK_CUR));
    if (written <= 0) return written;
    ::lseek(out, written, SEEK_CUR);
    if (from != nullptr)
        *from += written;
    else
        ::lseek(in, written, SEEK_CUR);
    return written;
}
int fsync(int fd) {
    return sync_file(fd, SYS_fsync);
}
int fdatasync(int fd) {
    return sync_file(fd, SYS_fdatasync);
}
int ftruncate(int fd, off_t size) noexcept {
    return resize_file(fd, size);
}
int ftruncate64(int fd, off64_t size) noexcept {
    return resize_file(fd, size);
}
int unlink(const char* path) noexcept {
    return remove_file(AT_FDCWD, path, 0);
}
int unlinkat(int directory, const char* path, int flags) noexcept {
    return remove_file(directory, path, flags);
}
int remove(const char* path) noexcept {
    const int done = remove_file(AT_FDCWD, path, 0);
    return done != 0 && errno == EISDIR ? remove_file(AT_FDCWD, path, AT_REMOVEDIR) : done;
}
int rename(const char* from, const char* to) noexcept {
    return rename_file(from, to);
}

} // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name, cert-dcl50-cpp)
