#include "server/client/reporter.hpp"

#include "server/client/random_order.hpp"
#include "server/client/visit.hpp"

#include <chrono>
#include <set>
#include <thread>

namespace changgu::client {
namespace {

namespace json = crypto::json;

constexpr int attempts = 3;
constexpr std::chrono::milliseconds first_pause{250};
constexpr std::chrono::milliseconds last_pause{4000};
constexpr std::size_t prefix_size = 16;
constexpr std::string_view long_text_name = "message.txt";
constexpr std::string_view long_text_type = "text/plain; charset=utf-8";

bool is_transport(const boost::system::error_code& ec) noexcept {
    return ec.category() == cli::client_category() && ec != cli::client_errc::bad_origin &&
           ec != cli::client_errc::bad_certificate;
}

bool may_be_tried_again(const boost::system::error_code& ec) noexcept {
    return is_transport(ec) || ec == errc::busy;
}

// The same bytes again while the connection is lost, or the server asks for patience: it is given some.
template <class Call> result<void> insist(const Call& call) {
    int lost = 0;
    auto pause = first_pause;
    for (;;) {
        const result<void> last = call();
        if (last) return last;
        if (last.error() == errc::busy && pause <= last_pause) {
            std::this_thread::sleep_for(pause);
            pause *= 2;
        } else if (!is_transport(last.error()) || ++lost == attempts) {
            return last;
        }
    }
}

struct chunk {
    address id;
    bytes content;
};

// Files on their way: what the message says of them, and the chunks of all, in one heap.
struct parcel {
    std::vector<crypto::attachment> about;
    std::vector<chunk> chunks;
};

result<void> pack(parcel& into, const crypto::org_id& org, bytes_view content, std::string name,
                  std::string type) {
    auto file = crypto::encrypt_file(org, content, std::move(name), std::move(type));
    if (!file) return file.error();
    for (std::uint32_t j = 0; j < file->chunks.size(); ++j)
        into.chunks.push_back(
            {crypto::blob_id(crypto::blob_token(file->about.key, j)), std::move(file->chunks[j])});
    into.about.push_back(std::move(file->about));
    return {};
}

std::vector<crypto::attachment> copy(const std::vector<crypto::attachment>& from) {
    std::vector<crypto::attachment> out;
    for (const auto& a : from) out.push_back(a.clone());
    return out;
}

// Random order, so that the server cannot tell by it where one file ends and another begins.
result<void> upload(channel& on, std::vector<chunk>& chunks, const progress& tell) {
    put_in_random_order(chunks);
    std::size_t done = 0;
    for (chunk& c : chunks) {
        if (auto ok = insist([&] { return on.put_blob(c.id, c.content); }); !ok) return ok;
        bytes().swap(c.content);
        if (tell) tell(++done, chunks.size());
    }
    chunks.clear();
    return {};
}

struct recipients {
    const crypto::epoch* epoch = nullptr;
    std::vector<crypto::slot_recipient> slots;
};

result<recipients> recipients_now(const channel& on, const std::vector<std::uint32_t>& excluded,
                                  std::uint64_t now) {
    auto epoch = on.log().sealing_epoch(now);
    if (!epoch) return epoch.error();
    for (const std::uint32_t number : excluded)
        if (on.log().find_reviewer(number) == nullptr) return errc::unknown_reviewer;
    recipients out{*epoch, {}};
    bool somebody = false;
    for (const crypto::epoch_recipient& r : (*epoch)->entry.recipients) {
        const bool left_out = std::ranges::find(excluded, r.number) != excluded.end();
        out.slots.push_back(left_out ? crypto::slot_recipient{} : crypto::slot_recipient{r.key});
        somebody |= !left_out;
    }
    if (!somebody) return errc::everybody_excluded;
    return out;
}

template <class Message>
result<bytes> seal(const channel& on, const recipients& to, crypto::message_kind kind,
                   const crypto::reporter_keys& keys, const Message& m) {
    std::string text = json::serialize(crypto::to_json(m));
    auto sealed =
        crypto::seal_envelope(on.org(), to.epoch->entry.epoch, crypto::context_of(to.epoch->statement),
                              to.slots, kind, keys.author(), text);
    crypto::wipe({reinterpret_cast<crypto::byte*>(text.data()), text.size()});
    return sealed;
}

// Packs the files, moves the text into one if it does not fit, uploads, seals and posts.
template <class Message>
result<void> send(channel& on, const crypto::reporter_keys& keys, crypto::message_kind kind, Message m,
                  const draft& what, std::uint64_t now, const progress& tell) {
    if (what.files.size() > crypto::max_attachments) return errc::too_many_files;
    auto to = recipients_now(on, m.excluded, now);
    if (!to) return to.error();

    parcel files;
    for (const outgoing_file& f : what.files)
        if (auto ok = pack(files, on.org(), f.content.view(), f.name, f.type); !ok) return ok;
    m.log = on.log().head();
    m.attachments = copy(files.about);
    auto sealed = what.text.size() > crypto::max_text
                      ? result<bytes>(make_error_code(crypto::errc::too_large))
                      : seal(on, *to, kind, keys, m);
    if (!sealed && sealed.error() == crypto::errc::too_large) {
        if (files.about.size() == crypto::max_attachments) return errc::too_many_files;
        m.text.clear();
        auto ok = pack(files, on.org(), crypto::as_bytes(what.text), std::string(long_text_name),
                       std::string(long_text_type));
        if (!ok) return ok;
        m.attachments = copy(files.about);
        sealed = seal(on, *to, kind, keys, m);
        if (!sealed && sealed.error() == crypto::errc::too_large) return errc::too_long;
    }
    if (!sealed) return sealed.error();
    if (auto ok = upload(on, files.chunks, tell); !ok) return ok;

    auto sent = insist([&] { return on.post_envelope(*sealed); });
    for (int i = 1; i < attempts && !sent && sent.error() == errc::epoch_closed; ++i) {
        if (auto ok = on.refresh(); !ok) return ok;
        to = recipients_now(on, m.excluded, now);
        if (!to) return to.error();
        m.log = on.log().head();
        sealed = seal(on, *to, kind, keys, m);
        if (!sealed) return sealed.error();
        sent = insist([&] { return on.post_envelope(*sealed); });
    }
    if (!sent && is_transport(sent.error())) return errc::send_unconfirmed;
    return sent;
}

std::vector<address> addresses_from(const crypto::reporter_keys& keys, std::uint64_t first) {
    std::vector<address> out;
    for (std::uint64_t i = first; i < first + crypto::advertised_addresses; ++i)
        out.push_back(keys.address_at(i));
    return out;
}

bool is_in_index(bytes_view index, const address& a) noexcept {
    std::size_t low = 0;
    std::size_t high = index.size() / prefix_size;
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        const int order = std::memcmp(index.data() + middle * prefix_size, a.data(), prefix_size);
        if (order == 0) return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

// The indices of this receipt's addresses that are or were in use, ascending.
std::vector<std::uint64_t> used_indices(bytes_view index, const crypto::reporter_keys& keys) {
    std::vector<std::uint64_t> out;
    for (std::uint64_t i = 0, absent = 0; absent < crypto::address_gap; ++i, ++absent)
        if (is_in_index(index, keys.address_at(i))) {
            out.push_back(i);
            absent = UINT64_MAX; // zero after the increment
        }
    return out;
}

// Four at a time, in random places among random ones.
struct token_batch {
    token_set tokens;
    std::array<std::size_t, tokens_at_once> place{}; ///< of the k-th index
};
token_batch batch_of(const crypto::reporter_keys& keys, std::span<const std::uint64_t> indices) {
    token_batch out;
    for (auto& t : out.tokens) t = crypto::token::random();
    for (std::size_t k = 0; k < tokens_at_once; ++k) out.place[k] = k;
    put_in_random_order(out.place);
    for (std::size_t k = 0; k < indices.size(); ++k) out.tokens[out.place[k]] = keys.token_at(indices[k]);
    return out;
}

void open_reply(found_reply& r, const channel& on, const crypto::reporter_keys& keys, bytes_view envelope) {
    const auto context = crypto::context_of(keys.address_at(r.index));
    auto opened = crypto::open_envelope(on.org(), envelope, 0, context, 0, keys.reply());
    if (!opened) {
        r.message = opened.error();
        return;
    }
    const crypto::reviewer* signer = on.log().find_reviewer(opened->message.signer);
    if (signer == nullptr) {
        r.message = make_error_code(crypto::errc::wrong_signer);
        return;
    }
    r.reviewer = signer->entry.number;
    r.role = signer->entry.role;
    r.revoked = signer->revoked;
    auto message = crypto::reply_of(opened->message);
    if (message) r.forked = !on.log().passes_through(message->log);
    r.message = std::move(message);
}

result<std::vector<visit::seen>> read_some(channel& on, const crypto::reporter_keys& keys,
                                           std::span<const std::uint64_t> some,
                                           std::vector<found_reply>& into) {
    const token_batch batch = batch_of(keys, some);
    auto items = on.read_replies(batch.tokens);
    if (!items) return items.error();
    std::vector<visit::seen> seen;
    for (std::size_t k = 0; k < some.size(); ++k) {
        const item& one = (*items)[batch.place[k]];
        // In the index and yet unknown: the server takes something back, or a random prefix met ours.
        found_reply r;
        r.index = some[k];
        r.state = one.state;
        if (one.state == item_state::present) open_reply(r, on, keys, one.body);
        seen.push_back({r.index, r.state == item_state::present, r.message.has_value()});
        into.push_back(std::move(r));
    }
    return seen;
}

// A reply may have been written by somebody whose log is newer than the one fetched when the visit began.
result<void> look_again_at_forks(channel& on, std::vector<found_reply>& found) {
    if (std::ranges::none_of(found, [](const found_reply& r) { return r.forked; })) return {};
    if (auto ok = on.refresh(); !ok) return ok;
    for (found_reply& r : found)
        if (r.forked) r.forked = !on.log().passes_through(r.message->log);
    return {};
}

/// Does what the visit says, to its end. Gives what was read.
result<std::vector<found_reply>> go(channel& on, const crypto::reporter_keys& keys, visit& v,
                                    const hand_over& show) {
    std::vector<found_reply> found;
    for (;;) {
        const auto now = v.next();
        switch (now.what) {
        case visit::step::fetch_index: {
            auto index = on.reply_index();
            if (!index) return index.error();
            v.found(used_indices(*index, keys));
            break;
        }
        case visit::step::read: {
            auto seen = read_some(on, keys, now.indices, found);
            if (!seen) return seen.error();
            v.read_was(*seen);
            break;
        }
        case visit::step::hand_over:
            if (auto ok = look_again_at_forks(on, found); !ok) return ok.error();
            if (!show(found, now.indices)) return errc::not_handed_over;
            v.handed_over();
            break;
        case visit::step::burn: {
            const auto ok = on.burn_replies(batch_of(keys, now.indices).tokens);
            if (ok)
                v.burned();
            else if (may_be_tried_again(ok.error()))
                v.lost();
            if (!ok && (!may_be_tried_again(ok.error()) || v.next().what == visit::step::given_up))
                return ok.error();
            break;
        }
        case visit::step::finished:
            if (auto ok = look_again_at_forks(on, found); !ok) return ok.error();
            return found;
        case visit::step::given_up: return errc::send_unconfirmed;
        }
    }
}

} // namespace

result<void> send_report(channel& on, const crypto::receipt& receipt, const draft& what, std::uint64_t now,
                         const progress& tell) {
    if (!on.log().rules().has_category(what.category)) return errc::unknown_category;
    const auto keys = crypto::reporter_keys::derive_from(receipt, on.org());
    crypto::report m;
    m.reply_key = keys.reply().public_key;
    m.addresses = addresses_from(keys, 0);
    m.category = what.category;
    m.answers = what.answers;
    m.text = what.text;
    m.excluded = what.excluded;
    return send(on, keys, crypto::message_kind::report, std::move(m), what, now, tell);
}

result<std::vector<found_reply>> find_replies(channel& on, const crypto::reporter_keys& keys) {
    auto come_back = visit::reading();
    return go(on, keys, come_back, {});
}

result<std::vector<std::uint32_t>> send_follow_up(channel& on, const crypto::receipt& receipt,
                                                  const crypto::reporter_keys& keys, const draft& what,
                                                  std::uint64_t now, const progress& tell) {
    auto replies = find_replies(on, keys);
    if (!replies) return replies.error();
    std::set<std::uint32_t> excluded;
    bool told = false;
    std::uint64_t next = 0;
    for (const found_reply& r : *replies) {
        next = r.index + 1;
        // Nobody was excluded, or the receipt says so: a reply cannot shut anybody out afterwards.
        if (!r.message || !crypto::somebody_excluded(receipt)) continue;
        for (const std::uint32_t number : r.message->excluded) {
            told = true;
            if (const auto* who = on.log().find_reviewer(number); who != nullptr && !who->revoked)
                excluded.insert(number);
        }
    }
    if (crypto::somebody_excluded(receipt) && !told) {
        if (what.excluded.empty()) return errc::exclusion_unknown;
        excluded.insert(what.excluded.begin(), what.excluded.end());
    }
    // Whoever could read the thread has the key of its case, where this message is going to be kept.
    if (std::ranges::any_of(what.excluded, [&](std::uint32_t n) { return !excluded.contains(n); }))
        return errc::exclusion_too_late;

    crypto::follow_up m;
    m.id = crypto::random_fixed<crypto::message_id>();
    m.reply_key = keys.reply().public_key;
    m.addresses = addresses_from(keys, next);
    m.text = what.text;
    m.excluded.assign(excluded.begin(), excluded.end());
    std::vector<std::uint32_t> list = m.excluded;
    if (auto ok = send(on, keys, crypto::message_kind::follow_up, std::move(m), what, now, tell); !ok)
        return ok.error();
    return list;
}

result<std::vector<std::uint64_t>> burn(channel& on, const crypto::reporter_keys& keys,
                                        std::vector<std::uint64_t> indices) {
    auto come_back = visit::burning(indices);
    const auto found = go(on, keys, come_back, {});
    if (!found) return found.error();
    std::vector<std::uint64_t> burned;
    for (const auto& r : *found)
        if (r.state == item_state::present && std::ranges::find(indices, r.index) != indices.end())
            burned.push_back(r.index);
    return burned;
}

result<std::vector<std::uint64_t>> burn_all(channel& on, const crypto::reporter_keys& keys,
                                            const hand_over& show) {
    auto come_back = visit::burning_all();
    std::vector<std::uint64_t> burned;
    const auto found = go(on, keys, come_back, [&](const auto& replies, const auto& which) {
        burned.assign(which.begin(), which.end());
        return show(replies, which);
    });
    if (!found) return found.error();
    return burned;
}

} // namespace changgu::client
