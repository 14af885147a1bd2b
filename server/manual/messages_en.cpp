#include "server/manual/messages.hpp"

namespace changgu::manual {
namespace {

using enum message;

constexpr cli::message_text<message> texts[] = {
    {name, "NAME"},
    {synopsis, "SYNOPSIS"},
    {description, "DESCRIPTION"},
    {options, "OPTIONS OF EVERY COMMAND"},
    {exit_status, "EXIT STATUS"},
    {files, "FILES"},
    {see_also, "SEE ALSO"},
    {summary, "an anonymous channel inside an organisation"},
    {command, "COMMAND"},
    {option_word, "OPTION"},
    {required, "Required."},
    {exit_ok, "Done."},
    {exit_failure,
     "Anything that has no number of its own: a file, memory, a finding of doctor, a damaged message."},
    {exit_usage, "The options make no sense, or there is no terminal to ask on."},
    {exit_unreachable, "The server cannot be reached, or its certificate is not trusted."},
    {exit_untrusted,
     "Do not trust this server: the key log does not lead to the fingerprint, is forked, expired, or "
     "does not list this origin."},
    {exit_bad_secret, "A receipt, passphrase or code is wrong."},
    {exit_refused, "The server understood and refused."},
    {exit_nothing, "There is nothing there (yet)."},
    {file_config, "The configuration of the server; each key is described in it."},
    {file_data, "The database, the spool and the certificate; for the account of the server alone."},
};
static_assert(cli::is_complete(texts));

} // namespace

std::string_view english_text(message id) noexcept {
    return texts[static_cast<std::size_t>(id)].text;
}

} // namespace changgu::manual
