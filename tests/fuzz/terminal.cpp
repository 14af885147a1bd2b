// Text from outside on its way to a terminal: nothing is left that a terminal would obey.
#include "server/cli/terminal.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace changgu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string once = cli::harmless(crypto::as_text(fuzz::input(data, size)));
    for (const char c : once) {
        const auto b = static_cast<unsigned char>(c);
        REQUIRE_PROPERTY((b >= 0x20 && b != 0x7F) || c == '\n' || c == '\t');
    }
    REQUIRE_PROPERTY(once.find("\xC2\x9B") == std::string::npos); // CSI in one character
    // NOLINTNEXTLINE(misc-misleading-bidirectional): the right-to-left override, which is what is meant
    REQUIRE_PROPERTY(once.find("\xE2\x80\xAE") == std::string::npos);
    REQUIRE_PROPERTY(cli::harmless(once) == once);
    return 0;
}
