"""TLS in front of a server that speaks plain HTTP: octets pass as they are."""
import contextlib
import socket
import socketserver
import ssl
import threading


class TlsFront:
    """Listens on a free port of 127.0.0.1 and hands every connection on to `target`."""

    def __init__(self, certificate, key, target, port=0):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                # A browser that changes its mind is no failure.
                with contextlib.suppress(OSError):
                    with context.wrap_socket(self.request, server_side=True) as client, \
                            socket.create_connection(("127.0.0.1", target)) as server:
                        back = threading.Thread(target=pump, args=(server, client), daemon=True)
                        back.start()
                        pump(client, server)
                        back.join()

        def pump(source, sink):
            with contextlib.suppress(OSError):
                while piece := source.recv(65536):
                    sink.sendall(piece)
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_WR)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
