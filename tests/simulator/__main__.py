"""The command line: python3 tests/simulator --help"""

import argparse
import ipaddress
import json
import os
import signal
import ssl
import sys
import tempfile

from simulator import Config, Simulator
from world import Number

DESCRIPTION = """\
Plays Meta for one WhatsApp Business number: sends signed webhooks to the daemon, takes the
daemon's messages as graph.facebook.com would, and answers them with status webhooks.

There are three sides:
  webhook   the simulator is the client and posts to --webhook-url
  graph     the simulator is the HTTPS server that the daemon sends messages to
  control   a plain HTTP server on loopback, with which a test makes people talk"""

EPILOG = """\
example (files as scripts/quickstart makes them):
  python3 tests/simulator \\
      --graph-listen 127.0.0.1:0 --control-listen 127.0.0.1:0 \\
      --graph-cert graph.pem --graph-key graph.key \\
      --webhook-url https://127.0.0.1:8444/webhooks/whatsapp --webhook-ca ca.pem \\
      --app-secret-file app_secret --access-token-file access_token \\
      --verify-token-file verify_token \\
      --phone-number-id 105512345678901 --waba-id 102290129340398 --ready-file ready.json

then, with the control address from ready.json:
  curl -d '{"wa_id":"4915112345678","name":"Anna"}' $control/customers
  curl -d '{"customer":"4915112345678","text":"Hello"}' $control/say
  curl $control/journal

Port 0 takes a free port. GET / of the control API lists its routes, modes and faults; README.md
beside this program explains them. SIGTERM, SIGINT and POST /shutdown end the program with status
0."""


def address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"not HOST:PORT: {text}")
    return host, int(port)


def loopback(text: str) -> tuple[str, int]:
    host, port = address(text)
    try:
        inside = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise argparse.ArgumentTypeError("the control API has no log-in: loopback only")
    return host, port


def secret(path: str) -> bytes:
    """The content of a file without the line end."""
    try:
        with open(path, "rb") as file:
            content = file.read().rstrip(b"\r\n")
    except OSError as problem:
        raise argparse.ArgumentTypeError(f"cannot read {path}: {problem.strerror}") from None
    if not content:
        raise argparse.ArgumentTypeError(f"{path} is empty")
    return content


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="simulator", description=DESCRIPTION, epilog=EPILOG,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    graph = p.add_argument_group("graph side")
    graph.add_argument("--graph-listen", type=address, default="127.0.0.1:0", metavar="HOST:PORT")
    graph.add_argument("--graph-cert", required=True, metavar="FILE",
                       help="certificate chain of the HTTPS server, PEM")
    graph.add_argument("--graph-key", required=True, metavar="FILE", help="its private key, PEM")
    graph.add_argument("--access-token-file", type=secret, required=True, metavar="FILE",
                       help="the token that the daemon must send as Authorization: Bearer")
    webhook = p.add_argument_group("webhook side")
    webhook.add_argument("--webhook-url", required=True, metavar="URL",
                         help="where the daemon listens; its certificate must name this host")
    webhook.add_argument("--webhook-ca", metavar="FILE",
                         help="CA of the daemon's certificate, PEM (default: the system's)")
    webhook.add_argument("--webhook-client-cert", metavar="FILE",
                         help="client certificate, for a daemon that asks Meta for one")
    webhook.add_argument("--webhook-client-key", metavar="FILE", help="its private key")
    webhook.add_argument("--app-secret-file", type=secret, required=True, metavar="FILE",
                         help="key of X-Hub-Signature-256")
    webhook.add_argument("--previous-app-secret-file", type=secret, metavar="FILE",
                         help="the app secret before a rotation (mode previous_secret)")
    webhook.add_argument("--verify-token-file", type=secret, required=True, metavar="FILE",
                         help="the token of the verification GET")
    webhook.add_argument("--parallel", type=int, default=8, metavar="N",
                         help="posts under way at the same time (default 8)")
    account = p.add_argument_group("account")
    account.add_argument("--waba-id", required=True, metavar="DIGITS")
    account.add_argument("--phone-number-id", required=True, action="append", metavar="DIGITS",
                         help="may be given several times; the first is the default")
    account.add_argument("--display-phone-number", action="append", default=[], metavar="DIGITS",
                         help="one for each --phone-number-id (default: 49301234001, …002, …)")
    control = p.add_argument_group("control side")
    control.add_argument("--control-listen", type=loopback, default="127.0.0.1:0",
                         metavar="HOST:PORT")
    control.add_argument("--ready-file", metavar="FILE",
                         help='written once both servers listen: {"graph":"https://…",'
                              '"control":"http://…"}')
    return p


def config_from(arguments) -> Config:
    numbers = []
    for index, number_id in enumerate(arguments.phone_number_id):
        given = arguments.display_phone_number[index:index + 1]
        numbers.append(Number(number_id, given[0] if given else f"49301234{index + 1:03d}"))
    return Config(
        graph_listen=arguments.graph_listen, control_listen=arguments.control_listen,
        graph_cert=arguments.graph_cert, graph_key=arguments.graph_key,
        webhook_url=arguments.webhook_url, webhook_ca=arguments.webhook_ca,
        app_secret=arguments.app_secret_file, access_token=arguments.access_token_file.decode(),
        verify_token=arguments.verify_token_file.decode(), numbers=numbers,
        waba_id=arguments.waba_id, previous_app_secret=arguments.previous_app_secret_file,
        client_cert=arguments.webhook_client_cert, client_key=arguments.webhook_client_key,
        parallel=max(1, arguments.parallel))


def write_atomically(path: str, text: str) -> None:
    folder = os.path.dirname(os.path.abspath(path))
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".ready-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(draft, 0o644)
    os.replace(draft, path)


def main() -> int:
    arguments = parser().parse_args()
    try:
        simulator = Simulator(config_from(arguments))
    except (OSError, ssl.SSLError, ValueError) as problem:
        print(f"simulator: {problem}", file=sys.stderr)
        return 1
    stop = simulator.control.stop_requested
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    simulator.start()
    ready = json.dumps(simulator.addresses)
    if arguments.ready_file:
        write_atomically(arguments.ready_file, ready + "\n")
    print(ready, flush=True)
    stop.wait()
    simulator.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
