#include "server/notify/messages.hpp"

namespace changgu::notify {
namespace {

using enum message;

constexpr cli::message_text<message> texts[] = {
    {subject, "알림: 소통창구를 확인해 주십시오"},
    {body, "오늘 소통창구에 들어가 기다리는 제보가 있는지 확인해 주십시오.\n"
           "\n"
           "이 알림은 정해진 시각에 보냅니다. 새 제보가 있든 없든 똑같이 보내며, 보내는 프로그램은 새 제보가 "
           "있는지 알지 못합니다. "
           "일부러 링크를 넣지 않았습니다. 평소에 쓰시던 방법으로 들어가 주십시오.\n"},
};
static_assert(cli::is_complete(texts));

} // namespace

std::string_view korean_text(message id) noexcept {
    return texts[static_cast<std::size_t>(id)].text;
}

} // namespace changgu::notify
