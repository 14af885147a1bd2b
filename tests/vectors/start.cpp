#include "crypto/secret.hpp"

namespace {
[[maybe_unused]] const bool started = (changgu::crypto::initialise(), true);
}
