"""Makes an instance in a directory, starts it, and stops what it started."""
import json
import os
import pathlib
import random
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

from . import certificates
from .http_client import Client

ROOT = pathlib.Path(__file__).resolve().parents[3]
PHONE_NUMBER_ID = "105512345678901"
WABA_ID = "102290129340398"


class StartFailed(Exception):
    pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


_claims = []


def fixed_port():
    """A free port below those that the kernel gives to outgoing connections. A server that is
    restarted finds it free: nobody's connection has taken it meanwhile, and no other program that asks
    here is given it as long as this one runs."""
    for port in random.sample(range(15000, 30000), 100):
        claim = socket.socket(socket.AF_UNIX)
        with socket.socket() as probe:
            try:
                claim.bind(f"\0leadkeep-port-{port}")
                probe.bind(("127.0.0.1", port))
            except OSError:
                claim.close()
                continue
        _claims.append(claim)
        return port
    raise RuntimeError("no free port")


def port_or_free(wanted):
    """The wanted port if nobody has it, else a free one."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
            return wanted
        except OSError:
            return free_port()


class Instance:
    def __init__(self, folder, binaries, api_port=None, webhook_port=None, control_port=0):
        self.folder = pathlib.Path(folder)
        self.binaries = pathlib.Path(binaries)
        self.api_port = api_port or free_port()
        self.webhook_port = webhook_port or free_port()
        self.control_port = control_port
        self.ca = self.folder / "ca" / "ca.pem"
        self.config = self.folder / "leadkeepd.conf"
        self.socket = self.folder / "control.sock"
        self.log = self.folder / "leadkeepd.log"
        self.store = self.folder / "store"
        self.daemon = None
        self.simulator = None
        self.simulator_urls = {}
        self.passwords = {}
        self.browser_certificate = "required"
        self.observer = None  # of the answers of its API, see http_client.py

    # -- making --------------------------------------------------------------------------------

    def make(self):
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(mode=0o700, parents=True)
        certificates.make_authority(self.folder / "ca")
        for name in ("daemon", "graph"):
            certificates.make_server_certificate(self.folder / "ca", name)
        self._write_secrets()
        self.ctl("init", "--store", self.store, "--root-key-file", self.folder / "root.key")

    def _write_secrets(self):
        for name in ("app-secret", "access-token", "verify-token"):
            path = self.folder / name
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(16) + "\n")

    def write_config(self, extra=None):
        graph = self.simulator_urls.get("graph", "https://127.0.0.1:1")
        settings = {
            "store.directory": self.store,
            "store.map_size_gib": 4,
            "store.root_key_file": self.folder / "root.key",
            "api.listen": f"127.0.0.1:{self.api_port}",
            "api.tls_certificate": self.folder / "ca" / "daemon.pem",
            "api.tls_key": self.folder / "ca" / "daemon.key",
            "webhook.listen": f"127.0.0.1:{self.webhook_port}",
            "control.socket": self.socket,
            "whatsapp.phone_number_id": PHONE_NUMBER_ID,
            "whatsapp.app_secret_file": self.folder / "app-secret",
            "whatsapp.verify_token_file": self.folder / "verify-token",
            "whatsapp.access_token_file": self.folder / "access-token",
            "whatsapp.graph_url": graph,
            "whatsapp.graph_ca_file": self.ca,
            "egress.allow": graph.removeprefix("https://"),
            # A demonstration and most tests sign in with a password. The product asks supervisors
            # and administrators for more.
            "second_factor.required_for": "nobody",
            "browser.origin": f"https://localhost:{self.api_port}",
            "browser.certificate": self.browser_certificate,
        }
        settings.update(extra or {})
        sections = {}
        for key, value in settings.items():
            section, name = key.split(".", 1)
            sections.setdefault(section, []).append(f"{name} = {value}")
        self.config.write_text("".join(f"[{section}]\n" + "\n".join(lines) + "\n\n"
                                       for section, lines in sections.items()))
        self.config.chmod(0o600)

    # -- running -------------------------------------------------------------------------------

    def start_simulator(self):
        ready = self.folder / "simulator.json"
        ready.unlink(missing_ok=True)
        self.simulator_log = open(self.folder / "simulator.log", "ab")
        self.simulator = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "simulator"),
             "--graph-listen", "127.0.0.1:0", "--control-listen", f"127.0.0.1:{self.control_port}",
             "--graph-cert", str(self.folder / "ca" / "graph.pem"),
             "--graph-key", str(self.folder / "ca" / "graph.key"),
             "--webhook-url", f"https://127.0.0.1:{self.webhook_port}/webhooks/whatsapp",
             "--webhook-ca", str(self.ca),
             "--app-secret-file", str(self.folder / "app-secret"),
             "--access-token-file", str(self.folder / "access-token"),
             "--verify-token-file", str(self.folder / "verify-token"),
             "--phone-number-id", PHONE_NUMBER_ID, "--waba-id", WABA_ID,
             "--ready-file", str(ready)],
            stdout=self.simulator_log, stderr=self.simulator_log, start_new_session=True)
        self._until(ready.exists, self.simulator, "the simulator", self.folder / "simulator.log")
        self.simulator_urls = json.loads(ready.read_text())

    def start_daemon(self, *arguments, wait=True, environment=None):
        self.log.touch()
        begin = self.log.stat().st_size
        with open(self.log, "ab") as log:
            self.daemon = subprocess.Popen(
                [str(self.binaries / "leadkeepd"), "--config", str(self.config), *arguments],
                stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **(environment or {})})
        if wait:
            def ready():
                return re.search(rb"READY api_port", self.log.read_bytes()[begin:])
            self._until(ready, self.daemon, "leadkeepd", self.log)
        return self.daemon

    @staticmethod
    def _until(ready, process, name, log, seconds=60):
        end = time.monotonic() + seconds
        while not ready():
            if process.poll() is not None or time.monotonic() > end:
                tail = log.read_text(errors="replace")[-2000:]
                raise StartFailed(f"{name} did not start (exit {process.poll()}):\n{tail}")
            time.sleep(0.02)

    def start(self, extra=None):
        self.start_simulator()
        self.write_config(extra)
        self.start_daemon()

    def kill_daemon(self):
        """As a power cut would: no time to finish anything."""
        self.daemon.kill()
        self.daemon.wait()

    def stop_daemon(self, seconds=60):
        if self.daemon is None:
            return None
        if self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGTERM)
        code = self.daemon.wait(seconds)
        self.daemon = None
        return code

    def stop(self):
        for process in (self.daemon, self.simulator):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (self.daemon, self.simulator):
            if process is not None:
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self.daemon = self.simulator = None

    # -- talking -------------------------------------------------------------------------------

    def ctl(self, *arguments, check=True, text_input=None):
        command = [str(self.binaries / "leadkeepctl"), "--socket", str(self.socket)]
        done = subprocess.run(command + [str(a) for a in arguments], input=text_input,
                              capture_output=True, text=True, check=False)
        if check and done.returncode != 0:
            raise StartFailed(f"leadkeepctl {arguments[0]}: {done.stderr.strip()}")
        return done

    def add_agent(self, username, display_name, *roles):
        password = self.passwords.setdefault(username, secrets.token_urlsafe(15))
        options = [word for role in roles for word in ("--role", role)]
        self.ctl("agents", "add", username, "--name", display_name, *options,
                 text_input=password + "\n")
        return password

    SCOPES = ("sessions", "conversations:read", "conversations:write", "messages:send",
              "leads:read", "leads:write", "leads:reveal", "leads:erase", "consents:read", "consents:write",
              "events:read", "agents:read", "audit:read", "administration")
    RECORD_CLASSES = ("phone_numbers", "email_addresses", "whatsapp_ids", "names", "texts")

    def add_client(self, name, scopes=SCOPES, record_classes=RECORD_CLASSES, options=()):
        """An approved client: the files of its key and certificate, which are made once."""
        key = self.folder / f"{name}.client.key"
        certificate = self.folder / f"{name}.client.pem"
        if certificate.is_file():
            return key, certificate
        token = self.folder / f"{name}.client.token"
        token.unlink(missing_ok=True)
        self.ctl("client", "add", name, "--owner", "demonstration", "--purpose", "demonstration",
                 "--token-file", token, *options,
                 *(word for scope in scopes for word in ("--scope", scope)),
                 *(word for one in record_classes for word in ("--record-class", one)))
        enrol = ("client", "enrol", "--token-file", token, "--key", key, "--certificate",
                 certificate)
        waiting = self.ctl(*enrol).stdout
        self.ctl("client", "approve", name, "--fingerprint",
                 re.search(r"fingerprint is ([0-9a-f]{64})", waiting)[1])
        self.ctl(*enrol)
        token.unlink()
        return key, certificate

    def tls(self, client="demo"):
        """For a connection of an approved client; without one as long as the daemon does not run."""
        try:
            return self.tls_with(*self.add_client(client))
        except StartFailed:
            return self.tls_with()

    def tls_with(self, key=None, certificate=None):
        context = ssl.create_default_context(cafile=str(self.ca))
        if certificate:
            context.load_cert_chain(certificate, key)
        return context

    def api(self, token=None, tls=None):
        return Client(f"https://127.0.0.1:{self.api_port}", token=token, tls=tls or self.tls,
                      observer=self.observer)

    def signed_in(self, username):
        client = self.api()
        answer = client.post("/v1/sessions", {"username": username,
                                              "password": self.passwords[username]})
        if answer.status != 201:
            raise StartFailed(f"sign-in of {username}: HTTP {answer.status}")
        client.token = answer.json["token"]
        return client

    def whatsapp(self):
        """The simulator's control API."""
        return Client(self.simulator_urls["control"])
