"""Follows docs/operations.md word for word, from the first block of shell to the last, so that the page stays true.

A block says before itself where it runs, <!-- on the server -->, and how it ends if not well. The machines of the page are
directories of one clean Debian 12 started with its own systemd, but for "the new server", which is another one; the sticks are
directories. What the page asks a person for (passphrases, a code, an authority's certificate) is given here. systemd is real in
all of it; the clock is the host's, and nothing is reached but what runs on the machine: tor makes its address and its key, and
meets no network.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import debs
from machine import Machine

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "operations.md"
BLOCK = re.compile(r"(?:^<!-- on the (?P<where>[a-z' ]+?)(?:;[^>]*ends with (?P<end>\d+))? -->\n)?^```sh\n(?P<script>.*?)^```$", re.M | re.S)
VISITOR = "127.9.9.9"
OF_DEBIAN = ("curl", "nginx-light", "tor")


def blocks(text):
    """(where, exit status, script) of the page. One without its place is an error: it would go untested."""
    found = []
    for match in BLOCK.finditer(text):
        if match["where"] is None:
            raise AssertionError(f"a block does not say where it runs:\n{match['script']}")
        found.append((match["where"], int(match["end"] or 0), match["script"]))
    if text.count("\n```sh\n") != len(found):
        raise AssertionError("a block was not understood")
    return found


class Follower:
    """Who does what the page says, and what they know."""

    def __init__(self, machine):
        self.machine = machine
        self.reviewer = 1
        self.admin = "a passphrase of the admin"
        self.recovery = "another, of somebody else"
        self.passphrases, self.code = {}, ""
        machine.run("mkdir -p /root/admin /root/reviewer-1 /root/reviewer-2 /root/employee /media/usb /media/recovery; "
                    "cp /root/*.deb /root/admin; echo 127.0.0.1 report.example.go.kr >> /etc/hosts")

    def directory(self, where):
        return {"server": "/root", "admin machine": "/root/admin", "employee's machine": "/root/employee",
                "reviewer's machine": f"/root/reviewer-{self.reviewer}"}[where]

    def answers(self, where):
        return {r"Passphrase of the root keyring( again)? \([^)]*\):": self.admin,
                r"Passphrase of the recovery keyring( again)? \([^)]*\):": self.recovery,
                r"Passphrase of the keyring that signs \([^)]*recovery\.keyring\):": self.recovery,
                r"Enrolment code:": self.code,
                r"Passphrase of the reviewer's keyring \S+:": self.passphrases.get(self.reviewer, ""),
                r"Keyring passphrase:": self.admin if where == "admin machine" else self.passphrases.get(self.reviewer, ""),
                r"\[default=N\] \?": "N"}  # dpkg's: the configuration stays as it was changed

    def follow(self, where, script, end=0):
        if "changgu doctor" in script:  # one thing that the page says it asks for, or none
            wanted, said = self.machine.doctor(script, cwd=self.directory(where))
            if len(wanted) != end or end and "No epoch is valid now" not in wanted[0]:
                raise AssertionError(f"{wanted}\n{said}")
            return said
        said = self.machine.type("set -e\n" + script, self.answers(where), expect=end, cwd=self.directory(where), timeout=300)
        lines = [line.strip() for line in said.splitlines()]
        if "reviewers invite" in script:
            self.code, = [line for line in lines if re.fullmatch(r"[A-Za-z0-9]{40}", line.replace("-", ""))]
        if "changgu enrol" in script:
            self.passphrases[self.reviewer], = [line for line in lines if re.fullmatch(r"[a-z]+( [a-z]+){5}", line)]
        return said


class Page(unittest.TestCase):
    def test_a_block_without_a_place_is_noticed(self):
        with self.assertRaises(AssertionError):
            blocks("\n## 1. x\n```sh\ntrue\n```\n\n## 4. ")
        self.assertEqual(blocks("\n## 1. x\n<!-- on the server; so it ends with 1 -->\n```sh\nfalse\n```\n\n## 4. "),
                         [("server", 1, "false\n")])

    def test_word_for_word(self):
        page = blocks(PAGE.read_text())
        self.assertGreaterEqual(len(page), 30)
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)
        with Machine(sorted(debs.PACKAGES.glob("*.deb")), OF_DEBIAN) as machine:
            self.machine, self.follower = machine, Follower(machine)
            self.give_certificate(machine)
            enrolment, done = [], set()
            for number, (where, end, script) in enumerate(page):
                head = script.splitlines()[0]
                with self.subTest(block=number, where=where, script=head):
                    if where == "building machine":
                        # What tests/package/run has done, or whoever gave it packages.
                        self.assertEqual(script, "scripts/install\nscripts/package build/packages\n")
                        self.assertTrue((ROOT / "scripts/install").exists())
                        done.add(number)
                        continue
                    self.before(script)
                    if where == "new server":
                        # One machine after the other: the stick waits.
                        shutil.copytree(machine.root / "media/usb", self.scratch / "stick")
                        on_a_new_server = script
                    else:
                        said = self.follower.follow(where, script, end)
                        self.after(script, said)
                    done.add(number)
                    if any(word in script for word in ("reviewers invite", "changgu enrol", "reviewers approve")):
                        enrolment.append((where, script))
                    if "reviewers approve" in script:
                        self.enrol_another(enrolment)
                if number not in done:
                    break  # what follows builds on it
            self.assertEqual(len(done), len(page), "every block was followed")
            self.at_the_end()
        self.on_a_new_server(on_a_new_server)

    # --- what the page leaves to people

    def give_certificate(self, machine):
        """An authority's: every machine here knows the authority."""
        run = lambda *command: subprocess.run(command, check=True, capture_output=True, timeout=60, cwd=self.scratch)
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        run("openssl", "req", "-x509", *new_key, "-days", "90", "-subj", "/CN=An authority", "-keyout", "ca.key", "-out", "ca.crt")
        run("openssl", "req", *new_key, "-subj", "/CN=report", "-addext", "subjectAltName=DNS:report.example.go.kr",
            "-keyout", "privkey.pem", "-out", "request.pem")
        run("openssl", "x509", "-req", "-in", "request.pem", "-CA", "ca.crt", "-CAkey", "ca.key", "-days", "90",
            "-copy_extensions", "copy", "-out", "fullchain.pem")
        for name in ("privkey.pem", "fullchain.pem"):
            shutil.copy(self.scratch / name, machine.root / "root")
        self.trust_authority(machine)

    def trust_authority(self, machine):
        shutil.copy(self.scratch / "ca.crt", machine.root / "usr/local/share/ca-certificates/authority.crt")
        machine.run("update-ca-certificates")

    def enrol_another(self, enrolment):
        """"One at a time": the same blocks for the second reviewer."""
        self.assertEqual(len(enrolment), 3)
        self.follower.reviewer = 2
        for where, script in enrolment:
            self.follower.follow(where, script.replace("approve 1 ", "approve 2 "))
        self.follower.reviewer = 1

    # --- what happens between the blocks, and what has to be true after one

    def before(self, script):
        run = self.machine.run
        if "changgu restore --from" in script:
            # What a backup from before it cannot have, and a saved log has.
            self.follower.follow("admin machine", "changgu keys rotate --keyring root.keyring\n"
                                 "changgu keys log --channel channel/channel.toml --save log-later.json\n")
            self.epochs = self.epochs_now()
        if "systemctl is-active changgu" in script:  # the upgrade: a newer package has come
            newer = debs.later(debs.package("changgu"), self.scratch, "99.0", "# said in version 99\n")
            run("rm /root/changgu_*_amd64.deb")
            shutil.copy(newer, self.machine.root / "root")

    def after(self, script, said):
        run = self.machine.run
        if "changgu init" in script:
            self.fingerprint = re.search(r"\b[0-9a-f]{64}\b", said)[0]
        if "systemctl reload changgu" in script:
            run("for i in $(seq 50); do journalctl -u changgu -o cat | grep -q ' certificate_reloaded' && exit 0; sleep 0.2; done; exit 1")
        if "/health" in script:
            self.assertIn('"status":"ok"', said)
            for part in ("system calls but", "memory of the running server is locked", "(Landlock)", "cannot gain privileges"):
                self.assertRegex(said, rf"(?m)^\[ok\].*{re.escape(part)}")
        if "changgu restore --from" in script:
            run("test ! -e /root/admin/restored")
        if "keys repost" in script:
            self.assertEqual(self.epochs_now(), self.epochs, "what the backup lacked is there again")
        if "--drill" in script:
            self.assertIn("succeeded", said)
            self.assertIn("and opens 1;", " ".join(said.split()), "the trial, which waited for its release")
            run("test -z \"$(ls -A /root/reviewer-1/drill)\"")
        if "changgu poster" in script:
            run("head -c 5 /root/admin/poster.pdf | grep -q %PDF- && grep -q '<svg' /root/admin/poster.svg")
        if "systemctl is-active changgu" in script:
            self.assertIn("99.0", run("dpkg-query -W changgu").out)
            self.assertNotIn("said in version 99", run("cat /etc/changgu/changgu.toml").out)
        if "changgu-notify.timer" in script:
            self.assertIn("changgu-notify: off", run("journalctl -u changgu-notify -o cat").out)
        if "nginx -t" in script:
            self.behind_nginx()
        if "/hostname" in script:
            self.as_onion()

    def epochs_now(self):
        return len(re.findall(r'"epoch"', self.follower.follow("admin machine", "changgu keys log --channel channel/channel.toml\n")))

    def on_a_new_server(self, script):
        with Machine([debs.package("changgu")]) as new:
            shutil.copytree(self.scratch / "stick", new.root / "media/usb")
            self.trust_authority(new)
            new.run("echo 127.0.0.1 report.example.go.kr >> /etc/hosts")
            new.type("set -e\n" + script, {}, timeout=300)
            self.assertEqual(new.doctor("runuser -u changgu -- changgu doctor --config /etc/changgu/changgu.toml")[0], [])
            new.run(f"changgu keys log --server https://report.example.go.kr --org {self.fingerprint}")

    def behind_nginx(self):
        run = self.machine.run
        self.assertEqual(run("systemctl is-active changgu nginx").out.split(), ["active", "active"])
        self.follower.follow("employee's machine", "changgu verify-site https://report.example.go.kr\n"
                             "changgu keys log --channel channel.toml\n")
        self.assertIn("cannot open", run("runuser -u nobody -- test -w /run/changgu/changgu.sock || echo cannot open").out)
        # A visitor whom the proxy sees, and one who tries the port that Debian's nginx has open.
        run(f"curl -sS --interface {VISITOR} -A visitor-agent https://report.example.go.kr/nowhere?visitor-query -o /dev/null")
        run(f"curl -sS --interface {VISITOR} -A visitor-agent http://report.example.go.kr/nowhere?visitor-query", expect=7)
        for trace in (VISITOR, "visitor-agent", "visitor-query"):
            run(f"grep -rl -- {trace} /var/log /var/lib /run /tmp /etc", expect=1)

    def as_onion(self):
        run = self.machine.run
        onion = run("cat /var/lib/tor/changgu/hostname").out.strip()
        self.assertRegex(onion, r"^[a-z2-7]{56}\.onion$")
        self.assertEqual(run("systemctl is-active tor@default changgu").out.split(), ["active", "active"])
        port = re.search(r"^HiddenServicePort 80 (\S+)$", run("cat /etc/tor/torrc").out, flags=re.M)[1]
        # In the place of tor's network: what tor connects to, as the account that tor has become, with the address that it was asked for.
        said = run(f"runuser -u debian-tor -- curl -sS -H 'Host: {onion}' http://{port}/api/v1/channel -o /dev/null -w '%{{http_code}}'").out
        self.assertEqual(said, "200")
        self.onion = f"http://{onion}"

    def at_the_end(self):
        run = self.machine.run
        self.assertEqual(self.machine.doctor("runuser -u changgu -- changgu doctor --config /etc/changgu/changgu.toml")[0], [])
        self.assertIn(self.onion, run("grep ^origins /etc/changgu/changgu.toml").out)
        run(f"changgu keys log --server https://report.example.go.kr --org {self.fingerprint}")


if __name__ == "__main__":
    unittest.main()
