"""The access log: what it says of reviewers and admins, and that nobody alters it unseen."""

import hashlib
import re
import shutil
import sqlite3
import unittest

import harness
from harness import FAILURE, UNTRUSTED


class AccessLog(harness.ChannelTest):
    def setUp(self):
        if self.channel.server is None:
            self.channel.start()

    def reviewer_log(self, *arguments, **more):
        return self.channel.reviewer(1, "access-log", *arguments, **more)

    def admin_log(self, *arguments, **more):
        return self.channel.admin("access-log", *arguments, **more)

    def head(self, entries):
        h = bytes(32)
        for entry in entries:
            h = hashlib.blake2b(b"changgu/access-log/v1" + bytes.fromhex(self.channel.org) + h + entry.encode(),
                                digest_size=32).digest()
        return h

    def rewrite(self, change):
        """As whoever has the server would: the chain is made anew, so that it is whole in itself."""
        self.assertEqual(self.channel.stop(), 0)
        with sqlite3.connect(self.channel.data / "access.db") as db:
            entries = [e for e, in db.execute("SELECT entry FROM access_entry ORDER BY seq")]
            change(entries)
            db.execute("DELETE FROM access_entry")
            for i in range(len(entries)):
                db.execute("INSERT INTO access_entry VALUES(?, ?, ?)", (i + 1, entries[i], self.head(entries[: i + 1])))
        db.close()
        self.channel.start()

    def test_what_it_says(self):
        channel = self.channel
        self.reviewer_log()
        channel.admin("keys", "rotate")
        data = self.reviewer_log().data
        self.assertEqual(data["size"], len(data["entries"]))
        self.assertEqual(data["head"], harness.b64(self.head(data["entries"])))
        what = [e.split(" ", 1)[1] for e in data["entries"]]
        self.assertEqual(what[-1], "reviewer 1 session-opened reviewer")
        for entry in ("admin root-1 session-opened admin", "roots statement 5 epoch", "reviewer 1 session-ended reviewer",
                      "admin root-1 enrolment-opened 3", "code enrolment-submitted 3"):
            self.assertIn(entry, what)
        seen = self.admin_log().data["entries"]
        self.assertEqual(seen[: data["size"]], data["entries"])
        self.assertRegex(self.reviewer_log("--verify", as_json=False).err, r"whole: \d+ entries")
        lines = self.reviewer_log(as_json=False).out.splitlines()
        self.assertTrue(all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC (reviewer|admin|roots|code|server) ", l) for l in lines))

    def test_nobody_alters_it_unseen(self):
        def cut(entries):
            del entries[-5:]

        def alter(entries):
            entries[1] = entries[1].replace("1", "2")

        def swap(entries):
            entries[0], entries[2] = entries[2], entries[0]

        def take_out(entries):
            del entries[1]

        for change in (cut, alter, swap, take_out):
            for look in (self.reviewer_log, self.admin_log):
                look("--verify")
            self.rewrite(change)
            for look in (self.reviewer_log, self.admin_log):
                self.assertIn("not the one seen before", look("--verify", expect=UNTRUSTED).err)
                look("--verify", expect=UNTRUSTED)  # and goes on saying so
                look("--accept")
                look("--verify")

    def test_a_restore_shows(self):
        """Whoever has seen what the backup lacks is alarmed all the same; whoever has not reads that it was restored."""
        channel = self.channel
        backup, restored = channel.base / "a.backup", channel.base / "restored"
        channel.run("backup", "--config", channel.config, "--to", backup)
        self.reviewer_log()
        self.assertEqual(channel.stop(), 0)
        kept = channel.home / "data-kept"
        channel.restore(backup, restored)
        channel.data.rename(kept)
        restored.rename(channel.data)
        channel.start()
        self.reviewer_log("--verify", expect=UNTRUSTED)
        data = channel.reviewer(2, "access-log").data
        self.assertEqual(data["head"], harness.b64(self.head(data["entries"])))
        self.assertEqual([e for e in data["entries"] if " server " in e][-1].split(" ", 1)[1], "server restored")
        self.reviewer_log("--accept")
        self.reviewer_log("--verify")
        findings = channel.run("doctor", "--config", channel.config, expect=None).data
        self.assertFalse(any("access log" in f["finding"] for f in findings), findings)
        self.assertEqual(channel.stop(), 0)
        shutil.rmtree(channel.data)
        kept.rename(channel.data)
        channel.start()
        self.reviewer_log("--accept")
        self.admin_log("--accept")

    def test_doctor(self):
        """A chain that is broken in itself."""
        self.assertEqual(self.channel.stop(), 0)
        with sqlite3.connect(self.channel.data / "access.db") as db:
            last, entry = db.execute("SELECT seq, entry FROM access_entry ORDER BY seq DESC LIMIT 1").fetchone()
            db.execute("UPDATE access_entry SET entry = 'x' WHERE seq = ?", (last,))
            db.commit()
            findings = self.channel.run("doctor", "--config", self.channel.config, expect=FAILURE).data
            self.assertTrue(any("access log does not chain" in f["finding"] for f in findings), findings)
            db.execute("UPDATE access_entry SET entry = ? WHERE seq = ?", (entry, last))
        db.close()
        findings = self.channel.run("doctor", "--config", self.channel.config, expect=None).data
        self.assertFalse(any("access log" in f["finding"] for f in findings), findings)


if __name__ == "__main__":
    unittest.main()
