// What the employee's commands have in common: reading a receipt, and a draft from options.
#pragma once

#include "server/cli/channel_options.hpp"
#include "server/cli/secret_input.hpp"
#include "server/client/reporter.hpp"

namespace changgu::cli {

/// Asks for the receipt, or takes it from where the options say; on failure says why.
std::optional<crypto::receipt> ask_for_receipt(command_context& context, const secret_source& from);
/// The keys of a receipt: some tenths of a second, with a line of progress.
crypto::reporter_keys keys_of(command_context& context, const crypto::receipt& receipt,
                              const crypto::org_id& org);

struct draft_arguments {
    std::string file;
    std::vector<std::string> answers; ///< "question=text"
    std::vector<std::uint32_t> excluded;
    std::vector<std::string> attached;
};
void add_draft_options(CLI::App& app, command_context& context, draft_arguments& into);
/// Reads the files; on failure, or when there is nothing to send, says why.
std::optional<client::draft> draft_of(command_context& context, const draft_arguments& from,
                                      const crypto::policy& rules);

/// A line of progress for uploads.
client::progress tell_upload(command_context& context);
/// "1, 4 (audit office)" and so on: who the list names, as the key log has it.
std::string names_of(const std::vector<std::uint32_t>& numbers, const crypto::key_log& log, language in);
const std::string& in_language(const crypto::localised& text, language in) noexcept;
/// A status in words.
std::string_view status_words(const terminal& term, std::string_view status);

} // namespace changgu::cli
