"""Who gets through a flood: honest reporters beside attackers, with protection and with it switched off. On demand:

    tests/bench/flood.py [--seconds S] [--only NAME,...] [--protection on|off] [--json]

A real server (build/release, or $CHANGGU) on loopback. Attackers come from three addresses, 127.0.0.11 to 13, in processes of
their own, as fast as this machine lets them; reporters from ten others, each anew every second: they connect, send an envelope
as docs/protocol.md says, do the work that is asked for, and try again until they are told 201, for thirty seconds at most. The
storage budget is small (64 MiB), since filling it is what a flood is for. Everything ends after S seconds a scenario.
"""

import argparse
import contextlib
import http.client
import json
import multiprocessing
import os
import pathlib
import resource
import socket
import ssl
import statistics
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
os.environ.setdefault("CHANGGU", str(HERE.parents[1] / "build" / "release" / "server" / "changgu"))
sys.path.insert(0, str(HERE.parent / "integration"))
import harness  # noqa: E402
import protocol  # noqa: E402

PATIENCE = 30  # seconds
SOURCES = [f"127.0.0.{n}" for n in (11, 12, 13)]
REPORTERS = [f"127.0.0.{n}" for n in range(101, 111)]
LOST = (OSError, http.client.HTTPException)
FIRST = {"idle": b"", "header": b"GET /api/v1/channel HT",
         "body": b"POST /api/v1/envelopes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
                 b"Content-Length: 8192\r\n\r\nx"}
PIPELINED = b"GET /api/v1/channel HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100


# --- reporters --------------------------------------------------------------------------------------------------------

def report(channel, org, address):
    """Seconds until it was acknowledged, or None."""
    began = time.monotonic()
    envelope = protocol.blank_envelope(1)
    id, proof, pause = protocol.H(32, envelope), None, 0.25
    while time.monotonic() - began < PATIENCE:
        try:
            server = protocol.Server(channel, address=address)
            while time.monotonic() - began < PATIENCE:
                status = server.post_envelope(envelope, proof)
                if status == 201:
                    return time.monotonic() - began
                if status == 429:
                    proof = server.prove(org, id)
                else:  # busy, or full: later
                    time.sleep(pause)
                    pause = min(pause * 2, 4)
        except LOST:
            time.sleep(0.25)
    return None


class Reporters:
    def __init__(self, channel, org):
        self.stopping, self.waits = threading.Event(), []
        self.threads = [threading.Thread(target=self.loop, args=(channel, org, address)) for address in REPORTERS]
        for thread in self.threads:
            thread.start()

    def loop(self, channel, org, address):
        self.stopping.wait(REPORTERS.index(address) / len(REPORTERS))
        while not self.stopping.wait(1):
            self.waits.append(report(channel, org, address))

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(2 * PATIENCE)
        return self.waits


# --- attackers, one process each --------------------------------------------------------------------------------------

def again_and_again(stop, attempt):
    while not stop.is_set():
        with contextlib.suppress(*LOST):
            attempt()


def connections(channel, source, work, threads, stop):
    """`work(server)` on kept connections."""
    def attempt():
        server = protocol.Server(channel, address=source)
        while not stop.is_set():
            work(server)
    all_of_them = [threading.Thread(target=again_and_again, args=(stop, attempt)) for _ in range(threads)]
    for thread in all_of_them:
        thread.start()
    for thread in all_of_them:
        thread.join()


def submit(server, stored, envelope, proof=None):
    """Sends it, and counts what was stored."""
    if server.post_envelope(envelope, proof) == 201:
        with stored.get_lock():
            stored.value += 1


def without_proofs(channel, org, source, stop, stored):
    def work(server):
        submit(server, stored, protocol.blank_envelope(1))
    connections(channel, source, work, 8, stop)


def with_false_proofs(channel, org, source, stop, stored):
    """Tickets that hold, for solutions that do not."""
    def work(server):
        envelope = protocol.blank_envelope(1)
        offer = server.json("GET", "/work")
        proof = None
        if offer["bits"]:
            nonce, s = protocol.b64d(offer["nonce"]), os.urandom(8)
            seed = protocol.work_seed(org, nonce, protocol.H(32, envelope))
            proof = protocol.b64e(nonce + protocol.find_ticket(seed, s) + s)
        submit(server, stored, envelope, proof)
    connections(channel, source, work, 2, stop)


def with_true_proofs(channel, org, source, stop, stored):
    def work(server):
        envelope = protocol.blank_envelope(1)
        submit(server, stored, envelope, server.prove(org, protocol.H(32, envelope)))
    connections(channel, source, work, 2, stop)


def hog(phase, count):
    """As many connections as it gets, up to `count`, in a phase; those that are cut are made anew."""
    def run(channel, org, source, stop, stored):
        context = ssl.create_default_context(cafile=channel.ca)
        held = []
        while not stop.is_set():
            try:
                s = socket.create_connection(("127.0.0.1", channel.port), 5, (source, 0))
                if phase != "handshake":
                    s = context.wrap_socket(s, server_hostname="localhost")
                    s.sendall(FIRST[phase])
                held.append(s)
            except OSError:
                time.sleep(0.01)
            if len(held) >= count:
                time.sleep(0.2)
                alive = []
                for s in held:
                    s.setblocking(False)
                    try:
                        if s.recv(1) == b"":
                            s.close()
                            continue
                    except (ssl.SSLWantReadError, BlockingIOError):
                        pass
                    except OSError:
                        s.close()
                        continue
                    alive.append(s)
                held = alive
    return run


def pipelining(channel, org, source, stop, stored):
    context = ssl.create_default_context(cafile=channel.ca)

    def attempt():
        with context.wrap_socket(socket.create_connection(("127.0.0.1", channel.port), 5, (source, 0)),
                                 server_hostname="localhost") as s:
            while not stop.is_set():
                s.sendall(PIPELINED)
                if not s.recv(1 << 16):
                    return
    threads = [threading.Thread(target=again_and_again, args=(stop, attempt)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


SCENARIOS = {  # name: (attacker, connections that the server takes, seconds before reporters come)
    "nobody else": (None, 1024, 0),
    "submissions without proofs": (without_proofs, 1024, 5),
    "false proofs": (with_false_proofs, 1024, 5),
    "true proofs": (with_true_proofs, 1024, 5),
    "idle connections, 3 × 1000": (hog("idle", 1000), 1024, 6),
    "half-open handshakes, 3 × 1000": (hog("handshake", 1000), 1024, 4),
    "headers without an end, 3 × 1000": (hog("header", 1000), 1024, 6),
    "bodies without an end, 3 × 1000": (hog("body", 1000), 1024, 6),
    "idle connections, 10,000 of 16,384": (hog("idle", 3334), 16_384, 20),
    "pipelining": (pipelining, 1024, 2),
}


def run(template, name, protected, seconds):
    attacker, places, before = SCENARIOS[name]
    with tempfile.TemporaryDirectory(prefix="changgu-flood-") as directory:
        channel = template(pathlib.Path(directory) / "c")
        text = channel.config.read_text().split("[abuse]")[0].replace('data = "data"\n', 'data = "data"\nbudget_mib = 64\n')
        channel.config.write_text(f"{text}\n[limits]\nconnections = {places}\nidle_seconds = 300\n"
                                  f"[abuse]\nprotect = {str(protected).lower()}\n")
        org = bytes.fromhex(channel.org)
        channel.start()
        stop, stored = multiprocessing.Event(), multiprocessing.Value("q", 0)
        attackers = [multiprocessing.Process(target=attacker, args=(channel, org, source, stop, stored), daemon=True)
                     for source in SOURCES if attacker]
        try:
            for process in attackers:
                process.start()
            time.sleep(before)
            reporters = Reporters(channel, org)
            time.sleep(seconds)
            waits = reporters.stop()
            offer = protocol.Server(channel, address="127.0.0.99") if places > 1024 or not attacker else None
            bits = offer.json("GET", "/work")["bits"] if offer else None
        finally:
            stop.set()
            for process in attackers:
                process.join(10)
                process.kill()
            channel.stop()
    served = sorted(w for w in waits if w is not None)
    at = lambda q: served[min(len(served) - 1, int(q * len(served)))] if served else None
    return {"scenario": name, "protection": protected, "reports": len(waits), "served": len(served),
            "median": statistics.median(served) if served else None, "p99": at(0.99), "max": served[-1] if served else None,
            "stored_by_attackers_a_second": stored.value / (before + seconds), "bits_afterwards": bits}


def line(r):
    value = lambda v: "–" if v is None else f"{v:.2f}"
    return (f"| {r['scenario']} | {'on' if r['protection'] else 'off'} | {r['served']}/{r['reports']} | {value(r['median'])} | "
            f"{value(r['p99'])} | {value(r['max'])} | {r['stored_by_attackers_a_second']:,.1f} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--only", help="scenarios by the beginning of their names, comma separated")
    parser.add_argument("--protection", choices=("on", "off", "both"), default="both")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    names = [n for n in SCENARIOS if not options.only or any(n.startswith(o) for o in options.only.split(","))]
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    def template(base):
        return harness.new_channel(base, numbers=(1,), tick=86_400)
    if not options.json:
        print("| what the attackers do | protection | reports served within 30 s | median, s | p99, s | max, s | stored by attackers, 1/s |")
        print("|---|---|---|---|---|---|---|")
    for name in names:
        for protected in {"on": [True], "off": [False], "both": [True, False]}[options.protection]:
            result = run(template, name, protected, options.seconds)
            print(json.dumps(result) if options.json else line(result), flush=True)


if __name__ == "__main__":
    main()
