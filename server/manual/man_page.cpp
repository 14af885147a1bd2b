#include "server/manual/messages.hpp"
#include "server/manual/pages.hpp"

#include <CLI/CLI.hpp>

namespace changgu::manual {
namespace {

using crypto::language;

// roff obeys a backslash anywhere and a full stop or an apostrophe at the beginning of a line; a plain hyphen
// may be broken at and is not what one types.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool line_begins = out.empty() || out.back() == '\n';
        if (line_begins && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else if (c == '\t')
            out += ' ';
        else
            out += c;
    }
    return out;
}

class page {
  public:
    explicit page(language in) : in_(in) {}

    void heading(message id) { line(".SH \"" + words(id) + '"'); }
    void line(const std::string& raw) { text_ += raw + '\n'; }
    void paragraph(std::string_view text) { line(escaped(text)); }
    void entry(const std::string& tag, std::string_view text) {
        line(".TP\n" + tag);
        paragraph(text);
    }
    [[nodiscard]] std::string words(message id) const { return std::string(text_of(id, in_)); }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    language in_;
    std::string text_;
};

std::string bold(std::string_view text) {
    return "\\fB" + escaped(text) + "\\fR";
}

std::string tag_of(const CLI::Option& o) {
    if (o.get_positional()) return bold(o.get_name(true));
    std::string out;
    std::string names = o.get_name(false, true);
    for (std::size_t from = 0; from < names.size();) {
        const auto end = std::min(names.find(',', from), names.size());
        out += (out.empty() ? "" : ", ") + bold(std::string_view(names).substr(from, end - from));
        from = end + 1;
    }
    if (o.get_items_expected_max() != 0) out += " \\fI" + escaped(o.get_type_name()) + "\\fR";
    return out;
}

void add_options(page& out, const CLI::App& command) {
    for (const CLI::Option* o : command.get_options()) {
        // Every command has --help; it is told once, with the options of all.
        if (o == command.get_help_ptr() && command.get_parent() != nullptr) continue;
        out.entry(tag_of(*o), o->get_required() ? o->get_description() + ". " + out.words(message::required)
                                                : o->get_description());
    }
}

void add_command(page& out, const CLI::App& command, const std::string& before) {
    const std::string name = before + ' ' + command.get_name();
    const auto children = command.get_subcommands([](const CLI::App*) { return true; });
    out.line(".SS \"" + escaped(name) + '"');
    out.paragraph(command.get_description());
    add_options(out, command);
    for (const CLI::App* child : children) add_command(out, *child, name);
}

} // namespace

std::string man_page(const CLI::App& app, language in, std::string_view version) {
    page out(in);
    out.line(".\\\" Made from the commands' help.");
    // Without a date, so that the same source gives the same page.
    out.line(".TH CHANGGU 1 \"\" \"changgu " + escaped(version) + "\" \"Changgu\"");
    out.heading(message::name);
    out.line("changgu \\- " + out.words(message::summary));
    out.heading(message::synopsis);
    out.line(bold("changgu") + " \\fI" + out.words(message::command) + "\\fR [\\fI" +
             out.words(message::option_word) + "\\fR]...");
    out.heading(message::description);
    out.paragraph(app.get_description());
    std::string group;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (command->get_group() != group) {
            group = command->get_group();
            out.line(".SH \"" + escaped(group) + '"');
        }
        add_command(out, *command, "changgu");
    }
    out.heading(message::options);
    add_options(out, app);
    out.heading(message::exit_status);
    constexpr std::array codes{message::exit_ok,          message::exit_failure,   message::exit_usage,
                               message::exit_unreachable, message::exit_untrusted, message::exit_bad_secret,
                               message::exit_refused,     message::exit_nothing};
    for (std::size_t i = 0; i < codes.size(); ++i) out.entry(bold(std::to_string(i)), out.words(codes[i]));
    out.heading(message::files);
    out.entry(bold("/etc/changgu/changgu.toml"), out.words(message::file_config));
    out.entry(bold("/var/lib/changgu"), out.words(message::file_data));
    out.heading(message::see_also);
    out.line(bold("changgu-poster") + "(1), " + bold("changgu-notify") + "(8), /usr/share/doc/changgu");
    return out.text();
}

} // namespace changgu::manual
