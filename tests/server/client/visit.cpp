// A small world, walked through to its end: a reporter who comes back again and again, is cut off, goes on or
// begins anew; a network that loses requests and answers, delivers a request late and more than once;
// reviewers who write at any time; a server that publishes its index at ticks. In no state of it is anything
// burned that its reader has not received. The client in it is the real one's own decision
// (client/visit.hpp).
#include "server/client/visit.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <set>
#include <tuple>

using namespace changgu;
using client::visit;

namespace {

constexpr std::uint64_t addresses = 3;
using set_of_replies = std::uint32_t; // a bit an address

/// What the person does at the keyboard.
struct habits {
    bool burns_all = true;
    bool names_what_was_seen = true;
    bool names_anything = false; ///< also numbers that were never shown
};

struct world {
    // the server
    set_of_replies written = 0;
    set_of_replies burned = 0;
    set_of_replies index = 0;
    // the network: burnings that were sent and may still arrive, once or again
    std::set<set_of_replies> late;
    // the reporter
    std::optional<visit> at;              ///< none: not there
    std::optional<set_of_replies> answer; ///< on its way: the index, or what was present when it was read
    set_of_replies received = 0;
    set_of_replies read = 0; ///< in this visit
    bool reading_only = false;

    [[nodiscard]] auto key() const {
        const auto next = at ? at->next() : visit::action{};
        return std::tuple(written, burned, index, late, at.has_value(), next.what, next.indices, answer,
                          received, read, reading_only);
    }
};

set_of_replies set_of(const std::vector<std::uint64_t>& indices) {
    set_of_replies out = 0;
    for (const auto i : indices) out |= 1U << i;
    return out;
}
std::vector<std::uint64_t> indices_of(set_of_replies s) {
    std::vector<std::uint64_t> out;
    for (std::uint64_t i = 0; i < addresses; ++i)
        if ((s >> i & 1U) != 0) out.push_back(i);
    return out;
}

class walk {
  public:
    explicit walk(habits h) : habits_(h) { reach({}); }

    /// Every state there is; false when one was met in which something was burned and never received.
    bool is_safe() {
        while (!to_do_.empty()) {
            const auto w = std::move(to_do_.front());
            to_do_.pop_front();
            if ((w.burned & ~w.received) != 0) return false;
            reviewers_and_server(w);
            network(w);
            reporter(w);
        }
        return true;
    }
    [[nodiscard]] std::size_t states() const noexcept { return known_.size(); }
    [[nodiscard]] std::size_t ends() const noexcept { return ends_; }

  private:
    void reach(world w) {
        if (w.at && w.at->next().what == visit::step::finished) {
            // Only what a visit has read to its end is printed; a burning prints before it burns.
            if (w.reading_only) w.received |= w.read;
            w.at.reset();
            w.read = 0;
            ++ends_;
        } else if (w.at && w.at->next().what == visit::step::given_up) {
            w.at.reset();
            w.read = 0;
        }
        if (known_.insert(w.key()).second) to_do_.push_back(std::move(w));
    }

    void reviewers_and_server(const world& w) {
        for (std::uint64_t i = 0; i < addresses; ++i) {
            if ((w.written >> i & 1U) != 0) continue;
            auto next = w;
            next.written |= 1U << i;
            reach(std::move(next));
            break; // they write to the lowest that is free
        }
        auto next = w;
        next.index = w.written;
        reach(std::move(next));
    }

    void network(const world& w) {
        for (const auto& s : w.late) {
            auto next = w;
            next.burned |= s & w.written;
            reach(next); // and it may come again
            next.late.erase(s);
            reach(std::move(next));
        }
    }

    void begin(const world& w, visit v, bool reading_only) {
        auto next = w;
        next.at = std::move(v);
        next.reading_only = reading_only;
        reach(std::move(next));
    }

    void reporter(const world& w) {
        if (!w.at) {
            begin(w, visit::reading(), true);
            if (habits_.burns_all) begin(w, visit::burning_all(), false);
            const auto nameable = habits_.names_anything ? (1U << addresses) - 1 : w.received;
            for (set_of_replies s = 1; s < 1U << addresses; ++s)
                if (habits_.names_what_was_seen && (s & ~nameable) == 0)
                    begin(w, visit::burning(indices_of(s)), false);
            return;
        }
        auto gone = w; // the program is killed, or the computer is shut
        gone.at.reset();
        gone.answer.reset();
        gone.read = 0;
        reach(std::move(gone));

        const auto now = w.at->next();
        if (now.what == visit::step::hand_over) {
            auto next = w;
            next.received |= set_of(now.indices);
            next.at->handed_over();
            return reach(std::move(next));
        }
        if (w.answer) return take_answer(w, now);
        // The request is lost, or it arrives and its answer sets out.
        auto next = w;
        next.at->lost();
        reach(std::move(next));
        next = w;
        if (now.what == visit::step::fetch_index) {
            next.answer = w.index;
        } else if (now.what == visit::step::read) {
            next.answer = set_of(now.indices) & w.written & ~w.burned;
        } else {
            next.burned |= set_of(now.indices) & w.written;
            next.answer = 0;
            reach(next);
            // Held up somewhere, while the client thinks it lost.
            next = w;
            next.late.insert(set_of(now.indices));
            next.at->lost();
        }
        reach(std::move(next));
    }

    void take_answer(const world& w, const visit::action& now) {
        auto next = w;
        next.answer.reset();
        next.at->lost(); // it does not arrive
        reach(next);
        next = w;
        next.answer.reset();
        if (now.what == visit::step::fetch_index) {
            next.at->found(indices_of(*w.answer));
        } else if (now.what == visit::step::read) {
            std::vector<visit::seen> seen;
            for (const auto i : now.indices) {
                const bool present = (*w.answer >> i & 1U) != 0;
                seen.push_back({i, present, present});
            }
            next.read |= *w.answer;
            next.at->read_was(seen);
        } else {
            next.at->burned();
        }
        reach(std::move(next));
    }

    habits habits_;
    std::deque<world> to_do_;
    std::set<decltype(world().key())> known_;
    std::size_t ends_ = 0;
};

} // namespace

TEST_CASE("no order of losses and retries burns what nobody has received") {
    walk w({});
    CHECK(w.is_safe());
    CHECK(w.states() > 1000);
    CHECK(w.ends() > 100);
    MESSAGE(w.states(), " states, ", w.ends(), " visits come to an end");
}

TEST_CASE("the walk finds what is burned unseen: by somebody who names numbers at random") {
    CHECK_FALSE(walk({.burns_all = false, .names_what_was_seen = true, .names_anything = true}).is_safe());
}

TEST_CASE("an answer that cannot be read is not burned with all, and one that is gone is not burned again") {
    auto v = visit::burning_all();
    v.found({0, 1, 2, 3, 7});
    CHECK(v.next() == visit::action{visit::step::read, {0, 1, 2, 3}});
    const std::vector<visit::seen> first{
        {0, true, true}, {1, true, false}, {2, false, false}, {3, true, true}};
    v.read_was(first);
    CHECK(v.next() == visit::action{visit::step::read, {7}});
    const std::vector<visit::seen> last{{7, true, true}};
    v.read_was(last);
    CHECK(v.next() == visit::action{visit::step::hand_over, {0, 3, 7}});
    v.handed_over();
    CHECK(v.next() == visit::action{visit::step::burn, {0, 3, 7}});
    v.lost();
    v.lost();
    CHECK(v.next() == visit::action{visit::step::burn, {0, 3, 7}});
    v.lost();
    CHECK(v.next().what == visit::step::given_up);
}
