#!/usr/bin/env python3
"""Checks every #include under modules/ and daemon/ against modules/layers.json.

The compiler refuses a header whose module is not linked. It does not see a header that is visible
only because another module links it, a third-party header outside the module that owns it, or a
policy that has grown a cycle. This does.
"""
import argparse
import dataclasses
import graphlib
import json
import pathlib
import re
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
POLICY = "modules/layers.json"
SUFFIXES = {".h", ".hpp", ".cpp", ".cc", ".def", ".inc"}

# What the C library and the kernel bring; every module may use it.
SYSTEM_FOLDERS = ("arpa/", "linux/", "net/", "netinet/", "sys/")
SYSTEM_HEADERS = frozenset(
    "dirent errno fcntl fnmatch getopt glob grp ifaddrs limits locale malloc netdb poll pthread pwd "
    "sched semaphore signal spawn stdint stdlib string strings syslog termios time unistd".split())

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include(?:_next)?[ \t]*([<"])([^>"\n]+)[>"]', re.M)
OWN = re.compile(r"leadkeep/([a-z_]+)/")
STANDARD = re.compile(r"[a-z_0-9]+")  # <string>, <cstdint>: no folder, no suffix

# Strings are matched only to be kept: a "//" in one begins no comment.
TOKEN = re.compile(
    r'(?P<comment>//[^\n]*|/\*.*?\*/)'
    r'|(?P<raw>R"(?P<end>[^(\s"\\]{0,16})\(.*?\)(?P=end)")'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])*'", re.S)


@dataclasses.dataclass
class Report:
    errors: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)  # errors with --strict


def without_comments(text):
    """Blanks comments and raw strings and keeps the line numbers."""
    def blank(match):
        if match["comment"] is None and match["raw"] is None:
            return match[0]
        return " " + "\n" * match[0].count("\n")
    return TOKEN.sub(blank, text)


def includes(path):
    """Yields (line number, kind of quote, header) of every #include in the file."""
    text = without_comments(path.read_text(encoding="utf-8", errors="replace"))
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1], match[2]


def check_policy(policy, report):
    """The statement itself: complete, downwards only, without a cycle."""
    modules = policy["modules"]
    layer_of = {}
    for number, layer in enumerate(policy["layers"]):
        for module in layer:
            if module in layer_of:
                report.errors.append(f"{POLICY}: '{module}' stands in two layers")
            layer_of[module] = number
    for module in sorted(layer_of.keys() - modules.keys()):
        report.errors.append(f"{POLICY}: '{module}' has a layer but no entry under modules")
    for module in sorted(modules.keys() - layer_of.keys()):
        report.errors.append(f"{POLICY}: '{module}' stands in no layer")
    for module, entry in modules.items():
        for target in entry["may_use"]:
            if target not in modules:
                report.errors.append(f"{POLICY}: '{module}' may use '{target}', which does not exist")
            elif layer_of.get(target, 0) > layer_of.get(module, 0):
                report.errors.append(f"{POLICY}: '{module}' may use '{target}', which lies above it")
    try:
        graphlib.TopologicalSorter({m: e["may_use"] for m, e in modules.items()}).prepare()
    except graphlib.CycleError as error:
        report.errors.append(f"{POLICY}: cycle {' -> '.join(error.args[1])}")


def check_folders(root, modules, report):
    """Every module has a folder and a policy, and keeps its code where it is looked for."""
    folders = {path.name for path in (root / "modules").iterdir() if path.is_dir()}
    for name in sorted(folders - modules.keys()):
        report.errors.append(f"modules/{name} has no entry in {POLICY}")
    for name in sorted(modules.keys() - folders - {"daemon"}):
        report.errors.append(f"{POLICY}: '{name}' has no folder under modules/")
    for name in sorted(folders & modules.keys()):
        places = (root / "modules" / name / "include/leadkeep" / name, root / "modules" / name / "src")
        for path in sorted((root / "modules" / name).rglob("*")):
            if path.suffix in SUFFIXES and not any(place in path.parents for place in places):
                report.errors.append(f"{path.relative_to(root)}: code of '{name}' belongs into "
                                     f"include/leadkeep/{name}/ or src/")


def check_includes(root, modules, report):
    owned = tuple(sorted({prefix for entry in modules.values() for prefix in entry["third_party"]}))
    for module, entry in modules.items():
        folder = root / ("daemon" if module == "daemon" else f"modules/{module}")
        used = set()
        for path in sorted(p for p in folder.rglob("*") if p.suffix in SUFFIXES):
            place = path.relative_to(root)
            for line, quote, header in includes(path):
                problem = check_include(place, quote, header, module, entry, owned)
                if problem:
                    report.errors.append(f"{place}:{line}: {problem}")
                own = OWN.match(header)
                used.update([own[1]] if own else [p for p in owned if header.startswith(p)])
        for allowed in entry["may_use"] + entry["third_party"]:
            if allowed not in used:
                report.notes.append(f"{POLICY}: '{module}' may use '{allowed}' and does not")


def check_include(place, quote, header, module, entry, owned):
    """What is wrong with one #include; None if nothing is."""
    if ".." in header.split("/"):
        return f"'{header}' leaves its folder; include <leadkeep/MODULE/FILE.h>"
    own = OWN.match(header)
    if own:
        allowed = own[1] == module or own[1] in entry["may_use"]
        return None if allowed else f"'{module}' may not use '{own[1]}' ({header})"
    if header.startswith(owned):
        if not header.startswith(tuple(entry["third_party"])):
            return f"'{module}' does not own {header}"
        if place.parts[2:3] == ("include",):
            return f"a public header may not show {header}"
        return None
    if quote == '"':
        return None  # a private header; the compiler looks only where it may lie
    is_system = (header.startswith(SYSTEM_FOLDERS) or STANDARD.fullmatch(header)
                 or header.removesuffix(".h") in SYSTEM_HEADERS)
    return None if is_system else f"no module owns {header} (third_party in {POLICY})"


def check(root):
    report = Report()
    policy = json.loads((root / POLICY).read_text(encoding="utf-8"))
    check_policy(policy, report)
    check_folders(root, policy["modules"], report)
    check_includes(root, policy["modules"], report)
    return report


def copy_of_the_tree(target):
    def unwanted(folder, names):
        return [n for n in names if not (pathlib.Path(folder) / n).is_dir()
                and pathlib.Path(n).suffix not in SUFFIXES | {".json"}]
    for name in ("modules", "daemon"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, ignore=unwanted)


def planted_violations(policy):
    """(what, file, content, expected error); the content of a policy is a function that edits it."""
    modules = policy["modules"]
    low, high = policy["layers"][0][0], policy["layers"][-2][0]
    owner, prefix = next((m, p) for m, e in modules.items() if m != low for p in e["third_party"])
    header = prefix if prefix.endswith(".h") else prefix.rstrip("/") + "/x.h"
    source = f"modules/{low}/src/planted.cpp"
    upwards = f"#include <leadkeep/{high}/x.h>\n"
    up = f"'{low}' may not use '{high}'"

    def edit(function):
        def apply(text):
            changed = json.loads(text)
            function(changed)
            return json.dumps(changed)
        return apply

    return [
        ("a module above", source, upwards, "planted.cpp:1: " + up),
        ("the same in a public header", f"modules/{low}/include/leadkeep/{low}/planted.h", upwards, up),
        ("the same in quotes", source, upwards.replace("<", '"').replace(">", '"'), up),
        ("the same with spaces", source, upwards.replace("#include ", "  # include\t"), up),
        ("behind a comment and a string with //", source,
         f'/* a\n */ const char* url = "https://x"; // y\n/* z */ {upwards}', "planted.cpp:3: " + up),
        ("in the table of a macro", f"modules/{low}/src/planted.def", upwards, up),
        ("a third-party header of another module", source, f"#include <{header}>\n",
         f"'{low}' does not own {header}"),
        ("a third-party header in a public header",
         f"modules/{owner}/include/leadkeep/{owner}/planted.h", f"#include <{header}>\n",
         f"a public header may not show {header}"),
        ("a third-party header that nobody owns", source, "#include <planted/library.h>\n",
         "no module owns planted/library.h"),
        ("a relative include", source, '#include "../other/x.h"\n', "leaves its folder"),
        ("a module without a policy", "modules/planted/src/x.cpp", "\n",
         "modules/planted has no entry"),
        ("code outside include/ and src/", f"modules/{low}/planted.cpp", "\n",
         "belongs into include"),
        ("a header under another module's name", f"modules/{low}/include/leadkeep/{high}/x.h", "\n",
         "belongs into include"),
        ("an entry without a folder", POLICY,
         edit(lambda p: (p["layers"][0].append("gone"),
                         p["modules"].update(gone={"may_use": [], "third_party": []}))),
         "'gone' has no folder"),
        ("an arrow upwards in the policy", POLICY,
         edit(lambda p: p["modules"][low]["may_use"].append(high)), "which lies above it"),
        ("a cycle inside a layer", POLICY,
         edit(lambda p: (p["layers"][0].append("gone"), p["modules"][low]["may_use"].append("gone"),
                         p["modules"].update(gone={"may_use": [low], "third_party": []}))), "cycle "),
        ("a target that does not exist", POLICY,
         edit(lambda p: p["modules"][low]["may_use"].append("gone")), "'gone', which does not exist"),
        ("a module in two layers", POLICY, edit(lambda p: p["layers"][-1].append(low)),
         "stands in two layers"),
        ("a module in no layer", POLICY, edit(lambda p: p["layers"][0].remove(low)),
         "stands in no layer"),
        ("a layer entry without a policy", POLICY, edit(lambda p: p["layers"][0].append("gone")),
         "'gone' has a layer but no entry"),
    ]


def innocent_files(policy):
    """(what, content): what must not be reported."""
    upwards = f"#include <leadkeep/{policy['layers'][-2][0]}/x.h>"
    return [
        ("a comment to the end of the line", f"// {upwards}\n"),
        ("a comment over several lines", f"/*\n{upwards}\n*/\n"),
        ("a raw string", f'const char* text = R"x(\n{upwards}\n)x";\n'),
        ("headers of the system", "#include <vector>\n#include <cstdint>\n#include <unistd.h>\n"
                                  "#include <sys/stat.h>\n#include \"private.h\"\n"),
    ]


def self_test():
    """Plants one violation at a time in a copy of the tree and expects it to be found."""
    policy = json.loads((ROOT / POLICY).read_text(encoding="utf-8"))
    low = policy["layers"][0][0]
    before = set(check(ROOT).errors)
    failures = []

    def errors_with(file, content):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            copy_of_the_tree(root)
            path = root / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content(path.read_text(encoding="utf-8")) if callable(content) else content,
                            encoding="utf-8")
            return [error for error in check(root).errors if error not in before]

    planted = planted_violations(policy)
    for what, file, content, expected in planted:
        if not any(expected in error for error in errors_with(file, content)):
            failures.append(f"not found: {what}")
    innocent = innocent_files(policy)
    for what, content in innocent:
        if errors_with(f"modules/{low}/src/planted.cpp", content):
            failures.append(f"reported without reason: {what}")
    print("\n".join(failures) or f"layers self-test: {len(planted)} violations found, "
                                 f"{len(innocent)} innocent files passed")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strict", action="store_true",
                        help="an allowance that nobody uses is an error, not a note")
    parser.add_argument("--self-test", action="store_true",
                        help="plant violations in a copy of the tree and expect each to be found")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    report = check(ROOT)
    errors = report.errors + (report.notes if arguments.strict else [])
    for note in [] if arguments.strict else report.notes:
        print(f"note: {note}")
    print("\n".join(errors) or "layers: ok")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
