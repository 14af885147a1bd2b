#include "server/cli/keyring_file.hpp"

#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

using namespace changgu;
using namespace changgu::cli;
namespace errc = boost::system::errc;

namespace {

constexpr crypto::argon2_cost cheap{1, 8'192};
crypto::secret_buffer pass() {
    return crypto::secret_buffer(std::string_view("six words"));
}
crypto::bytes_view json(std::string_view text) {
    return crypto::as_bytes(text);
}

} // namespace

TEST_CASE("created for the owner only, never over another file, and opened again with its own cost") {
    crypto::initialise();
    test::temp_dir d;
    const auto path = d / "reviewer.keyring";
    {
        auto file = keyring_file::create(path, pass(), json(R"({"a":1})"), cheap);
        REQUIRE(file.has_value());
        struct stat about{};
        REQUIRE(::stat(path.c_str(), &about) == 0);
        CHECK((about.st_mode & 0777U) == 0600U);
        REQUIRE(file->save(json(R"({"a":2})")).has_value());
    }
    CHECK(keyring_file::create(path, pass(), json("{}"), cheap).error() == errc::file_exists);
    crypto::secret_buffer inside;
    {
        auto again = keyring_file::open(path, pass(), inside);
        REQUIRE(again.has_value());
        CHECK(inside.text() == R"({"a":2})");
        REQUIRE(again->save(json(R"({"a":3})"))
                    .has_value()); // with the cost that it had: otherwise this takes long
    }
    std::ifstream raw(path, std::ios::binary);
    std::string bytes(20, '\0');
    raw.read(bytes.data(), 20);
    CHECK(crypto::from_big_endian<std::uint32_t>(crypto::as_bytes(bytes).subspan(16, 4)) == cheap.memory_kib);
    CHECK(load_keyring(path, pass().view())->text() == R"({"a":3})");
    CHECK_FALSE(std::filesystem::exists(path.string() + ".new"));
    CHECK(load_keyring(path, json("wrong")).error() == crypto::errc::wrong_passphrase);
}

TEST_CASE("one process at a time") {
    test::temp_dir d;
    const auto path = d / "k";
    crypto::secret_buffer inside;
    {
        auto file = keyring_file::create(path, pass(), json("{}"), cheap);
        REQUIRE(file.has_value());
        CHECK(keyring_file::open(path, pass(), inside).error() == errc::device_or_resource_busy);
        auto moved = std::move(*file);
        CHECK(keyring_file::open(path, pass(), inside).error() == errc::device_or_resource_busy);
    }
    CHECK(keyring_file::open(path, pass(), inside).has_value());
}

TEST_CASE("a keyring that others can read is refused, as is what is none") {
    test::temp_dir d;
    const auto path = d / "k";
    REQUIRE(keyring_file::create(path, pass(), json("{}"), cheap).has_value());
    REQUIRE(::chmod(path.c_str(), 0640) == 0);
    CHECK(load_keyring(path, pass().view()).error() == errc::permission_denied);
    REQUIRE(::chmod(path.c_str(), 0600) == 0);
    CHECK(load_keyring(path, pass().view()).has_value());
    REQUIRE(write_private_file(d / "text", json("text")).has_value());
    CHECK(load_keyring(d / "text", pass().view()).error() == crypto::errc::not_a_keyring);
    CHECK(load_keyring(d / "none", pass().view()).error() == errc::no_such_file_or_directory);
    CHECK_FALSE(std::filesystem::exists(d / "none.lock"));
}

TEST_CASE("when the new one cannot be written the old one stays") {
    test::temp_dir d;
    const auto path = d / "k";
    auto file = keyring_file::create(path, pass(), json("{}"), cheap);
    REQUIRE(file.has_value());
    std::filesystem::create_directories(std::filesystem::path(path.string() + ".new") / "in the way");
    CHECK(file->save(json(R"({"a":1})")).has_error());
    {
        auto released = std::move(*file);
    }
    CHECK(load_keyring(path, pass().view())->text() == "{}");
    // What a crash left behind does not stand in the way.
    std::filesystem::remove_all(path.string() + ".new");
    std::ofstream(path.string() + ".new") << "half";
    {
        crypto::secret_buffer inside;
        auto again = keyring_file::open(path, pass(), inside);
        REQUIRE(again.has_value());
        REQUIRE(again->save(json(R"({"a":2})")).has_value());
    }
    CHECK(load_keyring(path, pass().view())->text() == R"({"a":2})");
}
