#include "server/client/opening.hpp"

#include <doctest/doctest.h>

using namespace changgu;

TEST_CASE("many opened together are what each would be by itself, in their order") {
    crypto::initialise();
    const auto org = crypto::random_fixed<crypto::org_id>();
    crypto::epoch epoch;
    epoch.entry.epoch = 7;
    epoch.statement = crypto::random_fixed<crypto::hash256>();
    const auto mine = crypto::random_box_key_pair();
    const auto author = crypto::random_sign_key_pair();
    const std::vector<crypto::slot_recipient> slots{std::nullopt, mine.public_key};

    std::vector<client::sealed_envelope> sealed;
    for (std::size_t i = 0; i < 100; ++i) {
        auto body = i % 3 == 0 ? crypto::make_chaff(7)
                               : crypto::seal_envelope(org, 7, crypto::context_of(epoch.statement), slots,
                                                       crypto::message_kind::report, author,
                                                       "{\"n\":" + std::to_string(i) + "}")
                                     .value();
        if (i % 3 == 2) body.back() ^= 1U;
        sealed.push_back({1, &epoch, 1, &mine, std::move(body)});
    }
    for (const std::size_t size : {0UZ, 1UZ, 31UZ, 100UZ}) {
        const auto opened = client::open_all(org, std::span(sealed).first(size));
        REQUIRE(opened.size() == size);
        for (std::size_t i = 0; i < size; ++i) {
            CAPTURE(i);
            CHECK(opened[i].has_value() == (i % 3 == 1));
            if (i % 3 == 0) CHECK(opened[i].error() == crypto::errc::slot_not_mine);
            if (i % 3 == 1) CHECK(opened[i]->message.json.text() == "{\"n\":" + std::to_string(i) + "}");
            if (i % 3 == 2) CHECK(opened[i].error() == crypto::errc::bad_tag);
        }
    }
}
