#include "server/client/reviewer.hpp"

#include "crypto/signing.hpp"

#include <set>

namespace changgu::client {
namespace json = crypto::json;

namespace {

constexpr int attempts = 3;
constexpr int max_collisions = 64; // events that others write between our read and our write
constexpr std::size_t read_at_once = 64;
constexpr std::uint64_t max_events = 100'000;

enum class claimed : std::uint8_t { written, taken, in_doubt };

// Writes where only the first may, again while the connection is lost. In doubt: it is taken, and an answer
// was lost, so that it may be taken by us.
template <class Put> result<claimed> claim(const Put& put) {
    for (int lost = 0;;) {
        const result<void> last = put();
        if (last) return claimed::written;
        if (last.error() == errc::taken) return lost > 0 ? claimed::in_doubt : claimed::taken;
        if (last.error().category() != cli::client_category() || ++lost == attempts) return last.error();
    }
}

// Whether event `j` is what reviewer `by` meant to write there.
bool is_there(const case_view& view, std::uint64_t j, std::uint32_t by, json::object event) {
    event.erase("json"); // as case_view has it
    return std::ranges::any_of(
        view.events, [&](const case_event_view& e) { return e.index == j && e.by == by && e.body == event; });
}

crypto::address event_address(const crypto::case_key& key, std::uint64_t j) {
    return crypto::case_address(crypto::case_token(key, j));
}

} // namespace

std::uint64_t reviewer::minute() const {
    return now_() / 60 * 60;
}

result<void> reviewer::sign_in() {
    if (keyring_.org != channel_.org()) return errc::another_keyring;
    if (keyring_.log)
        if (auto ok = channel_.log().passes_through(*keyring_.log); !ok) return ok.error();
    const crypto::reviewer* me = channel_.log().find_reviewer(keyring_.number);
    const auto identity = keyring_.identity();
    if (me == nullptr) return make_error_code(crypto::errc::unknown_reviewer);
    if (me->entry.identity != identity.public_key) return errc::another_keyring;
    if (me->revoked) return make_error_code(crypto::errc::revoked_reviewer);
    return channel_.sign_in_reviewer(keyring_.number, identity);
}

// --- cases ----------------------------------------------------------------------------------------------

// Reads events from view.next on, until an address that nothing was ever written to.
result<void> reviewer::read_on(case_view& view, const crypto::case_key& key) {
    for (std::size_t page = 8; view.next < max_events; page = std::min(page * 2, read_at_once)) {
        std::vector<address> at;
        for (std::size_t i = 0; i < page; ++i) at.push_back(event_address(key, view.next + i));
        auto items = channel_.read_cases(at);
        if (!items) return items.error();
        for (const item& one : *items) {
            if (one.state == item_state::unknown) return {};
            const std::uint64_t j = view.next++;
            if (one.state != item_state::present) {
                view.miss(j);
                continue;
            }
            auto event = crypto::open_event(channel_.org(), key, j, one.body);
            if (!event || !view.take(channel_.log(), j, *event)) view.unreadable.push_back(j);
        }
    }
    return errc::bad_case;
}

result<case_view> reviewer::view_of(const crypto::thread_id& thread, const crypto::case_key& key) {
    case_view view;
    view.thread = thread;
    if (auto ok = read_on(view, key); !ok) return ok.error();
    return view;
}

result<case_view> reviewer::read_case(const crypto::thread_id& thread) {
    const auto key = keyring_.cases.find(thread);
    if (key == keyring_.cases.end()) return errc::no_such_case;
    auto view = view_of(thread, key->second);
    if (!view || !view->destroyed()) return view;
    if (auto ok = forget_case(thread); !ok) return ok.error();
    found_destroyed_.push_back(thread);
    return errc::case_destroyed;
}

result<std::vector<case_view>> reviewer::cases() {
    std::vector<crypto::thread_id> threads; // a key that is dropped meanwhile moves what follows it
    for (const auto& [thread, _] : keyring_.cases) threads.push_back(thread);
    std::vector<case_view> out;
    for (const auto& thread : threads) {
        auto view = read_case(thread);
        if (view)
            out.push_back(std::move(*view));
        else if (view.error() != errc::case_destroyed)
            return view.error();
    }
    std::ranges::sort(out, {}, &case_view::number);
    return out;
}

result<crypto::thread_id> reviewer::find_case(std::string_view name) {
    std::vector<const crypto::thread_id*> threads;
    std::vector<address> first;
    std::vector<crypto::thread_id> found;
    auto look = [&]() -> result<void> {
        auto items = channel_.read_cases(first);
        if (!items) return items.error();
        for (std::size_t i = 0; i < threads.size(); ++i) {
            case_view view;
            view.thread = *threads[i];
            auto event =
                crypto::open_event(channel_.org(), keyring_.cases.at(view.thread), 0, (*items)[i].body);
            if (event && view.take(channel_.log(), 0, *event) && view.number == name)
                found.push_back(view.thread);
        }
        threads.clear();
        first.clear();
        return {};
    };
    for (const auto& [thread, key] : keyring_.cases) {
        if (name.size() >= 4 && crypto::to_hex(thread.view()).starts_with(name)) {
            found.push_back(thread);
            continue;
        }
        threads.push_back(&thread);
        first.push_back(event_address(key, 0));
        if (first.size() == read_at_once)
            if (auto ok = look(); !ok) return ok.error();
    }
    if (!first.empty())
        if (auto ok = look(); !ok) return ok.error();
    if (found.empty()) return errc::no_such_case;
    if (found.size() > 1) return errc::ambiguous_case;
    return found.front();
}

result<void> reviewer::append(case_view& to, json::object event) {
    const auto key = keyring_.cases.find(to.thread);
    if (key == keyring_.cases.end()) return errc::no_such_case;
    event["at"] = minute();
    const auto identity = keyring_.identity();
    for (int i = 0; i < max_collisions; ++i) {
        if (to.ended()) return errc::case_destroyed;
        const std::uint64_t j = to.next;
        auto sealed = crypto::seal_event(channel_.org(), key->second, j, identity, event);
        if (!sealed) return sealed.error();
        auto put = claim([&] { return channel_.put_case_event(event_address(key->second, j), *sealed); });
        if (!put) return put.error();
        // Others' events, and ours as it is now stored.
        if (auto ok = read_on(to, key->second); !ok) return ok;
        if (*put == claimed::written) return {};
        if (*put == claimed::in_doubt && is_there(to, j, keyring_.number, event)) return {};
        if (to.next == j) return errc::bad_answer; // taken, and yet unknown
    }
    return errc::taken;
}

result<void> reviewer::reply(case_view& to, std::string text, std::string status, bool as_office) {
    if (to.messages.empty()) return errc::bad_case;
    const auto identity = keyring_.identity();
    const crypto::reply message{channel_.log().head(), std::move(text), std::move(status), to.excluded(),
                                as_office};
    const std::string body = json::serialize(crypto::to_json(message));
    const crypto::slot_recipient reporter = to.messages.back().reply_key();
    for (const address& at : to.free_addresses()) {
        if (std::ranges::any_of(to.replies, [&](const case_reply& r) { return r.at_address == at; }))
            continue; // announced by another while we tried an earlier one
        auto sealed = crypto::seal_envelope(channel_.org(), 0, crypto::context_of(at), {&reporter, 1},
                                            crypto::message_kind::reply, identity, body);
        if (!sealed && sealed.error() == crypto::errc::too_large) return errc::too_long;
        if (!sealed) return sealed.error();
        json::object announcement{{"type", "reply"},
                                  {"address", crypto::to_base64(at.view())},
                                  {"text", message.text},
                                  {"status", message.status}};
        if (as_office) announcement["shown_as"] = "office";
        auto announced = append(to, std::move(announcement));
        if (!announced) return announced;
        auto put = claim([&] { return channel_.put_reply(at, *sealed); });
        if (!put) return put.error();
        if (*put != claimed::taken) return {}; // in doubt it is most likely ours
    }
    return errc::no_address_left;
}

result<void> reviewer::hand_over(case_view& of, std::uint32_t number) {
    const auto key = keyring_.cases.find(of.thread);
    if (key == keyring_.cases.end()) return errc::no_such_case;
    if (auto ok = read_on(of, key->second); !ok) return ok; // a message since may exclude the receiver
    const auto& log = channel_.log();
    const crypto::reviewer* receiver = log.find_reviewer(number);
    if (receiver == nullptr) return errc::unknown_reviewer;
    if (receiver->revoked) return make_error_code(crypto::errc::revoked_reviewer);
    if (of.excludes(number)) return errc::excluded_in_case;
    auto epoch = log.sealing_epoch(now_());
    if (!epoch) return epoch.error();
    const auto slot = (*epoch)->slot_of(number);
    if (!slot) return errc::no_intake_key;

    std::vector<crypto::slot_recipient> slots(*slot + 1);
    slots.back() = (*epoch)->entry.recipients[*slot].key;
    std::string text = json::serialize(
        crypto::to_json(crypto::handover{log.head(), of.thread, key->second.clone(), of.number}));
    auto sealed =
        crypto::seal_envelope(channel_.org(), (*epoch)->entry.epoch, crypto::context_of((*epoch)->statement),
                              slots, crypto::message_kind::handover, keyring_.identity(), text);
    crypto::wipe({reinterpret_cast<crypto::byte*>(text.data()), text.size()});
    if (!sealed) return sealed.error();
    if (auto ok = append(of, {{"type", "handover"}, {"number", number}}); !ok) return ok;
    result<void> sent;
    for (int i = 0; i < attempts; ++i) {
        sent = channel_.post_envelope(*sealed);
        if (sent || sent.error().category() != cli::client_category()) break;
    }
    return sent;
}

result<crypto::secret_buffer> reviewer::fetch(const crypto::attachment& file) {
    constexpr std::uint32_t at_once = 16;
    std::vector<bytes> chunks;
    for (std::uint32_t j = 0; j < file.chunks; j += at_once) {
        std::vector<address> ids;
        for (std::uint32_t k = j; k < std::min(j + at_once, file.chunks); ++k)
            ids.push_back(crypto::blob_id(crypto::blob_token(file.key, k)));
        auto items = channel_.read_blobs(ids);
        if (!items) return items.error();
        for (item& one : *items) {
            if (one.state != item_state::present) return errc::not_found;
            chunks.push_back(std::move(one.body));
        }
    }
    return crypto::decrypt_file(channel_.org(), file, chunks);
}

} // namespace changgu::client
