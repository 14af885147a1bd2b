#include "crypto/statement.hpp"

#include "tests/crypto/log_writer.hpp"
#include "tests/crypto/outcome.hpp"

#include <doctest/doctest.h>

namespace changgu::test {
namespace {

// As a reader gets it: through text.
json::object as_read(const json::object& o) {
    return parse_json(json::serialize(o)).value();
}

} // namespace

TEST_CASE("a statement survives being written and read") {
    for (const auto type :
         {statement_type::genesis, statement_type::roots, statement_type::reviewer, statement_type::revoke,
          statement_type::epoch, statement_type::retire, statement_type::policy}) {
        const statement s{41, hash256::from(seed_of("prev").view()).value(), type, {{"a", 1}}};
        const auto back = parse_statement(statement_text(s));
        REQUIRE(back.has_value());
        CHECK(back->seq == 41);
        CHECK(back->prev == s.prev);
        CHECK(back->type == type);
        CHECK(back->body == s.body);
    }
}

TEST_CASE("every body survives being written and read") {
    const root_set set = roots_named({"root-a", "root-b"}, 2, "recovery");
    CHECK(root_set_from_json(as_read(to_json(set))).value() == set);

    const genesis g{{"가", "a"}, set, {"https://a.example"}, default_policy()};
    const auto g2 = genesis_from_json(as_read(to_json(g))).value();
    CHECK(g2.name == g.name);
    CHECK(g2.keys == set);
    CHECK(g2.origins == g.origins);
    CHECK(g2.rules == g.rules);

    const reviewer_entry r = reviewer_numbered(3);
    const auto r2 = reviewer_from_json(as_read(to_json(r))).value();
    CHECK(r2.number == 3);
    CHECK(r2.identity == r.identity);
    CHECK(r2.role == r.role);
    CHECK(r2.desk == r.desk);
    CHECK(r2.languages == r.languages);

    CHECK(revoke_from_json(as_read(revoke_json(3))).value() == 3);

    const epoch_entry e = log_writer().epoch_of(2, {1, 2}, 5);
    const auto e2 = epoch_from_json(as_read(to_json(e))).value();
    CHECK(e2.epoch == 2);
    CHECK(e2.valid_from == e.valid_from);
    CHECK(e2.valid_until == e.valid_until);
    REQUIRE(e2.recipients.size() == 2);
    CHECK(e2.recipients[1].key == e.recipients[1].key);
    CHECK(e2.recipients[1].signed_by_identity == e.recipients[1].signed_by_identity);

    const auto retired = retire_from_json(as_read(to_json(retire_entry{2, 99, "이유"}))).value();
    CHECK(retired.epoch == 2);
    CHECK(retired.at == 99);
    CHECK(retired.purge_reason == "이유");

    const auto p = policy_entry_from_json(as_read(to_json(policy_entry{default_policy(), {}}))).value();
    CHECK(p.rules == default_policy());
    CHECK(p.origins.empty());

    const prekey k{4, intake_of(1, 4).public_key, {}};
    CHECK(prekey_from_json(as_read(to_json(k))).value().key == k.key);
}

TEST_CASE("bodies out of bounds are refused") {
    json::object epoch = as_read(to_json(log_writer().epoch_of(2, {1}, 5)));
    const json::value recipient = epoch["recipients"].as_array()[0];
    json::array seventeen;
    for (int i = 1; i <= 17; ++i) {
        json::object one = recipient.as_object();
        one["number"] = i;
        seventeen.emplace_back(one);
    }
    epoch["recipients"] = seventeen;
    CHECK(outcome(epoch_from_json(epoch)) == "bad_field");
    epoch["recipients"].as_array().pop_back();
    CHECK(epoch_from_json(epoch).value().recipients.size() == 16);
    epoch["epoch"] = 0;
    CHECK(outcome(epoch_from_json(epoch)) == "bad_field");

    json::object reviewer = as_read(to_json(reviewer_numbered(1)));
    for (const int number : {0, -1, 65'536}) {
        reviewer["number"] = number;
        CHECK(outcome(reviewer_from_json(reviewer)) == "bad_field");
    }
    json::object roots = as_read(to_json(roots_named({"root-a", "root-b"}, 2, "recovery")));
    roots["threshold"] = 0;
    CHECK(outcome(root_set_from_json(roots)) == "bad_field");
    CHECK(outcome(root_set_from_json(to_json(roots_named({"root-a", "root-a"}, 1, "recovery")))) ==
          "bad_field");
    CHECK(outcome(root_set_from_json(to_json(roots_named({"root-a"}, 1, "root-a")))) == "bad_field");
    CHECK(outcome(root_set_from_json(to_json(root_set{{}, 1, root_named("recovery").verifier()}))) ==
          "bad_field");

    json::object policy = as_read(to_json(policy_entry{default_policy(), {"https://a.example"}}));
    policy["origins"] = json::array{};
    CHECK(outcome(policy_entry_from_json(policy)) == "bad_field");
    policy["origins"] = json::array{"http://a.example"};
    CHECK(outcome(policy_entry_from_json(policy)) == "bad_field");
}

TEST_CASE("the form of a statement is exact") {
    const std::string good = statement_text({3, {}, statement_type::revoke, revoke_json(1)});
    CHECK(parse_statement(good).has_value());
    const auto replaced = [&](std::string_view what, std::string_view by) {
        std::string text = good;
        text.replace(text.find(what), what.size(), by);
        return outcome(parse_statement(text));
    };
    CHECK(replaced("/v1", "/v2") == "bad_statement");
    CHECK(replaced("/v1\n", "/v1 \n") == "bad_statement");
    CHECK(replaced("seq 3", "seq +3") == "bad_statement");
    CHECK(replaced("seq 3", "seq -3") == "bad_statement");
    CHECK(replaced("seq 3", "seq 03") == "bad_statement");
    CHECK(replaced("seq 3", "seq ") == "bad_statement");
    CHECK(replaced("seq 3", "seq 9007199254740992") == "bad_statement");
    CHECK(replaced("seq 3", "seq 99999999999999999999") == "bad_statement");
    CHECK(replaced("seq 3", "SEQ 3") == "bad_statement");
    CHECK(replaced("type revoke", "type Revoke") == "bad_statement");
    CHECK(replaced("prev A", "prev B=") == "bad_statement");
    CHECK(replaced("{", "[") == "bad_json");
    CHECK(outcome(parse_statement(good + "\n")) == "bad_statement");
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK_FALSE(parse_statement(std::string_view(good).substr(0, size)).has_value());
    const std::string largest = "{\"a\":\"" + std::string(max_statement_json - 8, 'a') + "\"}";
    const std::string head = good.substr(0, good.find('{'));
    CHECK(parse_statement(head + largest + "\n").has_value());
    CHECK(outcome(parse_statement(head + " " + largest + "\n")) == "bad_statement");
}

TEST_CASE("origins") {
    for (const std::string_view text :
         {"https://report.hanbit.example", "https://report.hanbit.example:8443", "http://localhost",
          "https://127.0.0.1", "http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080",
          "http://abc.onion", "https://a", "https://[2001:db8::1]:443"})
        CHECK_MESSAGE(is_origin(text), text);
    for (const std::string_view text : {"",
                                        "https://",
                                        "http://a.example",
                                        "https://A.example",
                                        "https://a.example/",
                                        "https://a.example/x",
                                        "https://u@a.example",
                                        "ftp://a.example",
                                        "https://a.example?x",
                                        "http://localhost.a.example",
                                        "https://한빛",
                                        "a",
                                        "https://a:",
                                        "https://a:0",
                                        "https://a:99999",
                                        "https://a:b:c",
                                        "https://a b",
                                        "http://192.0.2.1",
                                        "http://[2001:db8::1]",
                                        "https://[a",
                                        "https://[",
                                        "https://[::1",
                                        "https://a#b",
                                        "HTTPS://a.example",
                                        "http://127.0.0.1.a.example:80"})
        CHECK_MESSAGE(!is_origin(text), text);
    CHECK_FALSE(is_origin("https://" + std::string(281, 'a')));
}

} // namespace changgu::test
