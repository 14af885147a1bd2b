"""The process is short of something, or finds something broken: a clear state, and no message lost. What a disk does to
single calls is in tests/storage; here are the real process and the real limits."""

import http.server
import os
import pathlib
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import unittest

import harness
import protocol

FEW = 160  # descriptors


def can_mount():
    """Whether a process of ours may have a file system of its own."""
    return subprocess.run(["unshare", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /mnt"], capture_output=True).returncode == 0


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

    def start(self, options, before="", wait=True):
        channel = self.channel
        script = f"""mount -t tmpfs -o mode=700,size=48m tmpfs "$1" && cp -a "$2"/. "$1" && {before or 'true'} && {options}
            exec "$3" serve --config "$4" """
        with open(channel.log, "ab") as log:
            channel.server = subprocess.Popen(
                ["unshare", "--mount", "sh", "-ec", script, "sh", channel.data, self.kept, harness.PROGRAM, channel.config],
                env={k: v for k, v in os.environ.items() if k in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS")} | {"LC_ALL": "C.UTF-8"},
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

    def test_a_directory_that_cannot_be_written_to_is_named(self):
        self.start("mount -o remount,ro \"$1\";", wait=False)
        self.assertNotEqual(self.channel.server.wait(60), 0)
        self.assertIn(str(self.channel.data), self.channel.log.read_text())
        self.channel.server = None


if __name__ == "__main__":
    unittest.main()
