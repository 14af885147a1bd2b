// How a configuration file of ours is read: one TOML file, each key known, each value bounded, every relative
// path resolved against the file's directory. For the sources that read one; toml++ is seen by no other.
#pragma once

#include "server/config_error.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace changgu::server {

/// One table of the file. It remembers which keys were asked for, so that whatever is left over is an error.
class section {
  public:
    section(const toml::table& root, std::string_view name, const std::filesystem::path& file)
        : name_(name), file_(file), node_(root.get(name)) {
        if (node_ && !node_->is_table()) fail(*node_, "", "must be a table");
    }

    [[noreturn]] void fail(const toml::node& where, std::string_view key, std::string_view reason) const {
        throw config_error(file_.string() + ":" + std::to_string(where.source().begin.line) + ": " +
                           full(key) + ": " + std::string(reason));
    }
    [[noreturn]] void fail_missing(std::string_view key) const {
        throw config_error(file_.string() + ": " + full(key) + ": is missing");
    }

    [[nodiscard]] bool present() const noexcept { return node_ != nullptr; }

    const toml::node* find(std::string_view key) {
        known_.push_back(key);
        return node_ ? node_->as_table()->get(key) : nullptr;
    }

    /// An integer of [low, high]; `fallback` without the key.
    template <class Integer>
    Integer number(std::string_view key, Integer fallback, std::int64_t low, std::int64_t high) {
        const auto* found = find(key);
        if (!found) return fallback;
        const auto value = found->value_exact<std::int64_t>();
        if (!value || *value < low || *value > high)
            fail(*found, key,
                 "must be an integer from " + std::to_string(low) + " to " + std::to_string(high));
        return static_cast<Integer>(*value);
    }
    bool truth(std::string_view key, bool fallback) {
        const auto* found = find(key);
        if (!found) return fallback;
        const auto value = found->value_exact<bool>();
        if (!value) fail(*found, key, "must be true or false");
        return *value;
    }
    void seconds(std::string_view key, std::chrono::milliseconds& into, std::int64_t high) {
        const auto now = std::chrono::duration_cast<std::chrono::seconds>(into).count();
        into = std::chrono::seconds(number<std::int64_t>(key, now, 1, high));
    }
    std::optional<std::string> text(std::string_view key) {
        const auto* found = find(key);
        if (!found) return std::nullopt;
        auto value = found->value_exact<std::string>();
        if (!value || value->empty() || value->size() > 1024 || value->find('\0') != std::string::npos)
            fail(*found, key, "must be a string of 1 to 1024 bytes");
        return value;
    }
    std::optional<std::filesystem::path> path(std::string_view key) {
        auto value = text(key);
        if (!value) return std::nullopt;
        return (file_.parent_path() / *value).lexically_normal();
    }
    /// The index of the value in `allowed`.
    std::optional<std::size_t> one_of(std::string_view key, std::initializer_list<std::string_view> allowed) {
        const auto value = text(key);
        if (!value) return std::nullopt;
        const auto at = std::ranges::find(allowed, std::string_view(*value));
        if (at == allowed.end()) {
            std::string reason = "must be one of";
            for (const auto a : allowed) reason += " \"" + std::string(a) + '"';
            fail(*node_->as_table()->get(key), key, reason);
        }
        return static_cast<std::size_t>(at - allowed.begin());
    }

    void refuse_unknown() const {
        if (!node_) return;
        for (const auto& [key, value] : *node_->as_table())
            if (std::ranges::find(known_, key.str()) == known_.end())
                fail(value, key.str(), "is not a known key");
    }

  private:
    [[nodiscard]] std::string full(std::string_view key) const {
        return key.empty() ? name_ : name_ + "." + std::string(key);
    }

    std::string name_;
    const std::filesystem::path& file_;
    const toml::node* node_;
    std::vector<std::string_view> known_;
};

/// The whole file, at most 64 KiB. Throws config_error.
std::string read_config_text(const std::filesystem::path& file);

} // namespace changgu::server
