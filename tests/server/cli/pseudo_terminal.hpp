// A terminal with somebody in front of it, for what asks questions.
#pragma once

#include <doctest/doctest.h>

#include <pty.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <thread>

namespace changgu::test {

class pseudo_terminal {
  public:
    pseudo_terminal() { REQUIRE(::openpty(&screen_, &tty_, nullptr, nullptr, nullptr) == 0); }
    pseudo_terminal(const pseudo_terminal&) = delete;
    pseudo_terminal& operator=(const pseudo_terminal&) = delete;
    ~pseudo_terminal() {
        hang_up();
        ::close(tty_);
    }

    /// What the program opened.
    [[nodiscard]] int tty() const noexcept { return tty_; }

    /// Types, once a prompt has been shown that ends with ": ", while `program` runs. What that returns.
    template <class Program> auto type(std::string_view keys, const Program& program) {
        std::thread person([&] {
            read_until(": ");
            for (const char k : keys) (void)!::write(screen_, &k, 1);
        });
        auto result = program();
        person.join();
        return result;
    }

    /// All that the screen has shown.
    std::string seen() {
        (void)!::write(tty_, "$", 1);
        read_until("$");
        seen_.pop_back();
        return seen_;
    }

    void hang_up() {
        if (screen_ >= 0) ::close(screen_);
        screen_ = -1;
    }

  private:
    void read_until(std::string_view end) {
        char c = 0;
        while (!seen_.ends_with(end) && ::read(screen_, &c, 1) == 1) seen_ += c;
    }

    int screen_ = -1;
    int tty_ = -1;
    std::string seen_;
};

} // namespace changgu::test
