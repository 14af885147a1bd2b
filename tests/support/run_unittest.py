#!/usr/bin/env python3
"""Runs the unittest files named on the command line and closes with `N passed, N failed`.

Exit status 1 when a test failed, when a file could not be loaded, or when nothing ran.
"""

import pathlib
import sys
import unittest


def main(files):
    suite = unittest.TestSuite()
    for name in files:
        path = pathlib.Path(name).resolve(strict=True)  # discovery would pass over a missing file in silence
        # One loader a file: a loader keeps the first top-level directory it was given.
        suite.addTests(unittest.TestLoader().discover(str(path.parent), path.name, str(path.parent)))
    run = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    failed = len(run.failures) + len(run.errors) + len(run.unexpectedSuccesses)
    # setUpClass errors count as failures without having counted as a test run; skipped tests as neither.
    passed = max(run.testsRun - len(run.skipped) - failed, 0)
    sys.stdout.flush()
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if run.wasSuccessful() and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
