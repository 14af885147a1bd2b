"""The program as it is shipped while it is short of something: what tests/integration/test_faults.py leaves out under sanitizers,
whose own memory would be what is measured. It runs here and not in the machine, and needs what it depends on."""

import atexit
import os
import pathlib
import subprocess
import sys
import tempfile

import debs

_unpacked = tempfile.TemporaryDirectory(prefix="changgu-package-")
atexit.register(_unpacked.cleanup)
subprocess.run(["dpkg-deb", "--extract", debs.package("changgu"), _unpacked.name], check=True)
os.environ["CHANGGU"] = str(pathlib.Path(_unpacked.name) / "usr/bin/changgu")  # harness.py looks for it as it is loaded
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import test_faults


def load_tests(loader, tests, pattern):
    if test_faults.is_sanitized():  # else both would be skipped, and nothing said
        raise AssertionError("a package has no sanitizer")
    tests.addTest(test_faults.Faults("test_no_more_memory_in_mid_life"))
    tests.addTest(test_faults.Descriptors("test_no_more_in_mid_life"))
    return tests
