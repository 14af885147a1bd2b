#include "server/cli/confirm.hpp"

#include <doctest/doctest.h>

#include <pty.h>
#include <unistd.h>

#include <string>
#include <thread>

using namespace changgu::cli;

namespace {

bool typed(std::string_view keys) {
    int screen = -1;
    int tty = -1;
    REQUIRE(::openpty(&screen, &tty, nullptr, nullptr, nullptr) == 0);
    std::string seen;
    std::thread person([&] {
        char c = 0;
        while (!seen.ends_with(": ") && ::read(screen, &c, 1) == 1) seen += c;
        (void)!::write(screen, keys.data(), keys.size());
    });
    const auto yes = confirm_on(tty, "Type 3\x1b[2J: ", "3");
    person.join();
    ::close(tty);
    ::close(screen);
    CHECK(seen == "Type 3[2J: ");
    return yes.value();
}

} // namespace

TEST_CASE("only what was asked for is a yes") {
    CHECK(typed("3\n"));
    for (const std::string_view other : {"\n", "y\n", "33\n", "3 4\n", "yes\n", "\x04", "4\n"}) {
        CAPTURE(other);
        CHECK_FALSE(typed(other));
    }
}
