#include "server/api/authorise.hpp"

#include <algorithm>

namespace changgu::api {

namespace {
bool in_force(context& c, const session& s, const crypto::key_log& log) {
    if (s.what == scope::admin)
        return std::ranges::any_of(log.roots().roots, [&](const auto& root) { return root.key == s.root; });
    const auto* reviewer = log.find_reviewer(s.number);
    if (reviewer != nullptr) return !reviewer->revoked;
    // Not approved yet: as long as the code lives.
    return s.what == scope::keyring && c.reader.find_locker(s.number).has_value();
}
} // namespace

checked<session> authorise(context& c, const http::request& r, std::initializer_list<scope> allowed) {
    if (r.bearer.empty()) return refused(http::problem_kind::unauthorised);
    const auto found = c.shared.sessions.find(r.bearer.view(), c.shared.clock.even());
    if (!found) return refused(http::problem_kind::unauthorised);
    if (!in_force(c, *found, *c.shared.key_log())) {
        c.shared.sessions.close(r.bearer.view());
        return refused(http::problem_kind::unauthorised);
    }
    if (std::ranges::find(allowed, found->what) == allowed.end())
        return refused(http::problem_kind::forbidden);
    return *found;
}

} // namespace changgu::api
