"""Backups: encrypted, restored, tried out beside a running server; and the key log put back behind an old one."""

import shutil
import unittest

import harness
from harness import BAD_SECRET, FAILURE, NOTHING, UNTRUSTED, USAGE

MAGIC = b"CHANGGUB"
HEADER = 48 + 112 + 56  # for one recovery key
CHUNK = 65_536


class BackupTest(harness.ChannelTest):
    def setUp(self):
        if self.channel.server is None:
            self.channel.start()

    def back_up(self, name):
        to = self.channel.base / name
        self.channel.run("backup", "--config", self.channel.config, "--to", to)
        return to

    def drill(self, backup, number=1, **more):
        channel = self.channel
        result = channel.restore(backup, channel.data, "--drill", "--reviewer-keyring", channel.keyring(number),
                                 secrets={"reviewer-passphrase": channel.secrets[f"reviewer {number}"]}, **more)
        self.assertFalse((channel.data / "drill.part").exists())
        return result

    def listing(self):
        return sorted(p.name for p in self.channel.data.iterdir())

    def put_back(self, kept):
        """The data directory as it was before."""
        if self.channel.data.exists():
            shutil.rmtree(self.channel.data)
        kept.rename(self.channel.data)


class Restoring(BackupTest):
    def test_backup_and_restore(self):
        channel = self.channel
        receipt = channel.report("kept in the backup")
        channel.wait_for_release()
        channel.reviewer(1, "inbox")
        running, stopped = channel.base / "running.backup", channel.base / "stopped.backup"
        channel.run("backup", "--config", channel.config, "--to", running)
        self.assertEqual(running.stat().st_mode & 0o777, 0o600)
        before = running.read_bytes()
        self.assertEqual((before[:8], before[16:48].hex()), (MAGIC, channel.org))
        # What is in every database, and in the clear on the server.
        for text in (b"SQLite format 3", channel.origin.encode(), b"changgu/statement/v1"):
            self.assertNotIn(text, before)
            self.assertIn(text, (channel.data / "changgu.db").read_bytes() + (channel.data / "changgu.db-wal").read_bytes())
        channel.run("backup", "--config", channel.config, "--to", running, expect=FAILURE)
        self.assertEqual(running.read_bytes(), before, "nothing is overwritten")
        channel.report("after the first backup")
        self.assertEqual(channel.stop(), 0)
        channel.run("backup", "--config", channel.config, "--to", stopped)
        self.assertNotIn("backup.part", self.listing())
        self.assertEqual(list(channel.cwd.iterdir()), [], "nothing in the temporary directory")

        original, kept = channel.data, channel.home / "data-kept"
        channel.restore(stopped, original, expect=FAILURE)
        original.rename(kept)
        # The reviewer has read further than either backup, and on the restored server all the same misses nothing.
        for backup, opened in ((running, 1), (stopped, 2)):
            original.mkdir(mode=0o700)
            channel.restore(backup, original)
            self.assertNotIn("restore.part", self.listing())
            findings = channel.run("doctor", "--config", channel.config, expect=None).data
            self.assertIn("The database's settings hold and its contents are sound.", [f["finding"] for f in findings])
            channel.start()
            channel.report("after the restore")
            channel.wait_for_release()
            self.assertEqual(channel.reviewer(1, "inbox").data["sync"]["opened"], opened)
            channel.reporter("answers", receipt, expect=NOTHING)
            self.assertEqual(channel.stop(), 0)
            shutil.rmtree(original)
        self.put_back(kept)


class Refused(BackupTest):
    def test_what_is_not_restored(self):
        channel = self.channel
        (channel.desk / "plan.bin").write_bytes(bytes(range(256)) * 800)
        channel.report("with a file", "--attach", channel.desk / "plan.bin")
        good = self.back_up("good.backup")
        raw = good.read_bytes()
        self.assertGreater(len(raw), HEADER + 2 * CHUNK)
        target = channel.base / "restored"
        bad = channel.base / "bad.backup"
        swapped = raw[:HEADER] + raw[HEADER + CHUNK : HEADER + 2 * CHUNK] + raw[HEADER : HEADER + CHUNK] + raw[HEADER + 2 * CHUNK :]
        for content, words in ((raw[:-5000], "damaged"), (raw[: HEADER + 2 * CHUNK], "missing"), (raw + b"\0", "damaged"),
                               (swapped, "damaged"), (raw[: len(raw) // 2] + b"\1" + raw[len(raw) // 2 + 1 :], "damaged"),
                               (raw[:8] + b"\2" + raw[9:], "newer version"), (b"a letter", "not a backup")):
            bad.write_bytes(content)
            for result in (channel.restore(bad, target, expect=FAILURE), self.drill(bad, expect=FAILURE)):
                self.assertIn(words, result.err)
            self.assertEqual(list(target.iterdir()) if target.exists() else [], [])
        # Whose key it is decides, and without one there is nothing to be had.
        self.assertIn("encrypted", channel.run("restore", "--from", good, "--data", target, expect=USAGE).err)
        channel.run("restore", "--from", good, "--data", target, "--keyring", channel.root,
                    secrets={"passphrase": channel.secrets["root"]}, expect=BAD_SECRET)
        # Another organisation's, which this recovery key has nothing to do with.
        other = channel.base / "other"
        channel.run("init", "--dir", other, "--origin", "https://localhost:1", "--recovery-keyring", channel.base / "r.keyring",
                    "--root-keyring", channel.base / "o.keyring",
                    secrets={"passphrase": channel.secrets["root"], "recovery-passphrase": channel.secrets["root"]})
        foreign = channel.base / "foreign.backup"
        channel.run("backup", "--config", other / "changgu.toml", "--to", foreign)
        for result in (channel.restore(foreign, target, expect=FAILURE), self.drill(foreign, expect=FAILURE)):
            self.assertIn("another organisation", result.err)


class Drill(BackupTest):
    def test_drill(self):
        channel = self.channel
        channel.report("for all three")
        channel.report("not for the third", "--exclude", 3)
        channel.wait_for_release()
        channel.report("still in the spool")
        backup = self.back_up("drill.backup")
        before = (self.listing(), backup.read_bytes(), channel.keyring(1).read_bytes())
        seen = {n: self.drill(backup, n).data for n in (1, 3)}
        self.assertEqual((self.listing(), backup.read_bytes(), channel.keyring(1).read_bytes()), before)
        for n, data in seen.items():
            self.assertEqual((data["good"], data["test_opened"], data["epoch"]), (True, True, 1), data)
            self.assertEqual(data["addressed"], data["envelopes"])
        self.assertEqual(seen[1]["opened"] - seen[3]["opened"], 1)
        # The test never reached the running server, which goes on.
        channel.wait_for_release()
        self.assertEqual(len(channel.reviewer(1, "inbox").data["cases"]), seen[1]["opened"])
        # Nobody needs to know what it says to see that it is damaged.
        self.assertIn("succeeded", self.drill(backup, as_json=False).err)
        channel.run("restore", "--from", backup, "--data", channel.data, "--drill", "--keyring", channel.desk / "recovery.keyring",
                    secrets={"passphrase": channel.secrets["recovery"]}, expect=USAGE)


class Old(BackupTest):
    def test_old_backup(self):
        """Statements made after it are gone with a restore, until whoever has them gives them back."""
        channel = self.channel
        old = self.back_up("old.backup")
        statements = channel.run("keys", "log", *channel.public()).data["statements"]
        channel.admin("keys", "rotate")
        channel.reviewer(1, "inbox", expect=(0, NOTHING))
        verdict = self.drill(old, expect=FAILURE).data
        self.assertFalse(verdict["good"])
        self.assertIn("too old", verdict["problem"])
        saved = channel.base / "log.json"
        channel.run("keys", "log", "--save", saved, *channel.public())
        channel.run("keys", "log", "--save", saved, *channel.public(), expect=FAILURE)
        self.assertIn("all", channel.run("keys", "repost", "--from", saved, *channel.public()).err)
        self.assertEqual(channel.stop(), 0)
        kept = channel.home / "data-kept"
        channel.data.rename(kept)
        channel.restore(old, channel.data)
        channel.start()
        channel.reviewer(1, "inbox", expect=UNTRUSTED)
        self.assertEqual(channel.run("keys", "log", *channel.public()).data["statements"], statements)
        broken = channel.base / "broken.json"
        broken.write_text(saved.read_text().replace("sta", "stb", 1))
        channel.run("keys", "repost", "--from", broken, *channel.public(), expect=FAILURE)
        self.assertEqual(channel.run("keys", "repost", "--from", saved, *channel.public()).data, {"reposted": 1})
        channel.reviewer(1, "inbox", expect=(0, NOTHING))
        # Another statement in the same place: then the two logs part, and nothing is sent.
        self.assertEqual(channel.stop(), 0)
        shutil.rmtree(channel.data)
        channel.restore(old, channel.data)
        channel.start()
        channel.admin("keys", "rotate", "--days", 20)
        channel.run("keys", "repost", "--from", saved, *channel.public(), expect=UNTRUSTED)
        self.assertEqual(channel.stop(), 0)
        self.put_back(kept)


if __name__ == "__main__":
    unittest.main()
