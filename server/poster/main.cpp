// changgu-poster LANGUAGE FORMAT NAME-KO NAME-EN ORIGIN LINK ORG: one page on standard output. `changgu
// poster` runs it, with what it has verified; all of it is public, so it may stand on a command line.
#include "server/poster/poster.hpp"

#include <iostream>
#include <optional>
#include <span>

namespace {

using namespace changgu;

std::optional<poster::shown_in> language_named(std::string_view name) {
    if (name == "ko") return poster::shown_in::korean;
    if (name == "en") return poster::shown_in::english;
    if (name == "both") return poster::shown_in::both;
    return std::nullopt;
}

std::optional<poster::format> format_named(std::string_view name) {
    if (name == "svg") return poster::format::svg;
    if (name == "pdf") return poster::format::pdf;
    return std::nullopt;
}

std::optional<crypto::org_id> org_of(std::string_view hex) {
    const auto raw = crypto::from_hex(hex);
    const auto org = raw ? crypto::org_id::from(*raw) : raw.error();
    return org ? std::optional(*org) : std::nullopt;
}

} // namespace

int main(int argc, char** argv) {
    const std::span arguments(argv, static_cast<std::size_t>(argc));
    const auto in = argc == 8 ? language_named(arguments[1]) : std::nullopt;
    const auto as = argc == 8 ? format_named(arguments[2]) : std::nullopt;
    const auto org = argc == 8 ? org_of(arguments[7]) : std::nullopt;
    if (!in || !as || !org) {
        std::cerr << "changgu-poster: run by 'changgu poster'\n";
        return 2;
    }
    try {
        const poster::content content{{arguments[3], arguments[4]}, arguments[5], arguments[6], *org};
        std::cout << crypto::as_text(poster::draw(content, *in, *as)) << std::flush;
    } catch (const std::exception& e) {
        std::cerr << "changgu-poster: " << e.what() << '\n';
        return 1;
    }
    return std::cout ? 0 : 1;
}
