#include "server/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

namespace changgu::server {

namespace {

constexpr std::array levels{"debug", "info", "warning", "error"};

constexpr std::array events{"started",
                            "stopping",
                            "stopped",
                            "certificate_reloaded",
                            "certificate_reload_failed",
                            "certificate_expires_soon",
                            "log_reopen_failed",
                            "accept_failed",
                            "connections_full",
                            "handler_failed",
                            "tick_done",
                            "tick_failed",
                            "compaction_done",
                            "retention_done",
                            "storage_failed",
                            "storage_nearly_full",
                            "keylog_invalid",
                            "epoch_expires_soon",
                            "sandboxed",
                            "clock_doubted",
                            "clock_trusted"};
static_assert(events.size() == static_cast<std::size_t>(log_event::clock_trusted) + 1);

constexpr std::array fields{"listener",   "threads",  "batch",      "envelopes",    "days",   "count",
                            "percent",    "epoch",    "statements", "milliseconds", "reason", "version",
                            "error_code", "landlock", "seccomp",    "memory_locked"};
static_assert(fields.size() == static_cast<std::size_t>(log_field::memory_locked) + 1);

struct {
    std::mutex mutex;
    log_options options;
    std::unique_ptr<spdlog::logger> logger;
} current;

std::unique_ptr<spdlog::logger> make_logger(const log_options& options) {
    std::shared_ptr<spdlog::sinks::sink> sink;
    if (options.file.empty()) {
        sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
    } else {
        const int fd = ::open(options.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (fd < 0) throw std::runtime_error(options.file.string() + ": the log cannot be opened");
        ::close(fd);
        sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(options.file.string());
    }
    // The hour is all the time there is.
    sink->set_formatter(
        std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%HZ %v", spdlog::pattern_time_type::utc));
    auto logger = std::make_unique<spdlog::logger>("changgu", std::move(sink));
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::trace);
    return logger;
}

} // namespace

void open_log(const log_options& options) {
    auto logger = make_logger(options);
    const std::lock_guard lock(current.mutex);
    current.options = options;
    current.logger = std::move(logger);
}

void reopen_log() noexcept {
    try {
        const std::lock_guard lock(current.mutex);
        if (current.logger) current.logger = make_logger(current.options);
    } catch (const std::exception&) { // a full disk takes no new file; the channel does not end with it
        log(log_level::error, log_event::log_reopen_failed);
    }
}

void log(log_level level, log_event event, std::initializer_list<log_entry> entries) noexcept {
    try {
        const std::lock_guard lock(current.mutex);
        if (!current.logger || level < current.options.level) return;
        std::string line = levels.at(static_cast<std::size_t>(level));
        line += ' ';
        line += events.at(static_cast<std::size_t>(event));
        for (const auto& entry : entries) {
            line += ' ';
            line += fields.at(static_cast<std::size_t>(entry.field));
            line += '=';
            if (const auto* number = std::get_if<std::int64_t>(&entry.value))
                line += std::to_string(*number);
            else
                line += std::get<log_word>(entry.value).text();
        }
        current.logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
    } catch (const std::exception&) {
        return; // a log that cannot be written must not stop the channel
    }
}

} // namespace changgu::server
