"""Secrets that are wrong, files that are too open, and options that must not exist."""

import os
import unittest

import harness
from harness import BAD_SECRET, FAILURE, NOTHING, OK, REFUSED, USAGE


class Secrets(harness.ChannelTest):
    def test_a_wrong_passphrase(self):
        channel = self.channel
        options = ["--keyring", channel.keyring(1), "--ca", channel.ca]
        result = channel.run("inbox", *options, secrets={"passphrase": "not the passphrase"}, expect=BAD_SECRET)
        self.assertIn("passphrase is wrong", result.err)
        result = channel.run("keys", "rotate", "--keyring", channel.root, "--ca", channel.ca,
                             secrets={"passphrase": channel.secrets["recovery"]}, expect=BAD_SECRET)
        self.assertEqual(result.out, "")

    def test_a_receipt_that_was_mistyped(self):
        channel = self.channel
        for lang in ("ko", "en"):
            receipt = channel.report("for the sake of its receipt", "--receipt-words", lang)
            words = receipt["words"].split()
            wrong = words[:4] + ["notaword"] + words[5:]
            result = channel.reporter("answers", {"words": " ".join(wrong)}, expect=BAD_SECRET)
            self.assertIn("Word 5", result.err)
            for hidden in words + ["notaword"]:
                self.assertNotIn(hidden, result.err + result.out)
            swapped = words[:]
            swapped[0], swapped[1] = words[1], words[0]
            if swapped != words:
                result = channel.reporter("answers", {"words": " ".join(swapped)}, expect=(BAD_SECRET, NOTHING))
                if result.code == NOTHING:  # one in 256 has the right checksum
                    swapped = words[:6] + [words[7], words[6]]
                    result = channel.reporter("answers", {"words": " ".join(swapped)}, expect=BAD_SECRET)
                self.assertIn("do not belong together", result.err)
            digits = receipt["digits"].replace(" ", "")
            one_off = digits[:-1] + str((int(digits[-1]) + 1) % 10)
            channel.reporter("answers", {"words": one_off}, expect=BAD_SECRET)
            channel.reporter("answers", {"words": " ".join(words[:7])}, expect=BAD_SECRET)
            channel.reporter("burn", {"words": one_off}, "--all", expect=BAD_SECRET)
        # Typed with capitals, hyphens and digits all the same.
        channel.reporter("answers", {"words": "-".join(w.upper() for w in words)}, expect=NOTHING)
        channel.reporter("answers", {"words": digits}, expect=NOTHING)

    def test_an_enrolment_code_that_was_mistyped(self):
        channel = self.channel
        code = channel.admin("reviewers", "invite").data["code"]
        wrong = ("a" if code[0] != "a" else "b") + code[1:]
        path = channel.desk / "nobody.keyring"
        for given in (wrong, code[:-2], "not a code"):
            channel.run("enrol", *channel.public(), "--keyring", path, secrets={"code": given, "passphrase": "words of nobody"},
                        expect=BAD_SECRET)
            self.assertFalse(path.exists())
        # A code serves once.
        made = channel.run("enrol", *channel.public(), "--keyring", path, secrets={"code": code}).data
        self.assertEqual(len(made["passphrase"].split()), 6)
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        channel.run("enrol", *channel.public(), "--keyring", channel.desk / "second.keyring", secrets={"code": code},
                    expect=REFUSED)
        self.assertFalse((channel.desk / "second.keyring").exists())
        # Not approved yet.
        channel.run("inbox", "--keyring", path, "--ca", channel.ca, secrets={"passphrase": made["passphrase"]}, expect=REFUSED)

    def test_keyrings_that_others_could_read_or_that_are_in_use(self):
        channel = self.channel
        os.chmod(channel.keyring(2), 0o640)
        self.assertIn("chmod 600", channel.reviewer(2, "inbox", expect=FAILURE).err)
        os.chmod(channel.keyring(2), 0o600)
        first = channel.start_command("case", "note", "C-1", "--keyring", channel.keyring(2), "--ca", channel.ca, "--file", "-",
                                      secrets={"passphrase": channel.secrets["reviewer 2"]}, stdin=True)
        channel.finish_command(first, "a note on a case that is not there", expect=NOTHING)
        self.assertEqual(channel.reviewer(2, "inbox", expect=(OK, NOTHING)).data["sync"]["alarms"], [])

    def test_no_option_takes_a_secret(self):
        channel = self.channel
        for arguments in (["answers", *channel.public(), "--receipt", "x"], ["inbox", "--keyring", "k", "--passphrase", "x"],
                          ["enrol", "--keyring", "k", "--code", "x"], ["answers", *channel.public(), "some", "words"]):
            self.assertIn("argument", channel.run(*arguments, expect=USAGE).err.lower())
        channel.run("answers", *channel.public(), expect=USAGE)  # no terminal to ask on

    def test_what_makes_no_sense(self):
        channel = self.channel
        public = channel.public()
        cases = [(["report", *public, "--file", "-"], ""), (["report", *public, "--file", "-", "--exclude", "77"], "x"),
                 (["report", *public, "--file", "-", "--exclude", "1", "--exclude", "2", "--exclude", "3"], "x"),
                 (["report", *public, "--file", "-", "--category", "no-such"], "x"),
                 (["report", *public, "--file", "-", "--attach", "/nonexistent"], "x"),
                 (["report", "--server", channel.origin, "--org", "twelve words", "--file", "-"], "x"),
                 (["report", "--file", "-"], "x"), (["nonsense"], ""), ([], "")]
        for arguments, text in cases:
            with self.subTest(arguments[-2:]):
                self.assertEqual(channel.run(*arguments, stdin=text, expect=USAGE).out, "")


if __name__ == "__main__":
    unittest.main()
