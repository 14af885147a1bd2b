// Whether a submission has to show work, and whether it has: before anything is looked up in the store, so
// that no answer tells what is stored. Proofs are verified on threads of its own, source by source in turn.
//
// It knows sources by an hourly hash (server/http/source.hpp), and of these how much came lately; all of it
// in memory. From any thread.
#pragma once

#include "crypto/work.hpp"
#include "server/api/difficulty.hpp"
#include "server/api/fair_queue.hpp"
#include "storage/types.hpp"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

namespace changgu::api {

struct work_options {
    bool demand = true;                ///< false: nothing is ever asked for
    std::uint32_t free_envelopes = 60; ///< a minute, of the whole channel, before any work is asked for
    std::uint32_t free_chunks = 1200;  ///< likewise, of files
    unsigned most_bits = 8;            ///< 1 to crypto::most_work_bits
    unsigned verifiers = 1;            ///< threads; each takes 16 MiB at a time
    std::uint64_t storage_limit = 0;   ///< bytes from which on chunks are refused; 0: none
    std::uint64_t storage_reserve = 0; ///< bytes before that in which work is asked for
};

/// Coarse, and all that anybody is told.
struct condition {
    enum class storage_band : std::uint8_t { ample, low, full };
    storage_band storage = storage_band::ample;
    bool high_load = false;
};

class work_gate {
  public:
    static constexpr std::uint64_t lifetime = 120; ///< seconds, of a nonce
    static constexpr std::size_t queue_places = 64;
    static constexpr std::size_t places_a_source = 4;
    static constexpr std::size_t most_remembered = 8192; ///< verified proofs, and sources

    enum class kind : std::uint8_t { envelope, chunk };
    enum class verdict : std::uint8_t { admitted, work_required, busy };

    explicit work_gate(const work_options& options);
    ~work_gate();
    work_gate(const work_gate&) = delete;
    work_gate& operator=(const work_gate&) = delete;

    /// What waits is `busy`, and whatever comes later. Idempotent.
    void stop();

    /// A nonce for this source, if it is asked for work now. `stored`: bytes.
    std::optional<crypto::work_nonce> issue(const http::source& from, std::uint64_t stored,
                                            std::uint64_t now);

    struct submission {
        kind what = kind::envelope;
        crypto::hash256 id;     ///< of the envelope or the chunk
        std::string_view proof; ///< the header's value, or empty
        http::source from;
    };
    /// Calls back at once, or from another thread.
    void admit(const submission& s, const crypto::org_id& org, std::uint64_t stored, std::uint64_t now,
               storage::callback<verdict> done);

    [[nodiscard]] condition look(std::uint64_t stored, std::uint64_t now) const;

    /// Forgets the sources that have been quiet for a while, as each submission does: there may be none for a
    /// night.
    void forget_quiet(std::uint64_t now);
    /// Sources that are remembered.
    [[nodiscard]] std::size_t sources() const;

  private:
    /// Of a seed with its solution.
    using claim_id = crypto::fixed_bytes<struct claim_tag, 16>;
    struct claim {
        claim_id id;
        crypto::hash256 seed;
        crypto::work_proof proof;
        http::source from;
        double weight = 0;
        std::uint64_t now = 0;
        storage::callback<verdict> done;
    };
    struct remembered {
        bool holds = false;
        std::uint64_t until = 0;
    };

    [[nodiscard]] crypto::work_nonce authentic(crypto::work_nonce nonce, const http::source& from) const;
    [[nodiscard]] bool is_good(const crypto::work_nonce& nonce, const http::source& from,
                               std::uint64_t now) const;
    [[nodiscard]] double weight_of(kind what) const noexcept;
    // With mutex_ held.
    [[nodiscard]] load load_of(const http::source& from, std::uint64_t stored, std::uint64_t now) const;
    /// What a level is multiplied with before it becomes bits, another for each source and every few seconds:
    /// so that nobody who keeps a level just below a step can tell when somebody else sends something.
    [[nodiscard]] double blur_of(const http::source& from) const noexcept;
    void redraw_blur(std::uint64_t now);
    void count(const http::source& from, double weight, bool admitted, std::uint64_t now);
    /// Every claim that waits, taken out.
    std::vector<claim> empty_queue();
    void remember(const claim_id& id, bool holds, std::uint64_t until, std::uint64_t now);
    [[nodiscard]] std::optional<bool> recall(const claim_id& id, std::uint64_t now) const;
    void loop();

    const work_options options_;
    std::array<crypto::byte, 32> key_{}; ///< of the nonces' MACs; of this process
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    meter all_;
    std::map<http::source, meter> by_source_;
    std::array<crypto::byte, 32> blur_key_{};
    std::uint64_t blur_until_ = 0;
    fair_queue<claim> waiting_{queue_places, places_a_source};
    std::map<claim_id, remembered> known_;
    std::multimap<std::uint64_t, claim_id> by_end_;
    bool stopping_ = false;
    std::mutex join_mutex_;
    std::vector<std::thread> threads_;
};

} // namespace changgu::api
