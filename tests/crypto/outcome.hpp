// What came of an operation, as the vectors write it: "ok" or the name of the failure class.
#pragma once

#include "crypto/errc.hpp"

#include <string>

namespace changgu::test {

using namespace crypto;

template <class T> std::string outcome(const result<T>& r) {
    return r ? "ok" : r.error().message();
}

} // namespace changgu::test
