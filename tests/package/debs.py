"""The packages under test, and one of them as a later version."""

import os
import pathlib
import re
import subprocess

PACKAGES = pathlib.Path(os.environ["CHANGGU_PACKAGES"])


def package(name):
    found = sorted(PACKAGES.glob(f"{name}_*.deb"))
    if len(found) != 1:
        raise AssertionError(f"{PACKAGES} must have one {name}")
    return found[0]


def later(deb, into, version, comment):
    """The same program as a later version, whose configuration says something else."""
    tree = into / "tree"
    subprocess.run(["dpkg-deb", "--raw-extract", deb, tree], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub(r"^Version: .*$", f"Version: {version}", control.read_text(), flags=re.M))
    config = tree / "etc/changgu/changgu.toml"
    config.write_text(config.read_text() + comment)
    out = into / f"changgu_{version}_amd64.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, out], check=True, stdout=subprocess.DEVNULL)
    return out
