#include "server/manual/messages.hpp"

namespace changgu::manual {
namespace {

using enum message;

constexpr cli::message_text<message> texts[] = {
    {name, "이름"},
    {synopsis, "사용법"},
    {description, "설명"},
    {options, "모든 명령의 옵션"},
    {exit_status, "종료 상태"},
    {files, "파일"},
    {see_also, "함께 보기"},
    {summary, "조직 안의 익명 소통창구"},
    {command, "명령"},
    {option_word, "옵션"},
    {required, "반드시 필요합니다."},
    {exit_ok, "끝났습니다."},
    {exit_failure, "따로 번호가 없는 모든 실패: 파일, 메모리, doctor가 찾은 문제, 손상된 메시지."},
    {exit_usage, "옵션이 맞지 않거나 물어볼 터미널이 없습니다."},
    {exit_unreachable, "서버에 연결할 수 없거나 인증서를 믿을 수 없습니다."},
    {exit_untrusted,
     "이 서버를 믿지 마십시오. 키 기록이 지문으로 이어지지 않거나, 갈라졌거나, 만료되었거나, 이 주소가 "
     "들어 있지 않습니다."},
    {exit_bad_secret, "접수증, 암호 또는 코드가 틀렸습니다."},
    {exit_refused, "서버가 요청을 이해했으나 거절했습니다."},
    {exit_nothing, "(아직) 아무것도 없습니다."},
    {file_config, "서버 설정. 항목마다 설명이 파일 안에 있습니다."},
    {file_data, "데이터베이스와 대기 파일, 인증서. 서버 계정만 읽을 수 있습니다."},
};
static_assert(cli::is_complete(texts));

} // namespace

std::string_view korean_text(message id) noexcept {
    return texts[static_cast<std::size_t>(id)].text;
}

} // namespace changgu::manual
