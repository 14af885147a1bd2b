"""The units in config/: what systemd says of them, with nothing running."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

import harness
import protocol

CONFIG = pathlib.Path(__file__).resolve().parents[2] / "config"
MOST_EXPOSED = 15  # of 100; systemd-analyze prints tenths of 10


class Unit(unittest.TestCase):
    unit, name = CONFIG / "changgu.service", "changgu"

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def analyze(self, *arguments):
        done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def with_text(self, text):
        """As it is installed, but with the program of this build, since systemd looks whether it is there."""
        at = self.directory / "changgu.service"
        at.write_text(text.replace("/usr/bin/changgu", harness.PROGRAM))
        return at

    def exposure(self, unit):
        code, said = self.analyze("security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}", unit)
        return code, float(re.search(rf"Overall exposure level for {self.name}\.service: ([0-9.]+)", said).group(1))

    def test_little_is_exposed(self):
        code, level = self.exposure(self.unit)
        self.assertEqual(code, 0)
        self.assertLessEqual(level, MOST_EXPOSED / 10)
        weaker = re.sub(r"^(ProtectSystem|PrivateDevices|SystemCallFilter)=.*\n", "", self.unit.read_text(), flags=re.M)
        code, level = self.exposure(self.with_text(weaker))
        self.assertNotEqual(code, 0, "the threshold is heeded")
        self.assertGreater(level, MOST_EXPOSED / 10)

    def test_systemd_understands_it(self):
        self.assertEqual(self.analyze("verify", "--man=no", self.with_text(self.unit.read_text())), (0, ""))
        code, said = self.analyze("verify", "--man=no", self.with_text(self.unit.read_text() + "\n[Service]\nProtectEverything=yes\n"))
        self.assertIn("ProtectEverything", said)


class Reminders(Unit):
    """The same of changgu-notify.service, and of its timer."""

    def with_text(self, text):
        at = self.directory / "changgu-notify.service"
        at.write_text(text.replace("/usr/sbin/changgu-notify", os.environ["CHANGGU_NOTIFY"]))
        shutil.copy(CONFIG / "changgu-notify.timer", self.directory)
        return at

    unit, name = CONFIG / "changgu-notify.service", "changgu-notify"

    def test_the_timer_is_understood_and_nothing_but_a_calendar_fires_it(self):
        self.with_text(self.unit.read_text())
        timer = self.directory / "changgu-notify.timer"
        self.assertEqual(self.analyze("verify", "--man=no", timer), (0, ""))
        keys = re.findall(r"^(\w+)=", timer.read_text().split("[Timer]")[1], flags=re.M)
        self.assertEqual(keys, ["OnCalendar", "AccuracySec", "WantedBy"], "no path, no event of another unit, no jitter")


class Backups(Unit):
    """The same of changgu-backup.service and its timer."""

    def with_text(self, text):
        at = self.directory / "changgu-backup.service"
        at.write_text(text.replace("/usr/bin/changgu ", f"{harness.PROGRAM} "))
        shutil.copy(CONFIG / "changgu-backup.timer", self.directory)
        return at

    unit, name = CONFIG / "changgu-backup.service", "changgu-backup"

    def test_the_timer_is_understood(self):
        self.with_text(self.unit.read_text())
        self.assertEqual(self.analyze("verify", "--man=no", self.directory / "changgu-backup.timer"), (0, ""))


class Calls(unittest.TestCase):
    """Whether the server's unit lets it start: systemd itself does not run here."""

    setUp, analyze = Unit.setUp, Unit.analyze

    def group(self, name):
        """The calls of a set such as @system-service, sets within it included."""
        code, said = self.analyze("syscall-filter", "--no-pager", name)
        self.assertEqual(code, 0, said)
        names = [line.strip() for line in said.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
        return {call for one in names for call in (self.group(one) if one.startswith("@") else {one})}

    def allowed_calls(self):
        allowed = set()
        for words in re.findall(r"^SystemCallFilter=(.*)$", (CONFIG / "changgu.service").read_text(), re.MULTILINE):
            forbids = words.startswith("~")
            for word in words.lstrip("~").split():
                calls = self.group(word) if word.startswith("@") else {word}
                allowed = allowed - calls if forbids else allowed | calls
        return allowed

    def test_it_allows_what_the_server_calls_from_start_to_end(self):
        channel = harness.channel_like()
        calls = self.directory / "calls"
        with open(channel.log, "ab") as log:
            channel.server = subprocess.Popen(
                ["strace", "-D", "-f", "-qq", "-c", "-o", calls, harness.PROGRAM, "serve", "--config", channel.config],
                env={"ASAN_OPTIONS": "detect_leaks=0"}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        harness.wait_until(channel.is_listening, "the server listens")
        self.assertEqual(protocol.Server(channel).request("GET", "/channel")[0], 200)
        channel.server.send_signal(signal.SIGHUP)
        channel.wait_for_release()
        self.assertEqual(channel.stop(), 0)
        harness.wait_until(lambda: calls.exists() and calls.read_text().rstrip().endswith("total"), "the trace is written")
        made = {line.split()[-1] for line in calls.read_text().splitlines() if re.match(r"\s*[0-9]", line)} - {"total", "syscall"}
        self.assertIn("seccomp", made)
        allowed = self.allowed_calls()
        self.assertNotIn("reboot", allowed)
        # SQLite gives its files to root's account only where it is root, which the unit's user is not.
        self.assertEqual(made - allowed - {"fchown"}, set())


if __name__ == "__main__":
    unittest.main()
