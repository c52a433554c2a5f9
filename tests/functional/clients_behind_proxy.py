"""Programs whose TLS ends at a proxy of the company: nginx stands before the daemon and shows it
nobody's certificate, so each program signs what it asks with its registered key (DPoP, RFC 9449)."""
import base64
import concurrent.futures
import hashlib
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest
import urllib.parse

import functional
from functional import fixed_port, letters, run_daemon, until
from leadkeep_demo.http_client import Answer, Client
from leadkeep_demo.instance import StartFailed

REFUSED = (403, "client_not_approved")
NO_PROOF_OF_THIS = (401, "invalid_dpop_proof")
USAGE = 2

# The proxy connects from an address of its own, so that everybody else on this host is none.
PROXY_ADDRESS = "127.0.0.2"
# What programs know the API by; where the proxy listens is another matter.
ORIGIN = "https://api.example"

# The second server is for a balancer before the proxy, which says where a connection comes from
# (PROXY protocol): so the tests come from wherever they like. Connections to the daemon are kept, and
# one of them carries requests of several programs.
CONFIG = """{user}daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/tmp;
  proxy_temp_path {folder}/tmp;
  fastcgi_temp_path {folder}/tmp;
  uwsgi_temp_path {folder}/tmp;
  scgi_temp_path {folder}/tmp;
  ssl_certificate {certificate};
  ssl_certificate_key {key};
  upstream leadkeep {{
    server 127.0.0.1:{api_port};
    keepalive 2;
    keepalive_timeout 5s;
  }}
  proxy_bind {address};
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_buffering off;
  proxy_ssl_protocols TLSv1.3;
  proxy_ssl_verify on;
  proxy_ssl_trusted_certificate {ca};
  proxy_ssl_name localhost;
  server {{
    listen 127.0.0.1:{port} ssl;
    location / {{ proxy_pass https://leadkeep; }}
  }}
  server {{
    listen 127.0.0.1:{balanced_port} ssl proxy_protocol;
    set_real_ip_from 127.0.0.0/8;
    real_ip_header proxy_protocol;
    location / {{ proxy_pass https://leadkeep; }}
  }}
}}
"""


class Proxy:
    """nginx, as a company sets it up before the API."""

    def __init__(self, instance):
        self.instance = instance
        self.folder = instance.folder / "proxy"
        self.port, self.balanced_port = fixed_port(), fixed_port()
        self.process = None

    def start(self):
        nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if nginx is None:
            raise StartFailed("nginx is missing; scripts/lib/packages.sh test installs it")
        (self.folder / "tmp").mkdir(parents=True)
        config = self.folder / "nginx.conf"
        ca = self.instance.folder / "ca"
        config.write_text(CONFIG.format(
            user="user root;\n" if os.geteuid() == 0 else "", folder=self.folder, port=self.port,
            balanced_port=self.balanced_port, api_port=self.instance.api_port,
            certificate=ca / "daemon.pem", key=ca / "daemon.key", ca=self.instance.ca,
            address=PROXY_ADDRESS))
        log = self.folder / "error.log"
        self.process = subprocess.Popen(
            [nginx, "-p", str(self.folder), "-c", str(config), "-e", str(log)],
            stdin=subprocess.DEVNULL, start_new_session=True)
        until(self._listens, "nginx listens")

    def _listens(self):
        if self.process.poll() is not None:
            raise StartFailed("nginx did not start: " + (self.folder / "error.log").read_text())
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)
            self.process = None


class FromElsewhere(http.client.HTTPSConnection):
    """A connection of which the balancer says that it comes from `source`."""

    def __init__(self, port, source, context):
        super().__init__("127.0.0.1", port, timeout=30)
        self.source, self.context = source, context

    def connect(self):
        plain = socket.create_connection((self.host, self.port), self.timeout)
        plain.sendall(f"PROXY TCP4 {self.source} 127.0.0.1 40000 443\r\n".encode())
        self.sock = self.context.wrap_socket(plain, server_hostname=self.host)


def as_the_daemon_sent_it(method, target, has_body, answer):
    # Which are the proxy's; it sends in chunks what has not come as a whole.
    del answer.headers["Server"], answer.headers["Transfer-Encoding"]
    functional.CONTRACT(method, target, has_body, answer)


class Through(Client):
    """Whoever asks by way of the proxy."""

    def __init__(self, proxy, source=None, tls=None):
        self.proxy, self.source = proxy, source
        super().__init__(f"https://127.0.0.1:{proxy.port}", tls=tls or proxy.instance.tls_with,
                         observer=as_the_daemon_sent_it)

    def _connect(self):
        if self.source is None:
            return super()._connect()
        return FromElsewhere(self.proxy.balanced_port, self.source, self.tls())


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """The file of a P-256 key."""

    def __init__(self, path):
        self.path = path
        point = self._openssl("pkey", "-in", path, "-pubout", "-outform", "DER")[-64:]
        self.jwk = {"kty": "EC", "crv": "P-256", "x": base64url(point[:32]),
                    "y": base64url(point[32:])}

    @staticmethod
    def _openssl(*arguments, data=None):
        return subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True,
                              check=True).stdout

    @property
    def fingerprint(self):
        return hashlib.sha256(self._openssl("pkey", "-in", self.path, "-pubout", "-outform",
                                            "DER")).hexdigest()

    def sign(self, data):
        """ES256: both numbers of the signature, in 32 bytes each."""
        der = self._openssl("dgst", "-sha256", "-sign", self.path, data=data)
        middle = 4 + der[3]
        return b"".join(int.from_bytes(number, "big").to_bytes(32, "big")
                        for number in (der[4:middle], der[middle + 2:]))


class Program(Through):
    """Signs each request, and shows no certificate."""

    def __init__(self, proxy, key, source=None):
        super().__init__(proxy, source)
        self.key = key
        self.nonce = None
        self.session = None  # the token of an agent

    def proof(self, method, path, signer=None, **claims):
        """Of this request; a claim that is given stands in place of its own."""
        claims = {"htm": method, "htu": ORIGIN + path.partition("?")[0],
                  "jti": secrets.token_urlsafe(16), "iat": int(time.time()), "nonce": self.nonce,
                  **({"ath": hash_of(self.session)} if self.session else {}), **claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.jwk}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        return signed + "." + base64url((signer or self.key).sign(signed.encode()))

    def fields(self, method, path, **changes):
        return {"DPoP": self.proof(method, path, **changes),
                **({"Authorization": "DPoP " + self.session} if self.session else {})}

    def once(self, method, path, body=None, headers=None):
        answer = super().request(method, path, body, headers)
        self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
        return answer

    def request(self, method, path, body=None, headers=None):
        def signed():
            return self.once(method, path, body, {**self.fields(method, path), **(headers or {})})
        answer = signed()
        asked_again = answer.status == 401 and answer.json["code"] == "use_dpop_nonce"
        return signed() if asked_again else answer


def hash_of(token):
    return base64url(hashlib.sha256(token.encode()).digest())


class Stream:
    """Server-sent events of a program, read as they come. It has asked before, and has a nonce."""

    def __init__(self, program, last_id):
        self.connection = program._connect()
        self.connection.request("GET", "/v1/events", headers={
            **program.fields("GET", "/v1/events"), "Last-Event-ID": last_id})
        self.answer = self.connection.getresponse()

    def next(self):
        fields = {}
        for line in self.answer:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                fields[name] = value
            elif "data" in fields:
                return {"id": fields["id"], **json.loads(fields["data"])}
        raise AssertionError("the stream has ended")

    def read_to_its_end(self):
        try:
            self.answer.read()
        except http.client.IncompleteRead:
            pass  # nor is it whole

    def close(self):
        self.connection.close()


class BehindAProxy(functional.FunctionalTest):
    """Who has a certificate and is no proxy asks as before; self.anna does."""

    @classmethod
    def prepare(cls):
        cls.proxy = Proxy(cls.instance)
        cls.addClassCleanup(cls.proxy.stop)
        cls.proxy.start()
        cls.settings = {**cls.settings, "api.proxy_networks": f"{PROXY_ADDRESS}/32, 192.0.2.128/25",
                        "api.proxy_origin": ORIGIN}

    def closed_later(self, client):
        self.addCleanup(client.close)
        return client

    def stranger(self, source=None, tls=None):
        return self.closed_later(Through(self.proxy, source, tls))

    def signing(self, key, source=None):
        return self.closed_later(Program(self.proxy, Key(key), source))

    def program(self, source=None, name=None, **options):
        """An approved one; what it has of the name is the same for all who bear it."""
        name = name or letters()
        program = self.signing(self.instance.add_client(name, **options)[0], source)
        program.name = name
        return program

    def signed_in_through(self, program):
        answer = program.post("/v1/sessions", {"username": "anna",
                                               "password": self.instance.passwords["anna"]})
        self.assertEqual(answer.status, 201, answer.body)
        program.session = answer.json["token"]
        return program

    def with_certificate(self, name, token=None):
        """The same program at the daemon itself."""
        client = self.instance.api(
            token, lambda: self.instance.tls_with(*self.instance.add_client(name)))
        return self.closed_later(client)

    def without_certificate(self):
        """At the daemon itself, from an address that is no proxy's."""
        return self.closed_later(self.instance.api(tls=self.instance.tls_with))

    def key_of_openssl(self):
        """The file of a key, and its certificate request."""
        path = self.instance.folder / f"{letters()}.key"
        return path, functional.certificate_request(path)

    def assert_admitted(self, client, **options):
        answer = client.get("/v1/client", **options)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["id"]

    # -- somebody who has read a request on its way --------------------------------------------

    def captured(self, program, method, path, body=b"", **fields):
        """Its bytes, which have not been sent yet."""
        fields = {"Host": "api.example", **program.fields(method, path),
                  "Content-Length": len(body), "Content-Type": "application/json",
                  "Connection": "close", **fields}
        return "".join([f"{method} {path} HTTP/1.1\r\n",
                        *(f"{name}: {value}\r\n" for name, value in fields.items()),
                        "\r\n"]).encode() + body

    def sent(self, data, together=lambda: None):
        """What comes of these bytes on a connection of their own."""
        context = ssl.create_default_context(cafile=str(self.instance.ca))
        with socket.create_connection(("127.0.0.1", self.proxy.port), 30) as plain, \
                context.wrap_socket(plain, server_hostname="localhost") as connection:
            together()
            connection.sendall(data)
            response = http.client.HTTPResponse(connection)
            response.begin()
            return Answer(response.status, response.headers, response.read())


class Programs(BehindAProxy):
    """What they do, and how it ends."""

    def test_program_enrols_and_walks_the_main_path_with_its_key_alone(self):
        path, request = self.key_of_openssl()
        token = path.with_suffix(".token")
        self.instance.ctl("client", "add", "crm", "--owner", "IT", "--purpose", "a test",
                          "--token-file", token,
                          *(word for one in self.instance.SCOPES for word in ("--scope", one)),
                          *(word for one in self.instance.RECORD_CLASSES
                            for word in ("--record-class", one)))
        enrolment = {"token": token.read_text().strip(), "certificate_request": request}
        waiting = self.stranger().post("/v1/client-enrolments", enrolment)
        program = self.signing(path)
        self.assertEqual((waiting.status, waiting.json["fingerprint"]),
                         (202, program.key.fingerprint), waiting.body)
        self.assert_problem(program.get("/v1/client"), *REFUSED)
        self.instance.ctl("client", "approve", "crm", "--fingerprint", program.key.fingerprint)
        # Whether it fetches a certificate or not: its key counts.
        self.assert_admitted(program)

        self.signed_in_through(program)
        self.assertIn("reply", program.get("/v1/session").json["actions"])
        start = program.get("/v1/events/poll").json["next_cursor"]
        customer, question, answer = self.customer("4915112370001"), letters(), letters()
        self.say(customer, question)
        conversation = self.get("/v1/conversations?limit=1", program)["items"][0]["id"]
        self.assertEqual(self.messages(conversation, program)[0]["text"]["body"], question)
        sent = self.send(conversation, answer, program, key=letters())
        self.assertEqual(sent.status, 202, sent.body)
        self.status_becomes(conversation, sent.json["id"], "delivered", "read")
        self.assertEqual([one["text"] for one in self.outbound()].count(answer), 1)

        stream = self.closed_later(Stream(program, start))
        self.assertEqual(stream.answer.status, 200)
        told = [stream.next(), stream.next()]
        self.assertEqual([(one["kind"], one["conversation_id"]) for one in told],
                         [("conversation.created", conversation),
                          ("message.received", conversation)])
        self.assertEqual(program.get(f"/v1/events/poll?cursor={start}").json["items"][:2], told)

    def test_event_reaches_the_program_while_its_stream_is_open(self):
        program = self.signed_in_through(self.program())
        customer = self.customer("4915112370002")
        self.say(customer, "Guten Tag.")
        stream = self.closed_later(
            Stream(program, program.get("/v1/events/poll").json["next_cursor"]))
        self.say(customer, "Noch etwas.")
        kinds = {stream.next()["kind"], stream.next()["kind"]}
        self.assertEqual(kinds, {"conversation.changed", "message.received"})
        cursor = program.get("/v1/events/poll").json["next_cursor"]
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(program.get, f"/v1/events/poll?cursor={cursor}&wait=30")
            self.say(customer, "Und noch etwas.")
            self.assertTrue(waiting.result(30).json["items"])
        stream.close()
        until(lambda: self.anna.metric("event_listeners") == 0, "nobody listens any more")

    def test_job_with_nobody_signed_in_signs_as_well(self):
        conversation = self.conversation_with(self.customer("4915112370003"), "Bitte um Rückruf.")
        job = self.program(scopes=(), record_classes=("texts",),
                           options=("--own-scope", "conversations:read"))
        messages = job.get(f"/v1/conversations/{conversation}/messages")
        self.assertEqual(messages.status, 200, messages.body)
        self.assertIn("Rückruf", messages.body.decode())
        self.assert_problem(self.send(conversation, "Ja.", job), 401, "unauthenticated")

    def test_same_program_comes_with_its_certificate_or_signs_and_keeps_its_session(self):
        program = self.signed_in_through(self.program())
        direct = self.with_certificate(program.name, program.session)
        for client in (direct, program, direct, program):
            self.assertEqual(client.get("/v1/session").status, 200)
        self.assertEqual(self.assert_admitted(direct), self.assert_admitted(program))
        # And the other way round: the session is opened with the certificate.
        opened = self.with_certificate(program.name).post("/v1/sessions", {
            "username": "anna", "password": self.instance.passwords["anna"]})
        program.session = opened.json["token"]
        self.assertEqual(program.get("/v1/session").status, 200)
        # Each way has its scheme.
        self.assert_problem(direct.get("/v1/session", headers={
            "Authorization": "DPoP " + program.session}), 401, "unauthenticated")
        # Signed out here is signed out there.
        self.assertEqual(program.request("DELETE", "/v1/session").status, 204)
        direct.token = program.session
        self.assert_problem(direct.get("/v1/session"), 401, "unauthenticated")

    def test_token_that_another_program_shows_ends_its_session(self):
        program, other = self.signed_in_through(self.program()), self.program()
        other.session = program.session
        self.assert_problem(other.get("/v1/session"), 401, "unauthenticated")
        self.assert_problem(program.get("/v1/session"), 401, "unauthenticated")
        self.assertIn("SESSION_ELSEWHERE", self.log())

    def test_stolen_token_ends_its_session_at_the_other_door_as_well(self):
        program = self.signed_in_through(self.program())
        self.assert_problem(self.with_certificate(letters(), program.session).get("/v1/session"),
                            401, "unauthenticated")
        self.assert_problem(program.get("/v1/session"), 401, "unauthenticated")

    def test_suspended_program_is_out_at_once_and_its_streams_end(self):
        program, other = self.signed_in_through(self.program()), self.program()
        stream = self.closed_later(
            Stream(program, program.get("/v1/events/poll").json["next_cursor"]))
        self.assertEqual(stream.answer.status, 200)
        self.instance.ctl("client", "suspend", program.name)
        stream.read_to_its_end()
        self.assert_problem(program.get("/v1/client"), *REFUSED)
        self.assert_problem(program.get("/v1/session"), *REFUSED)
        self.assert_admitted(other)
        self.instance.ctl("client", "resume", program.name)
        self.assertEqual(program.get("/v1/session").status, 200)
        self.instance.ctl("client", "revoke", program.name)
        self.assert_problem(program.get("/v1/client"), *REFUSED)

    def test_next_key_takes_over_when_it_has_signed_a_request(self):
        program = self.program()
        path, request = self.key_of_openssl()
        renewed = program.post("/v1/client/certificate", {"certificate_request": request})
        self.assertEqual(renewed.status, 200, renewed.body)
        self.assert_admitted(program)
        self.assert_admitted(self.signing(path))
        self.assert_problem(program.get("/v1/client"), *REFUSED)


class Proofs(BehindAProxy):
    """What is signed, for what, by whom and how often."""

    def test_who_signs_nothing_gets_no_answer(self):
        before = self.anna.metric("requests_refused_total")
        for method, path in (("GET", "/v1/client"), ("GET", "/v1/conversations"),
                             ("POST", "/v1/sessions"), ("GET", "/v1/openapi.json"),
                             ("GET", "/no/such/path"), ("DELETE", "/v1/session")):
            with self.subTest(path):
                self.assert_problem(self.stranger().request(method, path), *REFUSED)
        self.assertEqual(self.anna.metric("requests_refused_total"), before + 6)

    def test_certificate_and_token_do_not_come_through(self):
        program = self.signed_in_through(self.program())
        client = self.stranger(
            tls=lambda: self.instance.tls_with(*self.instance.add_client(program.name)))
        self.assert_problem(client.get("/v1/client"), *REFUSED)
        for scheme in ("Bearer", "DPoP"):
            with self.subTest(scheme):
                self.assert_problem(client.get("/v1/session", headers={
                    "Authorization": f"{scheme} {program.session}"}), *REFUSED)
        self.assertEqual(program.get("/v1/session").status, 200)

    def test_first_request_is_told_a_nonce(self):
        program = self.program()
        first = program.once("GET", "/v1/client", headers=program.fields("GET", "/v1/client"))
        self.assert_problem(first, 401, "use_dpop_nonce")
        self.assertRegex(first.headers["WWW-Authenticate"], r'^DPoP .*algs="ES256"')
        self.assertTrue(first.headers["DPoP-Nonce"])
        self.assertEqual(program.once("GET", "/v1/client", headers=program.fields(
            "GET", "/v1/client")).status, 200)
        made_up = program.fields("GET", "/v1/client", nonce=secrets.token_urlsafe(32))
        self.assert_problem(program.once("GET", "/v1/client", headers=made_up), 401,
                            "use_dpop_nonce")

    def test_key_that_nobody_approved_signs_in_vain(self):
        unknown = self.signing(self.key_of_openssl()[0])
        self.assert_problem(unknown.get("/v1/client"), *REFUSED)
        unknown.session = self.signed_in_through(self.program()).session
        self.assert_problem(unknown.get("/v1/session"), *REFUSED)

    def test_captured_request_is_nothing_to_whoever_sends_it_again(self):
        program = self.program()
        self.assert_admitted(program)
        captured = self.captured(program, "GET", "/v1/client")
        self.assertEqual(self.sent(captured).status, 200)
        for _ in range(2):
            again = self.sent(captured)
            self.assert_problem(again, *NO_PROOF_OF_THIS)
            self.assertIn("invalid_dpop_proof", again.headers["WWW-Authenticate"])
        self.assert_admitted(program)

    def test_captured_reply_goes_out_once(self):
        conversation = self.conversation_with(self.customer("4915112370011"))
        program = self.signed_in_through(self.program())
        path, text = f"/v1/conversations/{conversation}/messages", letters()
        captured = self.captured(program, "POST", path, json.dumps(
            {"type": "text", "text": {"body": text}}).encode())
        accepted = self.sent(captured)
        self.assertEqual(accepted.status, 202, accepted.body)
        self.assert_problem(self.sent(captured), *NO_PROOF_OF_THIS)
        # Nor does it carry another one: the proof has been there already.
        self.assert_problem(self.sent(captured.replace(text.encode(), letters().encode())),
                            *NO_PROOF_OF_THIS)
        self.status_becomes(conversation, json.loads(accepted.body)["id"], "delivered", "read")
        self.assertEqual(self.texts(conversation), ["Hello.", text])

    def test_captured_request_is_nothing_at_the_daemon_itself(self):
        program = self.signed_in_through(self.program())
        fields = program.fields("GET", "/v1/session")
        self.assert_problem(self.without_certificate().get("/v1/session", headers=fields), *REFUSED)
        # Which was none of the program's uses of it.
        self.assertEqual(program.once("GET", "/v1/session", headers=fields).status, 200)

    def test_captured_request_is_nothing_after_a_restart(self):
        """What came before is forgotten then, and so is the nonce in it."""
        program = self.program()
        self.assert_admitted(program)
        captured = self.captured(program, "GET", "/v1/client")
        self.assertEqual(self.sent(captured).status, 200)
        self.assertEqual(self.instance.stop_daemon(), 0)
        self.instance.start_daemon()
        self.assert_problem(self.sent(captured), 401, "use_dpop_nonce")
        self.assert_admitted(program)

    def test_of_copies_that_come_at_the_same_time_one_is_taken(self):
        program, copies = self.program(), 8
        self.assert_admitted(program)
        captured, together = self.captured(program, "GET", "/v1/client"), threading.Barrier(copies)
        with concurrent.futures.ThreadPoolExecutor(copies) as pool:
            answers = list(pool.map(lambda _: self.sent(captured, lambda: together.wait(20)),
                                    range(copies)))
        self.assertEqual(sorted(one.status for one in answers), [200] + [401] * (copies - 1))

    def test_proof_is_for_one_method_and_one_address(self):
        program = self.signed_in_through(self.program())
        api = f"https://localhost:{self.instance.api_port}"
        for method, path, proof in (
                ("GET", "/v1/session", program.proof("GET", "/v1/client")),
                ("DELETE", "/v1/session", program.proof("GET", "/v1/session")),
                ("GET", "/v1/session", program.proof("GET", "/v1/session/")),
                ("GET", "/v1/session", program.proof("GET", "/v1/session", htm="get")),
                ("GET", "/v1/session", program.proof("GET", "/v1/session", htu="/v1/session")),
                ("GET", "/v1/session", program.proof("GET", "/v1/session",
                                                     htu=api + "/v1/session")),
                ("GET", "/v1/session", program.proof("GET", "/v1/session", htu=self.here())),
                ("GET", "/no/such/path", program.proof("GET", "/v1/session"))):
            with self.subTest(method=method, path=path, proof=proof):
                fields = {**program.fields(method, path), "DPoP": proof}
                self.assert_problem(program.once(method, path, headers=fields), *NO_PROOF_OF_THIS)
        self.assertEqual(program.get("/v1/session").status, 200)

    def here(self):
        """The address that the request goes to, which is not what the API is known by."""
        return f"https://127.0.0.1:{self.proxy.port}/v1/session"

    def test_proof_names_the_token_that_comes_with_it(self):
        program = self.signed_in_through(self.program())
        other = self.signed_in_through(self.program())
        for name, ath in (("none", None), ("another one's", hash_of(other.session)),
                          ("nonsense", "x"), ("itself", program.session)):
            with self.subTest(name):
                fields = program.fields("GET", "/v1/session", ath=ath)
                self.assert_problem(program.once("GET", "/v1/session", headers=fields),
                                    *NO_PROOF_OF_THIS)
        # Whoever holds another program's proof puts no token of their own to it.
        fields = {**program.fields("GET", "/v1/session"),
                  "Authorization": "DPoP " + other.session}
        self.assert_problem(program.once("GET", "/v1/session", headers=fields), *NO_PROOF_OF_THIS)
        for one in (program, other):
            self.assertEqual(one.get("/v1/session").status, 200)

    def test_token_of_a_program_that_signs_is_no_bearers(self):
        program = self.signed_in_through(self.program())
        for changes in ({}, {"ath": None}):
            with self.subTest(changes):
                fields = {**program.fields("GET", "/v1/session", **changes),
                          "Authorization": "Bearer " + program.session}
                self.assert_problem(program.once("GET", "/v1/session", headers=fields), 401,
                                    "unauthenticated")
        self.assertEqual(program.get("/v1/session").status, 200)

    def test_what_is_no_proof_opens_nothing(self):
        program = self.program()
        self.assert_admitted(program)
        other, _ = self.key_of_openssl()
        good = program.proof("GET", "/v1/client")
        header, claims, signature = good.split(".")
        unsigned = base64url(json.dumps({"typ": "dpop+jwt", "alg": "none",
                                         "jwk": program.key.jwk}).encode())
        for name, proof in (
                ("signed by another key", program.proof("GET", "/v1/client", signer=Key(other))),
                ("signed by nobody", f"{unsigned}.{claims}."),
                ("without its signature", f"{header}.{claims}."),
                ("with the signature of another", program.proof("GET", "/v1/client").rpartition(
                    ".")[0] + "." + signature),
                ("a word", "proof"), ("nothing", ""), ("without a jti", program.proof(
                    "GET", "/v1/client", jti=None)), ("too long", program.proof(
                        "GET", "/v1/client", more="x" * 2048))):
            with self.subTest(name):
                self.assert_problem(program.once("GET", "/v1/client", headers={"DPoP": proof}),
                                    *NO_PROOF_OF_THIS)
        # Two of them are two readings of one request.
        twice = self.captured(program, "GET", "/v1/client", dpop=good)
        self.assertEqual(self.sent(twice).status, 400)
        self.assert_admitted(program, headers={"DPoP": good})


class Addresses(BehindAProxy):
    """Who and where somebody is that writes into the fields of a proxy."""
    settings = {"login.max_failures": 4, "login.refusal_milliseconds": 0}

    def test_fields_that_other_servers_believe_gain_nothing(self):
        key, certificate = self.instance.add_client("desk")
        desk = self.assert_admitted(self.with_certificate("desk"))
        der = ssl.PEM_cert_to_DER_cert(certificate.read_text())
        digest, escaped = hashlib.sha256(der).hexdigest(), urllib.parse.quote(certificate.read_text())
        program = self.program()
        itself = self.assert_admitted(program)
        for fields in (
                {"X-SSL-Client-Verify": "SUCCESS", "X-SSL-Client-Cert": escaped},
                {"X-SSL-Cert": escaped, "X-Client-Cert": der.hex()},
                {"SSL-Client-Cert": escaped, "SSL-Client-Verify": "SUCCESS"},
                {"Client-Cert": f":{base64.b64encode(der).decode()}:"},
                {"X-Forwarded-Client-Cert": f'Hash={digest};Cert="{escaped}";URI=urn:leadkeep:'
                                            f'client:{desk}'},
                {"X-SSL-Client-Fingerprint": Key(key).fingerprint, "X-SSL-Client-S-DN": "CN=desk"},
                {"X-Amzn-Mtls-Clientcert": escaped, "X-ARR-ClientCert": escaped},
                {"Forwarded": "for=127.0.0.1;by=127.0.0.2;proto=https"},
                {"X-Real-IP": "127.0.0.1", "X-Forwarded-For": "127.0.0.1"},
                {"X-Forwarded-User": "root", "X-Remote-User": "root", "Remote-User": "root"},
                {"X-Forwarded-Host": "localhost", "X-Original-URL": "/healthz"}):
            with self.subTest(sorted(fields)):
                self.assert_problem(self.stranger().get("/v1/client", headers=fields), *REFUSED)
                # Nor does one that is known become another one by it.
                self.assertEqual(self.assert_admitted(program, headers=fields), itself)
                self.assert_problem(self.without_certificate().get("/v1/client", headers=fields),
                                    *REFUSED)

    def test_program_comes_from_where_it_comes_to_the_proxy(self):
        name, options = letters(), ("--network", "10.1.0.0/16", "--network", "192.0.2.7")
        for source, status in (("10.1.2.3", 200), ("192.0.2.7", 200), ("10.2.0.1", 403),
                               ("192.0.2.8", 403), (None, 403)):
            with self.subTest(source):
                program = self.program(source, name, options=options)
                self.assertEqual(program.get("/v1/client").status, status)

    def test_who_writes_where_it_comes_from_is_still_where_it_is(self):
        name, options = letters(), ("--network", "10.1.0.0/16")
        near = self.program("10.1.2.3", name, options=options)
        far = self.program("192.0.2.1", name, options=options)
        for fields in ({"X-Forwarded-For": "10.1.2.3"}, {"X-Forwarded-For": "10.1.2.3, 10.1.2.3"},
                       {"X-Forwarded-For": "10.1.2.3,"}, {"X-Forwarded-For": ""},
                       {"X-Forwarded-For": ", ".join(["10.1.2.3"] * 200)},
                       {"X-Real-IP": "10.1.2.3", "Forwarded": "for=10.1.2.3"},
                       {"X-Client-IP": "10.1.2.3", "True-Client-IP": "10.1.2.3"},
                       {"Connection": "close, X-Forwarded-For"}):
            with self.subTest(fields):
                self.assert_problem(far.get("/v1/client", headers=fields), *REFUSED)
        for elsewhere in ("192.0.2.1", "192.0.2.200", "nowhere"):  # the second one is a proxy's
            with self.subTest(elsewhere):
                self.assert_admitted(near, headers={"X-Forwarded-For": elsewhere})

    def test_who_is_no_proxy_is_not_believed(self):
        here, far = letters(), letters()
        self.instance.add_client(here, options=("--network", "127.0.0.1"))
        self.instance.add_client(far, options=("--network", "10.1.0.0/16"))
        self.assert_admitted(self.with_certificate(here), headers={"X-Forwarded-For": "192.0.2.1"})
        self.assert_problem(self.with_certificate(far).get("/v1/client", headers={
            "X-Forwarded-For": "10.1.2.3"}), *REFUSED)
        for path in ("/metrics", "/healthz", "/readyz"):
            with self.subTest(path):
                self.assertEqual(self.without_certificate().get(path, headers={
                    "X-Forwarded-For": "192.0.2.1"}).status, 200)

    def test_figures_are_for_the_local_network_and_the_proxy_being_local_opens_none(self):
        for path in ("/metrics", "/healthz", "/readyz"):
            for fields in ({}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Real-IP": "127.0.0.1"},
                           {"Host": "localhost"}):
                with self.subTest(path=path, fields=fields):
                    self.assert_problem(self.stranger("192.0.2.1").get(path, headers=fields), 403,
                                        "forbidden")
            self.assert_problem(self.program("192.0.2.1").get(path), 403, "forbidden")
            for source in (None, "10.1.2.3"):
                with self.subTest(path=path, source=source):
                    self.assertEqual(self.stranger(source).get(path).status, 200)

    def test_proxy_that_says_of_nobody_where_they_are_opens_nothing_local(self):
        silent = self.without_certificate()
        silent.connection = silent._connect()
        silent.connection.source_address = (PROXY_ADDRESS, 0)
        self.assert_problem(silent.get("/metrics"), 403, "forbidden")

    def test_agent_sees_where_a_session_was_opened(self):
        program = self.signed_in_through(self.program("192.0.2.9"))
        opened = next(one for one in self.every("/v1/sessions", program) if one["current"])
        self.assertEqual(opened["source"], "192.0.2.9")

    def test_guesses_are_counted_where_they_come_from(self):
        def guess(program, number):
            return program.post("/v1/sessions", {"username": letters(), "password": letters()},
                                headers={"X-Forwarded-For": f"10.9.9.{number}"}).status
        name = letters()
        guesser = self.program("192.0.2.66", name)
        self.assertEqual([guess(guesser, number) for number in range(5)], [401] * 4 + [429])
        # Everybody else who comes by way of the proxy goes on.
        self.signed_in_through(self.program("192.0.2.67", name))


class BesidePages(BehindAProxy):
    """Where pages need no certificate, a program is none of them."""
    browser_certificate = "not_required"

    def test_program_signs_as_it_does_elsewhere(self):
        program = self.signed_in_through(self.program())
        self.assertEqual(program.get("/v1/session").status, 200)
        self.assertIsNotNone(self.assert_admitted(program))

    def test_program_that_is_out_is_not_taken_for_a_page(self):
        program = self.program()
        self.assert_admitted(program)
        self.instance.ctl("client", "suspend", program.name)
        for one in (program, self.signing(self.key_of_openssl()[0])):
            self.assert_problem(one.get("/v1/client"), *REFUSED)
            self.assert_problem(one.post("/v1/sessions", {
                "username": "anna", "password": self.instance.passwords["anna"]}), *REFUSED)

    def test_token_alone_is_nothing(self):
        program = self.signed_in_through(self.program())
        for fields in ({"Authorization": "Bearer " + program.session},
                       {"Authorization": "DPoP " + program.session},
                       {**program.fields("GET", "/v1/client"),
                        "Authorization": "DPoP " + program.session}):
            with self.subTest(sorted(fields)):
                self.assert_problem(self.stranger().get("/v1/session", headers=fields), *REFUSED)
        self.assertEqual(program.get("/v1/session").status, 200)


class Settings(unittest.TestCase):
    """What the operator can get wrong."""

    @classmethod
    def setUpClass(cls):
        cls.instance = functional.make_instance("proxy-settings")
        cls.addClassCleanup(cls.instance.stop)
        cls.instance.make()
        cls.instance.write_config()

    def refuse(self, code, networks, origin, *naming):
        done = run_daemon(self.instance, "--config", self.instance.config,
                          f"--api.proxy_networks={networks}", f"--api.proxy_origin={origin}")
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, said)
        for word in naming:
            self.assertIn(word, said)

    def test_one_without_the_other_is_refused(self):
        both = ("api.proxy_networks", "api.proxy_origin")
        self.refuse(USAGE, "10.1.0.0/16", "", *both)
        self.refuse(USAGE, "", ORIGIN, *both)

    def test_network_that_is_none_is_refused(self):
        for text in ("everywhere", "10.1.0.0/16,,10.2.0.0/16", "10.1.0.0/16 10.2.0.0/16",
                     "proxy.example"):
            with self.subTest(text):
                self.refuse(USAGE, text, ORIGIN, "api.proxy_networks", "networks such as")
        for text in ("10.1.0.0/33", "10.1.2.3/16", "10.1.0.0/", "/16", "10.1.0", "1.2.3.4:80",
                     "10.1.0.0/16/8", "fd00::/129", "127.0.0.1, 999.1.1.1"):
            with self.subTest(text):
                self.refuse(USAGE, text, ORIGIN, "api.proxy_networks", "networks such as")

    def test_origin_that_is_none_is_refused(self):
        for text in ("api.example", "http://api.example", "https://api.example/",
                     "https://api.example/v1", "https://"):
            with self.subTest(text):
                self.refuse(USAGE, "10.1.0.0/16", text, "api.proxy_origin", "https://host")

    def test_pages_and_programs_have_different_addresses(self):
        self.refuse(USAGE, "10.1.0.0/16", f"https://localhost:{self.instance.api_port}",
                    "api.proxy_origin", "browser.origin")

    def test_several_networks_are_taken(self):
        self.instance.start_daemon("--api.proxy_networks=10.1.0.0/16, 127.0.0.2,fd00::/8",
                                   f"--api.proxy_origin={ORIGIN}")
        try:
            self.assertEqual(self.instance.api().get("/readyz").status, 200)
        finally:
            self.assertEqual(self.instance.stop_daemon(), 0)


if __name__ == "__main__":
    functional.main()
