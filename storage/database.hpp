// Internal: one SQLite connection, its prepared statements and transactions. Only this module includes it.
#pragma once

#include "crypto/bytes.hpp"

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace changgu::storage {

/// SQLite refused. what() has SQLite's general words for the code, never SQL or data.
class database_error : public std::runtime_error {
  public:
    explicit database_error(int extended_code);
    /// The disk itself failed, so nothing that the page cache holds can be trusted any more.
    [[nodiscard]] bool is_io_error() const noexcept;
    [[nodiscard]] bool is_full() const noexcept;

  private:
    int code_;
};

/// A statement in use: bound, being stepped, and reset when it goes. What is bound must outlive it.
class query {
  public:
    template <class... Args> explicit query(sqlite3_stmt* s, const Args&... args) : stmt_(s) {
        int at = 0;
        (bind(++at, args), ...);
    }
    query(const query&) = delete;
    query& operator=(const query&) = delete;
    ~query();

    /// True while there is a row.
    bool step();
    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    template <std::unsigned_integral T> [[nodiscard]] T number(int column) const {
        return static_cast<T>(integer(column));
    }
    /// Valid until the next step.
    [[nodiscard]] crypto::bytes_view blob(int column) const;
    [[nodiscard]] crypto::bytes copy(int column) const {
        const auto b = blob(column);
        return {b.begin(), b.end()};
    }
    [[nodiscard]] std::string text(int column) const;
    /// A column of another width than Fixed's is a damaged database.
    template <class Fixed> [[nodiscard]] Fixed fixed(int column) const {
        auto f = Fixed::from(blob(column));
        if (!f) damaged();
        return std::move(*f);
    }

    void bind(int at, std::int64_t n);
    void bind(int at, std::unsigned_integral auto n) { bind(at, static_cast<std::int64_t>(n)); }
    void bind(int at, crypto::bytes_view b);
    void bind(int at, std::string_view s);

  private:
    [[noreturn]] static void damaged();
    sqlite3_stmt* stmt_;
};

class database {
  public:
    enum class mode { write, read };
    /// For writing, creates the file with mode 0600 if it is not there.
    database(const std::filesystem::path& file, mode m);

    /// `sql` must be a literal: statements are kept by it.
    template <class... Args> query ask(std::string_view sql, const Args&... args) {
        return query(prepared(sql), args...);
    }
    /// Runs to the end; gives the number of rows changed.
    template <class... Args> std::uint64_t run(std::string_view sql, const Args&... args) {
        auto q = ask(sql, args...);
        while (q.step()) {
        }
        return changes();
    }
    /// The single integer that the query gives.
    template <class... Args> std::uint64_t number(std::string_view sql, const Args&... args) {
        auto q = ask(sql, args...);
        return q.step() ? q.template number<std::uint64_t>(0) : 0;
    }
    /// Several statements, without results and not kept.
    void script(const std::string& sql);
    /// As number(), for a statement made at run time.
    std::uint64_t scalar(const std::string& sql);
    /// The value of a PRAGMA, which a caller may have just set.
    std::string pragma(const std::string& name);

    [[nodiscard]] bool in_transaction() const;
    /// Bytes of the file that hold something.
    std::uint64_t used();
    /// Moves the log into the database and cuts it to nothing. False if a reader held it for longer than
    /// `patience_ms`.
    bool truncate_log(int patience_ms);

  private:
    struct close {
        void operator()(sqlite3* c) const noexcept;
    };
    struct finalize {
        void operator()(sqlite3_stmt* s) const noexcept;
    };
    sqlite3_stmt* prepared(std::string_view sql);
    std::string first_value(const std::string& sql);
    std::uint64_t changes() const;

    std::unique_ptr<sqlite3, close> connection_;
    std::map<std::string_view, std::unique_ptr<sqlite3_stmt, finalize>> statements_;
};

/// Rolled back when it goes, unless committed. Reading transactions take no lock that keeps the writer
/// waiting.
class transaction {
  public:
    enum class kind { write, read };
    transaction(database& db, kind k);
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    ~transaction();
    void commit();

  private:
    database& db_;
};

} // namespace changgu::storage
