#include "storage/store.hpp"

#include "storage/operations.hpp"
#include "storage/schema.hpp"
#include "storage/scratch.hpp"
#include "storage/spool.hpp"

#include <fcntl.h>
#include <future>
#include <span>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace changgu::storage {
namespace {

constexpr int truncate_patience_ms = 200;

// Held as long as the store: two writers would each believe that they alone decide what is full, taken and
// truncated.
class directory_lock {
  public:
    explicit directory_lock(const std::filesystem::path& directory) {
        std::error_code failed;
        std::filesystem::create_directories(directory, failed);
        if (failed || ::chmod(directory.c_str(), 0700) != 0)
            throw std::runtime_error("cannot use the data directory " + directory.string());
        const auto file = directory / "changgu.lock";
        fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd_ < 0) throw std::runtime_error("cannot create " + file.string());
        if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
            ::close(fd_);
            throw std::runtime_error("another process uses the data directory " + directory.string());
        }
    }
    directory_lock(const directory_lock&) = delete;
    directory_lock& operator=(const directory_lock&) = delete;
    directory_lock(directory_lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    directory_lock& operator=(directory_lock&&) = delete;
    ~directory_lock() {
        if (fd_ >= 0) ::close(fd_);
    }

  private:
    int fd_ = -1;
};

struct databases {
    database main;
    database peppers;
    database access;
};

// What somebody has just copied here may not be on the disk yet. Before SQLite opens it: to close a file
// takes away all locks that this process has on it.
void sync_copied(const std::filesystem::path& directory) {
    for (const auto* name : {main_file, pepper_file, access_file})
        if (std::filesystem::exists(directory / name)) file(directory / name, O_RDWR).sync();
}

// What a killed process had written and not yet synced is what this one reads, answers by and deletes by, so
// it is made durable first. That also takes away what a power cut has left of a log that was truncated.
void make_durable(const std::filesystem::path& directory, databases& d) {
    for (auto* db : {&d.main, &d.peppers, &d.access}) db->truncate_log(truncate_patience_ms);
    for (const auto number : spool_numbers(directory)) file(segment_path(directory, number), O_RDWR).sync();
    sync_directory(directory); // a file that was just made is gone on with, too
}

// changgu.db is the first file that is made, and the last that a restore puts in place: without it nothing
// else can be there but what a restore has left, and a new, empty database would pass for the restored one.
void refuse_half_restored(const std::filesystem::path& directory) {
    namespace fs = std::filesystem;
    if (fs::exists(directory / main_file)) return;
    if (fs::exists(directory / pepper_file) || fs::exists(directory / access_file) ||
        scratch::exists(directory, scratch::purpose::restore))
        throw std::runtime_error("a restore into " + directory.string() +
                                 " has not come to its end: restore again, into the same directory");
}

// What has to be as it should be before the log is looked into.
databases open(const options& o) {
    refuse_half_restored(o.directory);
    sync_copied(o.directory);
    scratch::sweep(o.directory);
    databases d{open_for_writing(o.directory, which::main, o.page_size),
                open_for_writing(o.directory, which::peppers, o.page_size),
                open_for_writing(o.directory, which::access, o.page_size)};
    make_durable(o.directory, d);
    publish_first_index(d.main);
    drop_staged(d.main);
    return d;
}

// Before there was a log, and in every backup, what is spooled is in a table.
void adopt_spooled_rows(database& main, spool& envelopes) {
    constexpr std::size_t at_once = 256;
    std::vector<envelope_id> ids;
    {
        auto q = main.ask("SELECT id FROM spool_envelope ORDER BY id");
        while (q.step()) ids.push_back(q.fixed<envelope_id>(0));
    }
    if (ids.empty()) return;
    for (auto rest = std::span(ids); !rest.empty(); rest = rest.subspan(std::min(at_once, rest.size()))) {
        std::vector<std::future<put_outcome>> outcomes;
        for (const auto& id : rest.first(std::min(at_once, rest.size()))) {
            auto q = main.ask("SELECT epoch, body FROM spool_envelope WHERE id = ?1", id.view());
            if (!q.step()) continue;
            auto told = std::make_shared<std::promise<put_outcome>>();
            outcomes.push_back(told->get_future());
            envelopes.submit(
                id, q.number<std::uint32_t>(0), q.copy(1), [told](put_outcome o) { told->set_value(o); },
                true);
        }
        for (auto& o : outcomes)
            if (const auto outcome = o.get();
                outcome != put_outcome::stored && outcome != put_outcome::exists)
                throw std::runtime_error("what is in the spool of changgu.db cannot be moved into its files");
    }
    main.run("DELETE FROM spool_envelope");
    main.truncate_log(truncate_patience_ms);
}

workplace furnish(options o, databases d, vital_signs& signs, spool& envelopes) {
    const auto page_size = d.main.number("PRAGMA page_size");
    workplace w{std::move(o), std::move(d.main), std::move(d.peppers), std::move(d.access), page_size,
                signs,        envelopes};
    drop_stale_peppers(w);
    adopt_spooled_rows(w.main, envelopes);
    signs.main_used = w.main.used();
    return w;
}

struct traits {
    std::size_t cost = 0;
    bool urgent = false;
    bool alone = false;
    bool leaves_traces = false;
    bool undisturbed = false;
};

} // namespace

struct store::impl {
    std::filesystem::path directory;
    directory_lock lock;
    vital_signs signs;
    spool envelopes;
    writer work;

    explicit impl(const options& o) : impl(o, directory_lock(o.directory)) {}
    impl(const options& o, directory_lock held) : impl(o, std::move(held), storage::open(o)) {}
    impl(const options& o, directory_lock held, databases d)
        : directory(o.directory), lock(std::move(held)),
          envelopes(o, signs, open_for_reading(o.directory, which::main)),
          work(furnish(o, std::move(d), signs, envelopes)) {}

    template <class Outcome, class Run, class Done> void submit(traits t, Run run, Done done) {
        auto j = std::make_unique<job_of<Outcome, Run, Done>>(std::move(run), std::move(done));
        j->cost = t.cost;
        j->urgent = t.urgent;
        j->alone = t.alone;
        j->leaves_traces = t.leaves_traces;
        j->undisturbed = t.undisturbed;
        work.submit(std::move(j));
    }

    void put(item_kind kind, const address& at, bytes body, callback<put_outcome> done) {
        const auto cost = body.size();
        submit<put_outcome>(
            {.cost = cost},
            [kind, at, body = std::move(body)](workplace& w) { return put_item(w, kind, at, body); },
            std::move(done));
    }
    void edit(std::size_t cost, auto change, callback<edit_outcome> done) {
        submit<edit_outcome>(
            {.cost = cost}, [change = std::move(change)](workplace& w) { return change(w.main); },
            std::move(done));
    }
    void erase(item_kind kind, std::vector<address> at, callback<edit_outcome> done) {
        const auto cost = at.size() * sizeof(address);
        submit<edit_outcome>(
            {.cost = cost, .leaves_traces = true},
            [kind, at = std::move(at)](workplace& w) { return burn_items(w, kind, at); }, std::move(done));
    }
};

// NOLINTNEXTLINE(performance-unnecessary-value-param): once in its life
store::store(options o) : impl_(std::make_unique<impl>(o)) {}
store::~store() {
    stop();
}

void store::stop() {
    impl_->work.stop();
    impl_->envelopes.stop();
}

bool store::healthy() const noexcept {
    return impl_->signs.healthy;
}

std::uint64_t store::used() const noexcept {
    return impl_->signs.main_used + impl_->signs.spool_used;
}

reader store::make_reader() const {
    return {impl_->directory, &impl_->envelopes};
}

void store::put_envelope(const envelope_id& id, std::uint32_t epoch, bytes body, callback<put_outcome> done) {
    impl_->envelopes.submit(id, epoch, std::move(body), std::move(done));
}
void store::put_reply(const address& at, bytes body, callback<put_outcome> done) {
    impl_->put(item_kind::reply, at, std::move(body), std::move(done));
}
void store::put_case_event(const address& at, bytes body, callback<put_outcome> done) {
    impl_->put(item_kind::case_event, at, std::move(body), std::move(done));
}
void store::put_blob(const address& at, bytes body, callback<put_outcome> done) {
    impl_->put(item_kind::blob, at, std::move(body), std::move(done));
}

void store::burn(std::vector<address> replies, callback<edit_outcome> done) {
    impl_->erase(item_kind::reply, std::move(replies), std::move(done));
}
void store::purge(item_kind kind, std::vector<address> at, callback<edit_outcome> done) {
    impl_->erase(kind, std::move(at), std::move(done));
}
void store::keep(std::vector<address> blobs, month_number now, callback<edit_outcome> done) {
    const auto cost = blobs.size() * sizeof(address);
    // The log would show until it is used anew which ones were kept together.
    impl_->submit<edit_outcome>(
        {.cost = cost, .leaves_traces = true},
        [at = std::move(blobs), now](workplace& w) { return keep_blobs(w, at, now); }, std::move(done));
}
void store::expire(month_number now, retention keep, callback<result<std::uint64_t>> done) {
    impl_->submit<result<std::uint64_t>>(
        {.urgent = true, .leaves_traces = true},
        [now, keep](workplace& w) -> result<std::uint64_t> { return expire_items(w, now, keep); },
        std::move(done));
}
void store::delete_epoch(std::uint32_t epoch, callback<result<std::uint64_t>> done) {
    impl_->submit<result<std::uint64_t>>(
        {.urgent = true, .leaves_traces = true, .undisturbed = true},
        [epoch](workplace& w) -> result<std::uint64_t> { return storage::delete_epoch(w, epoch); },
        std::move(done));
}

void store::release(release_input input, callback<result<release_report>> done) {
    impl_->submit<result<release_report>>(
        {.urgent = true, .alone = true, .leaves_traces = true, .undisturbed = true},
        [input = std::move(input)](workplace& w) -> result<release_report> {
            return release_spool(w, input);
        },
        std::move(done));
}
void store::compact(day_number today, callback<result<compact_report>> done) {
    impl_->submit<result<compact_report>>(
        {.urgent = true, .alone = true, .leaves_traces = true, .undisturbed = true},
        [today](workplace& w) -> result<compact_report> { return compact_batches(w, today); },
        std::move(done));
}

void store::append_key_log(std::uint64_t next, std::vector<std::string> notes, callback<edit_outcome> done) {
    std::size_t cost = 0;
    for (const auto& n : notes) cost += n.size();
    impl_->submit<edit_outcome>(
        {.cost = cost, .undisturbed = true},
        [next, notes = std::move(notes)](workplace& w) {
            return storage::append_key_log(w.main, next, notes);
        },
        std::move(done));
}
void store::open_enrolment(const enrolment_id& id, reviewer_number number, callback<edit_outcome> done) {
    impl_->edit(
        0, [id, number](database& m) { return storage::open_enrolment(m, id, number); }, std::move(done));
}
void store::submit_enrolment(const enrolment_id& id, bytes request,
                             std::optional<crypto::sign_public_key> locker, callback<edit_outcome> done) {
    const auto cost = request.size();
    impl_->edit(
        cost,
        [id, request = std::move(request), locker](database& m) {
            return storage::submit_enrolment(m, id, request, locker);
        },
        std::move(done));
}
void store::forget_lockers(reviewer_number number, callback<edit_outcome> done) {
    impl_->edit(0, [number](database& m) { return storage::forget_lockers(m, number); }, std::move(done));
}
void store::kill_enrolment(const enrolment_id& id, callback<edit_outcome> done) {
    impl_->edit(0, [id](database& m) { return storage::kill_enrolment(m, id); }, std::move(done));
}
void store::remove_enrolment(const enrolment_id& id, callback<edit_outcome> done) {
    impl_->edit(0, [id](database& m) { return storage::remove_enrolment(m, id); }, std::move(done));
}
void store::put_prekeys(reviewer_number number, std::vector<prekey> keys, callback<edit_outcome> done) {
    const auto cost = keys.size() * sizeof(prekey);
    impl_->edit(
        cost, [number, keys = std::move(keys)](database& m) { return storage::put_prekeys(m, number, keys); },
        std::move(done));
}
void store::put_drained(std::uint32_t epoch, const drained_mark& mark, callback<edit_outcome> done) {
    impl_->edit(
        0, [epoch, mark](database& m) { return storage::put_drained(m, epoch, mark); }, std::move(done));
}

void store::put_keyring(reviewer_number number, std::optional<keyring_etag> if_match,
                        const crypto::sign_public_key& locker, bytes body, pepper wrap_pepper,
                        callback<edit_outcome, keyring_etag> done) {
    const auto cost = body.size();
    impl_->submit<keyring_answer>(
        {.cost = cost, .alone = true, .leaves_traces = true},
        [put = keyring_put{number, if_match, locker, std::move(body), std::move(wrap_pepper)}](workplace& w) {
            return storage::put_keyring(w, put);
        },
        [done = std::move(done)](const keyring_answer& a) mutable { done(a.outcome, a.etag); });
}
void store::remove_keyring(reviewer_number number, callback<edit_outcome> done) {
    impl_->submit<edit_outcome>(
        {.alone = true, .leaves_traces = true},
        [number](workplace& w) { return storage::remove_keyring(w, number); }, std::move(done));
}

void store::append_access(const crypto::org_id& org, std::string entry, callback<edit_outcome> done) {
    const auto cost = entry.size();
    impl_->submit<edit_outcome>(
        {.cost = cost, .alone = true},
        [org, entry = std::move(entry)](workplace& w) {
            return storage::append_access(w.access, org, entry);
        },
        std::move(done));
}

} // namespace changgu::storage
