// One small office that the messages of several files are about.
#pragma once

#include "crypto/envelope.hpp"
#include "crypto/message.hpp"
#include "tests/vectors/make/maker.hpp"

namespace changgu::vectors::office {

inline const org_id org = made_of<org_id>("org");
inline const hash256 statement = made_of<hash256>("epoch statement");
inline constexpr std::uint32_t epoch = 7;

inline box_key_pair recipient(std::size_t k) {
    return box_key_pair_from(made_of<seed>("recipient " + std::to_string(k)));
}
inline sign_key_pair author() {
    return sign_key_pair_from(made_of<seed>("author"));
}
inline box_key_pair reporter() {
    return box_key_pair_from(made_of<seed>("reporter"));
}
inline sign_key_pair reviewer() {
    return sign_key_pair_from(made_of<seed>("reviewer"));
}
inline log_position log() {
    return {12, made_of<hash256>("head of the log")};
}
inline std::vector<address> addresses() {
    std::vector<address> out;
    for (std::size_t i = 0; i < advertised_addresses; ++i)
        out.push_back(made_of<address>("address " + std::to_string(i)));
    return out;
}

inline attachment photograph() {
    attachment a;
    a.key = made_of<file_key>("file key");
    a.chunks = 4;
    a.header = made_of<stream_header>("stream header");
    a.hash = made_of<hash256>("photograph");
    a.size = 200'000;
    a.name = "사진.jpg";
    a.type = "image/jpeg";
    return a;
}

inline json::object report_json() {
    report m;
    m.log = log();
    m.reply_key = reporter().public_key;
    m.addresses = addresses();
    m.category = "solicitation";
    m.answers = {{"who", "총무과장"}, {"when", "지난 3월"}};
    m.text = "계약 상대를 미리 정해 두었습니다.\nThe winner was named before the call.";
    m.excluded = {3};
    m.attachments.push_back(photograph());
    return to_json(m);
}
inline json::object follow_up_json() {
    follow_up m;
    m.log = log();
    m.id = made_of<message_id>("message");
    m.reply_key = reporter().public_key;
    m.addresses = addresses();
    m.text = "덧붙입니다.";
    m.excluded = {3};
    return to_json(m);
}
inline json::object handover_json() {
    return to_json(handover{log(), made_of<thread_id>("thread"), made_of<case_key>("case"), "C-482913"});
}
inline json::object reply_json() {
    return to_json(reply{log(), "받았습니다. 언제였습니까?", "more_information", {3}});
}

} // namespace changgu::vectors::office
