"""Approved programs: what their handshakes cost, how many may listen, and whether a noisy one disturbs."""
import contextlib
import pathlib
import re
import statistics
import subprocess
import sys
import threading
import time

from .fan_out import DaemonFanOut, PlainFanOut
from .figure import figure
from .machine import memory_mib

AT_ONCE = 2          # processes that shake hands
MANY = 2000          # listeners
FEW = 200            # … where it has only to be shown that it works
EVENTS = 5           # in one run
NOISE = 64           # connections of the noisy client
QUIET_REQUESTS = 300


def handshakes(bench):
    """Full ones with a client's certificate: no ticket, no session that is resumed."""
    key, certificate = bench.daemon.add_client("demo")
    bench.nginx.serve([bench.answer("/v1/conversations?limit=1")], ask_for_certificates=True)

    def per_second(port):
        seconds = bench.load.seconds
        command = ["openssl", "s_time", "-connect", f"127.0.0.1:{port}", "-new", "-time", str(seconds),
                   "-cert", str(certificate), "-key", str(key), "-CAfile", str(bench.daemon.ca)]
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                    text=True) for _ in range(AT_ONCE)]
        return sum(int(re.search(r"(\d+) connections in \d+ real seconds",
                                 one.communicate()[0])[1]) for one in running) / seconds

    try:
        yield figure("handshakes", "handshakes/s", "higher", *bench.in_turn(
            lambda: per_second(bench.daemon.api_port), lambda: per_second(bench.nginx.port)))
    finally:
        bench.nginx.stop()


def tls_memory(bench):
    """In a process of its own, whose heap holds nothing yet."""
    done = subprocess.run([sys.executable, pathlib.Path(__file__).with_name("tls_memory.py"),
                           bench.daemon.ca.parent], stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def events_2000(bench):
    """Connected streams, the memory that each takes, and an event to the last of them."""
    many = FEW if bench.options.short else MANY
    bench.daemon.stop_daemon()  # so that no room is left by what was measured before
    bench.daemon.start_daemon()
    bench.answer("/v1/conversations?limit=1")
    before = memory_mib(bench.daemon.daemon.pid)["RssAnon"]
    with contextlib.closing(DaemonFanOut(bench.daemon, bench.anna.token, many)) as daemon:
        held = memory_mib(bench.daemon.daemon.pid)["RssAnon"]
        with contextlib.closing(PlainFanOut(many, daemon.event_bytes())) as plain:
            def run(fan_out):
                return statistics.median(fan_out.milliseconds() for _ in range(EVENTS))
            yield figure("events_2000", "ms", "lower",
                         *bench.in_turn(lambda: run(daemon), lambda: run(plain)))
    yield figure("stream_memory", "KiB", "lower", [(held - before) * 1024 / many],
                 [tls_memory(bench)])


def quiet_p99(bench):
    """Milliseconds, of a client that asks for one thing after the other."""
    took = []
    for _ in range(QUIET_REQUESTS):
        begin = time.perf_counter()
        bench.answer("/v1/conversations?limit=10")
        took.append((time.perf_counter() - begin) * 1000)
    return statistics.quantiles(took, n=100)[-1]


def noisy_neighbour(bench):
    """Another client asks for full pages on many connections as fast as it gets them."""
    page = f"/v1/conversations/{bench.busy_conversations[0]['id']}/messages?limit=50"
    noisy = bench.daemon.add_client("noisy")
    agent = bench.daemon.add_agent("nora", "Nora Neu", "agent")
    with contextlib.closing(bench.daemon.api(tls=lambda: bench.daemon.tls("noisy"))) as client:
        token = client.post("/v1/sessions", {"username": "nora", "password": agent}).json["token"]

    def disturbed():
        begun = threading.Event()

        def make_noise():
            begun.set()
            bench.load.get(f"https://127.0.0.1:{bench.daemon.api_port}", [page], NOISE, token, noisy)

        noise = threading.Thread(target=make_noise)
        noise.start()
        begun.wait()
        try:
            return quiet_p99(bench)
        finally:
            noise.join()

    quiet_p99(bench)
    yield figure("noisy_neighbour", "ms", "lower",
                 *bench.in_turn(disturbed, lambda: quiet_p99(bench)))
