"""The figures, in the order in which they are measured: what only reads comes first.

Each is a function that is given the Bench and yields figures; FIGURES says which names it yields.
"""
import contextlib
import functools
import json
import shutil
import socket
import statistics
import subprocess
import time

from leadkeep_demo.instance import StartFailed

from . import people
from .api import events_2000, handshakes, noisy_neighbour
from .fan_out import DaemonFanOut, PlainFanOut
from .figure import figure
from .filled_store import BUSY, FilledStore
from .load import Load
from .machine import memory_mib
from .sign_on import directory_log_in, recheck_500
from .static_server import StaticServer

CONNECTIONS = 64
LISTENERS = 500
ROUNDS = 15          # events in one run
MOST_PER_SECOND = 12_000  # notifications that are made ready for each second of a run
SMALL_STORE = 10_000


class Bench:
    """What the figures share; each part is made when the first figure needs it."""

    def __init__(self, options, say):
        self.options = options
        self.say = say
        self.leads = options.leads
        self.runs = options.runs
        self.binaries = options.build / "daemon"
        self.program = options.build / "tests" / "bench" / "leadkeep_bench"
        self.folder = options.output
        self.load = Load(self.folder, options.seconds,
                         self.program.with_name("libleadkeep_show_certificate.so"))
        self.closing = contextlib.ExitStack()

    def in_turn(self, measure, limit):
        """Both alike are disturbed by whatever else the machine does."""
        pairs = [(measure(), limit()) for _ in range(self.runs)]
        return [p[0] for p in pairs], [p[1] for p in pairs]

    def in_process(self, *arguments, seconds=None, runs=None):
        done = subprocess.run(
            [str(self.program), "--seconds", str(seconds or self.options.seconds),
             "--runs", str(runs or self.runs), *arguments],
            stdout=subprocess.PIPE, text=True, check=True)
        figures = [json.loads(line) for line in done.stdout.splitlines()]
        for made in figures:
            if "limit" in made:
                made["ratio"] = made["value"] / made["limit"]
        return figures

    def raw(self, name):
        return self.in_process(name, runs=1)[0]["value"]

    def filled(self, leads):
        store = FilledStore(self.folder, self.binaries, leads, self.say)
        store.make()
        return store

    @functools.cached_property
    def instance(self):
        """On a copy of the store, so that every run begins with the same one; not started yet."""
        made = self.filled(self.leads).copy_to(self.folder / "run")
        self.closing.callback(shutil.rmtree, made.folder, ignore_errors=True)
        self.closing.callback(made.stop)
        return made

    @functools.cached_property
    def daemon(self):
        if self.instance.daemon is None:
            self.instance.start_daemon()
        self.instance.add_agent("anna", "Anna Blum", "agent")
        return self.instance

    @functools.cached_property
    def anna(self):
        client = self.daemon.signed_in("anna")
        self.closing.callback(client.close)
        return client

    @functools.cached_property
    def nginx(self):
        server = StaticServer(self.folder / "nginx", self.daemon)
        self.closing.callback(server.stop)
        return server

    @functools.cached_property
    def busy_conversations(self):
        """As the list shows them: those that wrote last are the busy ones."""
        return self.answer(f"/v1/conversations?limit={min(BUSY, self.leads)}").json["items"]

    def answer(self, path):
        answer = self.anna.get(path)
        if answer.status != 200:
            raise StartFailed(f"{path.partition('?')[0]}: HTTP {answer.status}")
        return answer

    def reads(self, name, paths):
        """Requests at 64 connections, beside nginx with the same answers: results of both."""
        for path in paths:
            self.answer(path)  # the first reading of a conversation changes it
        answers = [self.answer(path) for path in paths]
        self.say(f"{name}: answers of {len(answers[0].body)} bytes")
        static = self.nginx.serve(answers)
        try:
            return self.in_turn(
                lambda: self.load.get(f"https://127.0.0.1:{self.daemon.api_port}", paths,
                                      CONNECTIONS, self.anna.token,
                                      self.daemon.add_client("demo")),
                lambda: self.load.get(self.nginx.url, static, CONNECTIONS))
        finally:
            self.nginx.stop()


def rates(name, unit, results, limits):
    return figure(name, unit, "higher", [r["per_second"] for r in results],
                  [r["per_second"] for r in limits])


# -- in process ----------------------------------------------------------------------------------

def in_process(name):
    def measure(bench):
        yield from bench.in_process(name)
    return measure


def with_store(bench, folder, leads, name):
    return bench.in_process("--store", str(folder / "store"), "--root-key",
                            str(folder / "root.key"), "--leads", str(leads), name)[0]


def lookup_phone(bench):
    """Both stores in this run where there are more leads than in the small one."""
    here = with_store(bench, bench.instance.folder, bench.leads, "lookup_phone")
    yield here
    if bench.leads > SMALL_STORE:
        small = with_store(bench, bench.filled(SMALL_STORE).folder, SMALL_STORE, "lookup_phone")
        yield {"name": "lookup_phone_growth", "value": here["value"], "unit": "us",
               "limit": small["value"], "ratio": here["value"] / small["value"],
               "better": "lower", "min": here["min"], "max": here["max"],
               "limit_min": small["min"], "limit_max": small["max"]}


def store_size(bench):
    yield with_store(bench, bench.instance.folder, bench.leads, "store_size")


# -- the daemon from outside ---------------------------------------------------------------------

class ReadySocket:
    """Stands in for systemd: hears READY=1 the moment it is sent."""

    def __init__(self, path):
        path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(120)
        self.path = path

    def wait(self):
        while b"READY=1" not in self.socket.recv(4096):
            pass

    def close(self):
        self.socket.close()
        self.path.unlink()


def start_to_ready(bench):
    """From exec to READY=1, beside the same program printing its help."""
    instance = bench.instance
    ready = ReadySocket(instance.folder / "notify")

    def start():
        begin = time.perf_counter()
        instance.start_daemon(wait=False, environment={"NOTIFY_SOCKET": str(ready.path)})
        ready.wait()
        took = time.perf_counter() - begin
        if instance.stop_daemon() != 0:
            raise StartFailed("leadkeepd did not stop cleanly")
        return took * 1000

    def load_program():
        begin = time.perf_counter()
        subprocess.run([str(bench.binaries / "leadkeepd"), "--help"], check=True,
                       stdout=subprocess.DEVNULL)
        return (time.perf_counter() - begin) * 1000

    try:
        yield figure("start_to_ready", "ms", "lower", *bench.in_turn(start, load_program))
    finally:
        ready.close()


def read_lead(bench):
    paths = [f"/v1/leads/{item['lead']['id']}" for item in bench.busy_conversations]
    results, limits = bench.reads("read_lead", paths)
    yield rates("read_lead", "requests/s", results, limits)
    # Each is on record before it leaves; of one client 16 are worked on at a time.
    yield figure("read_lead_on_record", "requests/s", "higher", [r["per_second"] for r in results],
                 [bench.raw("raw_lmdb_composites_16") for _ in results])


def page_50(bench):
    paths = [f"/v1/conversations/{item['id']}/messages?limit=50"
             for item in bench.busy_conversations]
    for path in paths:
        if len(bench.answer(path).json["items"]) != 50:
            raise StartFailed("page_50: a conversation that should be busy has only "
                              f"{len(bench.answer(path).json['items'])} messages")
    results, limits = bench.reads("page_50", paths)
    yield rates("page_50", "pages/s", results, limits)
    for name in ("p50", "p99"):
        yield figure(f"page_50_{name}", "ms", "lower", [r[name + "_ms"] for r in results],
                     [r[name + "_ms"] for r in limits])


def conversations_50(bench):
    yield rates("conversations_50", "lists/s",
                *bench.reads("conversations_50", ["/v1/conversations?limit=50"]))


def log_in(bench):
    """Two at a time, beside Argon2id alone on as many threads."""
    body = json.dumps({"username": "lisa", "password": bench.daemon.add_agent(
        "lisa", "Lisa Lang", "agent")})
    url = f"https://127.0.0.1:{bench.daemon.api_port}/v1/sessions"
    results, limits = bench.in_turn(lambda: bench.load.post(url, ["\t" + body], 2,
                                                            client=bench.daemon.add_client("demo")),
                                    lambda: bench.raw("raw_argon2id_hashes"))
    yield figure("log_in", "log-ins/s", "higher", [r["per_second"] for r in results], limits)


def events_500(bench):
    """Also what the daemon holds while so many listen, beside what it held when it was ready."""
    pid = bench.daemon.daemon.pid
    daemon = DaemonFanOut(bench.daemon, bench.anna.token, LISTENERS)
    try:
        plain = PlainFanOut(LISTENERS, daemon.event_bytes())
        try:
            def run(fan_out):
                return statistics.median(fan_out.milliseconds() for _ in range(ROUNDS))
            yield figure("events_500", "ms", "lower",
                         *bench.in_turn(lambda: run(daemon), lambda: run(plain)))
            held = memory_mib(pid)
        finally:
            plain.close()
    finally:
        daemon.close()
    bench.instance.stop_daemon()
    bench.instance.start_daemon()
    fresh = memory_mib(bench.instance.daemon.pid)
    yield figure("memory_own", "MiB", "lower", [held["RssAnon"]], [fresh["RssAnon"]])
    yield figure("memory_of_files", "MiB", "lower", [held["RssFile"]], [fresh["RssFile"]])


def webhook(connections):
    """Signed notifications of one message each, from people who are known."""
    def measure(bench):
        signer = people.Signer(bench.daemon)
        url = f"https://127.0.0.1:{bench.daemon.webhook_port}{people.PATH}"
        run_id = time.time_ns()
        made = 0

        def lines(count):
            nonlocal made
            for _ in range(count):
                made += 1
                body = people.notification([(made * 7919 % bench.leads, run_id + made)])
                yield signer.headers(body)["X-Hub-Signature-256"] + "\t" + body.decode()

        def run():
            count = MOST_PER_SECOND * bench.load.seconds
            result = bench.load.post(url, lines(count), connections, "X-Hub-Signature-256")
            if result["requests"] > count:
                raise RuntimeError("the notifications ran out; the same ones were sent again")
            return result["per_second"]

        yield figure(f"webhook_{connections}", "messages/s", "higher", *bench.in_turn(
            run, lambda: bench.raw(f"raw_lmdb_composites_{connections}")))
    return measure


# measure → the names it yields
FIGURES = (
    *((in_process(name), (name,)) for name in
      ("seal_record_256", "masked_page_50", "durable_inbound_1", "durable_inbound_16",
       "durable_inbound_64", "saml_response", "saml_attack")),
    (lookup_phone, ("lookup_phone", "lookup_phone_growth")),
    (store_size, ("store_size",)),
    (start_to_ready, ("start_to_ready",)),
    (read_lead, ("read_lead", "read_lead_on_record")),
    (page_50, ("page_50", "page_50_p50", "page_50_p99")),
    (conversations_50, ("conversations_50",)),
    (handshakes, ("handshakes",)),
    (noisy_neighbour, ("noisy_neighbour",)),
    (log_in, ("log_in",)),
    (events_2000, ("events_2000", "stream_memory")),
    (events_500, ("events_500", "memory_own", "memory_of_files")),
    *((webhook(n), (f"webhook_{n}",)) for n in (1, 16, 64)),
    (directory_log_in, ("directory_log_in", "directory_log_in_cpu")),
    (recheck_500, ("recheck_500",)),
)

NAMES = tuple(name for _, names in FIGURES for name in names)
