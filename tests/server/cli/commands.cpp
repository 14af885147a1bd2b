// Every command of employees and reviewers, as they are typed, against the real server.
#include "server/cli/command.hpp"
#include "tests/server/cli/shell.hpp"

#include <doctest/doctest.h>

using namespace changgu;
using namespace changgu::test;
using cli::exit_code;

TEST_CASE("an employee and a reviewer, by command") {
    shell s(0);
    std::string code;
    s.at.as_admin([&](client::admin& a) { code = a.invite(1).value()->code.to_text().text(); });
    s.write("code", code + "\n");
    auto r = s.employee({"enrol", "--code-file", s.file("code"), "--keyring", s.file("keyring"),
                         "--passphrase-file", s.file("pass")});
    CHECK(r.exit == 0);
    CHECK(r.out.empty()); // the passphrase was given, not generated
    CHECK(s.reviewer({"inbox"}).exit == static_cast<int>(exit_code::refused)); // not approved yet
    s.at.approve(1, true);
    CHECK(s.reviewer({"inbox"}).exit == static_cast<int>(exit_code::nothing));

    r = s.employee({"report", "--list", "--json"});
    CHECK(r.exit == 0);
    CHECK(r.json().at("reviewers").as_array().size() == 1);

    const auto text = s.write("text", "점심\x1b[2J값\n");
    const auto attached = s.write("evidence.txt", "evidence");
    r = s.employee({"report", "--category", "treating", "--file", text, "--answer", "who=과장", "--attach",
                    attached, "--json"});
    REQUIRE(r.exit == 0);
    const auto words = std::string(r.json().at("receipt").at("words").as_string());
    s.write("receipt", words + "\n");
    CHECK(r.err.find(words) == std::string::npos);

    r = s.employee({"answers", "--receipt-file", s.file("receipt")});
    CHECK(r.exit == static_cast<int>(exit_code::nothing));
    s.at.tick();
    r = s.reviewer({"inbox"}, {"--json"});
    REQUIRE(r.exit == 0);
    const auto number = std::string(r.json().at("cases").at(0).at("number").as_string());

    r = s.reviewer({"show", number}, {"--save-files", s.file("files")});
    CHECK(r.exit == 0);
    CHECK(r.out.find("점심[2J값") != std::string::npos); // its escape taken out
    CHECK(r.out.find("과장") != std::string::npos);
    CHECK(slurp(s.dir / "files" / "1-evidence.txt") == "evidence");

    CHECK(s.reviewer(
               {"reply", number, "--file", s.write("reply", "언제입니까?"), "--status", "more_information"})
              .exit == 0);
    CHECK(s.reviewer({"case", "note", number, "--file", s.write("note", "check the receipts")}).exit == 0);
    CHECK(s.reviewer({"case", "assign", number, "1"}).exit == 0);
    CHECK(s.reviewer({"case", "assign", number, "9"}).exit == static_cast<int>(exit_code::usage));
    CHECK(s.reviewer({"case", "status", number, "investigating"}).exit == 0);
    r = s.reviewer({"show", number}, {"--json"});
    CHECK(r.json().at("status") == "investigating");
    CHECK(r.json().at("assignee") == 1);
    CHECK(r.json().at("events").as_array().size() == 5);

    s.at.tick();
    r = s.employee({"answers", "--receipt-file", s.file("receipt"), "--json"});
    CHECK(r.exit == 0);
    CHECK(r.json().at("answers").at(0).at("text") == "언제입니까?");
    CHECK(s.employee({"follow-up", "--receipt-file", s.file("receipt"), "--file", text}).exit == 0);
    r = s.employee({"burn", "--receipt-file", s.file("receipt"), "--all"});
    CHECK(r.exit == 0);
    CHECK(r.out.find("언제입니까?") != std::string::npos); // for the last time
    CHECK(s.employee({"burn", "--receipt-file", s.file("receipt"), "--all"}).exit ==
          static_cast<int>(exit_code::nothing));
    CHECK(s.employee({"burn", "--receipt-file", s.file("receipt")}).exit ==
          static_cast<int>(exit_code::usage));
    CHECK(s.reviewer({"show", "C-nothing"}).exit == static_cast<int>(exit_code::nothing));
}

TEST_CASE("every kind of failure has its exit code") {
    shell s(1);
    const auto text = s.write("text", "text");
    CHECK(s.run({"report", "--nonsense"}).exit == 2);
    CHECK(s.run({"report", "--file", text}).exit == 2); // no channel
    CHECK(s.employee({"report"}).exit == 2);            // nothing to send
    CHECK(s.employee({"report", "--file", text, "--exclude", "1"}).exit == 2);
    CHECK(s.employee({"report", "--file", text, "--answer", "nonsense=1"}).exit == 2);
    CHECK(s.employee({"report", "--file", s.file("none")}).exit == 2);

    s.write("elsewhere.toml",
            "server = \"http://127.0.0.1:1\"\norg = \"" + crypto::to_hex(s.at.org.view()) + "\"\n");
    CHECK(s.run({"report", "--channel", s.file("elsewhere.toml"), "--file", text}).exit == 3);
    s.write("other.toml", "server = \"" + s.at.origin + "\"\norg = \"" + std::string(64, 'a') + "\"\n");
    const auto other = s.run({"report", "--channel", s.file("other.toml"), "--file", text});
    CHECK(other.exit == 4);
    CHECK(other.out.empty());
    s.write("odd.toml", "server = \"" + s.at.origin + "\"\npassword = \"x\"\n");
    CHECK(s.run({"report", "--channel", s.file("odd.toml"), "--file", text}).exit == 2);

    s.write("receipt", "one two three four five six seven eight\n");
    const auto bad = s.employee({"answers", "--receipt-file", s.file("receipt")});
    CHECK(bad.exit == 5);
    CHECK(bad.err.find("one two") == std::string::npos);
    s.write("keyring.json", "{}");
    CHECK(s.run({"inbox", "--keyring", s.file("none"), "--passphrase-file", s.file("pass")}).exit == 1);
}

TEST_CASE("a receipt file is the only copy, is private, and is not left behind by a report that failed") {
    shell s(1);
    const auto text = s.write("text", "text");
    const auto kept = s.file("receipt.txt");
    auto r = s.employee({"report", "--file", text, "--receipt-file", kept, "--exclude", "1"});
    CHECK(r.exit == 2);
    CHECK_FALSE(std::filesystem::exists(kept));
    r = s.employee({"report", "--file", text, "--receipt-file", kept, "--receipt-words", "ko"});
    CHECK(r.exit == 0);
    CHECK(r.out.empty());
    CHECK((std::filesystem::status(kept).permissions() & std::filesystem::perms::others_all) ==
          std::filesystem::perms::none);
    const std::string receipt = slurp(kept);
    CHECK(crypto::parse_receipt(std::string_view(receipt).substr(0, receipt.size() - 1)).has_value());
    CHECK(s.employee({"report", "--file", text, "--receipt-file", kept}).exit == 1); // not overwritten
    CHECK(slurp(kept) == receipt);
    CHECK(s.employee({"answers", "--receipt-file", kept}).exit == 7);
}
