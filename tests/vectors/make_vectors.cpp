// Writes the vectors: make_vectors DIRECTORY. Random bytes are pinned, so a second run writes the same files;
// only a zlib that compresses otherwise would change the sealed messages.
#include "tests/vectors/make/maker.hpp"

#include <sodium.h>

#include <fstream>
#include <iostream>

namespace changgu::vectors {
namespace {

hash256 stream;
std::uint64_t drawn = 0;

const char* source_name() {
    return "vectors";
}
void draw(void* out, std::size_t size) {
    const auto key = blake2b<hash256>({stream.view(), big_endian(drawn++)});
    static_assert(randombytes_SEEDBYTES == hash256::size_bytes);
    randombytes_buf_deterministic(out, size, key.data());
}
std::uint32_t draw_number() {
    std::array<byte, 4> b{};
    draw(b.data(), b.size());
    return from_big_endian<std::uint32_t>(b);
}
randombytes_implementation source{source_name, draw_number, nullptr, nullptr, draw, nullptr};

struct maker {
    std::string_view file;
    json::object (*make)();
};
constexpr std::array<maker, 23> makers{{{"labels", make_labels},
                                        {"hash", make_hash},
                                        {"json", make_json},
                                        {"receipt", make_receipt},
                                        {"fingerprint", make_fingerprint},
                                        {"ratchet", make_ratchet},
                                        {"message", make_message},
                                        {"envelope", make_envelope},
                                        {"follow_up", make_follow_up},
                                        {"reply", make_reply},
                                        {"case_event", make_case_event},
                                        {"snapshot", make_snapshot},
                                        {"file", make_file},
                                        {"keyring", make_keyring},
                                        {"locker", make_locker},
                                        {"note", make_note},
                                        {"key_log", make_key_log},
                                        {"signing", make_signing},
                                        {"enrolment", make_enrolment},
                                        {"work", make_work},
                                        {"retention", make_retention},
                                        {"backup", make_backup},
                                        {"access_log", make_access_log}}};

// One line a case, so that a change shows which.
void write(std::ostream& out, const json::object& file) {
    out << "{\n";
    for (std::string_view comma; const auto& [name, value] : file) {
        out << std::exchange(comma, ",\n") << json::serialize(name) << ": ";
        const auto* cases = value.if_array();
        if (cases == nullptr) {
            out << json::serialize(value);
            continue;
        }
        out << '[';
        for (std::string_view separator = "\n"; const json::value& one : *cases)
            out << std::exchange(separator, ",\n") << json::serialize(one);
        out << "\n]";
    }
    out << "\n}\n";
}

} // namespace

void start_randomness(std::string_view name) {
    stream = blake2b<hash256>({as_bytes(name)});
    drawn = 0;
}

int write_all(const std::string& directory) {
    randombytes_set_implementation(&source);
    for (const auto& [name, make] : makers) {
        start_randomness(name);
        std::ofstream out(directory + "/" + std::string(name) + ".json", std::ios::binary);
        write(out, make());
        if (!out.flush()) {
            std::cerr << "make_vectors: cannot write " << name << ".json\n";
            return 1;
        }
    }
    return 0;
}

} // namespace changgu::vectors

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: make_vectors DIRECTORY\n";
        return 2;
    }
    changgu::crypto::initialise();
    return changgu::vectors::write_all(argv[1]);
}
