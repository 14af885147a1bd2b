#include "storage/scratch.hpp"

#include "storage/file.hpp"

#include <array>
#include <fcntl.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace changgu::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 3> names{"backup.part", "restore.part", "drill.part"};
constexpr int attempts = 3;
constexpr std::size_t zeros_at_once = std::size_t{1} << 20U;

fs::path path_of(const fs::path& in, scratch::purpose what) {
    return in / names[static_cast<std::size_t>(what)];
}

// The directory, locked; -1 when it is not there or somebody else has it. The lock is on the directory
// itself: one that was removed before it was locked has no links left.
int lock(const fs::path& directory) noexcept {
    const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return -1;
    struct stat about{};
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0 && ::fstat(fd, &about) == 0 && about.st_nlink != 0) return fd;
    ::close(fd);
    return -1;
}

void zero(const fs::path& p) {
    const file f(p, O_WRONLY);
    const crypto::bytes zeros(zeros_at_once);
    const auto size = fs::file_size(p);
    for (std::uint64_t at = 0; at < size; at += zeros.size())
        f.write(at, crypto::bytes_view(zeros).first(std::min<std::uint64_t>(zeros.size(), size - at)));
    f.sync();
}

// Zeroes and removes what is in it; the directory's lock is held.
void empty(const fs::path& directory) noexcept {
    std::error_code ignored;
    for (fs::recursive_directory_iterator at(directory, ignored), end; at != end; at.increment(ignored)) {
        try {
            if (at->is_regular_file(ignored) && !at->is_symlink(ignored)) zero(at->path());
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): it is removed all the same
        }
    }
    for (fs::directory_iterator at(directory, ignored), end; at != end; at.increment(ignored))
        fs::remove_all(at->path(), ignored);
}

} // namespace

scratch::scratch(const fs::path& in, purpose what) : path_(path_of(in, what)) {
    for (int i = 0; i < attempts && lock_ < 0; ++i) {
        if (::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST)
            throw std::runtime_error("cannot make a directory in " + in.string());
        lock_ = lock(path_);
    }
    if (lock_ < 0) throw std::runtime_error("another process is at work in " + path_.string());
    empty(path_);
}

scratch::~scratch() {
    empty(path_);
    ::rmdir(path_.c_str());
    ::close(lock_);
}

bool scratch::exists(const fs::path& in, purpose what) {
    return fs::exists(path_of(in, what));
}

void scratch::sweep(const fs::path& in) {
    for (const auto what : {purpose::backup, purpose::restore, purpose::drill}) {
        const auto left = path_of(in, what);
        const int held = lock(left);
        if (held < 0) continue;
        empty(left);
        ::rmdir(left.c_str());
        ::close(held);
    }
}

} // namespace changgu::storage
