#pragma once

#include <stdexcept>

namespace changgu::server {

/// What is wrong with a configuration file, as "FILE:LINE: KEY: reason".
class config_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

} // namespace changgu::server
