#include "server/sandbox/sandbox.hpp"

#include <stdexcept>

namespace changgu::sandbox {

bool state::complete(const options& o) const noexcept {
    return (o.landlock == demand::off || landlock != 0) && (o.seccomp == demand::off || seccomp) &&
           (o.lock_memory == demand::off || memory_locked);
}

void start_hidden() {
    close_inherited();
    hide_memory();
    no_new_privileges();
}

state confine(const options& o, const reach& r) {
    state s;
    if (o.lock_memory != demand::off) s.memory_locked = lock_memory();
    if (o.lock_memory == demand::required && !s.memory_locked)
        throw std::runtime_error(
            "[sandbox] lock_memory is required, but the limit of locked memory is too low: "
            "LimitMEMLOCK=infinity");
    if (o.landlock != demand::off) s.landlock = restrict_reach(r);
    if (o.landlock == demand::required && s.landlock == 0)
        throw std::runtime_error("[sandbox] landlock is required, but this kernel does not have it");
    return s;
}

void close(const options& o, state& s) {
    if (o.seccomp == demand::off) return;
    if (can_filter_calls()) {
        filter_calls();
        s.seccomp = true;
    } else if (o.seccomp == demand::required) {
        throw std::runtime_error("[sandbox] seccomp is required, but this kernel does not have it");
    }
}

} // namespace changgu::sandbox
