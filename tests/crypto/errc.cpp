#include "crypto/errc.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace changgu::crypto {

TEST_CASE("every failure class has a name of its own") {
    std::set<std::string_view> names;
    for (int code = static_cast<int>(errc::bad_length); code <= static_cast<int>(errc::bad_mac); ++code) {
        const std::string_view one = name(static_cast<errc>(code));
        CHECK(one != "unknown");
        CHECK(names.insert(one).second);
        CHECK(make_error_code(static_cast<errc>(code)).message() == one);
    }
    CHECK(name(static_cast<errc>(0)) == "unknown");
    CHECK(name(static_cast<errc>(static_cast<int>(errc::bad_mac) + 1)) == "unknown");
}

} // namespace changgu::crypto
