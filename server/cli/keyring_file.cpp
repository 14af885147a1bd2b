#include "server/cli/keyring_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace changgu::cli {

using boost::system::result;
using crypto::bytes;
using crypto::bytes_view;
using crypto::secret_buffer;
namespace errc = boost::system::errc;

namespace {

boost::system::error_code last_error() noexcept {
    return {errno, boost::system::system_category()};
}

result<int> lock_beside(const std::filesystem::path& path) {
    const int fd = ::open((path.string() + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return last_error();
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    ::close(fd);
    return errc::make_error_code(errc::device_or_resource_busy);
}

// Writes, synchronises and closes; the error of whichever failed first.
boost::system::error_code write_and_close(int fd, bytes_view content) noexcept {
    boost::system::error_code ec;
    while (!content.empty() && !ec) {
        const ::ssize_t n = ::write(fd, content.data(), content.size());
        if (n >= 0)
            content = content.subspan(static_cast<std::size_t>(n));
        else if (errno != EINTR)
            ec = last_error();
    }
    if (!ec && ::fsync(fd) != 0) ec = last_error();
    if (::close(fd) != 0 && !ec) ec = last_error();
    return ec;
}

boost::system::error_code sync_directory_of(const std::filesystem::path& path) {
    const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    const int fd = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return last_error();
    return write_and_close(fd, {});
}

// The private, regular file whole, if it is one that a keyring can be.
result<bytes> read_private_file(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return last_error();
    struct stat about{};
    boost::system::error_code ec;
    if (::fstat(fd, &about) != 0)
        ec = last_error();
    else if (!S_ISREG(about.st_mode) || about.st_size > static_cast<off_t>(crypto::keyring_sizes.back()))
        ec = make_error_code(crypto::errc::not_a_keyring);
    else if ((about.st_mode & 077U) != 0)
        ec = errc::make_error_code(errc::permission_denied);
    bytes out(ec ? 0 : static_cast<std::size_t>(about.st_size));
    for (std::size_t at = 0; at < out.size() && !ec;) {
        const ::ssize_t n = ::read(fd, out.data() + at, out.size() - at);
        if (n > 0)
            at += static_cast<std::size_t>(n);
        else if (n == 0)
            out.resize(at);
        else if (errno != EINTR)
            ec = last_error();
    }
    ::close(fd);
    if (ec) return ec;
    return out;
}

// The lock must be held.
result<void> replace(const std::filesystem::path& path, bytes_view json, bytes_view passphrase,
                     crypto::argon2_cost cost) {
    auto sealed = crypto::seal_keyring(json, passphrase, cost);
    if (!sealed) return sealed.error();
    const std::filesystem::path next = path.string() + ".new";
    ::unlink(next.c_str()); // left by a crash
    if (auto ok = write_private_file(next, *sealed); !ok) return ok;
    if (::rename(next.c_str(), path.c_str()) != 0) {
        const auto ec = last_error();
        ::unlink(next.c_str());
        return ec;
    }
    if (const auto ec = sync_directory_of(path)) return ec;
    return {};
}

} // namespace

result<secret_buffer> load_keyring(const std::filesystem::path& path, bytes_view passphrase) {
    secret_buffer json;
    auto file = keyring_file::open(path, secret_buffer(passphrase), json);
    if (!file) return file.error();
    return json;
}

result<void> write_private_file(const std::filesystem::path& path, bytes_view content) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return last_error();
    auto ec = write_and_close(fd, content);
    if (!ec) ec = sync_directory_of(path);
    if (!ec) return {};
    ::unlink(path.c_str());
    return ec;
}

result<keyring_file> keyring_file::create(std::filesystem::path path, secret_buffer passphrase,
                                          bytes_view json, crypto::argon2_cost cost) {
    auto lock = lock_beside(path);
    if (!lock) return lock.error();
    keyring_file out(std::move(path), std::move(passphrase), cost, *lock);
    auto sealed = crypto::seal_keyring(json, out.passphrase_.view(), cost);
    if (!sealed) return sealed.error();
    if (auto ok = write_private_file(out.path_, *sealed); !ok) return ok.error();
    return out;
}

result<keyring_file> keyring_file::open(std::filesystem::path path, secret_buffer passphrase,
                                        secret_buffer& json) {
    if (::access(path.c_str(), F_OK) != 0) return last_error(); // before a lock is left beside nothing
    auto lock = lock_beside(path);
    if (!lock) return lock.error();
    keyring_file out(std::move(path), std::move(passphrase), {}, *lock);
    auto file = read_private_file(out.path_);
    if (!file) return file.error();
    auto opened = crypto::open_keyring(*file, out.passphrase_.view());
    if (!opened) return opened.error();
    // open_keyring has bounded both.
    out.cost_ = {crypto::from_big_endian<std::uint32_t>(bytes_view(*file).subspan(12, 4)),
                 crypto::from_big_endian<std::uint32_t>(bytes_view(*file).subspan(16, 4))};
    json = std::move(*opened);
    return out;
}

result<void> keyring_file::save(bytes_view json) {
    return replace(path_, json, passphrase_.view(), cost_);
}

void keyring_file::remove() noexcept {
    ::unlink(path_.c_str());
}

keyring_file::keyring_file(keyring_file&& other) noexcept
    : path_(std::move(other.path_)), passphrase_(std::move(other.passphrase_)), cost_(other.cost_),
      lock_(std::exchange(other.lock_, -1)) {}

keyring_file& keyring_file::operator=(keyring_file&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(passphrase_, other.passphrase_);
    std::swap(cost_, other.cost_);
    std::swap(lock_, other.lock_);
    return *this;
}

keyring_file::~keyring_file() {
    if (lock_ >= 0) ::close(lock_);
}

} // namespace changgu::cli
