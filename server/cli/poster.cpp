// changgu poster: the sheet that people take the fingerprint from. The server's log is followed from the
// fingerprint that the caller gives, so a server cannot print itself a poster.
#include "server/poster/poster.hpp"

#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_messages.hpp"
#include "server/cli/channel_options.hpp"
#include "server/cli/messages.hpp"

#include <CLI/CLI.hpp>

#include <fstream>

namespace changgu::cli {
namespace {

struct poster_options {
    channel_arguments channel;
    poster::shown_in language = poster::shown_in::both;
    std::string svg;
    std::string pdf;
};

void make_poster(command_context& context, const poster_options& o) {
    if (o.svg.empty() && o.pdf.empty())
        return fail(context, exit_code::usage, admin_message::poster_needs_file);
    const auto channel = connect(context, o.channel);
    if (!channel) return;
    const auto& log = channel->log();
    const poster::content content{log.organisation(), std::string(channel->origin()), log.org(),
                                  log.head().seq};
    for (const auto& [path, as] :
         {std::pair{o.svg, poster::format::svg}, std::pair{o.pdf, poster::format::pdf}}) {
        if (path.empty()) continue;
        const auto page = poster::draw(content, o.language, as);
        std::ofstream out(path, std::ios::binary | std::ios::trunc);
        out << crypto::as_text(page);
        if (!out.flush()) return fail(context, exit_code::failure, message::cannot_write_file, path);
        context.term.say(admin_message::poster_made, path);
    }
    if (context.term.json()) context.term.print_json({{"link", poster::link_of(content)}});
}

} // namespace

void add_poster(CLI::App& app, command_context& context) {
    auto* command = app.add_subcommand("poster", std::string(context.term.text(admin_message::help_poster)));
    auto o = std::make_shared<poster_options>();
    add_channel_options(*command, context, o->channel);
    const std::map<std::string, poster::shown_in> languages{{"ko", poster::shown_in::korean},
                                                            {"en", poster::shown_in::english},
                                                            {"both", poster::shown_in::both}};
    command->add_option("--in", o->language, "languages of the poster: ko, en or both (the default)")
        ->transform(CLI::CheckedTransformer(languages));
    command->add_option("--svg", o->svg, "SVG file to write");
    command->add_option("--pdf", o->pdf, "PDF file to write");
    command->callback([o, &context] { make_poster(context, *o); });
}

} // namespace changgu::cli
