#include "crypto/errc.hpp"

#include <string>

namespace changgu::crypto {
namespace {

class category final : public boost::system::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "changgu.crypto"; }
    [[nodiscard]] std::string message(int code) const override {
        return std::string(crypto::name(static_cast<errc>(code)));
    }
};

} // namespace

const boost::system::error_category& error_category() noexcept {
    static const category instance;
    return instance;
}

boost::system::error_code make_error_code(errc e) noexcept {
    return {static_cast<int>(e), error_category()};
}

std::string_view name(errc e) noexcept {
    switch (e) {
#define CHANGGU_NAME(enumerator)                                                                             \
    case errc::enumerator: return #enumerator
        CHANGGU_NAME(bad_length);
        CHANGGU_NAME(bad_encoding);
        CHANGGU_NAME(bad_json);
        CHANGGU_NAME(bad_field);
        CHANGGU_NAME(unknown_suite);
        CHANGGU_NAME(nonzero_reserved);
        CHANGGU_NAME(wrong_epoch);
        CHANGGU_NAME(slot_not_mine);
        CHANGGU_NAME(bad_share_index);
        CHANGGU_NAME(bad_commitment);
        CHANGGU_NAME(bad_tag);
        CHANGGU_NAME(bad_padding);
        CHANGGU_NAME(bad_deflate);
        CHANGGU_NAME(inflates_too_far);
        CHANGGU_NAME(frame_too_short);
        CHANGGU_NAME(bad_signature);
        CHANGGU_NAME(wrong_signer);
        CHANGGU_NAME(wrong_kind);
        CHANGGU_NAME(too_large);
        CHANGGU_NAME(bad_key);
        CHANGGU_NAME(word_not_in_list);
        CHANGGU_NAME(bad_checksum);
        CHANGGU_NAME(bad_file_class);
        CHANGGU_NAME(bad_chunk);
        CHANGGU_NAME(truncated_file);
        CHANGGU_NAME(bad_file_hash);
        CHANGGU_NAME(not_a_keyring);
        CHANGGU_NAME(unknown_version);
        CHANGGU_NAME(bad_parameters);
        CHANGGU_NAME(wrong_passphrase);
        CHANGGU_NAME(key_forgotten);
        CHANGGU_NAME(bad_note);
        CHANGGU_NAME(bad_statement);
        CHANGGU_NAME(broken_chain);
        CHANGGU_NAME(wrong_org);
        CHANGGU_NAME(not_enough_signatures);
        CHANGGU_NAME(bad_transition);
        CHANGGU_NAME(revoked_reviewer);
        CHANGGU_NAME(unknown_reviewer);
        CHANGGU_NAME(unknown_epoch);
        CHANGGU_NAME(epoch_not_valid);
        CHANGGU_NAME(retired_epoch);
        CHANGGU_NAME(origin_not_listed);
        CHANGGU_NAME(log_forked);
        CHANGGU_NAME(bad_mac);
#undef CHANGGU_NAME
    }
    return "unknown";
}

} // namespace changgu::crypto
