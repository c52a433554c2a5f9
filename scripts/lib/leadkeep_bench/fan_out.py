"""Five hundred listeners of the event stream, and how long an event takes to the last of them.

The clock starts when the first sign of the event is seen: at a listener, or as the answer to the
notification that caused it, because both come after it is published. For the limit, another process
writes the same bytes to as many plain sockets in a loop.
"""
import os
import selectors
import socket
import ssl
import time

from . import people

MARK = b"message.received"
PATIENCE = 20


class Listeners:
    """Sockets that all hear the same; counts at each what it has heard."""

    def __init__(self, sockets):
        self.selector = selectors.DefaultSelector()
        self.heard = dict.fromkeys(sockets, 0)
        self.sample = b""
        for one in sockets:
            one.setblocking(False)
            self.selector.register(one, selectors.EVENT_READ)

    def until_all_heard(self, times, also=None):
        """The time of the first sign and that of the last listener. `also` is one more socket,
        read once, whose answer is a sign as well."""
        missing = sum(1 for count in self.heard.values() if count < times)
        first = None
        end = time.monotonic() + PATIENCE
        if also is not None:
            self.selector.register(also, selectors.EVENT_READ)
        while missing:
            ready = self.selector.select(max(0, end - time.monotonic()))
            if not ready:
                raise RuntimeError(f"{missing} of {len(self.heard)} listeners did not hear it")
            first = first or time.perf_counter()
            for key, _ in ready:
                if key.fileobj is also:
                    self.selector.unregister(also)
                    also = None
                elif self._read(key.fileobj, times):
                    missing -= 1
        last = time.perf_counter()
        if also is not None:
            self.selector.unregister(also)
        return first, last

    def _read(self, one, times):
        """Whether it has heard enough now, and had not before."""
        before = self.heard[one]
        try:
            data = one.recv(65536)
        except (ssl.SSLWantReadError, BlockingIOError):
            return False
        if not data:
            raise RuntimeError("a listener was cut off")
        self.sample = data
        self.heard[one] += data.count(MARK)
        return before < times <= self.heard[one]

    def close(self):
        self.selector.close()
        for one in self.heard:
            one.close()


class DaemonFanOut:
    """Listeners at the daemon; an event is a message that comes."""

    def __init__(self, instance, token, count):
        self.signer = people.Signer(instance)
        self.context = instance.tls()
        self.rounds = 0
        self.run = time.time_ns()
        request = (f"GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                   f"Authorization: Bearer {token}\r\n\r\n").encode()
        self.listeners = Listeners([self._listen(instance.api_port, request)
                                    for _ in range(count)])
        self.door = self._connect(instance.webhook_port)
        self.milliseconds()  # what is published after a listener has connected reaches it for sure

    def _connect(self, port):
        return self.context.wrap_socket(socket.create_connection(("127.0.0.1", port)),
                                        server_hostname="127.0.0.1")

    def _listen(self, port, request):
        one = self._connect(port)
        one.sendall(request)
        head = b""
        while b": connected" not in head:
            data = one.recv(4096)
            if not data:
                raise RuntimeError(f"a listener was refused: {head[:200]!r}")
            head += data
        return one

    def milliseconds(self):
        self.rounds += 1
        body = people.notification([(self.rounds % 10, self.run + self.rounds)])
        head = f"POST {people.PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in self.signer.headers(body).items())
        self.door.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        first, last = self.listeners.until_all_heard(self.rounds, also=self.door)
        if not self.door.recv(4096).startswith(b"HTTP/1.1 200"):
            raise RuntimeError("the notification was not accepted")
        return (last - first) * 1000

    def event_bytes(self):
        return self.listeners.sample

    def close(self):
        self.listeners.close()
        self.door.close()


class PlainFanOut:
    """As many plain sockets on loopback, and a process that writes to each when it is told to."""

    def __init__(self, count, event):
        self.rounds = 0
        with socket.create_server(("127.0.0.1", 0), backlog=count) as door:
            self.order, hears = os.pipe()[::-1]
            self.child = os.fork()
            if self.child == 0:
                os.close(self.order)
                self._write_when_told(door, count, hears, event)
            os.close(hears)
            self.listeners = Listeners([socket.create_connection(door.getsockname())
                                        for _ in range(count)])

    @staticmethod
    def _write_when_told(door, count, hears, event):
        try:
            sockets = [door.accept()[0] for _ in range(count)]
            while os.read(hears, 1):
                for one in sockets:
                    one.send(event)
        finally:
            os._exit(0)  # nothing of the parent may run in here

    def milliseconds(self):
        self.rounds += 1
        os.write(self.order, b"!")
        first, last = self.listeners.until_all_heard(self.rounds)
        return (last - first) * 1000

    def close(self):
        os.close(self.order)
        os.waitpid(self.child, 0)
        self.listeners.close()
