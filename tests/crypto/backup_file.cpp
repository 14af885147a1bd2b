#include "crypto/backup_file.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace changgu::crypto {
namespace {

const org_id org = random_fixed<org_id>();

} // namespace

TEST_CASE("a backup opens with any of its recovery keys") {
    std::vector<sign_key_pair> keys;
    backup_recipients to{org, {}};
    for (std::size_t i = 0; i < max_backup_recipients; ++i) {
        keys.push_back(random_sign_key_pair());
        to.recovery.push_back(keys.back().public_key);
    }
    auto encryptor = backup_encryptor::start(to).value();
    const bytes content(100, 7);
    const bytes chunk = encryptor.push(content, true);
    CHECK(backup_header_size(encryptor.header()).value() == encryptor.header().size());
    const auto claimed = read_backup_recipients(encryptor.header()).value();
    CHECK(claimed.org == org);
    CHECK(claimed.recovery == to.recovery);
    for (const auto& key : keys) {
        auto decryptor = backup_decryptor::open(org, encryptor.header(), {&key, 1}).value();
        CHECK_FALSE(decryptor.finished());
        CHECK(std::ranges::equal(decryptor.pull(chunk).value().view(), content));
        CHECK(decryptor.finished());
        CHECK(test::outcome(decryptor.pull(chunk)) == "bad_chunk");
    }
    CHECK(test::outcome(backup_decryptor::open(org, encryptor.header(), {})) == "slot_not_mine");
}

TEST_CASE("no backup is made for nobody, for too many, or for what is no key") {
    CHECK(test::outcome(backup_encryptor::start({org, {}})) == "bad_parameters");
    CHECK(test::outcome(backup_encryptor::start({org, std::vector<sign_public_key>(9)})) == "bad_parameters");
    CHECK(test::outcome(backup_encryptor::start({org, {sign_public_key{}}})) == "bad_key"); // of small order
}

TEST_CASE("a writer of backups that is used wrongly says so") {
    const auto key = random_sign_key_pair();
    auto encryptor = backup_encryptor::start({org, {key.public_key}}).value();
    const bytes content(backup_chunk_content + 1);
    CHECK_THROWS_AS((void)encryptor.push(content, true), std::logic_error);
    CHECK_THROWS_AS((void)encryptor.push(bytes_view(content).first(10), false), std::logic_error);
    CHECK(encryptor.push({}, true).size() == backup_chunk_overhead);
    CHECK_THROWS_AS((void)encryptor.push({}, true), std::logic_error);
}

} // namespace changgu::crypto
