// JSON: what is taken keeps its meaning when it is written and read again, and keeps to the bounds.
#include "crypto/json.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace changgu;
using namespace changgu::crypto;

namespace {

void check(const json::value& v, std::size_t depth) {
    REQUIRE_PROPERTY(depth <= json_max_depth);
    REQUIRE_PROPERTY(!v.is_double() && !v.is_uint64());
    if (v.is_int64()) {
        constexpr auto max = static_cast<std::int64_t>(json_max_integer);
        REQUIRE_PROPERTY(v.get_int64() <= max && v.get_int64() >= -max);
    }
    if (v.is_array())
        for (const auto& item : v.get_array()) check(item, depth + (item.is_structured() ? 1U : 0U));
    if (v.is_object())
        for (const auto& [name, item] : v.get_object()) check(item, depth + (item.is_structured() ? 1U : 0U));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto object = parse_json(as_text(fuzz::input(data, size)));
    if (!object) return 0;
    check(*object, 1);
    const auto again = parse_json(json::serialize(*object));
    REQUIRE_PROPERTY(again && *again == *object);
    return 0;
}
