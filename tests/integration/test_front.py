"""The examples of what stands in front of the server: config/nginx.conf with a real nginx, and config/torrc as tor reads it."""

import http.client
import os
import pathlib
import re
import shutil
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
import unittest

import harness
import protocol

CONFIG = pathlib.Path(__file__).resolve().parents[2] / "config"
VISITOR = "127.0.0.77"  # loopback has sixteen million addresses; this one is nobody else's
USER_AGENT = "Mozilla/5.0 (changgu front test)"
TELLING = {"User-Agent": USER_AGENT, "Cookie": "visitor=front-test-cookie", "Referer": "https://intranet.example/front-test",
           "Accept-Language": "ko-KP,front-test", "X-Forwarded-For": VISITOR, "X-Real-IP": VISITOR, "Forwarded": f"for={VISITOR}",
           "Via": "1.1 front-test", "From": "front-test@example.go.kr"}


class Nginx:
    """config/nginx.conf with this test's port, certificate and socket; everything around it as talkative as nginx can be."""

    def __init__(self, directory, port, certificate, key, unix, host="localhost"):
        self.directory = pathlib.Path(directory)
        site = (CONFIG / "nginx.conf").read_text()
        for pattern, replacement in ((r"listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"), (r"listen \[::\]:443 ssl;", ""),
                                     (r"server_name [^;]*;", f"server_name {host};"), (r"/run/changgu/changgu\.sock;", f"{unix};"),
                                     (r"ssl_certificate [^;]*;", f"ssl_certificate {certificate};"),
                                     (r"ssl_certificate_key [^;]*;", f"ssl_certificate_key {key};")):
            site, count = re.subn(pattern, replacement, site)
            assert count == 1, pattern
        (self.directory / "site.conf").write_text(site)
        (self.directory / "nginx.conf").write_text(
            ("user root;\n" if os.geteuid() == 0 else "") +
            f"daemon off; worker_processes 1; pid {directory}/pid; error_log {directory}/error.log info;\n"
            "events { worker_connections 128; }\n"
            f"http {{ access_log {directory}/access.log; include site.conf;\n" +
            "".join(f"{name}_temp_path {directory}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) + " }\n")
        self.process = subprocess.Popen(["nginx", "-p", directory, "-c", self.directory / "nginx.conf"], stdin=subprocess.DEVNULL,
                                        stdout=open(self.directory / "console", "wb"), stderr=subprocess.STDOUT)
        harness.wait_until(lambda: self.is_listening(port), "nginx listens")

    def is_listening(self, port):
        assert self.process.poll() is None, (self.directory / "console").read_text()
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0

    def stop(self):
        self.process.terminate()
        assert self.process.wait(30) == 0


class Front(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        channel = cls.channel = harness.channel_like()
        cls.addClassCleanup(shutil.rmtree, channel.base)
        cls.unix = channel.home / "changgu.sock"
        channel.edit_config(r'^listen = .*$', f'unix = "{cls.unix}"')
        channel.edit_config(r'^\[tls\]\ncertificate = .*\nkey = .*\n', "")
        channel.start(wait=False)
        harness.wait_until(cls.unix.exists, "the server listens")
        cls.nginx = Nginx(tempfile.mkdtemp(dir=channel.base), channel.port, channel.ca, channel.home / "tls" / "key.pem", cls.unix)

    @classmethod
    def tearDownClass(cls):
        cls.nginx.stop()
        if cls.channel.server is not None:
            assert cls.channel.stop() == 0
        assert "ERROR: " not in cls.channel.log.read_text(), cls.channel.log.read_text()[-8000:]

    def ask(self, method, path, body=None, headers={}, port=None):
        connection = http.client.HTTPSConnection("localhost", port or self.channel.port, timeout=60,
                                                 context=ssl.create_default_context(cafile=self.channel.ca),
                                                 source_address=(VISITOR, 0))
        try:
            connection.request(method, path, body, TELLING | headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def files(self):
        """Whatever nginx and the server have written."""
        return [p for p in self.channel.base.rglob("*") if p.is_file() and self.channel.desk not in p.parents]

    def test_1_a_tour_of_one_report(self):
        channel = self.channel
        attachment = channel.desk / "photo.jpg"
        attachment.write_bytes(bytes(range(256)) * 8000)  # of the longest bodies that there are
        receipt = channel.report("through the proxy", "--attach", attachment)
        channel.wait_for_release()
        case, = [c["number"] for c in channel.reviewer(1, "inbox").data["cases"]]
        channel.reviewer(1, "show", case, "--save-files", channel.desk / "saved")
        saved, = (channel.desk / "saved").iterdir()
        self.assertEqual(saved.read_bytes(), attachment.read_bytes())
        channel.reviewer(2, "inbox")
        channel.reviewer(1, "reply", case, "--file", "-", stdin="received")
        channel.wait_for_release()
        answers = channel.reporter("answers", receipt).data["answers"]
        self.assertEqual([a["text"] for a in answers], ["received"])
        channel.reporter("follow-up", receipt, "--file", "-", stdin="more")
        channel.reporter("burn", receipt, "--all")
        self.assertEqual(channel.run("verify-site", channel.origin, "--ca", channel.ca).code, 0)

    def test_2_nothing_of_a_visitor_is_kept(self):
        for path in ("/", "/review/", "/nowhere", "/api/v1/channel", "/api/v1/keylog?front-test=1"):
            self.ask("GET", path)
        self.assertEqual(self.ask("POST", "/api/v1/envelopes", b"x" * 8192)[0], 415)
        self.assertEqual(self.ask("PUT", "/api/v1/keyring", b"x" * (3 << 20))[0], 413)
        # What nginx would write an error about: half a body, no TLS, a server that is not there.
        tls = ssl.create_default_context(cafile=self.channel.ca)
        with socket.create_connection(("127.0.0.1", self.channel.port), source_address=(VISITOR, 0)) as plain:
            with tls.wrap_socket(plain, server_hostname="localhost") as half:
                half.sendall(f"POST /api/v1/envelopes HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {USER_AGENT}\r\n"
                             "Content-Length: 8192\r\n\r\nhalf".encode())
        with socket.create_connection(("127.0.0.1", self.channel.port), source_address=(VISITOR, 0)) as plain:
            plain.sendall(f"GET /front-test HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {USER_AGENT}\r\n\r\n".encode())
            plain.settimeout(30)
            self.assertIn(b"400", plain.recv(4096))
        self.assertEqual(self.channel.stop(), 0)
        self.assertEqual(self.ask("GET", "/api/v1/channel")[0], 502)

        self.nginx.process.send_signal(1)  # SIGHUP: it goes on, and what it would write is written
        for file in self.files():
            content = file.read_bytes()
            for trace in (VISITOR, "front-test", "front test", USER_AGENT):
                self.assertFalse(trace.encode() in content, f"{trace} in {file}")
        access = self.nginx.directory / "access.log"
        self.assertFalse(access.exists() and access.stat().st_size, "a line of access")
        self.channel.start(wait=False)
        harness.wait_until(self.unix.exists, "the server listens")

    def test_3_only_what_the_server_reads_is_passed_on(self):
        """With a listener in the server's place, to see what arrives there."""
        heads = []

        class Upstream(socketserver.StreamRequestHandler):
            def handle(self):
                head = b""
                while (line := self.rfile.readline(65536)) not in (b"\r\n", b""):
                    head += line
                self.rfile.read(int(re.search(rb"content-length: (\d+)", head, re.I)[1]) if b"ength" in head else 0)
                heads.append(head.decode())
                self.wfile.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

        directory = pathlib.Path(tempfile.mkdtemp(dir=self.channel.base))
        port = harness.free_port()
        with socketserver.UnixStreamServer(str(directory / "sock"), Upstream) as upstream:
            thread = threading.Thread(target=upstream.serve_forever)
            thread.start()
            nginx = Nginx(directory, port, self.channel.ca, self.channel.home / "tls" / "key.pem", directory / "sock")
            try:
                self.ask("POST", "/api/v1/envelopes", b"1234", port=port)
                self.ask("PUT", "/api/v1/sessions", b"", {"Authorization": "Bearer t", "If-Match": '"1"', "Content-Type": "a/b",
                                                          "If-None-Match": '"2"', "Accept-Encoding": "br",
                                                          "Changgu-Work": "w"}, port=port)
            finally:
                nginx.stop()
                upstream.shutdown()
                thread.join()
        fields = [sorted(line.split(":")[0].lower() for line in head.splitlines()[1:]) for head in heads]
        self.assertEqual(fields, [["accept-encoding", "content-length", "host"],
                                  ["accept-encoding", "authorization", "changgu-work", "content-length", "content-type", "host",
                                   "if-match", "if-none-match"]])
        self.assertTrue(all(head.split("\r\n")[0].endswith(" HTTP/1.1") for head in heads))
        self.assertNotIn(VISITOR, "".join(heads))

    def test_4_people_get_through_a_flood(self):
        """What a proof of work is sent in must get through: else a flood closes the channel for everybody behind the proxy."""
        self.assertEqual(self.channel.stop(), 0)
        self.channel.edit_config(r"^free_envelopes_per_minute = .*\nfree_chunks_per_minute = .*\n",
                                 "free_envelopes_per_minute = 1\nfree_chunks_per_minute = 1\nmost_work_bits = 3\n")
        self.channel.start(wait=False)
        harness.wait_until(self.unix.exists, "the server listens")
        for _ in range(20):
            status, _ = self.ask("POST", "/api/v1/envelopes", protocol.blank_envelope(1), {"Content-Type": "application/octet-stream"})
            if status == 429:
                break
            self.assertEqual(status, 201)
        self.assertEqual(status, 429)
        self.channel.report("through the proxy and a flood")


class Onion(unittest.TestCase):
    def verify(self, text):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "torrc"
            file.write_text(text.replace("/var/lib/tor", directory))
            done = subprocess.run(["tor", "--verify-config", "-f", file, "--defaults-torrc", os.devnull, "--DataDirectory",
                                   directory, "--ignore-missing-torrc"], capture_output=True, text=True, timeout=60)
            return done.returncode, done.stdout + done.stderr

    def test_tor_understands_it(self):
        text = (CONFIG / "torrc").read_text()
        code, said = self.verify(text)
        self.assertEqual(code, 0, said)
        self.assertIn("Configuration was valid", said)
        warnings = [line for line in said.splitlines() if re.search(r"\[(warn|err)\]", line) and "as root" not in line]
        self.assertEqual(warnings, [])
        # The port that the configuration offers for it.
        port = re.search(r"^HiddenServicePort 80 (.*)$", text, flags=re.M)[1]
        self.assertIn(f'# plain = "{port}"', (CONFIG / "changgu.toml").read_text())
        self.assertNotEqual(self.verify(text.replace("HiddenServicePort 80", "HiddenServicePort eighty"))[0], 0)


if __name__ == "__main__":
    unittest.main()
