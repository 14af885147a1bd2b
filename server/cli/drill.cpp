#include "server/cli/drill.hpp"

#include "crypto/receipt.hpp"
#include "server/api/service.hpp"
#include "server/client/opening.hpp"
#include "storage/scratch.hpp"
#include "storage/store.hpp"
#include "storage/wait.hpp"

#include <limits>
#include <map>

namespace changgu::cli {
namespace {

using enum admin_message;
using crypto::bytes;

constexpr std::uint64_t day = 86'400;
constexpr std::size_t read_at_once = 512;

class drilled_channel {
  public:
    drilled_channel(const std::filesystem::path& directory, const crypto::reviewer_keyring& reviewer,
                    std::uint64_t now)
        : store_(options_for(directory)), reader_(store_.make_reader()), log_(api::load_key_log(reader_)),
          reviewer_(reviewer), now_(now) {}

    drill_report run() {
        report_.statements = log_.size();
        report_.bad = look();
        return std::move(report_);
    }

  private:
    using problem = std::optional<drill_report::problem>;

    static storage::options options_for(const std::filesystem::path& directory) {
        storage::options o;
        o.directory = directory;
        o.size_budget = std::numeric_limits<std::int64_t>::max(); // whatever the server's is
        return o;
    }
    template <class... Arguments> static problem bad(admin_message what, const Arguments&... arguments) {
        return drill_report::problem{what, {std::to_string(arguments)...}};
    }

    problem look() {
        if (reviewer_.org != log_.org()) return bad(drill_other_org);
        if (reviewer_.log && reviewer_.log->seq >= log_.size())
            return bad(drill_too_old, log_.size(), reviewer_.log->seq + 1);
        if (reviewer_.log && !log_.passes_through(*reviewer_.log)) return bad(drill_forked);
        const auto sealing = log_.sealing_epoch(now_);
        if (!sealing) return bad(drill_no_epoch);
        const crypto::epoch& epoch = **sealing;
        report_.epoch = epoch.entry.epoch;
        if (!epoch.slot_of(reviewer_.number))
            return bad(drill_no_recipient, reviewer_.number, epoch.entry.epoch);
        if (auto why = read_all()) return why;
        return send_one(epoch);
    }

    // A release first: what was still spooled is then among the rest.
    problem read_all() {
        if (!release(0)) return bad(drill_no_release);
        storage::inbox_cursor cursor = reader_.open_inbox(0);
        report_.envelopes = cursor.remaining;
        std::uint64_t damaged = 0;
        const auto seen = read(cursor, [&](const storage::released_envelope& e, bool is_ours) {
            const auto header = crypto::read_header(e.body);
            if (!header || crypto::id_of(e.body) != e.id || log_.find_epoch(header->epoch) == nullptr)
                ++damaged;
            if (is_ours) ++report_.opened;
        });
        report_.addressed = seen.tried;
        if (damaged + seen.alarms != 0) return bad(drill_damaged, damaged + seen.alarms);
        return {};
    }

    problem send_one(const crypto::epoch& epoch) {
        const auto before = reader_.latest_batch();
        const std::string words = crypto::to_hex(crypto::random_fixed<crypto::hash256>().view());
        const auto envelope = test_envelope(epoch, words);
        if (!envelope) return bad(drill_no_release);
        const auto put = storage::wait<storage::put_outcome>([&](auto done) {
            store_.put_envelope(crypto::id_of(*envelope), epoch.entry.epoch, *envelope, std::move(done));
        });
        if (put != storage::put_outcome::stored || !release(epoch.entry.epoch)) return bad(drill_no_release);
        storage::inbox_cursor cursor = reader_.open_inbox(before);
        const auto id = crypto::id_of(*envelope);
        read(cursor, [&](const storage::released_envelope& e, bool is_ours) {
            report_.test_opened = report_.test_opened || (is_ours && e.id == id && last_text_ == words);
        });
        if (!report_.test_opened) return bad(drill_test_lost, reviewer_.number);
        return {};
    }

    struct counts {
        std::uint64_t tried = 0;  ///< the reviewer has a key for them
        std::uint64_t alarms = 0; ///< the slot opened, and then something failed
    };
    /// Hands over every envelope, and whether the reviewer's key opens it.
    template <class Take> counts read(storage::inbox_cursor& cursor, const Take& take) {
        counts out;
        while (cursor.remaining > 0) {
            const auto slice = reader_.next(cursor, read_at_once).value();
            if (slice.empty()) break;
            std::vector<client::sealed_envelope> sealed;
            std::vector<std::size_t> which;
            for (std::size_t i = 0; i < slice.size(); ++i)
                if (auto one = ours(slice[i].body)) {
                    sealed.push_back(std::move(*one));
                    which.push_back(i);
                }
            auto opened = client::open_all(log_.org(), sealed);
            out.tried += sealed.size();
            std::size_t k = 0;
            for (std::size_t i = 0; i < slice.size(); ++i) {
                const bool tried = k < which.size() && which[k] == i;
                const bool is_ours = tried && opened[k].has_value();
                last_text_.clear();
                if (is_ours) note_text(opened[k]->message);
                if (tried && !is_ours && crypto::is_alarm(opened[k].error())) ++out.alarms;
                if (tried) ++k;
                take(slice[i], is_ours);
            }
        }
        return out;
    }

    void note_text(const crypto::frame& message) {
        if (message.kind != crypto::message_kind::report) return;
        if (auto report = crypto::report_of(message)) last_text_ = std::move(report->text);
    }

    /// What it takes to try the reviewer's slot; nothing for an epoch whose secret is forgotten.
    std::optional<client::sealed_envelope> ours(const bytes& body) {
        const auto header = crypto::read_header(body);
        const crypto::epoch* epoch = header ? log_.find_epoch(header->epoch) : nullptr;
        const auto slot = epoch != nullptr ? epoch->slot_of(reviewer_.number) : std::nullopt;
        if (!slot) return std::nullopt;
        auto known = intake_.find(header->epoch);
        if (known == intake_.end()) {
            auto pair = reviewer_.keys.intake(header->epoch);
            if (!pair) return std::nullopt;
            known = intake_.emplace(header->epoch, std::move(*pair)).first;
        }
        return client::sealed_envelope{0, epoch, *slot, &known->second, body};
    }

    [[nodiscard]] crypto::result<bytes> test_envelope(const crypto::epoch& epoch,
                                                      const std::string& words) const {
        crypto::report m;
        m.log = log_.head();
        m.reply_key = crypto::random_box_key_pair().public_key;
        for (std::size_t i = 0; i < crypto::advertised_addresses; ++i)
            m.addresses.push_back(crypto::random_fixed<crypto::address>());
        m.category = "drill";
        m.text = words;
        std::vector<crypto::slot_recipient> slots;
        for (const auto& r : epoch.entry.recipients) slots.emplace_back(r.key);
        return crypto::seal_envelope(log_.org(), epoch.entry.epoch, crypto::context_of(epoch.statement),
                                     slots, crypto::message_kind::report, crypto::random_sign_key_pair(),
                                     crypto::json::serialize(crypto::to_json(m)));
    }

    bool release(std::uint32_t chaff_epoch) {
        storage::release_input input;
        input.epoch = chaff_epoch;
        input.fill = chaff_epoch == 0 ? 1 : log_.rules().fill;
        input.today = static_cast<storage::day_number>(now_ / day);
        input.make_chaff = [chaff_epoch] { return crypto::make_chaff(chaff_epoch); };
        return storage::wait<storage::result<storage::release_report>>(
                   [&](auto done) { store_.release(std::move(input), std::move(done)); })
            .has_value();
    }

    storage::store store_;
    storage::reader reader_;
    crypto::key_log log_;
    const crypto::reviewer_keyring& reviewer_;
    std::uint64_t now_;
    std::map<std::uint32_t, crypto::box_key_pair> intake_;
    std::string last_text_; ///< of the report that was opened last
    drill_report report_;
};

} // namespace

storage::result<drill_report> drill(const std::filesystem::path& from, const storage::backup_opener* opener,
                                    const std::filesystem::path& directory,
                                    const crypto::reviewer_keyring& reviewer, std::uint64_t now,
                                    const storage::further_check& further) {
    const storage::scratch place(directory, storage::scratch::purpose::drill);
    const auto data = place.path() / "data";
    auto problems = storage::restore(from, opener, data, now, further);
    if (!problems) return problems.error();
    if (!problems->empty()) {
        drill_report report;
        report.bad = drill_report::problem{restore_bad, {problems->front()}};
        return report;
    }
    return drilled_channel(data, reviewer, now).run();
}

} // namespace changgu::cli
