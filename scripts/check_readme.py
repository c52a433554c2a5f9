#!/usr/bin/env python3
"""Checks that what the READMEs name is there.

In README.md, modules/README.md, daemon/README.md, clients/README.md and modules/*/README.md every link,
every path in backticks that looks like one of this repository, and every scripts/... command must exist;
commands must be executable. Every event that the code logs is in the table of daemon/README.md. Paths in
backticks may be written from the root, from the README's own folder, as an include
(leadkeep/base/result.h) or in short (base/result.h); {a,b} and * work.
"""
import argparse
import os
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAIN_READMES = ("README.md", "modules/README.md", "daemon/README.md", "clients/README.md")
TOP = frozenset("clients daemon docs modules etc packaging scripts tests .ci".split())
CODE_SUFFIXES = frozenset(".h .cpp .def .py .md .cmake .proto".split())
GENERATED = ("build/", ".demo/")

FENCE = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
CODE_SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?[^)\n]*\)")
COMMAND = re.compile(r"(?<![\w/.-])(?:\./)?(scripts/[\w./-]*\w|\.ci/run\b)")
PATH = re.compile(r"[\w.{},*/-]+")
BRACES = re.compile(r"\{([^{}]*)\}")
EVENT = re.compile(r"\blog_(?:error|warn|info|debug)\(\s*\"([A-Z_]+)\"")


def lines_of(text, pattern):
    """Yields (line number, first group) of every match."""
    for match in pattern.finditer(text):
        yield text.count("\n", 0, match.start(1)) + 1, match[1]


def expand(path):
    """a.{h,cpp} → a.h, a.cpp"""
    match = BRACES.search(path)
    if not match:
        return [path]
    return [p for choice in match[1].split(",")
            for p in expand(path[:match.start()] + choice + path[match.end():])]


class Repository:
    def __init__(self, root):
        self.root = root
        self.modules = {p.name for p in (root / "modules").glob("*") if p.is_dir()}
        self.file_names = set()
        for folder, folders, files in os.walk(root):
            folders[:] = [f for f in folders if f not in (".git", "build", ".demo")]
            self.file_names.update(files)

    def readmes(self):
        return [self.root / name for name in MAIN_READMES] + sorted(
            self.root.glob("modules/*/README.md"))

    def looks_like_a_path(self, text, folder):
        if not PATH.fullmatch(text) or text.startswith(("/",) + GENERATED) or "..." in text:
            return False
        first, slash, _ = text.removeprefix("./").partition("/")
        suffix = pathlib.PurePath(text.rstrip("}")).suffix or ""
        is_code = suffix in CODE_SUFFIXES or bool(re.search(r"\.\{", text))
        if not slash:
            return is_code and text != suffix
        return (first in TOP or first in self.modules or first == "leadkeep" or is_code
                or (folder / first).is_dir())

    def has(self, text, folder):
        """Whether the path in backticks is there, however it is written."""
        if "/" not in text and "*" not in text and text in self.file_names:
            return True
        module, _, rest = text.removeprefix("leadkeep/").partition("/")
        inside = self.root / "modules" / module
        places = [(self.root, text), (folder, text), (folder / "src", text),
                  (folder / "include/leadkeep" / folder.name, text), (self.root / "modules", text)]
        if rest and module in self.modules:
            places += [(inside / "include/leadkeep" / module, rest), (inside / "src", rest)]
        return any(self.is_there(base, path) for base, path in places)

    @staticmethod
    def is_there(base, path):
        if "*" in path:
            return base.is_dir() and any(base.glob(path))
        return (base / path).exists()


def check_file(repository, readme, errors):
    name = readme.relative_to(repository.root)
    text = readme.read_text(encoding="utf-8")
    prose = FENCE.sub(lambda match: "\n" * match[0].count("\n"), text)

    for line, target in lines_of(prose, LINK):
        if re.match(r"[a-z][a-z+.-]*:|#", target):
            continue
        target = target.partition("#")[0]
        base = repository.root if target.startswith("/") else readme.parent
        if not (base / target.lstrip("/")).exists():
            errors.append(f"{name}:{line}: the link to {target} leads nowhere")
    for line, span in lines_of(prose, CODE_SPAN):
        if not repository.looks_like_a_path(span, readme.parent) or COMMAND.fullmatch(span):
            continue
        for path in expand(span):
            if not repository.has(path, readme.parent):
                errors.append(f"{name}:{line}: {path} does not exist")
    for line, command in lines_of(text, COMMAND):
        path = repository.root / command
        is_command = path.suffix in ("", ".py")
        if not path.exists():
            errors.append(f"{name}:{line}: {command} does not exist")
        elif path.is_file() and is_command and not os.access(path, os.X_OK):
            errors.append(f"{name}:{line}: {command} is not executable")


def check_events(root, errors):
    """The operator must find every line of the log in the table that says what to do about it."""
    documented = (root / "daemon" / "README.md").read_text(encoding="utf-8")
    for source in sorted([*(root / "modules").glob("*/src/**/*.cpp"),
                          *(root / "modules").glob("*/src/**/*.h"), *(root / "daemon").rglob("*.cpp")]):
        for event in EVENT.findall(source.read_text(encoding="utf-8")):
            if f"`{event}`" not in documented:
                errors.append(f"{source.relative_to(root)}: {event} is not in daemon/README.md")


def check(root):
    repository, errors = Repository(root), []
    if (root / "daemon" / "README.md").is_file():
        check_events(root, errors)
    for readme in repository.readmes():
        if readme.is_file():
            check_file(repository, readme, errors)
        else:
            errors.append(f"{readme.relative_to(root)} does not exist")
    return errors


GOOD = """
`modules/base/include/leadkeep/base/result.h` `leadkeep/base/result.h` `base/result.h` `result.h`
`base/src/{one,two}.cpp` `base/src/*.cpp` `modules/base/` `daemon/` [base](modules/base/) `src/`
[site](https://example.org/a/b) [here](#part) `/v1/sessions` `/etc/leadkeep/` `text/plain` `and/or`
`build/dev/x.cpp` `modules/<m>/src` `GET /x` `scripts/run fast` `leadkeepd --help` `std::string`

```
scripts/run fast
cat no/such/file.cpp
```
"""

# (what, line, expected error)
BAD = [
    ("a path from the root", "see `modules/base/gone.h`", "modules/base/gone.h does not exist"),
    ("a path in short", "see `base/gone.h`", "base/gone.h does not exist"),
    ("a path as an include", "see `leadkeep/base/gone.h`", "leadkeep/base/gone.h does not exist"),
    ("a bare file name", "see `gone.cpp`", "gone.cpp does not exist"),
    ("one of several in braces", "see `base/src/{one,gone}.cpp`", "base/src/gone.cpp does not"),
    ("a pattern without a file", "see `base/src/*.proto`", "base/src/*.proto does not exist"),
    ("a prescribed folder", "see `packaging/`", "packaging/ does not exist"),
    ("a link", "see [x](modules/gone.md)", "the link to modules/gone.md leads nowhere"),
    ("a link with a place in it", "see [x](gone.md#y)", "the link to gone.md leads nowhere"),
    ("a command in the text", "run scripts/gone.", "scripts/gone does not exist"),
    ("a command in backticks", "run `scripts/gone now`", "scripts/gone does not exist"),
    ("a command in a block", "```\nscripts/gone now\n```", "scripts/gone does not exist"),
    ("a command that cannot be run", "run `scripts/stopped`", "scripts/stopped is not executable"),
]


def make_tree(root):
    for file in ("modules/base/include/leadkeep/base/result.h", "modules/base/src/one.cpp",
                 "modules/base/src/two.cpp", "src/x", "scripts/run", "scripts/stopped", *MAIN_READMES):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    (root / "daemon").mkdir(exist_ok=True)
    (root / "scripts/run").chmod(0o755)


def self_test():
    """Writes one wrong line at a time into a README and expects it to be found."""
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        make_tree(root)
        (root / "README.md").write_text(GOOD, encoding="utf-8")
        failures += [f"reported without reason: {error}" for error in check(root)]
        for what, line, expected in BAD:
            (root / "README.md").write_text(GOOD + line + "\n", encoding="utf-8")
            errors = check(root)
            if len(errors) != 1 or expected not in errors[0]:
                failures.append(f"not found as expected: {what}: {errors}")
        (root / "README.md").unlink()
        if check(root) != ["README.md does not exist"]:
            failures.append("not found: a missing README.md")
        (root / "README.md").write_text(GOOD, encoding="utf-8")
        (root / "modules/base/src/one.cpp").write_text('log_warn("UNHEARD_OF");', encoding="utf-8")
        if check(root) != ["modules/base/src/one.cpp: UNHEARD_OF is not in daemon/README.md"]:
            failures.append("not found: an event without documentation")
    print("\n".join(failures) or f"readme self-test: {len(BAD) + 2} wrong READMEs found, "
                                 "a right one passed")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--self-test", action="store_true",
                        help="write wrong READMEs and expect each mistake to be found")
    if parser.parse_args().self_test:
        return self_test()
    errors = check(ROOT)
    print("\n".join(errors) or "readme: ok")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
