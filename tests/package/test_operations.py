"""Follows docs/operations.md, sections 1 to 3, word for word on a clean machine, so that the page stays true.

Each block of shell there says before itself where it runs, <!-- on the server -->, and how it ends if not well. What the page
asks a person for (passphrases, an authority's certificate) is given here.
"""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from machine import Machine

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "operations.md"
PACKAGES = pathlib.Path(os.environ["CHANGGU_PACKAGES"])
BLOCK = re.compile(r"(?:^<!-- on the (?P<where>[a-z ]+?)(?:;[^>]*ends with (?P<end>\d+))? -->\n)?^```sh\n(?P<script>.*?)^```$", re.M | re.S)
ANSWERS = {r"Passphrase of the root keyring( again)? \([^)]*\):": "a passphrase of the admin",
           r"Passphrase of the recovery keyring( again)? \([^)]*\):": "another, of somebody else"}


def blocks(text):
    """(where, exit status, script) of sections 1 to 3. One without its place is an error: it would go untested."""
    text = text[text.index("\n## 1. "):text.index("\n## 4. ")]
    found = []
    for match in BLOCK.finditer(text):
        if match["where"] is None:
            raise AssertionError(f"a block does not say where it runs:\n{match['script']}")
        found.append((match["where"], int(match["end"] or 0), match["script"]))
    if text.count("\n```sh\n") != len(found):
        raise AssertionError("a block was not understood")
    return found


class Page(unittest.TestCase):
    def test_a_block_without_a_place_is_noticed(self):
        with self.assertRaises(AssertionError):
            blocks("\n## 1. x\n```sh\ntrue\n```\n\n## 4. ")
        self.assertEqual(blocks("\n## 1. x\n<!-- on the server; so it ends with 1 -->\n```sh\nfalse\n```\n\n## 4. "),
                         [("server", 1, "false\n")])

    def test_word_for_word(self):
        page = blocks(PAGE.read_text())
        self.assertGreaterEqual(len(page), 6)
        debs = sorted(PACKAGES.glob("*.deb"))
        with Machine(debs) as machine, tempfile.TemporaryDirectory() as scratch:
            machine.run("echo 127.0.0.1 report.example.go.kr >> /etc/hosts")
            self.give_certificate(machine, scratch)
            for where, end, script in page:
                with self.subTest(script=script.splitlines()[0]):
                    if where == "building machine":
                        # What tests/package/run has done, or whoever gave it packages.
                        self.assertEqual(script, "scripts/install\nscripts/package build/packages\n")
                        self.assertTrue((ROOT / "scripts/install").exists())
                        continue
                    self.assertIn(where, ("server", "admin machine"))
                    said = machine.type("set -e\n" + script, ANSWERS, expect=end)
                    if "changgu init" in script:
                        fingerprint = re.search(r"\b[0-9a-f]{64}\b", said)[0]
                    if "changgu doctor" in script:
                        # A container has no clock of its own, and its shell not the unit's limits.
                        wanted = [line for line in said.splitlines() if line.startswith("[do]") and not re.search("clock|locked", line)]
                        self.assertEqual(len(wanted), 1, said)
                        self.assertIn("No epoch is valid now", wanted[0])
            # Where the page says that it leads.
            self.assertEqual(machine.run("systemctl is-active changgu").out.strip(), "active")
            self.assertIn("certificate_reloaded", machine.run("journalctl -u changgu -o cat").out)
            self.assertIn("changgu-notify: off", machine.run("journalctl -u changgu-notify -o cat").out)
            machine.run(f"changgu keys log --server https://report.example.go.kr --org {fingerprint} --ca fullchain.pem")

    def give_certificate(self, machine, scratch):
        """An authority's, as far as the machine can tell."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                        "90", "-subj", "/CN=report", "-addext", "subjectAltName=DNS:report.example.go.kr", "-keyout",
                        f"{scratch}/privkey.pem", "-out", f"{scratch}/fullchain.pem"], check=True, capture_output=True, timeout=60)
        for name in ("privkey.pem", "fullchain.pem"):
            (machine.root / "root" / name).write_bytes((pathlib.Path(scratch) / name).read_bytes())


if __name__ == "__main__":
    unittest.main()
