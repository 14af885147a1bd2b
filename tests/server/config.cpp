#include "server/config.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace changgu::server;

namespace {

const std::string server_part = "[server]\nplain = \"127.0.0.1:8080\"\norigins = [\"https://a.example\"]\n";
const std::string storage_part = "[storage]\ndata = \"data\"\n";

config parse(const std::string& text) {
    return parse_config(text, "/etc/changgu/changgu.toml");
}

std::string error_of(const std::string& text) {
    try {
        parse(text);
    } catch (const config_error& e) {
        return e.what();
    }
    return "no error";
}

} // namespace

TEST_CASE("the example configuration loads") {
    const std::filesystem::path file = CHANGGU_EXAMPLE_CONFIG;
    const auto c = load_config(file);
    REQUIRE(c.listen);
    CHECK(c.listen->ip == "127.0.0.1");
    CHECK(c.listen->port == 8443);
    CHECK(c.data == file.parent_path() / "data");
    REQUIRE(c.tls);
    CHECK(c.tls->certificate == file.parent_path() / "tls/certificate.pem");
    CHECK_FALSE(c.tls->allow_tls_1_2);
    CHECK(c.origins == std::vector<std::string>{"https://127.0.0.1:8443"});
    // The values that the example shows are the defaults.
    const config defaults;
    CHECK(c.threads == defaults.threads);
    CHECK(c.storage_budget == defaults.storage_budget);
    CHECK(c.limits.connections == defaults.limits.connections);
    CHECK(c.limits.requests_per_connection == defaults.limits.requests_per_connection);
    CHECK(c.limits.handshake == defaults.limits.handshake);
    CHECK(c.limits.idle == defaults.limits.idle);
    CHECK(c.limits.header == defaults.limits.header);
    CHECK(c.limits.body == defaults.limits.body);
    CHECK(c.limits.handler == defaults.limits.handler);
    CHECK(c.limits.write == defaults.limits.write);
    CHECK(c.limits.grace == defaults.limits.grace);
    CHECK(c.sessions == defaults.sessions);
    CHECK(c.puts_per_minute == defaults.puts_per_minute);
    CHECK(c.log.file.empty());
    CHECK_FALSE(c.metrics);
    CHECK(c.sandbox.landlock == defaults.sandbox.landlock);
    CHECK(c.sandbox.seccomp == defaults.sandbox.seccomp);
    CHECK(c.sandbox.lock_memory == defaults.sandbox.lock_memory);
}

TEST_CASE("every key reaches its place") {
    const auto c = parse(
        "[server]\nlisten = \"[::]:443\"\nplain = \"[::1]:80\"\nunix = \"/run/x.sock\"\nthreads = 3\n"
        "origins = [\"https://a.example:8443\", \"http://b.onion\"]\n"
        "[tls]\ncertificate = \"/c.pem\"\nkey = \"../k.pem\"\nmin_version = \"1.2\"\n"
        "[storage]\ndata = \"/var/lib/changgu\"\nbudget_mib = 100\n"
        "[limits]\nconnections = 5\nrequests_per_connection = 6\nhandshake_seconds = 7\nidle_seconds = 8\n"
        "header_seconds = 9\nbody_seconds = 10\nhandler_seconds = 11\nwrite_seconds = 12\ngrace_seconds = "
        "13\n"
        "sessions = 14\nputs_per_minute = 15\n"
        "[metrics]\nlisten = \"127.0.0.1:9464\"\n"
        "[sandbox]\nlandlock = \"off\"\nseccomp = \"try\"\nlock_memory = \"required\"\n"
        "[abuse]\nprotect = false\nfree_envelopes_per_minute = 16\nfree_chunks_per_minute = 17\n"
        "most_work_bits = 9\nverifiers = 2\nreserve_percent = 20\n"
        "[log]\nlevel = \"error\"\nfile = \"log\"\n");
    using std::chrono::seconds;
    CHECK(c.listen->ip == "::");
    CHECK(c.plain->ip == "::1");
    CHECK(c.unix_socket == "/run/x.sock");
    CHECK(c.threads == 3);
    CHECK(c.origins.size() == 2);
    CHECK(c.tls->key == "/etc/k.pem");
    CHECK(c.tls->allow_tls_1_2);
    CHECK(c.data == "/var/lib/changgu");
    CHECK(c.storage_budget == 100U << 20U);
    CHECK(c.limits.connections == 5);
    CHECK(c.limits.requests_per_connection == 6);
    CHECK(c.limits.handshake == seconds(7));
    CHECK(c.limits.idle == seconds(8));
    CHECK(c.limits.header == seconds(9));
    CHECK(c.limits.body == seconds(10));
    CHECK(c.limits.handler == seconds(11));
    CHECK(c.limits.write == seconds(12));
    CHECK(c.limits.grace == seconds(13));
    CHECK(c.sessions == 14);
    CHECK(c.puts_per_minute == 15);
    REQUIRE(c.metrics);
    CHECK(c.metrics->port == 9464);
    CHECK(c.sandbox.landlock == changgu::sandbox::demand::off);
    CHECK(c.sandbox.seccomp == changgu::sandbox::demand::attempted);
    CHECK(c.sandbox.lock_memory == changgu::sandbox::demand::required);
    CHECK(c.log.level == log_level::error);
    CHECK(c.log.file == "/etc/changgu/log");
    const auto options = http_options(c);
    CHECK(options.threads == 3);
    CHECK_FALSE(options.limit.share_connections);
    const auto work = work_options(c);
    CHECK_FALSE(work.demand);
    CHECK(work.free_envelopes == 16);
    CHECK(work.free_chunks == 17);
    CHECK(work.most_bits == 9);
    CHECK(work.verifiers == 2);
    CHECK(work.storage_limit == 75U << 20U); // a quarter is kept from files
    CHECK(work.storage_reserve == (100U << 20U) / 100 * 20);
}

TEST_CASE("an error names the file, the line and the key, and repeats no value") {
    CHECK(error_of(server_part + storage_part) == "no error");
    const std::string file = "/etc/changgu/changgu.toml";
    struct given {
        std::string text;
        std::string begins;
    };
    const std::vector<given> table{
        {"[server\nsecret = 1", file + ":1: is not valid TOML"},
        {server_part + "colour = \"secret\"\n" + storage_part,
         file + ":4: server.colour: is not a known key"},
        {server_part + storage_part + "[secrets]\na = 1\n", file + ":6: secrets: is not a known key"},
        {"top = 1\n" + server_part + storage_part, file + ":1: top: is not a known key"},
        {"server = 1\n" + storage_part, file + ":1: server: must be a table"},
        {storage_part, file + ": server: is missing"},
        {server_part, file + ": storage.data: is missing"},
        {"[server]\norigins = [\"https://a\"]\n" + storage_part,
         file + ": server.listen, plain or unix: is missing"},
        {"[server]\nplain = \"127.0.0.1:1\"\n" + storage_part, file + ": server.origins: is missing"},
        {"[server]\nlisten = \"127.0.0.1:1\"\norigins = [\"https://a\"]\n" + storage_part,
         file + ": tls.certificate: is missing"},
        {server_part + storage_part + "[tls]\ncertificate = \"secret\"\n", file + ": tls.key: is missing"},
        {server_part + storage_part +
             "[tls]\ncertificate = \"secret\"\nkey = \"secret\"\nmin_version = \"1.0\"\n",
         file + ":9: tls.min_version: must be one of \"1.3\" \"1.2\""},
        {"[server]\nplain = \"192.0.2.1:80\"\norigins = [\"https://a\"]\n" + storage_part,
         file + ":2: server.plain: must be a loopback address"},
        {"[server]\nplain = \"secret:80\"\norigins = [\"https://a\"]\n" + storage_part,
         file + ":2: server.plain: must be a numeric"},
        {"[server]\nplain = \"127.0.0.1:66000\"\norigins = [\"https://a\"]\n" + storage_part,
         file + ":2: server.plain: must be a numeric"},
        {"[server]\nplain = \"127.0.0.1\"\norigins = [\"https://a\"]\n" + storage_part,
         file + ":2: server.plain: must be"},
        {"[server]\nplain = 80\norigins = [\"https://a\"]\n" + storage_part,
         file + ":2: server.plain: must be a string"},
        {"[server]\nplain = \"127.0.0.1:1\"\norigins = []\n" + storage_part,
         file + ":3: server.origins: must be a list"},
        {"[server]\nplain = \"127.0.0.1:1\"\norigins = [\"https://secret/x\"]\n" + storage_part,
         file + ":3: server.origins: must hold"},
        {server_part + "threads = 0\n" + storage_part,
         file + ":4: server.threads: must be an integer from 1 to 64"},
        {server_part + "threads = 65\n" + storage_part, file + ":4: server.threads: must be an integer"},
        {server_part + "threads = 2.0\n" + storage_part, file + ":4: server.threads: must be an integer"},
        {server_part + "unix = \"/" + std::string(107, 's') + "\"\n" + storage_part,
         file + ":4: server.unix: is too long"},
        {server_part + storage_part + "budget_mib = 1\n",
         file + ":6: storage.budget_mib: must be an integer"},
        {server_part + storage_part + "[limits]\nidle_seconds = 0\n",
         file + ":7: limits.idle_seconds: must be"},
        {server_part + storage_part + "[metrics]\nlisten = \"192.0.2.1:9464\"\n",
         file + ":7: metrics.listen: must be a loopback address"},
        {server_part + storage_part + "[sandbox]\nseccomp = true\n",
         file + ":7: sandbox.seccomp: must be a string"},
        {server_part + storage_part + "[sandbox]\nlandlock = \"secret\"\n",
         file + ":7: sandbox.landlock: must be one of \"off\" \"try\" \"required\""},
        {server_part + storage_part + "[abuse]\nprotect = 1\n",
         file + ":7: abuse.protect: must be true or false"},
        {server_part + storage_part + "[abuse]\nmost_work_bits = 13\n",
         file + ":7: abuse.most_work_bits: must be"},
        {server_part + storage_part + "[log]\nlevel = \"secret\"\n", file + ":7: log.level: must be one of"},
    };
    for (const auto& row : table) {
        const auto error = error_of(row.text);
        CAPTURE(row.text);
        CAPTURE(error);
        CHECK(error.starts_with(row.begins));
        CHECK(error.substr(error.rfind(": ")).find("secret") == std::string::npos);
    }
    CHECK_THROWS_AS(load_config("/nonexistent/changgu.toml"), config_error);
}
