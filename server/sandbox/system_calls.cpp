#include "server/sandbox/system_calls.hpp"

#include "server/sandbox/sanitized.hpp"

#include <linux/seccomp.h>
#include <seccomp.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>
#include <memory>
#include <stdexcept>

namespace changgu::sandbox {

namespace {

// Looked up by name, since a kernel or an architecture may not have them all: what is unknown here cannot be
// called.
constexpr const char* allowed[] = {
    // files: SQLite, the spool, the log, certificates
    "access", "close", "faccessat", "fadvise64", "faccessat2", "fallocate", "fchmod", "fchown", "fdatasync",
    "flock", "fstat", "fstatfs", "fsync", "ftruncate", "getcwd", "getdents64", "lseek", "lstat", "newfstatat",
    "open", "openat", "pread64", "preadv", "pwrite64", "pwritev", "read", "readlink", "readlinkat", "readv",
    "stat", "statfs", "statx", "umask", "unlink", "unlinkat", "write", "writev",
    // connections that are accepted; none that is opened
    "accept", "accept4", "getpeername", "getsockname", "getsockopt", "recvfrom", "recvmsg", "sendmsg",
    "setsockopt", "shutdown",
    // waiting
    "clock_nanosleep", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait", "eventfd2", "futex",
    "nanosleep", "pipe", "pipe2", "poll", "ppoll", "restart_syscall", "sched_yield", "timerfd_create",
    "timerfd_settime",
    // time, chance, and what a process may know of itself
    "clock_getres", "clock_gettime", "getcpu", "getegid", "geteuid", "getgid", "getpid", "getrandom",
    "gettid", "gettimeofday", "getuid", "sched_getaffinity", "sysinfo", "time",
    // memory and threads
    "brk", "exit", "exit_group", "madvise", "membarrier", "mlock", "mlock2", "mremap", "munlock", "munmap",
    "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "set_robust_list", "sigaltstack"};

// Sanitizers only: the leak checker stops the other threads and reads them, as a debugger does.
constexpr const char* allowed_sanitized[] = {"getppid", "getrusage", "kill",  "prctl",
                                             "ptrace",  "tgkill",    "wait4", "sched_getattr"};

class filter {
  public:
    // libseccomp holds every call to one architecture and kills what comes by another.
    filter() : context_(seccomp_init(SCMP_ACT_KILL_PROCESS)) {
        check(context_ != nullptr);
        check(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0);
        check(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, 1) == 0);
        check(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0);
        // This process sets no_new_privs itself, and says so when it cannot.
        check(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_NNP, 0) == 0);
    }

    void allow(const char* call) { add(SCMP_ACT_ALLOW, call, {}); }
    void allow(const char* call, scmp_arg_cmp when) { add(SCMP_ACT_ALLOW, call, {when}); }
    void refuse(const char* call, int error) { add(SCMP_ACT_ERRNO(static_cast<unsigned>(error)), call, {}); }
    void refuse(const char* call, int error, scmp_arg_cmp when) {
        add(SCMP_ACT_ERRNO(static_cast<unsigned>(error)), call, {when});
    }
    void load() { check(seccomp_load(context_.get()) == 0); }

  private:
    struct release {
        void operator()(void* c) const noexcept { seccomp_release(c); }
    };
    static void check(bool good) {
        if (!good) throw std::runtime_error("the system calls cannot be filtered");
    }
    void add(std::uint32_t action, const char* call, std::initializer_list<scmp_arg_cmp> when) {
        const int number = seccomp_syscall_resolve_name(call);
        if (number == __NR_SCMP_ERROR || number < 0) return;
        check(seccomp_rule_add_array(context_.get(), action, number, static_cast<unsigned>(when.size()),
                                     when.begin()) == 0);
    }

    std::unique_ptr<void, release> context_;
};

scmp_arg_cmp is(unsigned argument, std::uint64_t value) {
    return {argument, SCMP_CMP_EQ, value, 0};
}
scmp_arg_cmp is_not(unsigned argument, std::uint64_t value) {
    return {argument, SCMP_CMP_NE, value, 0};
}
scmp_arg_cmp has(unsigned argument, std::uint64_t mask, std::uint64_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

// No memory is executable that was not so before.
void add_memory(filter& f) {
    for (const char* call : {"mmap", "mprotect"}) f.allow(call, has(2, PROT_EXEC, 0));
}

// A thread, but no process, and none in namespaces of its own. The arguments of clone3 are out of a filter's
// sight; libc goes on with clone when it is not there.
void add_threads(filter& f) {
    constexpr std::uint64_t thread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
    constexpr std::uint64_t apart = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                                    CLONE_NEWNET | CLONE_NEWCGROUP;
    f.allow("clone", has(0, thread | apart, thread));
    f.refuse("clone3", ENOSYS);
    if (sanitized) { // the leak checker's thread shares memory and is none of ours; a symboliser is not
                     // started
        f.allow("clone", has(0, CLONE_VM | CLONE_THREAD | CLONE_VFORK | apart, CLONE_VM));
        f.refuse("clone", EPERM, has(0, CLONE_VM, 0));
        return;
    }
    const auto self = static_cast<std::uint64_t>(::getpid());
    f.allow("tgkill", is(0, self)); // abort()
    f.allow("prctl", is(0, PR_SET_NAME));
    f.refuse("prctl", EPERM, is_not(0, PR_SET_NAME));
}

void add_descriptors(filter& f) {
    for (const int command : {F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, F_OFD_GETLK,
                              F_OFD_SETLK, F_OFD_SETLKW, F_DUPFD_CLOEXEC})
        f.allow("fcntl", is(1, static_cast<std::uint64_t>(command)));
    for (const auto request : {FIONBIO, FIONREAD})
        f.allow("ioctl", is(1, static_cast<std::uint64_t>(request)));
    f.refuse("ioctl", ENOTTY, is(1, TCGETS)); // stdio asks whether it writes to a terminal
    f.allow("sendto", is(4, 0));              // to the peer of a connection, not to an address
    f.allow("prlimit64", is(2, 0));           // asks, does not set
}

} // namespace

bool can_filter_calls() noexcept {
    const std::uint32_t wanted = SECCOMP_RET_KILL_PROCESS;
    return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &wanted) == 0;
}

void filter_calls() {
    filter f;
    for (const char* call : allowed) f.allow(call);
    if (sanitized)
        for (const char* call : allowed_sanitized) f.allow(call);
    add_memory(f);
    add_threads(f);
    add_descriptors(f);
    f.load();
}

} // namespace changgu::sandbox
