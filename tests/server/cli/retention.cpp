#include "server/cli/keyring_file.hpp"
#include "tests/server/cli/shell.hpp"

#include <doctest/doctest.h>

using namespace changgu;
using namespace changgu::test;

namespace {

struct audit_office : shell {
    audit_office() : shell(2) {
        for (const auto& [name, keyring] :
             {std::pair{"keyring", &at.keyrings[0]}, {"second", &at.keyrings[1]}})
            cli::keyring_file::create(file(name), crypto::secret_buffer(std::string_view("six words")),
                                      keyring->to_json_text().view(), {.passes = 1, .memory_kib = 8'192})
                .value();
        REQUIRE(employee({"report", "--category", "treating", "--file", write("text", "text")}).exit == 0);
        at.tick();
        number =
            std::string(reviewer({"inbox"}, {"--json"}).json().at("cases").at(0).at("number").as_string());
        REQUIRE(second({"inbox"}).exit == 0);
    }
    outcome second(std::vector<std::string> words) {
        words.insert(words.end(), {"--keyring", file("second"), "--passphrase-file", file("pass")});
        return run(std::move(words));
    }
    crypto::json::object list(const std::vector<std::string>& rest = {}) {
        std::vector<std::string> words{"--json"};
        words.insert(words.end(), rest.begin(), rest.end());
        const auto r = reviewer({"retention"}, words);
        CHECK(r.exit == 0);
        return r.json();
    }
    void tell(const std::string& what) {
        REQUIRE(reviewer({"case", what, number, "--file", write("reason", "why: " + what)}).exit == 0);
    }
    std::string number;
};

std::size_t count(const crypto::json::object& o, const char* member) {
    return o.at(member).as_array().size();
}

} // namespace

TEST_CASE("what is due, held and soon due is listed") {
    audit_office o;
    auto r = o.reviewer({"retention"});
    CHECK(r.exit == 0);
    CHECK(r.out.empty());
    CHECK(r.err.find("Nothing is due") != std::string::npos);

    o.tell("hold");
    auto found = o.list();
    REQUIRE(count(found, "held") == 1);
    const auto& held = found.at("held").at(0).as_object();
    CHECK(held.at("number") == o.number.c_str());
    CHECK(held.at("holds").at(0).at("by") == 1);
    CHECK(held.at("holds").at(0).at("reason") == "why: hold");
    CHECK(o.reviewer({"retention"}).out.find("why: hold") != std::string::npos);
    CHECK(o.second({"retention"}).out.find("why: hold") != std::string::npos);

    o.tell("close");
    CHECK(count(o.list({"--within", "1100"}), "held") == 1); // whatever its status
    o.tell("unhold");
    found = o.list();
    CHECK(count(found, "held") + count(found, "soon") + count(found, "due") == 0);
    found = o.list({"--within", "1100"});
    REQUIRE(count(found, "soon") == 1);
    CHECK(found.at("soon").at(0).at("category") == "treating");
    CHECK(found.at("soon").at(0).at("due").to_number<std::uint64_t>() > o.at.now());

    o.at.wait(1'097ULL * 86'400);
    found = o.list();
    CHECK(count(found, "soon") == 0);
    REQUIRE(count(found, "due") == 1);
    CHECK(found.at("due").at(0).at("due").to_number<std::uint64_t>() <= o.at.now());
    CHECK_FALSE(found.contains("destroyed")); // looking destroys nothing
    CHECK(count(o.list(), "due") == 1);
}

TEST_CASE("what is due is destroyed when it is asked for, and the others are told once") {
    audit_office o;
    o.tell("close");
    const auto destroy = [&](std::vector<std::string> rest = {}) {
        rest.insert(rest.begin(), {"--destroy", "--yes"});
        return o.reviewer({"retention"}, rest);
    };
    CHECK(destroy().exit == 7); // not due yet
    o.at.wait(1'097ULL * 86'400);
    CHECK(o.reviewer({"retention"}, {"--yes"}).exit == 2);
    CHECK(o.reviewer({"retention"}, {o.number}).exit == 2);
    CHECK(destroy({"C-nothing"}).exit == 7);
    CHECK(o.reviewer({"show", o.number}).exit == 0);
    const auto r = destroy({o.number, "--json"});
    CHECK(r.exit == 0);
    CHECK(r.json().at("destroyed") == crypto::json::value{o.number});
    CHECK(o.reviewer({"show", o.number}).exit == 7);
    CHECK(destroy().exit == 7);

    auto second = o.second({"inbox"});
    CHECK(second.exit == 7);
    CHECK(second.err.find("destroyed a case") != std::string::npos);
    second = o.second({"inbox", "--again-from", "0"});
    CHECK(second.exit == 7);
    CHECK(second.err.find("destroyed a case") == std::string::npos);
    CHECK(o.second({"show", o.number}).exit == 7);
}
