#include "crypto/json.hpp"

#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {

TEST_CASE("members are read within their bounds") {
    const json::object o =
        parse_json(
            R"({"s":"abcd","n":7,"neg":-1,"big":9007199254740991,"o":{"a":1},"l":[1,2,3],"b":true,"z":null})")
            .value();
    CHECK(read_string(o, "s", 4).value() == "abcd");
    CHECK(outcome(read_string(o, "s", 3)) == "bad_field");
    CHECK(outcome(read_string(o, "n", 9)) == "bad_field");
    CHECK(outcome(read_string(o, "absent", 9)) == "bad_field");
    CHECK(read_optional_string(o, "absent", 9).value().empty());
    CHECK(outcome(read_optional_string(o, "n", 9)) == "bad_field");
    CHECK(outcome(read_optional_string(o, "z", 9)) == "bad_field");
    CHECK(read_integer(o, "n", 7).value() == 7);
    CHECK(outcome(read_integer(o, "n", 6)) == "bad_field");
    CHECK(outcome(read_integer(o, "neg")) == "bad_field");
    CHECK(outcome(read_integer(o, "b")) == "bad_field");
    CHECK(read_integer(o, "big").value() == json_max_integer);
    CHECK(read_integer_or(o, "absent", 5).value() == 5);
    CHECK(outcome(read_integer_or(o, "neg", 5)) == "bad_field");
    CHECK(read_object(o, "o").value()->size() == 1);
    CHECK(outcome(read_object(o, "l")) == "bad_field");
    CHECK(read_array(o, "l", 3).value()->size() == 3);
    CHECK(outcome(read_array(o, "l", 2)) == "bad_field");
    CHECK(read_numbers(o, "l", 3).value() == std::vector<std::uint32_t>{1, 2, 3});
}

TEST_CASE("numbers of a list are 32 bits wide and not negative") {
    CHECK(read_numbers(parse_json(R"({"l":[4294967295]})").value(), "l", 9).value().front() == UINT32_MAX);
    for (const std::string_view text :
         {R"({"l":[4294967296]})", R"({"l":[-1]})", R"({"l":["1"]})", R"({"l":[null]})"})
        CHECK(outcome(read_numbers(parse_json(text).value(), "l", 9)) == "bad_field");
}

TEST_CASE("a fixed value is canonical base64 of its size") {
    const auto h = random_fixed<hash256>();
    json::object o{{"h", to_base64(h.view())}, {"short", "AAAA"}, {"bad", "????"}};
    CHECK(read_fixed<hash256>(o, "h").value() == h);
    for (const std::string_view member : {"short", "bad", "absent"})
        CHECK(outcome(read_fixed<hash256>(o, member)) == "bad_field");
}

TEST_CASE("no prefix of a document is a document") {
    const std::string text = R"({"a":[1,{"b":"한\ud55c"},null,true,-5],"c":{"d":""}})";
    CHECK(parse_json(text).has_value());
    for (std::size_t size = 0; size < text.size(); ++size)
        CHECK(outcome(parse_json(std::string_view(text).substr(0, size))) == "bad_json");
}

TEST_CASE("deep nesting is refused, not followed") {
    CHECK(outcome(parse_json("{\"a\":" + std::string(100'000, '['))) == "bad_json");
    std::string objects;
    for (int i = 0; i < 17; ++i) objects += R"({"a":)";
    CHECK(outcome(parse_json(objects + "1" + std::string(17, '}'))) == "bad_json");
}

} // namespace changgu::test
