"""More connections than there are places, and clients that keep them: others get in, and soon."""
import re
import resource
import shutil
import statistics
import subprocess
import time

import functional
import hostile
from hostile import each_door, figure

PLACES = 32
STRANGER = "127.0.7.1"  # where the floods come from; the others are at 127.0.0.1


class Floods(hostile.HostileTest):
    settings = {"api.max_connections": PLACES, "webhook.max_connections": PLACES}

    def seconds_to_be_served(self, door):
        begin = time.monotonic()
        self.assert_serves(door)
        return time.monotonic() - begin

    def hold(self, door, count, data=None, **options):
        """Connections that send `data` and then nothing; without data not even TLS."""
        wires = []
        for _ in range(count):
            wire = hostile.Wire(door.port, context=None if data is None else self.tls,
                                source=STRANGER, **options)
            self.addCleanup(wire.close)
            wires.append(wire)
            if data:
                wire.send(data)
        return wires

    # -- one who hoards ------------------------------------------------------------------------

    @each_door
    def test_hoarded_idle_connections_give_way(self, door):
        wires = []
        for _ in range(3 * PLACES):
            wire = self.wire(door, source=STRANGER)
            wire.send(f"GET {door.good} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            self.assertEqual(wire.answer().status, door.status)
            wires.append(wire)
        seconds = [self.seconds_to_be_served(door) for _ in range(5)]
        figure(f"served_beside_hoarded_connections_{door.name}", max(seconds), "s")
        self.assertLess(max(seconds), 3)

    @each_door
    def test_connections_without_a_word_give_way(self, door):
        self.hold(door, 3 * PLACES)
        seconds = self.seconds_to_be_served(door)
        figure(f"served_beside_silent_connections_{door.name}", seconds, "s")
        self.assertLess(seconds, 10)  # 3 times all places, each a second of patience

    @each_door
    def test_connections_that_stall_in_the_handshake_give_way(self, door):
        for wire in self.hold(door, 2 * PLACES):
            wire.send(b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03")
        seconds = self.seconds_to_be_served(door)
        figure(f"served_beside_stalled_handshakes_{door.name}", seconds, "s")
        self.assertLess(seconds, 10)

    @each_door
    def test_who_was_there_before_a_flood_is_not_pushed_out_by_it(self, door):
        """The one who holds the most places gives way, not the one who waits for the longest."""
        request = f"GET {door.good} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        first = self.wire(door)
        first.send(request)
        self.assertEqual(first.answer().status, door.status)
        self.hold(door, 4 * PLACES)
        self.assertLess(self.seconds_to_be_served(door), 12)
        first.send(request)
        answer = first.answer()
        self.assertIsNotNone(answer, "the connection was pushed out")
        self.assertEqual(answer.status, door.status)

    @each_door
    def test_many_come_and_go(self, door):
        """A thousand connections as fast as they come, each used or left in another way."""
        request = f"GET {door.good} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        begin = time.monotonic()
        for number in range(500):
            wire = hostile.Wire(door.port, context=self.tls if number % 5 == 0 else None,
                                source=STRANGER)
            wire.send(request)
            (wire.close, wire.reset)[number % 2]()
        self.assertLess(self.seconds_to_be_served(door), 5)
        figure(f"connections_in_a_second_{door.name}", 500 / (time.monotonic() - begin), "1/s")

    def test_descriptors_suffice_for_all_places(self):
        """The limit of a shell or of systemd would not: a connection that waits takes two."""
        self.instance.stop_daemon()
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        hard = min(before[1], 4096) if before[1] != resource.RLIM_INFINITY else 4096
        script = 'ulimit -S -n 64; ulimit -H -n "$0"; exec "$@"'
        self.instance.daemon = subprocess.Popen(
            ["bash", "-c", script, str(hard), str(self.instance.binaries / "leadkeepd"),
             "--config", str(self.instance.config)],
            stdout=open(self.instance.folder / "second.log", "ab"), stderr=subprocess.STDOUT,
            start_new_session=True)
        functional.until(lambda: b"READY api_port" in
                         (self.instance.folder / "second.log").read_bytes(), "the daemon is ready")
        self.anna.close()
        limits = open(f"/proc/{self.instance.daemon.pid}/limits", encoding="ascii").read()
        soft, = re.findall(r"Max open files\s+(\d+)", limits)
        self.assertEqual(int(soft), hard)
        for door in self.doors:
            wires = [self.wire(door) for _ in range(PLACES - 1)]
            for wire in wires:
                wire.send(f"GET {door.good} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            self.assertEqual([wire.answer().status for wire in wires],
                             [door.status] * (PLACES - 1))
        type(self).memory_before = self.memory()  # of the process that the last test looks at

    # -- slowhttptest --------------------------------------------------------------------------

    SLOW = {"headers": ["-H", "-i", "1"], "bodies": ["-B", "-i", "1", "-s", "2000", "-x", "10"],
            "reading": ["-X", "-w", "10", "-y", "20", "-n", "2", "-z", "5", "-k", "5"]}

    def slow(self, kind, door):
        url = f"https://127.0.0.1:{door.port}"
        if kind == "bodies":
            # Of strangers no other body is read.
            url += "/v1/client-enrolments" if door.name == "api" else hostile.WEBHOOK
        else:
            url += "/v1/openapi.json" if door.name == "api" else hostile.WEBHOOK
        return subprocess.Popen(
            ["slowhttptest", *self.SLOW[kind], "-c", str(4 * PLACES), "-r", "100", "-l", "5",
             "-p", "3", "-u", url, "-t", "POST" if kind == "bodies" else "GET"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def test_slow_clients_keep_nobody_out(self):
        self.assertTrue(shutil.which("slowhttptest"), "scripts/lib/packages.sh test installs it")
        for kind in self.SLOW:
            with self.subTest(kind):
                attacks = [self.slow(kind, door) for door in self.doors]
                try:
                    seconds = {door.name: [] for door in self.doors}
                    begin = time.monotonic()
                    while any(attack.poll() is None for attack in attacks):
                        for door in self.doors:
                            seconds[door.name].append(self.seconds_to_be_served(door))
                        self.assertLess(time.monotonic() - begin, 20, "slowhttptest does not end")
                finally:
                    outputs = []
                    for attack in attacks:
                        if attack.poll() is None:
                            attack.kill()
                        outputs.append(attack.communicate(timeout=10)[0])
                for door, output in zip(self.doors, outputs):
                    # The control: it has connected, and more often than there are places.
                    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
                    closed = max(map(int, re.findall(r"closed:\s+(\d+)", plain)), default=0)
                    connected = max(map(int, re.findall(r"connected:\s+(\d+)", plain)), default=0)
                    figure(f"slow_{kind}_{door.name}_connected", connected, "connections")
                    figure(f"slow_{kind}_{door.name}_shed", closed, "connections")
                    self.assertGreater(connected + closed, PLACES, plain[-600:])
                    figure(f"served_beside_slow_{kind}_{door.name}_median",
                           statistics.median(seconds[door.name]) * 1000, "ms")
                    figure(f"served_beside_slow_{kind}_{door.name}_longest",
                           max(seconds[door.name]), "s")
                    self.assertLess(max(seconds[door.name]), 10)


if __name__ == "__main__":
    functional.main()
