"""A small threaded HTTP/1.1 server, with or without TLS, in front of one function.

The function gets (method, path, headers, body) and returns an object with status, body, headers
and drop, such as graph_api.Answer. An exception in it becomes HTTP 500 and a trace on stderr.
"""

import http.server
import socket
import socketserver
import ssl
import sys
import threading
import traceback

MAX_BODY = 64 * 1024 * 1024
IDLE_SECONDS = 120


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "simulator"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self):
        super().setup()
        # The handshake runs here, in the connection's own thread, so that a silent client cannot
        # hold up the others.
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.do_handshake()

    def log_message(self, *_):
        pass

    def _read_body(self) -> bytes:
        """Raises ValueError when the length is missing, odd or too large."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts, total = [], 0
            while size := int(self.rfile.readline(64).split(b";")[0], 16):
                total += size
                if size < 0 or total > MAX_BODY:
                    raise ValueError("body too large")
                parts.append(self.rfile.read(size))
                self.rfile.readline(8)
            while self.rfile.readline(8192).strip():
                pass
            return b"".join(parts)
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= MAX_BODY:
            raise ValueError("body too large")
        return self.rfile.read(length)

    def _serve(self):
        try:
            body = self._read_body()
        except ValueError:
            self.send_error(400)
            self.close_connection = True
            return
        try:
            answer = self.server.answer(self.command, self.path, self.headers, body)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            self.send_error(500)
            self.close_connection = True
            return
        if answer.drop:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, host: str, port: int, answer, *, cert: str | None = None,
                 key: str | None = None):
        if ":" in host:
            self.address_family = socket.AF_INET6
        self._tls = None
        if cert:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
            self._tls.load_cert_chain(cert, key)
        self.answer = answer
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        scheme = "https" if self._tls else "http"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    def get_request(self):
        connection, address = super().get_request()
        if self._tls:
            connection.settimeout(IDLE_SECONDS)
            connection = self._tls.wrap_socket(connection, server_side=True,
                                               do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request, client_address):
        # A client that goes away, or refuses our certificate, is everyday life here.
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc(file=sys.stderr)

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02},
                         daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
