#include "server/notify/deliver.hpp"

#include "server/notify/notice.hpp"

#include <curl/curl.h>

#include <cstring>
#include <memory>
#include <new>
#include <vector>

namespace changgu::notify {
namespace {

constexpr long connect_seconds = 20;
constexpr long whole_seconds = 60;

enum class verdict : std::uint8_t { sent, again, never };

struct attempt {
    verdict what;
    const char* reason;
};

using easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using list = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

struct upload {
    std::string_view left;
};

std::size_t read_from(char* into, std::size_t size, std::size_t count, void* from) {
    auto& source = *static_cast<upload*>(from);
    const std::size_t n = std::min(size * count, source.left.size());
    std::memcpy(into, source.left.data(), n);
    source.left.remove_prefix(n);
    return n;
}

// What a server says is not kept: it may repeat a recipient.
std::size_t ignore(char* /*from*/, std::size_t size, std::size_t count, void* /*into*/) {
    return size * count;
}

easy new_transfer(const config& c, const char* protocols) {
    easy out(curl_easy_init(), curl_easy_cleanup);
    if (!out) throw std::bad_alloc();
    CURL* h = out.get();
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, connect_seconds);
    curl_easy_setopt(h, CURLOPT_TIMEOUT, whole_seconds);
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_PROXY, "");
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(h, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!c.ca.empty()) curl_easy_setopt(h, CURLOPT_CAINFO, c.ca.c_str());
    return out;
}

list append(list to, const std::string& line) {
    curl_slist* shorter = to.release();
    curl_slist* longer = curl_slist_append(shorter, line.c_str());
    if (!longer) {
        curl_slist_free_all(shorter);
        throw std::bad_alloc();
    }
    return {longer, curl_slist_free_all};
}
list new_list() {
    return {nullptr, curl_slist_free_all};
}

attempt judge(CURL* h, CURLcode code) {
    long status = 0;
    curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
    switch (code) {
    case CURLE_OK: return {verdict::sent, ""};
    case CURLE_COULDNT_RESOLVE_HOST: return {verdict::again, "the host's name cannot be resolved"};
    case CURLE_COULDNT_CONNECT: return {verdict::again, "no connection"};
    case CURLE_OPERATION_TIMEDOUT: return {verdict::again, "no answer in time"};
    case CURLE_USE_SSL_FAILED: return {verdict::never, "the server offers no TLS"};
    case CURLE_PEER_FAILED_VERIFICATION: return {verdict::never, "the server's certificate is not trusted"};
    case CURLE_SSL_CACERT_BADFILE: return {verdict::never, "the file of authorities cannot be read"};
    case CURLE_LOGIN_DENIED: return {verdict::never, "the user or the password is refused"};
    default: break;
    }
    return status >= 500 ? attempt{verdict::never, "the server refuses"}
                         : attempt{verdict::again, "the server does not take it"};
}

attempt send_mail(const config& c, const crypto::secret_buffer& secret, const std::string& recipient,
                  std::uint64_t now) {
    const easy transfer = new_transfer(c, "smtp,smtps");
    CURL* h = transfer.get();
    // What follows the server's name is said in EHLO; without it that would be this machine's name.
    std::string server = c.server;
    if (server.back() != '/') server += '/';
    server += c.from.substr(c.from.find('@') + 1);
    curl_easy_setopt(h, CURLOPT_URL, server.c_str());
    curl_easy_setopt(h, CURLOPT_USE_SSL,
                     is_loopback(c.server) ? static_cast<long>(CURLUSESSL_NONE)
                                           : static_cast<long>(CURLUSESSL_ALL));
    if (!c.user.empty()) {
        curl_easy_setopt(h, CURLOPT_USERNAME, c.user.c_str());
        crypto::secret_buffer password(secret.size() + 1); // and the zero that ends it
        std::memcpy(password.data(), secret.view().data(), secret.size());
        curl_easy_setopt(h, CURLOPT_PASSWORD, reinterpret_cast<const char*>(password.data()));
    }
    const list to = append(new_list(), '<' + recipient + '>');
    const std::string from = '<' + c.from + '>';
    const std::string message = mail(c, recipient, now);
    upload source{message};
    curl_easy_setopt(h, CURLOPT_MAIL_FROM, from.c_str());
    curl_easy_setopt(h, CURLOPT_MAIL_RCPT, to.get());
    curl_easy_setopt(h, CURLOPT_READFUNCTION, read_from);
    curl_easy_setopt(h, CURLOPT_READDATA, &source);
    curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
    return judge(h, curl_easy_perform(h));
}

attempt call_webhook(const config& c, const crypto::secret_buffer& secret) {
    const easy transfer = new_transfer(c, "https,http");
    CURL* h = transfer.get();
    const std::string body = webhook_body(c);
    list headers = append(append(new_list(), "Content-Type: application/json"), "Accept:");
    if (!secret.empty())
        headers = append(std::move(headers), "Authorization: Bearer " + std::string(secret.text()));
    curl_easy_setopt(h, CURLOPT_URL, c.url.c_str());
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(h, CURLOPT_POSTFIELDS, body.c_str());
    const CURLcode code = curl_easy_perform(h);
    long status = 0;
    curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || (status >= 200 && status < 300)) return judge(h, code);
    return status >= 500 || status == 429 ? attempt{verdict::again, "the server does not take it"}
                                          : attempt{verdict::never, "the server refuses"};
}

} // namespace

outcome deliver(const config& c, const crypto::secret_buffer& secret, std::uint64_t now,
                const std::function<void(std::chrono::seconds)>& sleep) {
    std::vector<std::function<attempt()>> left;
    if (c.by == way::smtp)
        for (const std::string& recipient : c.to)
            left.emplace_back([&] { return send_mail(c, secret, recipient, now); });
    if (c.by == way::webhook) left.emplace_back([&] { return call_webhook(c, secret); });
    outcome out;
    for (std::uint32_t n = 1; !left.empty(); ++n) {
        std::erase_if(left, [&](const std::function<attempt()>& once) {
            const attempt result = once();
            if (result.what == verdict::sent) {
                ++out.sent;
                return true;
            }
            out.reason = result.reason;
            const bool last = result.what == verdict::never || n == c.attempts;
            if (last) ++out.failed;
            return last;
        });
        if (!left.empty()) sleep(c.pause);
    }
    return out;
}

} // namespace changgu::notify
