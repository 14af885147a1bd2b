#!/usr/bin/env python3
"""Adds up ctest's JUnit file: prints `PASSED FAILED`, by the rule that scripts/test states."""

import re
import sys
import xml.etree.ElementTree

CLOSING_LINE = re.compile(r"^(\d+) passed, (\d+) failed$", re.MULTILINE)


def count(suite):
    """(passed, failed) of one program that ctest ran."""
    succeeded = suite.get("status") == "run"
    lines = CLOSING_LINE.findall(suite.findtext("system-out") or "")
    if not lines:
        return (1, 0) if succeeded else (0, 1)
    passed, failed = map(int, lines[-1])
    if not succeeded and failed == 0:
        failed = 1  # nothing ran, or it died after its closing line: a leak, a crash in a destructor
    return passed, failed


def main(path):
    try:
        suites = xml.etree.ElementTree.parse(path).getroot().findall("testcase")
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        print(f"count_results: {error}", file=sys.stderr)
        suites = []
    totals = [count(suite) for suite in suites] or [(0, 1)]
    print(sum(passed for passed, _ in totals), sum(failed for _, failed in totals))


if __name__ == "__main__":
    main(sys.argv[1])
