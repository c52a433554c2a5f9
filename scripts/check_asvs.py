#!/usr/bin/env python3
"""Checks docs/asvs.md: each row once, in order, of a known state, and each test it names exists.

A row that is held or partly held names at least one test; `Suite.Case` is looked for in tests/unit
and tests/paths, `file.py:test_name` in tests/functional. Exit status 1 and a line for each fault.
"""
import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| V(\d+)\.(\d+)\.(\d+) \|(.*)\|$", re.M)
TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.M)
PYTHON_TEST = re.compile(r"^    def (test_\w+)\(", re.M)
STATES = {"held", "partly", "open", "not ours"}


def known_tests(root):
    names = set()
    for folder in ("tests/unit", "tests/paths"):
        for file in (root / folder).rglob("*.cpp"):
            names.update(".".join(pair) for pair in TEST.findall(file.read_text()))
    for file in (root / "tests/functional").glob("*.py"):
        names.update(f"{file.name}:{name}" for name in PYTHON_TEST.findall(file.read_text()))
    return names


def faults(page, tests):
    before = (0, 0, 0)
    for match in ROW.finditer(page):
        number = tuple(map(int, match.groups()[:3]))
        row = "V" + ".".join(map(str, number))
        cells = [cell.strip() for cell in match[4].split("|")]
        if number <= before:
            yield f"{row}: not behind the row before it"
        before = number
        if len(cells) != 5:
            yield f"{row}: {len(cells) + 1} cells instead of 6"
            continue
        level, _, state, _, evidence = cells
        named = re.findall(r"`([^`]+)`", evidence)
        if level not in ("1", "2", "3"):
            yield f"{row}: there is no level {level}"
        if state not in STATES:
            yield f"{row}: there is no state '{state}'"
        if state in ("held", "partly") and not named:
            yield f"{row}: {state}, and no test shows it"
        yield from (f"{row}: there is no test {name}" for name in named if name not in tests)
    if before == (0, 0, 0):
        yield "there is no row"


def self_test():
    tests = {"A.B", "x.py:test_y"}
    good = "| V6.1.1 | 1 | a | held | b | `A.B` `x.py:test_y` |\n| V6.1.2 | 2 | a | open | b | |\n"
    assert list(faults(good, tests)) == []
    for bad in ("", good.replace("`A.B` `x.py:test_y`", ""), good.replace("A.B", "A.C"),
                good.replace("held", "done"), good.replace("V6.1.2", "V6.1.1"),
                good.replace("| 2 |", "| 4 |"), good.replace("| b | |", "| |")):
        assert len(list(faults(bad, tests))) == 1, bad


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--self-test", action="store_true", help="show that faults are found")
    if parser.parse_args().self_test:
        self_test()
        return 0
    found = list(faults((ROOT / "docs/asvs.md").read_text(), known_tests(ROOT)))
    for fault in found:
        print("docs/asvs.md: " + fault)
    if not found:
        print("asvs: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
