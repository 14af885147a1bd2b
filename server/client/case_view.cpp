#include "server/client/case_view.hpp"

#include "server/client/random_order.hpp"

#include <set>

namespace changgu::client {
namespace {

namespace json = crypto::json;

constexpr std::size_t max_line = 500;

result<case_message> message_of(const crypto::org_id& org, const crypto::thread_id& thread,
                                const json::object& body) {
    auto frame = crypto::message_of_snapshot(org, body);
    if (!frame) return frame.error();
    if (crypto::thread_of(frame->signer) != thread) return errc::bad_case;
    if (frame->kind == crypto::message_kind::report) {
        auto report = crypto::report_of(*frame);
        if (!report) return report.error();
        return case_message{0, std::move(*report), frame->signed_by_signer};
    }
    auto follow_up = crypto::follow_up_of(*frame);
    if (!follow_up) return follow_up.error();
    return case_message{0, std::move(*follow_up), frame->signed_by_signer};
}

} // namespace

const std::string& case_message::text() const {
    return std::visit([](const auto& m) -> const std::string& { return m.text; }, content);
}
const std::vector<crypto::attachment>& case_message::attachments() const {
    return std::visit([](const auto& m) -> const auto& { return m.attachments; }, content);
}
const std::vector<crypto::address>& case_message::addresses() const {
    return std::visit([](const auto& m) -> const auto& { return m.addresses; }, content);
}
const std::vector<std::uint32_t>& case_message::excluded() const {
    return std::visit([](const auto& m) -> const auto& { return m.excluded; }, content);
}
const crypto::box_public_key& case_message::reply_key() const {
    return std::visit([](const auto& m) -> const auto& { return m.reply_key; }, content);
}

result<void> case_view::take(const crypto::key_log& log, std::uint64_t index, const crypto::frame& event) {
    const crypto::reviewer* signer = log.find_reviewer(event.signer);
    if (signer == nullptr) return errc::bad_case;
    auto body = crypto::parse_json(event.json.text());
    if (!body) return errc::bad_case;
    auto type = crypto::read_string(*body, "type", 32);
    auto at = crypto::read_integer_or(*body, "at", 0);
    if (!type || !at) return errc::bad_case;

    if (*type == "snapshot") {
        auto message = message_of(log.org(), thread, *body);
        auto given = crypto::read_optional_string(*body, "case_number", 32);
        if (!message || !given) return errc::bad_case;
        message->at = *at;
        if (!has_message(message->signature)) messages.push_back(std::move(*message));
        if (number.empty()) number = std::move(*given);
    } else if (*type == "reply") {
        auto to = crypto::read_fixed<crypto::address>(*body, "address");
        auto text = crypto::read_string(*body, "text", crypto::max_text);
        auto said = crypto::read_string(*body, "status", 32);
        if (!to || !text || !said || !crypto::is_status(*said)) return errc::bad_case;
        status = *said;
        replies.push_back({*to, *at, signer->entry.number, std::move(*text), std::move(*said)});
    } else if (*type == "status") {
        auto said = crypto::read_string(*body, "status", 32);
        if (!said || !crypto::is_status(*said)) return errc::bad_case;
        status = std::move(*said);
    } else if (*type == "assign") {
        auto to = crypto::read_integer(*body, "number", 65'535);
        if (!to) return errc::bad_case;
        assignee = static_cast<std::uint32_t>(*to);
    } else if (*type == "due") {
        auto when = crypto::read_integer(*body, "due");
        if (!when) return errc::bad_case;
        due = *when;
    } else if (*type == "tag") {
        auto tag = crypto::read_string(*body, "tag", max_line);
        if (!tag) return errc::bad_case;
        tags.push_back(std::move(*tag));
    } else if (*type == "untag") {
        auto tag = crypto::read_string(*body, "tag", max_line);
        if (!tag) return errc::bad_case;
        std::erase(tags, *tag);
    } else if (*type == "handover") {
        auto to = crypto::read_integer(*body, "number", 65'535);
        if (!to || *to == 0) return errc::bad_case;
    } else if (*type == "recusal" || *type == "extension" || *type == "hold" || *type == "unhold") {
        if (!crypto::read_string(*body, "reason", crypto::max_text)) return errc::bad_case;
    } else if (*type == "close") {
        auto reason = crypto::read_string(*body, "reason", crypto::max_text);
        if (!reason) return errc::bad_case;
        status = "closed";
        closing_reason = std::move(*reason);
    }
    life.take(*body, signer->entry.number);
    // A snapshot's text is in messages already.
    if (*type == "snapshot") body->erase("json");
    events.push_back({index, signer->entry.number, signer->revoked, *at, std::move(*type), std::move(*body)});
    return {};
}

void case_view::miss(std::uint64_t index) {
    purged.push_back(index);
    life.miss();
}

std::string_view case_view::category() const noexcept {
    for (const case_message& m : messages)
        if (const auto* r = std::get_if<crypto::report>(&m.content)) return r->category;
    return {};
}

crypto::case_stage case_view::stage(const crypto::policy& rules, std::uint64_t now) const {
    return life.stage(rules, category(), now);
}

std::optional<std::uint64_t> case_view::falls_due(const crypto::policy& rules) const {
    return life.due(rules, category());
}

bool case_view::has_message(const crypto::message_id& id) const noexcept {
    return std::ranges::any_of(messages, [&](const case_message& m) {
        const auto* f = std::get_if<crypto::follow_up>(&m.content);
        return f != nullptr && f->id == id;
    });
}

bool case_view::has_message(const crypto::signature& signature) const noexcept {
    return std::ranges::any_of(messages, [&](const case_message& m) { return m.signature == signature; });
}

std::vector<std::uint32_t> case_view::excluded() const {
    std::set<std::uint32_t> all;
    for (const case_message& m : messages) all.insert(m.excluded().begin(), m.excluded().end());
    return {all.begin(), all.end()};
}

bool case_view::excludes(std::uint32_t reviewer) const noexcept {
    return std::ranges::any_of(messages, [&](const case_message& m) {
        return std::ranges::find(m.excluded(), reviewer) != m.excluded().end();
    });
}

bool case_view::begins_with_report() const noexcept {
    return !events.empty() && events.front().index == 0 && events.front().type == "snapshot" &&
           std::holds_alternative<crypto::report>(messages.front().content);
}

std::vector<crypto::address> case_view::free_addresses() const {
    std::set<crypto::address> seen;
    for (const case_reply& r : replies) seen.insert(r.at_address);
    std::vector<crypto::address> out;
    for (const case_message& m : messages)
        for (const crypto::address& a : m.addresses())
            if (seen.insert(a).second) out.push_back(a);
    return out;
}

std::string new_case_number() {
    constexpr std::uint64_t numbers = 1'000'000;
    const std::string digits = std::to_string(random_below(numbers));
    return "C-" + std::string(6 - digits.size(), '0') + digits;
}

} // namespace changgu::client
