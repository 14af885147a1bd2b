// Internal: one file of the spool, `spool-N` (mode 0600), of a fixed size and full of zeros until it is used.
//
//   header (32 bytes, at 0 and again at 4,096)   "chgspool" ‖ key (16, random) ‖ check (8)
//   group (from 8,192, 4,096-byte blocks)        records ‖ zeros
//   record (64-byte steps)                       check (8) ‖ group (8) ‖ size (4) ‖ epoch (4) ‖ state (4) ‖
//                                                more (4) ‖ id (32) ‖ body ‖ zeros
//
// `check` is SipHash under the file's own key, so that no sender can put into a body what looks like a
// record, and nothing of the file's former life counts as one. The id, the hash of the body, checks the body.
// `group` is where the group began that the record was written with, `more` how many of it follow: a bad
// place before a later group was acknowledged and has been damaged since; one in the last group is the torn
// end of something that nobody was told of.
//
// A group is whole blocks and goes past the page cache (O_DIRECT, where the file system has it): a page that
// is written once and read once, hours later, is only copied and evicted there. Blocks are never shared by
// two groups, so what was acknowledged is not written again.
//
// The zeros are written, not reserved: into blocks that exist already fdatasync has no metadata to journal.
// Measured through the page cache, CPU µs an envelope in groups of 8 and 64: 15.4 and 3.7 appending to a
// growing file, 12.5 and 3.0 with fallocate, 7.6 and 2.4 into zeros (SQLite, one transaction a group: 43).
// Integers are the machine's own: the file never leaves it.
#pragma once

#include "storage/file.hpp"
#include "storage/types.hpp"

#include <array>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace changgu::storage {

using segment_key = std::array<crypto::byte, 16>;

struct spooled {
    envelope_id id;
    std::uint32_t epoch = 0;
    std::uint32_t size = 0; ///< of the body
    std::uint64_t at = 0;   ///< of the record in its file
};

/// What a file of the spool says when it is read from the beginning.
struct segment_contents {
    bool readable = true;  ///< false: there is something in it, and both headers are damaged
    bool finished = false; ///< a header is there; without, it is a file that a crash kept from being made
    segment_key key{};
    std::vector<spooled> records;
    std::uint64_t end = 0; ///< behind the last record
    bool blank = true;     ///< there is nothing behind the headers
    bool torn = false;     ///< there is something behind the end that was never acknowledged
    bool damaged = false;  ///< something acknowledged is missing from the middle
};
segment_contents parse_segment(bytes_view file);

class segment {
  public:
    struct entry {
        envelope_id id;
        std::uint32_t epoch = 0;
        bytes_view body;
    };
    static constexpr std::uint64_t records_begin = 8192;
    static constexpr std::uint64_t block = 4096;
    /// Bytes that a body of `size` takes in its group.
    static std::uint64_t record_bytes(std::size_t size) noexcept;
    /// Where in the file its body is.
    static std::uint64_t body_at(const spooled& s) noexcept;
    /// Bytes that a group of records takes.
    static constexpr std::uint64_t group_bytes(std::uint64_t records) noexcept {
        return (records + block - 1) / block * block;
    }

    /// Makes the file, durably; replaces one that is there.
    static std::unique_ptr<segment> create(const std::filesystem::path& directory, std::uint32_t number,
                                           std::uint64_t size);
    /// Opens a file that parse_segment() understood, and cuts off a torn end.
    segment(const std::filesystem::path& directory, std::uint32_t number, const segment_contents& contents);

    [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] bool has_room_for(std::uint64_t records) const noexcept {
        return end_ + group_bytes(records) <= size_;
    }

    /// One write, one fdatasync; then it is durable. There must be room. Gives where the first record is, the
    /// others following it; after a file_error nothing was appended.
    std::uint64_t append(std::span<const entry> group);
    /// A read() of it comes soon: the disk may begin.
    void expect_read(const spooled& s) const noexcept;
    /// Throws file_error if the record is not there.
    [[nodiscard]] bytes read(const spooled& s) const;
    /// Overwrites these records' bodies and ids with zeros, durably.
    void erase(std::span<const spooled> records);
    /// Zeros from end to beginning, so that what a crash leaves is still a beginning; then a new key.
    /// Durable.
    void wipe();
    void remove();

  private:
    segment(const std::filesystem::path& directory, std::uint32_t number, int flags);
    void write_headers();
    void end_group_with(const spooled& last) const; ///< the last record that is left of it
    void write_zeros(std::uint64_t from, std::uint64_t to) const;

    std::filesystem::path path_;
    std::uint32_t number_;
    file file_;   ///< for what is small or read
    file direct_; ///< for whole blocks
    segment_key key_{};
    std::uint64_t size_ = 0;
    std::uint64_t end_ = records_begin;       ///< where the next group begins
    std::uint64_t dirty_end_ = records_begin; ///< a write that failed may have got as far as here
};

/// The numbers of the spool's files in a directory, in order.
std::vector<std::uint32_t> spool_numbers(const std::filesystem::path& directory);
/// Where one of them is.
std::filesystem::path segment_path(const std::filesystem::path& directory, std::uint32_t number);
/// What is in it. Nothing if it is gone.
std::optional<bytes> read_segment(const std::filesystem::path& directory, std::uint32_t number);

} // namespace changgu::storage
