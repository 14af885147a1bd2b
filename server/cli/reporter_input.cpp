#include "server/cli/reporter_input.hpp"

#include "server/cli/messages.hpp"

#include <CLI/CLI.hpp>

namespace changgu::cli {

std::optional<crypto::receipt> ask_for_receipt(command_context& context, const secret_source& from) {
    auto text = read_secret(from, context.term, context.term.text(message::prompt_receipt));
    if (!text) {
        fail(context, text.error());
        return std::nullopt;
    }
    crypto::unknown_word unknown;
    auto receipt = crypto::parse_receipt(text->text(), &unknown);
    if (receipt) return std::move(*receipt);
    if (receipt.error() == crypto::errc::word_not_in_list)
        fail(context, exit_code::bad_secret, message::bad_receipt_word, unknown.position + 1);
    else
        fail(context, exit_code::bad_secret, message::bad_receipt);
    return std::nullopt;
}

crypto::reporter_keys keys_of(command_context& context, const crypto::receipt& receipt,
                              const crypto::org_id& org) {
    context.term.progress(message::stretching_secret);
    auto keys = crypto::reporter_keys::derive_from(receipt, org);
    context.term.end_progress();
    return keys;
}

void add_draft_options(CLI::App& app, command_context& context, draft_arguments& into) {
    const auto text = [&](message id) { return std::string(context.term.text(id)); };
    app.add_option("--file", into.file, text(message::help_file))->type_name("FILE");
    app.add_option("--exclude", into.excluded, text(message::help_exclude))
        ->type_name("NUMBER")
        ->allow_extra_args(false);
    app.add_option("--attach", into.attached, text(message::help_attach))
        ->type_name("FILE")
        ->allow_extra_args(false);
}

std::optional<client::draft> draft_of(command_context& context, const draft_arguments& from,
                                      const crypto::policy& rules) {
    const auto refuse = [&](message id, const auto&... arguments) {
        fail(context, exit_code::usage, id, arguments...);
        return std::nullopt;
    };
    client::draft out;
    if (!from.file.empty()) {
        auto text = read_file(from.file, crypto::max_file_size);
        if (!text) return refuse(message::cannot_read_file, from.file);
        out.text = crypto::as_text(*text);
        crypto::wipe(*text);
    }
    for (const std::string& one : from.answers) {
        const auto equals = one.find('=');
        const std::string question = one.substr(0, equals);
        if (equals == std::string::npos ||
            std::ranges::find(rules.questions, question, &crypto::labelled::id) == rules.questions.end())
            return refuse(message::bad_answer_option);
        out.answers.push_back({question, one.substr(equals + 1)});
    }
    out.excluded = from.excluded;
    std::ranges::sort(out.excluded);
    out.excluded.erase(std::ranges::unique(out.excluded).begin(), out.excluded.end());
    for (const std::string& file : from.attached) {
        auto content = read_file(file, crypto::max_file_size);
        std::string name = std::filesystem::path(file).filename().string();
        if (!content || name.size() > crypto::max_file_name) return refuse(message::cannot_read_file, file);
        out.files.push_back({crypto::secret_buffer(crypto::bytes_view(*content)), std::move(name),
                             "application/octet-stream"});
        crypto::wipe(*content);
    }
    if (out.text.empty() && out.answers.empty() && out.files.empty()) return refuse(message::nothing_to_send);
    if (!out.files.empty()) context.term.say(message::metadata_kept);
    return out;
}

client::progress tell_upload(command_context& context) {
    return
        [&context](std::size_t done, std::size_t of) { context.term.progress(message::uploading, done, of); };
}

std::string names_of(const std::vector<std::uint32_t>& numbers, const crypto::key_log& log, language in) {
    std::string out;
    for (const std::uint32_t number : numbers) {
        if (!out.empty()) out += ", ";
        out += std::to_string(number);
        if (const auto* who = log.find_reviewer(number)) out += " (" + in_language(who->entry.role, in) + ')';
    }
    return out;
}

const std::string& in_language(const crypto::localised& text, language in) noexcept {
    return in == language::korean ? text.ko : text.en;
}

std::string_view status_words(const terminal& term, std::string_view status) {
    constexpr std::array<std::pair<std::string_view, message>, 6> words{{
        {"received", message::status_received},
        {"reviewing", message::status_reviewing},
        {"more_information", message::status_more_information},
        {"investigating", message::status_investigating},
        {"transferred", message::status_transferred},
        {"closed", message::status_closed},
    }};
    for (const auto& [id, text] : words)
        if (id == status) return term.text(text);
    return status;
}

} // namespace changgu::cli
