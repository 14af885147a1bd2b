#include "server/cli/secret_input.hpp"

#include "tests/server/cli/pseudo_terminal.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <termios.h>
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

typed type(std::string_view keys) {
    test::pseudo_terminal at;
    auto secret = at.type(keys, [&] { return prompt_on(at.tty(), "Secret: "); });
    termios after{};
    REQUIRE(::tcgetattr(at.tty(), &after) == 0);
    const bool echo = (after.c_lflag & ECHO) != 0 && (after.c_lflag & ICANON) != 0;
    return {std::move(secret), at.seen(), echo};
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
    CHECK(t.seen == "Secret: \r\n");
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
