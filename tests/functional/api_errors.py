"""What the API answers to everything that is not right, and what it never says."""
import base64
import json
import socket
import ssl

import functional

NUMBER, NAME = "4915112340987", "Philippa Quantz"
TEXT = "Call me on 0151 12340987 or write to philippa@example.org"
ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


class Errors(functional.FunctionalTest):
    agents = (("anna", "agent"), ("bert", "agent"), ("sofia", "supervisor"), ("root", "admin"))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = cls.signed_in("root")
        cls.whatsapp.post("/customers", {"wa_id": NUMBER, "name": NAME})
        said = cls.whatsapp.post("/say", {"customer": NUMBER, "text": TEXT}).json
        cls.wamid = said["wamid"]
        item = cls.anna.get("/v1/conversations").json["items"][0]
        cls.conversation, cls.lead = item["id"], item["lead"]["id"]
        cls.path = f"/v1/conversations/{cls.conversation}"

    def ask(self, method, path, body=None, client=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return (client or self.anna).request(method, path, body=body, headers=headers)

    def etag(self):
        return self.ask("GET", self.path).headers["ETag"]

    # -- who -----------------------------------------------------------------------------------

    def test_no_token_or_a_wrong_one(self):
        nobody = self.instance.api()
        right = self.anna.token
        another = "y" if right[0] == "x" else "x"
        for value in (None, "", "Bearer", "Bearer ", right, "Basic " + right,
                      "Bearer " + right[:-1], "Bearer " + right + "A", "Bearer " + another + right[1:],
                      "Bearer " + "A" * 5000, "Bearer " + right.swapcase(), "Bearer \u00e9"):
            with self.subTest(value=str(value)[:20]):
                headers = {} if value is None else {"Authorization": value}
                answer = nobody.get("/v1/conversations", headers=headers)
                self.assert_problem(answer, 401, "unauthenticated")
                self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")

    def test_stranger_learns_nothing_about_what_exists(self):
        nobody = self.instance.api()
        answers = {nobody.get(path).body for path in
                   (self.path, f"/v1/conversations/conv_{ULID}", f"/v1/leads/{self.lead}")}
        self.assertEqual(len(answers), 1)

    def test_sign_out_ends_the_session(self):
        client = self.signed_in("bert")
        self.assertEqual(client.get("/v1/session").json["agent"]["username"], "bert")
        self.assertEqual(client.request("DELETE", "/v1/session").status, 204)
        self.assert_problem(client.get("/v1/session"), 401, "unauthenticated")
        self.assert_problem(client.request("DELETE", "/v1/session"), 401, "unauthenticated")

    def test_one_more_session_ends_the_oldest(self):
        clients = [self.signed_in("bert") for _ in range(6)]
        self.assert_problem(clients[0].get("/v1/session"), 401, "unauthenticated")
        for client in clients[1:]:
            self.assertEqual(client.get("/v1/session").status, 200)

    def test_disabled_agent_is_out_at_once(self):
        client = self.signed_in("sofia")
        self.instance.ctl("agents", "disable", "sofia")
        self.assert_problem(client.get("/v1/session"), 401, "unauthenticated")
        refused = self.instance.api().post("/v1/sessions", {
            "username": "sofia", "password": self.instance.passwords["sofia"]})
        self.assert_problem(refused, 401, "unauthenticated")
        self.instance.ctl("agents", "enable", "sofia")
        self.assertEqual(self.signed_in("sofia").get("/v1/session").status, 200)
        self.assert_problem(client.get("/v1/session"), 401, "unauthenticated")

    def test_administrator_sees_no_conversation(self):
        for method, path, body in (
                ("GET", "/v1/conversations", None), ("GET", self.path, None),
                ("GET", self.path + "/messages", None), ("GET", "/v1/events", None),
                ("GET", f"/v1/leads/{self.lead}", None),
                ("GET", f"/v1/leads/{self.lead}/consents", None),
                ("GET", f"/v1/conversations/conv_{ULID}", None),
                ("POST", self.path + "/messages", {"type": "text", "text": {"body": "x"}}),
                ("POST", self.path + "/notes", {"text": {"body": "x"}}),
                ("PATCH", self.path, {"status": "closed"})):
            with self.subTest(f"{method} {path}"):
                self.assert_problem(self.ask(method, path, body, self.root), 403, "forbidden")

    def test_agent_manages_nobody(self):
        for method, path, body in (
                ("GET", "/v1/admin/agents", None), ("POST", "/v1/admin/agents", {}),
                ("POST", "/v1/admin/agents/disable", {"username": "root"}),
                ("POST", "/v1/admin/agents/enable", {"username": "root"})):
            with self.subTest(f"{method} {path}"):
                self.assert_problem(self.ask(method, path, body), 403, "forbidden")

    # -- where ---------------------------------------------------------------------------------

    def test_unknown_addresses(self):
        for path in ("/", "/v1", "/v1/", "/v2/conversations", "/v1/conversations/",
                     self.path + "/", self.path + "/messages/x", "/v1//conversations",
                     "/V1/conversations", "/webhooks/whatsapp", "/status", "/agents",
                     "/store/verify", "/v1/conversations/../session", "/v1/session%2F"):
            with self.subTest(path):
                answer = self.ask("GET", path)
                self.assertIn((answer.status, answer.json["code"]),
                              ((404, "not_found"), (400, "invalid_request")))

    def test_unknown_and_malformed_ids(self):
        for name in (f"conv_{ULID}", "conv_", "conv_x", ULID, "x" * 300, "conv_" + "%00" * 26,
                     "conv_" + ULID.lower(), self.lead, self.conversation + "0",
                     self.conversation[:-1], "conv_8" + ULID[1:], "..", "'%20OR%201=1"):
            for tail in ("", "/messages"):
                with self.subTest(name=name[:40], tail=tail):
                    answer = self.ask("GET", f"/v1/conversations/{name}{tail}")
                    self.assertIn(answer.status, (404, 400), answer.body)

    def test_other_methods(self):
        for method, path, allowed in (("DELETE", "/v1/conversations", {"GET"}),
                                      ("PUT", self.path, {"GET", "PATCH"}),
                                      ("PATCH", "/v1/sessions", {"GET", "POST", "DELETE"}),
                                      ("POST", "/v1/session", {"GET", "DELETE"})):
            with self.subTest(f"{method} {path}"):
                answer = self.ask(method, path)
                self.assert_problem(answer, 405, "invalid_request")
                self.assertEqual(set(answer.headers["Allow"].split(", ")), allowed)

    # -- what ----------------------------------------------------------------------------------

    def test_bodies_that_are_not_taken(self):
        right = {"type": "text", "text": {"body": "Hello."}}
        for name, body in {
                "unknown member": {**right, "x": 1}, "unknown inner member":
                    {"type": "text", "text": {"body": "x", "preview_url": True}},
                "no type": {"text": {"body": "x"}}, "no text": {"type": "text"},
                "other type": {"type": "image", "text": {"body": "x"}},
                "type is a number": {**right, "type": 1}, "text is a string":
                    {"type": "text", "text": "x"}, "body is null":
                    {"type": "text", "text": {"body": None}},
                "body is a list": {"type": "text", "text": {"body": ["x"]}},
                "empty": {"type": "text", "text": {"body": ""}},
                "blank": {"type": "text", "text": {"body": " \n\t "}},
                "a control character": {"type": "text", "text": {"body": "a\u0000b"}},
                "4,097 characters": {"type": "text", "text": {"body": "ä" * 4097}},
                "a list": [right], "null": None,
                "no json": b"type=text", "empty body": b"", "truncated": b'{"type":"text"',
                "twice": json.dumps(right).encode() * 2, "a comment": b'{/**/"type":"text"}',
                "invalid UTF-8": b'{"type":"text","text":{"body":"\xff"}}',
                "nan": b'{"type":NaN}', "deep": b"[" * 5000 + b"]" * 5000}.items():
            with self.subTest(name):
                data = json.dumps(body).encode() if not isinstance(body, bytes) else body
                answer = self.ask("POST", self.path + "/messages", data)
                self.assert_problem(answer, 400, "invalid_request")
        self.assertEqual([m["direction"] for m in self.messages(self.conversation)
                          if m["direction"] == "outbound"], [])

    def test_longest_text_is_taken(self):
        customer = self.customer("4915112349999")
        conversation = self.conversation_with(customer)
        for text in ("ä" * 4096, "👋" * 4096):
            self.assertEqual(self.send(conversation, text).status, 202)

    def test_body_over_the_bound(self):
        for path, size in (("/v1/sessions", 5_000), (self.path + "/messages", 70_000),
                           (self.path + "/notes", 70_000)):
            with self.subTest(path):
                self.assert_problem(self.ask("POST", path, b" " * size), 413, "too_large")

    def test_other_content_types(self):
        body = b'{"type":"text","text":{"body":"x"}}'
        for kind in ("text/plain", "application/x-www-form-urlencoded", "", "application/jsonx",
                     "multipart/form-data; boundary=x"):
            with self.subTest(kind):
                answer = self.ask("POST", self.path + "/messages", body, Content_Type=kind)
                self.assert_problem(answer, 415, "invalid_request")

    def test_query_parameters(self):
        for query in ("limit=0", "limit=101", "limit=-1", "limit=x", "limit=1&limit=2",
                      "status=gone", "assignee=somebody", "unknown=1", "cursor=x", "cursor=%00",
                      "cursor=" + "A" * 600, "status=open%", "limit=1%20",
                      "cursor=" + base64.urlsafe_b64encode(b"\xff" * 24).decode()):
            with self.subTest(query):
                answer = self.ask("GET", "/v1/conversations?" + query)
                self.assert_problem(answer, 400, "invalid_request")

    def test_cursor_of_another_list(self):
        customer = self.customer("4915112348888")
        for n in range(3):
            other = self.conversation_with(customer, f"text {n}x")
        cursor = self.get(f"/v1/conversations/{other}/messages?limit=1")["next_cursor"]
        for path in (f"{self.path}/messages", "/v1/conversations"):
            answer = self.ask("GET", f"{path}?cursor={cursor}")
            self.assert_problem(answer, 400, "invalid_request")

    # -- once, and in order --------------------------------------------------------------------

    def test_repeated_request_has_one_effect(self):
        customer = self.customer("4915112347777")
        conversation = self.conversation_with(customer)
        first = self.send(conversation, "Once.", key="key-1")
        again = [self.send(conversation, "Once.", key="key-1") for _ in range(3)]
        self.assertEqual({a.json["id"] for a in again}, {first.json["id"]})
        self.assertEqual({a.status for a in again}, {202})
        self.assert_problem(self.send(conversation, "Other.", key="key-1"), 422,
                            "idempotency_key_reused")
        self.assert_problem(self.send(self.conversation, "Once.", key="key-1"), 422,
                            "idempotency_key_reused")
        bert = self.signed_in("bert")
        self.assertEqual(self.send(conversation, "Mine.", client=bert, key="key-1").status, 202)
        self.status_becomes(conversation, first.json["id"], "delivered", "read")
        self.assertEqual([o["text"] for o in self.outbound()].count("Once."), 1)

    def test_keys_that_are_none(self):
        for key in ("", " ", "a b", "x" * 256, "ä"):
            with self.subTest(key[:5]):
                answer = self.ask("POST", self.path + "/messages",
                                  {"type": "text", "text": {"body": "x"}},
                                  Idempotency_Key=key.encode())
                self.assert_problem(answer, 400, "invalid_request")

    def test_change_needs_the_version(self):
        self.assert_problem(self.ask("PATCH", self.path, {"tags": []}), 428,
                            "precondition_required")
        tag = self.etag()
        self.assertEqual(self.ask("PATCH", self.path, {"tags": ["a"]}, If_Match=tag).status, 200)
        self.assert_problem(self.ask("PATCH", self.path, {"tags": ["b"]}, If_Match=tag), 412,
                            "precondition_failed")
        self.assertEqual(self.get(self.path)["tags"], ["a"])
        for wrong in ("*", "1", '"x"', '""', 'W/"1"', '"1", "2"', '"-1"', '"' + "9" * 30 + '"'):
            with self.subTest(wrong):
                answer = self.ask("PATCH", self.path, {"tags": ["b"]}, If_Match=wrong)
                self.assertIn(answer.status, (400, 412))

    def test_changes_that_are_not_taken(self):
        for body in ({"status": "gone"}, {"status": None}, {"status": 1}, {"assignee": "anna"},
                     {"assignee": 1}, {"tags": "a"}, {"tags": [1]}, {"tags": [""]},
                     {"tags": ["x" * 65]}, {"tags": ["a"] * 21}, {"tags": ["a\nb"]},
                     {"version": 1}, {"lead": {}}):
            with self.subTest(body=str(body)[:40]):
                answer = self.ask("PATCH", self.path, body, If_Match=self.etag())
                self.assert_problem(answer, 400, "invalid_request")

    def test_account_that_exists(self):
        account = {"username": "anna", "display_name": "Another Anna", "roles": ["agent"],
                   "password": "correct horse battery"}
        answer = self.ask("POST", "/v1/admin/agents", account, self.root)
        self.assert_problem(answer, 409, "conflict")
        easy = self.ask("POST", "/v1/admin/agents",
                        {**account, "username": "carla", "password": "short"}, self.root)
        self.assert_problem(easy, 400, "password_too_easy")
        for change in ({"roles": ["king"]}, {"roles": []}, {"username": ""}, {"username": "a b"}):
            with self.subTest(change=change):
                answer = self.ask("POST", "/v1/admin/agents",
                                  {**account, "username": "carla", **change}, self.root)
                self.assert_problem(answer, 400, "invalid_request")

    # -- the wire ------------------------------------------------------------------------------

    def raw(self, data):
        context = self.instance.tls()
        with socket.create_connection(("127.0.0.1", self.instance.api_port), 10) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as wire:
                wire.sendall(data)
                try:
                    return wire.recv(4096)
                except OSError:
                    return b""

    def test_requests_that_are_no_http(self):
        for data in (b"\r\n\r\n", b"GET\r\n\r\n", b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
                     b"GET /healthz HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\r\n\r\n",
                     b"GET /healthz HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n",
                     b"GET /healthz HTTP/1.1\r\nHost: x\r\n folded: 1\r\n\r\n",
                     b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 2\r\n\r\n",
                     b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                     b"GET http://other/healthz HTTP/1.1\r\nHost: x\r\n\r\n",
                     b"GET /health\x00z HTTP/1.1\r\nHost: x\r\n\r\n",
                     b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
                     b"Transfer-Encoding: chunked\r\n\r\n"):
            with self.subTest(data=data[:40]):
                self.assertRegex(self.raw(data)[:13], rb"^(HTTP/1.1 40[04])?")
                self.assertNotIn(b" 200 ", self.raw(data)[:20])

    def test_head_over_the_bound(self):
        answer = self.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000
                          + b"\r\n\r\n")
        self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 431"), answer[:60])

    def test_tls_below_the_minimum(self):
        old = self.instance.tls()
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with socket.create_connection(("127.0.0.1", self.instance.api_port), 10) as plain:
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                old.wrap_socket(plain, server_hostname="localhost")

    # -- what every answer has, and none ---------------------------------------------------------

    def walk(self):
        """Answers of every kind."""
        yield self.ask("GET", "/v1/conversations")
        yield self.ask("GET", self.path)
        yield self.ask("GET", self.path + "/messages")
        yield self.ask("GET", f"/v1/leads/{self.lead}")
        yield self.ask("GET", f"/v1/leads/{self.lead}/consents")
        yield self.ask("GET", "/v1/session")
        yield self.ask("GET", "/v1/agents")
        yield self.ask("GET", "/v1/openapi.json")
        yield self.ask("GET", "/metrics")
        yield self.ask("GET", "/readyz")
        yield self.ask("GET", "/healthz")
        yield self.ask("POST", self.path + "/notes", {"text": {"body": f"Number: {NUMBER}"}})
        yield self.ask("POST", self.path + "/messages",
                       {"type": "text", "text": {"body": "We call 0151 12340987."}})
        yield self.ask("GET", f"/v1/conversations/{NUMBER}")
        yield self.ask("GET", f"/v1/conversations?status={NUMBER}")
        yield self.ask("POST", self.path + "/messages", {NUMBER: NAME})
        yield self.ask("GET", "/v1/nothing/" + NUMBER)
        yield self.ask("GET", self.path, client=self.root)
        yield self.ask("GET", self.path, client=self.instance.api())

    def test_security_headers(self):
        for answer in self.walk():
            with self.subTest(status=answer.status, body=answer.body[:40]):
                self.assertEqual(answer.headers["Cache-Control"], "no-store")
                self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
                self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
                self.assertIn("max-age=", answer.headers["Strict-Transport-Security"])
                self.assertTrue(answer.headers["X-Request-Id"])
                self.assertNotIn("Server", answer.headers)
                self.assertNotIn("Access-Control-Allow-Origin", answer.headers)
                self.assertNotIn("Set-Cookie", answer.headers)

    def test_zz_no_answer_and_no_log_line_identifies_anybody(self):
        """An agent sees the name that the person chose to show; nobody else, and nothing more."""
        contact = ["wamid", NUMBER, NUMBER[2:], NUMBER[-8:], NUMBER[-7:], "philippa@",
                   "example.org", self.wamid, self.instance.passwords["anna"]]
        name = ["Philippa", "Quantz"]
        for answer in self.walk():
            body = answer.body.decode()
            if body.startswith('{"openapi"'):
                continue  # its examples are of nobody
            shown = body.replace(f'"display_name":"{NAME}"', "")
            with self.subTest(status=answer.status, body=body[:60]):
                for mark in contact + name:
                    self.assertNotIn(mark.lower(), (shown + str(answer.headers)).lower())
        log = self.log().lower()
        for mark in contact + name + [self.anna.token]:
            self.assertNotIn(mark.lower(), log)
        self.assertNotIn("HANDLER_THREW", self.log())
        self.assertNotIn("REQUEST_FAILED", self.log())
        self.assert_sound()


class Throttle(functional.FunctionalTest):
    settings = {"login.max_failures": 3}

    def test_guessing_is_stopped_for_known_and_unknown_accounts_alike(self):
        client = self.instance.api()
        # Its own log-in counts for nothing: it succeeded.
        answers = {}
        for username in ("anna", "nobody-of-that-name"):
            # Each round has a fresh daemon, as all attempts come from one address.
            self.instance.stop_daemon()
            self.instance.start_daemon()
            client.close()
            answers[username] = [client.post("/v1/sessions", {"username": username,
                                                              "password": "guess"})
                                 for _ in range(5)]
            self.assertEqual([a.status for a in answers[username]], [401] * 3 + [429] * 2)
            self.assert_problem(answers[username][-1], 429, "too_many_requests")
            self.assertTrue(answers[username][-1].headers["Retry-After"])
        for known, unknown in zip(*answers.values()):
            self.assertEqual(known.body, unknown.body)
        # The right password does not help either while it lasts.
        self.assert_problem(client.post("/v1/sessions", {
            "username": "anna", "password": self.instance.passwords["anna"]}), 429,
            "too_many_requests")


if __name__ == "__main__":
    functional.main()
