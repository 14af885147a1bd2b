// Requests as they reach the handlers, for every route of the API: each body parser, behind a session where
// one is needed. The service, the store and its files are real, and taken down and set up again every so
// often, so that an input does not find what thousands before it left.
//
//     route (1) ‖ session (1) ‖ what (1) ‖ the path's last part and a line feed, if the route has one ‖ body
#include "crypto/signing.hpp"
#include "server/api/routes.hpp"
#include "storage/wait.hpp"
#include "tests/crypto/log_writer.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>

using namespace changgu;
using namespace changgu::crypto;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t start_time = test::log_writer::start_of_time + test::log_writer::day;
constexpr std::string_view origin = "https://report.hanbit.example";
constexpr unsigned requests_a_house = 1000;

// Everything that a request can change.
struct house {
    test::temp_dir directory;
    std::uint64_t now = start_time;
    std::unique_ptr<storage::store> store;
    std::unique_ptr<api::service> service;
    std::unique_ptr<api::context> context;
    boost::asio::io_context io;

    house() {
        test::log_writer log;
        log.reviewers({1, 2, 3}).epoch(1, {1, 2, 3}, 0).epoch(2, {1, 2, 3}, 1).retire(1);
        storage::options o;
        o.directory = directory / "data";
        o.size_budget = std::uint64_t{16} << 20U;
        o.blob_reserve = std::uint64_t{8} << 20U;
        o.spool_file = std::uint64_t{1} << 18U;
        store = std::make_unique<storage::store>(o);
        (void)storage::wait<storage::edit_outcome>(
            [&](auto done) { store->append_key_log(0, log.notes, std::move(done)); });
        for (const std::uint32_t number : {3U, 4U})
            (void)storage::wait<storage::edit_outcome>(
                [&](auto done) { store->open_enrolment(code(number), number, std::move(done)); });
        service = std::make_unique<api::service>(
            *store,
            api::service_options{{std::string(origin)}, 256, 3000, [this] { return now; }, {0ms, 0ms, 0ms}});
        context = std::make_unique<api::context>(*service, store->make_reader());
    }

    static storage::enrolment_id code(std::uint32_t number) {
        storage::enrolment_id id;
        id.value.back() = static_cast<byte>(number);
        return id;
    }

    http::response answer(const http::route<api::context>& route, http::request r) {
        std::optional<http::response> out;
        std::exception_ptr thrown;
        boost::asio::co_spawn(io, route.handler(*context, std::move(r)),
                              [&](std::exception_ptr e, http::response got) {
                                  thrown = std::move(e);
                                  out = std::move(got);
                              });
        io.restart();
        io.run();
        REQUIRE_PROPERTY(!thrown && out);
        return std::move(*out);
    }
};

// A challenge cannot be guessed nor a signature found: where a sign-in has both members, good ones are put
// in.
void sign_in_well(house& h, http::request& r) {
    const auto given = parse_json(as_text(r.body));
    if (!given || !given->contains("nonce") || !given->contains("signature")) return;
    const auto number = read_integer(*given, "number", api::max_number);
    if (!number) return;
    const auto who = static_cast<std::uint32_t>(*number);
    const auto nonce = h.service->sessions.challenge(api::scope::reviewer, who, h.now);
    const auto signature = sign_sign_in(test::identity_of(who).secret_key, h.service->key_log()->org(),
                                        {origin, nonce, who, "reviewer"});
    json::object good = *given;
    good["nonce"] = to_base64(nonce.view());
    good["signature"] = to_base64(signature.view());
    const std::string text = json::serialize(good);
    r.body.assign(text.begin(), text.end());
}

void check(const http::response& r) {
    REQUIRE_PROPERTY(r.status >= 200 && r.status < 600 && r.status != 500);
    if (r.source) {
        std::uint64_t sum = 0;
        for (bytes slice; r.source->next(slice);) sum += slice.size();
        REQUIRE_PROPERTY(sum == r.source_length);
    }
    if (r.status < 400) return;
    // A problem has three members and nothing of the request.
    const auto problem = parse_json(as_text(r.body));
    REQUIRE_PROPERTY(problem && problem->size() == 3);
    const std::string type = read_string(*problem, "type", 100).value();
    bool known = false;
    for (unsigned k = 0; k <= static_cast<unsigned>(http::problem_kind::internal); ++k)
        known = known || http::problem(static_cast<http::problem_kind>(k)).body == r.body;
    REQUIRE_PROPERTY(known && type.starts_with("urn:changgu:problem:"));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::start();
    static std::unique_ptr<house> h;
    static unsigned served = 0;
    if (served++ % requests_a_house == 0) h = std::make_unique<house>();

    bytes_view in = fuzz::input(data, size);
    const auto& route = api::routes[fuzz::take_choice(in) % api::routes.size()];
    const byte session = fuzz::take_choice(in);
    const byte what = fuzz::take_choice(in);
    h->now += 30; // so that limits fill and empty again

    http::request r;
    r.method = route.method;
    r.path = route.pattern;
    if (const auto hole = r.path.find("{}"); hole != std::string::npos) {
        const auto rest = as_text(in);
        r.parameter = rest.substr(0, rest.find('\n'));
        if (r.parameter.empty() || r.parameter.find('/') != std::string::npos) return 0;
        in = in.subspan(std::min(in.size(), r.parameter.size() + 1));
        r.path.replace(hole, 2, r.parameter);
    }
    if (session % 4 != 0) {
        static const auto root = test::root_named("root-a").verifier().key;
        const auto scope = static_cast<api::scope>(session % 4 - 1);
        const std::uint32_t number = scope == api::scope::admin ? 0 : 1U + session / 4 % 5;
        if (const auto bearer = h->service->sessions.open({scope, number, root}, h->now)) {
            r.bearer = secret_buffer(std::string_view(bearer->text()));
            if (what & 8U) (void)h->service->sessions.next_pepper(r.bearer.view());
        }
    }
    if (what & 4U) r.if_match = std::string(as_text(in.first(std::min<std::size_t>(in.size(), 32))));
    if (route.method == http::verb::get) {
        r.query.emplace_back(what & 1U ? "from" : "after", as_text(in));
    } else {
        r.content_type = what % 4 == 0 ? http::binary_type : what % 4 == 3 ? "" : http::json_type;
        r.body.assign(in.begin(),
                      in.begin() + static_cast<std::ptrdiff_t>(std::min(in.size(), route.body_limit)));
        if (route.handler == api::post_session && what % 2 == 1) sign_in_well(*h, r);
    }
    check(h->answer(route, std::move(r)));
    return 0;
}
