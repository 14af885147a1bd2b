#include "server/cli/confirm.hpp"

#include "tests/server/cli/pseudo_terminal.hpp"

#include <sys/wait.h>

using namespace changgu;
using namespace changgu::cli;

namespace {

bool typed(std::string_view keys) {
    test::pseudo_terminal at;
    const auto yes = at.type(keys, [&] { return confirm_on(at.tty(), "Type 3\x1b[2J: ", "3"); });
    CHECK(at.seen().starts_with("Type 3[2J: "));
    return yes.value();
}

} // namespace

TEST_CASE("only what was asked for is a yes, and only with the return key") {
    CHECK(typed("3\n"));
    CHECK(typed("3\r"));
    CHECK(typed("4\x7f"
                "3\n"));
    const std::string long_line = std::string(300, '3') + "\n";
    for (const std::string_view other : {"\n", "y\n", "n\n", "33\n", "3 4\n", "yes\n", "no\n", "4\n", "3 \n",
                                         " 3\n", "\x04", "3\x04", "\x04\n", long_line.c_str()}) {
        CAPTURE(other);
        CHECK_FALSE(typed(other));
    }
}

TEST_CASE("a terminal that is gone is no yes") {
    test::pseudo_terminal at;
    at.hang_up();
    const auto yes = confirm_on(at.tty(), "Type 3: ", "3");
    CHECK_FALSE((yes && *yes));
}

TEST_CASE("without a terminal nobody is asked") {
    // In a session of its own, as a timer's job is. Standard input does not stand in for it.
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        test::pseudo_terminal input;
        ::setsid();
        ::dup2(input.tty(), 0);
        terminal term(1, 2, language::english);
        const auto yes = confirm(term, "Type 3: ", "3");
        ::_exit(!yes && yes.error() == boost::system::errc::no_such_device_or_address ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}
