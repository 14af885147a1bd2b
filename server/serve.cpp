#include "server/serve.hpp"

#include "server/api/routes.hpp"
#include "server/http/places.hpp"
#include "server/http/tls.hpp"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace changgu::server {

namespace {

constexpr std::uint64_t day = 86'400;
constexpr std::uint64_t certificate_warning = 21 * day;

storage::options storage_options(const config& c) {
    storage::options o;
    o.directory = c.data;
    o.size_budget = c.storage_budget;
    o.blob_reserve = kept_from_blobs(c);
    return o;
}

api::service_options service_options(const config& c, api::clock_function now, api::clock_function steady) {
    return {.origins = c.origins,
            .sessions = c.sessions,
            .puts_per_minute = c.puts_per_minute,
            .now = std::move(now),
            .work = work_options(c),
            .steady = std::move(steady)};
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
    std::int64_t end = 0;
    try {
        end = http::certificate_not_after(file).time_since_epoch().count();
    } catch (
        const std::runtime_error&) { // the one in use stays; what is deleted by the day waits for no file
        return log(log_level::error, log_event::certificate_reload_failed,
                   {{log_field::reason, log_word("unreadable")}});
    }
    const auto left = end - static_cast<std::int64_t>(now);
    if (left < static_cast<std::int64_t>(certificate_warning))
        log(log_level::warning, log_event::certificate_expires_soon,
            {{log_field::days, left / static_cast<std::int64_t>(day)}});
}

std::unique_ptr<metrics::monitor> monitor_for(api::service& shared, const config& c) {
    if (!c.metrics) return nullptr;
    metrics::monitor_options o{c.data, c.storage_budget, {}};
    if (c.tls) o.certificate = c.tls->certificate;
    return std::make_unique<metrics::monitor>(shared, std::move(o));
}

api::upkeep_options upkeep_options(const config& c, api::service& shared, http::source_names& names,
                                   metrics::monitor* watching) {
    api::upkeep_options o;
    o.storage_budget = c.storage_budget;
    o.observe = [&shared, &names, watching](const api::observation& seen) {
        names.forget_old(http::source_names::clock::now());
        shared.work.forget_quiet(shared.clock.even());
        if (watching) watching->observe(seen);
    };
    if (c.tls)
        o.once_a_day = [file = c.tls->certificate](std::uint64_t now) { warn_of_certificate(file, now); };
    return o;
}

/// sd_notify(3) in a few lines, with a socket that is connected while that is still allowed. Without systemd,
/// or when it does not listen, nothing happens.
class service_manager {
  public:
    service_manager() noexcept {
        const char* path = std::getenv("NOTIFY_SOCKET");
        sockaddr_un to{};
        const std::size_t length = path ? std::strlen(path) : 0;
        if (length < 2 || length >= sizeof(to.sun_path) || (path[0] != '/' && path[0] != '@')) return;
        to.sun_family = AF_UNIX;
        std::memcpy(to.sun_path, path, length);
        if (to.sun_path[0] == '@') to.sun_path[0] = '\0'; // an abstract socket
        fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
        if (fd_ >= 0 && ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), size) != 0) close();
    }
    service_manager(const service_manager&) = delete;
    service_manager& operator=(const service_manager&) = delete;
    ~service_manager() { close(); }

    void tell(std::string_view state) const noexcept {
        if (fd_ >= 0) ::send(fd_, state.data(), state.size(), MSG_NOSIGNAL);
    }

  private:
    void close() noexcept {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    int fd_ = -1;
};

/// Directories, not files, because a certificate that is renewed is another file; and where links point,
/// because that is how renewed ones are put in place.
void add_with_links(std::vector<std::filesystem::path>& to, const std::filesystem::path& file) {
    to.push_back(file.parent_path());
    std::error_code failed;
    const auto real = std::filesystem::canonical(file, failed);
    if (!failed) to.push_back(real.parent_path());
}

/// Connections must not take the descriptors that the store needs: outsiders would decide whether it can open
/// a file.
void reserve_descriptors(const config& c) {
    constexpr rlim_t in_all = 64;      // databases, the spool, the log, listeners
    constexpr rlim_t in_a_thread = 11; // a reader's three databases, an epoll set
    const rlim_t needed =
        c.limits.connections + http::places::most_leaving + in_all + in_a_thread * c.threads;
    rlimit may{};
    if (::getrlimit(RLIMIT_NOFILE, &may) != 0 || may.rlim_cur >= needed) return;
    may.rlim_cur = std::min(needed, may.rlim_max);
    if (may.rlim_cur < needed || ::setrlimit(RLIMIT_NOFILE, &may) != 0)
        throw std::runtime_error("the process may open " + std::to_string(may.rlim_max) +
                                 " files, and needs " + std::to_string(needed) +
                                 ": raise LimitNOFILE, or lower connections in [limits]");
}

sandbox::reach reach_of(const config& c) {
    sandbox::reach out;
    out.data = {c.data};
    out.read = {"/dev/urandom"}; // SQLite's
    if (c.tls)
        for (const auto& file : {c.tls->certificate, c.tls->key}) add_with_links(out.read, file);
    if (!c.log.file.empty()) out.logs = {c.log.file.parent_path()};
    if (c.unix_socket) out.sockets = {c.unix_socket->parent_path()};
    for (const auto& listener : {c.listen, c.plain, c.metrics})
        if (listener) out.ports.push_back(listener->port);
    return out;
}

void log_sandbox(const config& c, const sandbox::state& s) {
    log(s.complete(c.sandbox) ? log_level::info : log_level::warning, log_event::sandboxed,
        {{log_field::landlock, s.landlock},
         {log_field::seccomp, s.seccomp ? 1 : 0},
         {log_field::memory_locked, s.memory_locked ? 1 : 0}});
}

std::uint64_t system_now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

/// Also runs while the machine sleeps.
std::uint64_t seconds_since_boot() {
    timespec t{};
    ::clock_gettime(CLOCK_BOOTTIME, &t);
    return static_cast<std::uint64_t>(t.tv_sec);
}

} // namespace

application::application(const config& c, api::clock_function now, api::clock_function steady)
    : store_(storage_options(c)), service_(store_, service_options(c, std::move(now), std::move(steady))),
      contexts_(contexts_for(service_, c.threads)), router_(api::routes, pointers_to(contexts_)),
      site_(router_), http_(http_options(c), site_), monitor_(monitor_for(service_, c)),
      metrics_(monitor_ ? std::make_unique<metrics::endpoint>(*c.metrics, *monitor_) : nullptr),
      upkeep_(service_, upkeep_options(c, service_, http_.names(), monitor_.get())) {}

application::~application() {
    upkeep_.stop();
    // Before http_ goes: a late callback posts to its contexts.
    service_.work.stop();
    store_.stop();
}

void application::tell_sandbox(const sandbox::state& s) {
    if (monitor_) monitor_->tell_sandbox(s);
}

void application::run(const std::function<void()>& ready) {
    upkeep_.start();
    if (metrics_) metrics_->start();
    http_.run_until_signalled(ready);
    if (metrics_) metrics_->stop();
}

void application::start() {
    if (metrics_) metrics_->start();
    http_.start();
}

void application::stop() {
    http_.stop();
    http_.join();
    if (metrics_) metrics_->stop();
    upkeep_.stop();
    service_.work.stop();
    store_.stop();
}

int serve(const config& c) {
    sandbox::start_hidden();
    const service_manager manager;
    http::load_tls_library();
    reserve_descriptors(c);
    open_log(c.log);
    auto confined = sandbox::confine(c.sandbox, reach_of(c));
    try {
        application app(c, system_now, seconds_since_boot);
        sandbox::close(c.sandbox, confined);
        log_sandbox(c, confined);
        app.tell_sandbox(confined);
        app.run([&] { manager.tell("READY=1"); });
        manager.tell("STOPPING=1");
    } catch (const api::key_log_error&) {
        log(log_level::error, log_event::keylog_invalid);
        throw;
    }
    return EXIT_SUCCESS;
}

} // namespace changgu::server
