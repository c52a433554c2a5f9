"""Who is not WhatsApp gets nothing in, and what is wrong in one message harms no other."""
import base64
import functools
import hashlib
import hmac
import http.client
import json
import secrets
import socket
import ssl
import warnings

import functional

PATH = "/webhooks/whatsapp"
MAX_BYTES = 3_000_000
MAX_UPDATES = 1_000


class Refusals(functional.FunctionalTest):
    """The tests share an instance on purpose: the last look at the store is after all of them."""

    @classmethod
    def prepare(cls):
        cls.older_secret = secrets.token_hex(16)
        previous = cls.instance.folder / "previous-app-secret"
        previous.touch(mode=0o600)
        previous.write_text(cls.older_secret + "\n")
        cls.settings = {"whatsapp.previous_app_secret_file": previous}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secret = (cls.instance.folder / "app-secret").read_text().strip()
        cls.whatsapp.post("/customers", {"wa_id": "4915100000001", "name": "Forged Person"})
        cls.whatsapp.post("/customers", {"wa_id": "4915100000002", "name": "Real Person"})
        cls.tls = ssl.create_default_context(cafile=str(cls.instance.ca))

    # What must not be there after any of the tests.
    FORGED, REAL = "4915100000001", "4915100000002"

    def setUp(self):
        self.before = self.counted()

    def counted(self):
        figures = self.status()
        return {name: int(figures[name]) for name in ("leads", "conversations", "messages",
                                                      "deferred_webhooks")}

    def nothing_came_in(self):
        self.assertEqual(self.counted(), self.before)

    def connection(self):
        return http.client.HTTPSConnection("127.0.0.1", self.instance.webhook_port, timeout=20,
                                           context=self.tls)

    def request(self, method, path, body=None, headers=()):
        """Headers is a list of pairs, so that one may stand twice."""
        connection = self.connection()
        try:
            connection.putrequest(method, path)
            for name, value in headers:
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            try:
                connection.endheaders(body)
            except OSError:
                pass  # the daemon has seen enough; its answer is there all the same
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            connection.close()

    def signature(self, body, secret=None):
        return "sha256=" + hmac.new((secret or self.secret).encode(), body,
                                    hashlib.sha256).hexdigest()

    def post(self, body, *signatures):
        headers = [("Content-Type", "application/json")]
        headers += [("X-Hub-Signature-256", s) for s in signatures]
        return self.request("POST", PATH, body, headers)[0]

    def signed(self, body):
        return self.post(body, self.signature(body))

    def payload(self, *messages, number=None, **value):
        value = {"messaging_product": "whatsapp",
                 "metadata": {"display_phone_number": "493012345678",
                              "phone_number_id": number or "105512345678901"},
                 "messages": list(messages), **value}
        return {"object": "whatsapp_business_account",
                "entry": [{"id": "102290129340398",
                           "changes": [{"field": "messages", "value": value}]}]}

    def text(self, body, **fields):
        return {"from": self.REAL, "id": "wamid." + secrets.token_hex(12),
                "timestamp": "1790000000", "type": "text", "text": {"body": body}, **fields}

    # -- signatures ----------------------------------------------------------------------------

    def test_simulators_forgeries(self):
        for mode in ("wrong_signature", "missing_signature", "short_signature", "no_prefix",
                     "sha1_only", "body_changed"):
            with self.subTest(mode=mode):
                self.say(self.FORGED, "forged", expect=401, mode=mode)
        self.nothing_came_in()

    def test_signatures_of_every_wrong_form(self):
        body = json.dumps(self.payload(self.text("forged"))).encode()
        right = self.signature(body)
        digits = right.removeprefix("sha256=")
        for name, value in {
                "empty": "", "only the prefix": "sha256=", "one digit less": right[:-1],
                "one digit more": right + "0", "other algorithm": "sha1=" + digits,
                "upper-case prefix": "SHA256=" + digits,
                "other last digit": right[:-1] + ("0" if right[-1] != "0" else "1"),
                "no hex": "sha256=" + "g" * 64,
                "base64": "sha256=" + base64.b64encode(bytes.fromhex(digits)).decode(),
                "two in one field": right + ", " + right,
                "of an empty body": self.signature(b"")}.items():
            with self.subTest(name):
                self.assertEqual(self.post(body, value), 401)
        self.nothing_came_in()

    def test_signature_in_upper_case(self):
        """WhatsApp writes small hex digits; nobody needs a second form of the same signature."""
        body = json.dumps(self.payload(self.text("upper"))).encode()
        digits = self.signature(body).removeprefix("sha256=").upper()
        self.assertEqual(self.post(body, "sha256=" + digits), 401)
        self.nothing_came_in()

    def test_signature_twice(self):
        body = json.dumps(self.payload(self.text("twice"))).encode()
        right = self.signature(body)
        wrong = "sha256=" + "0" * 64
        for pair in ((right, wrong), (wrong, right), (right, right)):
            with self.subTest(pair=[s == right for s in pair]):
                self.assertIn(self.post(body, *pair), (400, 401))
        self.nothing_came_in()

    def test_refusal_does_not_tell_why(self):
        body = json.dumps(self.payload(self.text("forged"))).encode()
        answers = set()
        for signatures in ([], ["sha256="], ["sha256=" + "0" * 64], [self.signature(body)[:-2]]):
            _, said, _ = self.request("POST", PATH, body,
                                      [("X-Hub-Signature-256", s) for s in signatures])
            answers.add(said)
        self.assertEqual(len(answers), 1, answers)
        self.assertEqual(json.loads(answers.pop())["code"], "unauthenticated")

    def test_both_secrets_during_a_rotation(self):
        for secret in (self.secret, self.older_secret):
            body = json.dumps(self.payload(self.text("rotation"))).encode()
            self.assertEqual(self.post(body, self.signature(body, secret)), 200)
        self.assertEqual(self.counted()["messages"], self.before["messages"] + 2)
        body = json.dumps(self.payload(self.text("third"))).encode()
        self.assertEqual(self.post(body, self.signature(body, "a" * 32)), 401)

    # -- bodies --------------------------------------------------------------------------------

    def test_body_that_is_no_json_object(self):
        whole = json.dumps(self.payload(self.text("cut"))).encode()
        for name, body in {
                "truncated": whole[:-2], "half": whole[:len(whole) // 2], "empty": b"",
                "a list": b"[" + whole + b"]", "a string": b'"hello"', "two": whole + whole,
                "a nul": whole + b"\0", "no json": b"<html></html>",
                "invalid UTF-8": whole.replace(b"cut", b"c\xfft"),
                "overlong UTF-8": whole.replace(b"cut", b"c\xc0\xaf"),
                "half a surrogate as UTF-8": whole.replace(b"cut", b"\xed\xa0\x80"),
                "deep and cut off": b'{"entry":' * 5_000 + b"1" + b"}" * 4_999}.items():
            with self.subTest(name):
                self.assertEqual(self.signed(body), 400)
        self.nothing_came_in()

    def test_body_over_the_limit(self):
        body = json.dumps(self.payload(self.text("x"))).encode()
        body += b" " * (MAX_BYTES + 1 - len(body))
        self.assertEqual(len(body), 3_000_001)
        self.assertEqual(self.signed(body), 413)
        self.nothing_came_in()

    def test_body_of_the_limit(self):
        body = json.dumps(self.payload(self.text("just fits"))).encode()
        self.assertEqual(self.signed(body + b" " * (MAX_BYTES - len(body))), 200)
        self.assertEqual(self.counted()["messages"], self.before["messages"] + 1)

    def test_announced_length_over_the_limit_is_not_awaited(self):
        connection = self.connection()
        self.addCleanup(connection.close)
        connection.putrequest("POST", PATH)
        connection.putheader("Content-Length", str(10**12))
        connection.endheaders()
        self.assertEqual(connection.getresponse().status, 413)

    def test_chunks_over_the_limit(self):
        connection = self.connection()
        self.addCleanup(connection.close)
        connection.putrequest("POST", PATH)
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        try:
            for _ in range(MAX_BYTES // 0x10000 + 1):
                connection.send(chunk)
        except OSError:
            pass  # the daemon has read enough
        try:
            self.assertEqual(connection.getresponse().status, 413)
        except (ConnectionResetError, BrokenPipeError, ssl.SSLError):
            pass  # the answer is lost when the sender does not stop to read it
        self.nothing_came_in()

    def test_more_updates_than_the_limit(self):
        body = json.dumps(self.payload(*[self.text(str(n)) for n in range(MAX_UPDATES + 1)]))
        self.assertEqual(self.signed(body.encode()), 413)
        self.nothing_came_in()

    def test_length_and_chunks_together(self):
        body = json.dumps(self.payload(self.text("smuggled"))).encode()
        status, _, _ = self.request("POST", PATH, b"0\r\n\r\n" + body,
                                    [("Transfer-Encoding", "chunked"),
                                     ("X-Hub-Signature-256", self.signature(b""))])
        self.assertEqual(status, 400)
        self.nothing_came_in()

    # -- one bad message among good ones -------------------------------------------------------

    def test_wrong_types_in_one_message_harm_no_other(self):
        bad = [
            {}, 7, None, "message", [],
            {"from": 7, "id": {}, "timestamp": [], "type": 3, "text": "x"},
            {"from": {"a": 1}, "id": "wamid.bad", "type": "text", "text": {"body": "no sender"}},
            self.text(None), self.text(17), self.text(["x"]), self.text({}),
            {**self.text("x"), "text": 5}, {**self.text("x"), "text": []},
            {**self.text("x"), "timestamp": "tomorrow"}, {**self.text("x"), "timestamp": -1},
            {**self.text("x"), "timestamp": 10**30}, {**self.text("x"), "context": 9},
            {**self.text("x"), "type": "../../etc"}, {**self.text("x"), "type": "x" * 10_000},
            {**self.text("x"), "id": "w" * 100_000},
        ]
        for element in bad:
            mark = "good " + functional.letters()
            body = json.dumps(self.payload(self.text(mark + " a"), element,
                                           self.text(mark + " b"))).encode()
            with self.subTest(element=repr(element)[:60]):
                self.assertEqual(self.signed(body), 200)
                conversation = self.get("/v1/conversations")["items"][0]["id"]
                texts = self.texts(conversation)
                self.assertEqual([t for t in texts if t.startswith(mark)],
                                 [mark + " a", mark + " b"])

    def test_wrong_types_around_the_messages(self):
        for name, value in {
                "entry is nested too deeply": functools.reduce(
                    lambda inner, _: {"entry": inner}, range(900), 1),
                "entry is a number": {"entry": 5}, "entry is missing": {"object": "x"},
                "entry holds a number": {"entry": [5, None, "x", []]},
                "changes is an object": {"entry": [{"changes": {}}]},
                "value is a list": {"entry": [{"changes": [{"field": "messages", "value": []}]}]},
                "messages is an object": self.payload(messages={"a": 1}),
                "statuses of wrong types": self.payload(
                    messages=[], statuses=[1, {}, {"id": 5, "status": "read"},
                                           {"id": "wamid.x", "status": 9}]),
                "contacts is a string": self.payload(messages=[], contacts="x"),
                "another field": {"entry": [{"changes": [{"field": "history", "value": {
                    "messages": [self.text("old")]}}]}]}}.items():
            with self.subTest(name):
                self.assertEqual(self.signed(json.dumps(value).encode()), 200)
        self.nothing_came_in()

    def test_other_number_of_the_account(self):
        self.say(self.FORGED, "for another number", mode="foreign_number")
        self.nothing_came_in()

    def test_status_of_a_message_that_is_not_ours(self):
        body = self.payload(messages=[], statuses=[
            {"id": "wamid.unknown", "status": "read", "timestamp": "1790000000",
             "recipient_id": self.REAL, "biz_opaque_callback_data": "0" * 26},
            {"id": "wamid.unknown", "status": "delivered", "timestamp": "1790000000",
             "biz_opaque_callback_data": "not an id"}])
        self.assertEqual(self.signed(json.dumps(body).encode()), 200)
        self.nothing_came_in()

    # -- addresses and methods -----------------------------------------------------------------

    def test_unknown_addresses(self):
        for path in ("/", "/webhooks", "/webhooks/", "/webhooks/whatsapp/", "/webhooks/whatsapp/x",
                     "/v1/conversations", "/metrics", "/healthz", "//webhooks/whatsapp",
                     "/webhooks/../webhooks/whatsapp", "/webhooks/whatsap%70"):
            with self.subTest(path):
                self.assertIn(self.request("GET", path)[0], (400, 404))
        self.nothing_came_in()

    def test_other_methods(self):
        for method in ("PUT", "DELETE", "PATCH"):
            with self.subTest(method):
                status, _, headers = self.request(method, PATH)
                self.assertEqual(status, 405)
                self.assertEqual(set(headers["Allow"].split(", ")), {"GET", "POST"})

    # -- the challenge -------------------------------------------------------------------------

    def challenge(self, **fields):
        return self.simulate("/verify-webhook", fields)

    def test_challenge_is_echoed(self):
        self.assertTrue(self.challenge()["echoed"])
        status, body, headers = self.request(
            "GET", f"{PATH}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
            + (self.instance.folder / "verify-token").read_text().strip())
        self.assertEqual((status, body), (200, b"1158201444"))
        self.assertTrue(headers["Content-Type"].startswith("text/plain"))

    def test_challenge_is_refused(self):
        token = (self.instance.folder / "verify-token").read_text().strip()
        for name, fields in {
                "another token": {"token": "wrong"}, "an empty token": {"token": ""},
                "a shorter token": {"token": token[:-1]}, "a longer token": {"token": token + "0"},
                "another mode": {"mode": "unsubscribe"}, "an empty challenge": {"challenge": ""},
                "a script": {"challenge": "<script>alert(1)</script>"},
                "line ends": {"challenge": "1\r\nSet-Cookie: a=b"},
                "a long challenge": {"challenge": "1" * 300}}.items():
            with self.subTest(name):
                answer = self.challenge(**fields)
                self.assertEqual(answer["http_status"], 403, answer)
                self.assertFalse(answer["echoed"])
        self.assertEqual(self.request("GET", PATH)[0], 403)

    # -- the transport -------------------------------------------------------------------------

    def test_plain_http_and_old_tls(self):
        with socket.create_connection(("127.0.0.1", self.instance.webhook_port), 10) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            try:
                self.assertNotIn(b"HTTP/1.1", plain.recv(100))
            except ConnectionResetError:
                pass  # as good an answer
        old = ssl.create_default_context(cafile=str(self.instance.ca))
        old.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore"):  # Python knows as well that it is old
            old.minimum_version = ssl.TLSVersion.TLSv1
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_connection(("127.0.0.1", self.instance.webhook_port), 10) as raw:
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                old.wrap_socket(raw, server_hostname="localhost")

    def test_zz_after_all_of_it(self):
        """Runs last: the order is that of the names."""
        self.say(self.REAL, "Still here?")
        self.assert_sound()
        everything = json.dumps([self.messages(c["id"]) for c in self.every("/v1/conversations")])
        for mark in ("forged", "twice", "third", "cut", "smuggled", "for another number", "upper",
                     "no sender", "Forged"):
            self.assertNotIn(f'"{mark}', everything)
        self.assertIn("Still here?", everything)
        self.assertIsNone(self.instance.daemon.poll())
        for word in ("HANDLER_THREW", "REQUEST_FAILED", "WEBHOOK_DEFERRED", "CONNECTION_FAILED"):
            self.assertNotIn(word, self.log())


if __name__ == "__main__":
    functional.main()
