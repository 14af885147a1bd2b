// The rules of the key log. Each line of the input is "TYPE JSON"; it is signed by the right roots and
// appended, so that what is tried are the rules and not the signatures. A statement that is refused leaves
// the log as it was.
#include "crypto/key_log.hpp"
#include "tests/crypto/log_writer.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace changgu;
using namespace changgu::crypto;

namespace {

constexpr std::uint64_t now = test::log_writer::start_of_time;

void check(const key_log& log) {
    REQUIRE_PROPERTY(!log.roots().roots.empty() && log.roots().threshold <= log.roots().roots.size());
    for (const auto& [number, e] : log.epochs()) {
        REQUIRE_PROPERTY(!e.entry.recipients.empty() && e.entry.recipients.size() <= max_recipients);
        REQUIRE_PROPERTY(e.entry.valid_until - e.entry.valid_from <= max_epoch_length);
        for (const auto& r : e.entry.recipients) {
            REQUIRE_PROPERTY(log.find_reviewer(r.number) != nullptr);
            REQUIRE_PROPERTY(!log.find_reviewer(r.number)->revoked || !e.usable());
        }
        (void)log.accepts(number, now);
    }
    if (const auto sealing = log.sealing_epoch(now))
        REQUIRE_PROPERTY(log.accepts((*sealing)->entry.epoch, now));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    static const key_log start = [] {
        test::log_writer writer;
        writer.reviewers({1, 2, 3}).epoch(1, {1, 2, 3}, 0);
        return key_log::verify(writer.org, writer.notes).value();
    }();
    static const std::vector<note_signer> roots = [] {
        std::vector<note_signer> out;
        for (const char* name : {"root-a", "root-b", "recovery"}) out.push_back(test::root_named(name));
        return out;
    }();
    key_log log = start;
    std::string_view rest = as_text(fuzz::input(data, size));
    for (int line = 0; line < 16 && !rest.empty(); ++line) {
        const std::string_view one = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        const auto blank = std::min(one.find(' '), one.size());
        const auto body = parse_json(one.substr(blank));
        if (!body) continue;
        for (int t = 0; t < 7; ++t) {
            const auto type = static_cast<statement_type>(t);
            if (name(type) != one.substr(0, blank)) continue;
            const auto before = log.head();
            const auto appended = log.append(sign_note(log.next_text(type, *body), roots));
            REQUIRE_PROPERTY(appended ? log.head().seq == before.seq + 1 : log.head() == before);
            check(log);
        }
    }
    return 0;
}
