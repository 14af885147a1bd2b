#include "storage/spool_listing.hpp"

#include "crypto/hash.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>

namespace changgu::storage {

spool_listing list_spool(const std::filesystem::path& directory) {
    const auto look = [&directory] {
        spool_listing l;
        for (const auto number : spool_numbers(directory)) {
            const auto content = read_segment(directory, number);
            if (!content) continue;
            const auto c = parse_segment(*content);
            l.damaged = l.damaged || c.damaged || !c.readable;
            for (const auto& s : c.records) l.envelopes.push_back({s, number});
        }
        return l;
    };
    auto l = look();
    if (l.damaged) l.damaged = look().damaged;
    std::ranges::sort(l.envelopes, {}, [](const listed& x) { return x.what.id; });
    const auto again = std::ranges::unique(l.envelopes, {}, [](const listed& x) { return x.what.id; });
    l.envelopes.erase(again.begin(), again.end());
    return l;
}

std::optional<bytes> read_listed(const std::filesystem::path& directory, const listed& l) {
    try {
        auto body =
            file(segment_path(directory, l.number), O_RDONLY).read(segment::body_at(l.what), l.what.size);
        if (crypto::blake2b<envelope_id>({body}) == l.what.id) return body;
    } catch (const file_error& e) {
        if (e.code().value() != ENOENT) throw;
    }
    return std::nullopt;
}

} // namespace changgu::storage
