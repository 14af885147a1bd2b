#include "server/manual/pages.hpp"

#include <CLI/CLI.hpp>

namespace changgu::manual {
namespace {

std::vector<const CLI::App*> children_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& w : words) out += (out.empty() ? "" : " ") + w;
    return out;
}

// Of an option whose argument is one of a few: CLI11 says so as "TEXT:{ko,en}".
std::string choices_of(const CLI::Option& o) {
    std::string type = o.get_type_name();
    const auto from = type.find('{');
    const auto to = type.find('}');
    if (from == std::string::npos || to == std::string::npos || to < from) return {};
    type = type.substr(from + 1, to - from - 1);
    std::ranges::replace(type, ',', ' ');
    return type;
}

struct table {
    std::string words;   ///< case arms: a command's path -> what can follow it
    std::string choices; ///< case arms: a command's path and an option -> what can follow that
    std::string paths;   ///< what is a command, so that the word in hand is known to belong to it
};

void collect(table& into, const CLI::App& app, const CLI::App& root, const std::string& path) {
    std::vector<std::string> words;
    for (const CLI::App* child : children_of(app)) words.push_back(child->get_name());
    const auto add_options = [&](const CLI::App& from) {
        for (const CLI::Option* o : from.get_options()) {
            for (const auto& name : o->get_lnames()) {
                if (std::ranges::find(words, "--" + name) == words.end()) words.push_back("--" + name);
                if (o->get_items_expected_max() == 0) continue;
                const auto few = choices_of(*o);
                into.choices.append("        '")
                    .append(path)
                    .append(" --")
                    .append(name)
                    .append("')\n            ");
                if (few.empty())
                    into.choices +=
                        "COMPREPLY=($(compgen -f -- \"$word\"))\n            compopt -o filenames";
                else
                    into.choices.append("COMPREPLY=($(compgen -W '").append(few).append("' -- \"$word\"))");
                into.choices += "\n            return ;;\n";
            }
        }
    };
    add_options(app);
    if (&app != &root) add_options(root);
    into.words += "        '" + path + "') words='" + joined(words) + "' ;;\n";
    for (const CLI::App* child : children_of(app)) {
        const std::string below = path + ' ' + child->get_name();
        into.paths += (into.paths.empty() ? "'" : "|'") + below + "'";
        collect(into, *child, root, below);
    }
}

} // namespace

std::string bash_completion(const CLI::App& app) {
    table all;
    collect(all, app, app, "changgu");
    return "# Made from the commands' own table.\n"
           "_changgu() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} path=changgu words='' i\n"
           "    COMPREPLY=()\n"
           "    for ((i = 1; i < COMP_CWORD; ++i)); do\n"
           "        case \"$path ${COMP_WORDS[i]}\" in\n"
           "        " +
           all.paths +
           ") path+=\" ${COMP_WORDS[i]}\" ;;\n"
           "        esac\n"
           "    done\n"
           "    case \"$path ${COMP_WORDS[COMP_CWORD - 1]}\" in\n" +
           all.choices +
           "    esac\n"
           "    case \"$path\" in\n" +
           all.words +
           "    esac\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
           "}\n"
           "complete -F _changgu changgu\n";
}

} // namespace changgu::manual
