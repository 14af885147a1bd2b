// What people see. Words for people go to standard error in their language, data to standard output; secrets
// that must be shown once go to standard output and nowhere else. Whatever came from outside is made harmless
// before a terminal sees it.
#pragma once

#include "crypto/json.hpp"
#include "server/cli/catalogue.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace changgu::cli {

/// `--lang ko|en` if it was given, else the first of LC_ALL, LC_MESSAGES and LANG that is set: Korean when it
/// begins with "ko". For main() to ask before it builds the options, whose help is in the same language.
language language_of(int argc, const char* const* argv);
language language_of(std::string_view option, std::initializer_list<const char*> locale) noexcept;

/// Text without what a terminal would obey: C0 controls but newline and tab, DEL, C1 controls, bidirectional
/// overrides and isolates, line and paragraph separators, invisible marks; each is dropped. Broken UTF-8
/// becomes U+FFFD.
std::string harmless(std::string_view text);
/// `text` with "{0}", "{1}" … replaced by the arguments, each made harmless.
std::string filled_in(std::string_view text, std::span<const std::string> arguments);
std::string filled_in(std::string_view text, std::initializer_list<std::string> arguments);

class terminal {
  public:
    /// Descriptors stay the caller's. Progress is shown only where `err` is a terminal.
    terminal(int out, int err, language in);

    [[nodiscard]] language in() const noexcept { return in_; }
    [[nodiscard]] bool json() const noexcept { return json_; }
    void set_json(bool json) noexcept { json_ = json; }

    template <message_id Id> [[nodiscard]] std::string_view text(Id id) const { return text_of(id, in_); }
    /// A sentence in the user's language, on standard error.
    template <message_id Id, class... Arguments> void say(Id id, const Arguments&... arguments) {
        const std::array<std::string, sizeof...(arguments)> texts{as_argument(arguments)...};
        say_text(filled_in(text(id), texts));
    }
    /// The same on standard output, for headings of data.
    template <message_id Id, class... Arguments> void print(Id id, const Arguments&... arguments) {
        const std::array<std::string, sizeof...(arguments)> texts{as_argument(arguments)...};
        print_line(filled_in(text(id), texts));
    }
    /// A line of data on standard output, made harmless.
    void print_line(std::string_view line);
    /// The one JSON document of --json, as it is: JSON escapes its own control characters.
    void print_json(const crypto::json::value& document);
    /// A secret and a newline on standard output, unbuffered and unaltered.
    void print_secret(std::string_view secret);

    /// A line that is overwritten, on standard error, only if that is a terminal. Gone with end_progress().
    template <message_id Id> void progress(Id id) { show_progress(std::string(text(id))); }
    template <message_id Id> void progress(Id id, std::uint64_t done, std::uint64_t of) {
        const std::array texts{std::to_string(done), std::to_string(of)};
        show_progress(filled_in(text(id), texts));
    }
    void end_progress();

    /// Whether everything printed so far was taken: false after a full disk or a closed pipe.
    [[nodiscard]] bool good() const noexcept { return good_; }

  private:
    static std::string as_argument(std::string_view text) { return std::string(text); }
    static std::string as_argument(std::integral auto n) { return std::to_string(n); }
    void say_text(std::string_view line);
    void show_progress(const std::string& line);
    void write(int to, std::string_view text);

    int out_;
    int err_;
    language in_;
    bool json_ = false;
    bool err_is_terminal_ = false;
    bool progress_shown_ = false;
    bool good_ = true;
};

} // namespace changgu::cli
