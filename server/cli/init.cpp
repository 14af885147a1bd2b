// changgu init: everything a channel needs to start, made on the spot. Nothing is ever overwritten.
#include "crypto/fingerprint.hpp"
#include "crypto/hash.hpp"
#include "crypto/root_keyring.hpp"
#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_messages.hpp"
#include "server/cli/admin_session.hpp"
#include "server/cli/keyring_file.hpp"
#include "server/cli/policy_file.hpp"
#include "server/http/tls.hpp"
#include "storage/store.hpp"
#include "storage/wait.hpp"

#include <CLI/CLI.hpp>

#include <fstream>

namespace changgu::cli {
namespace {

namespace fs = std::filesystem;

struct init_options {
    std::string directory;
    std::vector<std::string> origins; ///< keyrings and the configuration point to the first
    std::string listen;
    crypto::localised name{"창구", "Changgu"};
    std::vector<std::string> root_keyrings;
    std::string recovery_keyring;
    std::uint32_t threshold = 1;
    secret_source passphrase;
    secret_source recovery_passphrase;
    std::string certificate;
    std::string key;
    std::string policy_file;
    crypto::policy rules = crypto::default_policy();
};

struct new_keyring {
    crypto::root_keyring content;
    std::string file;
    crypto::secret_buffer passphrase;
};

new_keyring make_keyring(const std::string& key_name, const std::string& file,
                         crypto::secret_buffer passphrase) {
    new_keyring out;
    out.content.keys.push_back({key_name, crypto::seed::random()});
    out.file = file;
    out.passphrase = std::move(passphrase);
    return out;
}

// The host of an origin, and the port it names or implies.
std::pair<std::string, std::string> host_and_port(std::string_view origin) {
    const bool plain = origin.starts_with("http://");
    origin.remove_prefix(plain ? 7 : 8);
    const auto colon = origin.rfind(':');
    if (colon == std::string_view::npos || origin.ends_with(']'))
        return {std::string(origin), plain ? "80" : "443"};
    return {std::string(origin.substr(0, colon)), std::string(origin.substr(colon + 1))};
}

void write_config(const init_options& o, const fs::path& file, bool own_certificate) {
    const bool plain = o.origins.front().starts_with("http://");
    std::ofstream out(file);
    out << "# Every key is described in the example that comes with the program.\n\n[server]\n"
        << (plain ? "plain" : "listen") << " = \"" << o.listen << "\"\n"
        << "origins = [";
    for (const std::string& origin : o.origins)
        out << (&origin == &o.origins.front() ? "" : ", ") << '"' << origin << '"';
    out << "]\n\n";
    if (!plain)
        out << "[tls]\ncertificate = \""
            << (own_certificate ? "tls/certificate.pem" : fs::absolute(o.certificate).string())
            << "\"\nkey = \"" << (own_certificate ? "tls/key.pem" : fs::absolute(o.key).string()) << "\"\n\n";
    out << "[storage]\ndata = \"data\"\n";
    out.close();
    if (!out) throw std::runtime_error("cannot write the configuration");
}

// What programs of reporters and reviewers are given with --channel: public facts.
void write_channel(const fs::path& file, const std::string& origin, const std::string& org,
                   bool own_certificate) {
    std::ofstream out(file);
    out << "server = \"" << origin << "\"\norg = \"" << org << "\"\n";
    if (own_certificate) out << "ca = \"tls/certificate.pem\"\n";
    out.close();
    if (!out) throw std::runtime_error("cannot write channel.toml");
}

crypto::result<crypto::genesis> genesis_of(const init_options& o, const std::vector<new_keyring>& keyrings) {
    crypto::genesis g{o.name, {}, o.origins, o.rules};
    if (!o.policy_file.empty()) {
        auto rules = read_policy(o.policy_file, o.rules);
        if (!rules) return rules.error();
        g.rules = std::move(*rules);
    }
    for (const new_keyring& k : keyrings) g.keys.roots.push_back(k.content.signers().front().verifier());
    g.keys.recovery = std::move(g.keys.roots.back());
    g.keys.roots.pop_back();
    g.keys.threshold = o.threshold;
    return g;
}

bool store_genesis(const fs::path& data, const std::string& note) {
    storage::options options;
    options.directory = data;
    storage::store store(options);
    return storage::wait<storage::edit_outcome>([&](auto done) {
               store.append_key_log(0, {note}, std::move(done));
           }) == storage::edit_outcome::done;
}

void make_channel(command_context& context, init_options o) {
    if (!std::ranges::all_of(o.origins, crypto::is_origin))
        return fail(context, exit_code::usage, admin_message::bad_origin);
    const fs::path directory(o.directory);
    if (fs::exists(directory) && !fs::is_empty(directory))
        return fail(context, exit_code::failure, admin_message::directory_in_use, o.directory);
    if (o.root_keyrings.empty()) o.root_keyrings.push_back((directory / "root.keyring").string());
    if (o.recovery_keyring.empty()) o.recovery_keyring = (directory / "recovery.keyring").string();
    const auto [host, port] = host_and_port(o.origins.front());
    if (o.listen.empty()) o.listen = "127.0.0.1:" + port;

    std::vector<new_keyring> keyrings;
    for (const std::string& file : o.root_keyrings) {
        auto passphrase = read_new_secret(
            o.passphrase, context.term,
            filled_in(context.term.text(admin_message::prompt_root_passphrase), {file}),
            filled_in(context.term.text(admin_message::prompt_root_passphrase_again), {file}));
        if (!passphrase) return fail(context, passphrase.error());
        keyrings.push_back(
            make_keyring("root-" + std::to_string(keyrings.size() + 1), file, std::move(*passphrase)));
    }
    auto passphrase = read_new_secret(
        o.recovery_passphrase, context.term,
        filled_in(context.term.text(admin_message::prompt_recovery_passphrase), {o.recovery_keyring}),
        filled_in(context.term.text(admin_message::prompt_recovery_passphrase_again), {o.recovery_keyring}));
    if (!passphrase) return fail(context, passphrase.error());
    keyrings.push_back(make_keyring("recovery", o.recovery_keyring, std::move(*passphrase)));

    auto genesis = genesis_of(o, keyrings);
    if (!genesis) return fail(context, genesis.error());
    std::vector<crypto::note_signer> signers;
    for (const new_keyring& k : keyrings) signers.push_back(std::move(k.content.signers().front()));
    const std::string note = sign_note(genesis_text(*genesis), signers);
    auto log = crypto::key_log::start(note);
    if (!log) return fail(context, log.error());

    fs::create_directories(directory);
    fs::permissions(directory, fs::perms::owner_all);
    const bool own_certificate = o.certificate.empty() && !o.origins.front().starts_with("http://");
    if (own_certificate) {
        fs::create_directory(directory / "tls");
        http::make_self_signed({host}, directory / "tls" / "certificate.pem", directory / "tls" / "key.pem",
                               std::chrono::sys_seconds(std::chrono::seconds(context.now())));
    }
    const fs::path config = directory / "changgu.toml";
    write_config(o, config, own_certificate);
    for (new_keyring& k : keyrings) {
        k.content.org = log->org();
        k.content.origin = o.origins.front();
        context.term.progress(admin_message::stretching);
        auto saved = keyring_file::create(k.file, std::move(k.passphrase), k.content.to_json_text().view());
        context.term.end_progress();
        if (!saved) return fail(context, saved.error());
    }
    // Last, so that a channel without its keyrings never exists.
    if (!store_genesis(directory / "data", note)) throw std::runtime_error("cannot store the key log");

    const std::string hex = crypto::to_hex(log->org().view());
    const fs::path channel = directory / "channel.toml";
    write_channel(channel, o.origins.front(), hex, own_certificate);
    if (context.term.json())
        context.term.print_json({{"org", hex},
                                 {"origin", o.origins.front()},
                                 {"config", config.string()},
                                 {"channel", channel.string()},
                                 {"root_keyrings", crypto::json::value_from(o.root_keyrings)},
                                 {"recovery_keyring", o.recovery_keyring}});
    context.term.say(admin_message::init_done, directory.string());
    context.term.say(admin_message::init_keep_apart, o.root_keyrings.front(), o.recovery_keyring);
    context.term.say(admin_message::init_channel, channel.string());
    context.term.say(admin_message::init_next, config.string());
    context.term.say(admin_message::fingerprint_words);
    if (context.term.json()) return;
    context.term.print_line(to_fingerprint_words(log->org(), language::korean));
    context.term.print_line(to_fingerprint_words(log->org(), language::english));
    context.term.print_line(hex);
}

} // namespace

void add_init(CLI::App& app, command_context& context) {
    auto* init = app.add_subcommand("init", std::string(context.term.text(admin_message::help_init)));
    auto o = std::make_shared<init_options>();
    init->add_option("--dir", o->directory, "directory to make: configuration, certificate, data")
        ->required();
    init->add_option("--origin", o->origins,
                     "what reporters open: https://host[:port]; several for several addresses")
        ->required();
    init->add_option("--listen", o->listen,
                     "address:port to listen on; by default loopback and the origin's port");
    init->add_option("--name-ko", o->name.ko, "the channel's name in Korean")->capture_default_str();
    init->add_option("--name-en", o->name.en, "the channel's name in English")->capture_default_str();
    init->add_option("--root-keyring", o->root_keyrings,
                     "root keyring file to write; several for several roots");
    init->add_option("--threshold", o->threshold, "how many roots must sign")->check(CLI::Range(1, 8));
    init->add_option("--recovery-keyring", o->recovery_keyring, "recovery keyring file to write");
    init->add_option("--certificate", o->certificate, "PEM chain; without it a self-signed one is made");
    init->add_option("--key", o->key, "PEM key of the certificate");
    init->add_option(
        "--policy,--policy-file", o->policy_file,
        "JSON file with a policy: categories, questions, departments …; what it lacks is the default");
    init->add_option("--tick", o->rules.tick, "seconds between releases")->capture_default_str();
    init->add_option("--tick-offset", o->rules.tick_offset, "seconds after midnight UTC")
        ->capture_default_str();
    init->add_option("--fill", o->rules.fill, "a batch has a multiple of this many envelopes")
        ->capture_default_str();
    init->add_option("--overlap", o->rules.overlap, "seconds an epoch is accepted after the next begins")
        ->capture_default_str();
    add_secret_options(*init, "passphrase", o->passphrase);
    add_secret_options(*init, "recovery-passphrase", o->recovery_passphrase);
    init->callback([o, &context] { make_channel(context, *o); });
}

} // namespace changgu::cli
