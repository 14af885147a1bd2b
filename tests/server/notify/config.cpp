#include "server/notify/config.hpp"

#include "server/config_error.hpp"

#include <doctest/doctest.h>

using namespace changgu::notify;

namespace {

config parse(const std::string& text) {
    return parse_config(text, "/etc/changgu/notify.toml");
}
std::string error_of(const std::string& text) {
    try {
        parse(text);
    } catch (const changgu::server::config_error& e) {
        return e.what();
    }
    return "no error";
}
std::string smtp(const std::string& server, const std::string& to = "\"audit@example.go.kr\"",
                 const std::string& from = "changgu@example.go.kr") {
    return "[notices]\nby = \"smtp\"\n[smtp]\nserver = \"" + server + "\"\nfrom = \"" + from + "\"\nto = [" +
           to + "]\n";
}
std::string webhook(const std::string& url) {
    return "[notices]\nby = \"webhook\"\n[webhook]\nurl = \"" + url + "\"\n";
}

} // namespace

TEST_CASE("the example is off, shows the defaults, and its sections are good when they are used") {
    const auto c = load_config(CHANGGU_EXAMPLE_NOTICES);
    const config defaults;
    CHECK(c.by == way::off);
    CHECK(defaults.by == way::off);
    CHECK(c.in == defaults.in);
    CHECK(c.attempts == defaults.attempts);
    CHECK(c.pause == defaults.pause);
}

TEST_CASE("every key reaches its place") {
    const auto mail =
        parse("[notices]\nby = \"smtp\"\nlanguage = \"ko\"\nattempts = 5\npause_seconds = 7\n"
              "ca = \"ca.pem\"\nsecret_file = \"secret\"\n[smtp]\nserver = \"smtps://mail.example:465\"\n"
              "from = \"a@b.example\"\nto = [\"c@d.example\", \"e@f.example\"]\nuser = \"changgu\"\n");
    CHECK(mail.by == way::smtp);
    CHECK(mail.in == languages::ko);
    CHECK(mail.attempts == 5);
    CHECK(mail.pause == std::chrono::seconds(7));
    CHECK(mail.ca == "/etc/changgu/ca.pem");
    CHECK(mail.secret_file == "/etc/changgu/secret");
    CHECK(mail.server == "smtps://mail.example:465");
    CHECK(mail.from == "a@b.example");
    CHECK(mail.to == std::vector<std::string>{"c@d.example", "e@f.example"});
    CHECK(mail.user == "changgu");
    CHECK(parse(webhook("https://chat.example/hooks/1")).url == "https://chat.example/hooks/1");
    CHECK(parse("").by == way::off);
}

TEST_CASE("a server is one of the two kinds, and nothing is hidden in its URL") {
    for (const char* good :
         {"smtp://mail.example", "smtp://mail.example:587", "smtps://[::1]:465", "smtp://localhost/"})
        CHECK_NOTHROW(parse(smtp(good)));
    for (const char* bad :
         {"mail.example", "https://mail.example", "smtp://user:word@mail.example", "smtp://mail.example/path",
          "smtp://", "smtp://mail.example:70000", "smtp://mail.example?x", "smtp://mail example"})
        CHECK(error_of(smtp(bad)).starts_with("/etc/changgu/notify.toml:4: smtp.server: must be"));
}

TEST_CASE("an address cannot end a line or a bracket") {
    for (const char* bad :
         {"", "audit", "@example", "a@", "a@b@c", "a b@example", "a@example>\\r\\nRCPT TO:<x@y.example",
          "<a@example>", "a@example,b@example", "\\\"a\\\"@example", "감사@example"})
        CHECK(
            error_of(smtp("smtp://mail.example", '"' + std::string(bad) + '"')).find("smtp.to: must hold") !=
            std::string::npos);
    CHECK(error_of(smtp("smtp://mail.example", "\"a@b.example\"", "a@b.example\\nBcc: x@y.example"))
              .find("smtp.from") != std::string::npos);
    CHECK(error_of(smtp("smtp://mail.example", "")).find("1 to 16 addresses") != std::string::npos);
}

TEST_CASE("a webhook is HTTPS, but on this machine") {
    for (const char* good : {"https://chat.example/hooks/1", "http://127.0.0.1:8065/hooks/1",
                             "http://localhost/", "http://[::1]/"})
        CHECK_NOTHROW(parse(webhook(good)));
    for (const char* bad :
         {"http://chat.example/", "http://127.0.0.1.example/", "http://localhost.example/",
          "ftp://localhost/", "file:///etc/passwd", "https://user:word@chat.example/", "https://"})
        CHECK(error_of(webhook(bad)).find("webhook.url: must be") != std::string::npos);
}

TEST_CASE("a user needs a password and a password a user; what is unknown or out of bounds is an error") {
    CHECK(error_of(smtp("smtp://mail.example") + "user = \"changgu\"\n").find("one needs the other") !=
          std::string::npos);
    CHECK(error_of(smtp("smtp://mail.example") + "password = \"x\"\n")
              .find("smtp.password: is not a known key") != std::string::npos);
    CHECK(error_of("[notices]\nby = \"sms\"\n").find("notices.by: must be one of") != std::string::npos);
    CHECK(error_of("[notices]\nattempts = 6\n").find("notices.attempts") != std::string::npos);
    CHECK(error_of("[notices]\npause_seconds = 0\n").find("notices.pause_seconds") != std::string::npos);
    CHECK(error_of("[server]\n").find("server: is not a known key") != std::string::npos);
    CHECK(error_of("[notices\n") == "/etc/changgu/notify.toml:1: is not valid TOML");
}
