#include "server/notify/notice.hpp"

#include "crypto/bytes.hpp"
#include "crypto/json.hpp"
#include "server/notify/messages.hpp"

#include <doctest/doctest.h>

using namespace changgu;
using namespace changgu::notify;

namespace {

constexpr std::uint64_t at = 1'795'774'261; // 2026-11-27 10:11:01

config example(languages in) {
    config c;
    c.in = in;
    c.from = "changgu@example.go.kr";
    return c;
}
std::string decoded(std::string base64) {
    std::erase_if(base64, [](char c) { return c == '\r' || c == '\n'; });
    const auto bytes = crypto::from_base64(base64);
    REQUIRE(bytes.has_value());
    return std::string(crypto::as_text(*bytes));
}

} // namespace

TEST_CASE("a message is what RFC 5322 and 2047 ask for, in the languages that were chosen") {
    const std::string korean(text_of(message::body, crypto::language::korean));
    const std::string english(text_of(message::body, crypto::language::english));
    const std::string two = korean + "\n" + english;
    for (const auto& [in, body] :
         {std::pair{languages::ko, korean}, {languages::en, english}, {languages::both, two}}) {
        const std::string text = mail(example(in), "audit@example.go.kr", at);
        const auto blank = text.find("\r\n\r\n");
        REQUIRE(blank != std::string::npos);
        CHECK(text.starts_with(
            "Date: Fri, 27 Nov 2026 10:00:00 +0000\r\nFrom: <changgu@example.go.kr>\r\n"
            "To: <audit@example.go.kr>\r\nMessage-ID: <notice-498826@example.go.kr>\r\nSubject: =?UTF-8?B?"));
        CHECK(decoded(text.substr(blank + 4)) == body);
        std::string subject;
        for (auto from = text.find("=?UTF-8?B?"); from != std::string::npos;
             from = text.find("=?UTF-8?B?", from + 1)) {
            const auto word = text.substr(from, text.find("?=", from) + 2 - from);
            CHECK(word.size() <= 75);
            subject += decoded(word.substr(10, word.size() - 12));
        }
        CHECK(subject.find(text_of(message::subject, in == languages::en ? crypto::language::english
                                                                         : crypto::language::korean)) == 0);
        for (std::size_t from = 0; from < text.size();) {
            const auto end = text.find("\r\n", from);
            REQUIRE(end != std::string::npos);
            CHECK(end - from <= 78);
            CHECK(text.substr(from, end - from).find_first_of("\r\n") == std::string::npos);
            from = end + 2;
        }
    }
}

TEST_CASE("within an hour it is the same to the byte, an attempt made again included") {
    const auto c = example(languages::both);
    CHECK(mail(c, "a@b.example", at) == mail(c, "a@b.example", at + 2900));
    CHECK(mail(c, "a@b.example", at) != mail(c, "a@b.example", at + 3600));
}

TEST_CASE("a webhook is given one member, and no reader of it can take its text for markup") {
    const auto body = crypto::parse_json(webhook_body(example(languages::both)));
    REQUIRE(body.has_value());
    CHECK(body->size() == 1);
    const std::string text(body->at("text").as_string());
    CHECK(text.find("소통창구") != std::string::npos);
    CHECK(text.find_first_of("<>&@`*_") == std::string::npos);
}
