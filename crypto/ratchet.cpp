#include "crypto/ratchet.hpp"

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"
#include "crypto/signing.hpp"

namespace changgu::crypto {
namespace {

constexpr std::uint32_t furthest = 100'000; // bounds the turning that a hostile log could ask for

} // namespace

result<box_key_pair> ratchet::intake(std::uint32_t epoch) const {
    if (epoch < index_) return errc::key_forgotten;
    ratchet turned(index_, seed_.clone());
    if (auto ok = turned.advance_to(epoch); !ok) return ok.error();
    return box_key_pair_from(derive<seed>(turned.seed_, 2, label::kdf_ratchet));
}

result<void> ratchet::advance_to(std::uint32_t epoch) {
    if (epoch > index_ && epoch - index_ > furthest) return errc::bad_parameters;
    for (; index_ < epoch; ++index_) seed_ = derive<seed>(seed_, 1, label::kdf_ratchet);
    return {};
}

result<std::vector<prekey>> ratchet::publish(const sign_key_pair& identity, const org_id& org,
                                             std::uint32_t number, std::uint32_t first,
                                             std::size_t count) const {
    std::vector<prekey> out;
    for (std::size_t i = 0; i < count; ++i) {
        const auto epoch = static_cast<std::uint32_t>(first + i);
        auto pair = intake(epoch);
        if (!pair) return pair.error();
        out.push_back({epoch, pair->public_key, sign_prekey(identity, org, number, epoch, pair->public_key)});
    }
    return out;
}

} // namespace changgu::crypto
