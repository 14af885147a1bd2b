// changgu_sandbox_probe DIRECTORY PORT OTHER-PORT STEP TRY: confines itself as the server does, tries one
// thing that the server must or must not be able to do, and prints "ok" or the number of the error; if the
// kernel does not end it before. STEP is open, landlock, landlock-N for no more than that interface of it, or
// all. Built without sanitizers, so that the filter is the one that is shipped.
#include "server/sandbox/sandbox.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <thread>

namespace {

namespace fs = std::filesystem;
namespace sandbox = changgu::sandbox;

struct place {
    fs::path directory;
    std::uint16_t port = 0;
    std::uint16_t other_port = 0;
    int socket = -1; ///< made beforehand: what the server has at start-up, an attacker has
};

int error_unless(bool good) {
    return good ? 0 : errno;
}

int open_and_close(const fs::path& file, int flags) {
    const int fd = ::open(file.c_str(), flags | O_CLOEXEC, 0600);
    if (fd < 0) return errno;
    const bool good = (flags & O_WRONLY) == 0 || ::write(fd, "x", 1) == 1;
    const int error = errno;
    ::close(fd);
    return good ? 0 : error;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return to;
}
int bind_to(int fd, std::uint16_t port) {
    const auto at = loopback(port);
    return error_unless(::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) == 0);
}
int connect_to(int fd, std::uint16_t port) {
    const auto at = loopback(port);
    return error_unless(::connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) == 0);
}

int execute(const fs::path& program) {
    char name[] = "changgu-probed";
    char* arguments[] = {name, nullptr};
    ::execv(program.c_str(), arguments);
    return errno;
}

int map_memory(int protection) {
    return error_unless(::mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}
int turn_executable() {
    void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return error_unless(page != MAP_FAILED && ::mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0);
}

int in_a_thread(const std::function<int()>& work) {
    int error = 0;
    std::thread([&] { error = work(); }).join();
    return error;
}

int fork_and_wait() {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    return error_unless(child > 0 && ::waitpid(child, nullptr, 0) == child);
}

// getpid by the calls of 32 bits, whose numbers mean something else.
int call_by_another_architecture() {
#ifdef __x86_64__
    long answer = 20;
    asm volatile("int $0x80" : "+a"(answer) : : "memory", "r8", "r9", "r10", "r11");
    return answer == ::getpid() ? 0 : ENOSYS;
#else
    return ENOSYS;
#endif
}

int is_hidden() {
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    std::ifstream status("/proc/self/status");
    const std::string text{std::istreambuf_iterator<char>(status), {}};
    return core.rlim_cur == 0 && core.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE) == 0 &&
                   text.find("NoNewPrivs:\t1") != std::string::npos
               ? 0
               : EPERM;
}

using attempt = std::function<int(const place&)>;

const std::map<std::string, attempt>& attempts() {
    static const std::map<std::string, attempt> all{
        // what the server does
        {"write-data",
         [](const place& p) {
             return open_and_close(p.directory / "data" / "new", O_WRONLY | O_CREAT | O_TRUNC);
         }},
        {"read-data",
         [](const place& p) { return open_and_close(p.directory / "data" / "there", O_RDONLY); }},
        {"remove-data",
         [](const place& p) {
             return error_unless(::unlink((p.directory / "data" / "there").c_str()) == 0);
         }},
        {"list-data",
         [](const place& p) { return open_and_close(p.directory / "data", O_RDONLY | O_DIRECTORY); }},
        {"write-log",
         [](const place& p) {
             return open_and_close(p.directory / "log" / "changgu.log", O_WRONLY | O_CREAT | O_APPEND);
         }},
        {"read-certificate",
         [](const place& p) { return open_and_close(p.directory / "tls" / "certificate.pem", O_RDONLY); }},
        {"thread", [](const place&) { return in_a_thread([] { return 0; }); }},
        {"memory", [](const place&) { return map_memory(PROT_READ | PROT_WRITE); }},
        {"abort", [](const place&) -> int { std::abort(); }},
        // what it does not
        {"write-certificate",
         [](const place& p) { return open_and_close(p.directory / "tls" / "certificate.pem", O_WRONLY); }},
        {"read-log",
         [](const place& p) { return open_and_close(p.directory / "log" / "old.log", O_RDONLY); }},
        {"list-certificates",
         [](const place& p) { return open_and_close(p.directory / "tls", O_RDONLY | O_DIRECTORY); }},
        {"write-outside",
         [](const place& p) { return open_and_close(p.directory / "outside" / "new", O_WRONLY | O_CREAT); }},
        {"read-outside", [](const place&) { return open_and_close("/etc/passwd", O_RDONLY); }},
        {"list-outside", [](const place&) { return open_and_close("/", O_RDONLY | O_DIRECTORY); }},
        {"remove-outside",
         [](const place& p) {
             return error_unless(::unlink((p.directory / "outside" / "there").c_str()) == 0);
         }},
        {"truncate-outside",
         [](const place& p) {
             return error_unless(::truncate((p.directory / "outside" / "there").c_str(), 0) == 0);
         }},
        {"move-outside",
         [](const place& p) {
             return error_unless(::rename((p.directory / "data" / "there").c_str(),
                                          (p.directory / "outside" / "moved").c_str()) == 0);
         }},
        {"link-outside",
         [](const place& p) {
             return error_unless(::link((p.directory / "outside" / "there").c_str(),
                                        (p.directory / "data" / "link").c_str()) == 0);
         }},
        {"execute", [](const place&) { return execute("/bin/true"); }},
        {"execute-data", [](const place& p) { return execute(p.directory / "data" / "program"); }},
        {"execute-in-earlier-thread", [](const place&) { return 0; }}, // see main
        {"fork", [](const place&) { return fork_and_wait(); }},
        {"bind", [](const place& p) { return bind_to(p.socket, p.port); }},
        {"bind-other", [](const place& p) { return bind_to(p.socket, p.other_port); }},
        {"connect", [](const place& p) { return connect_to(p.socket, p.other_port); }},
        {"socket", [](const place&) { return error_unless(::socket(AF_INET, SOCK_STREAM, 0) >= 0); }},
        {"socket-udp", [](const place&) { return error_unless(::socket(AF_INET, SOCK_DGRAM, 0) >= 0); }},
        {"socket-unix", [](const place&) { return error_unless(::socket(AF_UNIX, SOCK_STREAM, 0) >= 0); }},
        {"trace",
         [](const place&) { return error_unless(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0); }},
        {"read-a-process",
         [](const place&) {
             char byte = 0;
             iovec here{&byte, 1};
             iovec there{&byte, 1};
             return error_unless(::process_vm_readv(::getppid(), &here, 1, &there, 1, 0) >= 0 ||
                                 errno == EFAULT);
         }},
        {"signal-a-process", [](const place&) { return error_unless(::kill(::getppid(), 0) == 0); }},
        {"map-executable", [](const place&) { return map_memory(PROT_READ | PROT_WRITE | PROT_EXEC); }},
        {"turn-executable", [](const place&) { return turn_executable(); }},
        {"namespace", [](const place&) { return error_unless(::syscall(SYS_unshare, CLONE_NEWUSER) == 0); }},
        {"io-uring",
         [](const place&) {
             return error_unless(::syscall(SYS_io_uring_setup, 0, nullptr) == 0 || errno == EFAULT ||
                                 errno == EINVAL);
         }},
        {"another-architecture", [](const place&) { return call_by_another_architecture(); }},
        // what is gone already
        {"hidden", [](const place&) { return is_hidden(); }},
        {"inherited", [](const place&) { return ::fcntl(9, F_GETFD) < 0 && errno == EBADF ? 0 : EMFILE; }},
        {"locked", [](const place&) { return sandbox::locked_bytes() != 0 ? 0 : ENOMEM; }},
    };
    return all;
}

sandbox::reach reach_of(const place& p) {
    sandbox::reach r;
    r.data = {p.directory / "data"};
    r.logs = {p.directory / "log"};
    r.read = {p.directory / "tls"};
    r.ports = {p.port};
    return r;
}

int run(const place& given, const std::string& step, const std::string& name) {
    place p = given;
    const auto& what = attempts().at(name);
    sandbox::options o;
    o.landlock = step == "open" ? sandbox::demand::off : sandbox::demand::required;
    o.seccomp = step == "all" ? sandbox::demand::required : sandbox::demand::off;
    o.lock_memory = name == "locked" && step == "all" ? sandbox::demand::required : sandbox::demand::off;
    if (step != "open") sandbox::start_hidden();
    p.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int one = 1;
    ::setsockopt(p.socket, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    // These look into /proc, which is out of reach afterwards.
    if (name == "hidden") return what(p);
    if (name == "locked") {
        o.landlock = sandbox::demand::off;
        sandbox::confine(o, reach_of(p));
        return what(p);
    }
    const auto older = step.starts_with("landlock-") ? std::atoi(step.c_str() + 9) : 0;
    if (older != 0) o.landlock = sandbox::demand::off;
    auto state = sandbox::confine(o, reach_of(p));
    if (older != 0 && sandbox::restrict_reach(reach_of(p), older) != older) return ENOTSUP;
    std::atomic<bool> closed = false;
    int error = 0;
    std::thread earlier;
    if (name == "execute-in-earlier-thread")
        earlier = std::thread([&] {
            while (!closed) ::usleep(1000);
            error = execute("/bin/true");
        });
    sandbox::close(o, state);
    closed = true;
    if (earlier.joinable()) {
        earlier.join();
        return error;
    }
    return what(p);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 6) return 2;
    const place p{argv[1], static_cast<std::uint16_t>(std::atoi(argv[2])),
                  static_cast<std::uint16_t>(std::atoi(argv[3]))};
    try {
        const int error = run(p, argv[4], argv[5]);
        if (error == 0)
            std::puts("ok");
        else
            std::printf("%d\n", error);
    } catch (const std::exception& e) {
        std::printf("%s\n", e.what());
        return 3;
    }
    return 0;
}
