// case_event, snapshot: what reviewers write to each other.
#include "crypto/case_event.hpp"
#include "crypto/labels.hpp"
#include "tests/vectors/make/craft.hpp"

#include <sodium.h>

namespace changgu::vectors {
namespace {

// A sealed event around any block.
template <class Block> bytes craft_event(const case_key& key, std::uint64_t j, Block block) {
    const address at = case_address(case_token(key, j));
    bytes out{suite1::id};
    out.resize(8);
    append(out, random_fixed<stream_header>().view()); // 24 bytes, as a nonce has
    const bytes plain = block(frame_place{office::org, blake2b<hash256>({out}), context_of(at)});
    bytes ad(office::org.value.begin(), office::org.value.end());
    append(ad, at.view());
    append(ad, out);
    bytes sealed(plain.size() + 16);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, plain.data(), plain.size(), ad.data(),
                                               ad.size(), nullptr, out.data() + 8,
                                               derive<symmetric_key>(key, j, label::kdf_case_key).data());
    append(out, sealed);
    return out;
}

} // namespace

json::object make_case_event() {
    json::array cases;
    json::object table;
    const auto key = made_of<case_key>("case key");
    const std::string text = R"({"type":"status","status":"reviewing"})";
    const auto keep = [&](std::string_view name, const bytes& event) {
        table[json::string_view(name.data(), name.size())] = b64(event);
    };
    struct place {
        org_id org = office::org;
        case_key key = made_of<case_key>("case key");
        std::uint64_t j = 0;
    };
    const auto add = [&](std::string_view name, std::string_view event, std::string_view expect,
                         const place& p = {}) {
        json::object c{{"name", std::string(name)},
                       {"event", std::string(event)},
                       {"org", b64(p.org)},
                       {"case_key", b64(p.key)},
                       {"j", p.j},
                       {"expect", std::string(expect)}};
        if (expect == "ok") {
            c["token"] = b64(case_token(p.key, p.j));
            c["address"] = b64(case_address(case_token(p.key, p.j)));
            c["signer"] = b64(office::reviewer().public_key);
            c["json"] = text;
        }
        cases.emplace_back(std::move(c));
    };
    const json::object event = json::parse(text).as_object();
    const bytes good = seal_event(office::org, key, 0, office::reviewer(), event).value();
    keep("event 0", good);
    keep("event 5", seal_event(office::org, key, 5, office::reviewer(), event).value());
    add("event 0", "event 0", "ok");
    add("event 5", "event 5", "ok", {.j = 5});
    add("another number", "event 0", "bad_tag", {.j = 1});
    add("another case", "event 0", "bad_tag", {.key = made_of<case_key>("another case key")});
    add("another organisation", "event 0", "bad_tag", {.org = made_of<org_id>("another org")});
    const auto altered = [&](std::string_view name, std::size_t at, byte value, std::string_view expect) {
        bytes b = good;
        b[at] ^= value;
        keep(name, b);
        add(name, name, expect);
    };
    altered("suite 3", 0, 2, "unknown_suite");
    altered("a reserved byte is not zero", 7, 1, "nonzero_reserved");
    altered("a bit of the nonce is flipped", 8, 1, "bad_tag");
    altered("a bit of the body is flipped", 8191, 0x80, "bad_tag");
    keep("short", bytes(good.begin(), good.end() - 1));
    add("a byte is missing", "short", "bad_length");

    const std::size_t size = case_event::block_size;
    const auto crafted = [&](std::string_view name, std::string_view expect, auto block) {
        keep(name, craft_event(key, 0, block));
        add(name, name, expect);
    };
    crafted("no padding", "bad_padding", [&](const frame_place&) { return bytes(size); });
    crafted("not deflate", "bad_deflate",
            [&](const frame_place&) { return padded_block(bytes(9, 0xFF), size); });
    crafted("a reply in a case", "wrong_kind", [&](const frame_place& p) {
        return block_of(frame_bytes(3, label::sign_reply, office::reviewer(), text, p), size);
    });
    crafted("signed for another address", "bad_signature", [&](const frame_place& p) {
        const frame_place other{p.org, p.header_hash, context_of(made_of<address>("elsewhere"))};
        return block_of(frame_bytes(4, label::sign_event, office::reviewer(), text, other), size);
    });
    json::object out =
        file_of("Case events (named in `events`, base64) at place `j` of a case.", std::move(cases));
    out["events"] = std::move(table);
    return out;
}

json::object make_snapshot() {
    json::array cases;
    const std::string text = json::serialize(office::report_json());
    const auto header_hash = made_of<hash256>("header");
    const context_id context = context_of(office::statement);
    const frame_place place{office::org, header_hash, context};
    const auto frame_of = [&](message_kind kind, std::string_view tag) {
        const bytes raw = frame_bytes(static_cast<byte>(kind), tag, office::author(), text, place);
        return frame{kind, office::author().public_key,
                     signature::from(bytes_view(raw).subspan(33, 64)).value(),
                     secret_buffer(std::string_view(text))};
    };
    const json::object good =
        snapshot_of(frame_of(message_kind::report, label::sign_report), header_hash, context);
    const auto add = [&](std::string_view name, const json::object& snapshot, std::string_view expect,
                         const org_id& org = office::org) {
        json::object c{{"name", std::string(name)},
                       {"org", b64(org)},
                       {"snapshot", snapshot},
                       {"expect", std::string(expect)}};
        if (expect == "ok") c["thread"] = b64(thread_of(office::author().public_key));
        cases.emplace_back(std::move(c));
    };
    add("a report", good, "ok");
    add("another organisation", good, "bad_signature", made_of<org_id>("another org"));
    json::object altered = good;
    altered["json"] = text + " ";
    add("a blank more", altered, "bad_signature");
    altered = good;
    altered["kind"] = 2;
    add("another kind", altered, "bad_signature");
    altered = good;
    altered["context"] = b64(header_hash);
    add("another context", altered, "bad_signature");
    altered["kind"] = 200;
    add("an unknown kind", altered, "wrong_kind");
    for (const std::string_view member : {"kind", "signer", "signature", "header_hash", "context", "json"}) {
        altered = good;
        altered.erase(json::string_view(member.data(), member.size()));
        add("without " + std::string(member), altered, "bad_field");
    }
    return file_of("A report or follow-up kept in its case, with all that its signature covers.",
                   std::move(cases));
}

} // namespace changgu::vectors
