// The sheet that hangs on the wall: where the channel is, whose it is, and what it can and cannot do. It is
// the one thing an employee believes without asking the server, so it carries the fingerprint whole.
//
// Drawn by a program of its own, changgu-poster, which server/cli/poster.cpp runs: with Pango and Cairo in
// the same process the server would load 37 libraries more for what it never does, and 6 ms of CPU time
// longer. A module that is loaded on demand was the other way: it would need the C++ types of both sides to
// agree, and position independent copies of what it shares with the server.
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
    std::string link; ///< what the QR code says
    crypto::org_id org;
};

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
