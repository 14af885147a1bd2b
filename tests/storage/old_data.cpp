#include "tests/storage/old_data.hpp"

#include "storage/segment.hpp"

#include <fcntl.h>

namespace changgu::test {
namespace {

void put(const std::string& name, const std::filesystem::path& as) {
    std::filesystem::remove(as);
    const file to(as, O_RDWR | O_CREAT | O_EXCL);
    to.write(0, file_bytes(fixture(name)));
    to.sync();
}

} // namespace

std::filesystem::path fixture(const std::string& name) {
    return std::filesystem::path(FIXTURES) / name;
}

int newest_schema() {
    int schema = 0;
    while (std::filesystem::exists(fixture("changgu-" + std::to_string(schema + 1) + ".db"))) ++schema;
    return schema;
}

bytes old_body(std::uint64_t n) {
    bytes b(1000 + n);
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<crypto::byte>(31 * n + 7 * i);
    return b;
}

void put_old_data(const std::filesystem::path& directory, int schema, const old_parts& parts) {
    std::filesystem::create_directories(directory);
    put("changgu-" + std::to_string(schema) + ".db", directory / "changgu.db");
    put("peppers-1.db", directory / "peppers.db");
    if (parts.spool) put("spool-1", directory / "spool-9");
    if (parts.access) put("access-1.db", directory / "access.db");
    sync_directory(directory);
}

std::vector<std::string> wrongs_of_old_data(reader& r, const old_parts& parts) {
    auto wrong = r.check();
    const auto expect = [&wrong](bool holds, const std::string& sentence) {
        if (!holds) wrong.push_back(sentence);
    };
    for (const std::uint64_t n : {1U, 2U, 3U})
        expect(r.has_envelope(id_of(old_body(n))), "envelope " + std::to_string(n) + " is not there");
    const auto expect_item = [&](item_kind kind, std::uint64_t n, item_state state) {
        const auto at = address_of(n);
        const auto found = r.read(kind, std::span(&at, 1)).at(0);
        expect(found.state == state, "the state of item " + std::to_string(n) + " is another");
        expect(found.state != item_state::present || found.body == old_body(n),
               "the body of item " + std::to_string(n) + " is another");
    };
    expect_item(item_kind::reply, 10, item_state::present);
    expect_item(item_kind::reply, 11, item_state::burned);
    expect_item(item_kind::case_event, 12, item_state::present);
    expect_item(item_kind::blob, 13, item_state::expired);
    expect_item(item_kind::reply, 20, item_state::present);
    expect_item(item_kind::case_event, 21, item_state::present);
    const auto notes = r.read_key_log(0, 10, 1000);
    expect(notes.size() == 2 && notes[1].text == "second", "the key log is another");
    const auto code = r.find_enrolment(named<enrolment_id>("code"));
    expect(code && code->number == 7 && code->state == enrolment_state::submitted &&
               code->request == bytes{1, 2},
           "the enrolment is another");
    const auto prekeys = r.list_prekeys();
    expect(prekeys.size() == 1 && prekeys[0].key.key == named<crypto::box_public_key>("prekey"),
           "the prekey is another");
    expect(r.list_drained(1).size() == 1, "the drained mark is not there");
    const auto access = r.read_access_log(0, 10);
    expect(access.entries.size() == (parts.access ? 2U : 0U), "the access log is another");
    crypto::access_chain chain(named<crypto::org_id>("org"));
    for (const auto& e : access.entries) expect(chain.append(e).has_value(), "an entry is none");
    expect(chain.at() == access.head, "the access log does not chain");
    const auto keyring = r.find_keyring(5);
    if (!parts.keyrings) {
        expect(!keyring, "a keyring is there whose pepper is not");
        return wrong;
    }
    expect(keyring && keyring->body == bytes{3, 4, 5}, "the keyring is another");
    expect(keyring && keyring->wrap_pepper &&
               std::ranges::equal(keyring->wrap_pepper->view(), named<crypto::hash256>("pepper").view()),
           "the pepper is another");
    expect(r.find_locker(5) == named<crypto::sign_public_key>("own locker"), "the locker is another");
    return wrong;
}

} // namespace changgu::test
