"""config/changgu.service: what systemd says of it, with nothing running."""

import pathlib
import re
import subprocess
import tempfile
import unittest

import harness

UNIT = pathlib.Path(__file__).resolve().parents[2] / "config" / "changgu.service"
MOST_EXPOSED = 15  # of 100; systemd-analyze prints tenths of 10


class Unit(unittest.TestCase):
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
        return code, float(re.search(r"Overall exposure level for changgu\.service: ([0-9.]+)", said).group(1))

    def test_little_is_exposed(self):
        code, level = self.exposure(UNIT)
        self.assertEqual(code, 0)
        self.assertLessEqual(level, MOST_EXPOSED / 10)
        weaker = re.sub(r"^(ProtectSystem|PrivateDevices|SystemCallFilter)=.*\n", "", UNIT.read_text(), flags=re.M)
        code, level = self.exposure(self.with_text(weaker))
        self.assertNotEqual(code, 0, "the threshold is heeded")
        self.assertGreater(level, MOST_EXPOSED / 10)

    def test_systemd_understands_it(self):
        self.assertEqual(self.analyze("verify", "--man=no", self.with_text(UNIT.read_text())), (0, ""))
        code, said = self.analyze("verify", "--man=no", self.with_text(UNIT.read_text() + "\n[Service]\nProtectEverything=yes\n"))
        self.assertIn("ProtectEverything", said)


if __name__ == "__main__":
    unittest.main()
