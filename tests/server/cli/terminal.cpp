#include "server/cli/terminal.hpp"

#include "server/cli/messages.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

using namespace changgu::cli;

namespace {

std::string drain(int fd) {
    std::string out;
    char buffer[4096];
    for (::ssize_t n = 0; (n = ::read(fd, buffer, sizeof buffer)) > 0;)
        out.append(buffer, static_cast<std::size_t>(n));
    return out;
}

struct pipes {
    pipes() { REQUIRE((::pipe(out) == 0 && ::pipe(err) == 0)); }
    pipes(const pipes&) = delete;
    pipes& operator=(const pipes&) = delete;
    ~pipes() {
        for (const int fd : {out[0], err[0]}) ::close(fd);
    }
    std::string written() { return ::close(out[1]), drain(out[0]); }
    std::string said() { return ::close(err[1]), drain(err[0]); }
    int out[2];
    int err[2];
};

} // namespace

TEST_CASE("what a terminal would obey is dropped, and the rest stays") {
    CHECK(harmless("제보\tA\nB") == "제보\tA\nB");
    CHECK(harmless("a\x1b[2Jb") == "a[2Jb");
    CHECK(harmless(std::string_view("a\0b\rc\x07\x7f", 7)) == "abc");
    CHECK(harmless("a\xc2\x9b"
                   "31mb") == "a31mb"); // CSI of C1
    // NOLINTNEXTLINE(misc-misleading-bidirectional): what it is about
    CHECK(harmless("a\u202eb\u2066c\u2069\u200f\u061c\u2028\ufeff\u200b") == "abc");
    CHECK(harmless("😀") == "😀");
}

TEST_CASE("broken UTF-8 cannot hide a control character") {
    CHECK(harmless("\xff") == "\ufffd");
    CHECK(harmless("\xe3\x84") == "\ufffd\ufffd");
    CHECK(harmless("\xc0\x9b") == "\ufffd\ufffd");           // overlong
    CHECK(harmless("\xed\xa0\x80") == "\ufffd\ufffd\ufffd"); // a surrogate
    CHECK(harmless("\xf5\x80\x80\x80") == "\ufffd\ufffd\ufffd\ufffd");
    CHECK(harmless("\xe2\x1b[m") == "\ufffd[m");
}

TEST_CASE("placeholders go where the sentence wants them, and arguments hold none") {
    CHECK(filled_in("{1} of {0}", {"a", "b"}) == "b of a");
    CHECK(filled_in("{0}", {"{1}", "x"}) == "{1}");
    CHECK(filled_in("{2} {x} {", {"a"}) == "{2} {x} {");
    CHECK(filled_in("{0}", {"\x1b[31m"}) == "[31m");
}

TEST_CASE("the language comes from the option, then from the first locale that is set") {
    CHECK(language_of("en", {"ko_KR.UTF-8"}) == language::english);
    CHECK(language_of("ko", {"en_US.UTF-8"}) == language::korean);
    CHECK(language_of("", {nullptr, "", "ko_KR.UTF-8"}) == language::korean);
    CHECK(language_of("", {"C", "ko_KR.UTF-8"}) == language::english);
    CHECK(language_of("", {nullptr, nullptr}) == language::english);
}

TEST_CASE("words go to standard error, data to standard output, and nothing of one to the other") {
    pipes p;
    terminal term(p.out[1], p.err[1], language::english);
    term.say(message::burned, 3);
    term.progress(message::sending); // not a terminal: not shown
    term.print_line("data\x1b");
    term.print_secret("one two");
    term.print_json({{"a", "\x1b"}});
    CHECK(p.written() == "data\none two\n{\"a\":\"\\u001b\"}\n");
    CHECK(p.said() == "3 answers deleted. This cannot be undone.\n");
    CHECK(term.good());
}

TEST_CASE("a full disk does not go unnoticed") {
    pipes p;
    terminal term(-1, p.err[1], language::english);
    term.print_line("data");
    CHECK_FALSE(term.good());
    CHECK(p.said().empty());
}
