#include "server/assets/asset.hpp"

#include <algorithm>

namespace changgu::assets {

const asset* find(std::string_view path) noexcept {
    const auto found = std::ranges::lower_bound(all(), path, {}, &asset::path);
    return found != all().end() && found->path == path ? &*found : nullptr;
}

} // namespace changgu::assets
