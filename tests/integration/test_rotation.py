"""Keys come and go: rotating with nobody online, overlap, retiring, revoking, joining."""

import shutil
import time
import unittest

import harness
import protocol
from harness import NOTHING, OK, REFUSED

OVERLAP = 6  # seconds


class RotationTest(harness.ChannelTest):
    def keyring(self, number, path=None):
        return protocol.open_keyring(path or self.channel.keyring(number), self.channel.secrets[f"reviewer {number}"])

    def raw_inbox(self, number=1):
        server = protocol.Server(self.channel)
        self.assertEqual(server.sign_in(self.keyring(number)), 201)
        return server.key_log(), [e for _, e in server.inbox()]


class Overlap(RotationTest):
    init_options = ("--overlap", OVERLAP)

    def test_an_old_epoch_is_accepted_for_the_overlap_and_then_sealed_anew(self):
        channel = self.channel
        # This reporter has fetched the log, and types for longer than the epoch lasts.
        slow = channel.start_command("report", *channel.public(), "--file", "-", stdin=True)
        begun = channel.wait_until_it_reads(slow)
        server = protocol.Server(channel)
        channel.admin("keys", "rotate")
        self.assertEqual(server.post_envelope(protocol.blank_envelope(1)), 201)
        self.assertEqual(server.post_envelope(protocol.blank_envelope(2)), 201)
        self.assertEqual(server.post_envelope(protocol.blank_envelope(3)), 409)
        time.sleep(OVERLAP + 1)
        status, problem, _ = server.request("POST", "/envelopes", protocol.blank_envelope(1))
        self.assertEqual((status, b"epoch-closed" in problem), (409, True))
        channel.finish_command(slow, "천천히 썼습니다.")
        channel.wait_for_release()

        log, envelopes = self.raw_inbox()
        one = self.keyring(1)
        self.assertEqual([protocol.opens(log, one, envelopes, n) for n in (1, 2)], [0, 1])
        case = channel.reviewer(1, "inbox").data["cases"][0]["number"]
        self.assertEqual(channel.reviewer(1, "show", case).data["messages"][0]["text"], begun + "천천히 썼습니다.")


class Lives(RotationTest):
    init_options = ("--overlap", 600)

    def test_1_rotating_needs_nobody_up_to_the_keys_published(self):
        """Signs 26 epochs with no reviewer about; then says that keys have run out."""
        channel = self.channel
        # Epoch 1 is from the template; what came with the codes reaches as far as epoch 26.
        opened = channel.admin("keys", "rotate", "--ahead", 2).data["epochs"]
        while opened[-1] < 26:
            opened += channel.admin("keys", "rotate", "--ahead", min(12, 26 - opened[-1] - 1)).data["epochs"]
        self.assertEqual(opened, list(range(2, 27)))
        refused = channel.admin("keys", "rotate", expect=harness.REFUSED)
        self.assertIn("has not published a key", refused.err)
        # One of them comes by: the rest can be left out, by name only.
        channel.reviewer(1, "inbox", expect=NOTHING)
        channel.admin("keys", "rotate", expect=harness.REFUSED)
        self.assertEqual(channel.admin("keys", "rotate", "--allow-missing").data, {"epochs": [27]})
        left = {r["number"]: r["prekeys_left"] for r in channel.admin("reviewers", "list").data["reviewers"]}
        self.assertEqual(left, {1: 25, 2: 0, 3: 0})

    def test_2_a_retired_epoch_is_forgotten_and_what_was_sealed_to_it_stays_shut(self):
        channel = self.channel
        for n in (2, 3):
            channel.reviewer(n, "inbox", expect=NOTHING)
        epoch = channel.admin("keys", "rotate").data["epochs"][0]
        channel.report("sealed to an epoch that will be retired")
        channel.wait_for_release()
        log, envelopes = self.raw_inbox()
        self.assertEqual(protocol.opens(log, self.keyring(1), envelopes, epoch), 1)
        case = channel.reviewer(1, "inbox").data["cases"][0]["number"]
        before = channel.desk / "stolen-before.keyring"
        shutil.copy(channel.keyring(1), before)

        channel.admin("keys", "rotate")
        roots = protocol.root_keys(protocol.open_keyring(channel.root, channel.secrets["root"]))
        server = protocol.Server(channel)
        for n in range(1, epoch):  # the ratchet turns past an epoch only when all before it are done with
            self.assertEqual(server.append_statement(roots, "retire", {"epoch": n, "at": int(time.time())}), 201)
        self.assertEqual(channel.admin("keys", "retire", epoch).data, {"retired": epoch})
        first = channel.reviewer(1, "inbox").data["sync"]
        self.assertEqual((first["forgotten"], self.keyring(1)["ratchet_index"] <= epoch), ([], True), "the spool may hold more")
        channel.wait_for_release()
        second = channel.reviewer(1, "inbox").data["sync"]
        self.assertEqual(second["forgotten"][-1], epoch)

        self.assertEqual(protocol.opens(log, self.keyring(1, before), envelopes, epoch), 1)
        self.assertIsNone(protocol.opens(log, self.keyring(1), envelopes, epoch))
        # The case outlives its epoch; the reviewer's program shows nothing of the envelope any more.
        again = channel.reviewer(1, "inbox", "--again-from", 0).data["sync"]
        self.assertEqual((again["opened"], again["changed"], again["alarms"]), (0, 0, []))
        self.assertIn("will be retired", channel.reviewer(1, "show", case).data["messages"][0]["text"])

        # Once everybody has drained it, the server deletes the epoch's envelopes, and no others.
        for n in (2, 3):
            for _ in range(2):
                channel.reviewer(n, "inbox")
                channel.wait_for_release()
        _, left = self.raw_inbox()
        self.assertEqual([e for e in left if e[1:5] == protocol.be(epoch)], [])
        self.assertNotEqual(left, [])

    def test_3_revoking_and_joining(self):
        channel = self.channel
        for n in (1, 2, 3):
            channel.reviewer(n, "inbox")
        channel.report("before the change")
        stolen = self.keyring(3)
        last = max(protocol.Server(channel).key_log().epochs)
        self.assertEqual(protocol.Server(channel).sign_in(stolen), 201)
        signed_in = protocol.Server(channel)
        signed_in.sign_in(stolen)

        channel.admin("reviewers", "revoke", 3)
        log = protocol.Server(channel).key_log()
        self.assertEqual(max(log.epochs), last + 1)
        self.assertIsNone(log.slot(last + 1, 3))
        self.assertEqual(protocol.Server(channel).sign_in(stolen), 401)
        self.assertEqual(signed_in.request("GET", "/inbox?after=0")[0], 401, "the session ended with the revocation")
        self.assertEqual(protocol.Server(channel).post_envelope(protocol.blank_envelope(last)), 409)
        self.assertIn("revoked", channel.reviewer(3, "inbox", expect=REFUSED).err)
        # A new reviewer, under a new number.
        channel.admin("reviewers", "invite", "--number", 3, expect=REFUSED)
        channel.enrol(4, rotate=True)
        channel.report("after the change")
        channel.wait_for_release()

        log, envelopes = self.raw_inbox()
        texts = {n: {channel.reviewer(n, "show", c["number"]).data["messages"][0]["text"]
                     for c in channel.reviewer(n, "inbox").data["cases"]} for n in (1, 4)}
        self.assertLessEqual({"before the change", "after the change"}, texts[1])
        self.assertEqual(texts[4], {"after the change"})
        # With the very bytes, and every key that the stolen keyring will ever give.
        newest = max(log.epochs)
        self.assertEqual(protocol.opens(log, self.keyring(1), envelopes, newest), 1)
        self.assertEqual(protocol.opens(log, stolen, envelopes, newest), 0)


if __name__ == "__main__":
    unittest.main()
