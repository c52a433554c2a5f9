#!/usr/bin/env python3
"""usage: scripts/lib/count_tests.py JUNIT_FILE

Counts the tests in the report of `ctest --output-junit` and ends with "N passed, M failed".
Where a test of it is a suite of GoogleTest, each case counts. CTest itself counts a skipped test as
passed and leaves a disabled one out; here a disabled test is a failed test, and a skipped one is
named and counted as neither. Exits 0 only if at least one test passed and none failed.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree


OK = re.compile(r"^\[       OK \] ", re.M)
FAILED = re.compile(r"^\[  FAILED  \] \S+.* \(\d+ ms\)$", re.M)
SKIPPED = re.compile(r"^\[  SKIPPED \] (\S+) \(\d+ ms\)$", re.M)
DISABLED = re.compile(r"^  YOU HAVE (\d+) DISABLED TEST", re.M)
RUNNING = re.compile(r"^\[==========\] Running (\d+) tests? from", re.M)


def of_suite(output):
    """Cases that passed, that failed or were left out, and the names of those that skipped themselves."""
    left_out = sum(map(int, DISABLED.findall(output)))
    good, bad, themselves = len(OK.findall(output)), len(FAILED.findall(output)), SKIPPED.findall(output)
    announced = sum(map(int, RUNNING.findall(output)))
    lost = max(announced - good - bad - len(themselves), 0)  # one that ended the process, for example
    if RUNNING.search(output) and announced == 0:
        lost = 1  # nothing is there by the name that was asked for
    return good, bad + left_out + lost, themselves


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if sys.argv[1:2] in (["-h"], ["--help"]) else 2
    passed, failed = 0, 0
    try:
        cases = list(ElementTree.parse(sys.argv[1]).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError):
        print("test: ctest left no report", file=sys.stderr)
        cases = []
    for case in cases:
        status, skipped = case.get("status"), case.find("skipped")
        reason = "" if skipped is None else skipped.get("message", "")
        good, bad, themselves = of_suite(case.findtext("system-out") or "")
        for name in themselves:
            print(f"skipped: {name}")
        if status == "run":
            passed += good if good or bad or themselves else 1
            failed += bad
        elif status == "notrun" and reason.startswith("SKIP_"):
            print(f"skipped: {case.get('name')}")
        else:
            passed += good
            failed += max(bad, 1)
            if status != "fail":
                print(f"not run: {case.get('name')} {reason}".rstrip())
    print(f"{passed} passed, {failed} failed")
    return 0 if passed > 0 and failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
