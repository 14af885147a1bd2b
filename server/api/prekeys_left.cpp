#include "server/api/prekeys_left.hpp"

#include "crypto/json.hpp"
#include "crypto/signing.hpp"

#include <set>
#include <utility>
#include <vector>

namespace changgu::api {

namespace {

// Those that came with an enrolment serve until the reviewer first signs in.
std::vector<storage::numbered_prekey> published(storage::reader& reader) {
    auto out = reader.list_prekeys();
    for (const storage::enrolment& e : reader.list_enrolments()) {
        auto request = crypto::parse_json(crypto::as_text(e.request));
        auto list = request ? crypto::read_array(*request, "prekeys", 64) : crypto::errc::bad_json;
        if (!list) continue;
        for (const crypto::json::value& one : **list) {
            auto p = one.is_object() ? crypto::prekey_from_json(one.get_object()) : crypto::errc::bad_field;
            if (p) out.push_back({e.number, {p->epoch, p->key, p->signed_by_identity}});
        }
    }
    return out;
}

} // namespace

std::map<std::uint32_t, std::size_t> prekeys_left(const crypto::key_log& log, storage::reader& reader) {
    std::map<std::uint32_t, std::size_t> left;
    for (const auto& [number, who] : log.reviewers())
        if (!who.revoked) left[number] = 0;
    std::set<std::pair<std::uint32_t, std::uint32_t>> usable; // number, epoch
    for (const storage::numbered_prekey& p : published(reader)) {
        if (!left.contains(p.number) || p.key.epoch <= log.last_epoch()) continue;
        if (verify_prekey(log.find_reviewer(p.number)->entry.identity, p.key.signature, log.org(), p.number,
                          p.key.epoch, p.key.key) &&
            usable.emplace(p.number, p.key.epoch).second)
            ++left[p.number];
    }
    return left;
}

} // namespace changgu::api
