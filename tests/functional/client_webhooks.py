"""A program that is told of events at its webhook: what it gets, how it knows that it comes from
here, and what becomes of an event that nobody takes."""
import datetime
import json
import re
import time

import functional
from contract.marks import Marks, phone, word
from functional import letters, until
from leadkeep_demo import certificates
from store_files import found_in
from webhook_receiver import HOLD, RESET, Receiver, Request, schema_of_events

BOTH = ("events:read", "conversations:read")
SEEN = ("texts", "names")


def seconds_between(*times):
    begin, end = (datetime.datetime.fromisoformat(one.removesuffix("Z")) for one in times)
    return (end - begin).total_seconds()


class WebhookTest(functional.FunctionalTest):
    agents = (("anna", "agent"), ("root", "admin"))

    @classmethod
    def prepare(cls):
        cls.schema = schema_of_events()
        cls.ca = cls.instance.folder / "ca"
        cls.receiver = cls.listening(cls.ca, "graph")
        cls.settings = cls.settings_for(cls.receiver)

    @classmethod
    def listening(cls, folder, name):
        receiver = Receiver(folder / f"{name}.pem", folder / f"{name}.key")
        cls.addClassCleanup(receiver.stop)
        return receiver

    @classmethod
    def settings_for(cls, *receivers):
        return {"clients.webhook_allow": ", ".join(f"127.0.0.1:{one.port}" for one in receivers),
                "clients.webhook_ca_file": cls.instance.ca}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = cls.signed_in("root")

    # -- programs --------------------------------------------------------------------------------

    def client(self, own_scopes=BOTH, record_classes=SEEN):
        """The name of an approved one."""
        name = letters()
        self.instance.add_client(name, (), record_classes,
                                 [one for scope in own_scopes for one in ("--own-scope", scope)])
        return name

    def told(self, own_scopes=BOTH, record_classes=SEEN, receiver=None):
        """A new program that is told of what happens from now on: its inbox."""
        inbox = (receiver or self.receiver).inbox(f"/{letters()}?for={letters()}")
        inbox.client = self.client(own_scopes, record_classes)
        inbox.secret = self.secret("webhook", inbox.client, "--url", inbox.url)
        self.addCleanup(self.ctl, "webhook-remove", inbox.client, check=False)
        self.addCleanup(inbox.release)
        return inbox

    def ctl(self, command, client, *arguments, check=True):
        return self.instance.ctl("client", command, client, *arguments, check=check)

    def secret(self, command, client, *arguments):
        """The one that the command writes."""
        file = self.instance.folder / f"{letters()}.secret"
        said = self.ctl(command, client, *arguments, "--secret-file", file)
        secret = file.read_text().removesuffix("\n")
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertNotIn(secret, said.stdout + said.stderr)
        self.assertRegex(secret, r"^whsec_[A-Za-z0-9+/]{43}=$")
        return secret

    def id_of(self, client):
        return next(one["id"] for one in self.every("/v1/admin/clients", self.root)
                    if one["name"] == client)

    def path_of(self, client):
        return f"/v1/admin/clients/{self.id_of(client)}/webhook"

    def shown(self, client):
        """What leadkeepctl says of its webhook, by what stands before it."""
        head, *lines = self.ctl("webhook", client).stdout.splitlines()
        shown = {line[:18].strip(): line[18:] for line in lines}
        return {**shown, "state": head.removeprefix(client).strip()}

    def becomes(self, inbox, state, failure=None, seconds=20):
        def found():
            shown = self.shown(inbox.client)
            there = shown["state"] == state and failure in (None, shown.get("last failure"))
            return shown if there else None
        return until(found, f"it is {state} {failure or ''}", seconds)

    # -- events ----------------------------------------------------------------------------------

    def somebody(self, **fields):
        number = phone()
        self.customer(number, **fields)
        return number

    def arrived(self, inbox, count, seconds=20):
        """So many different ones, none of them another's word."""
        until(lambda: len(inbox.events()) >= count,
              f"{count} events; there are {len(inbox.events())}", seconds)
        self.assert_genuine(inbox)
        return inbox.events()

    def assert_genuine(self, inbox):
        """All that was posted is signed, and is as the document says."""
        for request in inbox.requests:
            self.assertTrue(request.is_signed_with(inbox.secret))
            self.assertEqual(self.schema.mismatches(request.event), [])

    def received(self, conversation):
        """Ids of the inbound messages, oldest first."""
        return [one["id"] for one in reversed(self.messages(conversation))
                if one["direction"] == "inbound"]

    def all_received(self, inbox, conversation, seconds=20):
        """The messages of the conversation, all of them in their order, and no others."""
        wanted = self.received(conversation)
        until(lambda: len(inbox.messages()) >= len(wanted),
              f"{len(wanted)} messages; there are {len(inbox.messages())}", seconds)
        self.assertEqual(inbox.messages(), wanted)
        self.assert_genuine(inbox)


class Handover(WebhookTest):
    def test_program_is_told_of_a_new_person_and_of_the_message(self):
        inbox = self.told()
        conversation = self.conversation_with(self.somebody(), "Guten Tag.")
        created, received = self.arrived(inbox, 2)
        self.assertEqual((created.event["type"], received.event["type"]),
                         ("conversation.created", "message.received"))
        message, = self.received(conversation)
        self.assertEqual((created.data["conversation_id"], created.data["message_id"]),
                         (conversation, None))
        self.assertEqual((received.data["conversation_id"], received.data["message_id"]),
                         (conversation, message))
        self.assertEqual(received.data["message"]["text"]["body"], "Guten Tag.")
        self.assertEqual(received.data["conversation"]["id"], conversation)
        self.assertIsNone(created.data["message"])
        for request in (created, received):
            self.assertEqual(request.fields["Content-Type"], "application/json")
            self.assertLess(abs(int(request.timestamp) - time.time()), 60)
        self.assertNotEqual(created.id, received.id)
        self.assertEqual(len(inbox.requests), 2)

    def test_program_sees_the_message_as_it_may_itself(self):
        """What is posted is what the program gets when it asks."""
        inbox = self.told()
        conversation = self.conversation_with(self.somebody(), "Bitte an 0151 23456789 melden.")
        received = self.arrived(inbox, 2)[1]
        asking = self.instance.api(tls=lambda: self.instance.tls(inbox.client))
        self.addCleanup(asking.close)
        path = f"/v1/conversations/{conversation}"
        self.assertEqual(received.data["conversation"], asking.get(path).json)
        self.assertEqual([received.data["message"]], asking.get(path + "/messages").json["items"])

    def test_signature_is_of_this_body_this_id_and_this_time(self):
        inbox = self.told()
        self.say(self.somebody(), "Guten Tag.")
        request = self.arrived(inbox, 2)[1]
        signature, = request.signatures
        self.assertTrue(signature.startswith("v1,"))
        self.assertTrue(request.is_signed_with(inbox.secret))
        self.assertFalse(request.is_signed_with(
            inbox.secret, request.body.replace(b"Guten", b"Schlechten")))
        self.assertFalse(request.is_signed_with(self.told().secret))
        later = str(int(request.timestamp) + 1)
        for name, other in (("id", request.id + "0"), ("timestamp", later)):
            right = getattr(request, name)
            setattr(request, name, other)
            self.assertFalse(request.is_signed_with(inbox.secret), name)
            setattr(request, name, right)

    def test_check_of_a_signature_is_that_of_the_standard(self):
        """Otherwise what it finds of the daemon would prove nothing."""
        request = Request({"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
                           "webhook-timestamp": "1614265330", "webhook-signature": "v1,"
                           "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
                          b'{"test": 2432232314}')
        self.assertTrue(request.is_signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))

    def test_check_of_the_document_would_find_what_differs(self):
        """Otherwise what arrives would prove nothing."""
        inbox = self.told()
        self.say(self.somebody(), "Guten Tag.")
        good = self.arrived(inbox, 2)[1].event
        for wrong in ({**good, "more": 1}, {**good, "type": "message.seen"},
                      {**good, "data": {**good["data"], "phone": "1"}},
                      {**good, "data": {**good["data"], "message": {}}},
                      {"type": good["type"], "data": good["data"]}):
            self.assertNotEqual(self.schema.mismatches(wrong), [])

    def test_every_kind_of_event_is_told_in_its_order(self):
        inbox = self.told()
        number = self.somebody()
        conversation = self.conversation_with(number)
        path = f"/v1/conversations/{conversation}"
        message = self.reply(conversation, "Ja, gern.")
        self.status_becomes(conversation, message, "read")
        note = self.anna.post(path + "/notes", {"text": {"body": "Ist freundlich."}}).json["id"]
        tag = self.anna.get(path).headers["ETag"]
        changed = self.anna.request("PATCH", path, body={"tags": ["vip"]},
                                    headers={"If-Match": tag})
        self.assertEqual(changed.status, 200, changed.body)
        self.say(number, "Danke.")
        until(lambda: len(inbox.messages()) == 2, "the second message")
        events = self.arrived(inbox, 2)
        about = [(one.event["type"], one.data["message_id"]) for one in events]
        self.assertEqual(about[0], ("conversation.created", None))
        self.assertEqual(about[-1], ("message.received", self.received(conversation)[-1]))
        self.assertGreaterEqual(about.count(("message.changed", message)), 3)
        self.assertLess(about.index(("message.changed", message)),
                        about.index(("message.changed", note)))
        self.assertLess(about.index(("message.changed", note)),
                        about.index(("conversation.changed", None)))

    def test_each_program_has_a_secret_and_a_place_of_its_own(self):
        first, second = self.told(), self.told()
        conversation = self.conversation_with(self.somebody())
        for inbox in (first, second):
            self.arrived(inbox, 2)
            self.all_received(inbox, conversation)
        self.assertFalse(first.requests[0].is_signed_with(second.secret))
        later = self.told()
        self.say(self.somebody(), "Guten Tag.")
        self.arrived(later, 2)
        self.assertNotIn(conversation, {one.data["conversation_id"] for one in later.requests})

    def test_old_secret_signs_as_well_after_a_change(self):
        inbox = self.told()
        old = inbox.secret
        new = self.secret("webhook-secret", inbox.client)
        self.assertNotEqual(old, new)
        self.assertIn("until", self.shown(inbox.client)["earlier secret"])
        self.say(self.somebody(), "Guten Tag.")
        for request in self.arrived(inbox, 2):
            self.assertEqual(len(request.signatures), 2)
            self.assertTrue(request.is_signed_with(old) and request.is_signed_with(new))
            self.assertFalse(request.is_signed_with(new, request.body + b" "))

    def test_what_a_program_has_signs_as_well_after_two_changes(self):
        inbox = self.told()
        old = inbox.secret
        secrets = [self.secret("webhook-secret", inbox.client) for _ in range(2)]
        self.say(self.somebody(), "Guten Tag.")
        for request in self.arrived(inbox, 2):
            self.assertTrue(all(map(request.is_signed_with, (old, *secrets))))

    def test_secret_is_changed_only_where_it_can_be_written(self):
        inbox = self.told()
        taken = self.instance.folder / f"{letters()}.secret"
        taken.write_text("mine\n")
        for arguments in (("webhook-secret", inbox.client),
                          ("webhook", inbox.client, "--url", inbox.url)):
            done = self.instance.ctl("client", *arguments, "--secret-file", taken, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("nothing was changed", done.stderr)
        self.assertEqual(taken.read_text(), "mine\n")
        self.say(self.somebody(), "Guten Tag.")
        self.assertTrue(self.arrived(inbox, 2)[0].is_signed_with(inbox.secret))

    def test_new_address_has_a_new_secret_and_goes_on_where_the_old_one_was(self):
        inbox = self.told()
        old, moved = inbox.secret, self.receiver.inbox("/" + letters())
        inbox.answers = [500]
        number = self.somebody()
        conversation = self.conversation_with(number)
        self.becomes(inbox, "failing")
        inbox.otherwise = 500
        moved.client = inbox.client
        moved.secret = self.secret("webhook", inbox.client, "--url", moved.url)
        self.arrived(moved, 2)
        self.all_received(moved, conversation)
        self.assertFalse(moved.requests[0].is_signed_with(old))
        self.assertEqual(self.shown(inbox.client)["state"], "active")
        before = len(inbox.requests)
        self.say(number, "Noch etwas.")
        self.all_received(moved, conversation)
        self.assertEqual(len(inbox.requests), before)

    def test_removed_webhook_is_told_of_nothing_more(self):
        inbox, other = self.told(), self.told()
        self.ctl("webhook-remove", inbox.client)
        self.say(self.somebody(), "Guten Tag.")
        self.arrived(other, 2)
        self.assertEqual(inbox.requests, [])
        for command in ("webhook", "webhook-secret", "webhook-resume", "webhook-remove"):
            refused = self.ctl(command, inbox.client, check=False)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("not_found", refused.stderr)

    def test_secret_is_said_once_and_shown_nowhere(self):
        client, inbox = self.client(), self.receiver.inbox("/" + letters())
        self.addCleanup(self.ctl, "webhook-remove", client, check=False)
        said = self.ctl("webhook", client, "--url", inbox.url).stdout
        secret = re.search(r"whsec_\S{44}", said)[0]
        self.assertNotIn(secret[6:], self.ctl("webhook", client).stdout)
        self.assertNotIn(secret[6:], self.root.get(self.path_of(client)).body.decode())
        self.assertNotIn(secret[6:], self.instance.ctl("client", "list").stdout)
        shown = self.shown(client)
        self.assertEqual((shown["state"], shown["address"]), ("active", inbox.url))

    def test_administrator_does_all_of_it_through_the_api(self):
        inbox = self.receiver.inbox("/" + letters())
        inbox.client = self.client()
        path = self.path_of(inbox.client)
        self.assert_problem(self.root.get(path), 404, "not_found")
        answer = self.root.post(path, {"url": inbox.url})
        self.assertEqual(answer.status, 201, answer.body)
        old = answer.json["secret"]
        shown = self.root.get(path).json
        self.assertEqual((shown["url"], shown["state"]), (inbox.url, "active"))
        self.assertEqual(shown["set_by"], self.root.get("/v1/session").json["agent"]["id"])
        self.assert_problem(self.root.post(path + "/resume"), 409, "conflict")
        answer = self.root.post(path + "/secret")
        self.assertEqual(answer.status, 201, answer.body)
        inbox.secret = answer.json["secret"]
        self.assertIsNotNone(self.root.get(path).json["earlier_secret_until"])
        conversation = self.conversation_with(self.somebody())
        self.assertTrue(self.arrived(inbox, 2)[0].is_signed_with(old))
        self.all_received(inbox, conversation)
        inbox.otherwise = 410
        self.say(self.somebody(), "Guten Tag.")
        until(lambda: self.root.get(path).json["state"] == "halted", "it is halted")
        inbox.otherwise = 200
        self.assertEqual(self.root.post(path + "/resume").status, 204)
        self.arrived(inbox, 4)
        self.assertEqual(self.root.request("DELETE", path).status, 204)
        self.assert_problem(self.root.get(path), 404, "not_found")
        self.assert_problem(self.root.request("DELETE", path), 404, "not_found")

    def test_only_an_administrator_does_any_of_it(self):
        inbox = self.told()
        path = self.path_of(inbox.client)
        asking = self.instance.api(tls=lambda: self.instance.tls(inbox.client))
        self.addCleanup(asking.close)
        for method, where, body in (("GET", path, None), ("POST", path, {"url": inbox.url}),
                                    ("DELETE", path, None), ("POST", path + "/secret", None),
                                    ("POST", path + "/resume", None)):
            with self.subTest(where):
                self.assert_problem(self.anna.request(method, where, body), 403, "forbidden")
                self.assert_problem(asking.request(method, where, body), 401, "unauthenticated")
        self.assertIn(inbox.url, self.ctl("webhook", inbox.client).stdout)


class Sight(WebhookTest):
    """A program by itself sees masked what its record classes name, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.number, cls.other = phone(), phone()
        cls.address, cls.name = f"{word()}@{word()}.example", word().title()
        national = "0" + cls.other[2:5] + " " + cls.other[5:]
        cls.text = f"Rückruf an {national} oder {cls.address}"
        cls.marks = Marks()
        for number in (cls.number, cls.other):
            cls.marks.add_phone(number, number)
        cls.marks.add_text("address", cls.address)

    def event(self, own_scopes, record_classes):
        """The second of two: the message."""
        inbox = self.told(own_scopes, record_classes)
        number = phone()
        self.marks.add_phone(number, number)
        self.customer(number, name=f"{self.name} {self.other}")
        self.say(number, self.text)
        for request in self.arrived(inbox, 2):
            self.assertEqual(self.marks.leaks(request.body, lambda _: False), [])
        return inbox.events()[1]

    def test_conversation_and_message_are_masked(self):
        data = self.event(BOTH, SEEN).data
        text = data["message"]["text"]
        self.assertTrue(text["body"].startswith("Rückruf an •"), text)
        self.assertEqual([one["kind"] for one in text["spans"]], ["phone", "email"])
        self.assertIn(self.name, data["conversation"]["lead"]["display_name"])
        self.assertEqual(data["conversation"]["last_message"], data["message"])

    def test_without_conversations_there_are_ids_only(self):
        request = self.event(("events:read",), SEEN)
        self.assertEqual((request.data["conversation"], request.data["message"]), (None, None))
        self.assertTrue(request.data["message_id"].startswith("msg_"))
        for mark in ("Rückruf", self.name):
            self.assertNotIn(mark, request.body.decode())

    def test_without_texts_the_text_is_missing(self):
        request = self.event(BOTH, ("names",))
        self.assertIsNone(request.data["message"]["text"])
        self.assertIn(self.name, request.data["conversation"]["lead"]["display_name"])
        self.assertNotIn("Rückruf", request.body.decode())

    def test_without_names_the_name_is_missing(self):
        request = self.event(BOTH, ("texts",))
        self.assertIsNone(request.data["conversation"]["lead"]["display_name"])
        self.assertIn("Rückruf", request.data["message"]["text"]["body"])
        self.assertNotIn(self.name, request.body.decode())

    def test_without_record_classes_there_is_nothing_of_a_person(self):
        request = self.event(BOTH, ())
        self.assertIsNotNone(request.data["message"])
        for mark in ("Rückruf", self.name):
            self.assertNotIn(mark, request.body.decode())

    def test_search_would_find_what_is_not_masked(self):
        """Otherwise the tests above would prove nothing."""
        shown = json.dumps({"text": self.text, "number": self.number}, ensure_ascii=False)
        self.assertEqual(len(self.marks.leaks(shown.encode(), lambda _: False)), 3)


class Faults(WebhookTest):
    """Receivers that do not take what they are posted."""

    @classmethod
    def prepare(cls):
        super().prepare()
        strangers = cls.instance.folder / "strangers"
        certificates.make_authority(strangers)
        certificates.make_server_certificate(strangers, "stranger")
        certificates.make_server_certificate(cls.ca, "elsewhere", ("elsewhere.example",), ())
        cls.mortal = cls.listening(cls.ca, "graph")
        cls.stranger = cls.listening(strangers, "stranger")
        cls.elsewhere = cls.listening(cls.ca, "elsewhere")
        cls.settings = cls.settings_for(cls.receiver, cls.mortal, cls.stranger, cls.elsewhere)

    def test_event_that_was_not_taken_comes_again_and_the_next_ones_wait(self):
        inbox = self.told()
        inbox.answers = [200, 500, 503, RESET]
        number = self.somebody()
        conversation = self.conversation_with(number, "eins")
        for text in ("zwei", "drei"):
            self.say(number, text)
        self.arrived(inbox, 4)
        self.all_received(inbox, conversation)
        ids = [request.id for request in inbox.requests]
        self.assertEqual(ids[1:5], [ids[1]] * 4)
        self.assertEqual(len(set(ids)), len(ids) - 3)
        tries = inbox.requests[1:5]
        self.assertEqual(len({one.event["timestamp"] for one in tries}), 1)
        times = [int(one.timestamp) for one in tries]
        self.assertTrue(all(before < after for before, after in zip(times, times[1:])), times)
        self.assertGreaterEqual(times[-1] - times[0], 6)  # 1, 2 and 4 seconds
        self.becomes(inbox, "active")

    def test_failure_is_shown_until_it_is_over(self):
        inbox = self.told()
        self.assertEqual(set(self.shown(inbox.client)), {"state", "address", "since"})
        inbox.otherwise = 500
        self.say(self.somebody(), "Guten Tag.")
        shown = self.becomes(inbox, "failing", "status_500")
        self.assertLess(shown["failing since"], shown["next try"])
        inbox.otherwise = 204
        self.arrived(inbox, 2)
        shown = self.becomes(inbox, "active")
        self.assertNotIn("failing since", shown)
        self.assertNotIn("next try", shown)

    def test_redirect_is_not_followed(self):
        inbox, target = self.told(), self.receiver.inbox("/" + letters())
        inbox.location = target.url
        for status in (301, 302, 307, 308):
            with self.subTest(status):
                inbox.otherwise = status
                if not inbox.requests:
                    self.say(self.somebody(), "Guten Tag.")
                self.becomes(inbox, "failing", f"status_{status}")
        inbox.otherwise = 200
        self.arrived(inbox, 2, seconds=30)
        self.assertEqual(target.requests, [])

    def test_who_is_gone_is_asked_no_more_until_somebody_resumes(self):
        inbox, other = self.told(), self.told()
        refused = self.ctl("webhook-resume", inbox.client, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("conflict", refused.stderr)
        inbox.otherwise = 410
        number = self.somebody()
        conversation = self.conversation_with(number)
        shown = self.becomes(inbox, "halted", "status_410")
        self.assertIn("webhook-resume " + inbox.client, shown["halted"])
        inbox.otherwise = 200
        self.say(number, "Noch etwas.")
        self.all_received(other, conversation)
        self.assertEqual(len(inbox.requests), 1)
        self.assertIn(f"CLIENT_WEBHOOK_HALTED client={self.id_of(inbox.client)} status=410", self.log())
        self.ctl("webhook-resume", inbox.client)
        self.all_received(inbox, conversation)
        self.assertEqual(inbox.requests[0].id, inbox.requests[1].id)
        self.becomes(inbox, "active")

    def test_silent_programs_hold_up_nobody_else(self):
        silent = [self.told() for _ in range(3)]
        lively = self.told()
        for inbox in silent:
            inbox.otherwise = HOLD
        number = self.somebody()
        conversation = self.conversation_with(number)
        until(lambda: all(inbox.requests for inbox in silent), "they are posted the first one")
        for text in ("zwei", "drei", "vier"):
            self.say(number, text)
        self.all_received(lively, conversation, seconds=4)
        for inbox in silent:
            self.assertEqual(len(inbox.events()), 1)
            # Who says nothing has not taken it.
            self.becomes(inbox, "failing", "unavailable")
            inbox.release()
            self.all_received(inbox, conversation)

    def test_nothing_is_lost_while_nobody_listens(self):
        inbox = self.told(receiver=self.mortal)
        number = self.somebody()
        self.mortal.stop()
        conversation = self.conversation_with(number)
        self.say(number, "Noch etwas.")
        self.becomes(inbox, "failing", "unavailable")
        self.assertEqual(inbox.requests, [])
        self.mortal.start()
        self.all_received(inbox, conversation)

    def test_who_cannot_prove_its_name_gets_nothing(self):
        for receiver in (self.stranger, self.elsewhere):
            before = self.root.metric("events_not_handed_over_total")
            inbox = self.told(receiver=receiver)
            self.say(self.somebody(), "Guten Tag.")
            self.becomes(inbox, "failing", "forbidden")
            until(lambda: self.root.metric("events_not_handed_over_total") >= before + 2,
                  "another try")
            self.assertEqual(inbox.requests, [])

    def test_address_has_to_be_allowed_by_the_operator(self):
        client, port = self.client(), self.receiver.port
        path = self.path_of(client)
        for url in (f"https://127.0.0.1:{functional.fixed_port()}/", "https://127.0.0.1/",
                    f"https://localhost:{port}/", f"https://[::1]:{port}/",
                    f"http://127.0.0.1:{port}/", f"https://anna@127.0.0.1:{port}/",
                    f"https://anna:word@127.0.0.1:{port}/", f"https://127.0.0.1.:{port}/",
                    f"https://127.0.0.1:{port}@elsewhere.example/", f"https://127.1:{port}/",
                    f"https://2130706433:{port}/", f"https://127.0.0.1:{port}#",
                    f"https://127.0.0.1:{port}/\r\nX: y", f"https://127.0.0.1:{port}/ü",
                    f"ftp://127.0.0.1:{port}/", f"//127.0.0.1:{port}/", "https://", "",
                    f"https://127.0.0.1:{port}/" + "x" * 2000):
            with self.subTest(url[:60]):
                problem = self.assert_problem(self.root.post(path, {"url": url}), 400,
                                              "invalid_request")
                self.assertEqual(problem["member"], "url")
                self.assertIn("clients.webhook_allow", problem["detail"])
        refused = self.ctl("webhook", client, "--url", f"http://127.0.0.1:{port}/", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("clients.webhook_allow", refused.stderr)
        self.assert_problem(self.root.get(path), 404, "not_found")

    def test_program_needs_the_scope_to_read_events(self):
        client = self.client(own_scopes=("conversations:read",))
        url = self.receiver.inbox("/" + letters()).url
        self.assert_problem(self.root.post(self.path_of(client), {"url": url}), 409, "conflict")
        refused = self.ctl("webhook", client, "--url", url, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("conflict", refused.stderr)

    def test_suspended_program_gets_nothing_until_it_is_resumed(self):
        inbox, other = self.told(), self.told()
        number = self.somebody()
        conversation = self.conversation_with(number)
        self.all_received(inbox, conversation)
        before = len(inbox.requests)
        self.ctl("suspend", inbox.client)
        for text in ("zwei", "drei"):
            self.say(number, text)
        self.all_received(other, conversation)
        self.assertEqual(len(inbox.requests), before)
        shown = self.shown(inbox.client)
        self.assertEqual((shown["state"], shown["held"]), ("held", "suspended"))
        self.ctl("resume", inbox.client)
        self.all_received(inbox, conversation)

    def test_program_that_may_not_read_events_any_more_gets_none(self):
        inbox, other = self.told(), self.told()
        path = "/v1/admin/clients/" + self.id_of(inbox.client)
        narrowed = self.root.request("PATCH", path, {"own_scopes": ["conversations:read"]})
        self.assertEqual(narrowed.status, 200, narrowed.body)
        conversation = self.conversation_with(self.somebody())
        self.all_received(other, conversation)
        self.assertEqual(inbox.requests, [])
        self.assertEqual(self.shown(inbox.client)["held"], "no_scope")
        widened = self.root.request("PATCH", path, {"own_scopes": [*BOTH]})
        self.assertEqual(widened.status, 200, widened.body)
        self.all_received(inbox, conversation)

    def test_webhook_of_a_revoked_program_is_gone(self):
        inbox, other = self.told(), self.told()
        path = self.path_of(inbox.client)
        self.ctl("revoke", inbox.client)
        self.say(self.somebody(), "Guten Tag.")
        self.arrived(other, 2)
        self.assertEqual(inbox.requests, [])
        self.assert_problem(self.root.get(path), 404, "not_found")
        self.assert_problem(self.root.post(path, {"url": inbox.url}), 409, "conflict")

    def test_wrong_use_is_said(self):
        client = self.client()
        for arguments, code, sentence in (
                (("webhook",), 2, "webhook-remove"),
                (("webhook-dance", client), 2, "webhook-secret"),
                (("webhook", "nobody-of-this-name", "--url", self.receiver.inbox("/x").url), 1,
                 "not_found")):
            with self.subTest(arguments):
                done = self.instance.ctl("client", *arguments, check=False)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(sentence, done.stderr)

    def test_there_are_thirty_two_of_them_at_most(self):
        made, refused = [], None
        while refused is None and len(made) < 33:
            name = letters()
            self.instance.ctl("client", "add", name, "--owner", "IT", "--purpose", "a test",
                              "--own-scope", "events:read", "--token-file",
                              self.instance.folder / f"{name}.token")
            done = self.ctl("webhook", name, "--url", self.receiver.inbox("/x").url, check=False)
            if done.returncode == 0:
                made.append(name)
                self.addCleanup(self.ctl, "webhook-remove", name)
            else:
                refused = done.stderr
        self.assertEqual(len(made), 32)
        self.assertIn("conflict", refused)

    def test_log_names_the_program_and_nothing_else_of_it(self):
        inbox = self.told()
        inbox.otherwise = 500
        number, text = self.somebody(name="Philippa Quantz"), "Mein Geheimnis ist " + letters()
        self.say(number, text)
        self.becomes(inbox, "failing")
        self.assertIn(f"CLIENT_WEBHOOK_FAILING client={self.id_of(inbox.client)} status=500", self.log())
        stranger = self.told(receiver=self.stranger)
        self.say(number, text)
        self.becomes(stranger, "failing")
        self.assertIn(f"CLIENT_WEBHOOK_FAILING client={self.id_of(stranger.client)} status=0", self.log())
        inbox.otherwise = 200
        self.becomes(inbox, "active")
        self.assertIn(f"CLIENT_WEBHOOK_RECOVERED client={self.id_of(inbox.client)}", self.log())
        metrics = self.root.get("/metrics").body
        for mark in (number, "Quantz", text, inbox.client, inbox.secret[6:], "https://",
                     *self.receiver.paths(), *self.stranger.paths()):
            self.assertNotIn(mark, self.log())
            self.assertNotIn(mark.encode(), metrics)

    def test_zz_files_hold_no_address_and_no_secret(self):
        inbox = self.told()
        self.say(self.somebody(), "Guten Tag.")
        self.arrived(inbox, 2)
        self.assertGreater(int(self.status()["audit_entries"]), 10)
        path = inbox.url.rpartition("/")[2]
        for file in self.instance.store.rglob("*"):
            if file.is_file():
                self.assertEqual(found_in(file.read_bytes(), [path, inbox.secret[6:]]), [], file)
        self.assert_sound()


class Ends(WebhookTest):
    """What a daemon that ends has not handed over is handed over by the next one."""

    def test_nothing_is_lost_and_nothing_overtakes_when_the_daemon_is_killed(self):
        inbox = self.told()
        number = self.somebody()
        conversation = self.conversation_with(number)
        kills, behind = 5, 0
        for kill in range(kills):
            for text in range(6):
                self.say(number, f"{kill} {text}")
            self.instance.kill_daemon()
            behind += len(inbox.messages()) < 1 + (kill + 1) * 6
            self.instance.start_daemon()
        self.assertGreater(behind, 0, "no kill hit an event on its way")
        self.all_received(inbox, conversation, seconds=60)
        self.assertEqual(len(inbox.messages()), 1 + kills * 6)
        self.arrived(inbox, 2 + kills * 6)
        # A kill may fall between the answer and its record.
        self.assertLessEqual(len(inbox.requests) - len(inbox.events()), kills)
        self.assert_sound()

    def test_event_that_was_on_its_way_comes_again_after_a_kill(self):
        inbox = self.told()
        inbox.answers = [HOLD]
        conversation = self.conversation_with(self.somebody())
        until(lambda: inbox.requests, "the first one")
        self.instance.kill_daemon()
        self.instance.start_daemon()
        self.all_received(inbox, conversation)
        self.assertEqual([one.id for one in inbox.requests[:2]], [inbox.requests[0].id] * 2)
        self.assertEqual(inbox.requests[0].body, inbox.requests[1].body)
        self.assertEqual(len(inbox.requests), 3)

    def test_wait_after_a_failure_outlives_the_daemon(self):
        inbox = self.told()
        inbox.answers = [500] * 3
        conversation = self.conversation_with(self.somebody())

        def wait_of_four_seconds():
            shown = self.becomes(inbox, "failing", "status_500")
            return seconds_between(shown["failing since"], shown["next try"]) > 1 + 2 + 3
        until(wait_of_four_seconds, "the third failure is kept")
        self.instance.kill_daemon()
        self.instance.start_daemon()
        self.all_received(inbox, conversation)
        third, fourth = (int(one.timestamp) for one in inbox.requests[2:4])
        self.assertGreaterEqual(fourth - third, 4)

    def test_silent_program_does_not_keep_the_daemon_from_stopping(self):
        inbox = self.told()
        inbox.answers = [HOLD]
        conversation = self.conversation_with(self.somebody())
        until(lambda: inbox.requests, "the first one")
        begin = time.monotonic()
        self.assertEqual(self.instance.stop_daemon(), 0)
        self.assertLess(time.monotonic() - begin, 3)
        self.instance.start_daemon()
        self.all_received(inbox, conversation)
        # That there was no answer was no fault of the program.
        self.assertNotIn(f"CLIENT_WEBHOOK_FAILING client={self.id_of(inbox.client)}", self.log())
        self.assertNotIn("last failure", self.shown(inbox.client))

    def test_host_that_is_not_allowed_any_more_gets_nothing(self):
        inbox = self.told()
        try:
            self.instance.stop_daemon()
            self.instance.write_config({
                **functional.IN_A_HURRY, **self.settings,
                "clients.webhook_allow": f"127.0.0.1:{functional.fixed_port()}"})
            self.instance.start_daemon()
            conversation = self.conversation_with(self.somebody())
            self.becomes(inbox, "held")
            self.assertEqual(self.shown(inbox.client)["held"], "host_not_allowed")
            self.assertEqual(inbox.requests, [])
        finally:
            self.instance.stop_daemon()
            self.instance.write_config({**functional.IN_A_HURRY, **self.settings})
            self.instance.start_daemon()
        self.all_received(inbox, conversation)


class NothingAllowed(functional.FunctionalTest):
    """The product's own default."""

    def test_no_webhook_can_be_set(self):
        self.instance.add_client("job", (), SEEN, ("--own-scope", "events:read"))
        for url in ("https://127.0.0.1/", "https://leadkeep.example/"):
            refused = self.instance.ctl("client", "webhook", "job", "--url", url, check=False)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("clients.webhook_allow", refused.stderr)


if __name__ == "__main__":
    functional.main()
