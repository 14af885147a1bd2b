// A program that a test starts, to be killed.
#pragma once

#include <array>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace changgu::test {

struct child {
    pid_t process = 0;
    int output = -1; ///< a pipe from its standard output
};

/// Throws std::runtime_error.
inline child start_child(std::string program, std::vector<std::string> arguments) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<char*> argv{program.data()};
    for (auto& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    child c{0, ends[0]};
    const int failed = ::posix_spawn(&c.process, program.c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (failed != 0) throw std::runtime_error("posix_spawn");
    return c;
}

/// As waitpid() has it.
inline int end_of(const child& c) {
    ::close(c.output);
    int status = 0;
    if (::waitpid(c.process, &status, 0) != c.process) throw std::runtime_error("waitpid");
    return status;
}

} // namespace changgu::test
