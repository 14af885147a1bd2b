#include "server/api/authorise.hpp"
#include "server/api/routes.hpp"

#include <limits>

namespace changgu::api {

using http::problem;

namespace {

constexpr std::size_t slice_envelopes = 32;
constexpr std::size_t record_size = sizeof(std::uint32_t) + crypto::suite1::envelope_size;

/// Records of batch (4) ‖ envelope. Cut where the batches were rearranged since the stream began.
class inbox_source final : public http::body_source {
  public:
    inbox_source(storage::reader& reader, storage::inbox_cursor cursor) : reader_(reader), cursor_(cursor) {}

    bool next(crypto::bytes& slice) override {
        const auto some = reader_.next(cursor_, slice_envelopes);
        if (!some || some->empty()) return false;
        slice.clear();
        slice.reserve(some->size() * record_size);
        for (const auto& e : *some) {
            if (e.body.size() != crypto::suite1::envelope_size) return false;
            crypto::append(slice, crypto::big_endian(static_cast<std::uint32_t>(e.batch)));
            crypto::append(slice, e.body);
        }
        return true;
    }

  private:
    storage::reader& reader_;
    storage::inbox_cursor cursor_;
};

} // namespace

answering get_inbox(context& c, http::request r) {
    if (const auto who = authorise(c, r, {scope::reviewer}); !who) co_return problem(who.error());
    const auto after = query_number(r, "after", std::numeric_limits<std::uint32_t>::max());
    if (!after) co_return problem(after.error());
    const auto cursor = c.reader.open_inbox(*after);
    co_return http::stream_response(std::make_unique<inbox_source>(c.reader, cursor),
                                    cursor.remaining * record_size);
}

} // namespace changgu::api
