#!/usr/bin/env python3
"""tests/bench/cold_start.py BINARY CONFIG [ROUNDS]: milliseconds from starting `changgu serve` to the end of its first
answer over TLS (GET /api/v1/channel), the certificate checked, and the server's CPU time until then. Prints one JSON object.

The client's own part is in the wall time: a process started from Python, its TLS handshake and reading the answer. It tries
to connect without pausing, so a machine of one core shows more than the server needs."""

import json
import os
import pathlib
import signal
import socket
import ssl
import statistics
import sys
import time
import tomllib

TIME_LIMIT = 10  # seconds until an answer


def cpu_ms(process):
    """Of all threads so far, from the scheduler, in ms."""
    tasks = pathlib.Path(f"/proc/{process}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6


def connect(address, deadline):
    while True:
        try:
            return socket.create_connection(address)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise


def first_answer(binary, config, address, origin, context):
    with open(os.devnull, "r+b") as null:
        where = [(os.POSIX_SPAWN_DUP2, null.fileno(), fd) for fd in (0, 1, 2)]
        started = time.monotonic()
        process = os.posix_spawn(binary, [binary, "serve", "--config", config], os.environ, file_actions=where)
    try:
        with connect(address, started + TIME_LIMIT) as plain:
            accepted = time.monotonic()
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with context.wrap_socket(plain, server_hostname=origin.partition(":")[0]) as stream:
                stream.sendall(f"GET /api/v1/channel HTTP/1.1\r\nHost: {origin}\r\nConnection: close\r\n\r\n".encode())
                answer = b""
                while b"\r\n\r\n" not in answer or not answer.endswith(b"}"):
                    more = stream.recv(65536)
                    if not more:
                        break
                    answer += more
                ended = time.monotonic()
                cpu = cpu_ms(process)
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(answer[:200])
    finally:
        os.kill(process, signal.SIGTERM)
        _, status = os.waitpid(process, 0)
    if status != 0:
        raise RuntimeError(f"the server ended with {status}")
    return {"ms": (ended - started) * 1e3, "accepted_ms": (accepted - started) * 1e3, "cpu_ms": cpu}


def main(binary, config, rounds=21):
    settings = tomllib.loads(pathlib.Path(config).read_text())
    host, _, port = settings["server"]["listen"].rpartition(":")
    certificate = pathlib.Path(config).parent / settings["tls"]["certificate"]
    context = ssl.create_default_context(cafile=certificate)
    origin = settings["server"]["origins"][0].removeprefix("https://")
    values = [first_answer(binary, config, (host, int(port)), origin, context) for _ in range(int(rounds))]
    columns = {key: [round(value[key], 2) for value in values] for key in values[0]}
    print(json.dumps({"benchmark": "cold_start", "medians": {key: statistics.median(column) for key, column in columns.items()},
                      "values": columns}))


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
