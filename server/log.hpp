// The operational log. It is an allow-list by type: an event, and fields with a known name whose value is a
// number or a literal of this source code. A string that came from outside, an address, a header, a token, an
// id, a body, does not convert to either, so it cannot be logged by mistake. There is no line for a request.
// The time is cut to the hour: the precise time of a submission must not come to rest, not even beside an
// unrelated failure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace changgu::server {

enum class log_level : std::uint8_t { debug, info, warning, error };

enum class log_event : std::uint8_t {
    started,
    stopping,
    stopped,
    certificate_reloaded,
    certificate_reload_failed,
    certificate_expires_soon,
    log_reopen_failed,
    accept_failed,
    connections_full,
    handler_failed,
    tick_done,
    tick_failed,
    compaction_done,
    retention_done,
    storage_failed,
    storage_nearly_full,
    keylog_invalid,
    epoch_expires_soon,
    sandboxed,
    clock_doubted,
    clock_trusted,
};

/// Nothing here may tell one reporter from another or a real envelope from chaff; hence no count of chaff.
enum class log_field : std::uint8_t {
    listener,
    threads,
    batch,
    envelopes, ///< of a whole batch, chaff included
    days,
    count,
    percent,
    epoch,
    statements,
    milliseconds,
    reason,
    version,
    error_code,
    landlock,
    seccomp,
    memory_locked,
};

/// A string literal and nothing else: the constructor runs at compile time only.
class log_word {
  public:
    template <std::size_t N> consteval log_word(const char (&literal)[N]) : text_(literal, N - 1) {}
    [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }

  private:
    std::string_view text_;
};

struct log_entry {
    log_field field;
    std::variant<std::int64_t, log_word> value;
};

struct log_options {
    log_level level = log_level::info;
    std::filesystem::path file; ///< empty = standard error; created with mode 0600
};

/// Once, at start-up; until then the log is silent. Throws std::runtime_error when the file cannot be opened.
void open_log(const log_options& options);
/// Opens the file anew, after it was moved away (SIGHUP). Where that fails, the lines go on into the old one
/// and say so.
void reopen_log() noexcept;

/// One line: "2026-11-23T16Z info tick_done batch=12 envelopes=8". From any thread; never throws.
void log(log_level level, log_event event, std::initializer_list<log_entry> fields = {}) noexcept;

} // namespace changgu::server
