// The organisation's signed choices: what the form asks, how often messages are released, how long keys and
// data live.
#pragma once

#include "crypto/json.hpp"

namespace changgu::crypto {

/// Text in both languages of the product.
struct localised {
    std::string ko;
    std::string en;
    bool operator==(const localised&) const = default;
};
json::object to_json(const localised& text);
result<localised> localised_from_json(const json::object& object, std::string_view name,
                                      std::size_t max_bytes = 500);

/// A question of the form, under a stable id.
struct labelled {
    std::string id;
    localised text;
    bool operator==(const labelled&) const = default;
};

/// A category of tips, and how long its cases are kept once they are closed.
struct category {
    std::string id;
    localised text;
    std::uint32_t keep_months = 0; ///< 1 to 1,200; 0: as long as the policy says
    bool operator==(const category&) const = default;
};

/// A part of the organisation, and how many people it has: who names it in a tip narrows down who they are to
/// that many.
struct department {
    std::string id;
    localised text;
    std::uint32_t people = 1; ///< 1 to 1,000,000
    bool operator==(const department&) const = default;
};

/// Durations are in seconds.
struct policy {
    std::uint8_t suite = 1;
    std::uint32_t tick =
        86'400; ///< between releases; a release is due whenever (now - tick_offset) % tick passes 0
    std::uint32_t tick_offset = 64'800; ///< 18:00 UTC, 03:00 in Seoul
    std::uint32_t fill = 8;  ///< a batch has a multiple of this many envelopes, one of them chaff at least
    std::uint32_t ahead = 2; ///< future epochs that may be signed in advance
    std::uint32_t overlap = 604'800;     ///< how long an epoch is accepted after the next one starts
    std::uint32_t drain_max = 5'184'000; ///< after `retire`, the latest moment to forget the epoch's secret
    std::uint32_t retention_months = 36; ///< of replies and files, on the server
    std::uint32_t case_keep_months = 36; ///< of a case after its closing, where its category says nothing
    std::vector<category> categories;
    std::vector<labelled> questions;
    std::vector<department> departments; ///< at most 128; may be none
    bool operator==(const policy&) const = default;

    [[nodiscard]] bool has_category(std::string_view id) const noexcept;
    /// Months that a case of this category, known or not, is kept after its closing.
    [[nodiscard]] std::uint32_t months_kept(std::string_view category_id) const noexcept;
};

/// The default office: the categories and questions that a public office starts with.
policy default_policy();
json::object to_json(const policy& p);
/// Every member but `departments`, `case_keep_months` and a category's `keep_months` must be there. Errors:
/// bad_field.
result<policy> policy_from_json(const json::object& object);

} // namespace changgu::crypto
