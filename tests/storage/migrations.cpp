// What older versions of this program have left on a disk is read by this one: a database of every schema
// (fixtures/make), a file of the spool (fixtures/make_spool.cpp).
#include "storage/segment.hpp"
#include "tests/storage/bench.hpp"

#include <doctest/doctest.h>

using namespace changgu;
using namespace changgu::test;

namespace {

std::filesystem::path fixture(const std::string& name) {
    return std::filesystem::path(FIXTURES) / name;
}

/// As in fixtures/make.
bytes old_body(std::uint64_t n) {
    bytes b(1000 + n);
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<crypto::byte>(31 * n + 7 * i);
    return b;
}
template <class Fixed> Fixed named(const std::string& name) {
    return Fixed::from(
               crypto::blake2b<crypto::hash256>({crypto::as_bytes(name)}).view().first(Fixed::size_bytes))
        .value();
}

void put_in_place(bench& b, const std::string& name, const std::string& as) {
    b.open_store.reset();
    std::filesystem::create_directories(b.opts.directory);
    std::filesystem::copy_file(fixture(name), b.opts.directory / as,
                               std::filesystem::copy_options::overwrite_existing);
}

void check_all(bench& b) {
    auto r = b.read();
    CHECK(r.check().empty());
    for (const std::uint64_t n : {1U, 2U, 3U}) CHECK(r.has_envelope(id_of(old_body(n))));
    const auto item = [&](item_kind kind, std::uint64_t n) {
        const auto at = address_of(n);
        auto found = r.read(kind, std::span(&at, 1)).at(0);
        if (found.state == item_state::present) CHECK(found.body == old_body(n));
        return found.state;
    };
    CHECK(item(item_kind::reply, 10) == item_state::present);
    CHECK(item(item_kind::reply, 11) == item_state::burned);
    CHECK(item(item_kind::case_event, 12) == item_state::present);
    CHECK(item(item_kind::blob, 13) == item_state::expired);
    CHECK(item(item_kind::reply, 20) == item_state::present);
    CHECK(item(item_kind::case_event, 21) == item_state::present);
    const auto notes = r.read_key_log(0, 10, 1000);
    REQUIRE(notes.size() == 2);
    CHECK(notes[1].text == "second");
    const auto code = r.find_enrolment(named<enrolment_id>("code"));
    REQUIRE(code.has_value());
    CHECK(code->number == 7);
    CHECK(code->state == enrolment_state::submitted);
    CHECK(code->request == bytes{1, 2});
    REQUIRE(r.list_prekeys().size() == 1);
    CHECK(r.list_prekeys()[0].key.key == named<crypto::box_public_key>("prekey"));
    CHECK(r.list_drained(1).size() == 1);
    const auto keyring = r.find_keyring(5);
    REQUIRE(keyring.has_value());
    CHECK(keyring->body == bytes{3, 4, 5});
    REQUIRE(keyring->wrap_pepper.has_value());
    CHECK(std::ranges::equal(keyring->wrap_pepper->view(), named<crypto::hash256>("pepper").view()));
    CHECK(r.find_locker(5) == named<crypto::sign_public_key>("own locker"));
}

} // namespace

TEST_CASE("a database of every older schema is brought up to date, with all that is in it") {
    for (int schema = 1; std::filesystem::exists(fixture("changgu-" + std::to_string(schema) + ".db"));
         ++schema) {
        CAPTURE(schema);
        bench b;
        put_in_place(b, "changgu-" + std::to_string(schema) + ".db", "changgu.db");
        put_in_place(b, "peppers-1.db", "peppers.db");
        b.reopen();
        check_all(b);
        if (schema >= 2) CHECK(b.read().find_locker(7) == named<crypto::sign_public_key>("locker"));
        CHECK(b.release().envelopes == 1);
        b.reopen();
        check_all(b);
        const auto inbox = b.inbox();
        REQUIRE(inbox.size() == 3);
        CHECK(inbox[2].body == old_body(3));
        CHECK(b.burn({address_of(10), address_of(20)}) == edit_outcome::done);
    }
    CHECK(std::filesystem::exists(fixture("changgu-3.db")));
}

TEST_CASE("a file of the spool in the format of the first log is read, and released") {
    bench b;
    put_in_place(b, "spool-1", "spool-9");
    CHECK(parse_segment(file_bytes(fixture("spool-1"))).records.size() == 3);
    b.reopen();
    for (const std::uint64_t n : {1U, 2U, 3U}) CHECK(b.put(old_body(n)) == put_outcome::exists);
    CHECK(b.read().check().empty());
    CHECK(b.put(old_body(4)) == put_outcome::stored);
    CHECK(b.release().envelopes == 4);
    CHECK(b.inbox().size() == 4);
    CHECK(b.read().check().empty());
}
