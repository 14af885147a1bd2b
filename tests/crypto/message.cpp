#include "crypto/message.hpp"

#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {
namespace {

report a_report() {
    report m;
    m.log = {3, hash256::from(seed_of("head").view()).value()};
    m.reply_key = intake_of(1, 1).public_key;
    m.addresses.assign(advertised_addresses, address{});
    m.category = "other";
    return m;
}
frame frame_with(message_kind kind, const json::object& object) {
    return {kind, {}, {}, secret_buffer(std::string_view(json::serialize(object)))};
}

} // namespace

TEST_CASE("texts are taken up to their bounds") {
    report m = a_report();
    m.text.assign(max_text, 'a');
    CHECK(report_of(frame_with(message_kind::report, to_json(m))).value().text.size() == max_text);
    m.text += 'a';
    CHECK(outcome(report_of(frame_with(message_kind::report, to_json(m)))) == "bad_field");
    m = a_report();
    for (std::size_t i = 0; i <= max_answers; ++i) m.answers.push_back({"q" + std::to_string(i), "a"});
    CHECK(outcome(report_of(frame_with(message_kind::report, to_json(m)))) == "bad_field");
    m.answers.pop_back();
    CHECK(report_of(frame_with(message_kind::report, to_json(m))).value().answers.size() == max_answers);
}

TEST_CASE("six statuses, no other") {
    for (const std::string_view status :
         {"received", "reviewing", "more_information", "investigating", "transferred", "closed"})
        CHECK(is_status(status));
    for (const std::string_view status : {"", "Received", "open", "closed "}) CHECK_FALSE(is_status(status));
}

} // namespace changgu::test
