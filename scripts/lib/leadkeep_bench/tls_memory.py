"""KiB of each of many TLS connections that OpenSSL keeps at a server, with nothing around them. Takes the
folder of the authority and the server's certificate."""
import contextlib
import pathlib
import ssl
import sys

MANY = 500


def own_kib():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0])


def main(folder):
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / "daemon.pem", folder / "daemon.key")
    client = ssl.create_default_context(cafile=str(folder / "ca.pem"))

    def connected():
        here, there = ssl.MemoryBIO(), ssl.MemoryBIO()
        ends = (server.wrap_bio(here, there, server_side=True),
                client.wrap_bio(there, here, server_hostname="127.0.0.1"))
        for end in (1, 0, 1, 0):
            with contextlib.suppress(ssl.SSLWantReadError):
                ends[end].do_handshake()
        return ends[0]

    connected()
    before = own_kib()
    kept = [connected() for _ in range(MANY)]
    print((own_kib() - before) / len(kept))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
