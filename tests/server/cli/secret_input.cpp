#include "server/cli/secret_input.hpp"

#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <pty.h>
#include <termios.h>
#include <thread>
#include <unistd.h>

using namespace changgu;
using namespace changgu::cli;
namespace errc = boost::system::errc;

namespace {

boost::system::result<crypto::secret_buffer> piped(std::string_view text) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<::ssize_t>(text.size()));
    ::close(ends[1]);
    auto out = secret_from_fd(ends[0]);
    ::close(ends[0]);
    return out;
}

struct typed {
    boost::system::result<crypto::secret_buffer> secret;
    std::string seen; ///< what the screen showed
    bool echo_after;
};

// Types on a pseudo-terminal once the prompt has shown.
typed type(std::string_view keys) {
    int screen = -1;
    int tty = -1;
    REQUIRE(::openpty(&screen, &tty, nullptr, nullptr, nullptr) == 0);
    std::string seen;
    std::thread person([&] {
        char c = 0;
        while (!seen.ends_with(": ") && ::read(screen, &c, 1) == 1) seen += c;
        for (const char k : keys) (void)!::write(screen, &k, 1);
    });
    auto secret = prompt_on(tty, "Secret: ");
    person.join();
    termios after{};
    REQUIRE(::tcgetattr(tty, &after) == 0);
    const bool echo = (after.c_lflag & ECHO) != 0 && (after.c_lflag & ICANON) != 0;
    (void)!::write(tty, "$", 1);
    char c = 0;
    while (!seen.ends_with('$') && ::read(screen, &c, 1) == 1) seen += c;
    ::close(tty);
    ::close(screen);
    return {std::move(secret), seen, echo};
}

} // namespace

TEST_CASE("a secret from a descriptor ends with its newline, which is not of it") {
    CHECK(piped("여덟 낱말\n")->text() == "여덟 낱말");
    CHECK(piped("words\r\n")->text() == "words");
    CHECK(piped("words")->text() == "words");
    CHECK(piped(" words \n")->text() == " words ");
}

TEST_CASE("an empty or endless secret is refused") {
    CHECK(piped("").error() == errc::invalid_argument);
    CHECK(piped("\n").error() == errc::invalid_argument);
    CHECK(piped(std::string(max_secret, 'x') + "\n")->size() == max_secret);
    CHECK(piped(std::string(max_secret + 1, 'x')).error() == errc::message_size);
    CHECK(piped(std::string(max_secret + 500, 'x')).error() == errc::message_size);
}

TEST_CASE("a file, and one that is not there") {
    test::temp_dir d;
    terminal term(1, 2, language::english);
    std::ofstream(d / "secret") << "six words\n";
    CHECK(read_secret({(d / "secret").string(), -1}, term, "?")->text() == "six words");
    CHECK(read_secret({(d / "none").string(), -1}, term, "?").error() == errc::no_such_file_or_directory);
}

TEST_CASE("typing shows nothing, and the terminal is as before") {
    const auto t = type("hunter2\r");
    CHECK(t.secret->text() == "hunter2");
    CHECK(t.seen == "Secret: \r\n$");
    CHECK(t.echo_after);
}

TEST_CASE("backspace takes a whole character, Ctrl-U the line") {
    CHECK(type("가나\x7f다\n").secret->text() == "가다");
    CHECK(type("wrong\x15right\n").secret->text() == "right");
    CHECK(type("\x7f\x7fok\n").secret->text() == "ok");
}

TEST_CASE("Ctrl-C and Ctrl-D cancel, with the terminal as before") {
    for (const char* keys : {"ab\x03", "\x04"}) {
        const auto t = type(keys);
        CHECK(t.secret.error() == errc::operation_canceled);
        CHECK(t.echo_after);
    }
    CHECK(type("\n").secret.error() == errc::invalid_argument);
    CHECK(type(std::string(max_secret + 1, 'x') + "\n").secret.error() == errc::message_size);
}
