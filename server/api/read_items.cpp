#include "server/api/read_items.hpp"

#include <algorithm>
#include <stdexcept>

namespace changgu::api {

crypto::bytes read_records(storage::reader& reader, storage::item_kind kind,
                           std::span<const crypto::address> addresses, std::size_t width) {
    crypto::bytes records(addresses.size() * (1 + width));
    read_over(records, reader, kind, addresses, width);
    return records;
}

void read_over(crypto::bytes& records, storage::reader& reader, storage::item_kind kind,
               std::span<const crypto::address> addresses, std::size_t width) {
    auto out = records.begin();
    for (const auto& item : reader.read(kind, addresses)) {
        if (!item.body.empty() && item.body.size() != width)
            throw std::runtime_error("an item has another width");
        *out++ = static_cast<crypto::byte>(item.state);
        std::ranges::copy(item.body, out);
        out += static_cast<std::ptrdiff_t>(width);
    }
}

} // namespace changgu::api
