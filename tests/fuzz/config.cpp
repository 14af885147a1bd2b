// The configuration: any text is either a configuration that holds to its bounds or a config_error.
#include "server/config.hpp"
#include "crypto/statement.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace changgu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = crypto::as_text(fuzz::input(data, size));
    try {
        const server::config c = server::parse_config(text, "/etc/changgu/changgu.toml");
        REQUIRE_PROPERTY(c.listen || c.plain || c.unix_socket);
        REQUIRE_PROPERTY(!c.listen || c.tls);
        REQUIRE_PROPERTY(!c.origins.empty() && std::ranges::all_of(c.origins, crypto::is_origin));
        REQUIRE_PROPERTY(!c.data.empty() && c.threads >= 1 && c.threads <= 64);
    } catch (const server::config_error&) {
        return 0;
    }
    return 0;
}
