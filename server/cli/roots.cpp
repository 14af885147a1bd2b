// changgu keys roots: whose keys sign from now on. A new key is in its file, on the disk, before anything
// names it; what is broken off can be run again, as a file that is there is used.
#include "crypto/signing.hpp"
#include "server/cli/admin_commands.hpp"
#include "server/cli/admin_session.hpp"
#include "server/cli/keyring_file.hpp"

#include <CLI/CLI.hpp>

#include <charconv>

namespace changgu::cli {
namespace {

struct roots_options {
    admin_options admin;
    std::vector<std::string> add;  ///< keyring files
    std::vector<std::string> drop; ///< names
    std::uint32_t threshold = 0;   ///< 0: as it is
    std::string new_recovery;      ///< keyring file
    secret_source new_passphrase;
    secret_source recovery_passphrase;
};

struct prompts {
    admin_message once;
    admin_message again;
};
constexpr prompts of_root{admin_message::prompt_root_passphrase, admin_message::prompt_root_passphrase_again};
constexpr prompts of_recovery{admin_message::prompt_recovery_passphrase,
                              admin_message::prompt_recovery_passphrase_again};

// "root-3" behind "root-2": a name that an earlier key had would make two of them look like one.
std::string next_name(std::string_view stem, const crypto::root_set& used) {
    std::uint32_t last = 0;
    const auto look_at = [&](std::string_view name) {
        if (!name.starts_with(stem)) return;
        name.remove_prefix(stem.size());
        std::uint32_t number = 1; // of "recovery", which init makes
        if (!name.empty() && name.front() == '-')
            std::from_chars(name.data() + 1, name.data() + name.size(), number);
        last = std::max(last, number);
    };
    for (const auto& root : used.roots) look_at(root.name);
    look_at(used.recovery.name);
    return std::string(stem) + "-" + std::to_string(last + 1);
}

// What is in a keyring file of the same organisation with one key in it.
std::optional<crypto::note_signer> signer_of(command_context& context, const std::string& file,
                                             const crypto::secret_buffer& text, const crypto::org_id& org) {
    auto keyring = crypto::root_keyring::from_json_text(text.text());
    if (!keyring) return fail(context, keyring.error()), std::nullopt;
    if (keyring->org != org)
        return fail(context, exit_code::refused, admin_message::roots_other_org, file), std::nullopt;
    if (keyring->keys.size() != 1)
        return fail(context, exit_code::refused, admin_message::roots_unusable, file), std::nullopt;
    return std::move(keyring->signers().front());
}

std::optional<crypto::note_signer> open_signer(command_context& context, const std::string& file,
                                               const secret_source& from, const prompts& ask,
                                               const crypto::org_id& org) {
    auto passphrase = read_secret(from, context.term, filled_in(context.term.text(ask.once), {file}));
    if (!passphrase) return fail(context, passphrase.error()), std::nullopt;
    context.term.progress(admin_message::stretching);
    auto text = load_keyring(file, passphrase->view());
    context.term.end_progress();
    if (!text) return fail(context, text.error()), std::nullopt;
    return signer_of(context, file, *text, org);
}

// Knows of the channel what `like` knows.
std::optional<crypto::note_signer> make_signer(command_context& context, const std::string& file,
                                               const secret_source& from, const prompts& ask,
                                               std::string name, const crypto::root_keyring& like) {
    auto passphrase = read_new_secret(from, context.term, filled_in(context.term.text(ask.once), {file}),
                                      filled_in(context.term.text(ask.again), {file}));
    if (!passphrase) return fail(context, passphrase.error()), std::nullopt;
    crypto::root_keyring made{like.org, like.origin, {}, {}, like.access};
    made.keys.push_back({std::move(name), crypto::seed::random()});
    context.term.progress(admin_message::stretching);
    auto saved = keyring_file::create(file, std::move(*passphrase), made.to_json_text().view());
    context.term.end_progress();
    if (!saved) return fail(context, saved.error()), std::nullopt;
    context.term.say(admin_message::roots_made, file);
    return std::move(made.signers().front());
}

// The root set that is asked for. What is new in it is put into `added`.
std::optional<crypto::root_set> next_set(command_context& context, const roots_options& options,
                                         admin_session& session, std::vector<crypto::note_signer>& added) {
    const auto& now = session.channel().log().roots();
    auto next = now;
    for (const auto& name : options.drop)
        if (std::erase_if(next.roots, [&](const auto& root) { return root.name == name; }) == 0)
            return fail(context, exit_code::usage, admin_message::roots_unknown, name), std::nullopt;
    if (options.threshold != 0) next.threshold = options.threshold;
    if (const auto count = next.roots.size() + options.add.size(); count < next.threshold)
        return fail(context, exit_code::usage, admin_message::roots_too_few, next.threshold, count),
               std::nullopt;
    auto named = now; // every name that is or will be taken
    const auto take = [&](const std::string& file, const secret_source& from, const prompts& ask,
                          std::string_view stem) -> std::optional<crypto::note_key> {
        auto signer = std::filesystem::exists(file)
                          ? open_signer(context, file, from, ask, session.channel().org())
                          : make_signer(context, file, from, ask, next_name(stem, named), session.keyring());
        if (!signer) return std::nullopt;
        auto key = signer->verifier();
        named.roots.push_back(key);
        added.push_back(std::move(*signer));
        return key;
    };
    for (const auto& file : options.add) {
        auto key = take(file, options.new_passphrase, of_root, "root");
        if (!key) return std::nullopt;
        if (std::ranges::find(next.roots, *key) == next.roots.end()) next.roots.push_back(std::move(*key));
    }
    if (!options.new_recovery.empty()) {
        auto key = take(options.new_recovery, options.recovery_passphrase, of_recovery, "recovery");
        if (!key) return std::nullopt;
        next.recovery = std::move(*key);
    }
    return next;
}

std::string joined_names(const crypto::root_set& set) {
    std::string out;
    for (const auto& root : set.roots) out.append(out.empty() ? "" : ", ").append(root.name);
    return out;
}

void set_roots(command_context& context, const roots_options& options) {
    if (options.add.empty() && options.drop.empty() && options.threshold == 0 && options.new_recovery.empty())
        return fail(context, exit_code::usage, admin_message::roots_nothing);
    auto session = admin_session::load(context, options.admin, admin_message::prompt_signer_passphrase);
    if (!session) return;
    std::vector<crypto::note_signer> added;
    const auto next = next_set(context, options, *session, added);
    if (!next) return;
    if (auto ok = session->admin().set_roots(*next, std::move(added)); !ok)
        return fail_admin(context, ok.error());
    if (context.term.json()) context.term.print_json(root_names(*next));
    context.term.say(admin_message::roots_in_force, joined_names(*next), next->threshold,
                     next->recovery.name);
}

} // namespace

crypto::json::object root_names(const crypto::root_set& set) {
    crypto::json::array names;
    for (const auto& root : set.roots) names.emplace_back(root.name);
    return {{"roots", names}, {"threshold", set.threshold}, {"recovery", set.recovery.name}};
}

void add_roots(CLI::App& keys, command_context& context) {
    auto* roots = keys.add_subcommand("roots", std::string(context.term.text(admin_message::help_roots)));
    auto o = std::make_shared<roots_options>();
    add_admin_options(*roots, o->admin);
    roots->add_option("--add", o->add, "keyring file of a further root; made unless it is there");
    roots->add_option("--drop", o->drop, "name of a root whose signature counts no more");
    roots->add_option("--threshold", o->threshold, "how many roots must sign from now on")
        ->check(CLI::Range(1, 8));
    roots->add_option("--new-recovery", o->new_recovery,
                      "keyring file of another recovery key; made unless it is there");
    add_secret_options(*roots, "new-passphrase", o->new_passphrase);
    add_secret_options(*roots, "recovery-passphrase", o->recovery_passphrase);
    roots->callback([o, &context] { set_roots(context, *o); });
}

} // namespace changgu::cli
