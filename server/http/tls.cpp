#include "server/http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

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

} // namespace

void ssl_ctx_deleter::operator()(ssl_ctx_st* p) const noexcept {
    SSL_CTX_free(p);
}
void ssl_deleter::operator()(ssl_st* p) const noexcept {
    SSL_free(p);
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
    if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1)
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
