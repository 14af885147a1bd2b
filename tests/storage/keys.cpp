#include "tests/storage/bench.hpp"
#include "tests/support/run_sql.hpp"

#include <doctest/doctest.h>

using namespace changgu;
using namespace changgu::test;

namespace {

edit_outcome append(bench& b, std::uint64_t next, std::vector<std::string> notes) {
    return wait<edit_outcome>(
        [&](auto done) { b.s().append_key_log(next, std::move(notes), std::move(done)); });
}
edit_outcome submit(bench& b, const enrolment_id& id, bytes request,
                    std::optional<crypto::sign_public_key> locker = {}) {
    return wait<edit_outcome>(
        [&](auto done) { b.s().submit_enrolment(id, std::move(request), locker, std::move(done)); });
}
enrolment_id enrolment_of(crypto::byte n) {
    enrolment_id id;
    id.value.fill(n);
    return id;
}

struct put_answer {
    edit_outcome outcome;
    keyring_etag etag;
};
put_answer put_keyring(bench& b, std::optional<keyring_etag> match, bytes content, const pepper& p) {
    return wait<put_answer>([&](auto done) {
        b.s().put_keyring(7, match, {}, std::move(content), p.clone(),
                          [done = std::move(done)](edit_outcome o, keyring_etag e) mutable { done({o, e}); });
    });
}

} // namespace

TEST_CASE("the key log is appended whole, in order, by whoever knows its end") {
    bench b;
    CHECK(append(b, 1, {"early"}) == edit_outcome::conflict);
    CHECK(append(b, 0, {"genesis"}) == edit_outcome::done);
    CHECK(append(b, 0, {"genesis again"}) == edit_outcome::conflict);
    CHECK(append(b, 1, {"revoke", "epoch"}) == edit_outcome::done);
    b.reopen();
    auto r = b.read();
    CHECK(r.key_log_size() == 3);
    auto notes = r.read_key_log(0, 10, 1000);
    REQUIRE(notes.size() == 3);
    CHECK(notes[0].text == "genesis");
    CHECK(notes[2].text == "epoch");
    CHECK(notes[2].seq == 2);
    CHECK(r.read_key_log(1, 1, 1000).at(0).text == "revoke");
    CHECK(r.read_key_log(3, 10, 1000).empty());
    CHECK(r.read_key_log(0, 10, 13).size() == 2); // by bytes
    CHECK(r.read_key_log(0, 10, 1).size() == 1);  // but always one
    CHECK(r.check().empty());
}

TEST_CASE("the first enrolment request wins, and a killed code is dead") {
    bench b;
    const auto id = enrolment_of(1);
    const auto open = [&] {
        return wait<edit_outcome>([&](auto done) { b.s().open_enrolment(id, 12, std::move(done)); });
    };
    const auto kill = [&](const enrolment_id& e) {
        return wait<edit_outcome>([&](auto done) { b.s().kill_enrolment(e, std::move(done)); });
    };
    CHECK(submit(b, id, body(1, 100)) == edit_outcome::unknown);
    CHECK(open() == edit_outcome::done);
    CHECK(open() == edit_outcome::taken);
    CHECK(b.read().find_enrolment(id)->state == enrolment_state::open);
    CHECK(submit(b, id, bytes(max_enrolment_request + 1)) == edit_outcome::failed);
    CHECK(submit(b, id, body(1, 100)) == edit_outcome::done);
    CHECK(submit(b, id, body(1, 100)) == edit_outcome::done);
    CHECK(submit(b, id, body(2, 100)) == edit_outcome::taken);
    const auto found = b.read().find_enrolment(id);
    REQUIRE(found);
    CHECK(found->state == enrolment_state::submitted);
    CHECK(found->number == 12);
    CHECK(found->request == body(1, 100));
    CHECK(b.read().list_enrolments().size() == 1);

    CHECK(kill(enrolment_of(2)) == edit_outcome::unknown);
    CHECK(kill(id) == edit_outcome::done);
    CHECK(b.read().find_enrolment(id)->request.empty());
    CHECK(submit(b, id, body(1, 100)) == edit_outcome::unknown);
    CHECK(open() == edit_outcome::taken);
    CHECK(wait<edit_outcome>([&](auto d) { b.s().remove_enrolment(id, std::move(d)); }) ==
          edit_outcome::done);
    CHECK(wait<edit_outcome>([&](auto d) { b.s().remove_enrolment(id, std::move(d)); }) ==
          edit_outcome::unknown);
    CHECK_FALSE(b.read().find_enrolment(id));
}

TEST_CASE("an enrolment's locker counts until the number has a keyring, or the code dies") {
    bench b;
    const auto mine = crypto::random_fixed<crypto::sign_public_key>();
    const auto other = crypto::random_fixed<crypto::sign_public_key>();
    const auto open = [&b](crypto::byte id) {
        return wait<edit_outcome>([&](auto d) { b.s().open_enrolment(enrolment_of(id), 7, std::move(d)); });
    };
    CHECK_FALSE(b.read().find_locker(7));
    REQUIRE(open(1) == edit_outcome::done);
    CHECK(submit(b, enrolment_of(1), body(1, 100), mine) == edit_outcome::done);
    CHECK(submit(b, enrolment_of(1), body(1, 100), mine) == edit_outcome::done);
    CHECK(submit(b, enrolment_of(1), body(1, 100), other) == edit_outcome::taken);
    CHECK(b.read().find_locker(7) == mine);
    CHECK_FALSE(b.read().find_locker(8));

    CHECK(wait<edit_outcome>([&](auto d) { b.s().kill_enrolment(enrolment_of(1), std::move(d)); }) ==
          edit_outcome::done);
    CHECK_FALSE(b.read().find_locker(7));

    REQUIRE(open(2) == edit_outcome::done);
    CHECK(submit(b, enrolment_of(2), body(2, 100), mine) == edit_outcome::done);
    CHECK(wait<edit_outcome>([&](auto d) { b.s().forget_lockers(7, std::move(d)); }) == edit_outcome::done);
    CHECK_FALSE(b.read().find_locker(7));

    REQUIRE(open(3) == edit_outcome::done);
    CHECK(submit(b, enrolment_of(3), body(3, 100), mine) == edit_outcome::done);
    const auto stored = put_keyring(b, {}, body(4, 4096), pepper::random());
    CHECK(stored.outcome == edit_outcome::done);
    CHECK(b.read().find_locker(7) == crypto::sign_public_key{}); // the keyring's own
    // A code that comes after it names nobody.
    REQUIRE(open(4) == edit_outcome::done);
    CHECK(submit(b, enrolment_of(4), body(5, 100), other) == edit_outcome::done);
    CHECK(wait<edit_outcome>([&](auto d) { b.s().remove_keyring(7, std::move(d)); }) == edit_outcome::done);
    CHECK_FALSE(b.read().find_locker(7));
    CHECK(b.read().check().empty());
}

TEST_CASE("prekeys replace one number's; drained marks are kept by epoch") {
    bench b;
    const auto key = [](std::uint32_t epoch) {
        return prekey{epoch, crypto::random_fixed<crypto::box_public_key>(),
                      crypto::random_fixed<crypto::signature>()};
    };
    const auto put = [&b](reviewer_number n, std::vector<prekey> keys) {
        return wait<edit_outcome>([&](auto done) { b.s().put_prekeys(n, std::move(keys), std::move(done)); });
    };
    const auto second = key(2);
    CHECK(put(1, {key(2), key(1)}) == edit_outcome::done);
    CHECK(put(2, {key(1)}) == edit_outcome::done);
    CHECK(b.read().list_prekeys().size() == 3);
    CHECK(b.read().list_prekeys()[0].key.epoch == 1);
    CHECK(put(1, {second}) == edit_outcome::done);
    const auto all = b.read().list_prekeys();
    REQUIRE(all.size() == 2);
    CHECK(all[0].number == 1);
    CHECK(all[0].key.key == second.key);
    CHECK(all[0].key.signature == second.signature);

    const drained_mark mark{4, crypto::random_fixed<crypto::signature>()};
    const auto put_drained = [&](std::uint32_t epoch, const drained_mark& m) {
        return wait<edit_outcome>([&](auto done) { b.s().put_drained(epoch, m, std::move(done)); });
    };
    CHECK(put_drained(3, {4, {}}) == edit_outcome::done);
    CHECK(put_drained(3, mark) == edit_outcome::done);
    CHECK(put_drained(3, {2, {}}) == edit_outcome::done);
    CHECK(b.read().list_drained(4).empty());
    const auto marks = b.read().list_drained(3);
    REQUIRE(marks.size() == 2);
    CHECK(marks[0].number == 2);
    CHECK(marks[1].signature == mark.signature);
}

TEST_CASE("a keyring is replaced only by whoever has seen it") {
    bench b;
    const auto p = pepper::random();
    CHECK_FALSE(b.read().find_keyring(7));
    CHECK(put_keyring(b, keyring_etag{}, body(1, 4096), p).outcome == edit_outcome::conflict);
    CHECK(put_keyring(b, {}, bytes(max_keyring + 1), p).outcome == edit_outcome::failed);
    const auto first = put_keyring(b, {}, body(1, 4096), p);
    CHECK(first.outcome == edit_outcome::done);
    CHECK(put_keyring(b, {}, body(2, 4096), p).outcome == edit_outcome::conflict);
    const auto next = pepper::random();
    const auto second = put_keyring(b, first.etag, body(2, 4096), next);
    CHECK(second.outcome == edit_outcome::done);
    CHECK(second.etag != first.etag);
    CHECK(put_keyring(b, first.etag, body(3, 4096), p).outcome == edit_outcome::conflict);
    b.reopen();
    const auto found = b.read().find_keyring(7);
    REQUIRE(found);
    CHECK(found->etag == second.etag);
    CHECK(found->body == body(2, 4096));
    REQUIRE(found->wrap_pepper);
    CHECK(*found->wrap_pepper == next);
    CHECK(b.read().check().empty());
    CHECK(wait<edit_outcome>([&](auto d) { b.s().remove_keyring(7, std::move(d)); }) == edit_outcome::done);
    CHECK(wait<edit_outcome>([&](auto d) { b.s().remove_keyring(7, std::move(d)); }) ==
          edit_outcome::unknown);
    CHECK_FALSE(b.read().find_keyring(7));
}

TEST_CASE("a crash between the two files of a keyring leaves it readable, and is tidied up") {
    bench b;
    const auto p = pepper::random();
    put_keyring(b, {}, body(1, 4096), p);
    b.open_store.reset();
    // As if the new pepper had been written and nothing else; and as if an old one had not been deleted yet.
    const bytes orphan = body(77, 32);
    run_sql(b.opts.directory / "peppers.db",
            "INSERT INTO pepper VALUES(7, zeroblob(16), x'" + crypto::to_hex(orphan) + "')");
    CHECK(pieces_on_disk(b.opts.directory, {orphan}) > 0);
    b.reopen();
    REQUIRE(b.read().find_keyring(7));
    CHECK(*b.read().find_keyring(7)->wrap_pepper == p);
    b.open_store.reset();
    CHECK(pieces_on_disk(b.opts.directory, {orphan}) == 0);
}

TEST_CASE("a keyring without its pepper, as after a restore, is found without it and reported") {
    bench b;
    put_keyring(b, {}, body(1, 4096), pepper::random());
    b.open_store.reset();
    std::filesystem::remove(b.opts.directory / "peppers.db");
    b.reopen();
    REQUIRE(b.read().find_keyring(7));
    CHECK_FALSE(b.read().find_keyring(7)->wrap_pepper);
    CHECK(b.read().check().size() == 1);
}
