// What the tests of storage share: a store in a directory of its own, calls that wait, bodies that are always
// the same.
#pragma once

#include "crypto/hash.hpp"
#include "storage/backup.hpp"
#include "storage/store.hpp"
#include "storage/wait.hpp"
#include "tests/support/temp_dir.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <unordered_map>
#include <unordered_set>

namespace changgu::test {

using namespace changgu::storage;

constexpr std::size_t envelope_bytes = 8192;

/// The nth body of a series; the same in every run, and incompressible.
inline bytes body(std::uint64_t n, std::size_t size = envelope_bytes) {
    std::mt19937_64 random(n);
    bytes b(size);
    for (auto& x : b) x = static_cast<crypto::byte>(random());
    return b;
}
inline envelope_id id_of(crypto::bytes_view b) {
    return crypto::blake2b<envelope_id>({b});
}
inline address address_of(std::uint64_t n) {
    return crypto::blake2b<address>({crypto::as_bytes("address"), crypto::big_endian(n)});
}

struct bench {
    temp_dir dir;
    options opts;
    std::unique_ptr<store> open_store;

    explicit bench(options o = {}) : opts(std::move(o)) {
        opts.directory = dir.path() / "data";
        opts.spool_file = 300'000; // so that a test fills several
        reopen();
    }
    void reopen() {
        open_store.reset();
        open_store = std::make_unique<store>(opts);
    }
    store& s() { return *open_store; }
    reader read() { return s().make_reader(); }

    put_outcome put(crypto::bytes_view b, std::uint32_t epoch = 1) {
        return wait<put_outcome>(
            [&](auto done) { s().put_envelope(id_of(b), epoch, {b.begin(), b.end()}, std::move(done)); });
    }
    put_outcome put_reply(const address& a, bytes b) {
        return wait<put_outcome>([&](auto done) { s().put_reply(a, std::move(b), std::move(done)); });
    }
    put_outcome put_event(const address& a, bytes b) {
        return wait<put_outcome>([&](auto done) { s().put_case_event(a, std::move(b), std::move(done)); });
    }
    put_outcome put_blob(const address& a, bytes b) {
        return wait<put_outcome>([&](auto done) { s().put_blob(a, std::move(b), std::move(done)); });
    }
    edit_outcome burn(std::vector<address> a) {
        return wait<edit_outcome>([&](auto done) { s().burn(std::move(a), std::move(done)); });
    }
    edit_outcome purge(item_kind k, std::vector<address> a) {
        return wait<edit_outcome>([&](auto done) { s().purge(k, std::move(a), std::move(done)); });
    }
    edit_outcome keep(std::vector<address> a, month_number now) {
        return wait<edit_outcome>([&](auto done) { s().keep(std::move(a), now, std::move(done)); });
    }
    release_report release(release_input in) {
        return wait<result<release_report>>([&](auto done) { s().release(std::move(in), std::move(done)); })
            .value();
    }
    /// A tick without chaff.
    release_report release(day_number today = 0, month_number month = 0) {
        return release({.epoch = 0, .fill = 1, .today = today, .month = month, .make_chaff = {}});
    }
    compact_report compact(day_number today) {
        return wait<result<compact_report>>([&](auto done) { s().compact(today, std::move(done)); }).value();
    }
    std::uint64_t expire(month_number now, retention keep) {
        return wait<result<std::uint64_t>>([&](auto done) { s().expire(now, keep, std::move(done)); })
            .value();
    }
    std::uint64_t delete_epoch(std::uint32_t epoch) {
        return wait<result<std::uint64_t>>([&](auto done) { s().delete_epoch(epoch, std::move(done)); })
            .value();
    }
    item_state state(item_kind k, const address& a) { return read().read(k, std::span(&a, 1)).at(0).state; }
    std::vector<released_envelope> inbox(batch_number after = 0) {
        auto r = read();
        auto cursor = r.open_inbox(after);
        std::vector<released_envelope> all;
        while (cursor.remaining > 0) {
            auto slice = r.next(cursor, 7).value();
            if (slice.empty()) break;
            std::ranges::move(slice, std::back_inserter(all));
        }
        return all;
    }
};

/// An organisation's recovery key, for backups. The same in every process: one makes what another opens.
namespace vault {
inline const backup_opener& opener() {
    static const backup_opener o = [] {
        backup_opener made{crypto::blake2b<crypto::org_id>({crypto::as_bytes("org")}), {}};
        const auto from = crypto::blake2b<crypto::hash256>({crypto::as_bytes("recovery")});
        made.recovery.push_back(crypto::sign_key_pair_from(crypto::seed::from(from.view()).value()));
        return made;
    }();
    return o;
}
inline crypto::backup_recipients recipients(reader& /*copy*/) {
    return {opener().org, {opener().recovery.front().public_key}};
}
} // namespace vault

inline bytes file_bytes(const std::filesystem::path& p) {
    std::ifstream in(p, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Kendall's tau, from -1 to 1, between the order of the bodies and that in which a file has them; 0 of 1,000
/// bodies in random order has a standard deviation of 0.021. Each must be there: -2 if one is not.
inline double order_in(const bytes& file, const std::vector<bytes>& bodies) {
    constexpr std::size_t from = 4000; // inside the sealed part
    const auto piece = [](const crypto::byte* at) {
        std::uint64_t n = 0;
        std::memcpy(&n, at, sizeof n);
        return n;
    };
    std::unordered_map<std::uint64_t, std::size_t> found;
    for (const auto& x : bodies) found.emplace(piece(x.data() + from), 0);
    for (std::size_t i = 0; i + 8 <= file.size(); ++i)
        if (const auto f = found.find(piece(file.data() + i)); f != found.end() && f->second == 0)
            f->second = i;
    std::vector<std::size_t> at;
    for (const auto& x : bodies) at.push_back(found.at(piece(x.data() + from)));
    if (std::ranges::count(at, 0U) != 0) return -2;
    long concordant = 0;
    for (std::size_t i = 0; i < at.size(); ++i)
        for (std::size_t j = i + 1; j < at.size(); ++j) concordant += at[i] < at[j] ? 1 : -1;
    return 2.0 * static_cast<double>(concordant) / static_cast<double>(at.size() * (at.size() - 1));
}

/// How many pieces of eight bytes of the bodies are in any file of the directory, at whatever offset. The
/// first piece does not count: in every envelope and event it is a public header.
inline std::size_t pieces_on_disk(const std::filesystem::path& directory, const std::vector<bytes>& bodies) {
    const auto piece = [](const crypto::byte* at) {
        std::uint64_t n = 0;
        std::memcpy(&n, at, sizeof n);
        return n;
    };
    std::unordered_set<std::uint64_t> wanted;
    for (const auto& b : bodies)
        for (std::size_t i = 8; i + 8 <= b.size(); i += 8) wanted.insert(piece(b.data() + i));
    std::size_t found = 0;
    for (const auto& file : std::filesystem::directory_iterator(directory)) {
        const auto content = file_bytes(file.path());
        for (std::size_t i = 0; i + 8 <= content.size(); ++i)
            found += wanted.count(piece(content.data() + i));
    }
    return found;
}

} // namespace changgu::test
