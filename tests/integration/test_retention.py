"""The end of a case, at the command line: due, held, asked about, destroyed; and nothing of it left on the server."""

import json
import time
import unittest

import harness
import protocol
from harness import FAILURE, NOTHING, USAGE

YEARS = 4 * 365 * 86400
HOLD = "감사원이 자료를 요청했습니다."


class Retention(harness.ChannelTest):
    def closed_case(self, text, closed_ago=YEARS):
        """A report with a file, which reviewer 2 took up and closed so long ago."""
        channel = self.channel
        evidence = channel.desk / "evidence.bin"
        evidence.write_bytes(bytes(range(256)) * 400)
        channel.report(text, "--attach", evidence, "--category", "other")
        channel.wait_for_release()
        keyring = protocol.open_keyring(channel.keyring(2), channel.secrets["reviewer 2"])
        server = protocol.Server(channel)
        log = server.key_log()
        self.assertEqual(server.sign_in(keyring), 201)
        at = int(time.time() - closed_ago) // 60 * 60
        taken_up = next(protocol.snapshot(log, keyring, e, at) for _, e in server.inbox()
                        if any(m[2]["text"] == text for m in protocol.opened(log, keyring, [e], 1)))
        case = Case(server, log.org, *taken_up)
        for event in (case.snapshot, {"type": "close", "at": at + 60, "reason": "사실 확인"}):
            case.write(keyring, event)
        channel.wait_for_release()
        return case

    def retention(self, number, *arguments, **more):
        return self.channel.reviewer(number, "retention", *arguments, **more)

    def listed(self, number=1):
        found = self.retention(number).data
        return {stage: [c["number"] for c in found[stage]] for stage in ("due", "held", "soon")}

    def pieces_on_disk(self, case):
        """How many of the case's events and chunks some file has a part of."""
        files = [path.read_bytes() for path in self.channel.files()]
        return sum(any(piece[at : at + 64] in content for content in files for at in (100, len(piece) // 2, len(piece) - 100))
                   for piece in case.pieces)

    def test_due_held_and_destroyed(self):
        channel = self.channel
        case = self.closed_case("여러 해 전의 일입니다.")
        other = self.closed_case("지난주의 일입니다.", closed_ago=7 * 86400)
        self.assertEqual(self.listed(), {"due": [case.number], "held": [], "soon": []})
        case.collect()
        other.collect()
        self.assertEqual((self.pieces_on_disk(case), self.pieces_on_disk(other)), (len(case.pieces), len(other.pieces)))
        self.assertEqual(len(case.pieces), 2 + 4)

        # Held, by one reviewer for a reason, it is destroyed by none.
        channel.reviewer(1, "case", "hold", case.number, "--file", "-", stdin=HOLD)
        case.collect()
        for number in (1, 2):
            found = self.retention(number).data
            self.assertEqual([(h["by"], h["reason"]) for h in found["held"][0]["holds"]], [(1, HOLD)])
            self.retention(number, "--destroy", "--yes", expect=NOTHING)
            self.retention(number, "--destroy", "--yes", case.number, expect=NOTHING)
        self.assertEqual(self.pieces_on_disk(case), len(case.pieces))
        self.assertEqual(case.states(), {1})

        channel.reviewer(2, "case", "unhold", case.number, "--file", "-", stdin="끝났습니다.")
        case.collect()
        self.assertEqual(self.listed(2)["due"], [case.number])

        # Nobody is asked where there is no terminal; and only the number that is asked for is a yes.
        result = self.retention(1, "--destroy", expect=USAGE)
        self.assertIn("--yes", result.err)
        for typed in (b"\n", b"y\n", b"2\n", b"yes\n", b"\x04"):
            result, shown = self.at_terminal(typed, "--destroy", expect=FAILURE)
            self.assertIn("1 cases", shown)
            self.assertIn("Cancelled", result.err)
        self.retention(1, "--destroy", "--yes", other.number, expect=NOTHING)
        self.assertEqual((case.states(), self.pieces_on_disk(case)), ({1}, len(case.pieces)))

        result, _ = self.at_terminal(b"1\n", "--destroy", "--lang", "ko")
        self.assertEqual(result.data["destroyed"], [case.number])
        self.assertIn("파기했습니다", result.err)

        # By the time that the command ends it is gone: all of it, and nothing else.
        self.assertEqual((case.states(), self.pieces_on_disk(case)), ({2}, 0))
        self.assertEqual((other.states(), self.pieces_on_disk(other)), ({1}, len(other.pieces)))
        noted = {entry.split(" ")[3] for entry in channel.reviewer(1, "access-log").data["entries"] if " reviewer " in entry}
        self.assertLessEqual(noted, {"session-opened", "session-ended", "prekeys-put", "drained"}, "whoever is excluded reads it")
        keyring = protocol.open_keyring(channel.keyring(1), channel.secrets["reviewer 1"])
        self.assertNotIn(protocol.b64e(case.key), keyring["cases"].values())
        self.assertIn(protocol.b64e(other.key), keyring["cases"].values())
        channel.reviewer(1, "show", case.number, expect=NOTHING)
        channel.reviewer(1, "show", other.number)
        self.assertEqual([len(self.told(2)) for _ in range(2)], [1, 0], "the others are told once")

        # Nor is anything of it back after a restart and a release, whatever is asked of the inbox.
        self.assertEqual(channel.stop(), 0)
        self.assertEqual(self.pieces_on_disk(case), 0)
        channel.start()
        channel.wait_for_release()
        channel.reviewer(3, "inbox")
        self.assertNotIn(case.number, json.dumps(channel.reviewer(3, "inbox", "--again-from", 0).data))
        self.assertEqual(self.pieces_on_disk(case), 0)

    def at_terminal(self, typed, *arguments, **more):
        channel = self.channel
        return channel.run_at_terminal(typed, "retention", *arguments, "--keyring", channel.keyring(1), "--ca", channel.ca,
                                       secrets={"passphrase": channel.secrets["reviewer 1"]}, **more)

    def told(self, number):
        """What a visit says that was destroyed by others."""
        return self.channel.reviewer(number, "inbox").data["sync"]["destroyed"]


class Case:
    """A case on the server, with a reviewer's session and its key."""

    def __init__(self, server, org, snapshot, key):
        self.server, self.org, self.snapshot, self.key = server, org, snapshot, key
        self.number, self.size, self.pieces = snapshot["case_number"], 0, []
        self.blobs = [id for a in json.loads(snapshot["json"])["attachments"] for id in protocol.blob_ids(a)]

    def write(self, keyring, event):
        path = "/cases/" + protocol.case_address(self.key, self.size).hex()
        status, _, _ = self.server.request("PUT", path, protocol.seal_event(self.org, keyring, self.key, self.size, event))
        assert status == 201, status
        self.size += 1

    def _items(self):
        for j in range(self.size):
            yield self.server.request("POST", "/cases/read", protocol.case_address(self.key, j))[1]
        for id in self.blobs:
            yield self.server.request("POST", "/blobs/read", id)[1]

    def collect(self):
        """All that the server has of it, sealed as it is."""
        self.size = len(protocol.case_events(self.server, self.org, self.key))
        self.pieces = [item[1:] for item in self._items()]

    def states(self):
        return {item[0] for item in self._items()}


if __name__ == "__main__":
    unittest.main()
