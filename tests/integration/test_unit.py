"""The units in config/: what systemd says of them, with nothing running."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import harness

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


if __name__ == "__main__":
    unittest.main()
