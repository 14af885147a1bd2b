#include "server/http/tls.hpp"
#include "server/cli/https_client.hpp"
#include "tests/server/http/fixture.hpp"

#include <doctest/doctest.h>

#include <openssl/ssl.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>

using namespace changgu::test;
using changgu::cli::client_errc;
using changgu::cli::https_client;

namespace {

/// A TLS client of OpenSSL's own, blocking, which verifies nothing.
class tls_client {
  public:
    explicit tls_client(std::uint16_t port, int lowest = TLS1_VERSION, int highest = TLS1_3_VERSION)
        : raw_(port), context_(SSL_CTX_new(TLS_client_method())), ssl_(nullptr) {
        SSL_CTX_set_min_proto_version(context_.get(), lowest);
        SSL_CTX_set_max_proto_version(context_.get(), highest);
        SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_set_app_data(context_.get(), this);
        SSL_CTX_sess_set_new_cb(context_.get(), [](SSL* ssl, SSL_SESSION*) {
            ++static_cast<tls_client*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->sessions;
            return 0;
        });
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_fd(ssl_.get(), raw_.descriptor());
        connected = SSL_connect(ssl_.get()) == 1;
    }
    std::string exchange(const std::string& request) {
        SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size()));
        std::array<char, 4096> into{};
        const int n = SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()));
        return n > 0 ? std::string(into.data(), static_cast<std::size_t>(n)) : std::string();
    }
    [[nodiscard]] SSL* ssl() const { return ssl_.get(); }

    bool connected = false;
    int sessions = 0; ///< tickets or sessions that the server gave

  private:
    raw_client raw_;
    changgu::http::ssl_ctx_ptr context_;
    changgu::http::ssl_ptr ssl_;
};

test_server::settings with_tls(bool allow_1_2 = false) {
    test_server::settings s;
    s.tls = true;
    s.tls_1_2 = allow_1_2;
    return s;
}

std::string serial(const tls_client& c) {
    const X509* x509 = SSL_get0_peer_certificate(c.ssl());
    const auto* number = x509 ? X509_get0_serialNumber(x509) : nullptr;
    return number ? std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(number)),
                                static_cast<std::size_t>(ASN1_STRING_length(number)))
                  : std::string();
}

} // namespace

TEST_CASE("TLS 1.3 alone, unless 1.2 is configured; nothing older ever") {
    test_server strict(with_tls());
    CHECK(tls_client(strict.server->tls_port()).connected);
    CHECK_FALSE(tls_client(strict.server->tls_port(), TLS1_2_VERSION, TLS1_2_VERSION).connected);
    test_server lax(with_tls(true));
    CHECK(tls_client(lax.server->tls_port()).connected);
    CHECK(tls_client(lax.server->tls_port(), TLS1_2_VERSION, TLS1_2_VERSION).connected);
    CHECK_FALSE(tls_client(lax.server->tls_port(), TLS1_VERSION, TLS1_1_VERSION).connected);
}

TEST_CASE("no session can be resumed") {
    for (const bool allow_1_2 : {false, true}) {
        test_server s(with_tls(allow_1_2));
        tls_client c(s.server->tls_port(), TLS1_2_VERSION, allow_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION);
        REQUIRE(c.connected);
        const auto answer = c.exchange(get("/hello"));
        CHECK(status_of(answer) == 200);
        CHECK(header_of(answer, "Strict-Transport-Security") == "max-age=31536000");
        auto* session = SSL_get0_session(c.ssl());
        CHECK(SSL_SESSION_has_ticket(session) == 0);
        unsigned length = 0;
        SSL_SESSION_get_id(session, &length);
        if (allow_1_2) CHECK(length == 0); // in 1.3 there is no id without a ticket
        if (!allow_1_2) CHECK(c.sessions == 0);
    }
}

TEST_CASE("the first request of a connection does not wait for a delayed acknowledgement") {
    test_server s(with_tls());
    auto best = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 10; ++i) {
        tls_client c(s.server->tls_port()); // without TCP_NODELAY
        const auto start = std::chrono::steady_clock::now();
        CHECK(status_of(c.exchange(get("/hello"))) == 200);
        best = std::min(best, std::chrono::steady_clock::now() - start);
    }
    CHECK(best < 25ms); // 40 ms and more each time without TCP_QUICKACK
}

TEST_CASE("a peer that does not speak TLS, or not at all, is let go") {
    auto set = with_tls();
    set.limit.handshake = 150ms;
    test_server s(set);
    raw_client plain(s.server->tls_port());
    plain.send(get("/hello"));
    CHECK(plain.rest().find("HTTP/1.1 200") == std::string::npos);
    raw_client silent(s.server->tls_port());
    CHECK(silent.rest().empty());
    CHECK(silent.ended());
    CHECK(eventually([&] { return s.server->connections() == 0; }));
}

TEST_CASE("a certificate is reloaded for new connections, and a broken one is not taken") {
    test_server s(with_tls());
    tls_client first(s.server->tls_port());
    const auto old = serial(first);
    REQUIRE_FALSE(old.empty());

    std::filesystem::remove(s.certificate);
    std::filesystem::remove(s.key);
    CHECK_FALSE(s.server->reload_certificate());
    CHECK(serial(tls_client(s.server->tls_port())) == old);
    std::ofstream(s.certificate) << "not PEM";
    std::ofstream(s.key) << "not PEM";
    CHECK_FALSE(s.server->reload_certificate());
    CHECK(serial(tls_client(s.server->tls_port())) == old);

    std::filesystem::remove(s.certificate);
    std::filesystem::remove(s.key);
    changgu::http::make_self_signed({"localhost"}, s.certificate, s.key, now());
    CHECK(s.server->reload_certificate());
    const auto fresh = serial(tls_client(s.server->tls_port()));
    CHECK_FALSE(fresh.empty());
    CHECK(fresh != old);
    CHECK(status_of(first.exchange(get("/hello"))) == 200); // the old connection goes on
}

TEST_CASE("a self-signed certificate verifies for its names alone") {
    test_server s(with_tls());
    const auto attempt = [&](std::string_view host, const std::filesystem::path& ca) {
        changgu::cli::client_options options;
        options.ca_file = ca;
        https_client client(s.tls_origin(host), options);
        return client.send(changgu::http::verb::get, "/hello", {}, {});
    };
    CHECK(attempt("localhost", s.certificate).has_value());
    CHECK(attempt("127.0.0.1", s.certificate).has_value());
    CHECK(attempt("127.0.0.2", s.certificate).error() ==
          client_errc::cannot_connect); // nothing listens there
    CHECK(attempt("localhost", {}).error() == client_errc::bad_certificate);

    temp_dir other;
    changgu::http::make_self_signed({"elsewhere.example"}, other / "c.pem", other / "k.pem", now());
    CHECK(attempt("localhost", other / "c.pem").error() == client_errc::bad_certificate);
    // The right key under another name.
    std::filesystem::copy_file(other / "c.pem", s.certificate,
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(other / "k.pem", s.key, std::filesystem::copy_options::overwrite_existing);
    REQUIRE(s.server->reload_certificate());
    CHECK(attempt("localhost", other / "c.pem").error() == client_errc::bad_certificate);
}

TEST_CASE("certificate files") {
    temp_dir dir;
    const auto certificate = dir / "c.pem";
    const auto key = dir / "k.pem";
    const std::chrono::sys_seconds start = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);
    changgu::http::make_self_signed({"a.example", "192.0.2.1", "2001:db8::1"}, certificate, key, start);
    CHECK(changgu::http::certificate_not_after(certificate) == start + std::chrono::days(825));
    struct stat found{};
    REQUIRE(::stat(key.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0600U);

    const auto before = read_file(key);
    CHECK_THROWS_AS(changgu::http::make_self_signed({"a.example"}, dir / "new.pem", key, start),
                    std::runtime_error);
    CHECK_THROWS_AS(changgu::http::make_self_signed({"a.example"}, certificate, dir / "new.key", start),
                    std::runtime_error);
    CHECK_FALSE(std::filesystem::exists(dir / "new.key"));
    CHECK_FALSE(std::filesystem::exists(dir / "new.pem"));
    CHECK(read_file(key) == before);
    for (const std::string bad : {"", "a,IP:0.0.0.0", "a b", "a\n"})
        CHECK_THROWS_AS(changgu::http::make_self_signed({bad}, dir / "n.pem", dir / "n.key", start),
                        std::runtime_error);
    CHECK_THROWS_AS(changgu::http::make_self_signed({}, dir / "n.pem", dir / "n.key", start),
                    std::runtime_error);
    CHECK_THROWS_AS(changgu::http::certificate_not_after(key), std::runtime_error);

    // A key that is not the certificate's.
    changgu::http::make_self_signed({"b.example"}, dir / "c2.pem", dir / "k2.pem", start);
    CHECK_THROWS_AS(changgu::http::make_server_context({certificate, dir / "k2.pem", false}),
                    std::runtime_error);
}
