"""What is left to an attacker in the server's process: each thing is tried, once without the sandbox, to see that the trial
itself works, and once within."""

import errno
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import unittest

import harness
import protocol

PROBE = os.environ["CHANGGU_SANDBOX_PROBE"]
KILLED = -signal.SIGSYS

# Name, and what becomes of it when the kernel has Landlock of this interface; None = what it is without.
EVERYBODY = ("write-data", "read-data", "remove-data", "list-data", "write-log", "read-certificate", "thread", "memory")
FILES = {"write-certificate": 1, "read-log": 1, "list-certificates": 1, "write-outside": 1, "read-outside": 1,
         "list-outside": 1, "remove-outside": 1, "execute": 1, "execute-data": 1, "truncate-outside": 3, "bind-other": 4,
         "connect": 4, "signal-a-process": 6}
MOVED = {"move-outside": (errno.EACCES, errno.EXDEV), "link-outside": (errno.EACCES, errno.EXDEV)}
CALLS = ("execute", "execute-data", "execute-in-earlier-thread", "fork", "bind", "bind-other", "connect", "socket", "socket-udp",
         "socket-unix", "trace", "read-a-process", "signal-a-process", "map-executable", "turn-executable", "namespace",
         "io-uring", "another-architecture", "truncate-outside", "move-outside", "link-outside")


def landlock_interface():
    import ctypes
    found = ctypes.CDLL(None).syscall(444, None, 0, 1)  # landlock_create_ruleset, LANDLOCK_CREATE_RULESET_VERSION
    return max(found, 0)


class Attempts(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = pathlib.Path(scratch.name)
        for name in ("data", "log", "tls", "outside"):
            (self.directory / name).mkdir()
        for name in ("data/there", "log/old.log", "tls/certificate.pem", "outside/there"):
            (self.directory / name).write_text("there")
        shutil.copy("/bin/true", self.directory / "data" / "program")
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.listening.close)
        self.other = self.listening.getsockname()[1]

    def free_port(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            return s.getsockname()[1]

    def attempt(self, step, name):
        """"ok", the number of an error, or the negative number of the signal that ended it."""
        for file in ("data/there", "outside/there"):
            (self.directory / file).write_text("there")
        other = self.free_port() if name == "bind-other" else self.other
        spare = os.dup(0)
        os.dup2(spare, 9)
        done = subprocess.run([PROBE, self.directory, str(self.free_port()), str(other), step, name], pass_fds=[9],
                              capture_output=True, text=True, timeout=60)
        os.close(9)
        os.close(spare)
        if done.returncode < 0:
            return done.returncode
        said = done.stdout.strip()
        return int(said) if said.lstrip("-").isdigit() else "ok" if done.returncode == 0 and said in ("ok", "") else said

    def test_the_trials_work_where_nothing_is_forbidden(self):
        for name in sorted({*EVERYBODY, *FILES, *MOVED, *CALLS} - {"another-architecture", "io-uring"}):
            with self.subTest(name):
                self.assertEqual(self.attempt("open", name), "ok")

    def test_what_the_server_does_goes_on(self):
        for step in ("landlock", "all"):
            for name in EVERYBODY:
                with self.subTest(name, step=step):
                    self.assertEqual(self.attempt(step, name), "ok")
        self.assertEqual(self.attempt("all", "abort"), -signal.SIGABRT)
        self.assertEqual(self.attempt("landlock", "bind"), "ok")

    def test_files_and_ports_are_out_of_reach_before_calls_are_filtered(self):
        interface = landlock_interface()
        if interface == 0:
            self.skipTest("this kernel has no Landlock")
        for name, since in FILES.items():
            with self.subTest(name):
                expected = errno.EPERM if name == "signal-a-process" else errno.EACCES
                self.assertEqual(self.attempt("landlock", name), expected if interface >= since else "ok")
        for name, expected in MOVED.items():
            with self.subTest(name):
                self.assertIn(self.attempt("landlock", name), expected)

    def test_older_kernels_hold_what_they_can(self):
        for interface in range(1, min(landlock_interface(), 6)):
            for name, since in FILES.items():
                with self.subTest(name, interface=interface):
                    expected = errno.EPERM if name == "signal-a-process" else errno.EACCES
                    self.assertEqual(self.attempt(f"landlock-{interface}", name), expected if interface >= since else "ok")
            for name in EVERYBODY:
                with self.subTest(name, interface=interface):
                    self.assertEqual(self.attempt(f"landlock-{interface}", name), "ok")

    def test_what_a_server_never_calls_ends_it(self):
        for name in CALLS:
            with self.subTest(name):
                self.assertEqual(self.attempt("all", name), KILLED)
        interface = landlock_interface()
        for name, since in FILES.items():
            if name not in CALLS and interface >= since:
                with self.subTest(name):
                    self.assertEqual(self.attempt("all", name), errno.EACCES)

    def test_what_is_given_up_first(self):
        for name, without in (("hidden", errno.EPERM), ("inherited", errno.EMFILE), ("locked", errno.ENOMEM)):
            with self.subTest(name):
                self.assertEqual(self.attempt("open", name), without)
                if name == "locked" and os.geteuid() != 0:
                    continue
                self.assertEqual(self.attempt("all", name), "ok")

    def test_memory_that_cannot_be_locked_is_said_so(self):
        def poor():
            import resource
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (65536, 65536))
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)

        for path in (self.directory, *self.directory.iterdir()):
            path.chmod(0o777)
        done = subprocess.run([PROBE, self.directory, "1", "2", "all", "locked"], preexec_fn=poor, capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 3)
        self.assertIn("lock_memory is required", done.stdout)


class Server(harness.ChannelTest):
    """The real one goes on working within."""

    def setUp(self):
        if self.channel.server is None:
            self.channel.start()

    def status(self):
        text = pathlib.Path(f"/proc/{self.channel.server.pid}/status").read_text()
        return dict(re.findall(r"^(\w+):\s+(\S+)", text, re.MULTILINE))

    def lines(self, what):
        return [line for line in self.channel.log.read_text().splitlines() if what in line]

    def works(self):
        self.assertEqual(protocol.Server(self.channel).request("GET", "/channel")[0], 200)

    def reload(self, log=None):
        self.works()  # by then it heeds signals
        log = log or self.channel.log
        count = log.read_text().count("certificate_reloaded") if log.exists() else 0
        self.channel.server.send_signal(signal.SIGHUP)
        harness.wait_until(lambda: log.exists() and log.read_text().count("certificate_reloaded") > count, "the certificate is reloaded")

    def test_it_is_confined_and_says_so(self):
        self.works()  # it listens before it is confined, and answers afterwards
        status = self.status()
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertEqual(status["Seccomp"], "2")
        said = self.lines(" sandboxed ")[-1]
        self.assertIn(f"landlock={min(landlock_interface(), 6)} seccomp=1 memory_locked=", said)
        self.assertEqual("memory_locked=1" in said, int(status["VmLck"]) > 0)
        for thread in pathlib.Path(f"/proc/{self.channel.server.pid}/task").iterdir():
            self.assertIn("Seccomp:\t2", (thread / "status").read_text(), "each thread is held")

    def test_a_renewed_certificate_is_read_although_it_is_another_file(self):
        channel = self.channel
        for name in ("certificate.pem", "key.pem"):
            old = channel.home / "tls" / name
            fresh = channel.base / f"renewed-{name}"  # not where the server can reach
            shutil.copy2(old, fresh)
            os.replace(fresh, old)
        self.reload()
        self.works()

    def test_a_certificate_behind_links_is_read_again(self):
        channel = self.channel
        channel.stop()
        live, archive = channel.base / "live", channel.base / "archive"
        live.mkdir()
        archive.mkdir()
        config = channel.config.read_text()
        self.addCleanup(channel.config.write_text, config)
        self.addCleanup(channel.stop)

        def renew(number):
            for name in ("certificate", "key"):
                shutil.copy2(channel.home / "tls" / f"{name}.pem", archive / f"{name}{number}.pem")
                link = live / f"new-{name}"
                link.symlink_to(f"../archive/{name}{number}.pem")
                os.replace(link, live / f"{name}.pem")

        renew(1)
        channel.edit_config(r'^certificate = .*$', f'certificate = "{live}/certificate.pem"')
        channel.edit_config(r'^key = .*$', f'key = "{live}/key.pem"')
        channel.start()
        renew(2)
        (archive / "key1.pem").unlink()
        self.reload()
        self.works()

    def test_the_log_is_opened_anew(self):
        channel = self.channel
        channel.stop()
        config = channel.config.read_text()
        self.addCleanup(channel.config.write_text, config)
        self.addCleanup(channel.stop)
        directory = channel.base / "logs"
        directory.mkdir()
        channel.config.write_text(config + f'\n[log]\nfile = "{directory}/changgu.log"\n')
        channel.start()
        log = directory / "changgu.log"
        log.rename(directory / "changgu.log.1")
        self.reload(log)
        self.assertEqual(log.stat().st_mode & 0o777, 0o600)
        # A place where it cannot be opened, as on a full disk, ends nothing: what comes goes where it went.
        moved = log.rename(directory / "changgu.log.2")
        log.mkdir()
        self.reload(moved)
        self.assertEqual(moved.read_text().count("error log_reopen_failed\n"), 1)
        self.works()
        log.rmdir()
        self.reload(log)
        self.works()

    def test_releases_merging_and_backups_go_on(self):
        channel = self.channel
        channel.reviewer(1, "inbox", expect=(harness.OK, harness.NOTHING))
        receipt = channel.report("within the sandbox")
        channel.wait_for_release()
        self.assertEqual(channel.reviewer(1, "inbox").data["sync"]["opened"], 1)
        channel.stop()
        # As if what is there had been released long ago, all but the last batch, without which the clock would be
        # doubted: then it is merged, and the file rewritten.
        with sqlite3.connect(channel.data / "changgu.db") as db:
            db.execute("UPDATE batch SET day = day - 40, month = month - 2 "
                       "WHERE day IS NOT NULL AND number < (SELECT max(number) FROM batch)")
            batches = db.execute("SELECT count(*) FROM batch").fetchone()[0]
        db.close()
        self.assertGreater(batches, 2)
        before = len(self.lines("compaction_done"))
        channel.start()
        harness.wait_until(lambda: len(self.lines("compaction_done")) > before, "the merge")
        self.assertGreaterEqual(int(re.search(r"count=(\d+)", self.lines("compaction_done")[-1]).group(1)), batches - 2)
        channel.run("backup", "--config", channel.config, "--to", channel.base / "beside.backup")
        channel.reporter("answers", receipt, expect=harness.NOTHING)
        channel.reviewer(2, "inbox", expect=(harness.OK, harness.NOTHING))
        self.works()

    def test_doctor_sees_it_running_and_not_running(self):
        channel = self.channel

        def findings():
            found = channel.run("doctor", "--config", channel.config, expect=None).data
            return {f["finding"]: f["verdict"] for f in found}

        running = findings()
        self.assertEqual(running["The running server cannot gain privileges."], "ok")
        self.assertEqual(running["The running server can make no system calls but those it needs."], "ok")
        self.assertIn("note", [v for f, v in running.items() if "Landlock" in f])
        locked = [v for f, v in running.items() if "memory of the running server" in f or "server's memory" in f]
        size = {key: int(self.status()[key]) for key in ("VmLck", "VmSize")}
        self.assertEqual(locked, ["ok" if size["VmLck"] > size["VmSize"] // 2 else "do"])  # OpenSSL alone locks some megabytes
        channel.stop()
        stopped = findings()
        self.assertFalse([f for f in stopped if "running server" in f])
        self.assertIn("No server is running; this kernel can filter its system calls.", stopped)

        config = channel.config.read_text()
        self.addCleanup(channel.config.write_text, config)
        self.addCleanup(channel.stop)
        channel.config.write_text(config + '\n[sandbox]\nseccomp = "off"\nlandlock = "off"\nlock_memory = "off"\n')
        channel.start()
        self.assertIn("landlock=0 seccomp=0 memory_locked=0", self.lines(" sandboxed ")[-1])
        self.assertEqual(self.status()["Seccomp"], "0")
        off = findings()
        self.assertEqual(off["seccomp is turned off in [sandbox] of the configuration."], "note")


if __name__ == "__main__":
    unittest.main()
