#include "server/client/errc.hpp"

#include <string>

namespace changgu::client {
namespace {

class category final : public boost::system::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "changgu.channel"; }
    [[nodiscard]] std::string message(int code) const override {
        return std::string(client::name(static_cast<errc>(code)));
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
        CHANGGU_NAME(bad_request);
        CHANGGU_NAME(not_signed_in);
        CHANGGU_NAME(forbidden);
        CHANGGU_NAME(not_found);
        CHANGGU_NAME(taken);
        CHANGGU_NAME(rate_limited);
        CHANGGU_NAME(work_required);
        CHANGGU_NAME(precondition_failed);
        CHANGGU_NAME(bad_envelope);
        CHANGGU_NAME(bad_statement);
        CHANGGU_NAME(epoch_closed);
        CHANGGU_NAME(stale_log);
        CHANGGU_NAME(busy);
        CHANGGU_NAME(storage_full);
        CHANGGU_NAME(server_error);
        CHANGGU_NAME(refused);
        CHANGGU_NAME(bad_answer);
        CHANGGU_NAME(bad_log);
        CHANGGU_NAME(index_disordered);
        CHANGGU_NAME(unknown_category);
        CHANGGU_NAME(unknown_reviewer);
        CHANGGU_NAME(everybody_excluded);
        CHANGGU_NAME(exclusion_unknown);
        CHANGGU_NAME(exclusion_too_late);
        CHANGGU_NAME(too_long);
        CHANGGU_NAME(too_many_files);
        CHANGGU_NAME(send_unconfirmed);
        CHANGGU_NAME(no_such_case);
        CHANGGU_NAME(ambiguous_case);
        CHANGGU_NAME(bad_case);
        CHANGGU_NAME(no_address_left);
        CHANGGU_NAME(missing_prekeys);
        CHANGGU_NAME(another_keyring);
        CHANGGU_NAME(excluded_in_case);
        CHANGGU_NAME(case_destroyed);
        CHANGGU_NAME(case_held);
        CHANGGU_NAME(not_due);
        CHANGGU_NAME(not_handed_over);
        CHANGGU_NAME(unknown_protocol);
        CHANGGU_NAME(no_intake_key);
#undef CHANGGU_NAME
    }
    return "unknown";
}

} // namespace changgu::client
