// What one submission costs in instructions and syncs, for callgrind and strace:
//   changgu_guard DIRECTORY COUNT DEPTH
// Looks at a request's header, hashes the body and stores it, COUNT times, with DEPTH of them waiting at
// once. The difference of two counts is the price of one, whatever the machine's mood.
#include "crypto/hash.hpp"
#include "server/http/gate.hpp"
#include "storage/store.hpp"

#include "crypto/bytes.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <semaphore>

using namespace changgu;

namespace {

constexpr std::string_view request = "POST /api/v1/envelopes HTTP/1.1\r\nHost: localhost:8443\r\n"
                                     "Content-Type: application/octet-stream\r\nContent-Length: 8192\r\n\r\n";
constexpr std::array<http::field, 3> fields{
    {{"Host", "localhost:8443"}, {"Content-Type", "application/octet-stream"}, {"Content-Length", "8192"}}};

bool passes_gate() {
    const http::head head{http::verb::post, "/api/v1/envelopes", 11, fields};
    std::uint64_t length = 0;
    http::request message;
    return !http::check_lines(request) && !http::check_head(head, length) && length == 8192 &&
           !http::read_head(head, message);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    crypto::initialise();
    storage::options o;
    o.directory = argv[1];
    const auto count = std::strtoull(argv[2], nullptr, 10);
    const auto depth = std::strtol(argv[3], nullptr, 10);
    std::counting_semaphore<> free(depth);
    storage::store store(o);
    for (std::uint64_t n = 0; n < count; ++n) {
        free.acquire();
        crypto::bytes body(8192, 1);
        std::memcpy(body.data() + 8, &n, sizeof n);
        const auto id = crypto::blake2b<storage::envelope_id>({body});
        if (!passes_gate()) return 1;
        store.put_envelope(id, 1, std::move(body), [&free](storage::put_outcome outcome) {
            if (outcome != storage::put_outcome::stored) std::_Exit(1);
            free.release();
        });
    }
    for (auto n = depth; n > 0; --n) free.acquire();
}
