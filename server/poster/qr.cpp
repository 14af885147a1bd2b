#include "server/poster/poster.hpp"

#include <qrencode.h>

#include <memory>
#include <stdexcept>

namespace changgu::poster {

qr_code qr_of(const std::string& text) {
    // Level M mends 15 % of the code: a poster gets scratched.
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> made(
        QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
    if (!made) throw std::runtime_error("the address is too long for a QR code");
    qr_code out{static_cast<std::size_t>(made->width), {}};
    for (std::size_t i = 0; i < out.side * out.side; ++i) out.dark.push_back((made->data[i] & 1U) != 0);
    return out;
}

} // namespace changgu::poster
