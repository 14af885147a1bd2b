// What a submission costs while the server is under load: docs/protocol.md, section 10, "Proof of work".
#include "crypto/work.hpp"
#include "server/client/call.hpp"

namespace changgu::client {

using http::verb;

namespace {

constexpr int most_proofs = 4; // for one call: a nonce may run out before its work is done

/// No nonce: nothing is asked for at the moment.
result<std::optional<crypto::work_nonce>> nonce_of(const crypto::json::object& offer) {
    const auto bits = crypto::read_integer(offer, "bits", 255);
    if (!bits) return errc::bad_answer;
    if (*bits == 0) return std::nullopt;
    auto nonce = crypto::read_fixed<crypto::work_nonce>(offer, "nonce");
    // What a server may make a client do has an end.
    if (!nonce || crypto::bits_of(*nonce) != *bits || *bits > crypto::most_work_bits) return errc::bad_answer;
    return *nonce;
}

} // namespace

result<void> channel::submit(call c, bytes_view id) {
    auto sent = send(c);
    // A nonce is for one call: two calls with the same one would be tied together.
    for (int i = 0; i < most_proofs && !sent && sent.error() == errc::work_required; ++i) {
        auto offer = send_json({.path = path_to("/work")});
        if (!offer) return offer.error();
        const auto nonce = nonce_of(*offer);
        if (!nonce) return nonce.error();
        c.work.clear();
        if (*nonce) {
            const auto expected = std::uint64_t{1} << crypto::bits_of(**nonce);
            auto proof = crypto::do_work(org(), **nonce, id, [&](std::uint64_t attempts) {
                if (tell_work_) tell_work_(attempts, expected);
                return true;
            });
            if (!proof) return errc::bad_answer;
            c.work = crypto::to_text(*proof);
        }
        sent = send(c);
    }
    return done(sent);
}

result<void> channel::post_envelope(bytes_view envelope) {
    return submit(call::binary(verb::post, path_to("/envelopes"), 201, envelope),
                  crypto::id_of(envelope).view());
}

result<void> channel::put_blob(const address& id, bytes_view chunk) {
    return submit(call::binary(verb::put, path_to("/blobs", id.view()), 201, chunk), id.view());
}

} // namespace changgu::client
