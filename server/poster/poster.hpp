// The sheet that hangs on the wall: where the channel is, whose it is, and what it can and cannot do. It is
// the one thing an employee believes without asking the server, so it carries the fingerprint whole.
#pragma once

#include "crypto/bytes.hpp"
#include "crypto/policy.hpp"
#include "crypto/wordlist.hpp"

#include <vector>

namespace changgu::poster {

enum class shown_in : std::uint8_t { korean, english, both };
enum class format : std::uint8_t { svg, pdf };

struct content {
    crypto::localised name; ///< of the channel
    std::string origin;
    crypto::org_id org;
    std::uint64_t newest_statement = 0; ///< its number
};

/// What the QR code says: ORIGIN/#org=HEX&seq=NUMBER. Nothing after the # ever reaches the server.
std::string link_of(const content& c);

/// The modules of a QR code, row by row, dark ones true; `side` of them in a row.
struct qr_code {
    std::size_t side = 0;
    std::vector<bool> dark;
};
/// Throws std::runtime_error for a text beyond what a code can hold.
qr_code qr_of(const std::string& text);

/// One page of A4. Throws std::runtime_error when the system has no font with Korean letters, or cannot draw.
crypto::bytes draw(const content& c, shown_in language, format as);

} // namespace changgu::poster
