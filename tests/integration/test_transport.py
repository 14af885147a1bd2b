"""TLS and HTTP as the network sees them: 1.3 only, nothing that ties two visits together, one framing."""

import os
import socket
import ssl
import threading
import time
import unittest

import harness
import protocol


def has_ticket(port, ca, request=b"GET /api/v1/channel HTTP/1.1\r\nHost: localhost\r\n\r\n"):
    """Whether a server gave something to resume a session with, after a whole exchange."""
    context = ssl.create_default_context(cafile=ca)
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost") as s:
        s.settimeout(20)
        s.sendall(request)
        s.recv(4096)
        return s.session is not None and s.session.has_ticket


class Transport(harness.ChannelTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel.stop()
        cls.channel.config.write_text(cls.channel.config.read_text() +
                                      "\n[limits]\nheader_seconds = 2\nbody_seconds = 3\nhandshake_seconds = 4\n")
        cls.channel.start()

    def connect(self, **settings):
        context = ssl.create_default_context(cafile=self.channel.ca)
        for name, value in settings.items():
            setattr(context, name, value)
        raw = socket.create_connection(("127.0.0.1", self.channel.port))
        raw.settimeout(20)
        try:
            return context.wrap_socket(raw, server_hostname="localhost")
        except BaseException:
            raw.close()
            raise

    def exchange(self, raw):
        """Everything that comes back until the server closes."""
        with self.connect() as s:
            s.sendall(raw)
            answer = b""
            try:
                while slice_ := s.recv(65536):
                    answer += slice_
            except ConnectionResetError:
                pass  # it closed without reading the rest
            return answer

    def test_tls_1_3_and_nothing_older(self):
        with self.connect() as s:
            self.assertEqual(s.version(), "TLSv1.3")
        with self.assertRaises(ssl.SSLError):
            self.connect(maximum_version=ssl.TLSVersion.TLSv1_2)

    def test_no_session_tickets(self):
        # A server that gives tickets, to know that they would be seen.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.channel.ca, self.channel.home / "tls" / "key.pem")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            def serve():
                with context.wrap_socket(listener.accept()[0], server_side=True) as s:
                    s.recv(4096)
                    s.sendall(b"hello")
                    s.recv(1)

            thread = threading.Thread(target=serve)
            thread.start()
            self.assertTrue(has_ticket(listener.getsockname()[1], self.channel.ca))
            thread.join(20)
        self.assertFalse(has_ticket(self.channel.port, self.channel.ca))

    def test_no_two_readings_of_one_request(self):
        smuggled = b"GET /api/v1/keylog?from=0 HTTP/1.1\r\nHost: localhost\r\n\r\n"
        size = str(len(smuggled)).encode()
        post = b"POST /api/v1/replies/burn HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
        for name, raw in {
            "both framings": post + b"Content-Length: " + size + b"\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
            "two lengths": post + b"Content-Length: 0\r\nContent-Length: " + size + b"\r\n\r\n" + smuggled,
            "the same length twice": post + b"Content-Length: 128\r\nContent-Length: 128\r\n\r\n" + bytes(128) + smuggled,
            "a list of codings": post + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + smuggled,
            "obs-fold": post + b"X: a\r\n Content-Length: 5\r\nContent-Length: 0\r\n\r\n" + smuggled,
            "bare line feeds": post.replace(b"\r\n", b"\n") + b"Content-Length: 0\n\n" + smuggled,
            "two hosts": b"GET /api/v1/channel HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n" + smuggled,
            "a blank before the colon": post + b"Content-Length : 0\r\n\r\n" + smuggled,
        }.items():
            with self.subTest(name):
                answer = self.exchange(raw)
                self.assertEqual(answer.count(b"HTTP/1.1 "), 1, answer[:300])
                self.assertIn(answer.split(b" ")[1], (b"400", b"501"))
                self.assertNotIn(b"changgu/statement", answer)

    def test_slow_clients_are_cut_off(self):
        whole = b"GET /api/v1/channel HTTP/1.1\r\nHost: localhost\r\n\r\n"
        began = time.monotonic()
        with self.connect() as s:
            s.sendall(whole[:-2])
            self.assertNotIn(b" 200 ", s.recv(4096))
        head = b"POST /api/v1/envelopes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n" \
               b"Content-Length: 8192\r\n\r\n"
        with self.connect() as s:
            s.sendall(head + bytes(100))
            self.assertNotIn(b" 201 ", s.recv(4096))
        with socket.create_connection(("127.0.0.1", self.channel.port)) as s:  # a handshake that never comes
            s.settimeout(20)
            self.assertEqual(s.recv(1), b"")
        self.assertLess(time.monotonic() - began, 15)

    def test_bodies_are_bounded_before_they_are_read(self):
        head = b"POST /api/v1/envelopes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n" \
               b"Content-Length: %d\r\n\r\n"
        for length, expected in ((8193, b"413"), (1 << 40, b"413"), (1 << 70, b"400")):
            with self.connect() as s:
                s.sendall(head % length)
                self.assertEqual(s.recv(4096).split(b" ")[1], expected)

    def test_answers_say_nothing_that_they_need_not(self):
        server = protocol.Server(self.channel)
        marker = "whoami-" + os.urandom(4).hex()
        for method, path, body in (("GET", "/channel", None), ("GET", "/" + marker, None), ("POST", "/" + marker, b"x"),
                                   ("GET", f"/keylog?from={marker}", None), ("POST", "/envelopes", marker.encode()),
                                   ("DELETE", "/channel", None), ("GET", "/inbox?after=0", None)):
            status, answer, headers = server.request(method, path, body, headers={"X-Marker": marker, "Cookie": marker})
            text = str(headers) + answer.decode("latin1")
            self.assertNotIn(marker, text)
            for name in ("Date", "Server", "Set-Cookie", "Last-Modified"):
                self.assertNotIn(name, headers)
            self.assertEqual(headers["Cache-Control"], "no-store")
            if status >= 400:
                self.assertIn(b"urn:changgu:problem:", answer)
                server = protocol.Server(self.channel)
        self.assertNotIn(marker, self.channel.log.read_text())


if __name__ == "__main__":
    unittest.main()
