// The access log: what reviewers and admins did on the server, one line each, chained so that none can be
// taken out, put in or altered behind anybody who remembers where the log was. Reporters are not in it.
//
//   h[0] = 32 zero bytes      h[n] = H(32, "changgu/access-log/v1" ‖ org ‖ h[n-1] ‖ entry n)
//
// What the lines say is in docs/protocol.md, section 9.2; a reader verifies lines that it does not
// understand.
#pragma once

#include "crypto/bytes.hpp"
#include "crypto/json.hpp"

#include <optional>
#include <string>

namespace changgu::crypto {

inline constexpr std::size_t max_access_entry = 200; ///< bytes

/// How far somebody has seen a log: so many entries, and h of the last.
struct access_position {
    std::uint64_t size = 0;
    hash256 hash;
    bool operator==(const access_position&) const = default;
};
json::object to_json(const access_position& p);
/// From a member `access` of the object. Errors: bad_field.
result<access_position> access_position_from_json(const json::object& object);

/// `now` in seconds since 1970, of which the minute is kept.
std::string access_entry(std::uint64_t now, std::string_view actor, std::string_view what);
/// 1 to 200 printable ASCII characters, no blank first, last or twice in a row.
bool is_access_entry(std::string_view text) noexcept;
hash256 next_access_hash(const org_id& org, const hash256& previous, std::string_view entry) noexcept;

/// Follows a log from its first entry. `seen` is a position that it must pass through.
class access_chain {
  public:
    explicit access_chain(const org_id& org, std::optional<access_position> seen = {})
        : org_(org), seen_(seen) {}

    /// Errors: bad_field (no entry), log_forked (not the log that was seen).
    result<void> append(std::string_view entry);
    /// After the last entry. Errors: log_forked (it ends before what was seen).
    [[nodiscard]] result<void> finish() const;
    [[nodiscard]] const access_position& at() const noexcept { return at_; }

  private:
    org_id org_;
    std::optional<access_position> seen_;
    access_position at_;
};

} // namespace changgu::crypto
