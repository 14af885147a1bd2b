// Commands of employees and reviewers as they are typed, against the real server of an office.
#pragma once

#include "tests/server/client/office.hpp"

#include <fstream>
#include <string>
#include <vector>

namespace changgu::test {

struct outcome {
    int exit;
    std::string out;
    std::string err;
    [[nodiscard]] crypto::json::object json() const {
        return crypto::parse_json(out.substr(0, out.size() - 1)).value();
    }
};

std::string slurp(const std::filesystem::path& file);

struct shell {
    explicit shell(std::uint32_t reviewers) : at(reviewers) {
        write("channel.toml",
              "server = \"" + at.origin + "\"\norg = \"" + crypto::to_hex(at.org.view()) + "\"\n");
        write("pass", "six words\n");
    }
    std::string write(const std::string& name, const std::string& text) {
        std::ofstream(dir / name) << text;
        return file(name);
    }
    [[nodiscard]] std::string file(const std::string& name) const { return (dir / name).string(); }

    outcome run(std::vector<std::string> arguments);
    outcome employee(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin() + 1, {"--channel", file("channel.toml")});
        return run(std::move(arguments));
    }
    // `words` come before the options, which come before `rest`.
    outcome reviewer(std::vector<std::string> words, const std::vector<std::string>& rest = {}) {
        words.insert(words.end(), {"--keyring", file("keyring"), "--passphrase-file", file("pass")});
        words.insert(words.end(), rest.begin(), rest.end());
        return run(std::move(words));
    }

    office at;
    temp_dir dir;
};

} // namespace changgu::test
