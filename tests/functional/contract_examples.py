"""The examples of the OpenAPI document, sent as they stand to a running instance.

What the document cannot know is put in its place: ids, passwords, codes, keys. Each operation is asked
once, by somebody who may, and answers with success; the few that this instance cannot let succeed are
listed with what they answer instead. Every answer is checked against the document, as in all these tests.
"""
import json
import re

import functional
from contract import rights
from contract.document import Document
from second_factor import App

ULID = "01JDG7T5Q8ZK3V9M4B6N2R0XWY"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# What takes a provider, a relay, a browser or its authenticator: tests of their own have them.
WITHOUT_SUCCESS = {
    "showSamlMetadata": 404, "beginSamlLogIn": 404, "takeSamlAnswer": 404, "beginSamlStepUp": 404,
    "takeSamlLogout": 404, "showOidcKeys": 404, "beginOidcLogIn": 404, "takeOidcAnswer": 404,
    "takeOidcLogout": 404, "beginOidcStepUp": 404, "askForEmailCode": 404, "enrolPasskey": 403,
    "removePasskey": 404, "rememberDevice": 403, "forgetDevice": 404,
    "resumeClientWebhook": 409}  # takes one that was halted
# After these the account is another one, with another password or a second factor.
CHANGES_THE_ACCOUNT = {"changePassword", "confirmTotp", "replaceRecoveryCodes"}


class Examples(functional.FunctionalTest):
    agents = (("anna", "agent"), ("root", "admin"), ("sofia", "supervisor"),
              ("dora", "privacy_officer"), ("vera", "auditor"))
    settings = {"session.max_per_agent": 100, "session.admin_max": 100,
                "clients.webhook_allow": "127.0.0.1:9"}  # where nobody listens

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = Document.load()
        cls.clients = {}
        cls.conversation = cls.conversation_of("4915123456780")
        cls.lead = cls.anna.get(f"/v1/conversations/{cls.conversation}").json["lead"]["id"]

    @classmethod
    def conversation_of(cls, number):
        cls.whatsapp.post("/customers", {"wa_id": number, "name": "Erika Muster"})
        cls.whatsapp.post("/say", {"customer": number, "text": "Hello."})
        return cls.anna.get("/v1/conversations?limit=1").json["items"][0]["id"]

    def test_each_operation_is_asked_with_its_example(self):
        asked = [one for one in self.document.operations if not one.is_of_webhook
                 and one.id != "followEvents"]
        for operation in asked:
            with self.subTest(operation.name):
                answer = self.ask(operation)
                wanted = WITHOUT_SUCCESS.get(operation.id)
                self.assertTrue(answer.status == wanted if wanted else answer.status < 300,
                                f"{operation.name} answers {answer.status}: {answer.body[:300]}")

    def ask(self, operation):
        roles, _ = rights.ACTIONS.get(operation.access, (rights.READERS, None))
        username = next(name for name, role in self.agents if role in roles)
        if operation.id in CHANGES_THE_ACCOUNT:
            username = self.another()
        client = self.signed_in_as(username)
        content = next(iter(operation.bodies.values()), None)
        example = dict(content.examples[0]) if content and content.examples else None
        path, body, fields = operation.path, example, {}
        prepare = getattr(self, "_for_" + operation.id, None)
        if prepare:
            path, body, fields = prepare(client, username, path, example)
        elif "{" in path:
            path = self.with_ids(path)
        elif body and "username" in body:
            body = {**body, "username": self.another()}
        return client.request(operation.method, path, body=body, headers=fields)

    def signed_in_as(self, username):
        """The session that they had, unless an operation has ended it."""
        client = self.clients.get(username)
        if client is None or client.get("/v1/session").status != 200:
            client = self.clients[username] = self.instance.signed_in(username)
            self.addCleanup(client.close)
        return client

    def with_ids(self, path):
        """Of what is there; of passkeys and devices there is none."""
        kinds = {"/v1/conversations/": self.conversation, "/v1/leads/": self.lead,
                 "/v1/session/second-factor/passkeys/": f"passkey_{ULID}",
                 "/v1/session/second-factor/devices/": f"device_{ULID}",
                 "/v1/problems/": "not_found"}
        there = [real for begin, real in kinds.items() if path.startswith(begin)]
        return re.sub(r"\{[a-z]+\}", there[0] if there else "elsewhere", path)

    def another(self):
        name = functional.letters()
        self.instance.add_agent(name, "Alex Example", "agent")
        return name

    # -- sessions and factors ------------------------------------------------------------------------

    def _with_password(self, username, path, example):
        return path, {**example, "username": username,
                      "password": self.instance.passwords[username]}, {}

    def _for_openSession(self, _, username, path, example):
        return self._with_password(username, path, example)

    def _for_askForEmailCode(self, _, username, path, example):
        return self._with_password(username, path, example)

    def _for_stepUp(self, _, username, path, example):
        return path, {**example, "password": self.instance.passwords[username]}, {}

    def _for_changePassword(self, _, username, path, example):
        return path, {**example, "password": self.instance.passwords[username],
                      "new_password": "-".join(functional.letters(8) for _ in range(3))}, {}

    def _for_openBreakGlass(self, _, __, path, example):
        code = re.search(r"([A-Z2-7]{6}-){3}[A-Z2-7]{6}", self.instance.ctl("break-glass").stdout)
        return path, {**example, "code": code.group()}, {}

    def _for_endSession(self, client, _, path, __):
        return path.replace("{id}", client.get("/v1/sessions").json["items"][0]["id"]), None, {}

    def _for_delegateSession(self, _, __, path, example):
        return path, {**example, "client_id": self._approved().rpartition("/")[2]}, {}

    def _for_confirmTotp(self, client, _, path, example):
        app = App(client.post("/v1/session/second-factor/totp", {}).json["uri"])
        return path, {**example, "code": app.code()}, {}

    def _for_replaceRecoveryCodes(self, client, username, path, example):
        confirm, body, _ = self._for_confirmTotp(client, username, path.replace(
            "recovery-codes", "totp/confirm"), {})
        confirmed = client.post(confirm, body).json
        client.token = confirmed["token"]
        return path, {**example, "second_factor": confirmed["recovery_codes"][0]}, {}

    def _for_takeSamlAnswer(self, _, __, path, ___):
        return path, b"SAMLResponse=eA%3D%3D&RelayState=x", FORM

    def _for_takeOidcLogout(self, _, __, path, ___):
        return self.with_ids(path), b"logout_token=x", FORM

    # -- conversations -------------------------------------------------------------------------------

    def _for_listLeads(self, _, __, path, ___):
        return f"{path}?ids={self.lead}", None, {}

    def _for_changeConversation(self, client, _, path, example):
        path = path.replace("{id}", self.conversation)
        return path, example, {"If-Match": client.get(path).headers["ETag"]}

    def _for_changeLead(self, client, _, path, example):
        path = path.replace("{id}", self.lead)
        return path, example, {"If-Match": client.get(path).headers["ETag"]}

    def _for_revealIdentifiers(self, client, _, path, example):
        identifiers = client.get(f"/v1/leads/{self.lead}").json["identifiers"]
        return (path.replace("{id}", self.lead),
                {**example, "identifier_ids": [identifiers[0]["id"]]}, {})

    def _somebody(self):
        """Who may be erased."""
        answer = self.signed_in_as("dora").post("/v1/leads", {"display_name": functional.letters()})
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json["id"]

    def _for_eraseLead(self, _, __, path, example):
        return path.replace("{id}", self._somebody()), example, {}

    def _for_showErasure(self, client, _, path, __):
        path = path.replace("{id}", self._somebody())
        self.assertEqual(client.post(path, {"reason": "example"}).status, 200)
        return path, None, {}

    def _for_holdLead(self, _, __, path, example):
        return path.replace("{id}", self._somebody()), example, {}

    def _for_releaseLead(self, client, _, path, __):
        path = path.replace("{id}", self._somebody())
        self.assertEqual(client.post(path, {"reason": "example"}).status, 204)
        return path, None, {}

    def _for_proveEntry(self, _, __, path, ___):
        return f"{path}?entry=2&size=3", None, {}

    def _for_proveConsistency(self, _, __, path, ___):
        return f"{path}?earlier=2&size=3", None, {}

    # -- agents and programs -------------------------------------------------------------------------

    def _for_addAccount(self, _, __, path, example):
        return path, {**example, "username": functional.letters(),
                      "password": "-".join(functional.letters(8) for _ in range(3))}, {}

    def _certificate_request(self):
        return functional.certificate_request(
            self.instance.folder / f"{functional.letters()}.example.key")

    def _invited(self):
        """A program that waits for its key."""
        example = self.document.operation("addClient").bodies["application/json"].examples[0]
        answer = self.signed_in_as("root").post("/v1/admin/clients",
                                                {**example, "name": functional.letters()})
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json

    def _enrolled(self):
        """One whose key waits for approval."""
        invited = self._invited()
        answer = self.signed_in_as("anna").post("/v1/client-enrolments", {
            "token": invited["enrolment_token"],
            "certificate_request": self._certificate_request()})
        self.assertEqual(answer.status, 202, answer.body)
        return answer.json

    def _approved(self):
        offered = self._enrolled()
        path = f"/v1/admin/clients/{offered['client_id']}"
        answer = self.signed_in_as("root").post(path + "/approve", {"fingerprint": offered["fingerprint"]})
        self.assertEqual(answer.status, 204, answer.body)
        return path

    def _for_addClient(self, _, __, path, example):
        return path, {**example, "name": functional.letters()}, {}

    def _for_enrolClient(self, _, __, path, example):
        return path, {**example, "token": self._invited()["enrolment_token"],
                      "certificate_request": self._certificate_request()}, {}

    def _for_renewCertificate(self, _, __, path, example):
        return path, {**example, "certificate_request": self._certificate_request()}, {}

    def _for_approveClient(self, _, __, path, example):
        offered = self._enrolled()
        return (path.replace("{id}", offered["client_id"]),
                {**example, "fingerprint": offered["fingerprint"]}, {})

    def _for_suspendClient(self, *_):
        return self._approved() + "/suspend", None, {}

    def _for_revokeClient(self, *_):
        return self._approved() + "/revoke", None, {}

    def _for_resumeClient(self, *_):
        path = self._approved()
        self.assertEqual(self.signed_in_as("root").post(path + "/suspend").status, 204)
        return path + "/resume", None, {}

    def _for_showRegisteredClient(self, _, __, path, ___):
        return path.replace("{id}", self._invited()["id"]), None, {}

    def _for_changeClient(self, _, __, path, example):
        return path.replace("{id}", self._invited()["id"]), example, {}

    def _that_reads_events(self):
        path = self._approved()
        answer = self.signed_in_as("root").request(
            "PATCH", path, {"own_scopes": ["events:read"]})
        self.assertEqual(answer.status, 200, answer.body)
        return path + "/webhook"

    def _with_webhook(self, *_):
        path = self._that_reads_events()
        answer = self.signed_in_as("root").post(path, {"url": "https://127.0.0.1:9/hook"})
        self.assertEqual(answer.status, 201, answer.body)
        return path, None, {}

    def _for_setClientWebhook(self, _, __, ___, example):
        return self._that_reads_events(), {**example, "url": "https://127.0.0.1:9/hook"}, {}

    _for_showClientWebhook = _with_webhook
    _for_removeClientWebhook = _with_webhook

    def _for_changeClientWebhookSecret(self, *_):
        return self._with_webhook()[0] + "/secret", None, {}

    def _for_resumeClientWebhook(self, *_):
        return self._with_webhook()[0] + "/resume", None, {}

    def _for_inviteClient(self, _, __, path, ___):
        return path.replace("{id}", self._invited()["id"]), None, {}

    # -- the other door --------------------------------------------------------------------------------

    def test_event_of_the_example_comes_in_the_same_form(self):
        """The stream has no end, so it is read up to its first event."""
        operation = self.document.operation("followEvents")
        example = operation.responses["200"].contents["text/event-stream"].examples[0]
        client = self.signed_in_as("anna")
        connection = client._connect()
        self.addCleanup(connection.close)
        connection.request("GET", operation.path, headers={"Authorization": "Bearer " + client.token})
        stream = connection.getresponse()
        self.whatsapp.post("/say", {"customer": "4915123456780", "text": "Again."})
        lines = iter(stream.readline, b"")
        data = next(line for line in lines if line.startswith(b"data: "))
        self.assertEqual(set(json.loads(data.removeprefix(b"data: "))),
                         set(json.loads(re.search(r"^data: (.*)$", example, re.M)[1])))


if __name__ == "__main__":
    functional.main()
