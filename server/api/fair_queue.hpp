// A bounded queue that serves sources in turn, so that whoever has many things waiting waits for himself.
// When it is full, the source with most gives up its last one for a source with less.
#pragma once

#include "server/http/source.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <list>
#include <optional>
#include <utility>

namespace changgu::api {

template <class Item> class fair_queue {
  public:
    /// `each`: for one source. Without a source there is no bound but the whole.
    fair_queue(std::size_t whole, std::size_t each) : whole_(whole), each_(each) {}

    /// What found no place, or lost it: `item` itself, another one, or nothing.
    std::optional<Item> push(const http::source& from, Item item) {
        auto mine = std::ranges::find(lanes_, from, &lane::from);
        const std::size_t has = mine == lanes_.end() ? 0 : mine->items.size();
        if (from != http::no_source && has >= each_) return item;
        std::optional<Item> out;
        if (size_ >= whole_) {
            const auto longest =
                std::ranges::max_element(lanes_, {}, [](const lane& l) { return l.items.size(); });
            if (longest == lanes_.end() || longest->items.size() <= has + 1) return item;
            out = std::move(longest->items.back());
            longest->items.pop_back();
            --size_;
        }
        if (mine == lanes_.end()) {
            lanes_.push_back({from, {}});
            mine = std::prev(lanes_.end());
        }
        mine->items.push_back(std::move(item));
        ++size_;
        return out;
    }

    /// The first of the source whose turn it is.
    std::optional<Item> pop() {
        if (lanes_.empty()) return std::nullopt;
        auto first = lanes_.begin();
        std::optional<Item> out = std::move(first->items.front());
        first->items.pop_front();
        --size_;
        if (first->items.empty())
            lanes_.erase(first);
        else
            lanes_.splice(lanes_.end(), lanes_, first);
        return out;
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] double filled() const noexcept {
        return static_cast<double>(size_) / static_cast<double>(whole_);
    }

  private:
    struct lane {
        http::source from;
        std::deque<Item> items; ///< never empty
    };
    const std::size_t whole_;
    const std::size_t each_;
    std::list<lane> lanes_; ///< the first is next
    std::size_t size_ = 0;
};

} // namespace changgu::api
