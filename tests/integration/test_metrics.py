"""[metrics] of the real server, read as Prometheus reads it."""

import http.client
import json
import subprocess
import unittest

import harness

# Debian's interpreter has Debian's module.
PARSE = """
import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
print(json.dumps([[f.name, f.type, f.documentation, [[s.name, s.labels, s.value] for s in f.samples]] for f in parse(sys.stdin.read())]))
"""
EXPECTED = {"uptime_days", "storage_good", "storage_used_ratio", "disk_used_ratio", "release_late_hours", "epoch_valid",
            "epoch_days_left", "epochs_ahead", "reviewers", "prekeys_left", "certificate_days_left", "sandbox",
            "landlock_interface", "clock_trusted"}


class Metrics(harness.ChannelTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel.stop()
        cls.port = harness.free_port()
        cls.channel.config.write_text(cls.channel.config.read_text() + f'\n[metrics]\nlisten = "127.0.0.1:{cls.port}"\n')
        cls.channel.start()

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type"), answer.read().decode()
        finally:
            connection.close()

    def families(self):
        status, kind, text = self.get("/metrics")
        self.assertEqual((status, kind), (200, "text/plain; version=0.0.4; charset=utf-8"))
        done = subprocess.run(["/usr/bin/python3", "-c", PARSE], input=text, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {name.removeprefix("changgu_"): (kind, text, samples) for name, kind, text, samples in json.loads(done.stdout)}

    def test_prometheus_reads_it(self):
        self.channel.wait_for_release()
        found = self.families()
        self.assertEqual(set(found), EXPECTED, "a new figure needs its argument in decision 0021")
        value = {name: samples[0][2] for name, (_, _, samples) in found.items()}
        for name, (kind, words, samples) in found.items():
            self.assertEqual(kind, "gauge", name)
            self.assertTrue(words)
            self.assertTrue(all(sample[0] == f"changgu_{name}" for sample in samples))
        self.assertEqual((value["storage_good"], value["epoch_valid"], value["reviewers"], value["prekeys_left"]), (1, 1, 3, 12))
        self.assertEqual(value["uptime_days"], 0)
        self.assertGreater(value["certificate_days_left"], 800)
        for name in ("storage_used_ratio", "disk_used_ratio"):
            self.assertAlmostEqual(value[name] * 20, round(value[name] * 20), msg=name)
        parts = {sample[1]["part"]: sample[2] for sample in found["sandbox"][2]}
        self.assertEqual(set(parts), {"landlock", "seccomp", "memory_locked"})
        self.assertEqual(parts["seccomp"], 1)

    def test_health(self):
        status, kind, text = self.get("/health")
        self.assertEqual(status, 200, text)
        self.assertEqual(json.loads(text)["status"], "ok")

    def test_doctor_learns_of_landlock(self):
        found = {f["finding"]: f["verdict"] for f in self.channel.run("doctor", "--config", self.channel.config, expect=None).data}
        landlock = self.families()["sandbox"][2][0][2]
        words = "The running server reaches no files but its own (Landlock)." if landlock == 1 else "does not have Landlock"
        self.assertTrue(any(words in finding for finding in found), found)


if __name__ == "__main__":
    unittest.main()
