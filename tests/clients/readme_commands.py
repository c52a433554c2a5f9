"""What clients/README.md tells people to type works: every block that is marked ```sh, in their order, in
one shell, beside a copy of the sources."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import example
import functional
import node_packages
from leadkeep_demo.__main__ import write_environment

README = example.CLIENTS / "README.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)


class Commands(example.Example, functional.FunctionalTest):
    def test_every_block_works(self):
        tree = self.instance.folder / "tree"
        shutil.copytree(example.CLIENTS, tree / "clients",
                        ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
        write_environment(self.instance)
        programs = [self.instance.binaries, node_packages.node().parent,
                    pathlib.Path(sys.executable).parent, os.environ["PATH"]]
        blocks = BLOCK.findall(README.read_text())
        self.assertEqual(len(blocks), 4)
        done = subprocess.run(
            ["bash", "-c", "set -eu -o pipefail; shopt -s inherit_errexit\n"
             f"source '{self.instance.folder}/env'\n" + "".join(blocks)],
            cwd=tree, capture_output=True, text=True, check=False, timeout=480,
            # What was downloaded once is not downloaded again.
            env={**os.environ, "PATH": ":".join(map(str, programs)), "npm_config_prefer_offline": "true"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("signed out"), 3, done.stdout)
        functional.until(lambda: len(self.outbound()) == 3, "three examples have replied")
        self.assertIn("desk  approved", self.instance.ctl("client", "list").stdout)


if __name__ == "__main__":
    functional.main()
