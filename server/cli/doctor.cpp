// changgu doctor: looks at an installation, running or not, and says what to do. It changes nothing.
#include "crypto/key_log.hpp"
#include "server/api/prekeys_left.hpp"
#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_messages.hpp"
#include "server/cli/running_server.hpp"
#include "server/cli/traces.hpp"
#include "server/config.hpp"
#include "server/http/tls.hpp"
#include "storage/reader.hpp"

#include <CLI/CLI.hpp>

#include <sys/resource.h>
#include <sys/timex.h>

namespace changgu::cli {
namespace {

namespace fs = std::filesystem;
using enum admin_message;

constexpr std::int64_t day = 86'400;
constexpr std::int64_t soon = 14; // days
constexpr std::size_t few_prekeys = 6;

class findings {
  public:
    explicit findings(command_context& context) : context_(context) {}

    template <class... Arguments> void good(admin_message what, const Arguments&... arguments) {
        add("ok", doctor_good, what, arguments...);
    }
    template <class... Arguments> void bad(admin_message what, const Arguments&... arguments) {
        ++bad_;
        add("do", doctor_bad, what, arguments...);
    }
    template <class... Arguments> void note(admin_message what, const Arguments&... arguments) {
        add("note", doctor_info, what, arguments...);
    }

    void finish() {
        if (context_.term.json()) context_.term.print_json(list_);
        context_.term.say(doctor_summary, list_.size(), bad_);
        if (bad_ != 0) context_.exit = exit_code::failure;
    }

  private:
    template <class... Arguments>
    void add(std::string_view verdict, admin_message heading, admin_message what,
             const Arguments&... arguments) {
        const std::string sentence = filled_in(context_.term.text(what), {as_text(arguments)...});
        list_.push_back(crypto::json::object{{"verdict", verdict}, {"finding", sentence}});
        if (!context_.term.json()) context_.term.print(heading, sentence);
    }
    static std::string as_text(std::string_view text) { return std::string(text); }
    static std::string as_text(std::integral auto n) { return std::to_string(n); }

    command_context& context_;
    crypto::json::array list_;
    std::size_t bad_ = 0;
};

bool is_private(const fs::path& p) {
    return (fs::status(p).permissions() & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none;
}

void check_files(findings& f, const server::config& config) {
    if (is_private(config.data))
        f.good(check_directory_good);
    else
        f.bad(check_directory_bad, config.data.string());
    if (config.tls) {
        if (is_private(config.tls->key))
            f.good(check_key_good);
        else
            f.bad(check_key_bad, config.tls->key.string());
    }
    const auto trace = find_trace(config.data, config.origins);
    if (!trace)
        f.good(check_traces_good);
    else
        f.bad(check_traces_bad, trace->string());
}

void check_clock(findings& f) {
    timex clock{};
    const int state = adjtimex(&clock);
    if (state < 0)
        f.note(check_clock_unseen);
    else if (state != TIME_ERROR && (clock.status & STA_UNSYNC) == 0)
        f.good(check_clock_good);
    else
        f.bad(check_clock_bad);
}

// A part that the configuration turned off is no defect of the machine.
void check_part(findings& f, sandbox::demand wanted, std::string_view key, bool on, admin_message good,
                admin_message bad) {
    if (on)
        f.good(good);
    else if (wanted == sandbox::demand::off)
        f.note(check_turned_off, key);
    else
        f.bad(bad);
}

void check_running(findings& f, const server::config& config, const running_server& server) {
    const auto& wanted = config.sandbox;
    if (server.no_new_privileges)
        f.good(check_privileges_good);
    else
        f.bad(check_privileges_bad);
    check_part(f, wanted.seccomp, "seccomp", server.seccomp, check_seccomp_good, check_seccomp_bad);
    check_part(f, wanted.lock_memory, "lock_memory", server.memory_locked, check_locked_good,
               check_locked_bad);
    const auto landlock = config.metrics ? landlock_by_metrics(*config.metrics) : std::nullopt;
    if (landlock)
        check_part(f, wanted.landlock, "landlock", *landlock, check_landlock_good, check_landlock_bad);
    else
        f.note(check_landlock_unseen);
}

// What a server that is started here could do.
void check_machine(findings& f) {
    if (sandbox::can_filter_calls())
        f.good(check_kernel_seccomp_good);
    else
        f.bad(check_kernel_seccomp_bad);
    if (const int interface = sandbox::landlock_interface(); interface != 0)
        f.good(check_kernel_landlock_good, interface);
    else
        f.bad(check_kernel_landlock_bad);
    rlimit lockable{};
    if (getrlimit(RLIMIT_MEMLOCK, &lockable) == 0 && lockable.rlim_max == RLIM_INFINITY)
        f.good(check_memory_good);
    else
        f.bad(check_memory_bad, lockable.rlim_max / 1024);
}

void check_certificate(findings& f, const server::config& config, std::int64_t now) {
    if (!config.tls) return;
    try {
        const auto end = http::certificate_not_after(config.tls->certificate).time_since_epoch().count();
        const std::int64_t days = (end - now) / day;
        if (days > soon)
            f.good(check_certificate_good, days);
        else
            f.bad(check_certificate_bad, days);
    } catch (const std::runtime_error&) {
        f.bad(check_certificate_unreadable, config.tls->certificate.string());
    }
}

void check_database(findings& f, storage::reader& reader) {
    bool good = true;
    const std::pair<std::string_view, std::string_view> wanted[] = {{"journal_mode", "wal"},
                                                                    {"trusted_schema", "0"}};
    for (const auto& [name, value] : reader.stats().settings)
        for (const auto& [setting, expected] : wanted)
            if (name == setting && value != expected) {
                f.bad(check_setting_bad, name, value);
                good = false;
            }
    for (const std::string& problem : reader.check()) {
        f.bad(check_database_bad, problem);
        good = false;
    }
    if (good) f.good(check_database_good);
}

void check_storage(findings& f, const server::config& config, storage::reader& reader) {
    const auto used = reader.stats().used;
    const auto rules = server::work_options(config);
    if (used >= rules.storage_limit)
        f.bad(check_storage_full);
    else if (used > rules.storage_limit - rules.storage_reserve)
        f.bad(check_storage_low);
    else
        f.good(check_storage_good);
}

std::optional<crypto::key_log> check_log(findings& f, storage::reader& reader) {
    std::vector<std::string> notes;
    while (true) {
        const auto page = reader.read_key_log(notes.size(), 256, std::size_t{1} << 24U);
        if (page.empty()) break;
        for (const auto& note : page) notes.push_back(note.text);
    }
    if (notes.empty()) {
        f.bad(check_log_bad, "0");
        return std::nullopt;
    }
    auto log = crypto::key_log::start(notes.front());
    for (std::size_t i = 1; log && i < notes.size(); ++i)
        if (auto ok = log->append(notes[i]); !ok) log = ok.error();
    if (!log) {
        f.bad(check_log_bad, log.error().message());
        return std::nullopt;
    }
    f.good(check_log_good, log->size());
    return std::move(*log);
}

void check_policy(findings& f, const crypto::key_log& log, const server::config& config, std::uint64_t now) {
    bool listed = true;
    for (const std::string& origin : config.origins)
        if (!log.check_origin(origin)) {
            f.bad(check_origin_bad, origin);
            listed = false;
        }
    if (listed) f.good(check_origin_good);
    const crypto::policy& rules = log.rules();
    if (rules.tick >= day)
        f.good(check_tick_good, rules.tick / 3600);
    else
        f.note(check_tick_bad, rules.tick);
    std::size_t ahead = 0;
    for (const auto& [_, e] : log.epochs()) ahead += e.usable() && e.entry.valid_from > now ? 1U : 0U;
    if (ahead > rules.ahead) f.bad(check_ahead_bad, ahead);
}

void check_epochs(findings& f, const crypto::key_log& log, storage::reader& reader, std::uint64_t now) {
    auto current = log.sealing_epoch(now);
    if (!current)
        f.bad(check_epoch_none);
    else {
        const auto days =
            (static_cast<std::int64_t>((*current)->entry.valid_until) - static_cast<std::int64_t>(now)) / day;
        if (days >= soon / 2)
            f.good(check_epoch_good, (*current)->entry.epoch, days);
        else
            f.bad(check_epoch_bad, (*current)->entry.epoch, days);
    }
    const auto left = api::prekeys_left(log, reader);
    std::size_t least = crypto::prekeys_ahead;
    for (const auto& [number, count] : left) {
        if (count < few_prekeys) f.bad(check_prekeys_bad, number, count);
        least = std::min(least, count);
    }
    if (least >= few_prekeys && !left.empty()) f.good(check_prekeys_good, least);
}

void examine(command_context& context, const std::string& file) {
    const server::config config = server::load_config(file);
    const std::uint64_t now = context.now();
    findings f(context);
    check_files(f, config);
    check_clock(f);
    if (const auto running = find_running_server(config.data))
        check_running(f, config, *running);
    else
        check_machine(f);
    check_certificate(f, config, static_cast<std::int64_t>(now));
    storage::reader reader(config.data);
    check_database(f, reader);
    check_storage(f, config, reader);
    if (const auto log = check_log(f, reader)) {
        check_policy(f, *log, config, now);
        check_epochs(f, *log, reader, now);
    }
    f.finish();
}

} // namespace

void add_doctor(CLI::App& app, command_context& context) {
    auto* doctor = app.add_subcommand("doctor", std::string(context.term.text(help_doctor)));
    auto file = std::make_shared<std::string>();
    doctor->add_option("--config", *file, "configuration file of the server")->required();
    doctor->callback([file, &context] { examine(context, *file); });
}

} // namespace changgu::cli
