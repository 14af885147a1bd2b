"""A channel in a temporary directory, its server, and its people at their command lines.

A template is made once a process (root and recovery keyrings, three enrolled reviewers, one epoch); each test class gets a
copy of it on the same port, so only one of them runs at a time. Secrets reach the program through pipes, and every command
line and environment is searched for them before it runs.
"""

import atexit
import base64
import fcntl
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import termios
import threading
import time
import unittest

import protocol

PROGRAM = os.environ["CHANGGU"]
COMMAND_TIMEOUT = 120  # seconds; Argon2id under a sanitizer on a busy machine
ROLES = {1: ("감사담당관", "Audit office"), 2: ("조사관", "Investigator"), 3: ("총무과장", "General affairs")}

OK, FAILURE, USAGE, UNREACHABLE, UNTRUSTED, BAD_SECRET, REFUSED, NOTHING = range(8)


def bare_environment():
    """What a program finds of this one's: what sanitizers and coverage are told, and nothing that a person has set."""
    wanted = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "ASAN_SYMBOLIZER_PATH", "LLVM_PROFILE_FILE")
    return {key: os.environ[key] for key in wanted if key in os.environ} | {"LC_ALL": "C.UTF-8"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.05)


class Result:
    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err

    @property
    def data(self):
        return json.loads(self.out)


class Channel:
    """Directories: `home` is the channel's, as init makes it; `desk` is where people keep keyrings; `cwd` stays empty."""

    def __init__(self, base, port):
        self.base, self.port = pathlib.Path(base), port
        self.home, self.desk, self.cwd = self.base / "channel", self.base / "desk", self.base / "cwd"
        self.origin = f"https://localhost:{port}"
        self.config, self.ca = self.home / "changgu.toml", self.home / "tls" / "certificate.pem"
        self.data, self.log = self.home / "data", self.base / "server.log"
        self.root = self.desk / "root.keyring"
        self.org = None
        self.secrets = {}  # name -> passphrase
        self.server = None
        self.environment = {}  # what the server finds besides

    # --- commands

    def start_command(self, *arguments, secrets=None, stdin=None, as_json=True, terminal=None):
        """Starts a command; `secrets` maps an option such as "passphrase" to a text, given through a pipe. It has no
        controlling terminal, or `terminal`, a descriptor."""
        arguments = [str(a) for a in arguments] + (["--json"] if as_json else [])
        pipes = []
        for option, text in (secrets or {}).items():
            read, write = os.pipe()
            os.write(write, text.encode())
            os.close(write)
            pipes.append(read)
            arguments += [f"--{option}-fd", str(read)]
        environment = bare_environment() | {"HOME": str(self.cwd), "TMPDIR": str(self.cwd)}
        # The whole point of the pipes: ps and /proc show nothing.
        visible = "\n".join(arguments + list(environment.values()))
        for secret in list(self.secrets.values()) + list((secrets or {}).values()):
            assert secret not in visible, f"a secret is on the command line of {arguments[:2]}"
        sit_down = None if terminal is None else lambda: fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        process = subprocess.Popen([PROGRAM, *arguments], env=environment, cwd=self.cwd, pass_fds=pipes, preexec_fn=sit_down,
                                   stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        for read in pipes:
            os.close(read)
        process.given = arguments
        return process

    def finish_command(self, process, stdin=None, expect=OK):
        try:
            out, err = process.communicate(stdin.encode() if isinstance(stdin, str) else stdin, COMMAND_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        result = Result(process.given, process.returncode, out.decode(), err.decode())
        allowed = expect if isinstance(expect, tuple) else (expect,)
        if expect is not None and result.code not in allowed:
            raise AssertionError(f"{result.arguments} ended with {result.code}, not {expect}\n{result.out}\n{result.err}")
        return result

    @staticmethod
    def wait_until_it_reads(process):
        """Fills the command's standard input and waits until it is read from: by then a reporter's command has fetched and
        verified the key log. Returns what it was given."""
        fd, page = process.stdin.fileno(), 4096
        fcntl.fcntl(fd, 1031, page)  # F_SETPIPE_SZ
        given = "." * (page - 1) + "\n"
        os.write(fd, given.encode())
        waiting = select.poll()
        waiting.register(fd, select.POLLOUT)
        assert waiting.poll(COMMAND_TIMEOUT * 1000), "the command does not read"
        return given

    def run(self, *arguments, secrets=None, stdin=None, expect=OK, as_json=True):
        process = self.start_command(*arguments, secrets=secrets, stdin=stdin, as_json=as_json)
        return self.finish_command(process, stdin, expect)

    def run_at_terminal(self, typed, *arguments, secrets=None, expect=OK):
        """A command with a controlling terminal, where somebody types when asked. Its result, and what was shown there."""
        screen, terminal = os.openpty()
        try:
            process = self.start_command(*arguments, secrets=secrets, terminal=terminal)
            shown, waiting = b"", select.poll()
            waiting.register(screen, select.POLLIN)
            while not shown.endswith(b": "):
                if not waiting.poll(COMMAND_TIMEOUT * 1000):
                    process.kill()
                    raise AssertionError(f"{arguments[:2]} asks nothing")
                shown += os.read(screen, 4096)
            os.write(screen, typed)
            return self.finish_command(process, expect=expect), shown.decode()
        finally:
            os.close(terminal)
            os.close(screen)

    # --- people

    def admin(self, *arguments, **more):
        return self.run(*arguments, "--keyring", self.root, "--ca", self.ca, secrets={"passphrase": self.secrets["root"]}, **more)

    def keyring(self, number):
        return self.desk / f"reviewer-{number}.keyring"

    def reviewer(self, number, *arguments, keyring=None, **more):
        return self.run(*arguments, "--keyring", keyring or self.keyring(number), "--ca", self.ca,
                        secrets={"passphrase": self.secrets[f"reviewer {number}"]}, **more)

    def restore(self, backup, data, *arguments, secrets=None, **more):
        secrets = {"passphrase": self.secrets["recovery"]} | (secrets or {})
        return self.run("restore", "--from", backup, "--data", data, "--keyring", self.desk / "recovery.keyring", *arguments,
                        secrets=secrets, **more)

    def public(self):
        return ["--server", self.origin, "--org", self.org, "--ca", self.ca]

    def report(self, text, *arguments, **more):
        """The receipt: {"words", "digits"}."""
        receipt = self.run("report", *self.public(), "--file", "-", *arguments, stdin=text, **more).data["receipt"]
        return receipt

    def reporter(self, command, receipt, *arguments, **more):
        return self.run(command, *self.public(), *arguments, secrets={"receipt": receipt["words"]}, **more)

    def enrol(self, number, rotate):
        ko, en = ROLES.get(number, ("조사관", "Investigator"))
        code = self.admin("reviewers", "invite", "--number", number).data["code"]
        self.secrets[f"code {number}"] = code
        passphrase = self.secrets[f"reviewer {number}"] = f"correct horse battery staple {number} 부근 자신"
        self.run("enrol", *self.public(), "--keyring", self.keyring(number), secrets={"code": code, "passphrase": passphrase})
        protocol.make_cheap(self.keyring(number), passphrase)
        self.admin("reviewers", "approve", number, "--role-ko", ko, "--role-en", en, "--desk", "integrity",
                   *([] if rotate else ["--no-rotate"]))

    # --- the server

    def start(self, config=None, wait=True):
        assert self.server is None
        log = open(self.log, "ab")
        self.server = subprocess.Popen([PROGRAM, "serve", "--config", config or self.config],
                                       env=bare_environment() | self.environment, cwd=self.cwd,
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        log.close()
        if wait:
            wait_until(self.is_listening, "the server listens")

    def is_listening(self):
        if self.server.poll() is not None:
            raise AssertionError(f"the server ended with {self.server.returncode}\n{self.log.read_text()}")
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self, with_signal=signal.SIGTERM):
        """The exit status."""
        if self.server is None:
            return None
        self.server.send_signal(with_signal)
        try:
            status = self.server.wait(60)
        except subprocess.TimeoutExpired:
            self.server.kill()
            raise
        finally:
            self.server = None
        return status

    def releases(self):
        return self.log.read_text().count(" tick_done ")

    def wait_for_release(self, seconds=30):
        """Until all that is acknowledged now has been released: the next release may have begun already."""
        before = self.releases()
        wait_until(lambda: self.releases() >= before + 2, "two releases", seconds)

    def edit_config(self, pattern, replacement):
        text, count = re.subn(pattern, replacement, self.config.read_text(), flags=re.MULTILINE)
        assert count == 1, pattern
        self.config.write_text(text)

    def files(self):
        return [path for path in sorted(self.data.rglob("*")) if path.is_file()]


# --- the template ---------------------------------------------------------------------------------------------------

_templates = {}
_scratch = tempfile.TemporaryDirectory(prefix="changgu-integration-")
atexit.register(_scratch.cleanup)


def new_channel(base, init_options=(), numbers=(1, 2, 3), tick=1):
    """Initialised and enrolled; the server is stopped. `tick` in seconds."""
    channel = Channel(base, free_port())
    for directory in (channel.desk, channel.cwd):
        directory.mkdir(parents=True)
    channel.secrets = {"root": "root passphrase 광장 무조건 뉴욕", "recovery": "recovery passphrase 정지 복도 색깔"}
    made = channel.run("init", "--dir", channel.home, "--origin", channel.origin, "--root-keyring", channel.root,
                       "--recovery-keyring", channel.desk / "recovery.keyring", "--tick", tick, "--tick-offset", 0, "--fill", 4,
                       *init_options, secrets={"passphrase": channel.secrets["root"],
                                               "recovery-passphrase": channel.secrets["recovery"]}).data
    channel.org = made["org"]
    with open(channel.config, "a") as config:  # the tests are one flood; test_abuse.py is about this
        config.write("\n[abuse]\nfree_envelopes_per_minute = 1000000\nfree_chunks_per_minute = 1000000\n")
    protocol.make_cheap(channel.root, channel.secrets["root"])
    protocol.make_cheap(channel.desk / "recovery.keyring", channel.secrets["recovery"])
    channel.start()
    try:
        for number in numbers:
            channel.enrol(number, rotate=number == numbers[-1])
    finally:
        channel.stop()
    return channel


def channel_like(*init_options, numbers=(1, 2, 3)):
    """A fresh copy of the template that these options give."""
    key = (init_options, numbers)
    if key not in _templates:
        _templates[key] = new_channel(pathlib.Path(_scratch.name) / f"template-{len(_templates)}", init_options, numbers)
    template = _templates[key]
    copy = Channel(tempfile.mkdtemp(dir=_scratch.name), template.port)
    copy.base.rmdir()
    shutil.copytree(template.base, copy.base)
    copy.org, copy.secrets = template.org, dict(template.secrets)
    copy.log.write_text("")
    return copy


class ChannelTest(unittest.TestCase):
    """A class of tests on one running channel."""

    init_options = ()

    @classmethod
    def setUpClass(cls):
        cls.channel = channel_like(*cls.init_options)
        cls.addClassCleanup(cls.close)
        cls.channel.start()

    @classmethod
    def close(cls):
        channel = cls.channel
        if channel.server is not None and channel.server.poll() is None:
            status = channel.stop()
            assert status == 0, f"the server ended with {status}\n{channel.log.read_text()[-4000:]}"
        assert "ERROR: " not in channel.log.read_text(), channel.log.read_text()[-8000:]  # a sanitizer's
        shutil.rmtree(channel.base)


# --- what else is needed --------------------------------------------------------------------------------------------

def b64(data):
    return base64.b64encode(data).decode()


class Tally:
    """Runs a function in threads until it is told to stop; what it returns is collected."""

    def __init__(self, threads, work):
        self.results, self.stopping = [], threading.Event()
        self.threads = [threading.Thread(target=self._loop, args=(work,)) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def _loop(self, work):
        while not self.stopping.is_set():
            value = work()
            if value is not None:
                self.results.append(value)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive()
        return self.results
