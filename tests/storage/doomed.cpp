// doomed DIRECTORY WHAT N: lives a store's life, or does one of the undertakings, in a directory that was
// prepared for it, and kills itself at the Nth file call. On its standard output goes a byte for each moment
// of the life (life.hpp), or one when the undertaking was done.
#include "tests/storage/fault_disk.hpp"
#include "tests/storage/life.hpp"
#include "tests/storage/undertaking.hpp"

#include <iostream>
#include <unistd.h>

using namespace changgu;
using namespace changgu::test;

namespace {
void say() {
    const char moment = '.';
    if (::write(STDOUT_FILENO, &moment, 1) != 1) std::_Exit(3);
}
} // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    crypto::initialise();
    const std::string what = argv[2];
    const std::filesystem::path root = argv[1];
    const watched_disk disk(root, {});
    arm({.what = trouble::death, .at = std::stoull(argv[3]), .lasting = false});
    if (what == "life") {
        std::uint64_t moments = 0;
        life l(root, [&moments] {
            say();
            return ++moments;
        });
        l.run();
    } else if (undertaking_named(what)->run(root)) {
        say();
    }
    return struck() ? 4 : 0;
}
