// What is in the fixtures, and how it is looked for.
#pragma once

#include "tests/storage/bench.hpp"

#include <string>
#include <vector>

namespace changgu::test {

std::filesystem::path fixture(const std::string& name);
/// Of which there is a fixture.
int newest_schema();
/// As in fixtures/make. Envelopes 1 and 2 are released, 3 is spooled.
bytes old_body(std::uint64_t n);
/// A hash of what fixtures/make calls it.
template <class Fixed> Fixed named(const std::string& name) {
    return Fixed::from(
               crypto::blake2b<crypto::hash256>({crypto::as_bytes(name)}).view().first(Fixed::size_bytes))
        .value();
}

/// What not every data directory has.
struct old_parts {
    bool keyrings = true; ///< not in a backup
    bool spool = false;   ///< a file of the first log, with the same three envelopes
    bool access = false;  ///< the access log of fixtures/make
};

/// Makes a data directory as the version of that schema left it, durably.
void put_old_data(const std::filesystem::path& directory, int schema, const old_parts& parts);
/// What is missing or otherwise than it was: a sentence each.
std::vector<std::string> wrongs_of_old_data(reader& r, const old_parts& parts);

} // namespace changgu::test
