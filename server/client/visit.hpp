// What a reporter's client does when it comes back with a receipt, as a machine without a connection: it says
// what to do next and is told what came of it. So it can be tried in every order of losses (the test
// walks through them all), and what must hold is: nothing is burned that nobody has received.
//
// Received is what the person was shown. Whoever names an answer's number has seen it, as an address is
// written to once; to burn *all* there are may meet one that came since, so these are handed over first.
#pragma once

#include "server/client/channel.hpp"

#include <optional>
#include <vector>

namespace changgu::client {

class visit {
  public:
    enum class step : std::uint8_t {
        fetch_index, ///< and tell found()
        read,        ///< these, at most tokens_at_once, and tell read_was()
        hand_over,   ///< show the answers at these indices, then tell handed_over()
        burn,        ///< these, at most tokens_at_once, and tell burned()
        finished,
        given_up, ///< after lost()
    };
    struct action {
        step what = step::fetch_index;
        std::vector<std::uint64_t> indices;
        bool operator==(const action&) const = default;
    };
    struct seen {
        std::uint64_t index = 0;
        bool present = false;
        bool readable = false; ///< it opened, and a reviewer signed it
        bool operator==(const seen&) const = default;
    };
    static constexpr int attempts = 3; ///< of a burning: the same tokens again while the answer is lost

    /// Reads what there is; changes nothing.
    static visit reading() { return {false, std::nullopt}; }
    /// Burns what is present of these.
    static visit burning(std::vector<std::uint64_t> which) { return {true, std::move(which)}; }
    /// Burns all that can be read.
    static visit burning_all() { return {true, std::nullopt}; }

    /// What to do now: the same until something is told.
    [[nodiscard]] action next() const;
    /// The indices in use, ascending.
    void found(std::vector<std::uint64_t> used);
    /// As many as were asked for.
    void read_was(std::span<const seen> some);
    void handed_over();
    void burned();
    /// No answer came, or the server asked for patience.
    void lost();

    bool operator==(const visit&) const = default;

  private:
    visit(bool burns, std::optional<std::vector<std::uint64_t>> which)
        : burns_(burns), which_(std::move(which)) {}
    void choose();

    bool burns_;
    std::optional<std::vector<std::uint64_t>> which_; ///< none: all
    step step_ = step::fetch_index;
    std::vector<std::uint64_t> used_; ///< then those to burn
    std::vector<seen> seen_;
    std::size_t done_ = 0; ///< of used_
    int lost_ = 0;
};

} // namespace changgu::client
