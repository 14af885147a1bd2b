// What every fuzz target shares. A target aborts when a property does not hold; the sanitizers find the rest.
#pragma once

#include "crypto/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace changgu::fuzz {

/// Ends the process, as the fuzzer wants it, when a property is broken.
#define REQUIRE_PROPERTY(condition)                                                                          \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            std::fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);                     \
            std::abort();                                                                                    \
        }                                                                                                    \
    } while (false)

/// libsodium, once.
inline void start() {
    static const bool started = (crypto::initialise(), true);
    (void)started;
}

inline crypto::bytes_view input(const std::uint8_t* data, std::size_t size) noexcept {
    return {data, size};
}

/// A key that is the same in every run, so that an input found once is found again.
inline crypto::seed fixed_seed(crypto::byte n) {
    crypto::seed s;
    for (std::size_t i = 0; i < s.size(); ++i) s.data()[i] = n;
    return s;
}

/// The first byte of the input, which chooses among a target's ways in; 0 when there is none.
inline crypto::byte take_choice(crypto::bytes_view& from) noexcept {
    if (from.empty()) return 0;
    const crypto::byte choice = from.front();
    from = from.subspan(1);
    return choice;
}

} // namespace changgu::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
