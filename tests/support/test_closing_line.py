"""The rules by which scripts/test counts: what must never pass as a success."""

import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

HERE = pathlib.Path(__file__).resolve().parent


class CountResults(unittest.TestCase):
    def count(self, *suites):
        body = "".join(f'<testcase status="{status}"><system-out>{out}</system-out></testcase>' for status, out in suites)
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(f"<testsuite>{body}</testsuite>")
            file.flush()
            return self.count_file(file.name)

    def count_file(self, name):
        run = subprocess.run([HERE / "count_results.py", name], check=True, capture_output=True, text=True)
        return run.stdout.strip()

    def test_sums_closing_lines(self):
        self.assertEqual(self.count(("run", "x\n3 passed, 0 failed\n"), ("fail", "4 passed, 2 failed\n")), "7 2")

    def test_only_the_last_closing_line_of_a_suite_counts(self):
        self.assertEqual(self.count(("run", "9 passed, 0 failed\n3 passed, 0 failed\n")), "3 0")

    def test_a_crash_without_a_closing_line_is_a_failure(self):
        self.assertEqual(self.count(("fail", "Segmentation fault\n")), "0 1")

    def test_a_failure_after_the_closing_line_is_a_failure(self):
        self.assertEqual(self.count(("fail", "5 passed, 0 failed\n")), "5 1")

    def test_failures_count_even_with_exit_status_zero(self):
        self.assertEqual(self.count(("run", "5 passed, 1 failed\n")), "5 1")

    def test_no_results_are_a_failure(self):
        self.assertEqual(self.count(), "0 1")
        self.assertEqual(self.count_file("/nonexistent"), "0 1")


class RunUnittest(unittest.TestCase):
    def run_file(self, source):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "test_it.py"
            file.write_text("import unittest\nclass It(unittest.TestCase):\n" + textwrap.indent(source, "    "))
            run = subprocess.run([sys.executable, "-B", HERE / "run_unittest.py", file], capture_output=True, text=True)
            return run.returncode, run.stdout.splitlines()[-1]

    def test_success(self):
        self.assertEqual(self.run_file("def test_a(self): pass"), (0, "1 passed, 0 failed"))

    def test_failure_and_error(self):
        source = "def test_a(self): self.fail()\ndef test_b(self): raise OSError\ndef test_c(self): pass\n"
        self.assertEqual(self.run_file(source), (1, "1 passed, 2 failed"))

    def test_nothing_ran(self):
        self.assertEqual(self.run_file("pass"), (1, "0 passed, 0 failed"))
        self.assertEqual(self.run_file("@unittest.skip('no')\ndef test_a(self): pass"), (1, "0 passed, 0 failed"))

    def test_a_file_that_does_not_load(self):
        self.assertEqual(self.run_file("import nothing_of_that_name"), (1, "0 passed, 1 failed"))


if __name__ == "__main__":
    unittest.main()
