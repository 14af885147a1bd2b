#include "storage/file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace changgu::storage {

bool file_error::is_full() const noexcept {
    const int number = code().value();
    return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

bool file_error::is_passing() const noexcept {
    const int number = code().value();
    return number == EMFILE || number == ENFILE;
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

void sync_directory(const std::filesystem::path& p) {
    const file directory(p, O_RDONLY | O_DIRECTORY);
    if (::fsync(directory.fd()) != 0) throw file_error(errno);
}

} // namespace changgu::storage
