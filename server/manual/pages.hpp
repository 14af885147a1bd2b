// What the package says of the commands, made from the commands themselves: a manual page a language and the
// words that a shell completes. Nothing here is written by hand twice.
#pragma once

#include "crypto/wordlist.hpp"

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace changgu::manual {

/// roff for man(1), section 1, in UTF-8.
std::string man_page(const CLI::App& app, crypto::language in, std::string_view version);
/// A completion for bash-completion, to be saved under the program's name.
std::string bash_completion(const CLI::App& app);

} // namespace changgu::manual
