#include "server/cli/channel_options.hpp"

#include "crypto/fingerprint.hpp"
#include "server/cli/messages.hpp"

#include <CLI/CLI.hpp>
#include <toml++/toml.h>

namespace changgu::cli {
namespace {

constexpr std::size_t max_file = 16 * 1024;

// `ca` is relative to the file. False when the file is not as it should be.
bool add_from_file(channel_arguments& into) {
    auto text = read_file(into.channel_file, max_file);
    if (!text) return false;
    try {
        const toml::table table = toml::parse(crypto::as_text(*text));
        for (const auto& [key, value] : table) {
            const auto string = value.value<std::string>();
            if (!string) return false;
            if (key == "server") {
                if (into.server.empty()) into.server = *string;
            } else if (key == "org") {
                if (into.org.empty() && into.org_file.empty()) into.org = *string;
            } else if (key == "ca") {
                if (into.ca.empty())
                    into.ca = (std::filesystem::path(into.channel_file).parent_path() / *string).string();
            } else {
                return false;
            }
        }
    } catch (const toml::parse_error&) {
        return false;
    }
    return true;
}

} // namespace

void add_channel_options(CLI::App& app, command_context& context, channel_arguments& into) {
    const auto text = [&](message id) { return std::string(context.term.text(id)); };
    app.add_option("--server", into.server, text(message::help_server))->type_name("URL");
    auto* org = app.add_option("--org", into.org, text(message::help_org))->type_name("FINGERPRINT");
    app.add_option("--org-file", into.org_file, text(message::help_org_file))
        ->type_name("FILE")
        ->excludes(org);
    app.add_option("--ca", into.ca, text(message::help_ca))->type_name("FILE");
    app.add_option("--channel", into.channel_file, text(message::help_channel))->type_name("FILE");
    app.add_option("--socks", into.socks, text(message::help_socks))->type_name("IP:PORT");
}

client::channel::work_teller tell_work(command_context& context) {
    return [&context](std::uint64_t attempts, std::uint64_t expected) {
        context.term.progress(message::working, attempts + 1, expected);
    };
}

std::optional<client::channel> connect(command_context& context, const channel_arguments& given) {
    channel_arguments from = given;
    const auto refuse = [&](message id, const auto&... arguments) {
        fail(context, exit_code::usage, id, arguments...);
        return std::nullopt;
    };
    if (!from.channel_file.empty() && !add_from_file(from))
        return refuse(message::bad_channel_file, from.channel_file);
    if (!from.org_file.empty()) {
        auto text = read_file(from.org_file, max_file);
        if (!text) return refuse(message::cannot_read_file, from.org_file);
        from.org = crypto::as_text(*text);
        from.org.erase(from.org.find_last_not_of(" \r\n\t") + 1);
    }
    if (from.server.empty() || from.org.empty()) return refuse(message::need_server);

    crypto::unknown_word unknown;
    auto org = crypto::parse_fingerprint(from.org, &unknown);
    if (!org && org.error() == crypto::errc::word_not_in_list)
        return refuse(message::bad_fingerprint_word, unknown.position + 1);
    if (!org) return refuse(message::bad_fingerprint);

    context.term.progress(message::connecting);
    auto channel = client::channel::open({from.server, *org, from.ca, from.socks});
    context.term.end_progress();
    if (channel) {
        channel->tell_work(tell_work(context));
        return std::move(*channel);
    }
    fail(context, channel.error());
    return std::nullopt;
}

} // namespace changgu::cli
