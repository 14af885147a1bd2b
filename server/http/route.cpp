#include "server/http/route.hpp"

namespace changgu::http {

std::string allow_header(std::uint8_t allowed) {
    std::string out;
    for (const auto v : {verb::get, verb::head, verb::post, verb::put, verb::remove}) {
        const auto asked = v == verb::head ? verb::get : v;
        if ((allowed & (1U << static_cast<unsigned>(asked))) == 0) continue;
        if (!out.empty()) out += ", ";
        out += to_string(v);
    }
    return out;
}

} // namespace changgu::http
