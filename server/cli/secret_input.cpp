#include "server/cli/secret_input.hpp"

#include "server/cli/messages.hpp"

#include <CLI/App.hpp>

#include <cerrno>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace changgu::cli {

using boost::system::result;
using crypto::byte;
using crypto::secret_buffer;
namespace errc = boost::system::errc;

namespace {

boost::system::error_code last_error() noexcept {
    return {errno, boost::system::system_category()};
}

class descriptor {
  public:
    explicit descriptor(int fd) noexcept : fd_(fd) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const noexcept { return fd_; }

  private:
    int fd_;
};

// Echo, lines and signals off while it lives. Ctrl-C arrives as a byte, so that no signal can end the process
// while the terminal is mute.
class mute {
  public:
    explicit mute(int tty) noexcept : tty_(tty), ok_(::tcgetattr(tty, &before_) == 0) {
        if (!ok_) return;
        termios now = before_;
        now.c_lflag &= static_cast<tcflag_t>(~(ECHO | ECHONL | ICANON | ISIG));
        now.c_cc[VMIN] = 1;
        now.c_cc[VTIME] = 0;
        ok_ = ::tcsetattr(tty, TCSAFLUSH, &now) == 0;
    }
    mute(const mute&) = delete;
    mute& operator=(const mute&) = delete;
    ~mute() {
        if (ok_) ::tcsetattr(tty_, TCSAFLUSH, &before_);
    }
    [[nodiscard]] bool ok() const noexcept { return ok_; }

  private:
    int tty_;
    termios before_{};
    bool ok_;
};

void write_all(int fd, std::string_view text) noexcept {
    while (!text.empty()) {
        const ::ssize_t n = ::write(fd, text.data(), text.size());
        if (n <= 0 && errno != EINTR) return;
        if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
    }
}

result<std::size_t> read_some(int fd, std::span<byte> into) noexcept {
    for (;;) {
        const ::ssize_t n = ::read(fd, into.data(), into.size());
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno != EINTR) return last_error();
    }
}

// Takes back one character of UTF-8, which may be several bytes.
std::size_t without_last_character(const secret_buffer& line, std::size_t size) noexcept {
    while (size > 0 && (line.view()[size - 1] & 0xC0U) == 0x80) --size;
    return size == 0 ? 0 : size - 1;
}

} // namespace

result<secret_buffer> prompt_on(int tty, std::string_view prompt) {
    const mute silent(tty);
    if (!silent.ok()) return last_error();
    write_all(tty, prompt);
    secret_buffer line(max_secret);
    std::size_t size = 0;
    bool too_long = false;
    for (;;) {
        byte next = 0;
        auto n = read_some(tty, {&next, 1});
        if (!n || *n == 0 || next == 0x03 || next == 0x1C || (next == 0x04 && size == 0)) {
            write_all(tty, "\n");
            return n ? errc::make_error_code(errc::operation_canceled) : n.error();
        }
        if (next == '\n' || next == '\r') break;
        if (next == 0x7F || next == 0x08)
            size = without_last_character(line, size);
        else if (next == 0x15)
            size = 0;
        else if (size == max_secret)
            too_long = true;
        else if (next >= 0x20)
            line.data()[size++] = next;
    }
    write_all(tty, "\n");
    if (too_long) return errc::make_error_code(errc::message_size);
    if (size == 0) return errc::make_error_code(errc::invalid_argument);
    line.truncate(size);
    return line;
}

result<secret_buffer> secret_from_fd(int fd) {
    secret_buffer all(max_secret + 3); // a newline of one or two bytes, and one that is too much
    std::size_t size = 0;
    while (size < all.size()) {
        auto n = read_some(fd, {all.data() + size, all.size() - size});
        if (!n) return n.error();
        if (*n == 0) break;
        size += *n;
    }
    if (size > 0 && all.view()[size - 1] == '\n') --size;
    if (size > 0 && all.view()[size - 1] == '\r') --size;
    if (size > max_secret) return errc::make_error_code(errc::message_size);
    if (size == 0) return errc::make_error_code(errc::invalid_argument);
    all.truncate(size);
    return all;
}

void add_secret_options(CLI::App& app, const std::string& name, secret_source& into, const terminal* term) {
    const auto text = [term](message id) { return std::string(term == nullptr ? "" : term->text(id)); };
    auto* file =
        app.add_option("--" + name + "-file", into.file, text(message::help_secret_file))->type_name("FILE");
    app.add_option("--" + name + "-fd", into.fd, text(message::help_secret_fd))
        ->type_name("N")
        ->check(CLI::Range(0, 1'048'576))
        ->excludes(file);
}

namespace {

result<secret_buffer> prompted(terminal& term, std::string_view prompt) {
    term.end_progress();
    const descriptor tty(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (tty.get() < 0) return errc::make_error_code(errc::no_such_device_or_address);
    return prompt_on(tty.get(), harmless(prompt));
}

} // namespace

result<secret_buffer> read_secret(const secret_source& from, terminal& term, std::string_view prompt) {
    if (from.fd >= 0) return secret_from_fd(from.fd);
    if (from.file == "-") return secret_from_fd(STDIN_FILENO);
    if (from.file.empty()) return prompted(term, prompt);
    const descriptor file(::open(from.file.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return last_error();
    return secret_from_fd(file.get());
}

result<secret_buffer> read_new_secret(const secret_source& from, terminal& term, std::string_view prompt,
                                      std::string_view again) {
    if (from.fd >= 0 || !from.file.empty()) return read_secret(from, term, prompt);
    for (int attempt = 0; attempt < 3; ++attempt) {
        auto first = prompted(term, prompt);
        if (!first) return first;
        auto second = prompted(term, again);
        if (!second) return second;
        if (crypto::equal_constant_time(first->view(), second->view())) return first;
        term.say(message::secrets_differ);
    }
    return errc::make_error_code(errc::operation_canceled);
}

} // namespace changgu::cli
