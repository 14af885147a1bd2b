#include "crypto/labels.hpp"
#include "tests/vectors/vectors.hpp"

#include <map>
#include <set>

namespace changgu::test {

TEST_CASE("vectors: labels") {
    const std::map<std::string_view, std::string_view> labels{{"org", label::org},
                                                              {"fingerprint_check", label::fingerprint_check},
                                                              {"receipt_check", label::receipt_check},
                                                              {"receipt_salt", label::receipt_salt},
                                                              {"thread", label::thread},
                                                              {"reply_address", label::reply_address},
                                                              {"case_address", label::case_address},
                                                              {"blob_address", label::blob_address},
                                                              {"keyring_salt", label::keyring_salt},
                                                              {"keyring_wrap", label::keyring_wrap},
                                                              {"enrolment", label::enrolment},
                                                              {"enrolment_check", label::enrolment_check},
                                                              {"work", label::work},
                                                              {"work_salt", label::work_salt},
                                                              {"work_ticket", label::work_ticket},
                                                              {"statement", label::statement},
                                                              {"admin_sign_in", label::admin_sign_in},
                                                              {"sign_report", label::sign_report},
                                                              {"sign_follow_up", label::sign_follow_up},
                                                              {"sign_reply", label::sign_reply},
                                                              {"sign_event", label::sign_event},
                                                              {"sign_handover", label::sign_handover},
                                                              {"sign_prekey", label::sign_prekey},
                                                              {"sign_in", label::sign_in},
                                                              {"sign_drained", label::sign_drained},
                                                              {"kdf_ratchet", label::kdf_ratchet},
                                                              {"kdf_receipt", label::kdf_receipt},
                                                              {"kdf_token", label::kdf_token},
                                                              {"kdf_case", label::kdf_case},
                                                              {"kdf_case_token", label::kdf_case_token},
                                                              {"kdf_case_key", label::kdf_case_key},
                                                              {"kdf_blob_token", label::kdf_blob_token},
                                                              {"kdf_blob_key", label::kdf_blob_key},
                                                              {"kdf_keyring", label::kdf_keyring},
                                                              {"backup", label::backup},
                                                              {"access_log", label::access_log},
                                                              {"kdf_backup", label::kdf_backup}};
    std::set<std::string> seen;
    for_each_case("labels", [&](const json::object& c, const std::string&, const json::object&) {
        const auto found = labels.find(text(c, "name"));
        REQUIRE(found != labels.end());
        CHECK(found->second == text(c, "label"));
        CHECK(seen.insert(std::string(found->second)).second); // no two uses share a label
        if (found->first.starts_with("kdf_")) CHECK(found->second.size() == 8);
    });
    CHECK(seen.size() == labels.size());
}

} // namespace changgu::test
