"""A server that is not what it should be: clients end with 4 and send nothing."""

import http.client
import http.server
import json
import shutil
import ssl
import threading
import time
import unittest

import harness
import protocol
from harness import FAILURE, OK, UNREACHABLE, UNTRUSTED


class Impostor:
    """Terminates TLS with the channel's certificate, passes requests on, and may change what is answered: pages of the key
    log, or what else begins like `at`."""

    def __init__(self, channel, listen_port, server_port, change=lambda page: page, at="/api/v1/keylog?"):
        outer, self.paths = self, []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.paths.append((self.command, self.path))
                inner = http.client.HTTPSConnection("localhost", server_port, timeout=30,
                                                    context=ssl.create_default_context(cafile=channel.ca))
                fields = {k: v for k, v in self.headers.items() if k.lower() in ("content-type", "authorization", "if-match")}
                inner.request(self.command, self.path, body or None, fields)
                response = inner.getresponse()
                content = response.read()
                if self.path.startswith(at) and response.status == 200:
                    content = json.dumps(change(json.loads(content))).encode()
                self.send_response(response.status)
                for name in ("Content-Type", "ETag"):
                    if response.headers[name]:
                        self.send_header(name, response.headers[name])
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                inner.close()

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", listen_port), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(channel.ca, channel.home / "tls" / "key.pem")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Trust(harness.ChannelTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The real server moves to another port, so that the listed origin is free for an impostor.
        cls.channel.stop()
        cls.real_port = harness.free_port()
        cls.channel.edit_config(r'^listen = .*$', f'listen = "127.0.0.1:{cls.real_port}"')
        cls.channel.start(wait=False)
        channel = cls.channel
        channel.port, listed = cls.real_port, channel.port
        harness.wait_until(channel.is_listening, "the server listens")
        channel.port = listed

    def impostor(self, change=lambda page: page, **more):
        return Impostor(self.channel, self.channel.port, self.real_port, change, **more)

    def refused(self, *arguments, expect=UNTRUSTED):
        """Tries to report through an impostor; the server must not have been given anything."""
        channel = self.channel
        public = list(arguments) or channel.public()
        result = channel.run("report", *public, "--file", "-", stdin="a secret for the right people only", expect=expect)
        self.assertEqual(result.out, "", "no receipt of what was not sent")
        return result

    def test_an_honest_proxy_passes(self):
        with self.impostor() as impostor:
            self.channel.report("through the proxy")
        self.assertIn(("POST", "/api/v1/envelopes"), impostor.paths)

    def test_another_organisation(self):
        channel = self.channel
        other = "0" * 64 if channel.org[0] != "0" else "f" * 64
        with self.impostor() as impostor:
            result = self.refused("--server", channel.origin, "--org", other, "--ca", channel.ca)
        self.assertIn("not the organisation's", result.err)
        self.assertEqual({method for method, _ in impostor.paths}, {"GET"})

    def test_an_origin_that_is_not_listed(self):
        channel = self.channel
        unlisted = f"https://localhost:{self.real_port}"
        result = self.refused("--server", unlisted, "--org", channel.org, "--ca", channel.ca)
        self.assertIn("does not list this server", result.err)

    def test_a_certificate_of_somebody_else(self):
        channel = self.channel
        with self.impostor():
            self.refused("--server", channel.origin, "--org", channel.org, expect=UNREACHABLE)

    def test_a_key_log_that_was_altered(self):
        def alter(page):
            texts = page["statements"]
            at = next(i for i, t in enumerate(texts) if "\ntype reviewer\n" in t)
            texts[at] = texts[at].replace("integrity", "Integrity")
            return page

        def drop(page):
            del page["statements"][1]
            page["size"] -= 1
            return page

        def replace_recipient(page):
            for i, text in enumerate(page["statements"]):
                if "\ntype epoch\n" in text:
                    head, body, rest = text.split("\n", 5)[:4], json.loads(text.split("\n")[4]), text.split("\n", 5)[5]
                    body["recipients"][0]["key"] = protocol.b64e(protocol.box_key_pair(bytes(32))[0])
                    page["statements"][i] = "\n".join(head + [json.dumps(body, separators=(",", ":"))]) + "\n" + rest
            return page

        for change in (alter, drop, replace_recipient):
            with self.subTest(change.__name__), self.impostor(change) as impostor:
                self.assertIn("does not verify", self.refused().err)
                self.assertEqual({method for method, _ in impostor.paths}, {"GET"})

    def test_another_protocol(self):
        """Nothing else is looked at, not even the key log, and everybody is told what to do."""
        channel = self.channel
        for hints, expect, words in (({"protocol": 2, "org": 7}, FAILURE, "newer protocol"), ({"protocol": 2}, FAILURE, "규약이"),
                                     ({}, FAILURE, "not what it should be"), ({"protocol": "1"}, FAILURE, "not what it should be")):
            lang = "ko" if words == "규약이" else "en"
            with self.impostor(lambda _: hints, at="/api/v1/channel") as impostor:
                self.assertIn(words, self.refused(*channel.public(), "--lang", lang, expect=expect).err)
                for result in (channel.reviewer(1, "inbox", "--lang", lang, expect=expect),
                               channel.admin("reviewers", "list", "--lang", lang, expect=expect)):
                    self.assertIn(words, result.err)
            self.assertEqual(set(impostor.paths), {("GET", "/api/v1/channel")})

    def test_an_access_log_that_does_not_pass(self):
        """What comes through the proxy is followed as far as it goes, and what was seen through it is remembered."""
        channel = self.channel
        with self.impostor(at="/api/v1/access-log"):
            seen = channel.reviewer(1, "access-log").data

        def drop(page):
            del page["entries"][1]
            return page | {"size": page["size"] - 1}

        def swap(page):
            page["entries"][0], page["entries"][1] = page["entries"][1], page["entries"][0]
            return page

        cases = [(drop, UNTRUSTED), (swap, UNTRUSTED), (lambda page: page | {"entries": [], "size": 0}, UNTRUSTED)]
        cases += [(lambda page, odd=odd: page | odd, FAILURE) for odd in (
            {"entries": []}, {"from": 1}, {"size": -1}, {"size": 1 << 53}, {"size": None}, {"entries": [1]}, {"entries": "x"},
            {"entries": ["1 server x"] * 257})]
        for change, expect in cases:
            with self.impostor(change, at="/api/v1/access-log"):
                result = channel.reviewer(1, "access-log", expect=expect)
            self.assertEqual(result.out, "", "nothing is shown of what is not believed")
        with self.impostor(lambda page: page | {"entries": ["1 server 제보"]}, at="/api/v1/access-log"):
            self.assertEqual(channel.reviewer(1, "access-log", expect=None).out, "")
        with self.impostor(at="/api/v1/access-log"):
            self.assertEqual(channel.reviewer(1, "access-log").data["entries"][: seen["size"]], seen["entries"])

    def test_a_log_that_goes_back(self):
        """A reporter without state cannot know that the newest statement is missing; a reviewer's keyring does."""
        channel = self.channel

        def cut(page):
            del page["statements"][-1]
            page["size"] -= 1
            return page

        with self.impostor():
            channel.reviewer(2, "inbox", expect=(OK, harness.NOTHING))
        with self.impostor(cut) as impostor:
            result = channel.reviewer(2, "inbox", expect=UNTRUSTED)
        self.assertIn("not the one seen before", result.err)
        self.assertEqual({method for method, _ in impostor.paths}, {"GET"}, "nobody signed in")


class Expired(harness.ChannelTest):
    def test_no_epoch_is_valid(self):
        """Within a day of its end an epoch serves a clock that is wrong; after that nothing is sealed."""
        channel = self.channel
        keyrings = [protocol.open_keyring(channel.keyring(n), channel.secrets[f"reviewer {n}"]) for n in (1, 2, 3)]
        roots = protocol.root_keys(protocol.open_keyring(channel.root, channel.secrets["root"]))
        server = protocol.Server(channel)
        post = lambda kind, body: self.assertEqual(server.append_statement(roots, kind, body), 201)
        post("epoch", protocol.past_epoch(server.key_log(), keyrings, ended_ago=3600))
        post("retire", {"epoch": 1, "at": int(time.time())})
        self.assertEqual(server.post_envelope(protocol.blank_envelope(1)), 409)
        channel.report("within the tolerance")

        post("epoch", protocol.past_epoch(server.key_log(), keyrings, ended_ago=2 * 86400))
        post("retire", {"epoch": 2, "at": int(time.time())})
        self.assertEqual(server.post_envelope(protocol.blank_envelope(3)), 409)
        result = channel.run("report", *channel.public(), "--file", "-", stdin="too late", expect=UNTRUSTED)
        self.assertEqual((result.out, "No intake key is valid" in result.err), ("", True))
        findings = channel.run("doctor", "--config", channel.config, expect=harness.FAILURE).data
        self.assertIn("No epoch is valid now", json.dumps(findings))

    def test_what_no_root_signed_is_not_appended(self):
        channel = self.channel
        server = protocol.Server(channel)
        stranger = [("root-1", bytes(32))]
        self.assertEqual(server.append_statement(stranger, "revoke", {"number": 1}), 422)
        recovery = protocol.root_keys(protocol.open_keyring(channel.desk / "recovery.keyring", channel.secrets["recovery"]))
        self.assertEqual(server.append_statement(recovery, "revoke", {"number": 1}), 422)


if __name__ == "__main__":
    unittest.main()
