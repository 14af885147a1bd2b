// Reads the vectors under data/. Programs run from the tree's root, as ctest does.
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <sodium.h>

namespace changgu::conformance {

using bytes = std::vector<unsigned char>;

inline std::ifstream open(std::string_view name) {
    std::ifstream file("tests/conformance/data/" + std::string(name), std::ios::binary);
    if (!file) throw std::runtime_error("no such vectors: " + std::string(name));
    return file;
}

inline boost::json::value load_json(std::string_view name) {
    auto file = open(name);
    return boost::json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

inline std::vector<std::string> load_lines(std::string_view name) {
    auto file = open(name);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

inline bytes unhex(std::string_view hex) {
    if (hex.empty()) return {};
    bytes out(hex.size() / 2);
    std::size_t length = 0;
    const char* end = nullptr;
    if (sodium_hex2bin(out.data(), out.size(), hex.data(), hex.size(), nullptr, &length, &end) != 0 ||
        length * 2 != hex.size())
        throw std::runtime_error("vectors: not hexadecimal");
    return out;
}

inline std::string_view text(const boost::json::object& test, std::string_view member) {
    return test.at(member).as_string();
}
inline bytes unhex(const boost::json::object& test, std::string_view member) {
    return unhex(text(test, member));
}

inline std::string hex(const bytes& b) {
    if (b.empty()) return {};
    std::string out(b.size() * 2 + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), b.data(), b.size());
    out.pop_back();
    return out;
}

inline bool has_flag(const boost::json::object& test, std::string_view flag) {
    for (const auto& f : test.at("flags").as_array())
        if (f.as_string() == flag) return true;
    return false;
}

/// Calls `check(group, test)` for each case of a Wycheproof file; throws unless the file has as many as it
/// says.
template <class Check> void for_each_case(std::string_view name, Check check) {
    const auto file = load_json(name);
    std::int64_t cases = 0;
    for (const auto& group : file.at("testGroups").as_array()) {
        for (const auto& test : group.at("tests").as_array()) {
            ++cases;
            check(group.as_object(), test.as_object());
        }
    }
    if (cases == 0 || cases != file.at("numberOfTests").as_int64())
        throw std::runtime_error("vectors: cases are missing from " + std::string(name));
}

} // namespace changgu::conformance
