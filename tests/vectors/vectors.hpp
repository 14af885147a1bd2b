// Reads the vectors beside this file. Each case says what must come of it: "ok", or the name of a failure
// class.
#pragma once

#include "crypto/json.hpp"
#include "crypto/secret.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace changgu::test {

inline json::object load_vectors(std::string_view name) {
    std::ifstream in(std::string(CHANGGU_VECTORS) + "/" + std::string(name) + ".json", std::ios::binary);
    if (!in) throw std::runtime_error("no vectors: " + std::string(name));
    return json::parse(std::string(std::istreambuf_iterator<char>(in), {})).as_object();
}

inline std::string_view text(const json::object& c, std::string_view member) {
    const auto& s = c.at(json::string_view(member.data(), member.size())).as_string();
    return {s.data(), s.size()};
}
template <class Integer = std::uint32_t> Integer number(const json::object& c, std::string_view member) {
    return c.at(json::string_view(member.data(), member.size())).to_number<Integer>();
}
inline const json::array& list(const json::object& c, std::string_view member) {
    return c.at(json::string_view(member.data(), member.size())).as_array();
}
inline bool has(const json::object& c, std::string_view member) {
    return c.contains(json::string_view(member.data(), member.size()));
}
inline bytes raw(const json::object& c, std::string_view member) {
    return from_base64(text(c, member)).value();
}
/// A public value or a secret of exactly its type's size.
template <class T> T value(const json::object& c, std::string_view member) {
    return T::from(raw(c, member)).value();
}

/// Calls `check(case, expected, whole file)` for each case; a file without cases fails.
template <class Check> void for_each_case(std::string_view file_name, Check check) {
    const json::object file = load_vectors(file_name);
    REQUIRE(!list(file, "cases").empty());
    for (const json::value& one : list(file, "cases")) {
        const json::object& c = one.as_object();
        const std::string name(text(c, "name"));
        CAPTURE(name);
        check(c, std::string(text(c, "expect")), file);
    }
}

} // namespace changgu::test
