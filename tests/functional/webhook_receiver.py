"""Programs that are told of events at their webhooks: a real HTTPS server in threads of its own,
which keeps all that it is posted and answers as the test says."""
import base64
import hmac
import http.server
import json
import os
import socket
import ssl
import struct
import threading

from contract.document import PATH, Document
from contract.schemas import Schema, closed
from leadkeep_demo.instance import fixed_port

HOLD = "no answer until release()"
RESET = "the connection ends without an answer"

# Who answers late is not waited for; a test that forgets to release() ends all the same.
LONGEST_HOLD = 60


def schema_of_events():
    """Of what the document says is posted, without any member that it does not name."""
    root = json.loads(PATH.read_text(encoding="utf-8"))
    operation, = Document({**root, "paths": root["webhooks"]}).operations
    return Schema(closed(operation.bodies["application/json"].schema))


def signature(secret, request, body=None):
    """As Standard Webhooks 1.0.0 has it."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    signed = b".".join((request.id.encode(), request.timestamp.encode(),
                        request.body if body is None else body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


class Request:
    def __init__(self, fields, body):
        self.fields, self.body = fields, body
        self.id, self.timestamp = fields["webhook-id"], fields["webhook-timestamp"]
        self.signatures = fields["webhook-signature"].split(" ")

    @property
    def event(self):
        return json.loads(self.body)

    @property
    def data(self):
        return self.event["data"]

    def is_signed_with(self, secret, body=None):
        wanted = signature(secret, self, body)
        return any(hmac.compare_digest(wanted, one) for one in self.signatures)


class Inbox:
    """What one program is posted, oldest first, and what it answers."""

    def __init__(self, url):
        self.url = url
        self.requests = []
        self.answers = []     # to the next requests: a status, HOLD or RESET
        self.otherwise = 200  # to all that come after them
        self.location = None  # where a redirect leads to
        self._lock, self._released = threading.Lock(), threading.Event()

    def take(self, request):
        with self._lock:
            self.requests.append(request)
            answer = self.answers.pop(0) if self.answers else self.otherwise
        if answer != HOLD:
            return answer
        self._released.wait(LONGEST_HOLD)
        return 200

    def release(self):
        """Answers what is held, now and from now on."""
        self._released.set()

    def events(self):
        """Without what came again."""
        return list({request.id: request for request in reversed(self.requests)}.values())[::-1]

    def messages(self):
        """Ids of those that were received."""
        return [request.data["message_id"] for request in self.events()
                if request.event["type"] == "message.received"]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = LONGEST_HOLD

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        inbox = self.server.inboxes[self.path]
        answer = inbox.take(Request(self.headers, body))
        if answer == RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
            self.close_connection = True
            return
        self.send_response(answer)
        if inbox.location:
            self.send_header("Location", inbox.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        """Nobody asks here but who follows a redirect, whose request is none of ours."""
        self.server.inboxes[self.path].requests.append(None)
        self.send_error(404)

    def log_message(self, *_):
        """Nobody reads it."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Who does not trust the certificate, or does not wait for an answer, goes."""


class Receiver:
    def __init__(self, certificate, key):
        self.port = fixed_port()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._inboxes = {}
        self._server = None
        self.start()

    def start(self):
        self._server = _Server(("127.0.0.1", self.port), _Handler)
        self._server.inboxes = self._inboxes
        # The handshake is the business of the connection's own thread.
        self._server.socket = self._context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever,
                                        kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self):
        """Nobody listens any more."""
        if self._server:
            for inbox in self._inboxes.values():
                inbox.release()
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None

    def inbox(self, path):
        return self._inboxes.setdefault(path, Inbox(f"https://127.0.0.1:{self.port}{path}"))

    def paths(self):
        return list(self._inboxes)
