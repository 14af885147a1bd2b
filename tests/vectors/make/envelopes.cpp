// envelope, follow_up, reply: sealed messages and every way in which one fails to open.
#include "crypto/labels.hpp"
#include "tests/vectors/make/craft.hpp"

#include <map>

namespace changgu::vectors {
namespace {

bytes flipped(bytes b, std::size_t at) {
    b.at(at) ^= 0x01U;
    return b;
}

std::vector<slot_recipient> first_recipients(std::size_t count) {
    std::vector<slot_recipient> out;
    for (std::size_t k = 0; k < count; ++k) out.emplace_back(office::recipient(k).public_key);
    return out;
}

struct opening {
    org_id org = office::org;
    std::uint32_t epoch = office::epoch;
    context_id context = context_of(office::statement);
    std::size_t slot = 0;
    box_key_pair mine = office::recipient(0);
};

json::object case_of(std::string_view name, std::string_view envelope, const opening& o,
                     std::string_view expect) {
    return {{"name", std::string(name)},
            {"envelope", std::string(envelope)},
            {"org", b64(o.org)},
            {"epoch", o.epoch},
            {"context", b64(o.context)},
            {"slot", o.slot},
            {"recipient_secret_key", b64(o.mine.secret_key)},
            {"expect", std::string(expect)}};
}

void add_opened(json::object& c, const opened_envelope& opened, bytes_view envelope) {
    const frame& f = opened.message;
    c["kind"] = static_cast<unsigned>(f.kind);
    c["signature_checked"] = !signing_tag(f.kind).empty();
    c["signer"] = b64(f.signer);
    c["json"] = std::string(f.json.text());
    c["header_hash"] = b64(opened.header_hash);
    c["content_key"] = b64(opened.key);
    c["case_key"] = b64(case_key_of(opened.key));
    c["id"] = b64(id_of(envelope));
}

} // namespace

json::object make_envelope() {
    json::array cases;
    json::object table;
    std::map<std::string, bytes, std::less<>> envelopes;
    const auto keep = [&](std::string_view name, bytes envelope) {
        table[json::string_view(name.data(), name.size())] = b64(envelope);
        envelopes.emplace(name, std::move(envelope));
    };
    const auto opens = [&](std::string_view name, std::string_view envelope, const opening& o = {}) {
        const bytes& e = envelopes.find(envelope)->second;
        json::object c = case_of(name, envelope, o, "ok");
        add_opened(c, open_envelope(o.org, e, o.epoch, o.context, o.slot, o.mine).value(), e);
        cases.emplace_back(std::move(c));
    };
    const auto fails = [&](std::string_view name, std::string_view envelope, errc expect,
                           const opening& o = {}) {
        json::object c = case_of(name, envelope, o, crypto::name(expect));
        c["alarm"] = is_alarm(expect);
        cases.emplace_back(std::move(c));
    };
    const opening second{.slot = 1, .mine = office::recipient(1)};
    const context_id context = context_of(office::statement);
    const std::string report = json::serialize(office::report_json());
    const auto seal = [&](std::span<const slot_recipient> to, message_kind kind, std::string_view text) {
        return seal_envelope(office::org, office::epoch, context, to, kind, office::author(), text).value();
    };

    keep("report", seal(first_recipients(3), message_kind::report, report));
    opens("a report, slot 0", "report");
    opens("a report, slot 1", "report", second);
    opens("a report, slot 2", "report", {.slot = 2, .mine = office::recipient(2)});
    keep("full",
         seal(first_recipients(16), message_kind::follow_up, json::serialize(office::follow_up_json())));
    opens("sixteen recipients, the last", "full", {.slot = 15, .mine = office::recipient(15)});
    const auto at = made_of<address>("address 0");
    const std::array<slot_recipient, 1> reporter{office::reporter().public_key};
    keep("reply", seal_envelope(office::org, 0, context_of(at), reporter, message_kind::reply,
                                office::reviewer(), json::serialize(office::reply_json()))
                      .value());
    opens("a reply: epoch 0, its address as the context", "reply",
          {.epoch = 0, .context = context_of(at), .mine = office::reporter()});
    keep("kind 200",
         seal(first_recipients(1), static_cast<message_kind>(200), R"({"of":"a later version"})"));
    opens("an unknown kind opens, its signature unchecked", "kind 200");

    const bytes& good = envelopes.find("report")->second;
    keep("short", bytes(good.begin(), good.end() - 1));
    fails("a byte is missing", "short", errc::bad_length);
    keep("long", [&] {
        bytes b = good;
        b.push_back(0);
        return b;
    }());
    fails("a byte too many", "long", errc::bad_length);
    keep("nothing", {});
    fails("nothing", "nothing", errc::bad_length);
    keep("suite 2", [&] {
        bytes b = good;
        b[0] = 2;
        return b;
    }());
    fails("suite 2", "suite 2", errc::unknown_suite);
    keep("reserved", flipped(good, 6));
    fails("a reserved byte is not zero", "reserved", errc::nonzero_reserved);
    fails("another epoch", "report", errc::wrong_epoch, {.epoch = office::epoch + 1});
    fails("there is no slot 16", "report", errc::bad_length, {.slot = 16});
    fails("a decoy", "report", errc::slot_not_mine, {.slot = 3, .mine = office::recipient(3)});
    fails("another's slot", "report", errc::slot_not_mine, {.slot = 1});
    keep("chaff", make_chaff(office::epoch));
    fails("chaff", "chaff", errc::slot_not_mine);
    keep("slot", flipped(good, suite1::slots_offset + 40));
    fails("a bit of the slot is flipped", "slot", errc::slot_not_mine);
    fails("a bit of another's slot is flipped", "slot", errc::bad_commitment, second);
    keep("commitment", flipped(good, suite1::commitment_offset));
    fails("a bit of the commitment is flipped", "commitment", errc::bad_commitment);
    keep("body", flipped(good, suite1::header_size + 100));
    fails("a bit of the body is flipped", "body", errc::bad_tag);
    fails("another organisation", "report", errc::bad_tag, {.org = made_of<org_id>("another org")});
    fails("another context", "report", errc::bad_tag, {.context = context_of(at)});

    const auto crafted = [&](std::string_view name, errc expect, const recipe& r, const opening& o = {}) {
        keep(name, craft_envelope(r));
        fails(name, name, expect, o);
    };
    const std::size_t size = suite1::block_size;
    const auto honest = [&](const frame_place& place) {
        return block_of(frame_bytes(1, label::sign_report, office::author(), report, place), size);
    };
    crafted("share index 1", errc::bad_share_index, {.share_index = 1, .block = honest});
    recipe two{.two_keys = true, .block = honest};
    two.to.push_back(office::recipient(1).public_key);
    crafted("two recipients are given two content keys", errc::bad_commitment, two, second);
    crafted("no padding", errc::bad_padding, {.block = [&](const frame_place&) { return bytes(size); }});
    crafted("not deflate", errc::bad_deflate,
            {.block = [&](const frame_place&) { return padded_block(bytes(100, 0xFF), size); }});
    crafted("a zlib header", errc::bad_deflate, {.block = [&](const frame_place&) {
                return padded_block(bytes{0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01}, size);
            }});
    crafted("a byte after the end of the deflate stream", errc::bad_deflate,
            {.block = [&](const frame_place& p) {
                auto packed =
                    deflate_raw(frame_bytes(1, label::sign_report, office::author(), report, p), size - 2)
                        .value();
                packed.append(bytes{0});
                return padded_block(packed.view(), size);
            }});
    crafted("inflates to 65,537 bytes", errc::inflates_too_far,
            {.block = [&](const frame_place&) { return block_of(bytes(65'537), size); }});
    crafted("inflates to 96 bytes", errc::frame_too_short,
            {.block = [&](const frame_place&) { return block_of(bytes(96, 1), size); }});
    crafted("signed for another header", errc::bad_signature, {.block = [&](const frame_place& p) {
                const frame_place other{p.org, made_of<hash256>("another header"), p.context};
                return block_of(frame_bytes(1, label::sign_report, office::author(), report, other), size);
            }});
    crafted("a report signed as a follow-up", errc::bad_signature, {.block = [&](const frame_place& p) {
                return block_of(frame_bytes(1, label::sign_follow_up, office::author(), report, p), size);
            }});

    const std::string handover = json::serialize(office::handover_json());
    const std::array<slot_recipient, 3> receiver{{{}, {}, office::recipient(2).public_key}};
    keep("hand-over", seal_envelope(office::org, office::epoch, context, receiver, message_kind::handover,
                                    office::reviewer(), handover)
                          .value());
    opens("a hand-over, its receiver's slot", "hand-over", {.slot = 2, .mine = office::recipient(2)});
    fails("a hand-over, another's slot", "hand-over", errc::slot_not_mine);
    crafted("a hand-over signed as an event", errc::bad_signature, {.block = [&](const frame_place& p) {
                return block_of(frame_bytes(5, label::sign_event, office::reviewer(), handover, p), size);
            }});

    json::object out =
        file_of("Envelopes (named in `envelopes`, base64), opened or refused.", std::move(cases));
    out["envelopes"] = std::move(table);
    return out;
}

json::object make_follow_up() {
    json::array cases;
    for (const std::size_t slot : {std::size_t{0}, std::size_t{4}}) {
        const opening o{.slot = slot, .mine = office::recipient(slot)};
        const json::object message = office::follow_up_json();
        const bytes e = seal_envelope(o.org, o.epoch, o.context, first_recipients(5), message_kind::follow_up,
                                      office::author(), json::serialize(message))
                            .value();
        json::object c = case_of("a follow-up, slot " + std::to_string(slot), b64(e), o, "ok");
        c["author"] = b64(office::author().public_key);
        c["thread"] = b64(thread_of(office::author().public_key));
        c["fields"] = message;
        cases.emplace_back(std::move(c));
    }
    const std::string not_a_follow_up = json::serialize(office::report_json());
    const std::array<slot_recipient, 1> to{office::recipient(0).public_key};
    const bytes e = seal_envelope(office::org, office::epoch, context_of(office::statement), to,
                                  message_kind::report, office::author(), not_a_follow_up)
                        .value();
    cases.emplace_back(case_of("a report", b64(e), {}, "wrong_kind"));
    return file_of("Follow-ups as a reviewer reads them; the thread follows from the author key.",
                   std::move(cases));
}

json::object make_reply() {
    json::array cases;
    const auto at = made_of<address>("address 0");
    const auto add = [&](std::string_view name, const address& written_for, message_kind kind,
                         std::string_view text, std::string_view expect) {
        const std::array<slot_recipient, 1> to{office::reporter().public_key};
        const bytes e =
            seal_envelope(office::org, 0, context_of(written_for), to, kind, office::reviewer(), text)
                .value();
        json::object c{{"name", std::string(name)}, {"org", b64(office::org)},
                       {"address", b64(at)},        {"reply_secret_key", b64(office::reporter().secret_key)},
                       {"envelope", b64(e)},        {"expect", std::string(expect)}};
        if (expect == "ok") {
            c["reviewer"] = b64(office::reviewer().public_key);
            c["fields"] = json::parse({text.data(), text.size()});
        }
        cases.emplace_back(std::move(c));
    };
    const std::string text = json::serialize(office::reply_json());
    add("a reply at its address", at, message_kind::reply, text, "ok");
    add("a reply moved to another address", made_of<address>("address 1"), message_kind::reply, text,
        "bad_tag");
    add("a report where a reply belongs", at, message_kind::report, text, "wrong_kind");
    add("a reply without a status", at, message_kind::reply, R"({"text":"a"})", "bad_field");
    json::object from_the_office = office::reply_json();
    from_the_office["shown_as"] = "office";
    add("a reply shown as the office", at, message_kind::reply, json::serialize(from_the_office), "ok");
    return file_of("Replies as their reporter reads them: epoch 0, slot 0, the address as the context.",
                   std::move(cases));
}

} // namespace changgu::vectors
