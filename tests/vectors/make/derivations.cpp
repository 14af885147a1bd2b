// labels, hash, json, receipt, fingerprint, ratchet: what follows from an input alone.
#include "crypto/fingerprint.hpp"
#include "crypto/labels.hpp"
#include "crypto/ratchet.hpp"
#include "crypto/receipt.hpp"
#include "tests/vectors/make/maker.hpp"

namespace changgu::vectors {
namespace {

json::string_view sv(std::string_view text) {
    return {text.data(), text.size()};
}

// Conjoining letters for every Hangul syllable, as some keyboards and all of one vendor's file names give.
std::string decomposed(std::string_view nfc) {
    std::string out;
    const auto put = [&out](std::uint32_t c) {
        out += static_cast<char>(0xE0U | (c >> 12U));
        out += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
        out += static_cast<char>(0x80U | (c & 0x3FU));
    };
    for (std::size_t i = 0; i < nfc.size();) {
        if (static_cast<byte>(nfc[i]) < 0x80) {
            out += nfc[i++];
            continue;
        }
        const auto at = [&](std::size_t k) {
            return static_cast<std::uint32_t>(static_cast<byte>(nfc[i + k]));
        };
        const std::uint32_t s =
            (((at(0) & 0x0FU) << 12U) | ((at(1) & 0x3FU) << 6U) | (at(2) & 0x3FU)) - 0xAC00;
        put(0x1100 + s / 588);
        put(0x1161 + (s % 588) / 28);
        if (s % 28 != 0) put(0x11A7 + s % 28);
        i += 3;
    }
    return out;
}

std::string upper(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

std::string replace_word(std::string_view sentence, std::size_t position, std::string_view by) {
    std::size_t start = 0;
    for (; position > 0; --position) start = sentence.find(' ', start) + 1;
    const std::size_t end = std::min(sentence.find(' ', start), sentence.size());
    return std::string(sentence.substr(0, start)).append(by).append(sentence.substr(end));
}

} // namespace

json::object make_labels() {
    json::array cases;
    const auto add = [&cases](std::string_view name, std::string_view value) {
        cases.emplace_back(json::object{{"name", sv(name)}, {"expect", "ok"}, {"label", sv(value)}});
    };
#define CHANGGU_LABEL(x) add(#x, label::x)
    CHANGGU_LABEL(org);
    CHANGGU_LABEL(fingerprint_check);
    CHANGGU_LABEL(receipt_check);
    CHANGGU_LABEL(receipt_salt);
    CHANGGU_LABEL(thread);
    CHANGGU_LABEL(reply_address);
    CHANGGU_LABEL(case_address);
    CHANGGU_LABEL(blob_address);
    CHANGGU_LABEL(keyring_salt);
    CHANGGU_LABEL(keyring_wrap);
    CHANGGU_LABEL(enrolment);
    CHANGGU_LABEL(enrolment_check);
    CHANGGU_LABEL(statement);
    CHANGGU_LABEL(admin_sign_in);
    CHANGGU_LABEL(sign_report);
    CHANGGU_LABEL(sign_follow_up);
    CHANGGU_LABEL(sign_reply);
    CHANGGU_LABEL(sign_event);
    CHANGGU_LABEL(sign_prekey);
    CHANGGU_LABEL(sign_in);
    CHANGGU_LABEL(sign_drained);
    CHANGGU_LABEL(kdf_ratchet);
    CHANGGU_LABEL(kdf_receipt);
    CHANGGU_LABEL(kdf_token);
    CHANGGU_LABEL(kdf_case);
    CHANGGU_LABEL(kdf_case_token);
    CHANGGU_LABEL(kdf_case_key);
    CHANGGU_LABEL(kdf_blob_token);
    CHANGGU_LABEL(kdf_blob_key);
    CHANGGU_LABEL(kdf_keyring);
    CHANGGU_LABEL(sign_handover);
    CHANGGU_LABEL(work);
    CHANGGU_LABEL(work_salt);
    CHANGGU_LABEL(work_ticket);
    CHANGGU_LABEL(backup);
    CHANGGU_LABEL(access_log);
    CHANGGU_LABEL(kdf_backup);
#undef CHANGGU_LABEL
    return file_of("Every label that separates one use of a primitive from another.", std::move(cases));
}

json::object make_hash() {
    json::array cases;
    const auto key = made_of<symmetric_key>("hash key");
    for (const std::string_view input : {"", "changgu/org/v1", "창구"}) {
        const bytes_view in = as_bytes(input);
        const auto add = [&](std::string_view function, const std::string& output) {
            json::object c{{"name", std::string(function) + " of " + std::to_string(in.size()) + " bytes"},
                           {"expect", "ok"},
                           {"function", sv(function)},
                           {"input", b64(in)},
                           {"output", output}};
            if (function == "keyed-blake2b-256") c["key"] = b64(key);
            cases.emplace_back(std::move(c));
        };
        add("blake2b-256", b64(blake2b<hash256>({in})));
        add("blake2b-128", b64(blake2b<thread_id>({in})));
        add("keyed-blake2b-256", b64(blake2b_keyed<hash256>(key.view(), {in})));
        add("sha-256", b64(sha256(in)));
    }
    for (const std::uint64_t id : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{300}, json_max_integer})
        for (const std::string_view context : {label::kdf_receipt, label::kdf_token})
            cases.emplace_back(
                json::object{{"name", "kdf " + std::string(context) + " " + std::to_string(id)},
                             {"expect", "ok"},
                             {"function", "kdf"},
                             {"key", b64(key)},
                             {"id", id},
                             {"context", sv(context)},
                             {"output", b64(derive<symmetric_key>(key, id, context))}});
    return file_of("BLAKE2b, SHA-256 and crypto_kdf (a 32-byte child of `key`).", std::move(cases));
}

json::object make_json() {
    json::array cases;
    const auto add = [&cases](std::string_view name, std::string_view text, std::string_view expect) {
        cases.emplace_back(
            json::object{{"name", sv(name)}, {"json", b64(as_bytes(text))}, {"expect", sv(expect)}});
    };
    const auto nested = [](std::size_t depth) {
        return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
    };
    add("an empty object", "{}", "ok");
    add("blanks around", " \t\r\n{ \"a\" : 1 } \n", "ok");
    add("unknown types of members", R"({"a":null,"b":true,"c":[1,"x",{}]})", "ok");
    add("the largest integer", R"({"a":9007199254740991})", "ok");
    add("the smallest integer", R"({"a":-9007199254740991})", "ok");
    add("16 levels", nested(16), "ok");
    add("the same key in two objects", R"({"a":{"b":1},"c":{"b":1}})", "ok");
    add("escapes", R"({"a":"\ud55c\uae00 \ud83d\ude00 \n"})", "ok");
    add("17 levels", nested(17), "bad_json");
    add("a duplicate key", R"({"a":1,"a":1})", "bad_json");
    add("a duplicate key, deep", R"({"x":[{"a":1,"b":2,"a":3}]})", "bad_json");
    add("a duplicate key, one escaped", R"({"a":1,"\u0061":2})", "bad_json");
    add("a fraction", R"({"a":1.5})", "bad_json");
    add("a whole number as a fraction", R"({"a":1.0})", "bad_json");
    add("an exponent", R"({"a":1e2})", "bad_json");
    add("2^53", R"({"a":9007199254740992})", "bad_json");
    add("-2^53", R"({"a":-9007199254740992})", "bad_json");
    add("2^64", R"({"a":18446744073709551616})", "bad_json");
    add("a leading zero", R"({"a":01})", "bad_json");
    add("not UTF-8", "{\"a\":\"\xFF\"}", "bad_json");
    add("overlong UTF-8", "{\"a\":\"\xC0\xAF\"}", "bad_json");
    add("a surrogate in UTF-8", "{\"a\":\"\xED\xA0\x80\"}", "bad_json");
    add("half a surrogate pair", R"({"a":"\ud83d"})", "bad_json");
    add("a control character in a string", "{\"a\":\"\x01\"}", "bad_json");
    add("a trailing comma", R"({"a":1,})", "bad_json");
    add("a comment", R"({"a":1/**/})", "bad_json");
    add("two documents", "{}{}", "bad_json");
    add("a byte order mark", "\xEF\xBB\xBF{}", "bad_json");
    add("an array", "[]", "bad_json");
    add("a string", "\"a\"", "bad_json");
    add("nothing", "", "bad_json");
    add("cut short", R"({"a":)", "bad_json");
    add("NaN", R"({"a":NaN})", "bad_json");
    return file_of("Which JSON texts (base64) are taken.", std::move(cases));
}

json::object make_receipt() {
    json::array cases;
    const auto org = made_of<org_id>("org");
    for (const std::string_view name : {"receipt one", "receipt two", "receipt three"}) {
        const auto r = made_of<receipt>(name);
        const auto keys = reporter_keys::derive_from(r, org);
        json::object c{{"name", sv(name)},
                       {"expect", "ok"},
                       {"receipt", b64(r)},
                       {"korean", sv(receipt_words(r, language::korean).text())},
                       {"english", sv(receipt_words(r, language::english).text())},
                       {"digits", sv(receipt_digits(r).text())},
                       {"somebody_excluded", somebody_excluded(r)},
                       {"org", b64(org)},
                       {"author", b64(keys.author().public_key)},
                       {"reply_key", b64(keys.reply().public_key)},
                       {"thread", b64(thread_of(keys.author().public_key))}};
        json::array tokens;
        json::array addresses;
        for (std::uint64_t i = 0; i < 3; ++i) {
            tokens.emplace_back(b64(keys.token_at(i)));
            addresses.emplace_back(b64(keys.address_at(i)));
        }
        c["tokens"] = std::move(tokens);
        c["addresses"] = std::move(addresses);
        cases.emplace_back(std::move(c));
    }

    const auto r = made_of<receipt>("receipt one");
    const std::string korean(receipt_words(r, language::korean).text());
    const std::string english(receipt_words(r, language::english).text());
    const std::string digits(receipt_digits(r).text());
    const auto add = [&](std::string_view name, std::string_view text, std::string_view expect,
                         int position = -1) {
        json::object c{{"name", sv(name)}, {"text", sv(text)}, {"expect", sv(expect)}};
        if (expect == "ok") c["receipt"] = b64(r);
        if (position >= 0) c["position"] = position;
        cases.emplace_back(std::move(c));
    };
    std::string commas = english;
    std::ranges::replace(commas, ' ', ',');
    std::string lines = english;
    lines.replace(lines.find(' '), 1, "\r\n\t");
    std::string joined = digits;
    std::erase(joined, ' ');
    add("Korean", korean, "ok");
    add("Korean in conjoining letters", decomposed(korean), "ok");
    add("English", english, "ok");
    add("English in capitals", upper(english), "ok");
    add("commas", commas, "ok");
    add("lines and blanks", "  " + lines + "\n", "ok");
    add("digits in groups", digits, "ok");
    add("digits in one", joined, "ok");
    add("a word that is in no list", replace_word(english, 4, "xyzzy"), "word_not_in_list", 4);
    add("the first word is in no list", replace_word(korean, 0, "훈민정음"), "word_not_in_list", 0);
    add("a word of the other list", replace_word(english, 7, korean.substr(0, korean.find(' '))),
        "word_not_in_list", 7);
    const std::string_view first = std::string_view(english).substr(0, english.find(' '));
    add("another word of the list", replace_word(english, 0, first == "zoo" ? "zone" : "zoo"),
        "bad_checksum");
    add("seven words", english.substr(0, english.rfind(' ')), "bad_length");
    add("nine words", english + " zoo", "bad_length");
    add("nothing", "", "bad_length");
    add("26 digits", joined.substr(1), "bad_length");
    add("28 digits", joined + "0", "bad_length");
    add("digits beyond 88 bits", std::string(27, '9'), "bad_encoding");
    joined.back() = joined.back() == '0' ? '1' : '0';
    add("another digit", joined, "bad_checksum");
    return file_of("Receipts: their three spellings, what follows from them under `org`, and what is typed.",
                   std::move(cases));
}

json::object make_fingerprint() {
    json::array cases;
    const std::string_view text = "changgu/statement/v1\nseq 0\n";
    const org_id org = org_of(text);
    const std::string korean = to_fingerprint_words(org, language::korean);
    const std::string english = to_fingerprint_words(org, language::english);
    cases.emplace_back(json::object{{"name", "org of a text"},
                                    {"expect", "ok"},
                                    {"genesis_text", sv(text)},
                                    {"org", b64(org)},
                                    {"korean", korean},
                                    {"english", english},
                                    {"hex", to_hex(org.view())}});
    const auto add = [&](std::string_view name, std::string_view typed, std::string_view expect,
                         int position = -1) {
        json::object c{{"name", sv(name)}, {"text", sv(typed)}, {"expect", sv(expect)}};
        if (expect == "ok") c["org"] = b64(org);
        if (position >= 0) c["position"] = position;
        cases.emplace_back(std::move(c));
    };
    add("Korean", korean, "ok");
    add("Korean in conjoining letters", decomposed(korean), "ok");
    add("English", english, "ok");
    add("English in capitals", upper(english), "ok");
    add("hexadecimal", to_hex(org.view()), "ok");
    add("hexadecimal in capitals", upper(to_hex(org.view())), "ok");
    add("a word that is in no list", replace_word(english, 23, "xyzzy"), "word_not_in_list", 23);
    const std::string_view first = std::string_view(english).substr(0, english.find(' '));
    add("another word of the list", replace_word(english, 0, first == "zoo" ? "zone" : "zoo"),
        "bad_checksum");
    add("23 words", english.substr(0, english.rfind(' ')), "bad_length");
    add("64 letters that are no hexadecimal", std::string(64, 'g'), "bad_encoding");
    add("63 digits of hexadecimal", to_hex(org.view()).substr(1), "bad_length");
    return file_of("The organisation's fingerprint: 24 words of either list or hexadecimal.",
                   std::move(cases));
}

json::object make_ratchet() {
    json::array cases;
    const auto start = made_of<seed>("ratchet seed");
    const auto add = [&](std::uint32_t index, std::uint32_t epoch, std::string_view expect) {
        json::object c{{"name", "at " + std::to_string(index) + ", epoch " + std::to_string(epoch)},
                       {"expect", sv(expect)},
                       {"index", index},
                       {"seed", b64(start)},
                       {"epoch", epoch}};
        ratchet turned(index, start.clone());
        if (expect == "ok") {
            const auto pair = turned.intake(epoch).value();
            turned.advance_to(epoch).value();
            c["public_key"] = b64(pair.public_key);
            c["secret_key"] = b64(pair.secret_key);
            c["seed_at_epoch"] = b64(turned.current_seed());
        }
        cases.emplace_back(std::move(c));
    };
    add(1, 1, "ok");
    add(1, 2, "ok");
    add(1, 27, "ok");
    add(40, 41, "ok");
    add(40, 39, "key_forgotten");
    add(1, 0, "key_forgotten");
    add(1, 100'002, "bad_parameters");
    return file_of("Intake keys of epochs from a ratchet that stands at `index` with `seed`.",
                   std::move(cases));
}

} // namespace changgu::vectors
