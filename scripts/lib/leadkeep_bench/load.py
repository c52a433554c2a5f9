"""The load generator: wrk, over TLS, on connections that are kept."""
import json
import math
import os
import pathlib
import subprocess

SCRIPT = pathlib.Path(__file__).with_name("load.lua")
THREADS = 2


class LoadFailed(Exception):
    pass


class Load:
    """`lines` are what load.lua sends. `shower` is the library that shows certificates for wrk."""

    def __init__(self, folder, seconds, shower):
        self.folder = folder
        self.seconds = math.ceil(seconds)
        self.shower = shower

    def get(self, base_url, paths, connections, token=None, client=None):
        """`client`: the files of the key and the certificate of an approved one."""
        return self._run(base_url, "get", paths, connections, token, client)

    def post(self, url, lines, connections, field=None, client=None):
        return self._run(url, "post", lines, connections, field, client)

    def _run(self, url, verb, lines, connections, extra, client=None):
        threads = min(THREADS, connections)
        file = self.folder / "load.txt"
        lines = list(lines)
        if len(lines) < threads:
            lines *= threads  # one for each, at least
        file.write_text("".join(line + "\n" for line in lines))
        shown = {}
        if client:
            shown = {"LD_PRELOAD": str(self.shower), "LEADKEEP_BENCH_KEY": str(client[0]),
                     "LEADKEEP_BENCH_CERTIFICATE": str(client[1])}
        done = subprocess.run(
            ["wrk", "-t", str(threads), "-c", str(connections), "-d", f"{self.seconds}s",
             "--timeout", "30s", "-s", str(SCRIPT), url, "--", verb, str(file), str(threads),
             *([extra] if extra else [])], capture_output=True, text=True, check=False,
            env={**os.environ, **shown})
        found = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
        if done.returncode != 0 or not found:
            raise LoadFailed(f"wrk: {done.stdout[-500:]}{done.stderr[-500:]}")
        result = json.loads(found[0].removeprefix("RESULT "))
        if result["refused"] or result["broken"] or result["requests"] == 0:
            raise LoadFailed(f"{url}: not every request was answered with success: {result}")
        result["per_second"] = result["requests"] / result["seconds"]
        return result
