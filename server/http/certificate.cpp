// Certificates as files: the self-signed one of `changgu init`, and when one ends.
#include "server/http/tls.hpp"

#include <boost/asio/ip/address.hpp>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <span>
#include <stdexcept>

namespace changgu::http {

namespace {

constexpr std::chrono::days life{825};

template <auto Free> struct with {
    template <class T> void operator()(T* p) const noexcept { Free(p); }
};
using key_ptr = std::unique_ptr<EVP_PKEY, with<EVP_PKEY_free>>;
using x509_ptr = std::unique_ptr<X509, with<X509_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, with<X509_EXTENSION_free>>;
using bio_ptr = std::unique_ptr<BIO, with<BIO_free>>;

void check(bool ok, const char* what) {
    if (ok) return;
    ERR_clear_error();
    throw std::runtime_error(what);
}

bool is_host_name(const std::string& name) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.*";
    return !name.empty() && name.size() <= 253 && name.find_first_not_of(allowed) == std::string::npos;
}

/// The subjectAltName as OpenSSL's configuration language has it; only names of harmless characters get in.
std::string alternative_names(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) {
        boost::system::error_code ec;
        const auto address = boost::asio::ip::make_address(name, ec);
        if (ec && !is_host_name(name))
            throw std::runtime_error("not a host name or address for a certificate");
        out += out.empty() ? "" : ",";
        out += ec ? "DNS:" + name : "IP:" + address.to_string();
    }
    check(!out.empty(), "a certificate needs at least one host name or address");
    return out;
}

void add_extension(X509* certificate, int nid, const std::string& value) {
    const extension_ptr extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()));
    check(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "cannot make the certificate");
}

x509_ptr self_signed(EVP_PKEY* key, const std::vector<std::string>& names, std::chrono::sys_seconds now) {
    x509_ptr certificate(X509_new());
    check(certificate != nullptr, "cannot make the certificate");
    std::array<unsigned char, 16> serial{};
    check(RAND_bytes(serial.data(), serial.size()) == 1, "no random bytes");
    serial[0] &= 0x7F;
    const std::unique_ptr<BIGNUM, with<BN_free>> number(BN_bin2bn(serial.data(), serial.size(), nullptr));
    X509_set_version(certificate.get(), X509_VERSION_3);
    BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get()));
    ASN1_TIME_set(X509_getm_notBefore(certificate.get()),
                  (now - std::chrono::hours(1)).time_since_epoch().count());
    ASN1_TIME_set(X509_getm_notAfter(certificate.get()), (now + life).time_since_epoch().count());
    X509_set_pubkey(certificate.get(), key);
    auto* subject = X509_get_subject_name(certificate.get());
    // A fixed subject: common names are limited to 64 characters, and clients look at the alternative names
    // alone.
    const auto* text = reinterpret_cast<const unsigned char*>("changgu");
    check(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1,
          "cannot make the certificate");
    X509_set_issuer_name(certificate.get(), subject);
    add_extension(certificate.get(), NID_subject_alt_name, alternative_names(names));
    add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(certificate.get(), NID_ext_key_usage, "serverAuth");
    check(X509_sign(certificate.get(), key, EVP_sha256()) > 0, "cannot sign the certificate");
    return certificate;
}

/// A new file with what `bio` holds; on failure there is none.
void write_new(const std::filesystem::path& path, mode_t mode, BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) throw std::runtime_error(path.string() + ": cannot be created, or is there already");
    const bool ok = ::write(fd, data, static_cast<std::size_t>(size)) == size && ::fsync(fd) == 0;
    if (::close(fd) == 0 && ok) return;
    ::unlink(path.c_str());
    throw std::runtime_error(path.string() + ": cannot be written");
}

} // namespace

void make_self_signed(const std::vector<std::string>& names, const std::filesystem::path& certificate,
                      const std::filesystem::path& key, std::chrono::sys_seconds now) {
    const key_ptr pair(EVP_EC_gen("P-256"));
    check(pair != nullptr, "cannot make a key");
    const auto x509 = self_signed(pair.get(), names, now);
    const bio_ptr key_pem(BIO_new(BIO_s_secmem()));
    const bio_ptr certificate_pem(BIO_new(BIO_s_mem()));
    check(key_pem &&
              PEM_write_bio_PrivateKey(key_pem.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "cannot write the key");
    check(certificate_pem && PEM_write_bio_X509(certificate_pem.get(), x509.get()) == 1,
          "cannot write the certificate");
    write_new(key, 0600, key_pem.get());
    try {
        write_new(certificate, 0644, certificate_pem.get());
    } catch (...) {
        ::unlink(key.c_str());
        throw;
    }
}

std::chrono::sys_seconds certificate_not_after(const std::filesystem::path& certificate) {
    const bio_ptr file(BIO_new_file(certificate.c_str(), "r"));
    const x509_ptr x509(file ? PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr) : nullptr);
    std::tm end{};
    if (!x509 || ASN1_TIME_to_tm(X509_get0_notAfter(x509.get()), &end) != 1) {
        ERR_clear_error();
        throw std::runtime_error(certificate.string() + ": cannot be read as a PEM certificate");
    }
    return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&end)));
}

} // namespace changgu::http
