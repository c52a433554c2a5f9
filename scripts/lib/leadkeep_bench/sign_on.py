"""The people of a company sign in through its directory, and are looked up again while they work.

The directory is a slapd of the tests with five hundred agents in it.
"""
import contextlib
import json
import os
import resource
import shutil
import sys
import time

from leadkeep_demo.instance import ROOT, Instance, StartFailed

from .figure import figure
from .machine import processor_seconds

sys.path.insert(0, str(ROOT / "tests"))

from directory import OpenLdap, Person, settings_for  # noqa: E402  (needs the path above)
from directory.client import Client  # noqa: E402

PEOPLE = 500
QUESTIONS = 3   # in one run
PATIENCE = 120
NAMES = [f"p{i}" for i in range(PEOPLE)]


@contextlib.contextmanager
def company(bench, recheck_seconds):
    """(the directory, a daemon that asks it)"""
    directory = OpenLdap()
    directory.people = {name: Person(name, f"Person {name}", ("agents",)) for name in NAMES}
    instance = Instance(bench.folder / "sign-on", bench.binaries)
    try:
        with directory:
            instance.make()
            instance.write_config({**settings_for(directory),
                                   "directory.recheck_seconds": recheck_seconds})
            instance.start_daemon()
            yield directory, instance
    finally:
        instance.stop()
        shutil.rmtree(instance.folder, ignore_errors=True)


def body_of(directory, name):
    return {"username": name, "password": directory.people[name].password}


def directory_log_in(bench):
    """Both in log-ins a second and in our processor's milliseconds for each."""
    with company(bench, recheck_seconds=300) as (directory, instance):
        lines = ["\t" + json.dumps(body_of(directory, name)) for name in NAMES]
        os.environ["LEADKEEP_BENCH_PASSWORD"] = directory.people["p0"].password

        def log_ins():
            before = processor_seconds(instance.daemon.pid)
            result = bench.load.post(f"https://127.0.0.1:{instance.api_port}/v1/sessions", lines, 16,
                                     client=instance.add_client("demo"))
            used = processor_seconds(instance.daemon.pid) - before
            return result["per_second"], 1000 * used / result["requests"]

        def proofs():
            before = _processor_of_children()
            begin = time.monotonic()
            made = bench.in_process("raw_directory_proofs", "--directory", directory.ldaps_url,
                                    "--ca", str(directory.ca), "--dn", directory.dn("p0"),
                                    runs=1)[0]["value"]
            used = _processor_of_children() - before
            return made, 1000 * used / (made * (time.monotonic() - begin))

        ours, theirs = bench.in_turn(log_ins, proofs)
    yield figure("directory_log_in", "log-ins/s", "higher", [o[0] for o in ours], [t[0] for t in theirs])
    yield figure("directory_log_in_cpu", "ms", "lower", [o[1] for o in ours], [t[1] for t in theirs])


def _processor_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def recheck_500(bench):
    """How long the directory computes for one question about everybody who is signed in."""
    with company(bench, recheck_seconds=1) as (directory, instance):
        clients = [instance.api() for _ in NAMES]
        for name, client in zip(NAMES, clients):
            answer = client.post("/v1/sessions", body_of(directory, name))
            if answer.status != 201:
                raise StartFailed(f"the log-in of {name}: HTTP {answer.status}")
            client.close()
        reader = Client(directory)

        def asked():
            return clients[0].metric("rechecks_total")

        def until_asked(times):
            end = time.monotonic() + PATIENCE
            while asked() < times:
                if time.monotonic() > end:
                    raise StartFailed("the directory was not asked again")
                time.sleep(0.02)

        def questions():
            first = asked() + 1
            until_asked(first)
            before = processor_seconds(directory.pid)
            until_asked(first + QUESTIONS)
            return 1000 * (processor_seconds(directory.pid) - before) / QUESTIONS

        def one_search():
            before = processor_seconds(directory.pid)
            for _ in range(QUESTIONS):
                reader.search(directory.service_dn, directory.service_password, "(uid=p*)", "*", "+")
            return 1000 * (processor_seconds(directory.pid) - before) / QUESTIONS

        yield figure("recheck_500", "ms", "lower", *bench.in_turn(questions, one_search))
        clients[0].close()
