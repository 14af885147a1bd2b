"""changgu-notify against an SMTP server and an HTTPS server on loopback, beside a running channel: what it sends is the same
to the byte whether or not something has come in."""

import base64
import email
import email.policy
import http.server
import os
import pathlib
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

import harness

PROGRAM = os.environ["CHANGGU_NOTIFY"]
RECIPIENTS = ["audit@example.go.kr", "council@example.go.kr"]
PASSWORD = "correct horse battery"


class Sink:
    """What both servers have: a certificate of this machine, what came in, and how the next visitors are treated."""

    def __init__(self, channel):
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(channel.ca, channel.home / "tls" / "key.pem")
        self.received, self.connections, self.refuse_first, self.refuse_always = [], 0, 0, None

    def serve(self, handler, test):
        sink = self

        class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
            daemon_threads, allow_reuse_address = True, True

            def handle_error(self, request, client_address):
                pass  # a client that does not like the certificate goes away

        server = Server(("127.0.0.1", 0), type("Handler", (handler,), {"sink": sink}))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        test.addCleanup(thread.join)
        test.addCleanup(server.server_close)
        test.addCleanup(server.shutdown)
        return server.server_address[1]


class Smtp(socketserver.StreamRequestHandler):
    """RFC 5321 as far as a message needs it, with STARTTLS and AUTH PLAIN."""

    starttls, implicit = True, False

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")
        self.wfile.flush()

    def secure(self):
        self.connection = self.sink.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
        self.is_secure = True

    def handle(self):
        sink, self.is_secure, seen = self.sink, False, {"login": None, "to": []}
        sink.connections += 1
        self.connection.settimeout(30)
        if self.implicit:
            self.secure()
        self.say("220 sink")
        while line := self.rfile.readline(2048).decode().rstrip("\r\n"):
            verb = line.upper()
            if verb.startswith("EHLO"):
                seen["ehlo"] = line[5:]
                offers = ["AUTH PLAIN"] if self.is_secure or not self.starttls else ["STARTTLS"]
                self.say("250-sink")
                self.say("250 " + offers[0])
            elif verb == "STARTTLS":
                self.say("220 go on")
                self.secure()
            elif verb.startswith("AUTH PLAIN"):
                token = line[11:]
                if not token:
                    self.say("334 ")
                    token = self.rfile.readline(2048).decode().strip()
                seen["login"] = base64.b64decode(token).decode().split("\0")[1:]
                self.say("235 welcome" if seen["login"][1] == PASSWORD else "535 no")
            elif verb.startswith("MAIL FROM:"):
                seen["from"] = line[10:]
                if sink.refuse_first > 0:
                    sink.refuse_first -= 1
                    self.say("451 later, " + RECIPIENTS[0])
                elif sink.refuse_always:
                    self.say(sink.refuse_always)
                else:
                    self.say("250 ok")
            elif verb.startswith("RCPT TO:"):
                seen["to"].append(line[8:])
                self.say("250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                lines = []
                while (data := self.rfile.readline(65536)) not in (b".\r\n", b""):
                    lines.append(data)
                seen |= {"message": b"".join(lines), "tls": self.is_secure}
                sink.received.append(seen)
                self.say("250 taken")
            elif verb == "QUIT":
                return self.say("221 bye")
            else:
                self.say("502 no")


class Implicit(Smtp):
    implicit = True


class WithoutTls(Smtp):
    starttls = False


class Webhook(http.server.BaseHTTPRequestHandler):
    def setup(self):
        self.sink.connections += 1
        self.request = self.sink.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        sink = self.sink
        if sink.refuse_first > 0:
            sink.refuse_first -= 1
            return self.answer(503)
        if sink.refuse_always:
            return self.answer(*sink.refuse_always)
        sink.received.append({"path": self.path, "headers": dict(self.headers), "body": body})
        self.answer(200)

    def answer(self, status, *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *about):
        pass


class Notices(harness.ChannelTest):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.sink = Sink(self.channel)

    def notify(self, config, expect=0, environment={}):
        file = self.directory / "notify.toml"
        file.write_text(config)
        done = subprocess.run([PROGRAM, "--config", file], env=harness.bare_environment() | environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=240)
        self.assertEqual(done.returncode, expect, done.stderr)
        self.assertEqual(done.stdout, "")
        for secret in (*RECIPIENTS, "example.go.kr", "localhost", "127.0.0.1", PASSWORD):
            self.assertNotIn(secret, done.stderr)
        return done.stderr.strip()

    def mail(self, port, scheme="smtp", host="mail.localhost", more="", to=RECIPIENTS, attempts=3):
        """mail.localhost is loopback to every resolver, and to changgu-notify a name like any other: it needs TLS."""
        return (f'[notices]\nby = "smtp"\nattempts = {attempts}\npause_seconds = 1\nca = "{self.certificate()}"\n{more}\n[smtp]\n'
                f'server = "{scheme}://{host}:{port}"\nfrom = "changgu@example.go.kr"\nto = {to}\n'
                + ('user = "changgu"\n' if "secret_file" in more else ""))

    def certificate(self):
        """Of mail.localhost, made by whoever runs the mail server."""
        certificate, key = self.directory / "mail.pem", self.directory / "mail.key"
        if not certificate.exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                            "2", "-subj", "/CN=mail", "-addext", "subjectAltName=DNS:mail.localhost,DNS:localhost", "-keyout", key,
                            "-out", certificate], check=True, capture_output=True, timeout=60)
            self.sink.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.sink.tls.load_cert_chain(certificate, key)
        return certificate

    def secret(self, text=PASSWORD, mode=0o600):
        file = self.directory / "secret"
        file.write_text(text + "\n")
        file.chmod(mode)
        return 'secret_file = "secret"'

    def within_an_hour(self, twice):
        """The one thing that a notice may depend on is the hour."""
        while True:
            hour = int(time.time()) // 3600
            result = twice()
            if int(time.time()) // 3600 == hour:
                return result
            self.sink.received.clear()

    # --- the point of it

    def test_new_or_not_it_is_the_same_to_the_byte(self):
        channel = self.channel
        self.certificate()
        mail, hook = self.sink.serve(Smtp, self), self.sink.serve(Webhook, self)
        by_mail = self.mail(mail, more=self.secret())
        by_hook = f'[notices]\nby = "webhook"\nca = "{self.certificate()}"\n[webhook]\nurl = "https://mail.localhost:{hook}/hooks/1"\n'

        def both():
            seen = []
            for n in range(2):
                if n == 1:
                    channel.report("something new")
                    channel.wait_for_release()
                said = [self.notify(by_mail), self.notify(by_hook)]
                seen.append((said, list(self.sink.received)))
                self.sink.received.clear()
            return seen

        nothing_new, something_new = self.within_an_hour(both)
        self.assertEqual(len(nothing_new[1]), 3)
        self.assertEqual(nothing_new, something_new)
        self.assertEqual(channel.reviewer(1, "inbox").code, 0)

    def test_it_opens_nothing_but_its_configuration(self):
        """So it could not know, even with every right."""
        channel, trace = self.channel, self.directory / "trace"
        port = self.sink.serve(Smtp, self)
        file = self.directory / "notify.toml"
        file.write_text(self.mail(port))
        environment = {"PATH": os.environ["PATH"], "ASAN_OPTIONS": "detect_leaks=0"}  # no leak check under a tracer
        subprocess.run(["strace", "-f", "-e", "trace=%file", "-o", trace, PROGRAM, "--config", file], env=environment, check=True,
                       capture_output=True, timeout=240)
        seen = trace.read_text()
        self.assertIn("notify.toml", seen)
        for place in (channel.home, channel.base, "/var/lib/changgu"):
            self.assertNotIn(str(place), seen)

    # --- mail

    def test_a_mail_goes_to_each_with_tls_and_a_password_from_a_file(self):
        self.certificate()
        for handler, scheme in ((Smtp, "smtp"), (Implicit, "smtps")):
            port = self.sink.serve(handler, self)
            self.assertEqual(self.notify(self.mail(port, scheme, more=self.secret())), "changgu-notify: 2 sent, 0 failed")
            one, two = self.sink.received
            self.assertEqual([one["to"], two["to"]], [[f"<{r}>"] for r in RECIPIENTS])
            for seen in (one, two):
                self.assertEqual((seen["tls"], seen["login"], seen["from"], seen["ehlo"]),
                                 (True, ["changgu", PASSWORD], "<changgu@example.go.kr>", "example.go.kr"))
                message = email.message_from_bytes(seen["message"], policy=email.policy.default)
                self.assertEqual(message.defects, [])
                self.assertEqual(set(message.keys()), {"Date", "From", "To", "Message-ID", "Subject", "Auto-Submitted", "MIME-Version",
                                                       "Content-Type", "Content-Transfer-Encoding"})
                self.assertEqual(message["Subject"], "알림: 소통창구를 확인해 주십시오 / Reminder: look into the channel")
                self.assertIn("새 제보가 있든 없든", message.get_content())
                self.assertIn("whether or not there is anything new", message.get_content())
                self.assertNotIn("http", message.get_content())
                self.assertEqual(message["Date"].datetime.minute, 0)
            self.sink.received.clear()

    def test_without_tls_nothing_is_said_to_another_machine(self):
        port = self.sink.serve(WithoutTls, self)
        said = self.notify(self.mail(port, more=self.secret()), expect=1)
        self.assertEqual(said, "changgu-notify: 0 sent, 2 failed: the server offers no TLS")
        self.assertEqual(self.sink.received, [])
        # On this machine it may be so.
        self.assertEqual(self.notify(self.mail(port, host="127.0.0.1")), "changgu-notify: 2 sent, 0 failed")

    def test_a_certificate_that_nobody_vouches_for_ends_it(self):
        self.certificate()
        port = self.sink.serve(Implicit, self)
        foreign = self.mail(port, "smtps").replace(str(self.certificate()), str(self.channel.ca))
        self.assertEqual(self.notify(foreign, expect=1), "changgu-notify: 0 sent, 2 failed: the server's certificate is not trusted")
        self.assertEqual((self.sink.received, self.sink.connections), ([], 2), "and is not tried again")

    def test_attempts_are_bounded(self):
        port = self.sink.serve(Smtp, self)
        config = self.mail(port, to=RECIPIENTS[:1], attempts=2)
        self.sink.refuse_first = 1
        self.assertEqual(self.notify(config), "changgu-notify: 1 sent, 0 failed")
        self.assertEqual((self.sink.connections, len(self.sink.received)), (2, 1))
        self.sink.refuse_always, self.sink.connections = "451 never now", 0
        self.assertEqual(self.notify(config, expect=1), "changgu-notify: 0 sent, 1 failed: the server does not take it")
        self.assertEqual(self.sink.connections, 2)
        self.sink.refuse_always, self.sink.connections = "550 go away, " + RECIPIENTS[0], 0
        self.assertEqual(self.notify(config, expect=1), "changgu-notify: 0 sent, 1 failed: the server refuses")
        self.assertEqual(self.sink.connections, 1)

    def test_one_who_has_to_wait_holds_up_nobody_else(self):
        self.certificate()
        port = self.sink.serve(Smtp, self)
        self.sink.refuse_first = 1
        self.assertEqual(self.notify(self.mail(port)), "changgu-notify: 2 sent, 0 failed")
        self.assertEqual([seen["to"] for seen in self.sink.received], [[f"<{r}>"] for r in reversed(RECIPIENTS)])

    def test_a_wrong_password_and_one_that_others_can_read(self):
        port = self.sink.serve(Smtp, self)
        config = self.mail(port, more=self.secret("wrong"), to=RECIPIENTS[:1])
        self.assertEqual(self.notify(config, expect=1), "changgu-notify: 0 sent, 1 failed: the user or the password is refused")
        self.assertEqual(self.sink.connections, 1)
        for text, mode in ((PASSWORD, 0o640), ("two\nlines", 0o600), ("", 0o600), ("x" * 2000, 0o600)):
            self.secret(text, mode)
            self.assertIn("nobody else can read", self.notify(config, expect=1))
        self.assertEqual(self.sink.connections, 1)

    # --- webhooks

    def hook(self, port, more="", attempts=2):
        return (f'[notices]\nby = "webhook"\nlanguage = "en"\nattempts = {attempts}\npause_seconds = 1\nca = "{self.certificate()}"\n'
                f'{more}\n[webhook]\nurl = "https://mail.localhost:{port}/hooks/1"\n')

    def test_a_webhook_is_told_one_sentence(self):
        self.certificate()
        port = self.sink.serve(Webhook, self)
        self.assertEqual(self.notify(self.hook(port, self.secret("a-token"))), "changgu-notify: 1 sent, 0 failed")
        seen, = self.sink.received
        self.assertEqual(seen["path"], "/hooks/1")
        self.assertEqual(set(seen["headers"]), {"Host", "Content-Type", "Content-Length", "Authorization"})
        self.assertEqual(seen["headers"]["Authorization"], "Bearer a-token")
        self.assertTrue(seen["body"].startswith(b'{"text":"Please sign in'))

    def test_a_webhook_is_not_followed_elsewhere_nor_asked_for_ever(self):
        self.certificate()
        port = self.sink.serve(Webhook, self)
        self.sink.refuse_first = 1
        self.assertEqual(self.notify(self.hook(port)), "changgu-notify: 1 sent, 0 failed")
        self.sink.connections = 0
        for answer, connections, reason in (((302, ("Location", f"https://mail.localhost:{port}/elsewhere")), 1, "the server refuses"),
                                            ((404,), 1, "the server refuses"), ((503,), 2, "the server does not take it")):
            self.sink.refuse_always, self.sink.connections = answer, 0
            self.assertEqual(self.notify(self.hook(port), expect=1), f"changgu-notify: 0 sent, 1 failed: {reason}")
            self.assertEqual(self.sink.connections, connections)
        # A proxy of the environment would see when notices go.
        self.sink.refuse_always = None
        elsewhere = {"https_proxy": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}
        self.assertEqual(self.notify(self.hook(port), environment=elsewhere), "changgu-notify: 1 sent, 0 failed")

    # --- not at all

    def test_off_it_connects_to_nobody(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            port = listener.getsockname()[1]
            self.assertEqual(self.notify(self.mail(port).replace('by = "smtp"', 'by = "off"')), "changgu-notify: off")
            listener.settimeout(0.2)
            with self.assertRaises(TimeoutError):
                listener.accept()

    def test_the_server_links_nothing_that_connects(self):
        linked = subprocess.run(["ldd", harness.PROGRAM], capture_output=True, text=True, check=True).stdout
        self.assertIn("libsodium", linked)
        self.assertNotIn("curl", linked)
        self.assertIn("libcurl", subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    unittest.main()
