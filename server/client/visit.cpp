#include "server/client/visit.hpp"

#include <algorithm>

namespace changgu::client {

visit::action visit::next() const {
    if (step_ == step::hand_over) return {step_, used_};
    if (step_ != step::read && step_ != step::burn) return {step_, {}};
    const auto first = used_.begin() + static_cast<std::ptrdiff_t>(done_);
    return {step_,
            {first, first + static_cast<std::ptrdiff_t>(std::min(tokens_at_once, used_.size() - done_))}};
}

void visit::found(std::vector<std::uint64_t> used) {
    used_ = std::move(used);
    if (used_.empty())
        step_ = step::finished;
    else
        step_ = step::read;
}

void visit::read_was(std::span<const seen> some) {
    seen_.insert(seen_.end(), some.begin(), some.end());
    done_ += some.size();
    if (done_ == used_.size()) choose();
}

void visit::choose() {
    used_.clear();
    done_ = 0;
    step_ = step::finished;
    if (!burns_) return;
    for (const auto& s : seen_)
        if (s.present && (which_ ? std::ranges::find(*which_, s.index) != which_->end() : s.readable))
            used_.push_back(s.index);
    if (!used_.empty()) step_ = which_ ? step::burn : step::hand_over;
}

void visit::handed_over() {
    step_ = step::burn;
}

void visit::burned() {
    lost_ = 0;
    done_ += std::min(tokens_at_once, used_.size() - done_);
    if (done_ == used_.size()) step_ = step::finished;
}

void visit::lost() {
    if (step_ != step::burn || ++lost_ == attempts) step_ = step::given_up;
}

} // namespace changgu::client
