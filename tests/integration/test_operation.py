"""What an admin does besides keys and backups: doctor, init, the configuration."""

import os
import pathlib
import signal
import tomllib
import unittest

import harness
import protocol
from harness import FAILURE, NOTHING, OK, UNREACHABLE, USAGE

# What a machine for tests may not have: a synchronised clock, locked memory, a daily release, Landlock.
OF_THE_MACHINE = ("clock", "memory", "released every", "Landlock")


class Operation(harness.ChannelTest):
    def setUp(self):
        if self.channel.server is None:
            self.channel.start()

    def doctor(self, config, expect=None):
        findings = self.channel.run("doctor", "--config", config, expect=expect).data
        return [f["finding"] for f in findings if f["verdict"] != "ok" and not any(w in f["finding"] for w in OF_THE_MACHINE)]

    def test_doctor(self):
        channel = self.channel
        self.assertEqual(self.doctor(channel.config), [])
        text = channel.run("doctor", "--config", channel.config, as_json=False, expect=None)
        self.assertIn("[ok]", text.out)
        korean = channel.run("doctor", "--config", channel.config, "--lang", "ko", as_json=False, expect=None)
        self.assertIn("[정상]", korean.out)
        # Each of these is found.
        os.chmod(channel.data, 0o755)
        key = channel.home / "tls" / "key.pem"
        os.chmod(key, 0o644)
        trace = channel.data / "access.log"
        trace.write_text('10.1.2.3 - - "GET /" Mozilla/5.0')
        found = "\n".join(self.doctor(channel.config, expect=FAILURE))
        os.chmod(channel.data, 0o700)
        os.chmod(key, 0o600)
        trace.unlink()
        for words in ("Other accounts can read", "the TLS key", "access.log"):
            self.assertIn(words, found)
        self.assertEqual(self.doctor(channel.config), [])

    def test_init_overwrites_nothing(self):
        channel = self.channel
        secrets = {"passphrase": "a passphrase of nobody", "recovery-passphrase": "another of nobody"}
        before = channel.config.read_bytes()
        channel.run("init", "--dir", channel.home, "--origin", channel.origin, secrets=secrets, expect=FAILURE)
        self.assertEqual(channel.config.read_bytes(), before)
        directory = channel.base / "another"
        channel.run("init", "--dir", directory, "--origin", "https://Not An Origin/", secrets=secrets, expect=USAGE)
        self.assertFalse(directory.exists())
        root = channel.root.read_bytes()
        channel.run("init", "--dir", directory, "--origin", channel.origin, "--root-keyring", channel.root, secrets=secrets,
                    expect=FAILURE)
        self.assertEqual(channel.root.read_bytes(), root)
        self.assertFalse((directory / "data").exists(), "a channel without its keyrings never exists")

    def test_init_says_where_the_channel_is(self):
        """What reporters and reviewers are given is made with the channel, and a channel may have several addresses."""
        channel, directory = self.channel, self.channel.base / "two-addresses"
        onion = "http://" + "a2" * 28 + ".onion"
        secrets = {"passphrase": "a passphrase of nobody", "recovery-passphrase": "another of nobody"}
        port = harness.free_port()
        made = channel.run("init", "--dir", directory, "--origin", f"https://localhost:{port}", "--origin", onion, secrets=secrets).data
        self.assertIn(f'origins = ["https://localhost:{port}", "{onion}"]', (directory / "changgu.toml").read_text())
        self.assertEqual(tomllib.loads(pathlib.Path(made["channel"]).read_text()),
                         {"server": f"https://localhost:{port}", "org": made["org"], "ca": "tls/certificate.pem"})
        findings = channel.run("doctor", "--config", directory / "changgu.toml", expect=FAILURE).data
        self.assertIn("Every origin of the configuration is in the key log.", [f["finding"] for f in findings])
        # By that file alone a client finds the server of the moment.
        file = directory / "channel.toml"
        file.write_text(file.read_text().replace(made["org"], channel.org).replace(f":{port}", f":{channel.port}")
                        .replace("tls/certificate.pem", str(channel.ca)))
        channel.run("keys", "log", "--channel", file)

    def test_an_address_is_added_and_given_up(self):
        self.assertEqual(self.channel.stop(), 0)  # a copy has the same port
        channel = harness.channel_like()
        self.addCleanup(channel.stop)
        channel.start()
        other = f"https://127.0.0.1:{channel.port}"
        channel.admin("keys", "policy", expect=USAGE)
        channel.admin("keys", "policy", "--origin", "https://Not An Origin/", expect=USAGE)
        self.assertIn("must stay", channel.admin("keys", "policy", "--origin", other, expect=USAGE).err)
        before = channel.run("keys", "log", *channel.public()).data["statements"]
        policy = channel.admin("keys", "policy", "--origin", channel.origin, "--origin", other).data
        self.assertIn("categories", policy)
        self.assertEqual(channel.run("keys", "log", *channel.public()).data["statements"], before + 1)
        text = channel.config.read_text().replace(f'"{channel.origin}"]', f'"{channel.origin}", "{other}"]')
        self.assertEqual(text.count(other), 1)
        channel.config.write_text(text)
        self.assertEqual(self.doctor(channel.config), [])
        channel.config.write_text(text.replace(other, "https://elsewhere.example"))
        self.assertIn("elsewhere.example", "\n".join(self.doctor(channel.config)))

    def test_check_config(self):
        channel = self.channel
        channel.run("serve", "--check-config", "--config", channel.config, as_json=False)
        bad = channel.base / "bad.toml"
        bad.write_text(channel.config.read_text() + "\n[limits]\nno_such_key = 1\n")
        self.assertIn("no_such_key", channel.run("serve", "--check-config", "--config", bad, as_json=False, expect=FAILURE).err)
        channel.run("serve", "--check-config", "--config", channel.base / "nowhere.toml", as_json=False, expect=FAILURE)

    def test_one_server_a_data_directory(self):
        channel = self.channel
        second = channel.base / "second.toml"
        second.write_text(channel.config.read_text().replace(f":{channel.port}\"\norigins", f":{harness.free_port()}\"\norigins")
                          .replace('"data"', f'"{channel.data}"').replace('"tls/', f'"{channel.home}/tls/'))
        result = channel.run("serve", "--config", second, as_json=False, expect=FAILURE)
        self.assertEqual(protocol.Server(channel).request("GET", "/channel")[0], 200, result.err)

    def test_sighup_reads_the_certificate_again(self):
        channel = self.channel
        before = channel.log.read_text().count("certificate_reloaded")
        channel.server.send_signal(signal.SIGHUP)
        harness.wait_until(lambda: channel.log.read_text().count("certificate_reloaded") > before, "the certificate is reloaded")
        self.assertEqual(protocol.Server(channel).request("GET", "/channel")[0], 200)

    def test_a_server_that_is_away(self):
        channel = self.channel
        channel.run("report", "--server", f"https://localhost:{harness.free_port()}", "--org", channel.org, "--ca", channel.ca,
                    "--file", "-", stdin="x", expect=UNREACHABLE)

    def test_help_teaches(self):
        for lang, word in (("en", "receipt"), ("ko", "접수증")):
            result = self.channel.run("answers", "--help", "--lang", lang, as_json=False)
            self.assertIn(word, result.out)


if __name__ == "__main__":
    unittest.main()
