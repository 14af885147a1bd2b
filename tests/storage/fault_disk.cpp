#include "tests/storage/fault_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <pthread.h>
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
constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

const pthread_t main_thread = ::pthread_self();
std::atomic<int> main_exposed = 0;
std::atomic<int> main_short = 0;
thread_local int spared = 0; // the recorder's own memory does not fail

std::array<std::atomic<std::uint64_t>, troubles> counts{};
std::atomic<std::uint64_t> armed_at = never;
std::atomic<trouble> armed = trouble::io_error;
std::atomic<bool> armed_lasting = false;
std::atomic<bool> has_struck = false;

/// Counts an occasion; true if it is to go wrong.
bool strikes(trouble t) noexcept {
    const auto n = counts[static_cast<std::size_t>(t)]++;
    const auto at = armed_at.load();
    if (armed != t || at == never || n < at || (n > at && !armed_lasting)) return false;
    has_struck = true;
    return true;
}
bool in_main_thread() noexcept {
    return ::pthread_equal(::pthread_self(), main_thread) != 0;
}

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
    std::map<std::string, std::uint64_t> files; // that are there, by name
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
    watch_guard() : lock_(disk().mutex) { ++spared; }
    watch_guard(const watch_guard&) = delete;
    watch_guard& operator=(const watch_guard&) = delete;
    ~watch_guard() { --spared; }
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

// Before main(), as SQLite must not have begun.
sqlite3_mem_methods system_memory;
void* counted_malloc(int size) {
    return (!in_main_thread() || main_exposed != 0) && strikes(trouble::sqlite_memory)
               ? nullptr
               : system_memory.xMalloc(size);
}
void* counted_realloc(void* p, int size) {
    return (!in_main_thread() || main_exposed != 0) && strikes(trouble::sqlite_memory)
               ? nullptr
               : system_memory.xRealloc(p, size);
}
[[maybe_unused]] const bool memory_replaced = [] {
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_memory) != SQLITE_OK) std::abort();
    auto m = system_memory;
    m.xMalloc = counted_malloc;
    m.xRealloc = counted_realloc;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &m) != SQLITE_OK) std::abort();
    return true;
}();

void* allocate(std::size_t size) noexcept {
    if (spared == 0 && (!in_main_thread() || main_short != 0) && strikes(trouble::memory)) return nullptr;
    return std::malloc(size == 0 ? 1 : size); // NOLINT: this is operator new
}
void* allocate_or_throw(std::size_t size) {
    void* p = allocate(size);
    if (p == nullptr) throw std::bad_alloc();
    return p;
}

} // namespace

const char* name_of(trouble t) noexcept {
    constexpr std::array<const char*, troubles> names{"io_error",      "no_room",        "failed_sync",
                                                      "no_descriptor", "short_transfer", "interrupted",
                                                      "sqlite_memory", "memory",         "death"};
    return names.at(static_cast<std::size_t>(t));
}

void arm(const fault& f) {
    disarm();
    armed = f.what;
    armed_lasting = f.lasting;
    armed_at = f.at;
}
void disarm() {
    armed_at = never;
    has_struck = false;
    for (auto& c : counts) c = 0;
}
bool struck() noexcept {
    return has_struck;
}
std::uint64_t occasions(trouble t) noexcept {
    return counts[static_cast<std::size_t>(t)];
}

exposed::exposed(to what) noexcept : what_(what) {
    ++main_exposed;
    if (what_ == to::all_memory) ++main_short;
}
exposed::~exposed() {
    --main_exposed;
    if (what_ == to::all_memory) --main_short;
}

namespace {

void apply(crypto::bytes& to, const disk_event& e) {
    if (e.what == kind::resize) return to.resize(e.at);
    if (to.size() < e.at + e.data.size()) to.resize(e.at + e.data.size());
    std::ranges::copy(e.data, to.begin() + static_cast<std::ptrdiff_t>(e.at));
}

void apply(std::map<std::string, std::uint64_t>& names, const disk_event& e) {
    if (e.what == kind::create)
        names[e.name] = e.file;
    else if (e.what == kind::remove)
        names.erase(e.name);
    else if (const auto moved = names.extract(e.name))
        names[e.second] = moved.mapped();
}
bool is_of_names(const disk_event& e) {
    return e.what == kind::create || e.what == kind::remove || e.what == kind::rename;
}

bool is_in(const std::string& name, const std::string& directory) {
    return std::filesystem::path(name).parent_path() == directory;
}

/// Of a write that was under way: any of its sectors.
void apply_torn(crypto::bytes& to, const disk_event& e, std::mt19937_64& random) {
    if (e.what == kind::resize) {
        if (random() % 2 == 0) apply(to, e);
        return;
    }
    for (std::uint64_t at = e.at; at < e.at + e.data.size();) {
        const auto end = std::min<std::uint64_t>((at / sector + 1) * sector, e.at + e.data.size());
        if (random() % 2 == 0) {
            if (to.size() < end) to.resize(end);
            const auto from = e.data.begin() + static_cast<std::ptrdiff_t>(at - e.at);
            std::copy(from, from + static_cast<std::ptrdiff_t>(end - at),
                      to.begin() + static_cast<std::ptrdiff_t>(at));
        }
        at = end;
    }
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
    for (const auto& e : d.events)
        if (is_of_names(e)) {
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

void crashed_disk::advance(std::uint64_t moment) {
    for (; moment_ < moment; ++moment_) {
        const auto& e = events_.at(moment_);
        auto& changes = files_[e.file].changes;
        switch (e.what) {
        case kind::write:
        case kind::resize: changes.push_back({&e}); break;
        case kind::failed_sync:
            for (auto& c : changes) c.hopeless = !c.certain;
            break;
        case kind::sync: {
            for (auto& c : changes) c.certain = !c.hopeless;
            const auto rest = std::ranges::find(changes, false, &change::certain);
            for (auto c = changes.begin(); c != rest; ++c) apply(files_[e.file].durable, *c->event);
            changes.erase(changes.begin(), rest);
            break;
        }
        case kind::create:
        case kind::remove:
        case kind::rename: name_changes_.push_back(&e); break;
        case kind::sync_directory: {
            const auto last = std::find_if(name_changes_.rbegin(), name_changes_.rend(), [&e](const auto* n) {
                return is_in(n->name, e.name) || (n->what == kind::rename && is_in(n->second, e.name));
            });
            const auto end = last.base();
            for (auto n = name_changes_.begin(); n != end; ++n) apply(names_, **n);
            name_changes_.erase(name_changes_.begin(), end);
            break;
        }
        }
    }
}

crypto::bytes crashed_disk::remainder(const content& c, remains what, std::mt19937_64& random) {
    auto out = c.durable;
    const auto torn = c.changes.empty() ? 0 : random() % c.changes.size();
    for (std::size_t i = 0; i < c.changes.size(); ++i) {
        const auto& change = c.changes[i];
        if (what == remains::all || change.certain || (what == remains::in_turn && i < torn))
            apply(out, *change.event);
        else if (what == remains::some || (what == remains::in_turn && i == torn))
            apply_torn(out, *change.event, random);
    }
    return out;
}

void crashed_disk::restore(std::uint64_t moment, remains what, std::uint64_t seed,
                           const std::filesystem::path& to) {
    advance(moment);
    std::mt19937_64 random(seed);
    auto names = names_;
    const auto kept = what == remains::all    ? name_changes_.size()
                      : what == remains::none ? 0
                                              : random() % (name_changes_.size() + 1);
    for (std::size_t i = 0; i < kept; ++i) apply(names, *name_changes_[i]);
    for (const auto& [name, file] : names) {
        std::filesystem::create_directories((to / name).parent_path());
        const auto left = remainder(files_[file], what, random);
        std::ofstream out(to / name, std::ios::binary);
        out.write(reinterpret_cast<const char*>(left.data()), static_cast<std::streamsize>(left.size()));
        if (!out.flush()) throw std::runtime_error("crashed_disk: cannot write");
    }
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

void* operator new(std::size_t size) {
    return allocate_or_throw(size);
}
void* operator new[](std::size_t size) {
    return allocate_or_throw(size);
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return allocate(size);
}
// NOLINTBEGIN(cppcoreguidelines-no-malloc): these are operator delete
void operator delete(void* p) noexcept {
    std::free(p);
}
void operator delete[](void* p) noexcept {
    std::free(p);
}
void operator delete(void* p, std::size_t /*size*/) noexcept {
    std::free(p);
}
void operator delete[](void* p, std::size_t /*size*/) noexcept {
    std::free(p);
}
void operator delete(void* p, const std::nothrow_t& /*tag*/) noexcept {
    std::free(p);
}
void operator delete[](void* p, const std::nothrow_t& /*tag*/) noexcept {
    std::free(p);
}
// NOLINTEND(cppcoreguidelines-no-malloc)
