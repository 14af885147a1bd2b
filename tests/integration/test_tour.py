"""The five-minute tour of the README, against the real binary over TLS; and what is left of it on the server's disk."""

import contextlib
import re
import sqlite3
import unittest

import harness
import protocol
from harness import NOTHING, USAGE, b64

KOREAN = "계약 상대를 미리 정해 두었습니다.\n지난 3월 둘째 주 회의록을 보십시오."
ENGLISH = "Every month the juniors pay for the director's lunch.\nAsk anyone on the third floor."
FOLLOW_UP = "덧붙입니다. 4월에도 같은 일이 있었습니다."
ANSWERS = ["확인하겠습니다. 회의록은 어디에 있습니까?", "Thank you. We are looking into the lunches.",
           "4월 자료도 받았습니다."]
PHOTO = bytes(range(256)) * 700 + b"the photograph's last bytes"  # four chunks of a class
LEDGER = "날짜,금액\n3월 2일,120000\n".encode() * 40
ACCESS_ENTRY = re.compile(
    r"\d+ (?:(?:reviewer [123]|admin root-1) session-(?:opened|ended) (?:reviewer|admin)|reviewer [123] prekeys-put \d+"
    r"|reviewer [123] drained \d+|admin root-1 enrolment-(?:opened|killed) [123]|code enrolment-submitted [123]"
    r"|roots statement \d+ (?:reviewer|epoch|retire))\Z")
USER_AGENT = "Mozilla/5.0 (changgu integration tour)"


class Tour(harness.ChannelTest):
    def test_tour(self):
        channel = self.channel
        (channel.desk / "meeting.jpg").write_bytes(PHOTO)
        (channel.desk / "장부.csv").write_bytes(LEDGER)

        # Two reports, one of which reviewer 3 must not see.
        listed = channel.run("report", *channel.public(), "--list").data
        self.assertEqual([r["number"] for r in listed["reviewers"]], [1, 2, 3])
        korean = channel.report(KOREAN, "--category", "solicitation", "--exclude", 3, "--attach", channel.desk / "meeting.jpg",
                                "--lang", "ko")
        english = channel.report(ENGLISH, "--category", "treating", "--attach", channel.desk / "장부.csv")
        self.assertEqual(len(korean["words"].split()), 8)
        self.assertGreater(korean["words"][0], "가")
        self.assertTrue(english["words"].isascii())
        self.assertNotEqual(korean["digits"], english["digits"])
        # Before the tick nobody sees anything; afterwards still no answer.
        self.assertEqual(channel.reporter("answers", korean, expect=NOTHING).data, {"answers": []})
        channel.wait_for_release()

        # Reviewers 1 and 2 read both; to 3 the Korean one is chaff.
        inboxes = {n: channel.reviewer(n, "inbox").data for n in (1, 2, 3)}
        self.assertEqual({n: i["sync"]["opened"] for n, i in inboxes.items()}, {1: 2, 2: 2, 3: 1})
        for inbox in inboxes.values():
            self.assertEqual((inbox["sync"]["alarms"], inbox["sync"]["strays"]), ([], []))
        self.check_excluded_sees_chaff(inboxes[3])
        numbers = {n: {c["number"] for c in i["cases"]} for n, i in inboxes.items()}
        self.assertEqual(numbers[1], numbers[2], "the same case has the same number for everybody")
        self.assertLess(numbers[3], numbers[1])

        # Files come out as they went in.
        shown = [channel.reviewer(1, "show", n, "--save-files", channel.desk / "saved" / n).data for n in numbers[1]]
        cases = {s["messages"][0]["text"]: s["number"] for s in shown}
        self.assertEqual(set(cases), {KOREAN, ENGLISH})
        self.assertEqual(numbers[3], {cases[ENGLISH]})
        first = next(s["messages"][0] for s in shown if s["number"] == cases[KOREAN])
        self.assertEqual((first["excluded"], first["category"]), ([3], "solicitation"))
        for text, name, content in ((KOREAN, "meeting.jpg", PHOTO), (ENGLISH, "장부.csv", LEDGER)):
            saved, = (channel.desk / "saved" / cases[text]).iterdir()
            self.assertTrue(saved.name.endswith(name))
            self.assertEqual((saved.read_bytes(), saved.stat().st_mode & 0o777), (content, 0o600))
        self.assertEqual(channel.reviewer(3, "show", cases[KOREAN], expect=NOTHING).out, "")

        # What reviewers record among themselves, and two answers.
        channel.reviewer(2, "case", "assign", cases[KOREAN], 2)
        channel.reviewer(1, "reply", cases[KOREAN], "--file", "-", "--status", "more_information", stdin=ANSWERS[0])
        channel.reviewer(2, "reply", cases[ENGLISH], "--file", "-", stdin=ANSWERS[1])
        seen = channel.reviewer(2, "show", cases[KOREAN]).data
        self.assertEqual((seen["assignee"], seen["status"]), (2, "more_information"))
        channel.wait_for_release()

        # The answers, read twice.
        for _ in range(2):
            got = channel.reporter("answers", korean).data["answers"]
            self.assertEqual([(a["text"], a["status"], a["role"]["ko"], a["forked"], a["revoked"]) for a in got],
                             [(ANSWERS[0], "more_information", "감사담당관", False, False)])
        digits = {"words": english["digits"]}
        self.assertEqual(channel.reporter("answers", digits).data["answers"][0]["text"], ANSWERS[1])

        self.check_another_client(korean, cases[KOREAN])

        # Across a rotation the thread goes on, and 3 stays out of it though the reporter does not say so again.
        self.assertEqual(channel.admin("keys", "rotate").data, {"epochs": [2]})
        sent = channel.run("follow-up", *channel.public(), "--file", "-", stdin=FOLLOW_UP, secrets={"receipt": korean["words"]})
        self.assertEqual(sent.data, {"excluded": [3]})
        # Who has read a thread cannot be kept out of it any more.
        for receipt in (korean, english):
            channel.run("follow-up", *channel.public(), "--file", "-", "--exclude", 1, stdin="too late",
                        secrets={"receipt": receipt["words"]}, expect=USAGE)
        channel.wait_for_release()
        third = channel.reviewer(3, "inbox").data
        self.assertEqual([third["sync"][k] for k in ("opened", "changed", "strays", "alarms")], [0, 0, [], []])
        second = channel.reviewer(2, "inbox").data
        self.assertEqual((second["sync"]["changed"], second["sync"]["alarms"]), (1, []))
        channel.reviewer(1, "inbox")
        thread = channel.reviewer(1, "show", cases[KOREAN]).data["messages"]
        self.assertEqual([(m["kind"], m["text"], m["excluded"]) for m in thread],
                         [("report", KOREAN, [3]), ("follow_up", FOLLOW_UP, [3])])

        # Burned for ever, and only what was burned.
        self.assertEqual(channel.reporter("burn", korean, "--reply", 0).data, {"burned": [0]})
        got = channel.reporter("answers", korean, expect=NOTHING).data["answers"]
        self.assertEqual(got, [{"index": 0, "state": "burned"}])
        channel.reporter("burn", korean, "--all", expect=NOTHING)
        # With the answer its list is gone as well: the receipt knows that there was one, so nothing is sent unasked.
        for excluded in ([], ["--exclude", 77]):
            result = channel.run("follow-up", *channel.public(), "--file", "-", *excluded, stdin="to whom?",
                                 secrets={"receipt": korean["words"]}, expect=USAGE)
            self.assertEqual(result.out, "")
        channel.reviewer(2, "reply", cases[KOREAN], "--file", "-", stdin=ANSWERS[2])
        channel.wait_for_release()
        got = channel.reporter("answers", korean).data["answers"]
        self.assertEqual([(a["index"], a["state"], a.get("text")) for a in got],
                         [(0, "burned", None), (1, "present", ANSWERS[2])])
        self.assertEqual(channel.reporter("answers", english).data["answers"][0]["text"], ANSWERS[1])

        # The receipts are all the state there was.
        self.assertEqual(list(channel.cwd.iterdir()), [])
        self.check_the_disk(korean, english)

    def check_excluded_sees_chaff(self, inbox):
        """Whatever reviewer 3 can compute of the envelope that is not theirs is what chaff gives."""
        channel = self.channel
        keyring = protocol.open_keyring(channel.keyring(3), channel.secrets["reviewer 3"])
        server = protocol.Server(channel)
        log = server.key_log()
        self.assertEqual(server.sign_in(keyring), 201)
        envelopes = [e for _, e in server.inbox()]
        self.assertEqual(inbox["sync"]["envelopes"] % 4, 0)
        self.assertEqual(protocol.opens(log, keyring, envelopes, 1), 1)
        others = [protocol.opens(log, protocol.open_keyring(channel.keyring(n), channel.secrets[f"reviewer {n}"]), envelopes, 1)
                  for n in (1, 2)]
        self.assertEqual(others, [2, 2])
        self.assertEqual({(len(e), e[:1], e[5:8]) for e in envelopes}, {(8192, b"\1", bytes(3))})

    def check_another_client(self, receipt, number):
        """One that was written from docs/protocol.md alone reads the same report, case and answer."""
        channel = self.channel
        keyring = protocol.open_keyring(channel.keyring(2), channel.secrets["reviewer 2"])
        server = protocol.Server(channel)
        log = server.key_log()
        self.assertEqual(log.org.hex(), channel.org)
        server.sign_in(keyring)
        found = protocol.opened(log, keyring, [e for _, e in server.inbox()], 1)
        kind, author, report, key = next(f for f in found if f[2]["text"] == KOREAN)
        master = protocol.receipt_master(log.org, protocol.receipt_bytes(receipt["digits"]))
        self.assertEqual(author, protocol.sign_key_pair(protocol.kdf(master, 2, "receipt_"))[0])
        self.assertEqual(report["addresses"], [b64(protocol.reply_address(t)) for t in protocol.receipt_tokens(master, 8)])
        self.assertEqual((kind, report["excluded"], [a["name"] for a in report["attachments"]]), (1, [3], ["meeting.jpg"]))

        events = protocol.case_events(server, log.org, protocol.kdf(key, 2, "case____"))
        self.assertEqual([e["type"] for e in events], ["snapshot", "assign", "reply"])
        self.assertEqual((events[0]["case_number"], events[1]["number"]), (number, 2))
        self.assertEqual((events[2]["address"], events[2]["text"]), (report["addresses"][0], ANSWERS[0]))
        replies = protocol.Server(channel).replies(log.org, master)
        self.assertEqual([state for state, _ in replies], [1, 0, 0, 0])
        self.assertEqual([replies[0][1][2][m] for m in ("text", "status", "excluded")], [ANSWERS[0], "more_information", [3]])

    def check_the_disk(self, *receipts):
        """After it the server has nothing that says who, from where, what, or by which receipt."""
        channel = self.channel
        # Somebody's browser, with all that browsers say; the address is in changgu.toml, which is not data.
        server = protocol.Server(channel)
        for path in ("/channel", "/keylog?from=0", "/replies/index", "/nothing/here"):
            server.request("GET", path, headers={"User-Agent": USER_AGENT, "X-Forwarded-For": "127.0.0.1", "Cookie": "id=whoami",
                                                 "Referer": "https://intranet.example/whoami"})
        envelope = protocol.blank_envelope(2)
        self.assertEqual(server.request("POST", "/envelopes", envelope, headers={"User-Agent": USER_AGENT})[0], 201)
        channel.wait_for_release()
        channel.run("keys", "log", *channel.public())

        needles = [b"127.0.0.1", USER_AGENT.encode(), b"Mozilla", b"whoami", PHOTO[:64], PHOTO[-27:], LEDGER[:40],
                   "meeting.jpg".encode(), "장부.csv".encode()]
        for text in (KOREAN, ENGLISH, FOLLOW_UP, *ANSWERS):
            needles += [line.encode() for line in text.split("\n")]
        needles += [secret.encode() for secret in channel.secrets.values()]
        org, answered = bytes.fromhex(channel.org), []
        for receipt in receipts:
            ten = protocol.receipt_bytes(receipt["digits"])
            words = receipt["words"].split()
            needles += [receipt["words"].encode(), receipt["digits"].encode(), receipt["digits"].replace(" ", "").encode(), ten,
                        ten.hex().encode(), b64(ten)[:12].encode()] + [" ".join(words[i : i + 2]).encode() for i in range(7)]
            tokens = protocol.receipt_tokens(protocol.receipt_master(org, ten), 16)
            answered.append(protocol.reply_address(tokens[0]))
            for token in tokens:
                needles += [token, token.hex().encode(), b64(token)[:42].encode()]
        everything = {path: path.read_bytes() for path in [*channel.files(), channel.log]}
        # The search can find: the addresses of the answers are there, and the origin is in the key log.
        for present in [*answered, channel.origin.encode()]:
            self.assertTrue(any(present in content for content in everything.values()))
        for path, content in everything.items():
            for needle in needles:
                self.assertFalse(needle in content, f"{needle!r} is in {path}")
        self.check_access_log()
        # The log's time is the hour, and the doctor, which looks for the like, finds nothing either.
        self.assertRegex(channel.log.read_text(), r"(?m)^\d{4}-\d\d-\d\dT\d\dZ info tick_done ")
        self.assertNotRegex(channel.log.read_text(), r"\d\d:\d\d")
        findings = channel.run("doctor", "--config", channel.config, expect=None).data
        self.assertIn("There is no address, user agent or time in the data directory.", [f["finding"] for f in findings])

    def check_access_log(self):
        """It says when reviewers and admins did which of these, and nothing else; a reporter's calls add nothing."""
        channel = self.channel

        def entries():
            with contextlib.closing(sqlite3.connect(f"file:{channel.data / 'access.db'}?mode=ro", uri=True)) as db:
                return [entry for entry, in db.execute("SELECT entry FROM access_entry ORDER BY seq")]

        before = entries()
        for entry in before:
            self.assertRegex(entry, ACCESS_ENTRY)
        self.assertTrue(any(entry.endswith(" reviewer 3 session-opened reviewer") for entry in before))
        receipt = channel.report("not in the access log", "--attach", channel.desk / "meeting.jpg")
        channel.reporter("answers", receipt, expect=NOTHING)
        channel.run("follow-up", *channel.public(), "--file", "-", stdin="nor this", secrets={"receipt": receipt["words"]})
        channel.reporter("burn", receipt, "--all", expect=NOTHING)
        channel.wait_for_release()
        self.assertEqual(entries(), before)


if __name__ == "__main__":
    unittest.main()
