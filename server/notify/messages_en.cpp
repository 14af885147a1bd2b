#include "server/notify/messages.hpp"

namespace changgu::notify {
namespace {

using enum message;

constexpr cli::message_text<message> texts[] = {
    {subject, "Reminder: look into the channel"},
    {body, "Please sign in to the channel today and see whether a message is waiting.\n"
           "\n"
           "This reminder comes at fixed times. It comes whether or not there is anything new, and what "
           "sends it does not know. "
           "It carries no link on purpose: open the console the way you always do.\n"},
};
static_assert(cli::is_complete(texts));

} // namespace

std::string_view english_text(message id) noexcept {
    return texts[static_cast<std::size_t>(id)].text;
}

} // namespace changgu::notify
