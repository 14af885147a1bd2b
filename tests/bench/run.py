"""Measures the server beside nginx and prints the table of docs/performance.md.

    tests/bench/run [--rounds N] [--seconds S] [--only NAME,...]

Both sides are measured in one run, their rounds interleaved; a figure is the median of its rounds. What counts first is CPU
time a request (the kernel's accounts of the server's threads, the kernel's own work for them included), since it does not
depend on what else the machine does; requests a second stand beside it. nginx serves the same TLS (1.3 only, the same
certificate, no tickets) with as many processes as ours has threads. It reads the same body and answers 204, storing nothing;
its file comes from an open-file cache.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "release"
os.environ.setdefault("CHANGGU", str(BUILD / "server" / "changgu"))
sys.path.insert(0, str(HERE.parent / "integration"))
import harness  # noqa: E402
import protocol  # noqa: E402

LOAD = BUILD / "tests" / "bench" / "changgu_load"
PAGE = "/"

NGINX = """
user root;
worker_processes 2;
daemon off;
pid {base}/nginx.pid;
error_log {base}/error.log;
worker_rlimit_nofile 65536;
events {{ worker_connections 16384; }}
http {{
  access_log off;
  server_tokens off;
  tcp_nodelay on;
  keepalive_requests 1000;
  open_file_cache max=100;
  client_body_buffer_size 16k;
  client_body_temp_path {base}/body;
  proxy_temp_path {base}/proxy;
  fastcgi_temp_path {base}/fastcgi;
  uwsgi_temp_path {base}/uwsgi;
  scgi_temp_path {base}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl backlog=4096;
    ssl_certificate {tls}/certificate.pem;
    ssl_certificate_key {tls}/key.pem;
    ssl_protocols TLSv1.3;
    ssl_session_tickets off;
    ssl_session_cache off;
    root {base}/www;
    location /api/ {{ return 204; }}
    location / {{ types {{ }} default_type application/octet-stream; }}
  }}
}}
"""


def median(values):
    return statistics.median(values)


class Side:
    """One of the two servers."""

    def __init__(self, name, port):
        self.name, self.port, self.process = name, port, None

    def pids(self):
        """Its processes, or with nginx those that serve."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children] or [self.process.pid]

    def load(self, mode, *options, seconds=3, headers=""):
        arguments = [LOAD, mode, "--port", self.port, "--seconds", seconds, "--pids", ",".join(map(str, self.pids())), *options]
        done = subprocess.run([str(a) for a in arguments], input=headers.encode(), stdout=subprocess.PIPE, check=True, timeout=300)
        result = json.loads(done.stdout)
        if result.get("refused") or result.get("broken"):
            raise RuntimeError(f"{self.name}: {result}")
        return result

    def memory(self):
        """Anonymous bytes of all its processes."""
        kib = 0
        for pid in self.pids():
            rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
            kib += int(re.search(r"^Anonymous:\s+(\d+)", rollup, re.MULTILINE).group(1))
        return kib * 1024

    def wait(self):
        def listens():
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", self.port)) == 0
        harness.wait_until(listens, f"{self.name} listens")


class Ours(Side):
    def __init__(self, base, tick=86_400):
        self.channel = harness.new_channel(base, numbers=(1,), tick=tick)
        super().__init__("changgu", self.channel.port)
        # Such a load would be asked for work: what protection is worth is for flood.py to say.
        config = self.channel.config.read_text().replace("[abuse]\n", "[abuse]\nprotect = false\n")
        self.channel.config.write_text(config + "\n[limits]\nconnections = 16384\n")

    def start(self):
        self.channel.start()
        self.process = self.channel.server

    def stop(self):
        self.channel.stop()

    def fetch(self, path):
        """The body of a GET."""
        context = ssl.create_default_context(cafile=self.channel.ca)
        with urllib.request.urlopen(f"{self.channel.origin}{path}", context=context) as answer:
            return answer.read()


class Nginx(Side):
    def __init__(self, base, tls):
        super().__init__("nginx", harness.free_port())
        self.base = base
        (base / "www").mkdir(parents=True)
        (base / "nginx.conf").write_text(NGINX.format(base=base, port=self.port, tls=tls))

    def add_file(self, name, content):
        (self.base / "www" / name).write_bytes(content)

    def start(self):
        self.process = subprocess.Popen(["nginx", "-c", str(self.base / "nginx.conf"), "-p", str(self.base), "-e", str(self.base / "error.log")])
        self.wait()
        time.sleep(0.2)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


class Report:
    def __init__(self):
        self.rows = []

    def row(self, what, ours, theirs, figure, must, goal):
        self.rows.append((what, ours, theirs, figure, must, goal))
        print(f"{what}: {figure}  (changgu {ours}, nginx {theirs}; must {must}, goal {goal})", flush=True)

    def table(self):
        print("\n| | changgu | nginx | measured | must | goal |\n|---|---|---|---|---|---|")
        for row in self.rows:
            print("| " + " | ".join(row) + " |")


def compare(ours, nginx, rounds, seconds, mode, *options, theirs=None):
    """Medians of each figure, by side."""
    got = {ours: [], nginx: []}
    for _ in range(rounds):
        for side in (ours, nginx):
            mine = options if side is ours or theirs is None else theirs
            got[side].append(side.load(mode, *mine, seconds=seconds))
    return [{key: median([r[key] for r in got[side]]) for key in got[side][0]} for side in (ours, nginx)]


def describe(r):
    return f"{r['cpu_us']:.1f} µs, {r['per_second']:,.0f}/s, p50 {r['p50_us'] / 1000:.2f} ms, p99 {r['p99_us'] / 1000:.2f} ms"


def against_nginx(report, what, ours, theirs, must, goal):
    ratio = theirs["cpu_us"] / ours["cpu_us"]
    report.row(what, describe(ours), describe(theirs), f"{ratio:.2f}", f"≥ {must}", f"≥ {goal}")


def requests(report, ours, nginx, options):
    def both(*more, **kind):
        return compare(ours, nginx, options.rounds, options.seconds, *more, **kind)

    if options.wants("submit"):
        for connections in (64, 256):
            a, b = both("submit", "--connections", connections)
            against_nginx(report, f"durable submission, kept alive, {connections} connections", a, b, 0.20, 0.40)
            if connections == 64:
                spread = a["p99_us"] / a["p50_us"]
                report.row("p99 over p50 of a submission, 64 connections", f"{spread:.1f}", f"{b['p99_us'] / b['p50_us']:.1f}",
                           f"{spread:.1f}", "≤ 8", "≤ 3")
    if options.wants("fresh"):
        a, b = both("submit", "--connections", 16, "--fresh")
        against_nginx(report, "durable submission, a handshake each", a, b, 0.75, 0.95)
    if options.wants("get"):
        page = ours.fetch(PAGE)
        nginx.add_file("page", page)
        a, b = both("get", "--path", PAGE, theirs=("--path", "/page"))
        against_nginx(report, f"static GET of {len(page)} bytes", a, b, 0.70, 0.95)


def idle(report, base, nginx):
    for count in (100, 1000, 10_000):
        figures = []
        # An empty channel: reading a full spool at the start leaves memory that connections would then take.
        for side in (Ours(base / f"idle-{count}"), nginx):
            if side is nginx:
                side.stop()
            side.start()
            side.load("submit", "--connections", 8, seconds=0.3)
            before = side.memory()
            holder = subprocess.Popen([LOAD, "idle", "--port", str(side.port), "--connections", str(count)],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            holder.stdout.readline()
            time.sleep(0.3)
            figures.append((side.memory() - before) / count / 1024)
            holder.communicate(b"", 60)
            if side is not nginx:
                side.stop()
        report.row(f"an idle TLS connection, {count:,} of them", f"{figures[0]:.1f} KiB", f"{figures[1]:.1f} KiB",
                   f"{figures[0]:.1f} KiB", "≤ 32 KiB", "≤ 17 KiB")


def first(report, ours, nginx, options):
    a, b = compare(ours, nginx, options.rounds, 1, "first", "--connections", "20")
    report.row("first request of a client without TCP_NODELAY", f"{a['p50_us'] / 1000:.2f} ms", f"{b['p50_us'] / 1000:.2f} ms",
               f"{a['p50_us'] / 1000:.2f} ms", "≤ 5 ms", "≤ 1 ms")


def run_json(*command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, check=True, timeout=3600)
    return json.loads(done.stdout)


def cold_start(report, base):
    config = Ours(base / "cold").channel.config
    got = run_json(sys.executable, HERE / "cold_start.py", os.environ["CHANGGU"], config)["medians"]
    report.row("cold start to the end of the first answer", f"{got['ms']:.1f} ms, {got['cpu_ms']:.1f} ms of CPU", "", f"{got['ms']:.1f} ms",
               "≤ 100 ms", "≤ 10 ms")


def storage(report, base, options):
    sizes, latency = (got := run_json(BUILD / "tests" / "bench" / "changgu_storage_bench", base / "storage", *options.stored))[:-1], got[-1]
    small, large = sizes[0], sizes[-1]

    def growth(what, key, must, goal):
        report.row(f"{what} at {large['stored']:,.0f} over {small['stored']:,.0f} stored", ", ".join(f"{r[key]:.1f} µs" for r in sizes), "",
                   f"{large[key] / small[key]:.2f}", must, goal)

    growth("insert", "put_64_us", "≤ 1.6", "≤ 1.2")
    growth("release of an envelope", "release_us", "", "")
    growth("lookup of a reply that is there", "reply_hit_us", "≤ 3", "≤ 1.5")
    growth("lookup of a reply that is not", "reply_miss_us", "≤ 3", "≤ 1.5")
    report.row("disk bytes for an item of 8,192 bytes, its index included", f"{large['used_bytes_each']:,.0f}", "",
               f"{large['used_bytes_each']:,.0f}", "≤ 9,000", "≤ 8,400")
    report.row("storage alone: p99 of an insert beside a release of 100,000", f"{latency['meanwhile_p99_us'] / 1000:.2f} ms; "
               f"{latency['p99_us'] / 1000:.2f} ms otherwise", "", f"{latency['meanwhile_p99_us'] / latency['p99_us']:.1f}", "≤ 3", "")


def reviewer(ours):
    """A reviewer who has signed in."""
    channel = ours.channel
    session = protocol.Server(channel)
    assert session.sign_in(protocol.open_keyring(channel.keyring(1), channel.secrets["reviewer 1"])) == 201
    return session


def peak_memory(side):
    return max(int(re.search(r"^VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.MULTILINE).group(1)) for pid in side.pids())


def release_and_inbox(report, base, nginx, options):
    """100,000 envelopes: submissions while they are released, and reading them in one stream."""
    tick, wanted = 120, options.envelopes
    ours = Ours(base / "ticking", tick)
    ours.start()
    try:
        def until_tick():
            return tick - time.time() % tick

        time.sleep(until_tick() + 2)
        alone = [ours.load("submit", seconds=0.5) for _ in range(options.rounds)]
        stored = sum(r["requests"] for r in alone) * 1.5  # with the warm-ups
        while stored < wanted and until_tick() > 5:
            stored += ours.load("submit", "--connections", 256, seconds=3)["requests"] * 1.33
        seen = ours.channel.releases()
        time.sleep(max(until_tick() - 0.5, 0))
        during = []
        while ours.channel.releases() == seen:
            during.append(ours.load("submit", seconds=1))
        count = int(re.findall(r"envelopes=(\d+)", ours.channel.log.read_text())[-1])
        p99, worst = median([r["p99_us"] for r in alone]) / 1000, max(r["p99_us"] for r in during) / 1000
        report.row(f"p99 of submissions while {count:,} envelopes are released", f"{worst:.1f} ms; {p99:.1f} ms otherwise", "",
                   f"{worst / p99:.1f}", "≤ 3", "")
        # What came in meanwhile is released too before anything is stopped or measured: the next tick is two minutes away then.
        seen, deadline = ours.channel.releases(), time.monotonic() + 3 * tick
        while ours.channel.releases() == seen and time.monotonic() < deadline:
            time.sleep(1)
        ours.stop()
        ours.start()
        session = reviewer(ours)
        before = peak_memory(ours)
        bearer = f"Authorization: Bearer {session.bearer}\n"
        size = ours.load("stream", "--path", "/api/v1/inbox?after=0", headers=bearer)["bytes"]
        with open(nginx.base / "www" / "inbox", "wb") as file:
            for _ in range(size >> 20):
                file.write(os.urandom(1 << 20))
            file.write(os.urandom(size % (1 << 20)))
        pairs = [(ours.load("stream", "--path", "/api/v1/inbox?after=0", headers=bearer), nginx.load("stream", "--path", "/inbox"))
                 for _ in range(options.rounds)]
        a, b = ({key: median([pair[i][key] for pair in pairs]) for key in pairs[0][i]} for i in (0, 1))
        report.row(f"inbox of {size / 1e6:,.0f} MB in one stream",
                   *(f"{r['mb_per_second']:,.0f} MB/s, {r['cpu_us_per_mb']:,.0f} µs/MB" for r in (a, b)),
                   f"{a['mb_per_second'] / b['mb_per_second']:.2f}", "≥ 0.5", "")
        grown = f"{(peak_memory(ours) - before) / 1024:.1f} MiB"
        report.row("memory that streaming it adds at most", grown, "", grown, "constant", "")
    finally:
        ours.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--envelopes", type=int, default=100_000, help="in the release and the inbox")
    parser.add_argument("--stored", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="sizes of the storage benchmark")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    chosen = set(filter(None, options.only.split(",")))
    options.wants = lambda name: not chosen or name in chosen
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(65_536, hard), hard))
    base = pathlib.Path(tempfile.mkdtemp(prefix="changgu-bench-"))
    report = Report()
    ours = Ours(base / "changgu")
    nginx = Nginx(base / "nginx", ours.channel.home / "tls")
    try:
        ours.start()
        nginx.start()
        requests(report, ours, nginx, options)
        if options.wants("first"):
            first(report, ours, nginx, options)
        if options.wants("idle"):
            idle(report, base, nginx)
        if options.wants("release"):
            release_and_inbox(report, base, nginx, options)
        if options.wants("start"):
            cold_start(report, base)
        if options.wants("storage"):
            storage(report, base, options)
    finally:
        for side in (ours, nginx):
            if side.process is not None and side.process.poll() is None:
                side.stop()
        shutil.rmtree(base)
    report.table()


if __name__ == "__main__":
    main()
