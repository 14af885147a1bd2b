"""A reviewer who joined later is handed a case; the policy grows; and the poster says where all of it is."""

import json
import os
import shutil
import subprocess
import unittest

import harness
from harness import FAILURE, NOTHING, OK, PROGRAM, USAGE

TEXT = "예산을 다른 데에 썼습니다."
SECRET = "이 사람 이야기입니다."


class HandOver(harness.ChannelTest):
    def new_case(self, reviewer, text, *arguments):
        receipt = self.channel.report(text, *arguments)
        self.channel.wait_for_release()
        self.channel.reviewer(reviewer, "inbox")
        for case in self.channel.reviewer(reviewer, "inbox").data["cases"]:
            shown = self.channel.reviewer(reviewer, "show", case["number"]).data
            if shown["messages"][0]["text"] == text:
                return receipt, case["number"]
        raise AssertionError("the report has not arrived")

    def test_hand_over(self):
        channel = self.channel
        receipt, case = self.new_case(1, TEXT)
        _, kept = self.new_case(1, SECRET, "--exclude", 3)
        channel.enrol(4, rotate=False)
        # In the log, but in no epoch yet: there is no key to seal to.
        channel.reviewer(1, "case", "hand-over", case, 4, expect=NOTHING)
        channel.admin("keys", "rotate")
        channel.reviewer(4, "inbox", expect=NOTHING)

        given = channel.reviewer(1, "case", "hand-over", case, 4).data
        self.assertEqual(given, {"number": case, "handed_over_to": 4})
        for number in (3, 99):
            channel.reviewer(1, "case", "hand-over", kept, number, expect=USAGE)
        channel.wait_for_release()
        inbox = channel.reviewer(4, "inbox").data
        self.assertEqual([inbox["sync"][k] for k in ("opened", "strays", "alarms")], [1, [], []])
        shown = channel.reviewer(4, "show", case).data
        self.assertEqual([m["text"] for m in shown["messages"]], [TEXT])
        self.assertEqual((shown["events"][-1]["type"], shown["events"][-1]["event"]["number"]), ("handover", 4))
        channel.reviewer(4, "show", kept, expect=NOTHING)

        # The newcomer answers, under the office's name unless told otherwise.
        channel.reviewer(4, "reply", case, "--file", "-", stdin="이어받았습니다.")
        channel.reviewer(4, "reply", case, "--file", "-", "--as", "role", stdin="조사관입니다.")
        channel.wait_for_release()
        answers = channel.reporter("answers", receipt).data["answers"]
        self.assertEqual([(a["text"], a["shown_as"], a["reviewer"]) for a in answers],
                         [("이어받았습니다.", "office", 4), ("조사관입니다.", "role", 4)])
        words = channel.reporter("answers", receipt, as_json=False).out
        self.assertIn("[0] Changgu · ", words)
        self.assertIn("[1] Investigator · ", words)

        # What else reviewers record.
        channel.reviewer(4, "case", "recusal", case, "--file", "-", stdin="같은 부서입니다.")
        channel.reviewer(4, "case", "extension", case, "--file", "-", stdin="참고인이 출장 중입니다.")
        channel.reviewer(4, "case", "tag", case, "급함")
        channel.reviewer(4, "case", "untag", case, "급함")
        events = channel.reviewer(1, "show", case).data
        self.assertEqual([e["type"] for e in events["events"][-4:]], ["recusal", "extension", "tag", "untag"])
        self.assertEqual(events["unreadable"], [])

    def test_similar(self):
        """A link is read by all readers of the case: it does not tell them of one that they were excluded from."""
        channel = self.channel
        _, case = self.new_case(1, "모두에게")
        _, another = self.new_case(1, "이것도 모두에게")
        _, kept = self.new_case(1, "셋째만 모르게", "--exclude", 3)
        channel.reviewer(1, "case", "similar", case, kept, expect=USAGE)
        channel.reviewer(1, "case", "similar", case, case, expect=USAGE)
        channel.reviewer(1, "case", "similar", case, another)
        channel.reviewer(1, "case", "similar", kept, case)
        channel.reviewer(3, "inbox")
        shown = json.dumps(channel.reviewer(3, "show", case).data)
        self.assertIn(another, shown)
        self.assertNotIn(kept, shown)

    def test_policy(self):
        channel = self.channel
        before = channel.run("report", *channel.public(), "--list").data
        self.assertEqual([q["id"] for q in before["questions"]][-2:], ["evidence", "detriment"])
        file = channel.desk / "policy.json"
        file.write_text(json.dumps({"departments": [{"id": "audit", "ko": "감사실", "en": "Audit", "people": 12}],
                                    "questions": [{"id": "what", "ko": "무엇을", "en": "What?"}]}))
        policy = channel.admin("keys", "policy", "--file", file).data
        self.assertEqual([d["people"] for d in policy["departments"]], [12])
        after = channel.run("report", *channel.public(), "--list").data
        self.assertEqual([q["id"] for q in after["questions"]], ["what"])
        self.assertEqual(after["categories"], before["categories"])
        file.write_text('{"departments":[{"id":"audit","ko":"a","en":"a","people":0}]}')
        channel.admin("keys", "policy", "--file", file, expect=1)

    def test_link(self):
        invited = self.channel.admin("reviewers", "invite", "--number", 40).data
        self.assertEqual(invited["link"], f"{self.channel.origin}/review/#enrol={invited['code']}&org={self.channel.org}")

    def test_poster(self):
        channel = self.channel
        svg, pdf = channel.desk / "poster.svg", channel.desk / "poster.pdf"
        link = channel.run("poster", *channel.public(), "--svg", svg, "--pdf", pdf).data["link"]
        size = channel.run("keys", "log", *channel.public()).data["statements"]
        self.assertEqual(link, f"{channel.origin}/#org={channel.org}&seq={size - 1}")
        self.assertIn(b"<svg", svg.read_bytes()[:200])
        self.assertTrue(pdf.read_bytes().startswith(b"%PDF-"))
        channel.run("poster", *channel.public(), expect=USAGE)
        if not all(shutil.which(tool) for tool in ("pdftotext", "pdftoppm", "zbarimg")):
            self.skipTest("poppler-utils and zbar-tools read the poster back")
        text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, check=True).stdout.decode()
        shown = channel.run("keys", "fingerprint", *channel.public()).data
        for word in [*shown["ko"].split(), *shown["en"].split(), channel.origin, channel.org]:
            self.assertIn(word, text)
        subprocess.run(["pdftoppm", "-r", "110", "-png", "-singlefile", pdf, channel.desk / "poster"], check=True)
        read = subprocess.run(["zbarimg", "-q", "--raw", channel.desk / "poster.png"], capture_output=True, check=True).stdout
        self.assertEqual(read.decode().strip(), link)

    def test_poster_program(self):
        """What draws is looked for beside changgu alone, and run only if it has the same owner."""
        channel = self.channel
        apart, elsewhere = channel.base / "apart", channel.base / "elsewhere"
        for directory in (apart, elsewhere):
            directory.mkdir()
        alone = shutil.copy(PROGRAM, apart)
        page = channel.desk / "page.svg"
        for directory in (elsewhere, channel.cwd):
            shutil.copy("/bin/echo", directory / "changgu-poster")
        environment = {**os.environ, "PATH": f"{elsewhere}:.", "LD_LIBRARY_PATH": str(elsewhere), "LC_ALL": "C.UTF-8"}
        command = [alone, "poster", *map(str, channel.public()), "--svg", str(page)]

        def draw():
            done = subprocess.run(command, cwd=channel.cwd, env=environment, capture_output=True, timeout=60)
            return done.returncode, done.stderr.decode()

        missing = draw()
        self.assertEqual(missing[0], FAILURE, missing)
        self.assertIn(str(apart / "changgu-poster"), missing[1])
        self.assertFalse(page.exists())
        (channel.cwd / "changgu-poster").unlink()

        planted = apart / "changgu-poster"
        shutil.copy("/bin/false", planted)  # it fails: a sentence, and no page
        self.assertEqual(draw()[0], FAILURE)
        self.assertFalse(page.exists())
        shutil.copy("/bin/echo", planted)
        self.assertEqual(draw()[0], OK)
        self.assertIn(channel.origin, page.read_text())
        page.unlink()
        planted.chmod(0o757)
        self.assertEqual(draw()[0], FAILURE)
        if os.geteuid() == 0:
            planted.chmod(0o755)
            os.chown(planted, 65534, -1)
            self.assertEqual(draw()[0], FAILURE)
        self.assertFalse(page.exists())


if __name__ == "__main__":
    unittest.main()
