"""Packages of npm as a package-lock.json pins them, installed once into the build folder by whichever
test comes first, and the Node.js that they run on: npm brings it, as Debian's is older than they need."""
import fcntl
import filecmp
import os
import pathlib
import platform
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[1]
LOCK = "package-lock.json"
LINTER = ROOT / "tests" / "clients" / "linter"  # whose packages have Node.js
MACHINE = {"x86_64": "x64", "aarch64": "arm64"}[platform.machine()]


def install(sources):
    """The folder whose node_modules has what sources/package-lock.json names."""
    name = "-".join(sources.resolve().relative_to(ROOT).parts)
    target = ROOT / "build" / "npm" / name
    if not shutil.which("npm"):
        raise RuntimeError("these tests need npm; run scripts/lib/packages.sh test")
    target.mkdir(parents=True, exist_ok=True)
    with open(target / "lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        installed = target / "installed.json"
        if installed.exists() and filecmp.cmp(sources / LOCK, installed, shallow=False):
            return target
        for file in (LOCK, "package.json", ".npmrc"):
            shutil.copy(sources / file, target / file)
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-progress"], cwd=target,
                              capture_output=True, text=True, check=False, timeout=480)
        if done.returncode != 0:
            raise RuntimeError("npm ci failed: " + done.stderr[-2000:])
        shutil.copy(sources / LOCK, installed)
    return target


def node(sources=LINTER):
    return install(sources) / "node_modules" / f"node-linux-{MACHINE}" / "bin" / "node"


def run(sources, program, *arguments, cwd=None, environment=None, seconds=240):
    """Runs a program of these packages, for instance tsc."""
    packages = install(sources)
    script = (packages / "node_modules" / ".bin" / program).resolve()
    return subprocess.run([str(node()), str(script), *map(str, arguments)], cwd=cwd or packages,
                          env={**os.environ, **(environment or {})}, capture_output=True, text=True,
                          check=False, timeout=seconds)
