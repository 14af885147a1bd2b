// Internal: how the databases are opened, what is in them, and how an older one is brought up to date.
#pragma once

#include "storage/database.hpp"

#include <cstdint>
#include <filesystem>

namespace changgu::storage {

constexpr const char* main_file = "changgu.db";
constexpr const char* pepper_file = "peppers.db";
constexpr const char* access_file = "access.db";

enum class which { main, peppers, access };

/// Opens, sets and verifies every setting, migrates. Throws std::runtime_error for the operator.
database open_for_writing(const std::filesystem::path& directory, which w, std::uint32_t page_size);
/// Throws std::runtime_error if there is no database of exactly this schema.
database open_for_reading(const std::filesystem::path& directory, which w);

/// The bytes at the beginning of every envelope and event that are the same in all or public.
constexpr std::size_t public_header_bytes = 8;
/// Bytes of zeros to put before a body, so that all of it but a public header lies in overflow pages. SQLite
/// moves rows between leaf pages and leaves stale copies in their free space, which secure_delete does not
/// zero (measured: 4 pieces of 607 burned bodies); overflow pages it never copies, and zeroes when they are
/// freed. At 8,192 bytes it costs 66 bytes of disk a row.
std::size_t padding(std::size_t page_size, std::size_t body);

/// The tables of the main database, for statistics.
constexpr const char* main_tables[] = {"spool_envelope", "spool_item", "batch",    "envelope",
                                       "item",           "decoy",      "key_note", "enrolment",
                                       "prekey",         "drained",    "keyring"};
/// The PRAGMAs that statistics report.
constexpr const char* reported_settings[] = {
    "journal_mode",   "synchronous",     "secure_delete", "temp_store",     "foreign_keys",
    "trusted_schema", "cell_size_check", "auto_vacuum",   "application_id", "user_version"};

} // namespace changgu::storage
