"""The same source gives the same packages, and each is whole: what lintian cannot know."""

import hashlib
import os
import pathlib
import subprocess
import tempfile
import unittest

PACKAGES = pathlib.Path(os.environ["CHANGGU_PACKAGES"])
ROOT = pathlib.Path(__file__).resolve().parents[2]


class Reproducible(unittest.TestCase):
    def test_packed_again_it_is_the_same(self):
        """What packing adds (times, owners, order) is in question here; that compiling is deterministic is the compiler's."""
        with tempfile.TemporaryDirectory() as again:
            # Whatever the files' own times are.
            for file in (ROOT / "build/release/package").rglob("*"):
                os.utime(file)
            subprocess.run([ROOT / "scripts/package", again], check=True, timeout=900, stdout=subprocess.DEVNULL)
            digests = [{p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(pathlib.Path(d).glob("*.deb"))}
                       for d in (PACKAGES, again)]
        self.assertEqual(len(digests[0]), 3)
        self.assertEqual(*digests)


if __name__ == "__main__":
    unittest.main()
