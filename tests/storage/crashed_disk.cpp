#include "tests/storage/crashed_disk.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace changgu::test {
namespace {

using kind = disk_event::kind;

constexpr std::size_t sector = 512;

void apply(crypto::bytes& to, const disk_event& e) {
    if (e.what == kind::resize) return to.resize(e.at);
    if (to.size() < e.at + e.data.size()) to.resize(e.at + e.data.size());
    std::ranges::copy(e.data, to.begin() + static_cast<std::ptrdiff_t>(e.at));
}

bool is_in(const std::string& name, const std::string& directory) {
    return std::filesystem::path(name).parent_path() == directory;
}

/// Of a write that was under way: any of its sectors.
void apply_torn(crypto::bytes& to, const disk_event& e, std::mt19937_64& random) {
    if (e.what == kind::resize) {
        if (random() % 2 == 0) apply(to, e);
        return;
    }
    for (std::uint64_t at = e.at; at < e.at + e.data.size();) {
        const auto end = std::min<std::uint64_t>((at / sector + 1) * sector, e.at + e.data.size());
        if (random() % 2 == 0) {
            if (to.size() < end) to.resize(end);
            const auto from = e.data.begin() + static_cast<std::ptrdiff_t>(at - e.at);
            std::copy(from, from + static_cast<std::ptrdiff_t>(end - at),
                      to.begin() + static_cast<std::ptrdiff_t>(at));
        }
        at = end;
    }
}

} // namespace

void apply(file_names& names, const disk_event& e) {
    if (e.what == kind::create)
        names[e.name] = e.file;
    else if (e.what == kind::remove)
        names.erase(e.name);
    else if (e.what != kind::rename)
        return;
    else if (const auto moved = names.extract(e.name))
        names[e.second] = moved.mapped();
}

void crashed_disk::advance(std::uint64_t moment) {
    for (; moment_ < moment; ++moment_) {
        const auto& e = events_.at(moment_);
        auto& changes = files_[e.file].changes;
        switch (e.what) {
        case kind::write:
        case kind::resize: changes.push_back({&e}); break;
        case kind::failed_sync:
            for (auto& c : changes) c.hopeless = !c.certain;
            break;
        case kind::sync: {
            for (auto& c : changes) c.certain = !c.hopeless;
            const auto rest = std::ranges::find(changes, false, &change::certain);
            for (auto c = changes.begin(); c != rest; ++c) apply(files_[e.file].durable, *c->event);
            changes.erase(changes.begin(), rest);
            break;
        }
        case kind::create:
        case kind::remove:
        case kind::rename: name_changes_.push_back(&e); break;
        case kind::sync_directory: {
            const auto last = std::find_if(name_changes_.rbegin(), name_changes_.rend(), [&e](const auto* n) {
                return is_in(n->name, e.name) || (n->what == kind::rename && is_in(n->second, e.name));
            });
            const auto end = last.base();
            for (auto n = name_changes_.begin(); n != end; ++n) apply(names_, **n);
            name_changes_.erase(name_changes_.begin(), end);
            break;
        }
        }
    }
}

crypto::bytes crashed_disk::remainder(const content& c, remains what, std::mt19937_64& random) {
    auto out = c.durable;
    const auto torn = c.changes.empty() ? 0 : random() % c.changes.size();
    for (std::size_t i = 0; i < c.changes.size(); ++i) {
        const auto& change = c.changes[i];
        if (what == remains::all || change.certain || (what == remains::in_turn && i < torn))
            apply(out, *change.event);
        else if (what == remains::some || (what == remains::in_turn && i == torn))
            apply_torn(out, *change.event, random);
    }
    return out;
}

void crashed_disk::restore(std::uint64_t moment, remains what, std::uint64_t seed,
                           const std::filesystem::path& to) {
    advance(moment);
    std::mt19937_64 random(seed);
    auto names = names_;
    const auto kept = what == remains::all    ? name_changes_.size()
                      : what == remains::none ? 0
                                              : random() % (name_changes_.size() + 1);
    for (std::size_t i = 0; i < kept; ++i) apply(names, *name_changes_[i]);
    for (const auto& [name, file] : names) {
        std::filesystem::create_directories((to / name).parent_path());
        const auto left = remainder(files_[file], what, random);
        std::ofstream out(to / name, std::ios::binary);
        out.write(reinterpret_cast<const char*>(left.data()), static_cast<std::streamsize>(left.size()));
        if (!out.flush()) throw std::runtime_error("crashed_disk: cannot write");
    }
}

} // namespace changgu::test
