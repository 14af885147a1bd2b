"""Where the private key of TLS is in the server's memory: in pages that are locked, and nowhere else."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

PROBE = os.environ["CHANGGU_KEY_PROBE"]
MASK = 90


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True, timeout=60).stdout


class KeyMemory(unittest.TestCase):
    def test_one_copy_in_locked_memory_and_none_elsewhere(self):
        with tempfile.TemporaryDirectory() as scratch:
            key, certificate = pathlib.Path(scratch) / "key.pem", pathlib.Path(scratch) / "certificate.pem"
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
                    certificate, "-subj", "/CN=changgu", "-days", "30")
            number = re.search(r"priv:\s+((?:[0-9a-f:]+\s+)+)", openssl("pkey", "-in", key, "-noout", "-text")).group(1)
            raw = bytes.fromhex(re.sub("[^0-9a-f]", "", number))[-32:]
            text = "".join(key.read_text().splitlines()[1:-1]).encode()
            needles = {"as a number": raw[::-1][4:28], "as in its file": raw[4:28], "in base64": text[60:100]}
            done = subprocess.run([PROBE, certificate, key, *(bytes(b ^ MASK for b in n).hex() for n in needles.values())],
                                  capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stdout)
            counts = {name: tuple(map(int, line.split())) for name, line in zip(needles, done.stdout.splitlines(), strict=True)}
            self.assertEqual(counts, {"as a number": (1, 0), "as in its file": (0, 0), "in base64": (0, 0)})


if __name__ == "__main__":
    unittest.main()
