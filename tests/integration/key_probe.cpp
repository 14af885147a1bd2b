// changgu_key_probe CERTIFICATE KEY NEEDLE...: loads a certificate twice as the server does, signs with its
// key, and says of each needle (hexadecimal, each byte xor 90, so that this program's own arguments do not
// hold it) how often it is found in memory that is locked, and in memory that is not. Built without
// sanitizers, which keep what was freed.
#include "server/http/tls.hpp"

#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr unsigned char mask = 90;

struct mapping {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    bool writable = false;
    bool locked = false;
};

std::vector<mapping> mappings() {
    std::vector<mapping> out;
    std::ifstream smaps("/proc/self/smaps");
    for (std::string line; std::getline(smaps, line);) {
        mapping m;
        char rights[8] = {};
        if (std::sscanf(line.c_str(), "%lx-%lx %4s", &m.begin, &m.end, rights) == 3) {
            m.writable = rights[0] == 'r' && rights[1] == 'w';
            out.push_back(m);
        } else if (line.starts_with("VmFlags:") && !out.empty()) {
            out.back().locked = line.find(" lo") != std::string::npos;
        }
    }
    return out;
}

std::vector<unsigned char> unhex(const std::string& text) {
    std::vector<unsigned char> out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        out.push_back(static_cast<unsigned char>(std::stoul(text.substr(i, 2), nullptr, 16)));
    return out;
}

std::size_t count(const mapping& m, const std::vector<unsigned char>& masked) {
    std::size_t found = 0;
    const auto* p = reinterpret_cast<const unsigned char*>(m.begin); // NOLINT(performance-no-int-to-ptr)
    const std::size_t size = m.end - m.begin;
    for (std::size_t i = 0; i + masked.size() <= size; ++i) {
        std::size_t j = 0;
        while (j < masked.size() && static_cast<unsigned char>(p[i + j] ^ mask) == masked[j]) ++j;
        if (j == masked.size()) ++found;
    }
    return found;
}

bool sign(SSL_CTX* context) {
    EVP_MD_CTX* digest = EVP_MD_CTX_new();
    std::array<unsigned char, 600> signature{};
    std::size_t size = signature.size();
    const unsigned char text[] = "handshake";
    const bool good =
        EVP_DigestSignInit(digest, nullptr, EVP_sha256(), nullptr, SSL_CTX_get0_privatekey(context)) == 1 &&
        EVP_DigestSign(digest, signature.data(), &size, text, sizeof(text)) == 1;
    EVP_MD_CTX_free(digest);
    return good;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    using namespace changgu::http;
    try {
        load_tls_library();
        const certificate_files files{argv[1], argv[2]};
        auto context = make_server_context(files);
        context = make_server_context(files); // SIGHUP
        if (!sign(context.get())) return 3;
        for (int i = 3; i < argc; ++i) {
            const auto needle = unhex(argv[i]);
            std::size_t locked = 0;
            std::size_t open = 0;
            for (const auto& m : mappings())
                if (m.writable) (m.locked ? locked : open) += count(m, needle);
            std::printf("%zu %zu\n", locked, open);
        }
    } catch (const std::exception& e) {
        std::printf("%s\n", e.what());
        return 4;
    }
    return 0;
}
