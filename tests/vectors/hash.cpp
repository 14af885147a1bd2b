#include "crypto/hash.hpp"
#include "tests/vectors/vectors.hpp"

namespace changgu::test {

TEST_CASE("vectors: hashes and derivations") {
    for_each_case("hash", [](const json::object& c, const std::string&, const json::object&) {
        const std::string_view function = text(c, "function");
        const bytes output = raw(c, "output");
        if (function == "kdf") {
            const auto child = derive<symmetric_key>(value<symmetric_key>(c, "key"),
                                                     number<std::uint64_t>(c, "id"), text(c, "context"));
            CHECK(bytes(child.view().begin(), child.view().end()) == output);
            return;
        }
        const bytes input = raw(c, "input");
        if (function == "blake2b-256")
            CHECK(to_base64(blake2b<hash256>({input}).view()) == to_base64(output));
        else if (function == "blake2b-128")
            CHECK(to_base64(blake2b<thread_id>({input}).view()) == to_base64(output));
        else if (function == "keyed-blake2b-256")
            CHECK(to_base64(blake2b_keyed<hash256>(raw(c, "key"), {input}).view()) == to_base64(output));
        else if (function == "sha-256")
            CHECK(to_base64(sha256(input).view()) == to_base64(output));
        else
            FAIL("unknown function");
    });
}

} // namespace changgu::test
