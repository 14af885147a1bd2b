#include "server/sandbox/process.hpp"

#include "server/sandbox/sanitized.hpp"

#include <linux/capability.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>

namespace changgu::sandbox {

namespace {

bool may_lock_without_limit() noexcept {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    return ::syscall(SYS_capget, &header, sets.data()) == 0 &&
           (sets[0].effective & (1U << CAP_IPC_LOCK)) != 0;
}

} // namespace

void close_inherited() {
    for (int fd = 0; fd <= 2; ++fd)
        if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) != fd)
            throw std::runtime_error("/dev/null cannot be opened");
    ::syscall(SYS_close_range, 3U, ~0U, 0U); // since Linux 5.9
}

void no_new_privileges() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        throw std::runtime_error("the process cannot give up new privileges");
}

void hide_memory() {
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0) throw std::runtime_error("core dumps cannot be turned off");
    if (!sanitized && ::prctl(PR_SET_DUMPABLE, 0) != 0)
        throw std::runtime_error("the process cannot be made undumpable");
}

bool lock_memory() noexcept {
    rlimit most{};
    if (::getrlimit(RLIMIT_MEMLOCK, &most) != 0) return false;
    most.rlim_cur = most.rlim_max;
    ::setrlimit(RLIMIT_MEMLOCK, &most);
    if (most.rlim_cur != RLIM_INFINITY && !may_lock_without_limit()) return false;
    // On fault: what is reserved and never touched (stacks of threads) costs nothing.
    return ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0 && locked_bytes() != 0;
}

std::uint64_t locked_bytes() noexcept {
    try {
        std::ifstream status("/proc/self/status");
        std::string word;
        while (status >> word) {
            std::uint64_t kib = 0;
            if (word == "VmLck:" && status >> kib) return kib * 1024;
            status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
        }
    } catch (const std::exception&) {
        return 0;
    }
    return 0;
}

} // namespace changgu::sandbox
