"""A connection that sends one request after the other and adds nothing of its own to what is sent.

http.client would cost more than the daemon; and some requests here are none that it would send.
"""
import collections
import socket

from contract.coding import decoded

# The body is decoded.
Answer = collections.namedtuple("Answer", "status fields body head")

WITHOUT_BODY = (204, 304)
_ENDED = (ConnectionError, BrokenPipeError, EOFError)


class Wire:
    """`tls` is a context; `source` an address of ours. Opened when needed, and again when it has
    ended between two requests."""

    def __init__(self, port, tls, source="127.0.0.1", timeout=30):
        self._port, self._tls, self._source, self._timeout = port, tls, source, timeout
        self._socket, self._received = None, b""

    def ask(self, request, has_body=True):
        """The answer; of HEAD and of an event stream only its head."""
        if self._socket is not None:
            try:
                return self._exchange(request, has_body)
            except _ENDED:
                self.close()
        self._open()
        return self._exchange(request, has_body)

    def _open(self):
        plain = socket.create_connection(("127.0.0.1", self._port), self._timeout,
                                         source_address=(self._source, 0))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = self._tls.wrap_socket(plain, server_hostname="localhost")
        self._received = b""

    def _exchange(self, request, has_body):
        try:
            self._socket.sendall(request)
        except _ENDED:
            pass  # it was refused before it was all sent, and the answer is there
        while b"\r\n\r\n" not in self._received:
            self._fill()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        fields = [tuple(line.split(": ", 1)) for line in lines]
        by_name = {name.lower(): value for name, value in fields}
        status = int(first.split()[1])
        body = self._body(by_name, status) if has_body else b""
        if by_name.get("connection") == "close" or (
                "content-length" not in by_name and status not in WITHOUT_BODY):
            self.close()
        return Answer(status, fields, decoded(fields, body), head.decode("latin-1"))

    def _body(self, fields, status):
        if status in WITHOUT_BODY or fields.get("content-type") == "text/event-stream":
            return b""
        length = int(fields["content-length"])
        while len(self._received) < length:
            self._fill()
        body, self._received = self._received[:length], self._received[length:]
        return body

    def _fill(self):
        data = self._socket.recv(65536)
        if not data:
            raise EOFError
        self._received += data

    def close(self):
        if self._socket is not None:
            self._socket.close()
        self._socket, self._received = None, b""
