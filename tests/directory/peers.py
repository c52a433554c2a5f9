"""Peers that misbehave: one that says nothing, a dishonest LDAP server, and a hand in the wire."""
import enum
import socket
import ssl
import threading
import typing


class Peer:
    """Listens on a port of 127.0.0.1; every connection has a thread of its own."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listener.getsockname()
        self.connections = 0  # ever accepted
        self._open = set()
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def open_connections(self):
        with self._lock:
            return len(self._open)

    def cut(self):
        """Ends what is connected at this moment."""
        with self._lock:
            for connection in self._open:
                _shut(connection)

    def close(self):
        self._is_over.set()
        _shut(self._listener)
        self._listener.close()
        self.cut()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _accept(self):
        while not self._is_over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            with self._lock:
                self.connections += 1
                self._open.add(connection)
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection):
        try:
            self._serve(connection)
        except OSError:  # the other side has left, or cut() was here
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _serve(self, connection):
        raise NotImplementedError


def _shut(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # already
        pass


def _say_nothing(connection):
    """Until the other side leaves."""
    while connection.recv(65536):
        pass


class SilentServer(Peer):
    def _serve(self, connection):
        _say_nothing(connection)


# -- a dishonest LDAP server -------------------------------------------------------------------

# RFC 4511, in the encoding of X.690: tag, length, content.
SEQUENCE, INTEGER, OCTETS, ENUMERATED = 0x30, 0x02, 0x04, 0x0a
BIND, SEARCH, EXTENDED = 0x60, 0x63, 0x77
ANSWERS = {BIND: 0x61, SEARCH: 0x65, EXTENDED: 0x78}
SUCCESS, UNAVAILABLE = 0, 52


def _encode(tag, content):
    assert len(content) < 128, "the short form of the length is all that answers here need"
    return bytes((tag, len(content))) + content


def _decode(data):
    """(tag, content, rest), or None while something is missing."""
    if len(data) < 2:
        return None
    size, start = data[1], 2
    if size & 0x80:
        start += size & 0x7f
        size = int.from_bytes(data[2:start], "big")
    if len(data) < start + size:
        return None
    return data[0], data[start:start + size], data[start + size:]


def _answer(message_id, request, code):
    result = _encode(ENUMERATED, bytes((code,))) + _encode(OCTETS, b"") + _encode(OCTETS, b"")
    return _encode(SEQUENCE, _encode(INTEGER, message_id) + _encode(ANSWERS[request], result))


class Reaction(enum.Enum):
    GRANT = enum.auto()
    REFUSE = enum.auto()
    SAY_NOTHING = enum.auto()
    CLOSE = enum.auto()
    CLOSE_HALFWAY = enum.auto()  # in the middle of the answer


class Bind(typing.NamedTuple):
    dn: str
    password: str


class DishonestLdap(Peer):
    """Speaks LDAP just well enough for a log-in, and keeps all `binds` it was trusted with.

    With a certificate (the names of its file and of its key's) it is an LDAPS server. Without one
    it is the server to which StartTLS is asked in vain: it refuses, or it grants it and then says
    nothing or closes where the handshake should be. A bind it may be told to grant, to leave
    without an answer, or to close on.
    """

    def __init__(self, certificate=None, on_start_tls=Reaction.REFUSE, on_bind=Reaction.GRANT):
        self._context = None
        if certificate:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*certificate)
        self._on_start_tls = on_start_tls
        self._on_bind = on_bind
        self.binds = []
        super().__init__()

    def _serve(self, connection):
        if self._context is None:
            self._talk(connection)
            return
        with self._context.wrap_socket(connection.dup(), server_side=True) as encrypted:
            self._talk(encrypted)

    def _talk(self, connection):
        data = b""
        while piece := connection.recv(65536):
            data += piece
            while message := _decode(data):
                _, content, data = message
                if not self._react(connection, content):
                    return

    def _react(self, connection, message):
        """Whether the conversation goes on."""
        _, message_id, rest = _decode(message)
        request, content, _ = _decode(rest)
        reaction, code = Reaction.GRANT, SUCCESS
        if request == BIND:
            self._keep(content)
            reaction = self._on_bind
        elif request == EXTENDED:
            reaction = self._on_start_tls
            code = UNAVAILABLE if reaction is Reaction.REFUSE else SUCCESS
        elif request != SEARCH:  # it unbinds, or abandons something
            return True

        answer = _answer(message_id, request, code)
        if request == EXTENDED or reaction is Reaction.GRANT:
            connection.sendall(answer)
        elif reaction is Reaction.CLOSE_HALFWAY:
            connection.sendall(answer[:len(answer) // 2])
        if reaction is Reaction.SAY_NOTHING:
            _say_nothing(connection)
        return reaction in (Reaction.GRANT, Reaction.REFUSE)

    def _keep(self, content):
        _, _, rest = _decode(content)  # the version
        _, dn, rest = _decode(rest)
        _, password, _ = _decode(rest)
        self.binds.append(Bind(dn.decode(), password.decode()))


# -- a hand in the wire ------------------------------------------------------------------------

class Proxy(Peer):
    """Stands between a client and the server at (host, port), and hands on what it gets until it is
    told otherwise. Delay and swallowing hold at once, the cut for connections yet to come."""

    def __init__(self, target):
        self._target = target
        self.delay_seconds = 0  # by which every piece that the server sends comes later
        self.swallows = False   # nothing arrives any more, on neither side
        self.cuts_after = None  # so many bytes from the server
        super().__init__()

    def _serve(self, connection):
        with socket.create_connection(self._target) as server:
            threading.Thread(target=self._hand_on, args=(connection, server, False),
                             daemon=True).start()
            self._hand_on(server, connection, True)

    def _hand_on(self, source, sink, is_answer):
        left = self.cuts_after if is_answer else None
        try:
            while data := source.recv(65536):
                if is_answer:
                    self._is_over.wait(self.delay_seconds)
                if not self.swallows:
                    sink.sendall(data[:left])
                if left is not None:
                    left -= len(data)
                    if left <= 0:
                        break
        except OSError:  # one of the two is gone
            pass
        finally:
            _shut(source)
            _shut(sink)
