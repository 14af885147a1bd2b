// What storage costs by itself, as JSON:  changgu_storage_bench DIRECTORY [STORED...]
// For each number of stored envelopes and replies (10,000 100,000 1,000,000 unless given) the CPU time of an
// insert, a release and the lookups, and the disk; then the latency of inserts alone and beside a release.
// CPU is the process's without the thread that makes the bodies, so it is the writers' alone.
#include "crypto/hash.hpp"
#include "storage/store.hpp"
#include "storage/wait.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <map>
#include <semaphore>

using namespace changgu;
using namespace changgu::storage;

namespace {

constexpr std::size_t body_bytes = 8192;
constexpr std::size_t released_at_once = 50'000;
constexpr std::size_t measured_puts = 20'000;
constexpr std::size_t measured_lookups = 2'000;
constexpr std::size_t beside = 100'000; // in the release that latency is measured beside
constexpr int rounds = 5;

double cpu_us(clockid_t clock) {
    timespec t{};
    ::clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}
double others_us() {
    return cpu_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_us(CLOCK_THREAD_CPUTIME_ID);
}

template <class T> T at_share(std::vector<T> values, double share) {
    if (values.empty()) return {};
    const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::ranges::nth_element(values, values.begin() + place);
    return values[static_cast<std::size_t>(place)];
}

/// Different for each n, and as incompressible as the template.
bytes body(std::uint64_t n) {
    static const bytes model = [] {
        bytes b(body_bytes);
        crypto::fill_random(b);
        return b;
    }();
    bytes b = model;
    std::memcpy(b.data() + 8, &n, sizeof n);
    return b;
}
address address_of(std::uint64_t n) {
    return crypto::blake2b<address>({crypto::big_endian(n)});
}
envelope_id id_of(std::uint64_t n) {
    return crypto::blake2b<envelope_id>({body(n)});
}

release_report tick(store& s) {
    return wait<result<release_report>>([&](auto done) {
               s.release({.epoch = 0, .fill = 1, .today = 1, .month = 1, .make_chaff = {}}, std::move(done));
           })
        .value();
}

class slots {
  public:
    explicit slots(std::ptrdiff_t n) : free_(n), all_(n) {}
    void take() { free_.acquire(); }
    void give(put_outcome o) {
        if (o != put_outcome::stored) std::_Exit(EXIT_FAILURE);
        free_.release();
    }
    void wait_for_all() {
        for (std::ptrdiff_t i = 0; i < all_; ++i) free_.acquire();
    }

  private:
    std::counting_semaphore<> free_;
    std::ptrdiff_t all_;
};

class subject {
  public:
    explicit subject(const std::filesystem::path& directory) : directory_(directory) {
        options o;
        o.directory = directory;
        o.size_budget = std::uint64_t{256} << 30U;
        store_ = std::make_unique<store>(o);
    }
    store& s() { return *store_; }
    std::uint64_t envelopes() const { return envelopes_; }
    std::uint64_t replies() const { return replies_; }

    /// CPU µs an envelope with so many waiting.
    double put(std::size_t count, std::ptrdiff_t depth) {
        slots waiting(depth);
        const double before = others_us();
        for (std::size_t i = 0; i < count; ++i) {
            waiting.take();
            auto b = body(envelopes_++);
            const auto id = crypto::blake2b<envelope_id>({b});
            s().put_envelope(id, 1, std::move(b), [&](put_outcome o) { waiting.give(o); });
        }
        waiting.wait_for_all();
        return (others_us() - before) / static_cast<double>(count);
    }
    double put_replies(std::size_t count, std::ptrdiff_t depth) {
        slots waiting(depth);
        const double before = others_us();
        for (std::size_t i = 0; i < count; ++i) {
            waiting.take();
            const auto n = replies_++;
            s().put_reply(address_of(n), body(n), [&](put_outcome o) { waiting.give(o); });
        }
        waiting.wait_for_all();
        return (others_us() - before) / static_cast<double>(count);
    }
    double release() {
        const double before = others_us();
        const auto done = tick(s());
        return (others_us() - before) /
               static_cast<double>(std::max(done.envelopes + done.items, std::uint64_t{1}));
    }
    void fill_to(std::uint64_t stored) {
        while (envelopes_ < stored || replies_ < stored) {
            if (envelopes_ < stored) put(std::min(released_at_once, stored - envelopes_), 256);
            if (replies_ < stored) put_replies(std::min(released_at_once, stored - replies_), 256);
            release();
        }
    }
    std::uint64_t file_bytes() const {
        std::uint64_t sum = 0;
        for (const auto& f : std::filesystem::directory_iterator(directory_)) sum += f.file_size();
        return sum;
    }

    /// Latencies in µs of a closed loop of 64 submitters until `enough` says so of the count.
    template <class Enough> std::vector<float> latencies(Enough enough) {
        using clock = std::chrono::steady_clock;
        constexpr std::ptrdiff_t submitters = 64;
        slots waiting(submitters);
        std::vector<float> seen(std::size_t{4} << 20U);
        std::atomic<std::size_t> count = 0;
        while (!enough(count.load()) && count < seen.size() - submitters) {
            waiting.take();
            auto b = body(envelopes_++);
            const auto id = crypto::blake2b<envelope_id>({b});
            const auto start = clock::now();
            s().put_envelope(id, 1, std::move(b), [&, start](put_outcome o) {
                const std::chrono::duration<float, std::micro> took = clock::now() - start;
                seen[count.fetch_add(1)] = took.count();
                waiting.give(o);
            });
        }
        waiting.wait_for_all();
        seen.resize(count);
        return seen;
    }

  private:
    std::filesystem::path directory_;
    std::unique_ptr<store> store_;
    std::uint64_t envelopes_ = 0;
    std::uint64_t replies_ = 0;
};

/// Median of the rounds' mean CPU µs of `one(n)` for the same n = 0, 1, ...: the first round brings what the
/// others need into the system's memory.
template <class One> double each_us(One one) {
    std::vector<double> means;
    for (int r = 0; r < rounds; ++r) {
        const double before = cpu_us(CLOCK_THREAD_CPUTIME_ID);
        for (std::uint64_t n = 0; n < measured_lookups; ++n) one(n);
        means.push_back((cpu_us(CLOCK_THREAD_CPUTIME_ID) - before) / measured_lookups);
    }
    return at_share(means, 0.5);
}

double inbox_us(reader& r) {
    auto cursor = r.open_inbox(0);
    const auto all = cursor.remaining;
    const double before = cpu_us(CLOCK_THREAD_CPUTIME_ID);
    while (cursor.remaining > 0)
        if (r.next(cursor, 32).value().empty()) std::_Exit(EXIT_FAILURE);
    return (cpu_us(CLOCK_THREAD_CPUTIME_ID) - before) / static_cast<double>(all);
}

void print(const char* name, double value, const char* end = ", ") {
    std::cout << '"' << name << "\": " << value << end;
}

void at_size(subject& at, std::uint64_t stored) {
    at.fill_to(stored);
    const auto used = at.s().make_reader().stats().used;
    const auto file = at.file_bytes();
    auto r = at.s().make_reader();
    const auto step = std::max(stored / measured_lookups, std::uint64_t{1});
    // Asked in random order: addresses are hashes of n.
    const auto ask = [&](std::uint64_t n) {
        const auto a = address_of(n);
        (void)r.read_replies(std::span(&a, 1));
    };
    std::cout << "  {";
    print("stored", static_cast<double>(stored));
    print("reply_hit_us", each_us([&](std::uint64_t n) { ask((n * step) % stored); }));
    print("reply_miss_us", each_us([&](std::uint64_t n) { ask(n + (std::uint64_t{1} << 40U)); }));
    std::vector<envelope_id> known;
    for (std::uint64_t n = 0; n < measured_lookups; ++n) known.push_back(id_of((n * step) % stored));
    print("has_hit_us", each_us([&](std::uint64_t n) { (void)r.has_envelope(known[n]); }));
    for (auto& id : known) id.value[5] = static_cast<crypto::byte>(~id.value[5]);
    print("has_miss_us", each_us([&](std::uint64_t n) { (void)r.has_envelope(known[n]); }));
    print("inbox_us", inbox_us(r));
    print("used_bytes_each", static_cast<double>(used) / static_cast<double>(2 * stored));
    print("file_bytes_each", static_cast<double>(file) / static_cast<double>(2 * stored));
    std::vector<double> put64;
    std::vector<double> put256;
    std::vector<double> release;
    std::vector<double> put_reply;
    for (int i = 0; i < rounds; ++i) {
        put64.push_back(at.put(measured_puts / 10, 64));
        put256.push_back(at.put(measured_puts / 10, 256));
        release.push_back(at.release());
        put_reply.push_back(at.put_replies(measured_puts / 10, 64));
        at.release();
    }
    print("put_64_us", at_share(put64, 0.5));
    print("put_256_us", at_share(put256, 0.5));
    print("put_reply_64_us", at_share(put_reply, 0.5));
    print("release_us", at_share(release, 0.5), "");
    std::cout << "},\n" << std::flush;
}

// Medians of the rounds: a disk's tail is another each time.
void latency(const std::filesystem::path& directory) {
    std::map<const char*, std::vector<double>> figures;
    for (int i = 0; i < rounds; ++i) {
        std::filesystem::remove_all(directory);
        subject at(directory);
        const auto alone = at.latencies([](std::size_t n) { return n >= measured_puts; });
        at.put(beside, 256);
        std::atomic<bool> released = false;
        const double before = others_us();
        const auto start = std::chrono::steady_clock::now();
        at.s().release({.epoch = 0, .fill = 1, .today = 1, .month = 1, .make_chaff = {}},
                       [&](result<release_report> r) { released = r.has_value(); });
        const auto busy = at.latencies([&](std::size_t) { return released.load(); });
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        figures["p50_us"].push_back(at_share(alone, 0.5));
        figures["p99_us"].push_back(at_share(alone, 0.99));
        figures["release_seconds"].push_back(took.count());
        figures["release_and_puts_cpu_us"].push_back(others_us() - before);
        figures["puts_meanwhile"].push_back(static_cast<double>(busy.size()));
        figures["meanwhile_p50_us"].push_back(at_share(busy, 0.5));
        figures["meanwhile_p99_us"].push_back(at_share(busy, 0.99));
        figures["meanwhile_max_us"].push_back(at_share(busy, 1.0));
    }
    std::filesystem::remove_all(directory);
    std::cout << "  {";
    std::string_view between;
    for (const auto& [name, of_rounds] : figures) {
        std::cout << between;
        print(name, at_share(of_rounds, 0.5), "");
        between = ", ";
    }
    std::cout << "}\n";
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "changgu_storage_bench DIRECTORY [STORED...]\n";
        return 2;
    }
    crypto::initialise();
    const std::filesystem::path directory = argv[1];
    std::vector<std::uint64_t> sizes{10'000, 100'000, 1'000'000};
    if (argc > 2) sizes.clear();
    for (int i = 2; i < argc; ++i) sizes.push_back(std::strtoull(argv[i], nullptr, 10));
    std::cout << "[\n";
    {
        subject at(directory / "sizes");
        for (const auto n : sizes) at_size(at, n);
    }
    latency(directory / "latency");
    std::cout << "]\n";
}
