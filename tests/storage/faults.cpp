// The disk fails. SQLite runs on the system's file functions, of which one is made to fail on demand; those
// that the spool calls are replaced in this program.
#include "tests/storage/bench.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <atomic>
#include <cerrno>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

using namespace changgu;
using namespace changgu::test;

namespace {

std::atomic<bool> sync_fails = false;
std::atomic<bool> write_finds_disk_full = false;
std::atomic<bool> file_finds_disk_full = false; // that is being made
sqlite3_vfs* system_vfs = nullptr;
sqlite3_io_methods system_methods;

int failing_sync(sqlite3_file* f, int flags) {
    return sync_fails ? SQLITE_IOERR_FSYNC : system_methods.xSync(f, flags);
}
int failing_write(sqlite3_file* f, const void* data, int size, sqlite3_int64 at) {
    return write_finds_disk_full ? SQLITE_FULL : system_methods.xWrite(f, data, size, at);
}
int open_failing(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out) {
    const int code = system_vfs->xOpen(system_vfs, name, f, flags, out);
    if (code != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0) return code;
    static sqlite3_io_methods failing = [f] {
        system_methods = *f->pMethods;
        auto m = system_methods;
        m.xSync = failing_sync;
        m.xWrite = failing_write;
        return m;
    }();
    f->pMethods = &failing;
    return code;
}

class failing_disk {
  public:
    failing_disk() : vfs_(*sqlite3_vfs_find(nullptr)) {
        system_vfs = sqlite3_vfs_find(nullptr);
        vfs_.zName = "failing";
        vfs_.xOpen = open_failing;
        REQUIRE(sqlite3_vfs_register(&vfs_, 1) == SQLITE_OK);
    }
    failing_disk(const failing_disk&) = delete;
    failing_disk& operator=(const failing_disk&) = delete;
    ~failing_disk() {
        sync_fails = false;
        write_finds_disk_full = false;
        file_finds_disk_full = false;
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(system_vfs, 1);
    }

  private:
    sqlite3_vfs vfs_;
};

} // namespace

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" int fdatasync(int fd) {
    if (sync_fails) {
        errno = EIO;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_fdatasync, fd));
}
extern "C" ssize_t pwritev(int fd, const iovec* parts, int count, off_t at) {
    if (write_finds_disk_full) {
        // As much as still fits: the first half of the first part.
        (void)::syscall(SYS_pwrite64, fd, parts->iov_base, parts->iov_len / 2, at);
        errno = ENOSPC;
        return -1;
    }
    return ::syscall(SYS_pwritev, fd, parts, count, at, 0);
}
extern "C" ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
    if (file_finds_disk_full) {
        errno = ENOSPC;
        return -1;
    }
    return ::syscall(SYS_pwrite64, fd, data, size, at);
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

TEST_CASE("a commit whose fsync fails is not acknowledged, nor anything after it until a restart") {
    const failing_disk disk;
    bench b;
    CHECK(b.put(body(1)) == put_outcome::stored);
    CHECK(b.s().healthy());
    sync_fails = true;
    CHECK(b.put(body(2)) == put_outcome::failed);
    CHECK_FALSE(b.s().healthy());
    sync_fails = false;
    CHECK(b.put(body(3)) == put_outcome::failed);
    CHECK(b.burn({address_of(1)}) == edit_outcome::failed);
    b.reopen();
    CHECK(b.s().healthy());
    CHECK(b.read().has_envelope(id_of(body(1))));
    CHECK_FALSE(b.read().has_envelope(id_of(body(3))));
    CHECK(b.put(body(2)) != put_outcome::failed);
    CHECK(b.read().check().empty());
}

TEST_CASE("a release whose fsync fails leaves no batch") {
    const failing_disk disk;
    bench b;
    b.put(body(1));
    sync_fails = true;
    const auto r = wait<result<release_report>>([&](auto done) {
        b.s().release({.epoch = 0, .fill = 1, .today = 0, .month = 0, .make_chaff = {}}, std::move(done));
    });
    CHECK(r.error() == make_error_code(errc::failed));
    sync_fails = false;
    b.reopen();
    CHECK(b.read().has_envelope(id_of(body(1))));
    CHECK(b.read().check().empty());
}

TEST_CASE("a full disk is full, and when there is room again it goes on") {
    const failing_disk disk;
    bench b;
    CHECK(b.put(body(1)) == put_outcome::stored);
    write_finds_disk_full = true;
    CHECK(b.put(body(2)) == put_outcome::full);
    write_finds_disk_full = false;
    CHECK(b.put(body(2)) == put_outcome::stored);
    CHECK(b.s().healthy());
    b.reopen();
    CHECK(b.read().has_envelope(id_of(body(1))));
    CHECK(b.read().has_envelope(id_of(body(2))));
    CHECK(b.read().check().empty());
}

TEST_CASE("where no more files of the spool can be made it is full, and goes on when there is room") {
    const failing_disk disk;
    bench b;
    file_finds_disk_full = true;
    std::uint64_t n = 0;
    while (n < 500 && b.put(body(n)) == put_outcome::stored) ++n;
    CHECK(n > 20); // one file, a group each
    CHECK(n < 500);
    CHECK(b.put(body(n)) == put_outcome::full);
    CHECK(b.put(body(0)) == put_outcome::exists);
    CHECK(b.s().healthy());
    file_finds_disk_full = false;
    CHECK(b.put(body(n)) == put_outcome::stored);
    b.reopen();
    CHECK(b.release().envelopes == n + 1);
    CHECK(b.read().check().empty());
}
