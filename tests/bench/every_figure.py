"""scripts/bench cannot rot: a short run yields every figure of its catalogue.

How large the figures are says nothing here; only that each was measured, that it has its limit, and
that the plot is there.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "lib"))

from leadkeep_bench.figures import NAMES  # noqa: E402

NOT_IN_A_SMALL_STORE = {"lookup_phone_growth"}


def bench(*arguments):
    return subprocess.run([sys.executable, "-m", "leadkeep_bench", *map(str, arguments)],
                          env={**os.environ, "PYTHONPATH": str(ROOT / "scripts" / "lib")},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


class EveryFigure(unittest.TestCase):
    build = None

    def test_a_short_run_measures_every_figure_beside_its_limit(self):
        with tempfile.TemporaryDirectory(prefix="leadkeep-bench-") as folder:
            done = bench("--short", "--build", self.build, "--output", folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            figures = {f["name"]: f for f in map(json.loads, done.stdout.splitlines())}
            self.assertEqual(set(figures), set(NAMES) - NOT_IN_A_SMALL_STORE)
            for name, figure in figures.items():
                with self.subTest(name):
                    self.assertGreater(figure["value"], 0)
                    self.assertGreater(figure["limit"], 0)
                    self.assertAlmostEqual(figure["ratio"], figure["value"] / figure["limit"],
                                           delta=figure["ratio"] / 100)
                    self.assertTrue(figure["unit"])
                    self.assertIn(figure["better"], ("higher", "lower"))
            kept = (pathlib.Path(folder) / "bench.jsonl").read_text()
            self.assertEqual(kept, done.stdout)
            plot = xml.etree.ElementTree.parse(pathlib.Path(folder) / "bench.svg")
            self.assertTrue(plot.getroot().tag.endswith("svg"))

    def test_an_unknown_figure_is_refused_by_name(self):
        done = bench("--build", self.build, "page_51")
        self.assertEqual(done.returncode, 2)
        self.assertIn("page_51", done.stderr)
        self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "dev")
    given, rest = parser.parse_known_args()
    EveryFigure.build = given.build
    unittest.main(argv=[sys.argv[0], *rest])
