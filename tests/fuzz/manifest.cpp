// The manifest of the pages, of a file that was kept or of another build.
#include "server/assets/manifest.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace changgu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto site = assets::read_manifest(fuzz::input(data, size));
    if (!site) return 0;
    REQUIRE_PROPERTY(!site->empty());
    for (const auto& [path, file] : *site)
        REQUIRE_PROPERTY(path.starts_with('/') && file.sha256.size() <= 43 &&
                         file.brotli_sha256.size() <= 43);
    return 0;
}
