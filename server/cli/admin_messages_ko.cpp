#include "server/cli/admin_messages.hpp"

namespace changgu::cli {
namespace {

using enum admin_message;

constexpr message_text<admin_message> texts[] = {
    {help_app,
     "창구: 조직 안의 익명 소통창구. 제보는 보내는 사람의 기기에서 봉인되고 서버는 열어 볼 수 없습니다."},
    {help_admin_group, "관리자"},
    {help_init, "창구를 새로 만듭니다: 데이터 폴더, 루트 키링, 인증서, 키 기록의 첫 문장."},
    {help_serve, "서버를 실행합니다. SIGTERM 또는 SIGINT로 끝내고 SIGHUP으로 인증서를 다시 읽습니다."},
    {help_keys, "접수 키를 교체하거나 종료하고, 키 기록과 지문을 봅니다."},
    {help_rotate, "다음 키 기간을 바로 엽니다. 접속 중인 조사관이 없어도 됩니다."},
    {help_retire, "키 기간을 종료합니다. 조사관의 프로그램이 그 비밀키를 잊습니다."},
    {help_log, "키 기록을 확인하고 보여 줍니다."},
    {help_fingerprint, "조직의 지문을 한국어와 영어 낱말, 16진수로 보여 줍니다."},
    {help_reviewers, "조사관을 초대, 승인, 해지하고 목록을 봅니다."},
    {help_invite, "새 조사관에게 전할 등록 코드를 만듭니다."},
    {help_list, "조사관과 기다리는 초대를 보여 줍니다."},
    {help_approve, "코드로 등록한 조사관을 확인하고 키 기록에 올립니다."},
    {help_revoke, "조사관의 권한을 해지하고 바로 키를 교체합니다."},
    {help_backup, "실행 중이거나 멈춘 서버의 데이터를 한 파일로 복사합니다."},
    {help_restore, "백업을 확인하고 비어 있는 데이터 폴더에 되돌립니다."},
    {help_doctor, "설치 상태를 점검하고 무엇을 할지 알려 줍니다."},
    {prompt_root_passphrase, "루트 키링 암호문구 ({0}): "},
    {prompt_root_passphrase_again, "루트 키링 암호문구 다시 ({0}): "},
    {prompt_recovery_passphrase, "복구 키링 암호문구 ({0}): "},
    {prompt_recovery_passphrase_again, "복구 키링 암호문구 다시 ({0}): "},
    {prompt_cosigner_passphrase, "함께 서명할 키링의 암호문구 ({0}): "},
    {stretching, "암호문구를 처리하고 있습니다…"},
    {init_done, "창구를 만들었습니다: {0}"},
    {init_keep_apart, "루트 키링({0})과 복구 키링({1})을 이 서버에서 옮겨 서로 다른 곳에 보관하십시오."},
    {init_next, "다음 순서: 'changgu serve --config {0}'로 서버를 켜고 'changgu reviewers invite'로 조사관을 "
                "초대하십시오."},
    {directory_in_use, "{0}에 이미 파일이 있습니다. 덮어쓰지 않았습니다."},
    {bad_origin, "주소는 https://이름 또는 https://이름:포트 형식이어야 합니다. http://는 이 컴퓨터나 onion "
                 "주소에만 쓸 수 있습니다."},
    {fingerprint_words, "조직의 지문입니다. 포스터의 낱말과 같아야 합니다."},
    {opened_epoch, "키 기간 {0}을(를) 열었습니다."},
    {retired_epoch,
     "키 기간 {0}을(를) 종료했습니다. 조사관의 프로그램이 다음 두 번의 접속 안에 비밀키를 잊습니다."},
    {prekeys_low, "조사관 {0}번의 미리 올린 키가 {1}개 남았습니다. 접속하도록 알려 주십시오."},
    {missing_prekeys, "다음 기간의 키를 올리지 않은 조사관이 있습니다. 'changgu reviewers list'로 확인하거나 "
                      "--allow-missing으로 빼고 진행하십시오."},
    {invited, "{0}번 조사관의 등록 코드입니다. 서버를 거치지 않는 방법으로 전하십시오."},
    {approved, "{0}번 조사관을 키 기록에 올렸습니다."},
    {revoked, "{0}번 조사관의 권한을 해지하고 키를 교체했습니다."},
    {not_invited, "{0}번으로 보낸 초대가 없거나 아직 등록하지 않았습니다."},
    {bad_mac,
     "등록 내용이 코드와 맞지 않습니다. 중간에서 바뀌었을 수 있어 코드를 폐기했습니다. 다시 초대하십시오."},
    {nobody_to_seal_to, "제보를 받을 조사관이 없습니다. 먼저 조사관을 초대하고 승인하십시오."},
    {against_the_rules, "키 기록의 규칙에 맞지 않습니다({0}). 바뀐 것은 없습니다."},
    {reviewer_line, "{0}번  {1}  {2}  남은 키 {3}개"},
    {reviewer_revoked, "{0}번  {1}  {2}  해지됨"},
    {waiting_line, "{0}번  초대: {1}"},
    {statement_line, "{0}  {1}  {2}"},
    {config_good, "설정 파일에 문제가 없습니다: {0}"},
    {starting, "창구 서버를 시작합니다: {0}"},
    {backup_done, "백업했습니다: {0}"},
    {backup_exists, "{0}이(가) 이미 있습니다. 덮어쓰지 않았습니다."},
    {restore_done,
     "백업을 되돌렸습니다: {0}. 서버에 보관하던 키링은 백업에 열쇠가 없으므로 조사관이 다시 올려야 합니다."},
    {restore_bad, "이 파일은 온전한 백업이 아닙니다: {0}"},
    {restore_not_empty, "{0}에 이미 데이터가 있습니다. 덮어쓰지 않았습니다."},
    {doctor_good, "[정상] {0}"},
    {doctor_bad, "[조치] {0}"},
    {doctor_info, "[참고] {0}"},
    {doctor_summary, "점검 {0}건 가운데 {1}건에 조치가 필요합니다."},
    {check_directory_good, "데이터 폴더는 서버 계정만 읽을 수 있습니다."},
    {check_directory_bad, "{0}을(를) 다른 계정이 읽을 수 있습니다. 'chmod 700 {0}'을 실행하십시오."},
    {check_key_good, "TLS 개인키는 서버 계정만 읽을 수 있습니다."},
    {check_key_bad, "TLS 개인키 {0}을(를) 다른 계정이 읽을 수 있습니다. 'chmod 600 {0}'을 실행하십시오."},
    {check_database_good, "데이터베이스 설정과 내용이 온전합니다."},
    {check_database_bad, "데이터베이스: {0}. 서버를 멈추고 백업에서 복구하십시오."},
    {check_setting_bad, "데이터베이스 설정 {0}의 값이 {1}입니다. 'changgu serve'로 다시 여십시오."},
    {check_memory_good, "메모리를 잠글 수 있습니다."},
    {check_memory_bad, "잠글 수 있는 메모리가 {0} KiB뿐입니다. systemd 유닛에 LimitMEMLOCK=8M을 넣으십시오."},
    {check_clock_good, "시계가 맞추어져 있습니다."},
    {check_clock_bad,
     "시계가 시간 서버에 맞추어져 있지 않습니다. 'timedatectl set-ntp true'를 실행하십시오."},
    {check_certificate_good, "인증서는 {0}일 더 유효합니다."},
    {check_certificate_bad, "인증서가 {0}일 뒤에 끝납니다. 새로 받아 바꾸고 SIGHUP을 보내십시오."},
    {check_certificate_unreadable, "인증서 {0}을(를) 읽을 수 없습니다."},
    {check_log_good, "키 기록 {0}문장이 지문에서부터 이어져 있습니다."},
    {check_log_bad, "키 기록이 이어지지 않습니다: {0}. 백업에서 복구하고 원인을 찾으십시오."},
    {check_origin_good, "설정의 주소가 모두 키 기록에 있습니다."},
    {check_origin_bad, "주소 {0}은(는) 키 기록에 없어 제보자의 프로그램이 거부합니다."},
    {check_epoch_good, "키 기간 {0}은(는) {1}일 더 유효합니다."},
    {check_epoch_bad, "키 기간 {0}이(가) {1}일 뒤에 끝납니다. 'changgu keys rotate'를 실행하십시오."},
    {check_epoch_none, "지금 유효한 키 기간이 없어 제보를 받을 수 없습니다. 조사관을 승인하거나 'changgu "
                       "keys rotate'를 실행하십시오."},
    {check_prekeys_good, "모든 조사관의 키가 앞으로 {0}번 교체할 만큼 올라와 있습니다."},
    {check_prekeys_bad, "조사관 {0}번의 키가 {1}개 남았습니다. 접속하도록 알려 주십시오."},
    {check_tick_good, "공개 주기는 {0}시간입니다."},
    {check_tick_bad, "공개 주기가 {0}초입니다. 하루보다 짧으면 접속 시각과 제보를 맞추어 보기 쉬워집니다."},
    {check_ahead_bad, "앞으로의 키 기간이 {0}개 서명되어 있습니다. 많을수록 해지가 늦게 듣습니다."},
    {check_traces_good, "데이터 폴더에 주소, 브라우저 이름, 시각이 없습니다."},
    {check_traces_bad,
     "{0}에 주소, 브라우저 이름 또는 시각처럼 보이는 것이 있습니다. 무엇이 쓰는지 찾으십시오."},
};
static_assert(is_complete(texts, last_));

} // namespace

std::string_view detail::korean_text(admin_message id) noexcept {
    return texts[static_cast<std::size_t>(id)].text;
}

} // namespace changgu::cli
