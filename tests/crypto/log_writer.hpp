// Writes key logs note by note, wrong ones too: it signs whatever it is told to and keeps no rule but the
// chain's.
#pragma once

#include "crypto/hash.hpp"
#include "crypto/signing.hpp"
#include "crypto/statement.hpp"

namespace changgu::test {

using namespace crypto;

/// A key that is the same in every run.
inline seed seed_of(std::string_view name) {
    return seed::from(blake2b<hash256>({as_bytes(name)}).view()).value();
}
inline note_signer root_named(std::string_view name) {
    return {std::string(name), sign_key_pair_from(seed_of(name))};
}
inline sign_key_pair identity_of(std::uint32_t number) {
    return sign_key_pair_from(seed_of("identity " + std::to_string(number)));
}
inline box_key_pair intake_of(std::uint32_t number, std::uint32_t epoch) {
    return box_key_pair_from(seed_of("intake " + std::to_string(number) + " " + std::to_string(epoch)));
}

inline policy small_policy() {
    policy p;
    p.categories = {{"other", {"그 밖의 소통", "Anything else"}}};
    p.questions = {{"what", {"무엇을", "What happened?"}}};
    return p;
}
inline root_set roots_named(std::initializer_list<std::string_view> names, std::uint32_t threshold,
                            std::string_view recovery) {
    root_set set;
    for (const std::string_view name : names) set.roots.push_back(root_named(name).verifier());
    set.threshold = threshold;
    set.recovery = root_named(recovery).verifier();
    return set;
}
inline reviewer_entry reviewer_numbered(std::uint32_t number) {
    return {number, identity_of(number).public_key, {"감사관", "Auditor"}, "audit", {"ko", "en"}};
}

class log_writer {
  public:
    using names = std::initializer_list<std::string_view>;
    static constexpr std::uint64_t day = 86'400;
    static constexpr std::uint64_t start_of_time = 1'800'000'000;

    /// Starts with a genesis of two roots ("root-a", "root-b"; threshold 2) and "recovery".
    explicit log_writer(policy rules = small_policy()) {
        const genesis g{{"한빛시", "Hanbit City"},
                        roots_named({"root-a", "root-b"}, 2, "recovery"),
                        {"https://report.hanbit.example"},
                        std::move(rules)};
        add(statement_type::genesis, to_json(g), {"root-a", "root-b", "recovery"});
    }

    log_writer& add(statement_type type, const json::object& body, names signers = {"root-a", "root-b"}) {
        return add_text(statement_text({seq_, prev_, type, body}), signers);
    }
    /// Any text at all.
    log_writer& add_text(const std::string& text, names signers = {"root-a", "root-b"}) {
        std::vector<note_signer> keys;
        for (const std::string_view name : signers) keys.push_back(root_named(name));
        if (notes.empty()) org = blake2b<org_id>({as_bytes("changgu/org/v1"), as_bytes(text)});
        notes.push_back(sign_note(text, keys));
        prev_ = sha256(as_bytes(text));
        ++seq_;
        return *this;
    }
    log_writer& reviewers(std::initializer_list<std::uint32_t> numbers) {
        for (const std::uint32_t n : numbers) add(statement_type::reviewer, to_json(reviewer_numbered(n)));
        return *this;
    }
    /// Valid from `from` days after start_of_time, for `days`.
    [[nodiscard]] epoch_entry epoch_of(std::uint32_t number, std::initializer_list<std::uint32_t> recipients,
                                       std::uint64_t from, std::uint64_t days = 31) const {
        epoch_entry e{number, start_of_time + from * day, start_of_time + (from + days) * day, {}};
        for (const std::uint32_t n : recipients) {
            const box_public_key key = intake_of(n, number).public_key;
            e.recipients.push_back({n, key, sign_prekey(identity_of(n), org, n, number, key)});
        }
        return e;
    }
    log_writer& epoch(std::uint32_t number, std::initializer_list<std::uint32_t> recipients,
                      std::uint64_t from, std::uint64_t days = 31) {
        return add(statement_type::epoch, to_json(epoch_of(number, recipients, from, days)));
    }
    log_writer& revoke(std::uint32_t number) { return add(statement_type::revoke, revoke_json(number)); }
    log_writer& retire(std::uint32_t number, std::string reason = {}) {
        return add(statement_type::retire, to_json(retire_entry{number, start_of_time, std::move(reason)}));
    }

    [[nodiscard]] std::uint64_t seq() const noexcept { return seq_; }
    [[nodiscard]] const hash256& head() const noexcept { return prev_; }

    org_id org;
    std::vector<std::string> notes;

  private:
    std::uint64_t seq_ = 0;
    hash256 prev_;
};

} // namespace changgu::test
