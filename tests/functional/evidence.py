"""The audit trail as an auditor sees it: who did what, and the proof that nothing of it was changed.

What the daemon proves is verified by trail_verifier.py, which knows nothing of it.
"""
import base64
import concurrent.futures
import datetime
import shutil
import urllib.parse

import functional
from contract.marks import Marks
from functional import letters
from trail_verifier import NotSigned, goes_on, is_entry, open_checkpoint, root_of

ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
AGENTS = (("anna", "agent"), ("sofia", "supervisor"), ("vera", "auditor"), ("root", "admin"))
AUDIT = ("/v1/audit", "/v1/audit/checkpoint", "/v1/audit/proof?entry=1&size=2",
         "/v1/audit/consistency?earlier=1&size=2")
NUMBER, NAME, TEXT = "4915123456789", "Erika Quillfeather", "Please call about the juniper."
CASE = "CLM-2026-117"
# Of records/audit.proto.
FIELDS = {1: "number", 2: "at", 3: "actor", 4: "session", 5: "act", 6: "outcome", 7: "kind", 8: "object",
          9: "reason", 10: "items", 11: "client", 12: "case", 13: "part"}
KINDS = ("", "conv_", "lead_", "msg_", "agent_", "session_", "consent_", "client_")
BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIXES = {"actor": "agent_", "session": "session_", "client": "client_"}


def decoded(texts):
    return [base64.b64decode(text, validate=True) for text in texts]


def fields_of(leaf):
    """Of a protobuf message that has numbers and bytes only: (name, value), in its order."""
    at = 0

    def number():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte, at = leaf[at], at + 1
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(leaf):
        key = number()
        value = number()
        if key & 7 == 2:
            at, value = at + value, leaf[at:at + value]
        yield FIELDS[key >> 3], value


def ulid(raw):
    value = int.from_bytes(raw, "big")
    return "".join(BASE32[value >> shift & 31] for shift in range(125, -1, -5))


def milliseconds(time):
    return round(datetime.datetime.fromisoformat(time).timestamp() * 1000)


class Trail(functional.FunctionalTest):
    """Asks as vera, who is an auditor."""
    agents = AGENTS
    settings = {"inbox.reveals_per_hour": 1000}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sofia, cls.vera, cls.root = (cls.signed_in(name) for name in ("sofia", "vera", "root"))

    def trail(self, **query):
        return self.every("/v1/audit?" + urllib.parse.urlencode({"limit": 100, **query}), self.vera)

    def signed(self):
        return self.get("/v1/audit/checkpoint", self.vera)

    def checkpoint(self):
        """Number of entries and root, verified."""
        signed = self.signed()
        size, root = open_checkpoint(signed["checkpoint"], signed["verifier_key"])
        self.assertEqual(size, signed["size"])
        return size, root

    def proof(self, entry, size):
        """The entry in words, its leaf, and the hashes."""
        shown = self.get(f"/v1/audit/proof?entry={entry}&size={size}", self.vera)
        self.assertEqual((shown["size"], shown["entry"]["number"]), (size, entry))
        return shown["entry"], *decoded([shown["leaf"]]), decoded(shown["hashes"])

    def consistency(self, earlier, size):
        shown = self.get(f"/v1/audit/consistency?earlier={earlier}&size={size}", self.vera)
        self.assertEqual((shown["size"], shown["earlier"]), (size, earlier))
        return decoded(shown["hashes"])

    def reveal(self, lead, identifiers, client=None, **more):
        return (client or self.sofia).post(f"/v1/leads/{lead}/reveal", {
            "identifier_ids": identifiers, "reason": "call_back", **more})


class Evidence(Trail):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.whatsapp.post("/customers", {"wa_id": NUMBER, "name": NAME})
        cls.whatsapp.post("/say", {"customer": NUMBER, "text": TEXT})
        cls.conversation = cls.anna.get("/v1/conversations").json["items"][0]["id"]
        cls.lead = cls.anna.get(f"/v1/conversations/{cls.conversation}").json["lead"]["id"]
        shown = cls.anna.get(f"/v1/leads/{cls.lead}").json["identifiers"]
        cls.identifiers = [one["id"] for one in shown]
        cls.ids = {name: client.get("/v1/session").json["agent"]["id"] for name, client in (
            ("anna", cls.anna), ("sofia", cls.sofia), ("vera", cls.vera), ("root", cls.root))}
        body = {"identifier_ids": cls.identifiers, "reason": "call_back", "case": CASE}
        for client, status in ((cls.sofia, 200), (cls.anna, 403)):
            assert client.post(f"/v1/leads/{cls.lead}/reveal", body).status == status
        # The trail so far, which is small.
        signed = cls.vera.get("/v1/audit/checkpoint").json
        cls.size, cls.root_of_it = open_checkpoint(signed["checkpoint"], signed["verifier_key"])

    # -- checkpoints ---------------------------------------------------------------------------

    def test_checkpoint_is_signed_by_the_key_that_was_told(self):
        signed = self.signed()
        size, root = open_checkpoint(signed["checkpoint"], signed["verifier_key"])
        self.assertEqual((size, len(root)), (signed["size"], 32))
        self.assertEqual(self.signed()["verifier_key"], signed["verifier_key"])

    def test_checkpoint_that_was_changed_is_signed_by_nobody(self):
        signed = self.signed()
        note, key = signed["checkpoint"], signed["verifier_key"]
        name, size, root = note.split("\n")[:3]
        other_root = base64.b64encode(bytes(32)).decode()
        signature = note.split(" ")[2].strip()
        turned = bytearray(base64.b64decode(signature))
        turned[-1] ^= 1
        for what, changed in (
                ("its size", note.replace(f"\n{size}\n", f"\n{int(size) - 1}\n")),
                ("its root", note.replace(root, other_root)),
                ("its name", note.replace(name + "\n", name[:-1] + "\n", 1)),
                ("a line more", note.replace(root, root + "\nmore")),
                ("its signature", note.replace(signature, base64.b64encode(turned).decode())),
                ("no signature", note.partition("\u2014")[0])):
            with self.subTest(what), self.assertRaises(NotSigned):
                self.assertNotEqual(changed, note)
                open_checkpoint(changed, key)

    def test_checkpoint_is_not_signed_by_another_key(self):
        signed = self.signed()
        name, key_id, key = signed["verifier_key"].split("+", 2)
        other = bytearray(base64.b64decode(key))
        other[-1] ^= 1
        for key in (f"{name}+00000000+{key}", f"{name}x+{key_id}+{key}",
                    f"{name}+{key_id}+{base64.b64encode(other).decode()}"):
            with self.subTest(key), self.assertRaises(NotSigned):
                open_checkpoint(signed["checkpoint"], key)

    # -- proofs --------------------------------------------------------------------------------

    def test_every_entry_is_proven_and_all_of_them_make_the_root(self):
        leaves = []
        for number in range(1, self.size + 1):
            _, leaf, hashes = self.proof(number, self.size)
            self.assertTrue(is_entry(leaf, number, self.size, hashes, self.root_of_it), number)
            leaves.append(leaf)
        self.assertEqual(root_of(leaves), self.root_of_it)
        self.assertEqual(len(set(leaves)), self.size)
        for earlier in range(1, self.size + 1):
            self.assertTrue(goes_on(earlier, root_of(leaves[:earlier]), self.size, self.root_of_it,
                                    self.consistency(earlier, self.size)), earlier)

    def test_entry_that_was_altered_or_moved_is_not_proven(self):
        size, root = self.checkpoint()
        for number in (1, size // 2, size):
            _, leaf, hashes = self.proof(number, size)
            self.assertTrue(is_entry(leaf, number, size, hashes, root))
            altered = bytes([*leaf[:-1], leaf[-1] ^ 1])
            for what, proven in (
                    ("its leaf", is_entry(altered, number, size, hashes, root)),
                    ("its number", is_entry(leaf, number % size + 1, size, hashes, root)),
                    ("a hash less", is_entry(leaf, number, size, hashes[:-1], root)),
                    ("a hash more", is_entry(leaf, number, size, [*hashes, root], root)),
                    ("the root", is_entry(leaf, number, size, hashes, bytes(32)))):
                self.assertFalse(proven, f"{what} of {number}")

    def test_words_of_an_entry_are_those_of_its_leaf(self):
        number_of = {}
        for number in range(1, self.size + 1):
            words, leaf, _ = self.proof(number, self.size)
            fields = list(fields_of(leaf))
            found = dict(fields)
            self.assertEqual(number_of.setdefault(words["act"], found["act"]), found["act"])
            kind = KINDS[found.get("kind", 0)]
            self.assertEqual(words | {"at": milliseconds(words["at"])}, {
                "number": found["number"], "readable": True, "at": found["at"], "act": words["act"],
                "outcome": {1: "done", 2: "refused"}[found["outcome"]],
                **{name: prefix + ulid(found[name]) if found.get(name) else None
                   for name, prefix in PREFIXES.items()},
                "object": kind + ulid(found["object"]) if kind else None,
                "parts": ["ident_" + ulid(value) for name, value in fields if name == "part"],
                "reason": found.get("reason", b"").decode() or None,
                "case": found.get("case", b"").decode() or None, "items": found.get("items", 0)})
        self.assertEqual(len(set(number_of.values())), len(number_of), number_of)
        self.assertLessEqual({"log_in", "read_lead", "revealed", "request"}, set(number_of))

    def test_trail_goes_on_from_an_earlier_checkpoint_and_from_no_other_root(self):
        earlier, earlier_root = self.checkpoint()
        self.get(f"/v1/leads/{self.lead}")
        size, root = self.checkpoint()
        self.assertGreater(size, earlier + 1)
        hashes = self.consistency(earlier, size)
        self.assertTrue(goes_on(earlier, earlier_root, size, root, hashes))
        for what, proven in (
                ("its root", goes_on(earlier, bytes(32), size, root, hashes)),
                ("the root of now", goes_on(earlier, root, size, root, hashes)),
                ("the later root", goes_on(earlier, earlier_root, size, bytes(32), hashes)),
                ("its size", goes_on(earlier - 1, earlier_root, size, root, hashes)),
                ("a hash less", goes_on(earlier, earlier_root, size, root, hashes[:-1])),
                ("a hash more", goes_on(earlier, earlier_root, size, root, [*hashes, root])),
                ("no hash", goes_on(earlier, earlier_root, size, root, []))):
            self.assertFalse(proven, what)
        self.assertEqual(self.consistency(size, size), [])

    # -- what is in it -------------------------------------------------------------------------

    def newest(self, **query):
        path = "/v1/audit?" + urllib.parse.urlencode({**query, "limit": 1})
        return self.get(path, self.vera)["items"][0]

    def assert_entry(self, entry, **wanted):
        self.assertEqual({name: entry[name] for name in wanted}, wanted)

    def test_masked_reading_of_a_lead_is_on_the_trail(self):
        self.get(f"/v1/leads/{self.lead}")
        self.assert_entry(
            self.newest(actor=self.ids["anna"]), act="read_lead", outcome="done", object=self.lead,
            parts=[], reason=None, case=None, items=1, client=self.get("/v1/client")["id"])

    def test_reveal_is_on_the_trail_with_what_it_was_for_and_which_identifiers(self):
        wanted = self.identifiers[1:]
        for case in (CASE, None):
            more = {"case": case} if case else {}
            self.assertEqual(self.reveal(self.lead, wanted, **more).status, 200)
            self.assert_entry(
                self.newest(actor=self.ids["sofia"]), act="revealed", outcome="done", object=self.lead,
                parts=wanted, reason="call_back", case=case, items=len(wanted))

    def test_what_was_refused_is_on_the_trail(self):
        self.assert_problem(self.reveal(self.lead, self.identifiers, self.anna), 403, "forbidden")
        self.assert_entry(self.newest(actor=self.ids["anna"]), act="request", outcome="refused",
                          reason="forbidden", parts=[], items=0)
        self.assert_problem(self.reveal(self.lead, ["ident_" + ULID]), 404, "not_found")
        self.assert_entry(self.newest(actor=self.ids["sofia"]), act="revealed", outcome="refused",
                          object=self.lead, reason="not_found", parts=[], items=0)

    def test_each_reading_of_the_trail_is_on_it(self):
        for path, act in zip(AUDIT, ("trail_read", "checkpoint_signed", "entry_proven", "entry_proven")):
            before = self.newest()["number"]
            self.get(path, self.vera)
            of_this, of_newest = self.get("/v1/audit?limit=2", self.vera)["items"]
            self.assertEqual((of_this["number"], of_newest["number"]), (before + 2, before + 1))
            self.assertEqual((of_this["act"], of_this["actor"], of_this["outcome"]),
                             (act, self.ids["vera"], "done"))
            self.assertEqual(of_newest["act"], "trail_read")

    def test_entries_say_nobodys_number_name_or_text(self):
        marks = Marks()
        marks.add_phone("the number", NUMBER)
        words = {"the name": NAME, "the surname": NAME.split()[1], "the text": "juniper",
                 "the name of an agent": functional.NAMES["sofia"]}
        for name, text in words.items():
            marks.add_text(name, text)
        self.assertEqual(self.reveal(self.lead, self.identifiers, case=NUMBER).status, 400)
        self.assertEqual(self.reveal(self.lead, self.identifiers, reason=NAME).status, 400)
        self.assertEqual(self.vera.get("/v1/audit?act=" + NUMBER).status, 400)
        size, _ = self.checkpoint()
        paths = [*AUDIT, "/v1/audit?limit=100", "/v1/audit?limit=100&sort=number"]
        paths += [f"/v1/audit/proof?entry={number}&size={size}" for number in range(1, size + 1)]
        for path in paths:
            answer = self.vera.get(path)
            self.assertEqual(answer.status, 200, path)
            leaf = base64.b64decode(answer.json.get("leaf", ""))
            searched = str(answer.headers).encode() + answer.body + leaf
            self.assertEqual(marks.leaks(searched, lambda _: False), [], path)
        planted = " ".join((NUMBER, *words.values())).encode()
        self.assertEqual(marks.leaks(planted, lambda _: False), ["the number", *words])

    # -- finding -------------------------------------------------------------------------------

    def test_pages_show_every_entry_once_in_either_order(self):
        newest = self.newest()["number"]
        backwards = [one["number"] for one in self.trail(limit=2)]
        self.assertEqual(backwards, list(range(backwards[0], 0, -1)))
        self.assertGreater(backwards[0], newest)
        onwards = [one["number"] for one in self.trail(limit=2, sort="number")]
        self.assertEqual(onwards, list(range(1, onwards[-1] + 1)))
        self.assertGreater(onwards[-1], backwards[0])
        self.assertEqual([one["number"] for one in self.trail(sort="-number")][-newest:],
                         list(range(newest, 0, -1)))

    def test_entries_are_found_by_who_what_and_to_what(self):
        self.reveal(self.lead, self.identifiers)
        self.get(f"/v1/leads/{self.lead}")
        every = self.trail()
        last, demo = every[0]["number"], self.get("/v1/client")["id"]
        for query in ({"actor": self.ids["anna"]}, {"actor": self.ids["sofia"]}, {"act": "revealed"},
                      {"act": "log_in"}, {"object": self.lead}, {"object": self.conversation},
                      {"client": demo}, {"object": demo},
                      {"actor": self.ids["sofia"], "act": "revealed", "object": self.lead},
                      {"actor": self.ids["anna"], "object": self.lead, "client": demo}):
            with self.subTest(query):
                wanted = [one for one in every if all(one[name] == query[name] for name in query)]
                self.assertTrue(wanted)
                self.assertLess(len(wanted), len(every))
                for limit in (2, 100):
                    found = self.trail(**query, limit=limit)
                    self.assertEqual([one for one in found if one["number"] <= last], wanted)
                found = self.trail(**query, sort="number", before=every[0]["at"])
                self.assertEqual(found, [one for one in wanted[::-1] if one["at"] < every[0]["at"]])

    def test_what_nobody_did_is_an_empty_list(self):
        for query in ({"actor": "agent_" + ULID}, {"object": "lead_" + ULID}, {"act": "leavers_held"},
                      {"client": "client_" + ULID}, {"since": "2100-01-01T00:00:00Z"},
                      {"before": "2020-01-01T00:00:00Z"},
                      {"actor": self.ids["anna"], "act": "revealed"}):
            self.assertEqual(self.trail(**query), [], query)

    def test_entries_are_found_by_when(self):
        every = self.trail()
        first, last = every[len(every) * 2 // 3]["at"], every[len(every) // 3]["at"]
        between = [one for one in every if first <= one["at"] < last]
        self.assertTrue(between)
        self.assertEqual(self.trail(since=first, before=last), between)
        self.assertEqual(self.trail(since=first, before=last, limit=2, sort="number"), between[::-1])
        earlier = [one for one in every if one["at"] < first]
        self.assertTrue(earlier)
        self.assertEqual(self.trail(before=first), earlier)
        since = self.trail(since=last, sort="number")
        self.assertEqual([one for one in since if one["number"] <= every[0]["number"]],
                         [one for one in every[::-1] if one["at"] >= last])
        second = last[:19]
        self.assertEqual(self.trail(before=second + "Z"),
                         [one for one in every if one["at"] < second + ".000Z"])

    def test_malformed_question_is_refused(self):
        size, _ = self.checkpoint()
        cursor = self.get("/v1/audit?limit=1", self.vera)["next_cursor"]
        other = self.get("/v1/conversations?limit=1&sort=last_activity_at")["next_cursor"] or "AAAA"
        for query in ("act=nothing", "act=", "object=lead_x", "object=" + self.lead[5:], "object=",
                      "actor=" + self.lead, "actor=x", "client=" + self.ids["anna"], "since=yesterday",
                      "since=2026-02-30T00:00:00Z", "before=2026-11-24", "before=1790000000", "sort=at",
                      "limit=0", "limit=101", "cursor=x", f"sort=number&cursor={cursor}",
                      f"cursor={other}", "entry=1"):
            with self.subTest(query):
                self.assert_problem(self.vera.get("/v1/audit?" + query), 400, "invalid_request")
        for query in ("proof", "proof?entry=1", f"proof?size={size}", f"proof?entry=0&size={size}",
                      f"proof?entry=-1&size={size}", f"proof?entry={size + 1}&size={size}",
                      "proof?entry=1&size=0", f"proof?entry=1&size={size + 1000}",
                      f"proof?entry={2**64}&size={2**64}", f"proof?entry=1&size={2**64 - 1}",
                      "consistency", f"consistency?earlier=0&size={size}",
                      f"consistency?earlier={size + 1}&size={size}",
                      f"consistency?earlier={size}&size={size + 1000}",
                      f"consistency?earlier=x&size={size}", f"checkpoint?size={size}"):
            with self.subTest(query):
                self.assert_problem(self.vera.get("/v1/audit/" + query), 400, "invalid_request")

    # -- who may -------------------------------------------------------------------------------

    def test_nobody_but_an_auditor_reads_the_trail(self):
        for path in AUDIT:
            for client in (self.anna, self.sofia, self.root):
                self.assert_problem(client.get(path), 403, "forbidden")
            self.assert_problem(self.instance.api().get(path), 401, "unauthenticated")
            self.assertEqual(self.vera.get(path).status, 200)

    def test_auditor_sees_and_does_nothing_else(self):
        conversation, lead = f"/v1/conversations/{self.conversation}", f"/v1/leads/{self.lead}"
        for path in ("/v1/conversations", conversation, conversation + "/messages", lead,
                     f"/v1/leads?ids={self.lead}", lead + "/consents", "/v1/events", "/v1/events/poll",
                     "/v1/agents", "/v1/admin/agents", "/v1/admin/clients"):
            with self.subTest(path):
                self.assert_problem(self.vera.get(path), 403, "forbidden")
        for path, body in (
                ("/v1/leads/search", {"phone": "+" + NUMBER}), ("/v1/leads", {"display_name": "Max"}),
                (lead + "/reveal", {"identifier_ids": self.identifiers, "reason": "audit"}),
                (conversation + "/messages", {"type": "text", "text": {"body": "Hello."}}),
                (conversation + "/notes", {"text": {"body": "Hello."}}),
                ("/v1/admin/agents/disable", {"username": "anna"})):
            with self.subTest(path):
                self.assert_problem(self.vera.post(path, body), 403, "forbidden")

    def program(self, name, *own_scopes, **options):
        files = self.instance.add_client(
            name, record_classes=(), **options,
            options=[word for one in own_scopes for word in ("--own-scope", one)])
        client = self.instance.api(tls=lambda: self.instance.tls_with(*files))
        self.addCleanup(client.close)
        return client

    def test_program_by_itself_keeps_checkpoints_if_it_may(self):
        keeper = self.program("keeper", "audit:read", scopes=())
        signed = self.get("/v1/audit/checkpoint", keeper)
        size, root = open_checkpoint(signed["checkpoint"], signed["verifier_key"])
        self.assertEqual(signed["verifier_key"], self.signed()["verifier_key"])
        proof = self.get(f"/v1/audit/proof?entry={size}&size={size}", keeper)
        self.assertTrue(is_entry(*decoded([proof["leaf"]]), size, size, decoded(proof["hashes"]), root))
        read = self.get("/v1/audit?limit=3", keeper)["items"]
        keeper_id = self.get("/v1/client", keeper)["id"]
        self.assertEqual([(one["act"], one["actor"], one["client"]) for one in read[:1]],
                         [("entry_proven", None, keeper_id)])
        self.assertEqual(self.trail(client=keeper_id, act="checkpoint_signed")[0]["number"], size + 1)
        self.assert_problem(keeper.get("/v1/conversations"), 401, "unauthenticated")
        other = self.program("reader", "conversations:read", scopes=())
        for path in AUDIT:
            self.assert_problem(other.get(path), 401, "unauthenticated")

    def test_auditor_reads_nothing_through_a_program_that_may_not(self):
        client = self.program("narrow", scopes=("sessions", "conversations:read"))
        answer = client.post("/v1/sessions", {"username": "vera",
                                              "password": self.instance.passwords["vera"]})
        client.token = answer.json["token"]
        for path in AUDIT:
            self.assert_problem(client.get(path), 403, "forbidden")

    def test_operator_is_told_that_the_trail_is_sound(self):
        figures = dict(line.split(maxsplit=1)
                       for line in self.instance.ctl("store", "verify").stdout.splitlines())
        self.assertEqual((figures["trail"], figures["verdict"]), ("sound", "sound"), figures)


class GrowingTrail(Trail):
    def test_checkpoints_go_on_from_each_other_while_others_work(self):
        def work(_):
            client = self.instance.api(token=self.anna.token)
            for _ in range(30):
                self.get("/v1/conversations", client)
            client.close()

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            workers = [pool.submit(work, n) for n in range(4)]
            kept = [self.checkpoint()]
            while not all(worker.done() for worker in workers):
                kept.append(self.checkpoint())
            for worker in workers:
                worker.result()
        for earlier, later in zip(kept, kept[1:]):
            self.assertTrue(goes_on(*earlier, *later, self.consistency(earlier[0], later[0])), later[0])
        self.assertGreater(kept[-1][0], kept[0][0] + len(kept))
        self.assert_sound()

    def restart(self, meanwhile=lambda: None):
        self.assertEqual(self.instance.stop_daemon(), 0)
        meanwhile()
        self.instance.start_daemon()

    def test_checkpoint_from_before_a_restart_stays_good_and_the_trail_goes_on_from_it(self):
        before = self.signed()
        earlier, earlier_root = open_checkpoint(before["checkpoint"], before["verifier_key"])
        self.restart()
        after = self.signed()
        self.assertEqual(after["verifier_key"], before["verifier_key"])
        size, root = open_checkpoint(after["checkpoint"], before["verifier_key"])
        self.assertTrue(goes_on(earlier, earlier_root, size, root, self.consistency(earlier, size)))
        _, leaf, hashes = self.proof(earlier, size)
        self.assertTrue(is_entry(leaf, earlier, size, hashes, root))
        self.assert_sound()

    def test_store_that_was_put_back_is_found_out_by_the_checkpoint_that_was_kept(self):
        copy = self.instance.folder / letters()
        before, root_before = self.checkpoint()
        self.restart(lambda: shutil.copytree(self.instance.store, copy))
        for _ in range(3):
            self.get("/v1/conversations")
        kept, kept_root = self.checkpoint()

        def put_back():
            shutil.rmtree(self.instance.store)
            copy.rename(self.instance.store)

        self.restart(put_back)
        self.assert_problem(self.vera.get(f"/v1/audit/consistency?earlier={kept}&size={kept}"), 400,
                            "invalid_request")
        size, root = before, root_before
        while size <= kept:
            size, root = self.checkpoint()
        self.assertTrue(goes_on(before, root_before, size, root, self.consistency(before, size)))
        self.assertFalse(goes_on(kept, kept_root, size, root, self.consistency(kept, size)))


if __name__ == "__main__":
    functional.main()
