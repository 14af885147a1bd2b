#include "server/config_section.hpp"

#include <fstream>

namespace changgu::server {

std::string read_config_text(const std::filesystem::path& file) {
    constexpr std::size_t max_file = std::size_t{64} * 1024;
    std::ifstream in(file, std::ios::binary);
    std::string text(max_file + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!in.eof() || in.gcount() > static_cast<std::streamsize>(max_file))
        throw config_error(file.string() + ": cannot be read, or is longer than 64 KiB");
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

} // namespace changgu::server
