#include "server/serve.hpp"

#include "server/api/routes.hpp"
#include "server/http/tls.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>

namespace changgu::server {

namespace {

constexpr std::uint64_t day = 86'400;
constexpr std::uint64_t certificate_warning = 21 * day;
constexpr std::uint64_t most_blob_reserve = std::uint64_t{1} << 30U;

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool sanitized = true; // the leak checker has to trace the process
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

storage::options storage_options(const config& c) {
    storage::options o;
    o.directory = c.data;
    o.size_budget = c.storage_budget;
    o.blob_reserve = std::min(most_blob_reserve, c.storage_budget / 4);
    return o;
}

std::deque<api::context> contexts_for(api::service& shared, std::size_t threads) {
    std::deque<api::context> out;
    for (std::size_t i = 0; i < threads; ++i) out.push_back({shared, shared.store().make_reader()});
    return out;
}

std::vector<api::context*> pointers_to(std::deque<api::context>& contexts) {
    std::vector<api::context*> out;
    for (auto& c : contexts) out.push_back(&c);
    return out;
}

void warn_of_certificate(const std::filesystem::path& file, std::uint64_t now) {
    const auto end = http::certificate_not_after(file).time_since_epoch().count();
    const auto left = static_cast<std::int64_t>(end) - static_cast<std::int64_t>(now);
    if (left < static_cast<std::int64_t>(certificate_warning))
        log(log_level::warning, log_event::certificate_expires_soon,
            {{log_field::days, left / static_cast<std::int64_t>(day)}});
}

api::upkeep_options upkeep_options(const config& c) {
    api::upkeep_options o{c.storage_budget, {}};
    if (c.tls)
        o.once_a_day = [file = c.tls->certificate](std::uint64_t now) { warn_of_certificate(file, now); };
    return o;
}

/// Memory with tokens and bearers in it must not get into a core file, nor to another process of the same
/// user.
void harden() {
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0) throw std::runtime_error("core dumps cannot be turned off");
    if (!sanitized && ::prctl(PR_SET_DUMPABLE, 0) != 0)
        throw std::runtime_error("the process cannot be made undumpable");
}

/// sd_notify(3) in a few lines. Without systemd, or when it does not listen, nothing happens.
void notify(std::string_view state) noexcept {
    const char* path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un to{};
    const std::size_t length = path ? std::strlen(path) : 0;
    if (length < 2 || length >= sizeof(to.sun_path) || (path[0] != '/' && path[0] != '@')) return;
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, path, length);
    if (to.sun_path[0] == '@') to.sun_path[0] = '\0'; // an abstract socket
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), size);
    ::close(fd);
}

std::uint64_t system_now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

} // namespace

application::application(const config& c, api::clock_function now)
    : store_(storage_options(c)),
      service_(store_, {c.origins, c.sessions, c.puts_per_minute, std::move(now)}),
      contexts_(contexts_for(service_, c.threads)), router_(api::routes, pointers_to(contexts_)),
      site_(router_), http_(http_options(c), site_), upkeep_(service_, upkeep_options(c)) {}

application::~application() {
    upkeep_.stop();
    // Before http_ goes: a late callback posts to its contexts.
    store_.stop();
}

void application::run(const std::function<void()>& ready) {
    upkeep_.start();
    http_.run_until_signalled(ready);
}

void application::stop() {
    http_.stop();
    http_.join();
    upkeep_.stop();
    store_.stop();
}

int serve(const config& c) {
    harden();
    open_log(c.log);
    try {
        application app(c, system_now);
        app.run([] { notify("READY=1"); });
        notify("STOPPING=1");
    } catch (const api::key_log_error&) {
        log(log_level::error, log_event::keylog_invalid);
        throw;
    }
    return EXIT_SUCCESS;
}

} // namespace changgu::server
