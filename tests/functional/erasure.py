"""Who is erased is seen, found and reached by nobody, their key is in no file, others notice nothing."""
import concurrent.futures
import contextlib
import http.client
import re
import threading

import functional
from api_events import Stream
from client_webhooks import WebhookTest
from contract.marks import Marks, phone, word
from evidence import AGENTS, BASE32, ULID
from functional import letters, until

WHY = {"reason": "data_subject_request", "case": "DSR-2026-17"}
OFFICER = ("dora", "privacy_officer")


class Person:
    def __init__(self, number, name, conversation):
        self.number, self.name, self.conversation = number, name, conversation["id"]
        self.lead, self.handle = conversation["lead"]["id"], conversation["lead"]["handle"]
        self.path, self.inbox = f"/v1/leads/{self.lead}", f"/v1/conversations/{self.conversation}"
        self.paths = (self.path, self.path + "/consents", self.inbox + "/messages", self.inbox)
        self.queries = ({"phone": "+" + number}, {"name": name}, {"handle": self.handle})


class People(functional.FunctionalTest):
    """Dora erases. Whatever happens, the log and the metrics say nobody's number or name."""
    agents = (*AGENTS, OFFICER)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sofia, cls.dora, cls.vera, cls.root = (
            cls.signed_in(name) for name in ("sofia", "dora", "vera", "root"))

    def somebody(self, text="Please call me."):
        number, name = phone(), f"Erika {word().capitalize()}"
        self.addCleanup(self.assert_is_nowhere_else, number, name)
        self.customer(number, name)
        return self.who_writes(number, name, text)

    def who_writes(self, number, name, text):
        conversation = self.conversation_with(number, text)
        return Person(number, name, self.get(f"/v1/conversations/{conversation}"))

    def assert_is_nowhere_else(self, number, name):
        marks = Marks()
        marks.add_phone("the number", number)
        marks.add_text("the name", name.split()[1])
        for text in (self.instance.log.read_bytes(), self.anna.get("/metrics").body):
            self.assertEqual(marks.leaks(text, lambda _: False), [])
            planted = text + f"{number} {name}".encode()
            self.assertEqual(marks.leaks(planted, lambda _: False), ["the number", "the name"])

    def ask(self, person, verb="POST", what="erasure", client=None, why=WHY):
        body = why if verb == "POST" else None
        return (client or self.dora).request(verb, f"{person.path}/{what}", body)

    def assert_all_refused(self, person, client, status, code):
        for asked in ("POST erasure", "GET erasure", "POST hold", "DELETE hold"):
            self.assert_problem(self.ask(person, *asked.split(), client), status, code)

    def erase(self, person):
        answer = self.ask(person)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def certificate(self, person):
        return self.get(person.path + "/erasure", self.dora)

    def hold(self, person):
        return self.ask(person, what="hold")

    def release(self, person):
        return self.ask(person, "DELETE", "hold")

    def found(self, query):
        answer = self.dora.post("/v1/leads/search", query)
        self.assertEqual(answer.status, 200, answer.body)
        return [lead["id"] for lead in answer.json["items"]]

    def all_of(self, person):
        return [self.get(path) for path in person.paths]

    def assert_gone(self, person):
        for client in (self.anna, self.sofia):
            for path in person.paths:
                self.assert_problem(client.get(path), 404, "not_found")
        self.assertNotIn(person.lead, [one["lead"]["id"] for one in self.every("/v1/conversations")])
        for query in person.queries:
            self.assertNotIn(person.lead, self.found(query), query)


class Erasure(People):
    def test_who_is_erased_is_seen_and_found_by_nobody_and_others_stay(self):
        person, other = self.somebody(), self.somebody()
        for one in (person, other):
            reply = self.reply(one.conversation, "We shall.")
            self.status_becomes(one.conversation, reply, "read")
            note = self.anna.post(one.inbox + "/notes", {"text": {"body": "Is kind."}})
            consent = self.dora.post(one.path + "/consents", {
                "kind": "given", "purpose": "messages", "source": "chat", "evidence": "as written"})
            self.assertEqual((note.status, consent.status), (201, 201))
        tag, others = self.anna.get(person.path).headers["ETag"], self.all_of(other)
        self.assertEqual([self.found(query) for query in person.queries], [[person.lead]] * 3)
        self.assert_certificate(self.erase(person), person, messages=3)
        self.assert_gone(person)
        self.assertEqual(self.anna.get(person.path, headers={"If-None-Match": tag}).status, 404)
        self.assertEqual(self.get(f"/v1/leads?ids={person.lead}")["items"], [])
        self.assert_problem(self.send(person.conversation, "Too late."), 404, "not_found")
        self.assert_problem(self.hold(person), 404, "not_found")
        self.assertEqual(self.all_of(other), others)
        self.assertEqual([self.found(query) for query in other.queries], [[other.lead]] * 3)
        self.assert_sound()

    def assert_certificate(self, shown, person, messages):
        self.assertEqual(shown | {
            "lead_id": person.lead, **WHY, "messages": messages, "key_residue_gone_at": None,
            "asked_by": self.dora.get("/v1/session").json["agent"]["id"]}, shown)
        self.assertLessEqual(shown["asked_at"], shown["key_gone_at"])
        self.assertLessEqual(shown["key_gone_at"], shown["data_gone_at"])
        self.assertEqual(self.certificate(person), shown)
        again = self.ask(person, why={"reason": "again"})
        self.assertEqual((again.status, again.json), (200, shown))
        entries = self.get(f"/v1/audit?object={person.lead}", self.vera)["items"][::-1]
        self.assertEqual([(one["act"], one["items"]) for one in entries if one["act"][:3] == "era"],
                         [("erased", 0), ("erasure_done", messages), *[("erasure_shown", 0)] * 2])

    def test_reply_that_waits_is_not_sent_to_who_is_erased_meanwhile(self):
        person, other = self.somebody(), self.somebody()
        self.simulate("/faults", {"fault": "rate_limit", "code": 131056, "count": 2})

        def armed():
            return sum(fault["count"] for fault in self.whatsapp.get("/faults").json["items"])

        first = self.reply(person.conversation, "Tried, and waits.")
        until(lambda: armed() == 1, "its first try")
        behind = self.reply(person.conversation, "Waits behind it.")
        later = self.reply(other.conversation, "Tried later, and waits as long.")
        until(lambda: armed() == 0, "the first try of the other")
        self.assertEqual(self.message(person.conversation, first)["status"], "queued")
        self.erase(person)
        self.status_becomes(other.conversation, later, "delivered", "read")
        until(lambda: self.anna.metric("outbox_waiting") == 0, "nothing waits any more")
        accepted = self.whatsapp.get("/journal").json["accepted_per_callback_data"]
        self.assertEqual([accepted.get(one, 0) for one in (first, behind, later)], [0, 0, 1])

    def test_who_writes_again_from_the_same_number_is_somebody_new(self):
        person = self.somebody("My first secret.")
        self.erase(person)
        again = self.who_writes(person.number, person.name, "Here I am.")
        for name in ("lead", "handle", "conversation"):
            self.assertNotEqual(getattr(again, name), getattr(person, name))
        self.assertEqual(self.texts(again.conversation), ["Here I am."])
        self.assertEqual(self.found(person.queries[0]), [again.lead])
        reply = self.reply(again.conversation, "Good day.")
        self.status_becomes(again.conversation, reply, "delivered", "read")
        self.assert_gone(person)
        self.assert_problem(self.ask(again, "GET"), 404, "not_found")
        self.assertEqual([self.certificate(person)["messages"], self.erase(again)["messages"]], [1, 2])
        self.assertEqual(self.found(person.queries[0]), [])

    def test_who_is_on_hold_is_not_erased_before_the_release(self):
        person = self.somebody()
        self.assert_problem(self.release(person), 409, "conflict")
        self.assertIs(self.get(person.path)["on_hold"], False)
        self.assertEqual(self.hold(person).status, 204)
        self.assertIs(self.get(person.path)["on_hold"], True)
        before = self.all_of(person)
        self.assert_problem(self.ask(person), 409, "conflict")
        self.assert_problem(self.hold(person), 409, "conflict")
        self.assertEqual(self.all_of(person), before)
        self.assert_problem(self.ask(person, "GET"), 404, "not_found")
        self.assertEqual(self.release(person).status, 204)
        self.assertIs(self.get(person.path)["on_hold"], False)
        self.assert_problem(self.release(person), 409, "conflict")
        self.erase(person)
        self.assert_gone(person)

    # -- who may not ---------------------------------------------------------------------------

    def test_nobody_but_a_privacy_officer_through_a_program_that_may_erases_or_holds(self):
        person = self.somebody()
        files = self.instance.add_client("narrow", [one for one in self.instance.SCOPES
                                                    if one != "leads:erase"])
        narrow = self.instance.api(tls=lambda: self.instance.tls_with(*files))
        self.addCleanup(narrow.close)
        narrow.token = narrow.post("/v1/sessions", {
            "username": "dora", "password": self.instance.passwords["dora"]}).json["token"]
        self.assertEqual(self.get(person.path, narrow), self.get(person.path, self.dora))
        for client in (self.anna, self.sofia, self.vera, self.root, narrow):
            self.assert_all_refused(person, client, 403, "forbidden")
        self.assert_all_refused(person, self.instance.api(), 401, "unauthenticated")
        self.assertIs(self.get(person.path)["on_hold"], False)

    def test_who_is_unknown_is_not_found(self):
        person = self.somebody()
        person.path = "/v1/leads/lead_" + ULID
        self.assert_all_refused(person, self.dora, 404, "not_found")

    def test_reason_and_case_cannot_tell_who_it_is(self):
        person = self.somebody()
        for why in ({}, {"reason": ""}, {"reason": person.name}, {"reason": "x" * 41}, {"reason": 1},
                    {"reason": person.number}, {**WHY, "case": person.number}, {**WHY, "case": ""},
                    {**WHY, "case": "for Erika"}, {**WHY, "case": "C-12345678"}, {**WHY, "more": "x"}):
            for what in ("erasure", "hold"):
                self.assert_problem(self.ask(person, what=what, why=why), 400, "invalid_request")
        self.assertIs(self.get(person.path)["on_hold"], False)

    # -- others --------------------------------------------------------------------------------

    def test_who_follows_events_is_told(self):
        person = self.somebody()
        cursor = self.get("/v1/events/poll")["next_cursor"]
        self.erase(person)
        stream = Stream(self.anna, cursor)
        self.addCleanup(stream.close)
        self.assertEqual([data for _, _, data in stream.wait_for(1)], [{
            "kind": "conversation.erased", "conversation_id": person.conversation, "message_id": None}])


class Meanwhile(People):
    def test_nobody_gets_an_error_while_somebody_is_erased_who_goes_on_writing(self):
        heard, read = set(), set()
        for _ in range(10):
            person, over = self.somebody(), threading.Event()

            def write(person=person, over=over):
                with contextlib.closing(self.instance.whatsapp()) as whatsapp:
                    while not over.is_set():
                        said = whatsapp.post("/say", {"customer": person.number, "text": "More."})
                        heard.add(said.json["delivery"]["http_status"])

            def look(person=person, over=over):
                paths = ("/v1/conversations", *person.paths)
                with contextlib.closing(self.instance.api(self.sofia.token)) as client:
                    while not over.is_set():
                        read.update(client.get(path).status for path in paths)

            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                work = [pool.submit(one) for one in (write, write, write, look)]
                try:
                    self.erase(person)
                finally:
                    over.set()
                for one in work:
                    one.result()
            again = self.who_writes(person.number, person.name, "I am new here.")
            self.assertEqual(self.texts(again.conversation)[-1], "I am new here.")
            self.assert_gone(person)
        self.assertEqual(heard, {200})
        self.assertLessEqual(read, {200, 404})
        self.assert_sound()
        self.assertNotIn("WEBHOOK_DEFERRED", self.log())


class ToldErasure(WebhookTest):
    agents = (*WebhookTest.agents, OFFICER)

    def test_program_is_told_and_what_it_was_not_told_before_says_nothing_of_the_person(self):
        dora, secret, inbox = self.signed_in("dora"), letters(), self.told()
        inbox.otherwise = 500
        conversation = self.conversation_with(self.somebody(name="Erika Muster"), secret)
        self.becomes(inbox, "failing")
        lead = self.get(f"/v1/conversations/{conversation}")["lead"]["id"]
        self.assertEqual(dora.post(f"/v1/leads/{lead}/erasure", WHY).status, 200)
        before, inbox.otherwise = len(inbox.requests), 200
        until(lambda: inbox.requests[-1].event["type"] == "conversation.erased", "it is told")
        self.assert_genuine(inbox)
        data = inbox.requests[-1].data
        self.assertEqual(data["conversation_id"], conversation)
        self.assertEqual([data[name] for name in ("message_id", "message", "conversation")], [None] * 3)
        for request in inbox.requests[before:]:
            self.assertNotRegex(request.body.decode(), f"{secret}|Muster")


class Files(People):
    def keys(self, command="status"):
        lines = self.instance.ctl("keys", command).stdout.splitlines()
        shown = dict(line.split(maxsplit=1) for line in lines)
        return int(shown["epoch"]), int(shown["destroyed_keys"])

    @staticmethod
    def row_of(lead):
        """The key of the row that holds the lead's key, see key_store.h."""
        number = 0
        for digit in lead.removeprefix("lead_"):
            number = number << 5 | BASE32.index(digit)
        return b"\2" + number.to_bytes(16, "big") + b"\0\1"

    def wrapped(self, row, epoch):
        """The key of a row as it is wrapped in the epoch. LMDB has a value right behind its key; a key
        without a value is of a branch page."""
        value = b"\1\1\0\0" + epoch.to_bytes(4, "big") + b".{8}(.{72}).{32}"
        found = re.findall(re.escape(row) + value, (self.instance.store / "keys/data.mdb").read_bytes(),
                           re.DOTALL)
        self.assertEqual(len(set(found)), 1, f"wrapped keys of {row}: {found}")
        return found[0]

    def files_with(self, needle):
        return {str(path.relative_to(self.instance.store)) for path in self.instance.store.rglob("*")
                if path.is_file() and needle in path.read_bytes()}

    def test_of_a_destroyed_key_nothing_is_left_after_its_epoch(self):
        person, other = self.somebody(), self.somebody()
        texts, (epoch, destroyed) = self.texts(other.conversation), self.keys()
        others_row, kek_row = self.row_of(other.lead), b"\1" + bytes(16) + epoch.to_bytes(2, "big")
        gone = [self.wrapped(row, epoch) for row in (self.row_of(person.lead), others_row, kek_row)]
        self.erase(person)
        self.assertEqual(self.keys(), (epoch, destroyed + 1))
        for needle in gone:  # otherwise not to find them below would prove nothing
            self.assertEqual(self.files_with(needle), {"keys/data.mdb"})
        with open(self.instance.store / "keys/data.mdb", "rb") as file_of_before:
            self.assertEqual(self.keys("rotate"), (epoch + 1, 0))
            self.assertEqual(set(file_of_before.read()), {0}, "the old file was not overwritten")
        shown = self.certificate(person)
        self.assertGreaterEqual(shown["key_residue_gone_at"], shown["key_gone_at"])
        for _ in range(2):  # the second time after a restart
            for needle in gone:
                self.assertEqual(self.files_with(needle), set())
            self.assertEqual(self.files_with(self.wrapped(others_row, epoch + 1)), {"keys/data.mdb"})
            self.assertEqual((self.keys(), self.certificate(person)), ((epoch + 1, 0), shown))
            self.assertEqual(self.texts(other.conversation), texts)
            self.assert_gone(person)
            self.assert_sound()
            self.assertEqual(self.instance.stop_daemon(), 0)
            self.instance.start_daemon()

    def test_erasure_that_was_killed_is_finished_by_itself(self):
        person, other, (epoch, destroyed) = self.somebody(), self.somebody(), self.keys()
        many = [{"customer": person.number, "text": "Again {n}", "repeat": 1000}]
        for _ in range(3):
            self.assertEqual(self.simulate("/batch", {"messages": many})["delivery"]["http_status"], 200)
        others, officer = self.all_of(other), self.instance.api(self.dora.token)

        def ask():
            with contextlib.suppress(OSError, http.client.HTTPException):
                self.ask(person, client=officer)

        asking = threading.Thread(target=ask)
        asking.start()
        until(lambda: self.anna.get(person.path).status == 404, "it is under way", pause=0)
        self.instance.kill_daemon()
        asking.join()
        for client in (self.anna, self.sofia, self.dora, self.vera):
            client.close()
        self.instance.start_daemon()
        self.assert_gone(person)
        until(lambda: self.certificate(person)["data_gone_at"], "it is finished")
        shown = self.certificate(person)
        self.assertIsNotNone(shown["key_gone_at"])
        self.assertEqual((shown["messages"], shown["key_residue_gone_at"]), (3001, None))
        done = self.get(f"/v1/audit?object={person.lead}&act=erasure_done", self.vera)["items"]
        self.assertEqual([one["items"] for one in done], [3001])
        self.assertEqual(self.keys(), (epoch, destroyed + 1))
        self.assertEqual(self.all_of(other), others)
        self.assert_sound()


if __name__ == "__main__":
    functional.main()
