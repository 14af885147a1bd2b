#include "server/http/tls.hpp"

#include "crypto/secret.hpp"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace changgu::http {

namespace {

[[noreturn]] void fail(const std::string& what) {
    ERR_clear_error();
    throw std::runtime_error(what);
}

ssl_ctx_ptr make_context(const SSL_METHOD* method) {
    ssl_ctx_ptr context(SSL_CTX_new(method));
    if (!context) fail("TLS cannot be set up");
    SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context.get(), 1); // a record with one call instead of two
    // For TLS 1.2, where it is allowed at all; the suites of 1.3 are all of this kind.
    if (SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
        fail("TLS cannot be set up");
    return context;
}

// OpenSSL keeps the short-lived keys of handshakes here too, and a connection whose key finds no room fails:
// 64 KiB were used up by 5,100 connections. An RSA key of 4,096 bits takes 3 KiB, twice while it is reloaded.
constexpr std::size_t key_arena = std::size_t{4} << 20U;
constexpr int key_arena_unit = 32;
constexpr std::size_t longest_key_file = 64 * 1024;

// OpenSSL's own interface.
// NOLINTBEGIN(cppcoreguidelines-no-malloc)
void* allocate(std::size_t size, const char*, int) {
    return std::malloc(size);
}
void wipe_and_free(void* p, const char*, int) {
    if (!p) return;
    ::explicit_bzero(p, ::malloc_usable_size(p));
    std::free(p);
}
void* reallocate(void* p, std::size_t size, const char* file, int line) {
    if (!p) return std::malloc(size);
    if (size == 0) {
        wipe_and_free(p, file, line);
        return nullptr;
    }
    const std::size_t had = ::malloc_usable_size(p);
    if (size <= had) return p;
    void* fresh = std::malloc(size);
    if (!fresh) return nullptr;
    std::memcpy(fresh, p, had);
    wipe_and_free(p, file, line);
    return fresh;
}
// NOLINTEND(cppcoreguidelines-no-malloc)

struct bio_deleter {
    void operator()(BIO* b) const noexcept { BIO_free(b); }
};
struct key_deleter {
    void operator()(EVP_PKEY* k) const noexcept { EVP_PKEY_free(k); }
};

// Not by stdio, whose buffer would keep a copy. Empty when it cannot be read.
crypto::secret_buffer read_key_file(const std::filesystem::path& file) {
    crypto::secret_buffer text(longest_key_file + 1);
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return {};
    std::size_t size = 0;
    ssize_t got = 0;
    while (size < text.size() && (got = ::read(fd, text.data() + size, text.size() - size)) > 0)
        size += static_cast<std::size_t>(got);
    ::close(fd);
    text.truncate(got < 0 || size > longest_key_file ? 0 : size);
    return text;
}

bool use_key(SSL_CTX* context, const std::filesystem::path& file) {
    const auto text = read_key_file(file);
    const std::unique_ptr<BIO, bio_deleter> source(
        BIO_new_mem_buf(text.view().data(), static_cast<int>(text.size())));
    const std::unique_ptr<EVP_PKEY, key_deleter> key(
        source ? PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, nullptr) : nullptr);
    return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

} // namespace

void ssl_ctx_deleter::operator()(ssl_ctx_st* p) const noexcept {
    SSL_CTX_free(p);
}
void ssl_deleter::operator()(ssl_st* p) const noexcept {
    SSL_free(p);
}

void load_tls_library() {
    if (CRYPTO_set_mem_functions(allocate, reallocate, wipe_and_free) != 1)
        throw std::runtime_error("TLS is in use before it is set up");
    // 2 = not locked: the limit is lower still; that memory is not locked is found out elsewhere.
    if (CRYPTO_secure_malloc_init(key_arena, key_arena_unit) == 0)
        throw std::runtime_error("no memory for the key of TLS");
    OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_LOAD_SSL_STRINGS, nullptr);
}

ssl_ctx_ptr make_server_context(const certificate_files& files) {
    auto context = make_context(TLS_server_method());
    SSL_CTX_set_min_proto_version(context.get(), files.allow_tls_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION);
    // OpenSSL sends two tickets in 1.3 even under SSL_OP_NO_TICKET (stateful ones), unless their number is
    // zero as well.
    SSL_CTX_set_num_tickets(context.get(), 0);
    SSL_CTX_set_max_early_data(context.get(), 0);
    if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1)
        fail(files.certificate.string() + ": cannot be read as a PEM certificate chain");
    if (!use_key(context.get(), files.key))
        fail(files.key.string() + ": cannot be read as a PEM private key that belongs to " +
             files.certificate.string());
    if (SSL_CTX_check_private_key(context.get()) != 1)
        fail(files.key.string() + ": does not belong to " + files.certificate.string());
    return context;
}

ssl_ctx_ptr make_client_context(const std::filesystem::path& ca_file) {
    auto context = make_context(TLS_client_method());
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                                       : SSL_CTX_load_verify_file(context.get(), ca_file.c_str());
    if (loaded != 1) fail(ca_file.string() + ": cannot be read as PEM certificates");
    return context;
}

} // namespace changgu::http
