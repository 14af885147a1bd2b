#include "server/api/refusals.hpp"

#include <algorithm>

namespace changgu::api {

void refusals::add(scope what, std::uint64_t now) {
    const std::lock_guard lock(mutex_);
    // What has not been asked for yet goes on being counted: at a quarter's end nothing is lost.
    if (std::ranges::all_of(counts_, [](auto n) { return n == 0; })) since_ = now / period;
    ++counts_[static_cast<std::size_t>(what)];
}

std::optional<std::string> refusals::due(std::uint64_t now) {
    const std::lock_guard lock(mutex_);
    if (std::ranges::all_of(counts_, [](auto n) { return n == 0; }) || now / period == since_)
        return std::nullopt;
    std::string out = "sign-ins-refused";
    for (const auto what : {scope::reviewer, scope::keyring, scope::admin})
        out.append(" ")
            .append(to_string(what))
            .append(" ")
            .append(std::to_string(counts_[static_cast<std::size_t>(what)]));
    counts_ = {};
    return out;
}

} // namespace changgu::api
