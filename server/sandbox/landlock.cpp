#include "server/sandbox/landlock.hpp"

#include "server/sandbox/sanitized.hpp"

#include <linux/landlock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace changgu::sandbox {

namespace {

// As in the kernel's headers, where these are new enough: Debian 12's end at interface 2.
constexpr std::uint64_t file_execute = 1U << 0U;
constexpr std::uint64_t file_write = 1U << 1U;
constexpr std::uint64_t file_read = 1U << 2U;
constexpr std::uint64_t directory_read = 1U << 3U;
constexpr std::uint64_t file_remove = 1U << 5U;
constexpr std::uint64_t file_make = 1U << 8U;
constexpr std::uint64_t socket_make = 1U << 9U;
constexpr std::uint64_t file_truncate = 1U << 14U; // from 3
constexpr std::uint64_t port_bind = 1U << 0U;      // from 4
constexpr std::uint64_t port_connect = 1U << 1U;
constexpr int rule_path = 1;
constexpr int rule_port = 2;
static_assert(file_execute == LANDLOCK_ACCESS_FS_EXECUTE && file_write == LANDLOCK_ACCESS_FS_WRITE_FILE &&
              file_read == LANDLOCK_ACCESS_FS_READ_FILE && directory_read == LANDLOCK_ACCESS_FS_READ_DIR &&
              file_remove == LANDLOCK_ACCESS_FS_REMOVE_FILE && file_make == LANDLOCK_ACCESS_FS_MAKE_REG &&
              socket_make == LANDLOCK_ACCESS_FS_MAKE_SOCK && rule_path == LANDLOCK_RULE_PATH_BENEATH);

struct attributes {
    std::uint64_t files = 0;
    std::uint64_t ports = 0;
    std::uint64_t scopes = 0;
};
static_assert(sizeof(attributes) == 24);
struct port_rule {
    std::uint64_t allowed;
    std::uint64_t port;
};
static_assert(sizeof(port_rule) == 16);

constexpr std::array<unsigned, newest_landlock + 1> file_rights{0,  13, 14, 15,
                                                                15, 16, 16}; // bits of each interface
constexpr std::size_t size_of(int interface) {
    return interface >= 6 ? 24 : interface >= 4 ? 16 : 8;
}

attributes everything(int interface) {
    attributes a;
    a.files = (std::uint64_t{1} << file_rights.at(static_cast<std::size_t>(interface))) - 1;
    if (interface >= 4) a.ports = port_bind | port_connect;
    if (interface >= 6) a.scopes = 3; // no abstract socket and no process outside can be addressed
    return a;
}

class descriptor {
  public:
    explicit descriptor(long fd) : fd_(static_cast<int>(fd)) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] bool good() const noexcept { return fd_ >= 0; }

  private:
    int fd_;
};

[[noreturn]] void fail() {
    throw std::runtime_error("this kernel has Landlock, but refuses to use it");
}

class ruleset {
  public:
    explicit ruleset(int interface)
        : handled_(everything(interface)),
          fd_(::syscall(SYS_landlock_create_ruleset, &handled_, size_of(interface), 0)) {
        if (!fd_.good()) fail();
    }

    void allow(const std::filesystem::path& where, std::uint64_t rights) {
        const descriptor found(::open(where.c_str(), O_PATH | O_CLOEXEC));
        if (!found.good()) return; // whoever needs it will say so
        struct stat is{};
        if (::fstat(found.get(), &is) != 0) fail();
        constexpr std::uint64_t of_files = file_write | file_read | file_truncate;
        if (!S_ISDIR(is.st_mode)) rights &= of_files;
        const landlock_path_beneath_attr rule{rights & handled_.files, found.get()};
        if (::syscall(SYS_landlock_add_rule, fd_.get(), rule_path, &rule, 0) != 0) fail();
    }
    void allow_port(std::uint16_t port) {
        if (handled_.ports == 0) return;
        const port_rule rule{port_bind, port};
        if (::syscall(SYS_landlock_add_rule, fd_.get(), rule_port, &rule, 0) != 0) fail();
    }
    void enforce() {
        if (::syscall(SYS_landlock_restrict_self, fd_.get(), 0) != 0) fail();
    }

  private:
    attributes handled_;
    descriptor fd_;
};

} // namespace

int landlock_interface() noexcept {
    const auto version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version > 0 ? static_cast<int>(version) : 0;
}

int restrict_reach(const reach& r, int at_most) {
    const int interface = std::min({landlock_interface(), at_most, newest_landlock});
    if (interface == 0) return 0;
    ruleset rules(interface);
    for (const auto& p : r.data)
        rules.allow(p, file_read | file_write | directory_read | file_remove | file_make | file_truncate);
    for (const auto& p : r.logs) rules.allow(p, file_write | file_make);
    for (const auto& p : r.sockets) rules.allow(p, socket_make | file_remove);
    for (const auto& p : r.read) rules.allow(p, file_read);
    if (sanitized) rules.allow("/proc", file_read | directory_read);
    for (const auto port : r.ports) rules.allow_port(port);
    rules.enforce();
    return interface;
}

} // namespace changgu::sandbox
