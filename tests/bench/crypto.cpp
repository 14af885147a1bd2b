// The client's side: what sealing, receipts and opening cost, in µs of this thread's CPU time (medians), and
// 10,000 envelopes opened as `changgu inbox` opens them, in seconds. Prints one JSON object.
#include "crypto/message.hpp"
#include "crypto/receipt.hpp"
#include "server/client/opening.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iostream>

namespace {

using namespace changgu;

constexpr std::uint32_t epoch_number = 1;
constexpr std::size_t inbox_size = 10'000;

double cpu_seconds(clockid_t of) {
    timespec t{};
    ::clock_gettime(of, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

double microseconds(int rounds, auto work) {
    std::vector<double> took;
    for (int i = 0; i < rounds; ++i) {
        const double before = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
        work();
        took.push_back((cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - before) * 1e6);
    }
    std::ranges::nth_element(took, took.begin() + rounds / 2);
    return took[static_cast<std::size_t>(rounds) / 2];
}

struct office {
    crypto::org_id org = crypto::random_fixed<crypto::org_id>();
    crypto::epoch epoch;
    crypto::box_key_pair mine = crypto::random_box_key_pair();
    crypto::sign_key_pair author = crypto::random_sign_key_pair();

    office() {
        epoch.entry.epoch = epoch_number;
        epoch.statement = crypto::random_fixed<crypto::hash256>();
    }
    [[nodiscard]] crypto::context_id context() const { return crypto::context_of(epoch.statement); }
    [[nodiscard]] crypto::bytes report(std::size_t recipients, const crypto::box_public_key& first) const {
        crypto::report m;
        m.reply_key = mine.public_key;
        m.addresses.resize(crypto::advertised_addresses);
        m.category = "other";
        for (int i = 0; i < 40; ++i)
            m.text += "계약 상대를 미리 정해 두었습니다. " + std::to_string(i) + '\n';
        std::vector<crypto::slot_recipient> slots{first};
        while (slots.size() < recipients) slots.emplace_back(author_box.public_key);
        return crypto::seal_envelope(org, epoch_number, context(), slots, crypto::message_kind::report,
                                     author, boost::json::serialize(crypto::to_json(m)))
            .value();
    }

  private:
    crypto::box_key_pair author_box = crypto::random_box_key_pair();
};

crypto::json::object inbox(const office& o, std::size_t ours) {
    std::vector<client::sealed_envelope> sealed;
    for (std::size_t i = 0; i < inbox_size; ++i)
        sealed.push_back({1, &o.epoch, 0, &o.mine,
                          i < ours ? o.report(3, o.mine.public_key) : crypto::make_chaff(epoch_number)});
    std::vector<double> wall;
    std::vector<double> cpu;
    for (int round = 0; round < 5; ++round) {
        const auto began = std::chrono::steady_clock::now();
        const double before = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
        std::size_t opened = 0;
        for (std::size_t at = 0; at < sealed.size(); at += client::opened_together)
            for (const auto& one : client::open_all(
                     o.org,
                     std::span(sealed).subspan(at, std::min(client::opened_together, sealed.size() - at))))
                if (one) ++opened;
        if (opened != ours) throw std::runtime_error("not what was sealed");
        cpu.push_back(cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - before);
        wall.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    }
    std::ranges::sort(wall);
    std::ranges::sort(cpu);
    return {{"ours", ours}, {"wall_s", wall[2]}, {"cpu_s", cpu[2]}};
}

} // namespace

int main() {
    crypto::initialise();
    const office o;
    const auto stranger = crypto::random_box_key_pair();
    const auto open = [&](const crypto::bytes& envelope) {
        (void)crypto::open_envelope(o.org, envelope, epoch_number, o.context(), 0, o.mine);
    };
    const auto mine = o.report(3, o.mine.public_key);
    const auto others = o.report(3, stranger.public_key);
    const auto chaff = crypto::make_chaff(epoch_number);
    const auto receipt = crypto::new_receipt(false);
    crypto::json::object out{{"benchmark", "crypto"}};
    out["cpu_us"] = crypto::json::object{
        {"seal_3", microseconds(201, [&] { (void)o.report(3, o.mine.public_key); })},
        {"seal_16", microseconds(201, [&] { (void)o.report(16, o.mine.public_key); })},
        {"new_receipt",
         microseconds(
             201, [] { (void)crypto::receipt_words(crypto::new_receipt(false), crypto::language::korean); })},
        {"keys_of_receipt",
         microseconds(9, [&] { (void)crypto::reporter_keys::derive_from(receipt, o.org); })},
        {"open_mine", microseconds(501, [&] { open(mine); })},
        {"open_not_mine", microseconds(501, [&] { open(others); })},
        {"open_chaff", microseconds(501, [&] { open(chaff); })},
    };
    out["inbox_of_10000"] = crypto::json::array{inbox(o, 0), inbox(o, inbox_size / 10), inbox(o, inbox_size)};
    std::cout << boost::json::serialize(out) << '\n';
}
