"""A clean Debian 12 in a temporary directory, started with its own systemd and a network of its own that has loopback alone.

The base system is made once by debootstrap and kept, as are the packages that were fetched, under $XDG_CACHE_HOME; a machine
is an unpacked copy that is removed afterwards. Needs root. Every wait is bounded.
"""

import contextlib
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

MIRROR = os.environ.get("CHANGGU_DEBIAN_MIRROR", "http://deb.debian.org/debian")
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "changgu-package-test"
# A machine of its own has these, a container of Debian 12's systemd only if it is told so.
SANDBOX = ["--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self", "--capability=CAP_IPC_LOCK"]
# Where the host itself cannot lift the limit of locked memory (no CAP_SYS_RESOURCE), the unit's LimitMEMLOCK=infinity does
# nothing; then the server is given the capability that stands in its place.
CAN_LIFT = subprocess.run(["prlimit", "--memlock=unlimited:unlimited", "true"], capture_output=True).returncode == 0
INSTEAD_OF_LIFTING = "[Service]\nAmbientCapabilities=CAP_IPC_LOCK\nCapabilityBoundingSet=CAP_IPC_LOCK\n"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def base():
    """The tar of a base system, made if it is not there."""
    tar = CACHE / "bookworm.tar"
    if not tar.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="changgu-base-") as scratch:
            root = pathlib.Path(scratch) / "root"
            subprocess.run(["debootstrap", "--variant=minbase", "--include=systemd-sysv,ca-certificates", "bookworm", root, MIRROR],
                           check=True, timeout=900, stdout=subprocess.DEVNULL)
            shutil.rmtree(root / "var/cache/apt/archives")
            (root / "var/cache/apt/archives/partial").mkdir(parents=True)
            part = tar.with_suffix(".part")
            subprocess.run(["tar", "-C", root, "--numeric-owner", "-cf", part, "."], check=True, timeout=300)
            part.rename(tar)
    return tar


class Failed(Exception):
    pass


class Machine:
    """`debs` are put into /root; what they depend on, and the packages of Debian in `also`, is fetched beforehand, since a
    running machine reaches nothing."""

    def __init__(self, debs, also=()):
        self.debs, self.also = [pathlib.Path(d) for d in debs], also
        self.nspawn = None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            scratch = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="changgu-machine-")))
            self.root = scratch / "root"
            self.root.mkdir()
            subprocess.run(["tar", "-C", self.root, "--numeric-owner", "-xf", base()], check=True, timeout=300)
            for deb in self.debs:
                shutil.copy(deb, self.root / "root")
            self._fetch()
            if not CAN_LIFT:
                directory = self.root / "etc/systemd/system/changgu.service.d"
                directory.mkdir()
                (directory / "locked-memory.conf").write_text(INSTEAD_OF_LIFTING)
            stack.callback(self._stop)
            self._start(scratch / "console")
            self._until_this = stack.pop_all()
        return self

    def __exit__(self, *about):
        return self._until_this.__exit__(*about)

    def _nspawn(self, *arguments):
        archives = CACHE / "archives"
        (archives / "partial").mkdir(parents=True, exist_ok=True)
        return ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--console=pipe", f"--directory={self.root}",
                f"--machine=changgu-{os.getpid()}",
                f"--bind={archives}:/var/cache/apt/archives", *arguments]

    def _fetch(self):
        names = " ".join([*(f"/root/{d.name}" for d in self.debs), *self.also])
        script = f"apt-get -q update && apt-get -q -y --download-only install {names}"
        done = subprocess.run(self._nspawn("--resolv-conf=copy-host", "bash", "-c", script), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise Failed(f"what the packages depend on cannot be fetched\n{done.stdout[-2000:]}{done.stderr[-2000:]}")

    def _start(self, console):
        self.console = console
        with open(console, "wb") as out:
            self.nspawn = subprocess.Popen(self._nspawn("--private-network", *SANDBOX, "--boot"), stdin=subprocess.DEVNULL,
                                           stdout=out, stderr=out, start_new_session=True)
        deadline = time.monotonic() + 120
        while True:
            if self.nspawn.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"the machine does not start\n{console.read_text(errors='replace')[-2000:]}")
            children = pathlib.Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children").read_text().split()
            # Its first process is there before its file systems are.
            if children and (self.root / "run").is_dir():
                self.leader = children[0]
                if self.run("systemctl is-system-running", expect=None).out.strip() in ("running", "degraded"):
                    return
            time.sleep(0.3)

    def _stop(self):
        if self.nspawn is None or self.nspawn.poll() is not None:
            return
        self.nspawn.send_signal(signal.SIGTERM)  # asks its systemd to power off
        try:
            self.nspawn.wait(60)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
            self.nspawn.wait(30)

    def command(self, script, cwd="/root"):
        return ["nsenter", "--target", self.leader, "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "env", "-i",
                "--chdir=" + cwd, f"PATH={PATH}", "LC_ALL=C.UTF-8", "HOME=/root", "TERM=dumb", "DEBIAN_FRONTEND=noninteractive",
                "bash", "-e", "-o", "pipefail", "-c", script]

    def run(self, script, expect=0, timeout=180, cwd="/root", stdin=""):
        """Runs a script of bash in the machine; expect=None takes any end."""
        done = subprocess.run(self.command(script, cwd), input=stdin, capture_output=True, text=True, timeout=timeout,
                              errors="replace")
        done.out = done.stdout
        if expect is not None and done.returncode != expect:
            raise Failed(f"{script!r} ended with {done.returncode}, not {expect}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
        return done

    def doctor(self, script, **more):
        """What `changgu doctor` in the script finds to do, and all that was said. The clock is the host's, so whether it is
        synchronised is left out."""
        done = self.run(script, expect=None, **more)
        wanted = [line for line in done.out.splitlines() if line.startswith("[do]")]
        if done.returncode != (1 if wanted else 0):
            raise Failed(f"{script!r} ended with {done.returncode}\n{done.out[-4000:]}\n{done.stderr[-4000:]}")
        return [line for line in wanted if "The clock is not synchronised" not in line], done.out

    def type(self, script, answers, expect=0, timeout=180, cwd="/root"):
        """The same with somebody at a terminal: `answers` maps a pattern of what is asked to what is typed. What was on
        the screen."""
        child, terminal = pty.fork()
        if child == 0:
            command = self.command(script, cwd)
            os.execvp(command[0], command)
        seen, answered, deadline = "", 0, time.monotonic() + timeout
        try:
            while True:
                if time.monotonic() > deadline:
                    raise Failed(f"{script!r} does not end\n{seen[-2000:]}")
                if not select.select([terminal], [], [], 1)[0]:
                    continue
                try:
                    data = os.read(terminal, 65536)
                except OSError:  # how a terminal says that nobody is left
                    break
                if not data:
                    break
                seen += data.decode(errors="replace")
                for pattern, text in answers.items():
                    if re.search(pattern + r"\s*$", seen[answered:]):
                        answered = len(seen)
                        os.write(terminal, text.encode() + b"\n")
        finally:
            os.close(terminal)
            _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) != expect:
            raise Failed(f"{script!r} ended with {os.waitstatus_to_exitcode(status)}, not {expect}\n{seen[-4000:]}")
        return seen
