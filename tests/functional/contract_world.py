"""What the property run of the contract knows of a running instance, and learns from its answers: ids,
versions, passwords, tokens. What destroys is aimed at accounts and programs that were made for it.
"""
import collections
import hmac
import json
import re
import time

import functional
from contract import rights
from contract.marks import Marks, word
from contract.wire import Wire
from contract_leads import Leads
from contract_people import People

MOST_KEPT = 40
ACTS = ("read_lead", "revealed", "request", "log_in", "trail_read")
MOST_VERSIONS = 500


class World:
    def __init__(self, test, randomness):
        self.instance, self._random = test.instance, randomness
        self.marks = Marks()
        self._ids = collections.defaultdict(list)
        self._cursors, self._versions, self._identifiers = {}, {}, {}
        self._made, self._last_key = 0, "first"
        self._tokens, self._waiting, self._approved = [], {}, []  # of programs that were made here
        self._visitor, self._victims = "visitor", [f"victim-{number}" for number in range(3)]
        secrets = {name: (self.instance.folder / name).read_text().strip()
                   for name in ("app-secret", "verify-token", "access-token")}
        for name, secret in secrets.items():
            self.marks.add_text(name, secret)
        self._secret, self._verify_token = secrets["app-secret"].encode(), secrets["verify-token"]
        self._leads = Leads(test.simulate, self.marks, randomness)
        self.people = People(self.instance, self.marks, randomness)
        for username in (self._visitor, *self._victims):
            self.people.add(username, "agent")
        self._requests_for_certificates = [
            functional.certificate_request(self.instance.folder / f"{name}.made.key")
            for name in "abcdef"]
        self._read_ids()
        self._webhook = Wire(self.instance.webhook_port, self.instance.tls_with())

    def _read_ids(self):
        """What there is before the first request."""
        for one in self._read("supervisor", "/v1/conversations")["items"]:
            lead = one["lead"]["id"]
            self._ids["conv"].append(one["id"])
            self._ids["lead"].append(lead)
            self._versions[f"/v1/conversations/{one['id']}"] = f'"{one["version"]}"'
            shown = self._read("supervisor", f"/v1/leads/{lead}")
            self._identifiers[lead] = [identifier["id"] for identifier in shown["identifiers"]]
        self._entries = self._read("auditor", "/v1/audit/checkpoint")["size"]

    def _read(self, role, path):
        seat = next(seat for seat in self.people.seats if seat.role == role)
        answer = seat.wire.ask(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
                               f"Authorization: Bearer {seat.token}\r\n\r\n".encode())
        return json.loads(answer.body)

    def send(self, request):
        wire = self._webhook if request.operation.is_of_webhook else request.seat.wire
        return wire.ask(request.to_bytes(), has_body=request.method != "HEAD")

    # -- what a good request holds -------------------------------------------------------------------

    def an_id(self, prefix, operation=None, seat=None):
        of_purpose = {"approveClient": list(self._waiting), "suspendClient": self._approved,
                      "resumeClient": self._approved,
                      "endSession": seat and seat.sessions}.get(operation and operation.id)
        there = of_purpose or self._ids.get(prefix)
        return self._random.choice(there) if there else None

    def probe(self):
        """What must not come back, from a request that is refused or from where nothing is kept."""
        return self._random.choice(self._leads.probes)

    def query_value(self, request, name):
        if name == "cursor":
            # Of another list it is refused, so an older page of the same one.
            return self._cursors.get(request.target.partition("?")[0], "")
        if name == "assignee":
            return self._random.choice(("me", "none"))
        if name == "ids":
            kind = "lead" if request.operation.path.startswith("/v1/leads") else "conv"
            there = self._ids[kind]
            return self._random.sample(there, self._random.randint(0, min(5, len(there))))
        if name == "wait":
            return "0"  # what waits longer holds everything up
        if name in ("entry", "earlier"):
            return self._random.randint(1, self._entries // 2)
        if name == "size":
            return self._random.randint(self._entries // 2, self._entries)
        if name in ("act", "object", "actor", "client") and self._random.random() < 0.8:
            return {"act": self._random.choice(ACTS), "object": self.an_id("lead"),
                    "actor": self.an_id("agent"), "client": self.an_id("client")}[name]
        return {"hub.mode": "subscribe", "hub.verify_token": self._verify_token,
                "hub.challenge": "1158201444"}.get(name)

    def field_value(self, request, name):
        if name == "If-Match":
            return self._versions.get(request.target, '"1"')
        if name == "If-None-Match":
            kept = self._versions.get(request.target, 'W/"x"')
            return kept if self._random.random() < 0.3 else None
        if name == "Idempotency-Key":
            if self._random.random() < 0.1:
                return self._last_key
            if self._random.random() < 0.5:
                return None
            self._last_key = word(self._random, 20)
            return self._last_key
        return None

    def complete(self, request):
        """What depends on the body: WhatsApp's signature."""
        if request.operation.id == "receiveNotification":
            mac = hmac.digest(self._secret, request.body, "sha256").hex()
            request.fields = [one for one in request.fields if one[0] != "X-Hub-Signature-256"]
            request.fields.append(("X-Hub-Signature-256", "sha256=" + mac))

    def body(self, request):
        """For schemas that leave everything open."""
        if request.operation.id == "receiveNotification":
            return {"object": "whatsapp_business_account", "entry": []}
        return None

    def member(self, request, name):
        """The right value for a member of a body, where its schema alone does not say."""
        maker = getattr(self, "_member_" + name, None)
        return maker(request) if maker else None

    def _member_username(self, request):
        if request.operation.access.startswith("manage_"):
            return (self._new_name() if request.operation.id == "addAccount"
                    else self._random.choice(self._victims))
        return self._visitor

    def _member_password(self, request):
        if request.operation.id == "addAccount":
            return self._new_password()
        name = request.seat.username if request.operation.access == "session" else self._visitor
        return self.instance.passwords.get(name, "nobody's")

    def _member_new_password(self, _):
        return self._new_password()

    def _new_password(self):
        return "-".join(word(self._random, 7) for _ in range(4))

    def _new_name(self):
        self._made += 1
        return f"made-{self._made}"

    def _member_name(self, request):
        return self._new_name() if request.operation.id == "addClient" else None

    def _member_display_name(self, _):
        return "Made Here"

    def _member_networks(self, _):
        return ["10.1.0.0/16", "fd00::/8"]

    def _member_token(self, _):
        return self._random.choice(self._tokens) if self._tokens else None

    def _member_certificate_request(self, _):
        return self._random.choice(self._requests_for_certificates)

    def _member_fingerprint(self, request):
        return next((fingerprint for client, fingerprint in self._waiting.items()
                     if client in request.target), None)

    def _member_body(self, _):
        return self._random.choice(("Thank you.", "Wir rufen an.", self._leads.written))

    def _member_tags(self, _):
        return self._random.sample(["invoice", "claim", "vip"], self._random.randint(0, 3))

    def _member_identifier_ids(self, request):
        of_lead = self._identifiers.get(request.target.split("/")[3])
        return of_lead and self._random.sample(of_lead, self._random.randint(1, len(of_lead)))

    def _member_evidence(self, _):
        return "form 12 " + self._leads.written

    def _member_assignee(self, _):
        return self.an_id("agent")

    def _member_second_factor(self, _):
        return "123456"

    # -- what answers teach --------------------------------------------------------------------------

    def learn(self, request, answer):
        """After each answer: ids, versions, cursors, and sessions that are over."""
        path = request.target.partition("?")[0]
        if request.method == "HEAD":
            return
        if answer.status < 300:
            self._learn_fields(path, request.target, answer)
            self._learn_session(request, path, answer)
            if b'"next_cursor":"' in answer.body:
                self._cursors[path] = re.search(rb'"next_cursor":"([^"]*)"', answer.body)[1].decode()
            if request.method == request.operation.method:
                self._learn_made(request, answer)
        elif answer.status == 412:
            self._versions.pop(path, None)
        elif answer.status == 401 and request.shows is not None and (
                request.operation.access not in rights.OPEN | rights.CLIENTS):
            request.shows.token = ""  # it is over, or another program has shown it

    def _learn_fields(self, path, target, answer):
        for name, value in answer.fields:
            if name == "ETag":
                self._versions[path] = value
                self._versions[target] = value
                if len(self._versions) > MOST_VERSIONS:
                    self._versions.pop(next(iter(self._versions)))

    def _learn_session(self, request, path, answer):
        seat = request.shows
        if path == "/v1/admin/agents/sign-out-everybody":
            self.people.forget_sessions()
        elif seat is None:
            return
        elif b'"token":"' in answer.body and request.method == "POST" and path != "/v1/sessions":
            if path == "/v1/session/password":
                self.instance.passwords[seat.username] = json.loads(request.body)["new_password"]
            seat.token, seat.signed_in_at = json.loads(answer.body)["token"], time.monotonic()
        elif path.startswith("/v1/session/logout/") or (
                request.method == "DELETE" and path.startswith("/v1/session")
                and "second-factor" not in path):
            seat.token = ""

    def _learn_made(self, request, answer):
        if request.operation.id in ("addClient", "inviteClient") and b"enrolment_token" in answer.body:
            made = json.loads(answer.body)
            self._keep("client", made["id"])
            self._tokens = [made["enrolment_token"], *self._tokens[:5]]
        elif request.operation.id == "enrolClient" and answer.status == 202:
            offered = json.loads(answer.body)
            self._waiting[offered["client_id"]] = offered["fingerprint"]
        elif request.operation.id == "approveClient":
            client = request.target.split("/")[4]
            self._waiting.pop(client, None)
            self._approved = [client, *self._approved[:5]]
        elif request.operation.id == "revokeClient":
            self._waiting.pop(request.target.split("/")[4], None)
        elif request.operation.id == "listSessions" and request.shows is not None:
            request.shows.sessions = [one["id"] for one in json.loads(answer.body)["items"]]
            self._ids["session"] = request.shows.sessions[:1]
        elif request.operation.id == "enterLead" and answer.status == 201:
            self._keep("lead", json.loads(answer.body)["id"])
        elif request.operation.id == "signCheckpoint":
            self._entries = json.loads(answer.body)["size"]
        elif request.operation.id == "showSession":
            self._keep("agent", json.loads(answer.body)["agent"]["id"])

    def _keep(self, prefix, one):
        kept = self._ids[prefix]
        if one not in kept:
            kept.append(one)
            if len(kept) > MOST_KEPT:
                kept.pop(0)

    def close(self):
        for seat in self.people.seats:
            seat.wire.close()
        self._webhook.close()
