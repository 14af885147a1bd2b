// To be preloaded: moves the wall clock of one process, and nothing else, by the seconds in the file that
// CHANGGU_MOVED_CLOCK names: eight bytes, which whoever runs the test may change at any moment.
//
// Debian's libfaketime does not live in a program with AddressSanitizer: it looks its functions up at the
// first call, which comes from within that program's malloc, and the lookup needs malloc. Here nothing is
// looked up or allocated, and nothing is opened after the start, so a filter of system calls is no hindrance.
// What waits in the kernel for a date would not be moved.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

using seconds = std::atomic<std::int64_t>;
static_assert(sizeof(seconds) == 8 && seconds::is_always_lock_free);

const seconds* moved = nullptr;

[[gnu::constructor]] void begin() {
    const char* name = std::getenv("CHANGGU_MOVED_CLOCK");
    const int fd = name != nullptr ? ::open(name, O_RDONLY | O_CLOEXEC) : -1;
    void* found = fd < 0 ? MAP_FAILED : ::mmap(nullptr, sizeof(seconds), PROT_READ, MAP_SHARED, fd, 0);
    if (found == MAP_FAILED) std::abort(); // else a test would be about nothing
    ::close(fd);
    moved = static_cast<const seconds*>(found);
}

timespec wall() {
    timespec out{};
    ::syscall(SYS_clock_gettime, CLOCK_REALTIME, &out);
    if (moved != nullptr) out.tv_sec += moved->load(std::memory_order_relaxed);
    return out;
}

} // namespace

extern "C" {

int clock_gettime(clockid_t which, timespec* out) noexcept {
    if (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE)
        return static_cast<int>(::syscall(SYS_clock_gettime, which, out));
    *out = wall();
    return 0;
}

int gettimeofday(timeval* out, void* /*zone*/) noexcept {
    const auto now = wall();
    *out = {now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

time_t time(time_t* out) noexcept {
    const auto now = wall().tv_sec;
    if (out != nullptr) *out = now;
    return now;
}
}
