"""People whom the company enters: found in any spelling, changed once, and the same once they write."""
import functional
from functional import letters

ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
MOST_GUESSES = 30  # identifiers of others, by one agent within an hour


def phone(number):
    return {"kind": "phone", "value": "+" + number}


def email(address):
    return {"kind": "email", "value": address}


class Leads(functional.FunctionalTest):
    agents = (("anna", "agent"), ("bert", "agent"), ("root", "admin"))
    numbers = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bert, cls.root = cls.signed_in("bert"), cls.signed_in("root")

    @staticmethod
    def a_number():
        """Nobody's, in the digits of WhatsApp."""
        Leads.numbers += 1
        return f"4915181{Leads.numbers:06}"

    def post(self, body, client=None, key=None):
        headers = {"Idempotency-Key": key} if key else {}
        return (client or self.anna).post("/v1/leads", body, headers=headers)

    def enter(self, name, *identifiers):
        answer = self.post({"display_name": name, "identifiers": identifiers})
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json["id"]

    def lead(self, lead, client=None):
        return self.get(f"/v1/leads/{lead}", client)

    def tag(self, lead):
        return self.anna.get(f"/v1/leads/{lead}").headers["ETag"]

    def patch(self, lead, body, client=None, tag=None):
        return (client or self.anna).request("PATCH", f"/v1/leads/{lead}", body=body,
                                             headers={"If-Match": tag or self.tag(lead)})

    def change(self, lead, **body):
        answer = self.patch(lead, body)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def search(self, body, client=None):
        return (client or self.anna).post("/v1/leads/search", body)

    def found(self, client=None, **query):
        answer = self.search(query, client)
        self.assertEqual(answer.status, 200, answer.body)
        return [lead["id"] for lead in answer.json["items"]]

    def writes(self, number, name):
        """The id of the lead who has just written."""
        self.customer(number, name)
        self.say(number, "Hello.")
        lead, = self.found(phone="+" + number)
        return lead

    def identifiers(self, lead, kind=None):
        return [one for one in self.lead(lead)["identifiers"] if kind in (None, one["kind"])]

    def through(self, name, username, **options):
        """An agent at another program."""
        files = self.instance.add_client(name, **options)
        client = self.instance.api(tls=lambda: self.instance.tls_with(*files))
        self.addCleanup(client.close)
        answer = client.post("/v1/sessions", {"username": username,
                                              "password": self.instance.passwords[username]})
        self.assertEqual(answer.status, 201, answer.body)
        client.token = answer.json["token"]
        return client

    def assert_silent(self, answer, number):
        """It says neither the number nor whose it is, and the log does not say it either."""
        for told in (number[-8:], "lead_"):
            self.assertNotIn(told, answer.body.decode())
        self.assertNotIn(number[2:], self.log())

    def assert_malformed(self, answer, member=None):
        body = self.assert_problem(answer, 400, "invalid_request")
        if member:
            self.assertEqual(body.get("member"), member, body)

    # -- entering ------------------------------------------------------------------------------

    def test_person_is_entered_and_shown_masked(self):
        number, name = self.a_number(), f"Erika {letters().capitalize()}"
        answer = self.post({"display_name": name,
                            "identifiers": [phone(number), email("erika@muster.example")]})
        self.assertEqual(answer.status, 201, answer.body)
        shown = self.anna.get(f"/v1/leads/{answer.json['id']}")
        lead = shown.json
        self.assertEqual((lead["id"], lead["display_name"], lead["conversation_id"]),
                         (answer.json["id"], name, None))
        self.assertEqual([(one["kind"], one["value"], one["masked"]) for one in lead["identifiers"]],
                         [("phone", "•••••••" + number[-2:], True), ("email", "•••@•••", True)])
        self.assertNotIn(number[-8:], shown.body.decode())
        self.assertRegex(shown.headers["ETag"], rf'^"{lead["version"]}[-"]')

    def test_name_or_identifier_is_enough(self):
        self.assertEqual(self.lead(self.enter("Erika Muster"))["identifiers"], [])
        answer = self.post({"identifiers": [phone(self.a_number())]})
        self.assertEqual(answer.status, 201, answer.body)
        self.assertIsNone(self.lead(answer.json["id"])["display_name"])
        for nothing in ({}, {"identifiers": []}):
            self.assert_malformed(self.post(nothing))

    def test_number_in_a_name_is_masked(self):
        number = self.a_number()
        shown = self.lead(self.enter(f"Erika 0{number[2:]}"))["display_name"]
        self.assertTrue(shown.startswith("Erika "), shown)
        self.assertNotIn(number[-8:], shown)

    def test_who_writes_from_the_number_is_who_was_entered(self):
        number, name, of_profile = self.a_number(), f"Erika {letters()}", f"Rika {letters()}"
        lead = self.enter(name, phone(number))
        self.assertEqual(self.writes(number, of_profile), lead)
        shown = self.lead(lead)
        self.assertEqual(shown["display_name"], name)
        conversation = self.get(f"/v1/conversations/{shown['conversation_id']}")
        self.assertEqual(conversation["lead"], {"id": lead, "handle": shown["handle"],
                                                "display_name": name})
        self.assertEqual(self.texts(conversation["id"]), ["Hello."])
        self.assertEqual(len(self.identifiers(lead, "phone")), 1)
        self.assertEqual(len(self.identifiers(lead, "whatsapp_id")), 1)
        self.assertEqual((self.found(name=name), self.found(name=of_profile)), ([lead], [lead]))

    def test_who_was_entered_without_a_name_has_the_one_of_the_profile(self):
        number = self.a_number()
        lead = self.post({"identifiers": [phone(number)]}).json["id"]
        self.assertEqual(self.writes(number, "Rika"), lead)
        self.assertEqual(self.lead(lead)["display_name"], "Rika")

    def test_repeated_request_enters_one_person(self):
        name, key = f"Erika {letters()}", letters()
        body = {"display_name": name, "identifiers": [phone(self.a_number())]}
        answers = [self.post(body, key=key) for _ in range(2)]
        self.assertEqual([answer.status for answer in answers], [201, 201], answers[1].body)
        self.assertEqual(answers[0].json, answers[1].json)
        self.assertEqual(self.found(name=name), [answers[0].json["id"]])
        other = self.post({**body, "display_name": "Erika"}, key=key)
        self.assert_problem(other, 422, "idempotency_key_reused")
        self.assertEqual(self.lead(answers[0].json["id"])["display_name"], name)

    # -- finding -------------------------------------------------------------------------------

    def test_number_is_found_in_any_spelling(self):
        number = self.a_number()
        lead = self.enter("Erika", phone(number))
        area, rest = number[2:5], number[5:]
        for spelling in ("+" + number, "00" + number, f"0{area}{rest}", f"0{area}/{rest[:4]} {rest[4:]}",
                         f"+49 (0){area}-{rest}", f"tel:+49-{area}-{rest}"):
            with self.subTest(spelling):
                self.assertEqual(self.found(phone=spelling), [lead])

    def test_address_is_found_however_its_domain_is_written(self):
        local = letters()
        lead = self.enter("Erika", email(f"{local}@Muster.example"))
        for spelling in (f"{local}@muster.example", f" {local}@MUSTER.EXAMPLE "):
            self.assertEqual(self.found(email=spelling), [lead])

    def test_name_is_found_in_other_order_case_and_accents(self):
        mark = letters()
        lead = self.enter(f"Müller, Zoë-{mark.capitalize()}")
        for spelling in (f"Zoë {mark} Müller", f"MULLER ZOE {mark.upper()}", f"{mark} mu\u0308ller zoé"):
            with self.subTest(spelling):
                self.assertEqual(self.found(name=spelling), [lead])
        self.assertEqual(self.found(name=mark), [])
        other = self.enter(f"Zoe {mark} Muller")
        self.assertCountEqual(self.found(name=f"Zoë {mark} Müller"), [lead, other])

    def test_handle_is_found_as_it_is_spelled(self):
        lead = self.enter("Erika")
        handle = self.lead(lead)["handle"]
        self.assertEqual(self.found(handle=handle), [lead])
        self.assertEqual(self.found(handle=handle + "0"), [])

    def test_search_is_by_one_thing_and_nobody_is_an_empty_list(self):
        number = self.a_number()
        self.assert_malformed(self.search({"phone": "+" + number, "name": "Erika"}))
        self.assert_malformed(self.search({}))
        self.assert_malformed(self.search({"whatsapp_id": number}), "whatsapp_id")
        answer = self.search({"phone": "+" + number})
        self.assertEqual((answer.status, answer.json), (200, {"items": [], "next_cursor": None}))
        self.assertEqual(self.found(email=f"{letters()}@muster.example"), [])
        self.assertEqual(self.found(name=letters()), [])

    # -- changing ------------------------------------------------------------------------------

    def test_change_names_the_version_that_it_changes(self):
        lead = self.enter("Erika")
        path, old = f"/v1/leads/{lead}", self.tag(lead)
        without = self.anna.request("PATCH", path, body={"display_name": "Rika"})
        self.assert_problem(without, 428, "precondition_required")
        version = self.lead(lead)["version"]
        changed = self.patch(lead, {"display_name": "Rika"}, tag=old)
        self.assertEqual(changed.status, 200, changed.body)
        self.assertEqual(changed.json, self.lead(lead))
        self.assertEqual((changed.json["display_name"], changed.json["version"]), ("Rika", version + 1))
        self.assert_problem(self.patch(lead, {"display_name": "Riki"}, tag=old), 412,
                            "precondition_failed")
        again = self.patch(lead, {"display_name": "Erika"}, tag=changed.headers["ETag"])
        self.assertEqual((again.status, again.json["display_name"]), (200, "Erika"), again.body)
        by_number = self.patch(lead, {"display_name": "Rika"}, tag=f'"{again.json["version"]}"')
        self.assertEqual(by_number.status, 200, by_number.body)

    def test_without_an_entered_name_the_one_of_the_profile_is_shown(self):
        name = f"Erika {letters()}"
        lead = self.writes(self.a_number(), "Rika")
        path = f"/v1/conversations/{self.lead(lead)['conversation_id']}"
        for display_name, shown in ((name, name), (None, "Rika")):
            self.assertEqual(self.change(lead, display_name=display_name)["display_name"], shown)
            self.assertEqual(self.lead(lead)["display_name"], shown)
            self.assertEqual(self.get(path)["lead"]["display_name"], shown)
        self.assertEqual(self.found(name=name), [])
        known = self.enter("Erika", {"kind": "phone", "value": f"+{self.a_number()}"})
        self.assertIsNone(self.change(known, display_name=None)["display_name"])
        unknown = self.enter("Erika")
        self.assertEqual(self.patch(unknown, {"display_name": None}, tag=self.tag(unknown)).status, 400)

    def test_address_is_added_and_removed(self):
        address = f"{letters()}@muster.example"
        lead = self.writes(self.a_number(), "Rika")
        before = self.identifiers(lead)
        added, = [one for one in self.change(lead, add_identifiers=[email(address)])["identifiers"]
                  if one not in before]
        self.assertEqual((added["kind"], added["value"]), ("email", "•••@•••"))
        self.assertEqual(self.found(email=address), [lead])
        self.assertEqual(self.change(lead, remove_identifiers=[added["id"]])["identifiers"], before)
        self.assertEqual(self.found(email=address), [])
        other = self.enter("Max", email(address))
        self.assertEqual(self.found(email=address), [other])

    def test_what_whatsapp_gave_stays(self):
        lead = self.writes(self.a_number(), "Rika")
        before = self.lead(lead)
        self.assertEqual(sorted(one["kind"] for one in before["identifiers"]),
                         ["bsuid", "phone", "whatsapp_id"])
        for identifier in before["identifiers"]:
            with self.subTest(identifier["kind"]):
                self.assert_problem(self.patch(lead, {"remove_identifiers": [identifier["id"]]}), 409,
                                    "conflict")
        self.assertEqual(self.lead(lead), before)

    def test_what_is_not_there_is_not_changed(self):
        tag = self.tag(self.enter("Erika"))
        answer = self.patch("lead_" + ULID, {"display_name": "Rika"}, tag=tag)
        self.assert_problem(answer, 404, "not_found")

    # -- what is not taken ---------------------------------------------------------------------

    def test_unknown_members_and_kinds_are_refused(self):
        number, lead = self.a_number(), self.enter("Erika")
        whatsapp_id = {"kind": "whatsapp_id", "value": number}
        unknown = {**phone(number), "masked": False}
        before = self.lead(lead)
        for answer, member in (
                (self.post({"display_name": "Erika", "phone": number}), "phone"),
                (self.patch(lead, {"name": "Erika"}), "name"),
                (self.post({"identifiers": [whatsapp_id]}), "kind"),
                (self.patch(lead, {"add_identifiers": [whatsapp_id]}), "kind"),
                (self.post({"identifiers": [unknown]}), "masked"),
                (self.patch(lead, {"remove_identifiers": [number]}), "remove_identifiers"),
                (self.post({number: "Erika"}), None)):
            self.assert_malformed(answer, member)
            self.assert_silent(answer, number)
        self.assertEqual(self.lead(lead), before)

    def test_malformed_number_is_refused_and_not_repeated(self):
        number, lead = self.a_number(), self.enter("Erika")
        before = self.lead(lead)
        for text in (f"+{number} at home", f"+999{number[2:]}", f"+{number}{number}"):
            identifier = {"kind": "phone", "value": text}
            for answer in (self.post({"display_name": "Erika", "identifiers": [identifier]}),
                           self.patch(lead, {"add_identifiers": [identifier]}),
                           self.search({"phone": text})):
                with self.subTest(text):
                    self.assert_malformed(answer)
                    self.assert_silent(answer, number)
        self.assertEqual(self.lead(lead), before)

    def test_identifier_of_another_is_refused_and_not_whose_it_is(self):
        number, free, address = self.a_number(), self.a_number(), f"{letters()}@muster.example"
        owner, lead = self.writes(number, "Rika"), self.enter("Max")
        before = self.lead(lead)
        taken = [email(address), phone(free), phone(number)]
        for answer in (self.post({"display_name": "Max", "identifiers": taken}),
                       self.patch(lead, {"display_name": "Maxim", "add_identifiers": taken})):
            self.assert_problem(answer, 409, "conflict")
            self.assert_silent(answer, number)
            self.assertNotIn(owner.removeprefix("lead_"), answer.body.decode())
        # What was refused has left nothing behind.
        self.assertEqual(self.lead(lead), before)
        self.assertEqual(self.found(phone="+" + number), [owner])
        self.change(lead, add_identifiers=[email(address), phone(free)])
        self.assert_sound()

    def test_who_tries_many_numbers_of_others_learns_of_no_more(self):
        number, free = self.a_number(), self.a_number()
        self.writes(number, "Rika")
        lead = self.enter("Max")

        def tries(client, of_whom, by_change):
            if by_change:
                return self.patch(lead, {"add_identifiers": [phone(of_whom)]}, client)
            return self.post({"display_name": "Max", "identifiers": [phone(of_whom)]}, client)

        for n in range(MOST_GUESSES):
            self.assert_problem(tries(self.bert, number, n % 2), 409, "conflict")
        for by_change in (False, True):
            for of_whom in (number, free):
                answer = tries(self.bert, of_whom, by_change)
                self.assert_problem(answer, 429, "too_many_requests")
                self.assert_silent(answer, of_whom)
        self.assertEqual(self.log().count("LEADS_GUESSED"), 1)
        self.assertEqual(self.patch(lead, {"display_name": "Maxim"}, self.bert).status, 200)
        self.assert_problem(tries(self.anna, number, False), 409, "conflict")

    # -- who may -------------------------------------------------------------------------------

    def test_program_that_may_not_write_leads_still_reads_them(self):
        number = self.a_number()
        lead = self.enter("Erika", phone(number))
        reader = self.through("reader", "anna", scopes=("sessions", "leads:read"))
        self.assert_problem(self.post({"display_name": "Max"}, reader), 403, "forbidden")
        self.assert_problem(self.patch(lead, {"display_name": "Max"}, reader), 403, "forbidden")
        self.assertEqual(self.lead(lead, reader), self.lead(lead))
        self.assertEqual(self.found(reader, phone="+" + number), [lead])
        self.assertEqual(self.lead(lead)["display_name"], "Erika")

    def test_administrator_neither_enters_nor_changes_nor_reads(self):
        lead = self.enter("Erika")
        for answer in (self.post({"display_name": "Max"}, self.root),
                       self.patch(lead, {"display_name": "Max"}, self.root),
                       self.search({"name": "Erika"}, self.root),
                       self.root.get(f"/v1/leads/{lead}")):
            self.assert_problem(answer, 403, "forbidden")


if __name__ == "__main__":
    functional.main()
