"""The manual pages and the completion, against what the program itself says of its commands."""

import os
import re
import subprocess
import unittest

PROGRAM, MANUAL = os.environ["CHANGGU"], os.environ["CHANGGU_MANUAL"]


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def subcommands(text):
    """Of a help: the indented names below its headings of commands."""
    found = []
    for line in text[text.index("Options:"):].splitlines():
        if name := re.match(r"  ([a-z][a-z-]*)(?:  |$)", line):
            found.append(name[1])
    return found


def options(text):
    names = re.findall(r"^  (-[a-z,-]+)", text, flags=re.M)
    return {name for some in names for name in some.split(",") if name.startswith("--")}


def commands(*path):
    """(path, options) of every command there is, asked for one by one."""
    text = output(PROGRAM, *path, "--help")
    for name in subcommands(text):
        yield (*path, name), options(output(PROGRAM, *path, name, "--help"))
        yield from commands(*path, name)


class Manual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = dict(commands())
        assert len(cls.commands) > 30 and ("keys", "rotate") in cls.commands, cls.commands

    def test_the_pages_have_every_command_and_option(self):
        for page, heading in (("man-en", "EXIT STATUS"), ("man-ko", "종료 상태")):
            text = output(MANUAL, page).replace("\\-", "-")
            self.assertIn(f'.SH "{heading}"', text)
            parts = dict(re.findall(r'^\.SS "changgu ([a-z -]+)"\n(.*?)(?=^\.S[SH])', text, flags=re.M | re.S))
            self.assertEqual(set(parts), {" ".join(path) for path in self.commands})
            for path, known in self.commands.items():
                told = set(re.findall(r"\\fB(--[a-z-]+)\\fR", parts[" ".join(path)]))
                self.assertEqual(told, known - {"--help"}, (page, path))

    def test_the_pages_are_roff(self):
        for page in ("man-en", "man-ko"):
            for line in output(MANUAL, page).splitlines():
                if line.startswith((".", "'")):
                    self.assertRegex(line, r'^\.(TH CHANGGU 1 .*|S[HS] "[^"]+"|TP|\\" .*)$')
                self.assertNotRegex(line, r"\\(?!fB|fI|fR|-|e|&|\")")

    def complete(self, *words):
        script = 'source /dev/stdin; compopt() { :; }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _changgu; printf "%s\\n" "${COMPREPLY[@]}"'
        done = subprocess.run(["bash", "-c", script, "bash", "changgu", *words], input=output(MANUAL, "bash"), check=True,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_completion_knows_every_command_and_option(self):
        for path, known in self.commands.items():
            with self.subTest(path=path):
                self.assertEqual(self.complete(*path[:-1], path[-1]).count(path[-1]), 1)
                self.assertLessEqual(known, set(self.complete(*path, "--")))
                self.assertTrue(all(word.startswith("--") for word in self.complete(*path, "--")))

    def test_completion_of_what_follows_an_option(self):
        self.assertEqual(self.complete("keys", "rotate", "--lang", ""), ["ko", "en"])
        self.assertEqual(self.complete("poster", "--in", "b"), ["both"])
        self.assertEqual(self.complete("serve", "--config", "/etc/os-releas"), ["/etc/os-release"])
        self.assertEqual(self.complete("serve", "--check"), ["--check-config"])
        self.assertEqual(self.complete("nothing", "--such"), [])


if __name__ == "__main__":
    unittest.main()
