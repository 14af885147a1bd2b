#include "crypto/note.hpp"

#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {

TEST_CASE("a note gives back its text and its signatures") {
    const std::array<note_signer, 2> signers{root_named("root-a"), root_named("root-b")};
    const note n = parse_note(sign_note("a\n\nb\n", signers)).value();
    CHECK(n.text == "a\n\nb\n");
    REQUIRE(n.signatures.size() == 2);
    CHECK(n.signatures[1].name == "root-b");
    for (const note_signer& s : signers) CHECK(check_signature(n, s.verifier()) == note_check::valid);
    CHECK(check_signature(n, root_named("root-c").verifier()) == note_check::absent);
}

TEST_CASE("names of keys") {
    for (const std::string_view name : {"a", "root-1", "A_b.c", "0"}) CHECK(is_key_name(name));
    CHECK(is_key_name(std::string(64, 'a')));
    for (const std::string_view name : {"", "a b", "a+b", "루트", "a\n", "a/b"})
        CHECK_FALSE(is_key_name(name));
    CHECK_FALSE(is_key_name(std::string(65, 'a')));
}

TEST_CASE("sizes are bounded") {
    const std::array<note_signer, 1> signer{root_named("root-a")};
    const std::string overhead = sign_note("\n", signer);
    const std::string most = sign_note(std::string(max_note_size - overhead.size(), 'a') + "\n", signer);
    CHECK(most.size() == max_note_size);
    CHECK(parse_note(most).has_value());
    CHECK(outcome(parse_note("a" + most)) == "bad_note");
    const std::vector<std::string> names(17, "root-a");
    std::vector<note_signer> many;
    for (const std::string& name : names) many.push_back(root_named(name));
    CHECK(outcome(parse_note(sign_note("a\n", many))) == "bad_note");
    many.pop_back();
    CHECK(parse_note(sign_note("a\n", many)).has_value());
}

TEST_CASE("no prefix of a note but one that ends with a signature line is a note") {
    const std::array<note_signer, 2> signers{root_named("root-a"), root_named("root-b")};
    const std::string whole = sign_note("some text\n", signers);
    int taken = 0;
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const auto n = parse_note(std::string_view(whole).substr(0, size));
        taken += n.has_value() ? 1 : 0;
    }
    CHECK(taken == 2);
}

} // namespace changgu::test
