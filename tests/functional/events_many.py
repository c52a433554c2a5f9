"""Two thousand agents' desktops hold the event stream open: what they cost, and how soon they hear.

The settings are the defaults. Figures are printed: memory for each listener, processor time while
nothing happens, and the time from a webhook to the first and to the last listener.
"""
import concurrent.futures
import resource
import selectors
import socket
import ssl
import sys
import time

import functional
from functional import letters, until

LISTENERS = 2000
IDLE_SECONDS = 10
CUSTOMER = "4915112360001"


def say(name, value):
    print(f"{name:48}{value:>14}", file=sys.stderr, flush=True)


class ManyListeners(functional.FunctionalTest):
    @classmethod
    def setUpClass(cls):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        cls.addClassCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        # The daemon starts with the low limit of most shells and raises it itself.
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, hard), hard))
        super().setUpClass()
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        if hard < LISTENERS + 200:
            raise cls.skipTest(cls, f"this machine allows {hard} descriptors only")
        cls.context = cls.instance.tls()

    def setUp(self):
        self.sockets = []
        self.addCleanup(lambda: [s.close() for s in self.sockets])

    def listen(self):
        """An open stream, after its first comment."""
        plain = socket.create_connection(("127.0.0.1", self.instance.api_port), 30)
        stream = self.context.wrap_socket(plain, server_hostname="127.0.0.1")
        stream.sendall(f"GET /v1/events HTTP/1.1\r\nHost: x\r\n"
                       f"Authorization: Bearer {self.anna.token}\r\n\r\n".encode())
        head = b""
        while b": connected\n\n" not in head:
            piece = stream.recv(4096)
            if not piece:
                raise AssertionError(f"the stream ends: {head!r}")
            head += piece
        if not head.startswith(b"HTTP/1.1 200 "):
            raise AssertionError(head)
        stream.setblocking(False)
        return stream

    def listen_many(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for stream in pool.map(lambda _: self.listen(), range(LISTENERS)):
                self.sockets.append(stream)

    def hear(self, mark, seconds):
        """When each listener has heard the mark, in the order in which they did."""
        selector, heard, times = selectors.DefaultSelector(), {}, []
        for stream in self.sockets:
            heard[stream] = b""
            selector.register(stream, selectors.EVENT_READ)
        end = time.monotonic() + seconds
        while len(times) < len(self.sockets) and time.monotonic() < end:
            for key, _ in selector.select(0.1):
                stream = key.fileobj
                try:
                    while True:
                        piece = stream.recv(16384)
                        self.assertTrue(piece, "a stream ended")
                        heard[stream] += piece
                except ssl.SSLWantReadError:
                    pass
                if mark in heard[stream]:
                    times.append(time.monotonic())
                    selector.unregister(stream)
        selector.close()
        return times

    def test_two_thousand_hold_on_and_hear_at_once(self):
        self.customer(CUSTOMER)
        conversation = self.conversation_with(CUSTOMER)
        before = self.memory_kib("VmRSS")
        begin = time.monotonic()
        self.listen_many()
        say("seconds to connect 2,000 listeners", f"{time.monotonic() - begin:.1f}")
        until(lambda: f"leadkeep_event_listeners {LISTENERS}" in
              self.anna.get("/metrics").body.decode(), "all are counted")
        each = (self.memory_kib("VmRSS") - before) / LISTENERS
        say("KiB of memory for each listener", f"{each:.1f}")
        self.assert_memory_below(each, 64)

        used = self.processor_seconds()
        time.sleep(IDLE_SECONDS)
        used = self.processor_seconds() - used
        say(f"processor seconds in {IDLE_SECONDS} s without an event", f"{used:.2f}")
        self.assertLess(used, 0.1 * IDLE_SECONDS)

        for _ in range(3):
            begin = time.monotonic()
            self.say(CUSTOMER, letters(), wait=False, expect=None)
            times = self.hear(conversation.encode(), seconds=20)
            self.assertEqual(len(times), LISTENERS)
            say("ms from the webhook to the first listener", f"{1000 * (times[0] - begin):.0f}")
            say("ms from the webhook to the last listener", f"{1000 * (times[-1] - begin):.0f}")
            self.assertLess(times[-1] - begin, 5)
            time.sleep(0.3)

        begin = time.monotonic()
        self.get(f"/v1/conversations/{conversation}")
        say("ms of a read beside them", f"{1000 * (time.monotonic() - begin):.1f}")
        self.assertLess(time.monotonic() - begin, 1)

        begin = time.monotonic()
        self.assertEqual(self.instance.stop_daemon(), 0)
        say("seconds to stop", f"{time.monotonic() - begin:.1f}")
        self.assertLess(time.monotonic() - begin, 10)
        for stream in self.sockets:
            self.assertIsNotNone(self.rest(stream))

    def rest(self, stream):
        """What still comes until TLS's own goodbye; None if the connection is cut or stays open."""
        text = b""
        try:
            while piece := stream.recv(16384):
                text += piece
            return text
        except OSError:
            return None


if __name__ == "__main__":
    functional.main()
