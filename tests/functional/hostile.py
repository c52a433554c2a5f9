"""What the hostile tests share: a client that sends exactly the bytes it is told to, and a class
that knows both doors, signs webhooks, and looks at the daemon's memory, counters and log."""
import collections
import contextlib
import functools
import hashlib
import hmac
import json
import os
import secrets
import socket
import ssl
import struct
import threading
import time

import functional

WEBHOOK = "/webhooks/whatsapp"
PHONE_NUMBER_ID = "105512345678901"
Answer = collections.namedtuple("Answer", "status headers body")
Door = collections.namedtuple("Door", "name port good status")


def figure(name, value, unit):
    """A figure of this run, for whoever reads the output of the test."""
    shown = f"{value:.1f}" if isinstance(value, float) else value
    print(f"figure {name} {shown} {unit}", flush=True)


def percentile(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def each_door(test):
    """The test is run for the API and for the webhook."""
    @functools.wraps(test)
    def both(self):
        for door in self.doors:
            with self.subTest(door=door.name):
                test(self, door)
    return both


class Wire:
    """One connection. Nothing is added to what is sent, and nothing is hidden of what comes."""

    def __init__(self, port, ca=None, source="127.0.0.1", timeout=20, context=None,
                 receive_buffer=None):
        self.plain = socket.socket()
        self.plain.settimeout(timeout)
        if receive_buffer:
            self.plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.plain.bind((source, 0))
        self.plain.connect(("127.0.0.1", port))
        self.socket = self.plain
        if ca or context:
            context = context or ssl.create_default_context(cafile=str(ca))
            try:
                self.socket = context.wrap_socket(self.plain, server_hostname="localhost")
            except BaseException:
                self.plain.close()
                raise
        self.received = b""

    def send(self, data):
        """False if the other side has ended the connection before it was all sent."""
        try:
            self.socket.sendall(data)
            return True
        except (BrokenPipeError, ConnectionError, ssl.SSLError):
            return False

    def _fill(self):
        try:
            data = self.socket.recv(65536)
        except (ConnectionError, ssl.SSLError):
            return False
        self.received += data
        return bool(data)

    def answer(self):
        """The next answer, or None if the connection ends before it is whole."""
        while b"\r\n\r\n" not in self.received:
            if not self._fill():
                return None
        head, _, self.received = self.received.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ")
                                                               for line in lines)}
        length = int(headers.get("content-length", 0))
        while len(self.received) < length:
            if not self._fill():
                return None
        body, self.received = self.received[:length], self.received[length:]
        return Answer(int(first.split()[1]), headers, body)

    def rest(self):
        """Everything until the other side ends the connection."""
        while self._fill():
            pass
        return self.received

    def end_sending(self):
        """Half-closes TCP beneath TLS; what comes can still be read."""
        with contextlib.closing(socket.socket(fileno=os.dup(self.socket.fileno()))) as same:
            with contextlib.suppress(OSError):  # the other side was first
                same.shutdown(socket.SHUT_WR)

    def reset(self):
        """Leaves without a word: the other side gets a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()


class HostileTest(functional.FunctionalTest):
    """One daemon for the class. After all of its tests it must still work, with a sound store,
    nothing odd in its log, and no more memory than `memory_growth_mib` above the beginning."""
    agents = (("anna", "agent"),)
    memory_growth_mib = 60

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secret = (cls.instance.folder / "app-secret").read_text().strip()
        cls.tls = cls.instance.tls()
        cls.doors = (Door("api", cls.instance.api_port, "/healthz", 200),
                     Door("webhook", cls.instance.webhook_port, WEBHOOK, 403))
        cls.say_hello()
        cls.conversation = cls.anna.get("/v1/conversations").json["items"][0]["id"]
        cls.memory_before = cls.memory()

    # -- connections ---------------------------------------------------------------------------

    def wire(self, door, **options):
        wire = Wire(door.port, context=self.tls, **options)
        self.addCleanup(wire.close)
        return wire

    def plain(self, door, **options):
        wire = Wire(door.port, **options)
        self.addCleanup(wire.close)
        return wire

    def ask(self, door, data, **options):
        """The one answer to these bytes, on a connection of their own that must then end."""
        wire = self.wire(door, **options)
        wire.send(data)
        answer = wire.answer()
        rest = wire.rest() if answer else b""
        wire.close()
        self.assertEqual(rest, b"", "more than one answer")
        return answer

    def assert_refused(self, answer, status, code):
        """A whole problem document, and the end of the connection."""
        self.assertIsNotNone(answer, "the connection ended without an answer")
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertEqual(answer.headers.get("connection"), "close")
        problem = json.loads(answer.body)
        self.assertEqual((problem["status"], problem["code"]), (status, code), problem)

    def assert_serves(self, door):
        wire = self.wire(door)
        wire.send(f"GET {door.good} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        self.assertEqual(wire.answer().status, door.status)
        wire.close()

    # -- WhatsApp ------------------------------------------------------------------------------

    @classmethod
    def signature(cls, body, secret=None):
        return "sha256=" + hmac.new((secret or cls.secret).encode(), body,
                                    hashlib.sha256).hexdigest()

    @classmethod
    def notification(cls, body, *fields, signature=None):
        head = [f"POST {WEBHOOK} HTTP/1.1", "Host: x", "Content-Type: application/json",
                f"Content-Length: {len(body)}",
                "X-Hub-Signature-256: " + (signature or cls.signature(body)), *fields]
        return "\r\n".join(head).encode() + b"\r\n\r\n" + body

    @staticmethod
    def payload(messages, contacts=()):
        value = {"messaging_product": "whatsapp",
                 "metadata": {"display_phone_number": "493012345678",
                              "phone_number_id": PHONE_NUMBER_ID},
                 "contacts": list(contacts), "messages": list(messages)}
        return {"object": "whatsapp_business_account",
                "entry": [{"id": "102290129340398",
                           "changes": [{"field": "messages", "value": value}]}]}

    @staticmethod
    def text_message(body, sender="4915100000002", **fields):
        return {"from": sender, "id": "wamid." + secrets.token_hex(12),
                "timestamp": str(int(time.time())), "type": "text", "text": {"body": body},
                **fields}

    @staticmethod
    def contact(name, wa_id="4915100000002"):
        return {"profile": {"name": name}, "wa_id": wa_id}

    @classmethod
    def post_webhook(cls, body, **options):
        """The status with which the daemon answers a signed body; None for no answer."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        wire = Wire(cls.instance.webhook_port, context=cls.tls, **options)
        try:
            wire.send(cls.notification(body, "Connection: close"))
            answer = wire.answer()
            return answer and answer.status
        finally:
            wire.close()

    def newest_texts(self, conversation, count=5):
        """Newest first."""
        page = self.get(f"/v1/conversations/{conversation}/messages?limit={count}")
        return [m["text"]["body"] for m in page["items"] if m["text"]]

    @classmethod
    def say_hello(cls):
        status = cls.post_webhook(cls.payload([cls.text_message("Hello.")],
                                              [cls.contact("Erika Muster")]))
        assert status == 200, status

    # -- the daemon ----------------------------------------------------------------------------

    @classmethod
    def memory(cls):
        """(VmRSS, VmHWM) in MiB."""
        with open(f"/proc/{cls.instance.daemon.pid}/status", encoding="ascii") as status:
            lines = dict(line.split(":", 1) for line in status)
        return tuple(int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))

    def open_files(self):
        """Each place that is taken holds its socket. Threads say less: idle ones stay a while."""
        return len(os.listdir(f"/proc/{self.instance.daemon.pid}/fd"))

    def test_zz_everything_still_works(self):
        """Runs last: the order is that of the names."""
        name = type(self).__name__.lower()
        for door in self.doors:
            self.assert_serves(door)
        mark = "still here " + functional.letters()
        self.assertEqual(self.post_webhook(self.payload([self.text_message(mark)])), 200)
        self.assertIn(mark, self.newest_texts(self.conversation))
        resident, highest = self.memory()
        figure(f"{name}_memory_before", self.memory_before[0], "MiB")
        figure(f"{name}_memory_after", resident, "MiB")
        figure(f"{name}_memory_highest", highest, "MiB")
        self.assert_memory_below(resident - self.memory_before[0], self.memory_growth_mib)
        self.assert_sound()
        for word in ("HANDLER_THREW", "REQUEST_FAILED", "CONNECTION_FAILED", "CHECK_FAILED",
                     "WEBHOOK_DEFERRED"):
            self.assertNotIn(word, self.log())


class Background:
    """Runs work(stop) in threads until the block ends; their errors are raised at its end."""

    def __init__(self, *works):
        self.stop = threading.Event()
        self.errors = []
        self.threads = [threading.Thread(target=self._run, args=(work,), daemon=True)
                        for work in works]

    def _run(self, work):
        try:
            work(self.stop)
        except Exception as error:
            self.errors.append(error)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(60)
        if self.errors and kind is None:
            raise self.errors[0]
