"""Floods and hogs, in small: what a few sources do, the others do not notice. tests/bench/flood.py does it in earnest."""

import contextlib
import os
import select
import socket
import ssl
import threading
import time
import unittest

import harness
import protocol

PLACES = 60
REQUEST = b"GET /api/v1/channel HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /api/v1/envelopes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: 8192\r\n\r\n"
HOG, HONEST = "127.0.0.2", "127.0.0.3"


class UnderLoad(harness.ChannelTest):
    """Whatever is sent costs work, since next to nothing is free."""

    @classmethod
    def setUpClass(cls):
        cls.channel = harness.channel_like(*cls.init_options)
        cls.addClassCleanup(cls.close)
        cls.channel.edit_config(r"^free_envelopes_per_minute = .*\nfree_chunks_per_minute = .*\n",
                                "free_envelopes_per_minute = 1\nfree_chunks_per_minute = 1\nmost_work_bits = 3\n")
        cls.channel.start()

    def flooded(self):
        """A connection, after so much that whoever comes next is asked for work, for a while."""
        server = protocol.Server(self.channel)
        org = bytes.fromhex(self.channel.org)
        for _ in range(4):
            envelope = protocol.blank_envelope(1)
            self.assertEqual(server.post_envelope(envelope, server.prove(org, protocol.H(32, envelope))), 201)
        self.assertGreater(server.json("GET", "/work")["bits"], 0)
        return server

    def test_people_get_through(self):
        channel = self.channel
        self.flooded()
        attachment = channel.base / "attachment.txt"
        attachment.write_text("evidence")
        receipt = channel.report("A tip that cost work.", "--attach", attachment)
        channel.wait_for_release()
        self.flooded()
        inbox = channel.reviewer(1, "inbox")
        self.assertEqual(inbox.data["condition"], {"storage": "ample", "load": "high"})
        self.assertIn("under load", inbox.err)
        self.flooded()
        self.assertIn("몰리고", channel.reviewer(1, "inbox", "--lang", "ko").err)
        number = inbox.data["cases"][0]["number"]
        saved = channel.base / "saved"
        channel.reviewer(1, "show", number, "--save-files", saved)
        self.assertEqual([p.read_text() for p in saved.iterdir()], ["evidence"])
        channel.reviewer(1, "reply", number, "--file", "-", stdin="Thank you.")
        self.flooded()
        channel.reporter("follow-up", receipt, "--file", "-", stdin="And another thing.")
        log = channel.log.read_text()
        for word in ("work", "load", "127.0.0", "nonce"):
            self.assertNotIn(word, log)

    def test_what_is_stored_costs_what_is_new(self):
        server = self.flooded()
        org = bytes.fromhex(self.channel.org)
        stored = protocol.blank_envelope(1)
        proof = server.prove(org, protocol.H(32, stored))
        self.assertEqual(server.post_envelope(stored, proof), 201)
        answers = []
        for envelope in (stored, protocol.blank_envelope(1)):
            status, body, headers = server.request("POST", "/envelopes", envelope)
            answers.append((status, body, sorted(headers.items())))
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0][0], 429)
        self.assertIn(b"urn:changgu:problem:work-required", answers[0][1])
        self.assertEqual(server.post_envelope(stored, proof), 201, "the same again with its proof")
        self.assertEqual(server.post_envelope(protocol.blank_envelope(1), proof), 429, "nothing else with it")

    def test_a_proof_belongs_to_where_it_was_asked_for(self):
        server = self.flooded()
        org = bytes.fromhex(self.channel.org)
        envelope = protocol.blank_envelope(1)
        proof = server.prove(org, protocol.H(32, envelope))
        self.assertEqual(protocol.Server(self.channel, address=HONEST).post_envelope(envelope, proof), 429)
        self.assertEqual(protocol.Server(self.channel).post_envelope(envelope, proof), 201)


class Guesses(harness.ChannelTest):
    """Whoever fails to sign in as somebody keeps out himself."""

    def guess(self, server, scope):
        nonce = server.json("POST", "/sessions/challenges", {"scope": scope, "number": 1}, 201)["nonce"]
        return server.request("POST", "/sessions", {"scope": scope, "number": 1, "nonce": nonce,
                                                    "signature": protocol.b64e(os.urandom(64))})[0]

    def test_they_keep_nobody_else_out(self):
        hog, honest = (protocol.Server(self.channel, address=a) for a in (HOG, HONEST))
        for scope in ("reviewer", "keyring"):
            told = [self.guess(hog, scope) for _ in range(12)]
            self.assertEqual(told[:10], [401] * 10)
            self.assertEqual(told[10:], [429] * 2 if scope == "keyring" else [401] * 2)
            self.assertEqual(self.guess(honest, scope), 401, "an answer, and no refusal to listen")
        keyring = protocol.open_keyring(self.channel.keyring(1), self.channel.secrets["reviewer 1"])
        self.assertEqual(honest.sign_in(keyring), 201)


class Crowds(harness.ChannelTest):
    """One source takes whatever connections it can get, in each way of holding one; another comes for an answer. Deadlines are
    long, so that it is not they who make room."""

    @classmethod
    def setUpClass(cls):
        cls.channel = harness.channel_like(*cls.init_options)
        cls.addClassCleanup(cls.close)
        cls.channel.config.write_text(
            cls.channel.config.read_text() +
            f"\n[limits]\nconnections = {PLACES}\nhandshake_seconds = 300\nidle_seconds = 300\nheader_seconds = 300\n"
            "body_seconds = 300\nwrite_seconds = 300\n")
        cls.channel.start()

    def setUp(self):
        self.held = self.enterContext(contextlib.ExitStack())
        self.context = ssl.create_default_context(cafile=self.channel.ca)

    def raw(self, address=HOG):
        s = self.held.enter_context(socket.create_connection(("127.0.0.1", self.channel.port), 20, (address, 0)))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        return s

    def encrypted(self, first=b"", address=HOG):
        s = self.held.enter_context(self.context.wrap_socket(self.raw(address), server_hostname="localhost"))
        s.sendall(first)
        return s

    def take_all(self, hold):
        """More than there are. What is refused or cut is gone: that is not what is tested."""
        for _ in range(PLACES + 20):
            with contextlib.suppress(OSError):
                hold()

    def assert_served(self):
        """Five at once, each with a connection of its own, kept while the others come."""
        servers = [protocol.Server(self.channel, address=HONEST) for _ in range(5)]
        for server in servers:
            self.assertEqual(server.request("GET", "/channel")[0], 200)
        for server in servers:
            self.assertEqual(server.post_envelope(protocol.blank_envelope(1)), 201)
            server.connection.close()

    def test_idle_connections(self):
        self.take_all(self.encrypted)
        self.assert_served()

    def test_one_connection_from_each_of_many_addresses(self):
        """As many as whoever has a network of IPv6 can have."""
        addresses = iter(f"127.0.1.{n}" for n in range(1, 255))
        self.take_all(lambda: self.encrypted(address=next(addresses)))
        time.sleep(2.5)
        self.assert_served()

    def test_half_open_handshakes(self):
        self.take_all(self.raw)
        self.assert_served()
        self.take_all(lambda: self.raw().sendall(b"\x16\x03\x01\x02\x00\x01"))  # begun, not more
        self.assert_served()

    def test_dripping_headers(self):
        dripping = []
        self.take_all(lambda: dripping.append(self.encrypted(REQUEST[:9])))
        stop = threading.Event()

        def drip():
            while not stop.wait(0.2):
                for s in dripping:
                    with contextlib.suppress(OSError):
                        s.sendall(b"x")
        thread = threading.Thread(target=drip)
        thread.start()
        try:
            self.assert_served()
        finally:
            stop.set()
            thread.join()

    def test_dripping_bodies_and_answers_that_nobody_reads(self):
        self.take_all(lambda: self.encrypted(POST + bytes(100)))
        time.sleep(2.5)  # they are cut in the middle of a request only when they have taken a while
        self.assert_served()
        self.held.close()
        self.take_all(lambda: self.encrypted(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200))
        time.sleep(2.5)
        self.assert_served()

    def test_newcomers_without_end(self):
        """Who is cut comes again at once."""
        stop = threading.Event()

        def storm():
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    self.raw()
        thread = threading.Thread(target=storm)
        thread.start()
        try:
            for _ in range(3):
                self.assert_served()
        finally:
            stop.set()
            thread.join()

    def test_pipelining(self):
        """Twenty connections that ask without end and read what comes; another is answered between."""
        burst = REQUEST * 100
        greedy = [self.encrypted() for _ in range(20)]
        for s in greedy:
            s.setblocking(False)
        stop = threading.Event()

        def ask():
            while not stop.is_set():
                select.select(greedy, greedy, [], 1)
                for s in greedy:
                    with contextlib.suppress(OSError):
                        s.send(burst)
                    with contextlib.suppress(OSError):
                        while s.recv(65_536):
                            pass
        thread = threading.Thread(target=ask)
        thread.start()
        try:
            server = protocol.Server(self.channel, address=HONEST)
            for _ in range(20):
                self.assertEqual(server.request("GET", "/channel")[0], 200)
        finally:
            stop.set()
            thread.join()

    def test_bodies_that_are_too_long(self):
        """Refused before they are read, by the dozen, and nobody else waits for it."""
        for length in (8193, 1 << 20, 1 << 40):
            for _ in range(10):
                s = self.encrypted(POST.replace(b"8192", str(length).encode()))
                self.assertEqual(s.recv(4096).split(b" ")[1], b"413")
        self.assert_served()


if __name__ == "__main__":
    unittest.main()
