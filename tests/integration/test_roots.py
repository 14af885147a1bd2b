"""Root keys are lost, stolen, joined and replaced, and the channel goes on under the same fingerprint."""

import shutil
import time
import unittest

import harness
import protocol
from harness import REFUSED, USAGE


class RootsTest(harness.ChannelTest):
    def setUp(self):
        self.desk, self.secrets = self.channel.desk, self.channel.secrets
        self.recovery = self.desk / "recovery.keyring"

    def roots(self, keyring, passphrase, *arguments, secrets=None, **more):
        return self.channel.run("keys", "roots", "--keyring", keyring, "--ca", self.channel.ca, *arguments,
                                secrets={"passphrase": passphrase} | (secrets or {}), **more)

    def by_recovery(self, *arguments, **more):
        return self.roots(self.recovery, self.secrets["recovery"], *arguments, **more)

    def in_force(self):
        shown = self.channel.run("keys", "log", *self.channel.public()).data
        return {name: shown[name] for name in ("roots", "threshold", "recovery")}

    def rotate(self, keyring, passphrase, **more):
        return self.channel.run("keys", "rotate", "--keyring", keyring, "--ca", self.channel.ca,
                                secrets={"passphrase": passphrase}, **more)


class Stolen(RootsTest):
    def test_the_recovery_key_replaces_a_stolen_root(self):
        channel, new = self.channel, self.desk / "new-root.keyring"
        thief = protocol.root_keys(protocol.open_keyring(channel.root, self.secrets["root"]))
        last = self.rotate(channel.root, self.secrets["root"]).data["epochs"][-1]
        self.assertEqual(self.by_recovery("--drop", "root-1", "--add", new, secrets={"new-passphrase": "of the new root"}).data,
                         {"roots": ["root-2"], "threshold": 1, "recovery": "recovery"})
        self.assertEqual(self.in_force(), {"roots": ["root-2"], "threshold": 1, "recovery": "recovery"})

        retire = ("retire", {"epoch": 1, "at": int(time.time())})
        server = protocol.Server(channel)
        self.assertNotEqual(server.append_statement(thief, *retire), 201)
        server.connection.close()
        self.rotate(channel.root, self.secrets["root"], expect=REFUSED)
        self.roots(channel.root, self.secrets["root"], "--threshold", 1, expect=REFUSED)
        self.assertEqual(self.rotate(new, "of the new root").data["epochs"], [last + 1])

        channel.report("to whoever the new root names")
        channel.wait_for_release()
        case = channel.reviewer(1, "inbox").data["cases"][0]["number"]
        shown = channel.reviewer(1, "show", case).data
        self.assertEqual(shown["messages"][0]["text"], "to whoever the new root names")


class Several(RootsTest):
    def test_1_a_second_root_and_two_signatures(self):
        channel, second = self.channel, self.desk / "second.keyring"
        self.assertEqual(self.roots(channel.root, self.secrets["root"], "--add", second, "--threshold", 2,
                                    secrets={"new-passphrase": "of the second"}).data,
                         {"roots": ["root-1", "root-2"], "threshold": 2, "recovery": "recovery"})
        self.rotate(channel.root, self.secrets["root"], expect=REFUSED)
        done, shown = channel.run_at_terminal(b"of the second\n", "keys", "rotate", "--keyring", channel.root, "--ca", channel.ca,
                                              "--cosigner", second, secrets={"passphrase": self.secrets["root"]})
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("second.keyring", shown)

    def test_2_what_was_refused_is_run_again_with_the_same_file(self):
        channel, second, third = self.channel, self.desk / "second.keyring", self.desk / "third.keyring"
        asked = ("--drop", "root-1", "--add", third)
        passphrase = {"new-passphrase": "of the third"}
        self.roots(second, "of the second", *asked, secrets=passphrase, expect=REFUSED)
        made = third.read_bytes()
        self.assertEqual(self.in_force()["roots"], ["root-1", "root-2"])
        done, _ = channel.run_at_terminal(self.secrets["root"].encode() + b"\n", "keys", "roots", "--keyring", second, "--ca",
                                          channel.ca, "--cosigner", channel.root, *asked,
                                          secrets={"passphrase": "of the second"} | passphrase)
        self.assertEqual(done.data, {"roots": ["root-2", "root-3"], "threshold": 2, "recovery": "recovery"})
        self.assertEqual(third.read_bytes(), made)

    def test_3_the_recovery_key_is_replaced_and_the_old_one_is_nothing(self):
        old, new = self.recovery, self.desk / "new-recovery.keyring"
        secrets = {"recovery-passphrase": "of the new recovery"}
        self.assertEqual(self.by_recovery("--new-recovery", new, "--threshold", 1, secrets=secrets).data,
                         {"roots": ["root-2", "root-3"], "threshold": 1, "recovery": "recovery-2"})
        self.by_recovery("--threshold", 2, expect=REFUSED)
        backup = self.desk / "later.backup"
        self.channel.run("backup", "--config", self.channel.config, "--to", backup)
        refused = self.channel.run("restore", "--from", backup, "--data", self.desk / "nowhere", "--keyring", old,
                                   secrets={"passphrase": self.secrets["recovery"]}, expect=harness.BAD_SECRET)
        self.assertIn("another one", refused.err)
        self.channel.run("restore", "--from", backup, "--data", self.desk / "restored", "--keyring", new,
                         secrets={"passphrase": "of the new recovery"})

    def test_4_what_makes_no_sense_changes_nothing(self):
        before = self.in_force()
        second = (self.desk / "second.keyring", "of the second")
        for arguments, words in (((), "--add"), (("--drop", "root-9"), "root-9"), (("--threshold", 3), "would be"),
                                 (("--drop", "root-2", "--drop", "root-3"), "would be")):
            self.assertIn(words, self.roots(*second, *arguments, expect=USAGE).err)
        self.roots(*second, "--add", self.channel.keyring(1), secrets={"new-passphrase": self.secrets["reviewer 1"]},
                   expect=harness.FAILURE)
        keys = protocol.open_keyring(second[0], second[1])["keys"]
        for n, changed in enumerate(({"org": protocol.b64e(bytes(32))}, {"keys": keys + keys})):
            odd = self.desk / f"odd-{n}.keyring"
            shutil.copy(second[0], odd)
            protocol.make_cheap(odd, second[1], **changed)
            refused = self.roots(*second, "--add", odd, secrets={"new-passphrase": second[1]}, expect=REFUSED)
            self.assertIn("Nothing was changed", refused.err)
        self.assertEqual(self.in_force(), before)


if __name__ == "__main__":
    unittest.main()
