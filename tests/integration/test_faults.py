"""The process is short of something, or finds something broken: a clear state, and no message lost. What a disk does to
single calls is in tests/storage; here are the real process and the real limits."""

import collections
import http.client
import http.server
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

import harness
import protocol

FEW = 160  # descriptors
MEMORY = 1 << 20  # bytes that a server is left with


def can_mount():
    """Whether a process of ours may have a file system of its own."""
    return subprocess.run(["unshare", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /mnt"], capture_output=True).returncode == 0


def can_mount_image():
    """Whether it may be one that lies in a file."""
    with tempfile.TemporaryDirectory() as directory:
        script = 'truncate -s 8M "$1/image" && mkfs.ext4 -q "$1/image" && mount -o loop "$1/image" /mnt'
        return subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", directory], capture_output=True).returncode == 0


def is_sanitized():
    """Whether the program has its own memory and looks at itself."""
    return b"__asan_init" in pathlib.Path(harness.PROGRAM).read_bytes()


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Faults(harness.ChannelTest):
    def post(self):
        envelope = protocol.blank_envelope(1)
        return protocol.Server(self.channel).post_envelope(envelope), envelope

    def test_too_few_descriptors_are_refused_at_the_start(self):
        few = subprocess.run([harness.PROGRAM, "serve", "--config", self.channel.config], capture_output=True, text=True,
                             cwd=self.channel.cwd, timeout=harness.COMMAND_TIMEOUT,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, FEW)))
        self.assertNotEqual(few.returncode, 0)
        self.assertIn("[limits]", few.stderr)

    @unittest.skipIf(is_sanitized(), "a sanitizer has memory of its own: tests/package/run has it of the release")
    def test_no_more_memory_in_mid_life(self):
        channel = self.channel
        pid = channel.server.pid
        channel.wait_for_release()
        before = resource.prlimit(pid, resource.RLIMIT_DATA)
        size = int(re.search(r"VmData:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) * 1024
        outcomes, lock = {}, threading.Lock()
        stopping = threading.Event()

        def send():
            while not stopping.is_set():
                envelope = protocol.blank_envelope(1)
                server = protocol.Server(channel)
                try:
                    status = server.post_envelope(envelope)
                except (OSError, http.client.HTTPException):
                    status = None  # not answered
                server.connection.close()
                with lock:
                    outcomes[envelope] = status

        resource.prlimit(pid, resource.RLIMIT_DATA, (size + MEMORY, before[1]))
        idle = []
        threads = [threading.Thread(target=send) for _ in range(4)]
        try:
            for _ in range(400):  # they take what there is
                try:
                    idle.append(socket.create_connection(("127.0.0.1", channel.port), timeout=5))
                except OSError:
                    break
            for t in threads:
                t.start()
            time.sleep(5)
        finally:
            stopping.set()
            for t in threads:
                t.join(60)
            for s in idle:
                s.close()
            if channel.server.poll() is None:
                resource.prlimit(pid, resource.RLIMIT_DATA, before)
        told = collections.Counter(outcomes.values())
        self.assertLessEqual(set(told), {201, 500, 503, None})
        self.assertNotEqual(set(told), {201}, "there was too little")
        self.assertIsNone(channel.server.poll(), channel.log.read_text()[-2000:])
        self.assertEqual(self.post()[0], 201)
        channel.wait_for_release(seconds=90)  # one that fails is tried again after a minute
        keyring = protocol.open_keyring(channel.keyring(1), channel.secrets["reviewer 1"])
        server = protocol.Server(channel)
        self.assertEqual(server.sign_in(keyring), 201)
        inbox = [e for _, e in server.inbox()]
        for envelope, status in outcomes.items():
            self.assertIn(inbox.count(envelope), (1,) if status == 201 else (0, 1))

    def test_a_certificate_replaced_by_garbage(self):
        channel = self.channel
        certificate = channel.home / "tls" / "certificate.pem"
        good = certificate.read_bytes()
        shutil.copy(certificate, channel.base / "kept.pem")
        try:
            certificate.write_bytes(b"garbage\n")
            channel.server.send_signal(signal.SIGHUP)
            harness.wait_until(lambda: "certificate_reload_failed" in channel.log.read_text(), "it says so")
            context = ssl.create_default_context(cafile=channel.base / "kept.pem")  # the old one is still served
            with context.wrap_socket(socket.create_connection(("127.0.0.1", channel.port)), server_hostname="localhost"):
                pass
            found = channel.run("doctor", "--config", channel.config, expect=harness.FAILURE).data
            self.assertTrue(any(f["verdict"] == "do" and "certificate" in f["finding"].lower() for f in found), found)
        finally:
            certificate.write_bytes(good)
        channel.server.send_signal(signal.SIGHUP)
        harness.wait_until(lambda: "certificate_reloaded" in channel.log.read_text(), "and takes a good one")
        self.assertEqual(self.post()[0], 201)

    def test_a_newer_protocol_is_refused_by_its_number(self):
        class Newer(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = b'{"protocol":2}'
                self.send_response(200 if self.path == "/api/v1/channel" else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Newer) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                for language, words in (("en", "newer protocol"), ("ko", "규약이")):
                    result = self.channel.run("report", "--list", "--lang", language, "--server",
                                              f"http://127.0.0.1:{server.server_port}", "--org", self.channel.org,
                                              expect=harness.FAILURE)
                    self.assertIn(words, result.err)
            finally:
                server.shutdown()


@unittest.skipIf(is_sanitized(), "a sanitizer looks at objects through a pipe: tests/package/run has it of the release")
class Descriptors(harness.ChannelTest):
    def test_no_more_in_mid_life(self):
        pid = self.channel.server.pid
        soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        connected = protocol.Server(self.channel)
        first = protocol.blank_envelope(1)
        self.assertEqual(connected.post_envelope(first), 201)
        window = 3  # seconds

        def cost_of_some_time():
            used, end = processor_seconds(pid), time.monotonic() + window
            while time.monotonic() < end:
                self.assertEqual(connected.request("GET", "/replies/index")[0], 200, "who is connected is served")
                time.sleep(0.25)
            return processor_seconds(pid) - used

        usual = cost_of_some_time()
        late = []
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, hard))
        try:
            for _ in range(8):  # they stay in the queue of the system
                s = socket.create_connection(("127.0.0.1", self.channel.port), timeout=60)
                self.addCleanup(s.close)
                late.append(s)
            starved = cost_of_some_time()
            second = protocol.blank_envelope(1)
            status = connected.post_envelope(second)
            self.assertIn(status, (201, 503), "who is connected is served, or told")
        finally:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
        self.assertLess(starved, usual + window / 3, "it waits, and does not spin")
        self.assertIn("accept_failed", self.channel.log.read_text())
        context = ssl.create_default_context(cafile=self.channel.ca)
        with context.wrap_socket(late[0], server_hostname="localhost"):
            pass  # who waited gets in
        third = protocol.blank_envelope(1)
        self.assertEqual(protocol.Server(self.channel).post_envelope(third), 201)
        self.channel.wait_for_release()
        keyring = protocol.open_keyring(self.channel.keyring(1), self.channel.secrets["reviewer 1"])
        server = protocol.Server(self.channel)
        self.assertEqual(server.sign_in(keyring), 201)
        inbox = [e for _, e in server.inbox()]
        self.assertEqual([inbox.count(e) for e in (first, second, third)], [1, 1 if second in inbox else 0, 1])
        if status == 201:
            self.assertEqual(inbox.count(second), 1)


@unittest.skipUnless(can_mount(), "needs a file system of its own")
class Disk(unittest.TestCase):
    """The data directory on a small file system that only the server sees."""

    def setUp(self):
        self.channel = harness.channel_like()
        self.addCleanup(self.end)
        self.kept = self.channel.base / "kept"
        shutil.copytree(self.channel.data, self.kept)
        for blank in self.kept.glob("spool-*"):  # nothing waits in them, and each release kept one more
            blank.unlink()

    def end(self):
        channel = self.channel
        if channel.server is not None:
            channel.stop(signal.SIGTERM if channel.server.poll() is None else signal.SIGKILL)
        self.assertNotIn("ERROR: ", channel.log.read_text())
        shutil.rmtree(channel.base)

    def start(self, options, before="", wait=True, mount='mount -t tmpfs -o mode=700,size=48m tmpfs "$1"'):
        channel = self.channel
        script = f"""{mount} && cp -a "$2"/. "$1" && {before or 'true'} && {options}
            exec "$3" serve --config "$4" """
        with open(channel.log, "ab") as log:
            channel.server = subprocess.Popen(
                ["unshare", "--mount", "sh", "-ec", script, "sh", channel.data, self.kept, harness.PROGRAM, channel.config],
                env=harness.bare_environment(),
                cwd=channel.cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        if wait:
            harness.wait_until(channel.is_listening, "the server listens")

    def data(self):
        return pathlib.Path(f"/proc/{self.channel.server.pid}/root{self.channel.data}")

    def post(self):
        envelope = protocol.blank_envelope(1)
        return protocol.Server(self.channel).post_envelope(envelope), envelope

    def test_a_full_disk_is_told_and_got_over(self):
        self.start("true;")
        channel = self.channel
        acknowledged = []
        ballast = self.data() / "ballast"
        with open(ballast, "wb", buffering=0) as f:
            try:
                while True:
                    f.write(bytes(65536))
            except OSError:
                pass
        statuses = set()
        for _ in range(1500):  # what is preallocated is filled first
            status, envelope = self.post()
            statuses.add(status)
            if status == 201:
                acknowledged.append(envelope)
            else:
                break
        self.assertEqual(statuses, {201, 507})
        harness.wait_until(lambda: "tick_failed" in channel.log.read_text(), "a release says that it failed")
        self.assertEqual(self.post()[0], 507)
        ballast.unlink()
        status, envelope = self.post()
        self.assertEqual(status, 201, "without a restart")
        acknowledged.append(envelope)
        before = channel.releases()
        harness.wait_until(lambda: channel.releases() > before, "it releases again", 120)
        keyring = protocol.open_keyring(channel.keyring(1), channel.secrets["reviewer 1"])
        server = protocol.Server(channel)
        self.assertEqual(server.sign_in(keyring), 201)
        inbox = [e for _, e in server.inbox()]
        self.assertEqual({inbox.count(e) for e in acknowledged}, {1})

    @unittest.skipUnless(can_mount_image(), "needs a loop device")
    def test_a_disk_that_becomes_read_only_in_mid_life(self):
        """As the kernel makes it when the file system finds an error: even where files are open."""
        channel = self.channel
        image = channel.base / "image"
        subprocess.run(["sh", "-ec", 'truncate -s 64M "$1" && mkfs.ext4 -q "$1"', "sh", image], check=True)
        mount = f'mount -o loop {image} "$1" && rm -rf "$1/lost+found"'
        self.start("true;", mount=mount)
        keyring = protocol.open_keyring(channel.keyring(1), channel.secrets["reviewer 1"])
        reviewer = protocol.Server(channel)
        self.assertEqual(reviewer.sign_in(keyring), 201)
        status, kept = self.post()
        self.assertEqual(status, 201)
        subprocess.run(["nsenter", "-t", str(channel.server.pid), "-m", "mount", "-o", "remount,abort", channel.data], check=True)
        problems = set()
        for _ in range(3):
            server = protocol.Server(channel)
            status, body, _ = server.request("POST", "/envelopes", protocol.blank_envelope(1))
            problems.add((status, json.loads(body)["type"]))
        self.assertEqual(problems, {(503, "urn:changgu:problem:unavailable")})
        self.assertEqual(reviewer.json("GET", "/condition")["storage"], "failed")
        harness.wait_until(lambda: "storage_failed reason=restart_needed" in channel.log.read_text(), "the log says so")
        time.sleep(3)  # some releases
        self.assertEqual(channel.log.read_text().count("reason=restart_needed"), 1)
        self.assertIsNone(channel.server.poll())
        self.assertEqual(channel.stop(), 0)
        # What operations.md says: look at the disk, mount it for writing, start again.
        in_use = ["losetup", "-j", image]
        harness.wait_until(lambda: not subprocess.run(in_use, capture_output=True).stdout, "the file system is let go of")
        self.assertEqual(subprocess.run(["fsck.ext4", "-p", image], capture_output=True).returncode, 1, "it was mended")
        subprocess.run(["rm", "-r", self.kept], check=True)
        self.kept.mkdir()
        self.start("true;", mount=mount)
        status, envelope = self.post()
        self.assertEqual(status, 201)
        channel.wait_for_release()
        reviewer = protocol.Server(channel)
        self.assertEqual(reviewer.sign_in(keyring), 201)
        inbox = [e for _, e in reviewer.inbox()]
        self.assertEqual([inbox.count(e) for e in (kept, envelope)], [1, 1])

    def test_a_directory_that_cannot_be_written_to_is_named(self):
        self.start("mount -o remount,ro \"$1\";", wait=False)
        self.assertNotEqual(self.channel.server.wait(60), 0)
        self.assertIn(str(self.channel.data), self.channel.log.read_text())
        self.channel.server = None


if __name__ == "__main__":
    unittest.main()
