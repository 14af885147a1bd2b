#include "server/notify/notice.hpp"

#include "crypto/bytes.hpp"
#include "crypto/json.hpp"
#include "server/notify/messages.hpp"

#include <array>
#include <ctime>

namespace changgu::notify {
namespace {

using crypto::language;

std::string in_languages(const config& c, message id, std::string_view between) {
    std::string out;
    if (c.in != languages::en) out += text_of(id, language::korean);
    if (c.in == languages::both) out += between;
    if (c.in != languages::ko) out += text_of(id, language::english);
    return out;
}

std::string base64_of(std::string_view text) {
    return crypto::to_base64(crypto::as_bytes(text));
}

// RFC 2047: an encoded word has at most 75 characters, so each language's subject is cut where a character
// begins.
std::string encoded_words(std::string_view text) {
    constexpr std::size_t most = 42; // bytes: 56 of base64 and "=?UTF-8?B??="
    std::string out;
    while (!text.empty()) {
        std::size_t n = std::min(most, text.size());
        while (n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0U) == 0x80U) --n;
        out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64_of(text.substr(0, n)) + "?=";
        text.remove_prefix(n);
    }
    return out;
}

std::string in_lines(std::string_view base64) {
    constexpr std::size_t width = 76;
    std::string out;
    for (; !base64.empty(); base64.remove_prefix(std::min(width, base64.size())))
        out += std::string(base64.substr(0, width)) + "\r\n";
    return out;
}

std::string date_of(std::uint64_t now) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto at = static_cast<std::time_t>(now);
    std::tm t{};
    ::gmtime_r(&at, &t);
    const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return std::string(days.at(static_cast<std::size_t>(t.tm_wday))) + ", " + two(t.tm_mday) + ' ' +
           months.at(static_cast<std::size_t>(t.tm_mon)) + ' ' + std::to_string(t.tm_year + 1900) + ' ' +
           two(t.tm_hour) + ":00:00 +0000";
}

} // namespace

std::string mail(const config& c, std::string_view recipient, std::uint64_t now) {
    const std::uint64_t hour = now / 3600;
    return "Date: " + date_of(hour * 3600) + "\r\nFrom: <" + c.from + ">\r\nTo: <" + std::string(recipient) +
           ">\r\nMessage-ID: <notice-" + std::to_string(hour) + c.from.substr(c.from.find('@')) +
           ">\r\nSubject: " + encoded_words(in_languages(c, message::subject, " / ")) +
           "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; "
           "charset=utf-8"
           "\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
           in_lines(base64_of(in_languages(c, message::body, "\n")));
}

std::string webhook_body(const config& c) {
    return crypto::json::serialize(crypto::json::object{{"text", in_languages(c, message::body, "\n")}});
}

} // namespace changgu::notify
