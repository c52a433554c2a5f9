"""What README.md tells people to type works.

Every block that is marked ```sh is run by bash against a running instance, in one shell with
`set -eu`, as somebody would who pastes the block. Blocks marked ```console are not run.
"""
import os
import re
import subprocess

import functional
from functional import ROOT
from leadkeep_demo.__main__ import write_environment

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)
# The words of a command that would start the build, or these tests once more.
NOT_HERE = re.compile(r"(^|[\s/])(scripts/(quickstart|test|check|bench)|\.ci/run|sudo|apt-get)\b")


def blocks():
    text = (ROOT / "README.md").read_text()
    return [(text.count("\n", 0, match.start()) + 1, match[1]) for match in BLOCK.finditer(text)]


class Commands(functional.FunctionalTest):
    agents = (("anna", "agent"), ("sofia", "supervisor"), ("root", "admin"))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As scripts/quickstart leaves it.
        cls.whatsapp.post("/customers", {"wa_id": "4915123456789", "name": "Erika Muster"})
        cls.whatsapp.post("/say", {"customer": "4915123456789",
                                   "text": "Hello, my number is 0151 23456789."})
        write_environment(cls.instance)

    def test_there_are_commands(self):
        self.assertGreater(len(blocks()), 0)

    def test_every_block_works(self):
        environment = {**os.environ, "PATH": f"{self.instance.binaries}:{os.environ['PATH']}"}
        for line, block in blocks():
            with self.subTest(line=line):
                self.assertNotRegex(block, NOT_HERE)
                # Not only what fails in the end: also what fails within a pipe or a $( ).
                done = subprocess.run(
                    ["bash", "-c", "set -eu -o pipefail; shopt -s inherit_errexit\n"
                     f"source '{self.instance.folder}/env'\n{block}"],
                    cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60,
                    check=False)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertNotIn("23456789", done.stdout)

    def test_the_reply_of_the_readme_has_arrived(self):
        self.test_every_block_works()
        replies = re.findall(r'"type":"text","text":\{"body":"([^"]+)"', "".join(
            block for _, block in blocks()))
        self.assertLessEqual(set(replies), {o["text"] for o in self.outbound()})

    def test_main_commands_explain_themselves(self):
        text = (ROOT / "README.md").read_text()
        for name in ("scripts/quickstart", "scripts/test", "scripts/check"):
            with self.subTest(name):
                self.assertIn(name, text)
                for option in ("--help", "-h"):
                    done = subprocess.run([ROOT / name, option], capture_output=True, text=True,
                                          timeout=20, check=False)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertTrue(done.stdout.startswith(f"usage: {name}"), done.stdout)

    def test_main_commands_refuse_what_they_do_not_know(self):
        for name in ("scripts/quickstart", "scripts/test"):
            done = subprocess.run([ROOT / name, "--no-such-option"], capture_output=True, text=True,
                                  timeout=20, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("usage:", done.stderr)


if __name__ == "__main__":
    functional.main()
