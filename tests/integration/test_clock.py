"""The real server, in its sandbox, while its wall clock jumps (moved_clock.cpp): nothing that it has said yes to is lost, what
people do goes on, it says what it doubts, and comes back by itself. Everybody else's clock is right."""

import http.client
import json
import os
import re
import signal
import unittest

import harness
import protocol

DAY = 86400
YEARS = 10 * 365 * DAY
MONTH = 40 * DAY  # longer than an epoch
PRESENT = 1


class ClockTest(harness.ChannelTest):
    changes = ()  # of the configuration

    @classmethod
    def setUpClass(cls):
        cls.channel = channel = harness.channel_like()
        cls.addClassCleanup(cls.close)
        cls.metrics = harness.free_port()
        channel.config.write_text(channel.config.read_text() + f'\n[metrics]\nlisten = "127.0.0.1:{cls.metrics}"\n')
        for change in cls.changes:
            channel.edit_config(*change)
        cls.shift = channel.base / "moved-clock"
        cls.shift.write_bytes(bytes(8))
        channel.environment = {"LD_PRELOAD": os.environ["CHANGGU_MOVED_CLOCK"], "CHANGGU_MOVED_CLOCK": str(cls.shift)}
        channel.start()
        cls.keyring = protocol.open_keyring(channel.keyring(1), channel.secrets["reviewer 1"])

    def move(self, seconds):
        """From now on the server's clock is so much ahead of the true one."""
        with open(self.shift, "r+b", buffering=0) as f:
            f.write(seconds.to_bytes(8, "little", signed=True))

    def said(self, event):
        """What follows it in the log, each time."""
        return re.findall(rf" {event}\b ?(.*)", self.channel.log.read_text())

    def health(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.metrics, timeout=30)
        try:
            connection.request("GET", "/health")
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def wait_for_doubt(self, shift, before=0):
        """Until it tells, which it does at a release; what else it tells."""
        harness.wait_until(lambda: len(self.said("clock_doubted")) > before, "a doubt")
        days = int(self.said("clock_doubted")[-1].removeprefix("days="))
        self.assertLessEqual(abs(days - shift // DAY), 1)
        harness.wait_until(lambda: self.health()[1]["clock"] == "doubted", "it is told")
        status, health = self.health()
        self.assertEqual((status, health["release"], health["storage"]), (503, "on_time", "ok"))
        return health

    def wait_for_trust(self, before=0):
        harness.wait_until(lambda: len(self.said("clock_trusted")) > before, "the clock is trusted again")
        self.channel.wait_for_release()
        self.assert_well()

    def assert_well(self):
        status, health = self.health()
        self.assertEqual((status, set(health.values())), (200, {"ok", "on_time", "valid"}))

    def server(self):
        """A reviewer's session that begins now."""
        server = protocol.Server(self.channel)
        self.assertEqual(server.sign_in(self.keyring), 201)
        return server


class Held:
    """What a server has said yes to."""

    def __init__(self, test):
        self.test = test
        self.envelopes, self.replies, self.events, self.files, self.keyring = [], {}, {}, {}, None

    def add(self, server):
        """One of each."""
        test = self.test
        put = lambda path, body: test.assertEqual(server.request("PUT", path, body)[0], 201, path)
        sealed = lambda: b"\1" + bytes(7) + os.urandom(protocol.ENVELOPE - 8)
        envelope = protocol.blank_envelope(1)
        test.assertEqual(server.post_envelope(envelope), 201)
        self.envelopes.append(envelope)
        token = os.urandom(32)
        self.files[token] = os.urandom(65536)
        put(f"/blobs/{self.blob(token).hex()}", self.files[token])
        token = os.urandom(32)
        self.replies[token] = sealed()
        put(f"/replies/{protocol.reply_address(token).hex()}", self.replies[token])
        address = os.urandom(32)
        self.events[address] = sealed()
        put(f"/cases/{address.hex()}", self.events[address])

        self.keyring = os.urandom(4096)
        etag = server.request("GET", "/keyring")[2]["ETag"]
        stored = {"keyring": protocol.b64e(self.keyring), "locker": protocol.b64e(bytes(32))}
        status, _, _ = server.request("PUT", "/keyring", stored, headers={"If-Match": etag} if etag else None)
        test.assertEqual(status, 204)

    @staticmethod
    def blob(token):
        return protocol.H(32, b"changgu/blob/v1", token)

    def use(self, server):
        """What a reviewer's visit does to files, so that they are kept."""
        status, _, _ = server.request("POST", "/keep", b"\3" + b"".join(self.files))
        self.test.assertEqual(status, 204)

    def check(self, server):
        """All of it is there, once."""
        test = self.test
        inbox = [e for _, e in server.inbox()]
        test.assertEqual([inbox.count(e) for e in self.envelopes], [1] * len(self.envelopes))
        read = lambda path, body: server.request("POST", path, body)[1][: 1 + len(server_has)]
        for token, server_has in self.replies.items():
            test.assertEqual(read("/replies/read", token + os.urandom(96)), bytes([PRESENT]) + server_has)
        for address, server_has in self.events.items():
            test.assertEqual(read("/cases/read", address), bytes([PRESENT]) + server_has)
        for token, server_has in self.files.items():
            test.assertEqual(read("/blobs/read", self.blob(token)), bytes([PRESENT]) + server_has)
        test.assertEqual(protocol.b64d(server.json("GET", "/keyring")["keyring"]), self.keyring)


class Jumps(ClockTest):
    def test_there_and_back(self):
        channel, held = self.channel, Held(self)
        held.add(self.server())
        self.assertIn(" seccomp=1 ", self.said("sandboxed")[-1])
        receipt = channel.report("Before it jumped.")
        self.channel.wait_for_release()
        case = channel.reviewer(1, "inbox").data["cases"][0]["number"]
        for shift, certificate in ((YEARS, "ended"), (-YEARS, "valid"), (MONTH, "valid")):
            with self.subTest(days=shift // DAY):
                doubts, trusts = len(self.said("clock_doubted")), len(self.said("clock_trusted"))
                session = self.server()
                self.move(shift)
                envelope = protocol.blank_envelope(1)
                self.assertEqual(protocol.Server(channel).post_envelope(envelope), 201, "before it has looked")
                held.envelopes.append(envelope)
                health = self.wait_for_doubt(shift, doubts)
                self.assertEqual((health["epoch"], health["certificate"]), ("none", certificate))
                held.add(session)
                held.use(session)
                held.add(self.server())
                if shift == YEARS:
                    self.people_go_on(receipt, case)
                self.channel.wait_for_release()
                held.check(self.server())
                self.assertEqual(len(self.said("certificate_expires_soon")), 1, "of the first of them")

                self.move(0)
                self.wait_for_trust(trusts)
                held.check(session)
                self.assertEqual(len(self.said("clock_doubted")), doubts + 1)

    def people_go_on(self, receipt, case):
        """At their command lines, where the clock is right; and whoever looks after the server renews its certificate."""
        channel = self.channel
        channel.reviewer(1, "reply", case, "--file", "-", stdin="While it is wrong.")
        channel.reporter("follow-up", receipt, "--file", "-", stdin="As well.")
        channel.server.send_signal(signal.SIGHUP)
        harness.wait_until(lambda: self.said("certificate_reloaded"), "the certificate is reloaded")
        self.channel.wait_for_release()
        self.assertEqual([a["text"] for a in channel.reporter("answers", receipt).data["answers"]], ["While it is wrong."])
        channel.reviewer(1, "inbox")
        self.assertEqual([m["text"] for m in channel.reviewer(1, "show", case).data["messages"]], ["Before it jumped.", "As well."])


class Restarts(ClockTest):
    def restart(self, shift):
        self.assertEqual(self.channel.stop(), 0)
        self.move(shift)
        self.channel.start()

    def test_a_start_with_a_wrong_clock(self):
        held = Held(self)
        held.add(self.server())
        self.channel.wait_for_release()
        for shift in (YEARS, YEARS, -YEARS):  # the second does not know what the first has doubted
            with self.subTest(days=shift // DAY):
                doubts = len(self.said("clock_doubted"))
                self.restart(shift)
                held.add(self.server())
                self.wait_for_doubt(shift, doubts)
                held.check(self.server())
        doubts = len(self.said("clock_doubted"))
        self.restart(0)
        self.channel.wait_for_release()
        self.assert_well()
        held.check(self.server())
        self.assertEqual(len(self.said("clock_doubted")), doubts)


class Load(ClockTest):
    changes = ((r"^free_envelopes_per_minute = .*$", "free_envelopes_per_minute = 6\nmost_work_bits = 3"),)

    def test_work_is_asked_for_while_a_load_lasts(self):
        channel = self.channel
        server, org = protocol.Server(channel), bytes.fromhex(channel.org)
        asked = lambda: server.json("GET", "/work")["bits"] > 0

        def load():
            for _ in range(30):
                envelope = protocol.blank_envelope(1)
                if server.post_envelope(envelope) == 429:
                    return envelope
            raise AssertionError("no work is asked for")

        refused = load()
        proof = server.prove(org, protocol.H(32, refused))
        self.move(YEARS)
        if proof:
            self.assertEqual(server.post_envelope(refused, proof), 201, "a ticket lasts as long as it does")
        load()
        self.move(-YEARS)
        load()
        self.move(0)
        harness.wait_until(lambda: not asked(), "no work is asked for any more", 60)


if __name__ == "__main__":
    unittest.main()
