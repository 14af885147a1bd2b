#include "server/cli/terminal.hpp"

#include <cerrno>
#include <cstdlib>
#include <unistd.h>

namespace changgu::cli {
namespace {

struct decoded {
    char32_t code = U'�';
    std::size_t length = 1;
};

// One code point of UTF-8; what is not well formed counts as one byte of U+FFFD.
decoded decode(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
    char32_t code = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xC0U) != 0x80) return {};
        code = (code << 6U) | (next & 0x3FU);
    }
    constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    if (code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
    return {code, length};
}

bool is_harmful(char32_t c) noexcept {
    if (c == U'\n' || c == U'\t') return false;
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x061C || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xE0000 && c <= 0xE007F);
}

} // namespace

language language_of(std::string_view option, std::initializer_list<const char*> locale) noexcept {
    if (option == "ko") return language::korean;
    if (option == "en") return language::english;
    for (const char* value : locale)
        if (value != nullptr && *value != '\0')
            return std::string_view(value).starts_with("ko") ? language::korean : language::english;
    return language::english;
}

language language_of(int argc, const char* const* argv) {
    std::string_view option;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument.starts_with("--lang=")) option = argument.substr(7);
        if (argument == "--lang" && i + 1 < argc) option = argv[i + 1];
    }
    return language_of(option, {std::getenv("LC_ALL"), std::getenv("LC_MESSAGES"), std::getenv("LANG")});
}

std::string harmless(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const decoded next = decode(text);
        if (next.code == U'�')
            out += "�";
        else if (!is_harmful(next.code))
            out += text.substr(0, next.length);
        text.remove_prefix(next.length);
    }
    return out;
}

std::string filled_in(std::string_view text, std::span<const std::string> arguments) {
    std::string out;
    while (!text.empty()) {
        const bool hole = text.size() >= 3 && text[0] == '{' && text[2] == '}' && text[1] >= '0' &&
                          static_cast<std::size_t>(text[1] - '0') < arguments.size();
        if (hole)
            out += harmless(arguments[static_cast<std::size_t>(text[1] - '0')]);
        else
            out += text[0];
        text.remove_prefix(hole ? 3 : 1);
    }
    return out;
}

std::string filled_in(std::string_view text, std::initializer_list<std::string> arguments) {
    return filled_in(text, std::span(arguments.begin(), arguments.size()));
}

terminal::terminal(int out, int err, language in)
    : out_(out), err_(err), in_(in), err_is_terminal_(::isatty(err) == 1) {}

void terminal::say_text(std::string_view line) {
    end_progress();
    write(err_, line);
    write(err_, "\n");
}

void terminal::print_line(std::string_view line) {
    end_progress();
    write(out_, harmless(line) + '\n');
}

void terminal::print_json(const crypto::json::value& document) {
    end_progress();
    write(out_, crypto::json::serialize(document) + '\n');
}

void terminal::print_secret(std::string_view secret) {
    end_progress();
    write(out_, secret);
    write(out_, "\n");
}

void terminal::show_progress(const std::string& line) {
    if (!err_is_terminal_) return;
    write(err_, "\r\x1b[K" + line);
    progress_shown_ = true;
}

void terminal::end_progress() {
    if (std::exchange(progress_shown_, false)) write(err_, "\r\x1b[K");
}

// Straight to the descriptor: a stream's buffer would keep a copy of a secret that nobody wipes.
void terminal::write(int to, std::string_view text) {
    while (!text.empty()) {
        const ::ssize_t n = ::write(to, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            if (to == out_) good_ = false;
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

} // namespace changgu::cli
