#include "server/log.hpp"
#include "tests/server/http/fixture.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <regex>
#include <string>
#include <type_traits>

using namespace changgu::server;
using namespace changgu::test;

// The allow-list is a matter of types: no string of run time converts to a value, whatever form it has.
template <class T>
concept loggable = requires(T value) { log_entry{log_field::count, value}; };
static_assert(loggable<std::int64_t>);
static_assert(!loggable<std::string>);
static_assert(!loggable<std::string_view>);
static_assert(!loggable<const char*>);
static_assert(!loggable<char*>);
static_assert(!loggable<std::vector<unsigned char>>);
static_assert(!std::is_constructible_v<log_word, std::string_view>);
static_assert(!std::is_constructible_v<log_word, const char*>);

TEST_CASE("a line of the log") {
    temp_dir dir;
    const auto file = dir / "log";
    open_log({log_level::info, file});
    log(log_level::info, log_event::tick_done, {{log_field::batch, 12}, {log_field::reason, "schedule"}});
    log(log_level::debug, log_event::tick_done, {{log_field::batch, 13}});
    const auto text = read_file(file);
    CHECK(std::regex_match(
        text, std::regex("\\d{4}-\\d{2}-\\d{2}T\\d{2}Z info tick_done batch=12 reason=schedule\n")));
    struct stat found{};
    REQUIRE(::stat(file.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0600U);

    std::filesystem::rename(file, dir / "log.1");
    reopen_log();
    log(log_level::error, log_event::storage_failed);
    CHECK(read_file(file).ends_with("Z error storage_failed\n"));
    CHECK(read_file(dir / "log.1") == text);
    std::filesystem::rename(file, dir / "log.2");
    std::filesystem::create_directory(file);
    reopen_log();
    CHECK(read_file(dir / "log.2").ends_with("Z error log_reopen_failed\n"));
    CHECK_THROWS_AS(open_log({log_level::info, dir / "none" / "log"}), std::runtime_error);
}

TEST_CASE("traffic leaves nothing in the log") {
    temp_dir dir;
    const auto file = dir / "log";
    open_log({log_level::debug, file});
    {
        test_server::settings set;
        set.tls = true;
        test_server s(set);
        const std::string marked =
            "GET /items/MARKER?q=MARKER HTTP/1.1\r\nHost: MARKER\r\nAuthorization: Bearer MARKER\r\n"
            "User-Agent: MARKER\r\n\r\n";
        for (const auto& request :
             {marked, get("/throws"), get("/nothing/MARKER"), std::string("MARKER\r\n\r\n"),
              std::string("POST /echo HTTP/1.1\r\nHost: MARKER\r\nContent-Length: 6\r\n\r\nMARKER")}) {
            raw_client c(s.plain());
            c.send(request);
            CHECK(status_of(c.answer()) != 0);
        }
        raw_client not_tls(s.server->tls_port());
        not_tls.send("MARKER");
        s.server->stop();
        s.server->join();
    }
    const auto text = read_file(file);
    CHECK(text.find("MARKER") == std::string::npos);
    CHECK(text.find("127.0.0.1") == std::string::npos);
    CHECK(text.find("secret") == std::string::npos);
    // A start, one failed handler, a stop: no line for a request.
    const std::regex whole("\\S+Z info started threads=1\n\\S+Z error handler_failed\n\\S+Z info "
                           "stopping\n\\S+Z info stopped\n");
    CHECK(std::regex_match(text, whole));
}
