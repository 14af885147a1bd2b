#include "server/cli/confirm.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace changgu::cli {

using outcome = std::expected<bool, boost::system::error_code>;

namespace {

std::unexpected<boost::system::error_code> last_error() noexcept {
    return std::unexpected(boost::system::error_code(errno, boost::system::system_category()));
}

} // namespace

outcome confirm_on(int tty, std::string_view question, std::string_view expected) {
    const std::string shown = harmless(question);
    for (std::string_view rest = shown; !rest.empty();) {
        const ::ssize_t n = ::write(tty, rest.data(), rest.size());
        if (n < 0 && errno != EINTR) return last_error();
        if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
    }
    // A terminal hands over a line at a time, and of a longer one than this its beginning.
    std::array<char, 256> line{};
    ::ssize_t n = 0;
    do n = ::read(tty, line.data(), line.size());
    while (n < 0 && errno == EINTR);
    if (n < 0) return last_error();
    std::string_view typed(line.data(), static_cast<std::size_t>(n));
    // Without the return key it is what Ctrl-D cut off, or the beginning of more.
    if (!typed.ends_with('\n')) return false;
    typed.remove_suffix(1);
    return typed == expected;
}

outcome confirm(terminal& term, std::string_view question, std::string_view expected) {
    term.end_progress();
    const int tty = ::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (tty < 0)
        return std::unexpected(
            boost::system::errc::make_error_code(boost::system::errc::no_such_device_or_address));
    auto typed = confirm_on(tty, question, expected);
    ::close(tty);
    return typed;
}

} // namespace changgu::cli
