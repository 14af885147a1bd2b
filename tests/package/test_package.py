"""The life of an installation: install, use, upgrade, remove, purge. On a machine of its own, with systemd and the unit's
whole sandbox around the server."""

import pathlib
import re
import shutil
import tempfile
import unittest

from debs import later, package
from machine import CAN_LIFT, Machine

ORIGIN = "https://report.example.go.kr"
CONFIG = "/etc/changgu/changgu.toml"
CAP_NET_BIND_SERVICE, CAP_IPC_LOCK = 1 << 10, 1 << 14
MOST_EXPOSED = 15  # of 100, as in tests/integration/test_unit.py
LINKED = {"c", "m", "gcc_s", "stdc++", "sodium", "sqlite", "ssl", "crypto", "z", "seccomp", "spdlog", "fmt", "tomlplusplus"}


class Life(unittest.TestCase):
    """One machine; the tests are its life in order."""

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.upgrade = later(package("changgu"), pathlib.Path(scratch.name), "99.0", "# said in version 99\n")
        cls.machine = Machine([package("changgu"), package("changgu-poster"), package("changgu-notify")])
        cls.machine.__enter__()
        cls.addClassCleanup(cls.machine.__exit__, None, None, None)
        shutil.copy(cls.upgrade, cls.machine.root / "root")

    def run_in(self, script, **more):
        return self.machine.run(script, **more).out

    def install(self, *debs, options=""):
        names = " ".join(f"/root/{d.name}" for d in debs)
        return self.run_in(f"apt-get -q -y --no-install-recommends {options} install {names} 2>&1", timeout=300)

    def test_1_installs_and_starts_nothing(self):
        self.install(package("changgu"), package("changgu-notify"))
        self.assertEqual(self.run_in("stat -c '%U:%G %a' /var/lib/changgu").strip(), "changgu:changgu 700")
        self.assertEqual(self.run_in(f"stat -c '%U:%G %a' {CONFIG}").strip(), "root:changgu 640")
        self.assertEqual(self.run_in("stat -c '%U:%G %a' /etc/changgu/notify.toml").strip(), "root:root 600")
        self.assertIn("/usr/sbin/nologin", self.run_in("getent passwd changgu"))
        for unit in ("changgu.service", "changgu-backup.timer", "changgu-notify.timer"):
            self.assertEqual(self.run_in(f"systemctl is-active {unit}", expect=None).strip(), "inactive")
            self.assertEqual(self.run_in(f"systemctl is-enabled {unit}", expect=None).strip(), "disabled")
        # What is linked, decision 0022. The libraries that are for one program alone come with it alone.
        linked = self.run_in("ldd /usr/bin/changgu")
        self.assertEqual(set(re.findall(r"^\s*lib([a-z+_]+)", linked, flags=re.M)), LINKED)
        self.assertNotIn("not found", linked)
        self.assertIn("libcurl", self.run_in("ldd /usr/sbin/changgu-notify"))
        for unit in ("changgu.service", "changgu-backup.service", "changgu-notify.service"):
            self.run_in(f"systemd-analyze security --no-pager --threshold={MOST_EXPOSED} {unit}")
        self.run_in(f"changgu serve --check-config --config {CONFIG}")

    def test_2_manual_and_completion_are_in_place(self):
        for page in ("man1/changgu.1", "ko/man1/changgu.1", "man8/changgu-notify.8"):
            self.assertIn(".TH CHANGGU", self.run_in(f"zcat /usr/share/man/{page}.gz"))
        words = self.run_in("source /usr/share/bash-completion/completions/changgu; COMP_WORDS=(changgu keys ''); COMP_CWORD=2; "
                            "_changgu; echo ${COMPREPLY[*]}").split()
        self.assertIn("rotate", words)

    def test_2_reminders_get_their_secret_from_systemd(self):
        """The account of a run can read neither root's files nor the channel's; what it needs is handed to it."""
        self.run_in("umask 077; echo a-password > /etc/changgu/notify-secret; "
                    "sed -i 's/^# secret_file = .*/secret_file = \"notify-secret\"/' /etc/changgu/notify.toml")
        self.run_in("systemctl start changgu-notify", expect=1)
        self.assertIn("must be one line", self.run_in("journalctl -u changgu-notify -o cat"))
        self.run_in("mkdir /etc/systemd/system/changgu-notify.service.d; printf '[Service]\\nLoadCredential=notify-secret:"
                    "/etc/changgu/notify-secret\\n' > /etc/systemd/system/changgu-notify.service.d/secret.conf; systemctl daemon-reload")
        self.run_in("systemctl start changgu-notify")
        self.assertIn("changgu-notify: off", self.run_in("journalctl -u changgu-notify -o cat"))
        self.run_in("rm -r /etc/systemd/system/changgu-notify.service.d /etc/changgu/notify-secret; systemctl daemon-reload")

    def test_3_serves_under_its_unit(self):
        run = self.run_in
        run("echo 127.0.0.1 report.example.go.kr >> /etc/hosts")
        run("umask 077; for n in root recovery one two; do echo $n passphrase horse staple > $n.pass; done")
        run(f"changgu init --dir channel --origin {ORIGIN} --root-keyring root.keyring --recovery-keyring recovery.keyring "
            "--tick 2 --tick-offset 0 --fill 4 --passphrase-file root.pass --recovery-passphrase-file recovery.pass > fingerprint")
        run("cp -r channel/tls channel/data /var/lib/changgu; chown -R changgu:changgu /var/lib/changgu")
        run(f"sed -i 's|^listen = .*|listen = \"0.0.0.0:443\"|; s|^origins = .*|origins = [\"{ORIGIN}\"]|' {CONFIG}")
        run("systemctl enable --now changgu")
        self.assertEqual(run("systemctl is-active changgu").strip(), "active")
        self.assertEqual(run("ps -o user= -C changgu").strip(), "changgu")
        for number, name in ((1, "one"), (2, "two")):
            run(f"changgu reviewers invite --number {number} {self.ADMIN} 2>/dev/null > invitation; head -n 1 invitation > code; "
                f"changgu enrol --channel channel/channel.toml --keyring {name}.keyring --code-file code --passphrase-file {name}.pass; "
                f"changgu reviewers approve {number} --role-ko 감사 --role-en Audit {self.ADMIN}")
        run("echo 'sent before the upgrade' | changgu report --channel channel/channel.toml --file - --receipt-file receipt")
        self.assertIn("sent before the upgrade", self.inbox())

    ADMIN = "--keyring root.keyring --passphrase-file root.pass --ca channel/tls/certificate.pem"

    def inbox(self):
        return self.run_in("sleep 5; changgu inbox --keyring one.keyring --passphrase-file one.pass "
                           "--ca channel/tls/certificate.pem 2>/dev/null")

    def test_4_a_certificate_is_reloaded_and_doctor_content(self):
        before = self.run_in("systemctl show -p MainPID changgu")
        self.run_in("systemctl reload changgu; sleep 1; journalctl -u changgu -o cat | grep -q ' certificate_reloaded'")
        self.assertEqual(self.run_in("systemctl show -p MainPID changgu"), before)
        self.assertEqual(self.doctor(), [])

    def doctor(self):
        return self.machine.doctor(f"runuser -u changgu -- changgu doctor --config {CONFIG}")[0]

    def test_4_each_protection_is_on(self):
        """In the process as it runs, within the unit, and as `doctor` and the metrics see it."""
        self.run_in(f"sed -i 's|^# \\[metrics\\]|[metrics]|; s|^# listen = \"127.0.0.1:9464\"|listen = \"127.0.0.1:9464\"|; "
                    "s/^\\(landlock\\|seccomp\\|lock_memory\\) = \"try\"/\\1 = \"required\"/' " + CONFIG)
        self.run_in("systemctl restart changgu")
        self.assertRegex(self.run_in("journalctl -u changgu -o cat | grep ' sandboxed ' | tail -n 1"),
                         " info sandboxed landlock=[1-9][0-9]* seccomp=1 memory_locked=1")
        status = dict(line.split(":", 1) for line in self.run_in("cat /proc/$(pgrep -x changgu)/status").splitlines())
        self.assertEqual((status["NoNewPrivs"].strip(), status["Seccomp"].strip()), ("1", "2"))
        self.assertGreater(int(status["VmLck"].split()[0]), 0)
        more = 0 if CAN_LIFT else CAP_IPC_LOCK
        self.assertEqual(int(status["CapEff"], 16), CAP_NET_BIND_SERVICE | more, "ports below 1024, and nothing else")
        wanted, said = self.machine.doctor(f"runuser -u changgu -- changgu doctor --config {CONFIG}")
        self.assertEqual(wanted, [])
        for part in ("cannot gain privileges", "system calls", "memory", "Landlock"):
            self.assertRegex(said, rf"(?m)^\[ok\].*{part}")
        figures = self.run_in("exec 3<>/dev/tcp/127.0.0.1/9464; printf 'GET /metrics HTTP/1.1\\r\\nHost: localhost\\r\\n"
                              "Connection: close\\r\\n\\r\\n' >&3; cat <&3")
        for part in ("landlock", "seccomp", "memory_locked"):
            self.assertIn(f'changgu_sandbox{{part="{part}"}} 1', figures)

    def test_4_doctor_tells_what_is_off_or_out_of_sight(self):
        # What OpenSSL locks of its own is not all memory.
        self.run_in(f"cp {CONFIG} as-it-was.toml; sed -i 's/^lock_memory = .*/lock_memory = \"off\"/' {CONFIG}; systemctl restart changgu")
        self.assertRegex(self.run_in("grep VmLck /proc/$(pgrep -x changgu)/status"), r"[1-9][0-9]* kB")
        said = self.machine.doctor(f"runuser -u changgu -- changgu doctor --config {CONFIG}")[1]
        self.assertNotIn("memory of the running server is locked", said)
        self.run_in(f"cat as-it-was.toml > {CONFIG}; systemctl restart changgu")
        # As a service that may not ask for the clock.
        self.run_in("printf '[Service]\\nType=oneshot\\nUser=changgu\\nExecStart=changgu doctor --config %s\\nSystemCallFilter=~@clock\\n"
                    f"SystemCallErrorNumber=EPERM\\n' {CONFIG} > /run/systemd/system/looks.service; systemctl daemon-reload; systemctl start looks")
        said = self.run_in("journalctl -u looks -o cat")
        self.assertRegex(said, r"(?m)^\[note\].*clock")

    def test_4_keys_are_rotated_and_a_backup_is_restored(self):
        run = self.run_in
        self.assertIn("Opened epoch", run(f"changgu keys rotate {self.ADMIN} 2>&1"))
        run("echo 'sent after the rotation' | changgu report --channel channel/channel.toml --file - --receipt-file receipt-rotated")
        self.assertIn("sent after the rotation", self.inbox())
        # By the unit, which also ends an old one.
        run("systemctl start changgu-backup; touch -d '15 days ago' /var/lib/changgu-backup/changgu-old.backup "
            "/var/lib/changgu-backup/something-else; touch -d '13 days ago' /var/lib/changgu-backup/changgu-2026.backup")
        run("rm /var/lib/changgu-backup/changgu-20??-*; systemctl start changgu-backup")
        names = run("ls /var/lib/changgu-backup").split()
        self.assertEqual((len(names), names[1:]), (3, ["changgu-2026.backup", "something-else"]))
        self.assertRegex(names[0], r"^changgu-\d{4}-\d\d-\d\d-\d{6}\.backup$")
        self.assertEqual(run(f"stat -c '%U %a' /var/lib/changgu-backup /var/lib/changgu-backup/{names[0]}").split(),
                         ["changgu", "700", "changgu", "600"])
        self.assertNotIn("part", run("ls /var/lib/changgu/data"))
        said = run(f"changgu restore --from /var/lib/changgu-backup/{names[0]} --data restored --keyring recovery.keyring --passphrase-file recovery.pass 2>&1")
        self.assertIn("restored", said)
        # The restored data in the place of the data.
        run("systemctl stop changgu; mv /var/lib/changgu/data kept-data; cp -r restored /var/lib/changgu/data; "
            "chown -R changgu:changgu /var/lib/changgu/data; systemctl start changgu")
        self.assertEqual(self.doctor(), [])
        run("echo 'sent after the restore' | changgu report --channel channel/channel.toml --file - --receipt-file receipt-restored")
        cases = self.inbox()
        self.assertIn("sent after the rotation", cases)
        self.assertIn("sent after the restore", cases)

    def test_5_upgrades_with_data_and_configuration_kept(self):
        before = self.run_in(f"sha256sum {CONFIG}; systemctl show -p MainPID changgu")
        said = self.install(self.upgrade, options="-o Dpkg::Options::=--force-confold")
        self.assertIn("99.0", said)
        config, pid = before.splitlines()
        self.assertEqual(self.run_in(f"sha256sum {CONFIG}").strip(), config)
        self.assertEqual(self.run_in(f"stat -c '%U:%G %a' {CONFIG}").strip(), "root:changgu 640")
        self.assertIn("said in version 99", self.run_in(f"cat {CONFIG}.dpkg-dist"))
        self.assertEqual(self.run_in("systemctl is-active changgu").strip(), "active")
        self.assertNotEqual(self.run_in("systemctl show -p MainPID changgu").strip(), pid, "the new program runs")
        self.run_in("echo 'sent after the upgrade' | changgu report --channel channel/channel.toml --file - --receipt-file receipt-2")
        cases = self.inbox()
        self.assertIn("sent before the upgrade", cases)
        self.assertIn("sent after the upgrade", cases)

    def test_6_a_configuration_that_nobody_touched_follows(self):
        self.run_in("cp /etc/changgu/changgu.toml kept.toml")
        self.run_in(f"apt-get -q -y remove changgu; dpkg --purge changgu 2>&1; ls {CONFIG}* 2>&1", expect=None)
        self.install(package("changgu"))
        self.assertNotIn("said in version 99", self.run_in(f"cat {CONFIG}"))
        self.install(self.upgrade)
        self.assertIn("said in version 99", self.run_in(f"cat {CONFIG}"))
        # The channel was there all the time.
        self.run_in(f"cp kept.toml {CONFIG}; systemctl restart changgu")
        self.assertIn("sent after the upgrade", self.inbox())

    def test_7_removed_it_leaves_data_and_configuration(self):
        before = self.run_in("cd /var/lib/changgu; systemctl stop changgu; find . -type f | sort | xargs sha256sum")
        self.run_in("systemctl start changgu")
        self.run_in("apt-get -q -y remove changgu 2>&1")
        self.assertEqual(self.run_in("systemctl is-active changgu", expect=None).strip(), "inactive")
        self.assertEqual(self.run_in("pgrep -x changgu", expect=None), "")
        self.run_in(f"test -f {CONFIG}; test ! -e /usr/bin/changgu; test -f /var/lib/changgu/data/changgu.db; id changgu")
        names = lambda text: {line.split()[1] for line in text.splitlines() if "spool" not in line}
        after = self.run_in("cd /var/lib/changgu; find . -type f | sort | xargs sha256sum")
        self.assertLessEqual({n for n in names(before) if not n.endswith(("-wal", "-shm"))}, names(after))

    def test_8_purged_it_keeps_what_people_sent_and_says_so(self):
        said = self.run_in("apt-get -q -y purge changgu 2>&1")
        self.assertIn("/var/lib/changgu was kept", said)
        self.assertIn("/var/lib/changgu-backup was kept", said)
        self.run_in(f"test ! -e {CONFIG}; test -f /var/lib/changgu/data/changgu.db; ls /var/lib/changgu-backup/changgu-*.backup")
        self.assertEqual(self.run_in("stat -c %U /var/lib/changgu/data").strip(), "changgu", "the number is not given to another")
        self.run_in("systemctl is-enabled changgu 2>/dev/null", expect=1)
        self.assertIn("rm -rf /var/lib/changgu /var/lib/changgu-backup", said)
        # With nothing left to keep, nothing is left.
        self.install(package("changgu"))
        self.run_in("rm -rf /var/lib/changgu /var/lib/changgu-backup")
        self.run_in("apt-get -q -y purge changgu changgu-notify 2>&1")
        self.run_in("test ! -e /var/lib/changgu; test ! -e /etc/changgu; ! id changgu 2>/dev/null")

    def test_9_the_poster_draws(self):
        self.install(package("changgu-poster"), package("changgu"))
        self.run_in("test $(stat -c %U /usr/bin/changgu) = $(stat -c %U /usr/bin/changgu-poster); test -x /usr/bin/changgu-poster")
        self.assertNotIn("not found", self.run_in("ldd /usr/bin/changgu-poster"))
        self.run_in("cp -r channel/tls channel/data /var/lib/changgu; chown -R changgu:changgu /var/lib/changgu; "
                    f"cp kept.toml {CONFIG}; systemctl start changgu; "
                    "changgu poster --channel channel/channel.toml --pdf poster.pdf; head -c 5 poster.pdf | grep -q %PDF-")


if __name__ == "__main__":
    unittest.main()
