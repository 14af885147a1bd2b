#include "server/api/service.hpp"

#include <optional>

namespace changgu::api {

namespace {
constexpr std::size_t page_notes = 256;
constexpr std::size_t page_bytes = std::size_t{1} << 20U;

[[noreturn]] void refuse(std::uint64_t seq, const boost::system::error_code& why) {
    throw key_log_error("the key log in the database does not verify at statement " + std::to_string(seq) +
                        ": " + std::string(crypto::name(static_cast<crypto::errc>(why.value()))));
}
} // namespace

crypto::key_log load_key_log(storage::reader& reader) {
    std::optional<crypto::key_log> log;
    std::uint64_t next = 0;
    for (auto page = reader.read_key_log(0, page_notes, page_bytes); !page.empty();
         page = reader.read_key_log(next, page_notes, page_bytes)) {
        for (const auto& note : page) {
            if (!log) {
                auto started = crypto::key_log::start(note.text);
                if (!started) refuse(next, started.error());
                log = std::move(*started);
            } else if (const auto ok = log->append(note.text); !ok) {
                refuse(next, ok.error());
            }
            ++next;
        }
    }
    if (!log) throw key_log_error("there is no key log in the database; `changgu init` makes one");
    return std::move(*log);
}

service::service(storage::store& store, service_options options)
    : clock(options.now, options.steady), sessions(options.sessions), puts(options.puts_per_minute),
      work(options.work), store_(store), options_(std::move(options)) {
    auto reader = store_.make_reader();
    log_ = std::make_shared<const crypto::key_log>(load_key_log(reader));
}

service::~service() {
    work.stop();
    store_.stop();
}

std::shared_ptr<const crypto::key_log> service::key_log() const {
    const std::lock_guard lock(mutex_);
    return log_;
}

std::vector<std::string_view> service::origins(const crypto::key_log& log) const {
    std::vector<std::string_view> out;
    for (const auto& origin : options_.origins)
        if (log.check_origin(origin)) out.push_back(origin);
    return out;
}

crypto::result<const crypto::epoch*> service::sealing_epoch(const crypto::key_log& log) const {
    const auto by_clock = log.sealing_epoch(clock.wall());
    return by_clock ? by_clock : log.sealing_epoch(clock.believed());
}

bool service::accepts(const crypto::key_log& log, std::uint32_t epoch) const {
    return log.accepts(epoch, clock.wall()) || log.accepts(epoch, clock.believed());
}

void service::append(crypto::key_log longer, std::vector<std::string> notes,
                     storage::callback<storage::edit_outcome> done) {
    const auto from = longer.size() - notes.size();
    auto next = std::make_shared<const crypto::key_log>(std::move(longer));
    // The store alone decides which of two appends is first; the order of its callbacks is that of its
    // commits.
    store_.append_key_log(
        from, std::move(notes),
        [this, next = std::move(next), done = std::move(done)](storage::edit_outcome o) mutable {
            if (o == storage::edit_outcome::done) {
                const std::lock_guard lock(mutex_);
                log_ = std::move(next);
            }
            done(o);
        });
}

} // namespace changgu::api
