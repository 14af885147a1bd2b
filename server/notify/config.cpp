#include "server/notify/config.hpp"

#include "server/config_section.hpp"

#include <curl/curl.h>

#include <array>
#include <memory>

namespace changgu::notify {
namespace {

using server::config_error;
using server::section;

constexpr std::size_t most_recipients = 16;

// A URL as libcurl itself will read it.
class url {
  public:
    explicit url(const std::string& text)
        : handle_(curl_url(), curl_url_cleanup),
          good_(handle_ && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; }) &&
                curl_url_set(handle_.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK) {}

    [[nodiscard]] bool good() const noexcept { return good_; }
    [[nodiscard]] std::string part(CURLUPart which) const {
        char* found = nullptr;
        if (!good_ || curl_url_get(handle_.get(), which, &found, 0) != CURLUE_OK) return {};
        std::string out(found);
        curl_free(found);
        return out;
    }
    /// By a name or an address that cannot lead elsewhere.
    [[nodiscard]] bool is_loopback() const {
        const std::string host = part(CURLUPART_HOST);
        return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
    }

  private:
    std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> handle_;
    bool good_;
};

// What may stand between < and > of a header and of SMTP's commands; nothing quoted, nothing that ends a
// line.
bool is_address(std::string_view text) noexcept {
    const auto at = text.find('@');
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("@.!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
    };
    return text.size() <= 254 && at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos && std::ranges::all_of(text, allowed);
}

std::string needed(section& s, std::string_view key) {
    auto value = s.text(key);
    if (!value) s.fail_missing(key);
    return std::move(*value);
}

void read_notices(section& s, config& out) {
    if (const auto by = s.one_of("by", {"off", "smtp", "webhook"})) out.by = static_cast<way>(*by);
    if (const auto in = s.one_of("language", {"ko", "en", "both"})) out.in = static_cast<languages>(*in);
    out.attempts = s.number("attempts", out.attempts, 1, 5);
    out.pause = std::chrono::seconds(s.number("pause_seconds", out.pause.count(), 1, 600));
    out.ca = s.path("ca").value_or("");
    out.secret_file = s.path("secret_file").value_or("");
}

void read_smtp(section& s, config& out) {
    out.server = needed(s, "server");
    const url at(out.server);
    const auto scheme = at.part(CURLUPART_SCHEME);
    const auto path = at.part(CURLUPART_PATH);
    if (!at.good() || (scheme != "smtp" && scheme != "smtps") || (!path.empty() && path != "/") ||
        !at.part(CURLUPART_USER).empty() || !at.part(CURLUPART_QUERY).empty())
        s.fail(*s.find("server"), "server", "must be smtps://host[:port] or smtp://host[:port]");
    out.from = needed(s, "from");
    if (!is_address(out.from)) s.fail(*s.find("from"), "from", "must be an address: name@host");
    out.user = s.text("user").value_or("");
    if (out.user.empty() != out.secret_file.empty())
        throw config_error("smtp.user and notices.secret_file: one needs the other");
    const auto* to = s.find("to");
    if (!to) s.fail_missing("to");
    const auto* list = to->as_array();
    if (!list || list->empty() || list->size() > most_recipients)
        s.fail(*to, "to", "must be a list of 1 to 16 addresses");
    for (const auto& item : *list) {
        const auto value = item.value_exact<std::string>();
        if (!value || !is_address(*value)) s.fail(item, "to", "must hold addresses: name@host");
        out.to.push_back(*value);
    }
}

void read_webhook(section& s, config& out) {
    out.url = needed(s, "url");
    const url at(out.url);
    const auto scheme = at.part(CURLUPART_SCHEME);
    if (!at.good() || !at.part(CURLUPART_USER).empty() ||
        (scheme != "https" && !(scheme == "http" && at.is_loopback())))
        s.fail(*s.find("url"), "url", "must be https://…; http:// only on this machine");
}

} // namespace

config parse_config(std::string_view text, const std::filesystem::path& file) {
    try {
        const toml::table root = toml::parse(text, file.string());
        for (const auto& [key, value] : root) {
            constexpr std::array<std::string_view, 3> sections{"notices", "smtp", "webhook"};
            if (std::ranges::find(sections, key.str()) == sections.end())
                throw config_error(file.string() + ":" + std::to_string(value.source().begin.line) + ": " +
                                   std::string(key.str()) + ": is not a known key");
        }
        config out;
        section notices(root, "notices", file);
        section smtp(root, "smtp", file);
        section webhook(root, "webhook", file);
        read_notices(notices, out);
        if (out.by == way::smtp) read_smtp(smtp, out);
        if (out.by == way::webhook) read_webhook(webhook, out);
        // A section that is not in use may stand there, and is not looked at.
        notices.refuse_unknown();
        if (out.by == way::smtp) smtp.refuse_unknown();
        if (out.by == way::webhook) webhook.refuse_unknown();
        return out;
    } catch (const toml::parse_error& e) {
        throw config_error(file.string() + ":" + std::to_string(e.source().begin.line) +
                           ": is not valid TOML");
    }
}

config load_config(const std::filesystem::path& file) {
    return parse_config(server::read_config_text(file), std::filesystem::absolute(file));
}

bool is_loopback(const std::string& text) {
    return url(text).is_loopback();
}

} // namespace changgu::notify
