"""Acknowledged means kept: kill -9 under load, SIGTERM with a request in flight, the same envelope twice."""

import collections
import http.client
import random
import signal
import socket
import ssl
import time
import unittest

import harness
import protocol

KILLS = 6


class Durability(harness.ChannelTest):
    def inbox(self):
        keyring = protocol.open_keyring(self.channel.keyring(1), self.channel.secrets["reviewer 1"])
        server = protocol.Server(self.channel)
        self.assertEqual(server.sign_in(keyring), 201)
        return collections.Counter(e for _, e in server.inbox())

    def test_kill_9_under_load(self):
        channel = self.channel
        acknowledged, sent = [], []
        for i in range(KILLS):
            slow = channel.start_command("report", *channel.public(), "--file", "-", stdin=True) if i % 2 == 0 else None
            begun = channel.wait_until_it_reads(slow) if slow else ""
            load = harness.Tally(3, self.one_post)
            time.sleep(0.4 + random.random())
            channel.stop(signal.SIGKILL)
            acknowledged += load.stop()
            channel.start()
            if slow:  # its connection is gone; it connects anew
                channel.finish_command(slow, f"report {i} survived")
                sent.append(begun + f"report {i} survived")
        self.assertGreater(len(acknowledged), 20)
        channel.wait_for_release()

        inbox = self.inbox()
        self.assertEqual({inbox[e] for e in acknowledged}, {1}, "each acknowledged envelope, exactly once")
        self.assertEqual(set(inbox.values()), {1})
        sync = channel.reviewer(2, "inbox").data
        texts = sorted(channel.reviewer(2, "show", c["number"]).data["messages"][0]["text"] for c in sync["cases"])
        self.assertEqual(texts, sorted(sent))
        findings = channel.run("doctor", "--config", channel.config, expect=None).data
        self.assertIn({"verdict": "ok", "finding": "The database's settings hold and its contents are sound."}, findings)

    def one_post(self):
        envelope = protocol.blank_envelope(1)
        try:
            return envelope if protocol.Server(self.channel).post_envelope(envelope) == 201 else None
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
            return None

    def test_the_same_envelope_twice(self):
        envelope = protocol.blank_envelope(1)
        first = protocol.Server(self.channel).request("POST", "/envelopes", envelope)
        again = protocol.Server(self.channel).request("POST", "/envelopes", envelope)
        self.assertEqual((first[0], first[1], sorted(first[2].items())), (again[0], again[1], sorted(again[2].items())))
        self.channel.wait_for_release()
        after = protocol.Server(self.channel).request("POST", "/envelopes", envelope)
        self.assertEqual(after[:2], first[:2], "nor does it tell what was released")
        self.channel.wait_for_release()
        self.assertEqual(self.inbox()[envelope], 1)

    def test_sigterm_finishes_what_has_begun(self):
        channel = self.channel
        envelope = protocol.blank_envelope(1)
        context = ssl.create_default_context(cafile=channel.ca)
        with context.wrap_socket(socket.create_connection(("127.0.0.1", channel.port)), server_hostname="localhost") as s:
            s.settimeout(20)
            head = "POST /api/v1/envelopes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n" \
                   "Content-Length: 8192\r\n\r\n"
            s.sendall(head.encode() + envelope[:4000])
            time.sleep(0.5)
            channel.server.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            s.sendall(envelope[4000:])
            self.assertEqual(s.recv(4096).split(b" ")[1], b"201")
        self.assertEqual(channel.server.wait(30), 0)
        channel.server = None
        channel.start()
        channel.wait_for_release()
        self.assertEqual(self.inbox()[envelope], 1)


if __name__ == "__main__":
    unittest.main()
