"""Numbers and addresses in clear: who is shown them, what for, how many, and nobody else afterwards."""
import concurrent.futures

import functional
from functional import letters

ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
HOUR = 3600


class RevealTest(functional.FunctionalTest):
    agents = (("anna", "agent"), ("sofia", "supervisor"), ("vera", "auditor"), ("root", "admin"))
    numbers = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sofia, cls.vera, cls.root = (cls.signed_in(name) for name in ("sofia", "vera", "root"))

    def setUp(self):
        self.lead, self.number = self.somebody_writes()

    def somebody_writes(self):
        RevealTest.numbers += 1
        number = f"4915183{RevealTest.numbers:06}"
        self.customer(number, user_id=f"DE.{number[::-1]}")
        self.conversation = self.conversation_with(number)
        self.addCleanup(self.assert_is_nowhere_else, number)
        return self.get(f"/v1/conversations/{self.conversation}")["lead"]["id"], number

    def assert_is_nowhere_else(self, number):
        """Neither in the log nor among the metrics, whatever was asked."""
        for text in (self.log(), self.anna.get("/metrics").body.decode()):
            for part in (number[2:], number[-8:], number[:1:-1]):
                self.assertNotIn(part, text)

    def identifiers(self, *kinds, lead=None):
        """Ids, in the order of the lead."""
        return [one["id"] for one in self.get(f"/v1/leads/{lead or self.lead}")["identifiers"]
                if not kinds or one["kind"] in kinds]

    def ask(self, body, client=None, lead=None):
        return (client or self.sofia).post(f"/v1/leads/{lead or self.lead}/reveal", body)

    def reveal(self, identifiers, client=None, lead=None, reason="call_back", **more):
        return self.ask({"identifier_ids": identifiers, "reason": reason, **more}, client, lead)

    def shown(self, identifiers, client=None, lead=None, **more):
        answer = self.reveal(identifiers, client, lead, **more)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertIsNone(answer.json["next_cursor"])
        self.assertEqual([one["masked"] for one in answer.json["items"]], [False] * len(identifiers))
        return [(one["id"], one["kind"], one["value"]) for one in answer.json["items"]]

    def assert_masked(self, answer):
        self.assertLess(answer.status, 300, answer.body)
        for part in (self.number[2:], self.number[-8:]):
            self.assertNotIn(part, answer.body.decode() + str(answer.headers))

    def assert_refused(self, answer, status, code):
        self.assert_problem(answer, status, code)
        self.assertNotIn(self.number[-8:], answer.body.decode() + str(answer.headers))

    def through(self, name, username=None, **options):
        """An agent at another program."""
        files = self.instance.add_client(name, **options)
        client = self.instance.api(tls=lambda: self.instance.tls_with(*files))
        self.addCleanup(client.close)
        if username:
            answer = client.post("/v1/sessions", {"username": username,
                                                  "password": self.instance.passwords[username]})
            self.assertEqual(answer.status, 201, answer.body)
            client.token = answer.json["token"]
        return client


class Reveal(RevealTest):
    settings = {"inbox.reveals_per_hour": 1000}

    # -- what is shown -------------------------------------------------------------------------

    def test_supervisor_sees_the_number_of_who_has_written(self):
        phone, = self.identifiers("phone")
        self.assertEqual(self.shown([phone]), [(phone, "phone", "+" + self.number)])

    def test_all_identifiers_are_shown_in_the_order_of_the_lead(self):
        values = {"phone": "+" + self.number, "whatsapp_id": self.number,
                  "bsuid": f"DE.{self.number[::-1]}"}
        of_lead = [(one["id"], one["kind"], values[one["kind"]])
                   for one in self.get(f"/v1/leads/{self.lead}")["identifiers"]]
        self.assertEqual({kind for _, kind, _ in of_lead}, set(values))
        identifiers = [one[0] for one in of_lead]
        self.assertEqual(self.shown(identifiers), of_lead)
        self.assertEqual(self.shown(identifiers[::-1], case="CLM-2026-117"), of_lead)

    def test_address_that_was_entered_is_shown_as_it_was_entered(self):
        address = f"{letters()}@muster.example"
        made = self.anna.post("/v1/leads", {"display_name": "Erika", "identifiers": [
            {"kind": "email", "value": address}, {"kind": "email", "value": f"{letters()}@x.example"}]})
        email = self.identifiers(lead=made.json["id"])[0]
        self.assertEqual(self.shown([email], lead=made.json["id"]), [(email, "email", address)])

    def test_lead_stays_masked_for_everybody(self):
        before = self.get(f"/v1/leads/{self.lead}")
        self.shown(self.identifiers())
        for client in (self.sofia, self.anna):
            for path in (f"/v1/leads/{self.lead}", f"/v1/leads?ids={self.lead}", "/v1/conversations",
                         f"/v1/conversations/{self.conversation}",
                         f"/v1/conversations/{self.conversation}/messages", "/v1/events/poll"):
                with self.subTest(path):
                    self.assert_masked(client.get(path))
            found = client.post("/v1/leads/search", {"phone": "+" + self.number})
            self.assert_masked(found)
            self.assertEqual(found.json["items"][0]["id"], self.lead)
        self.assertEqual(self.get(f"/v1/leads/{self.lead}"), before)
        self.assert_masked(self.vera.get("/v1/audit?act=revealed"))

    # -- who may -------------------------------------------------------------------------------

    def test_others_than_supervisors_are_refused(self):
        identifiers = self.identifiers()
        for client in (self.anna, self.root, self.vera):
            self.assert_refused(self.reveal(identifiers, client), 403, "forbidden")
        self.assert_refused(self.reveal(identifiers, self.instance.api()), 401, "unauthenticated")

    def test_program_without_the_scope_shows_nobody_a_number(self):
        scopes = [one for one in self.instance.SCOPES if one != "leads:reveal"]
        plain = self.through("plain", "sofia", scopes=scopes)
        self.assert_refused(self.reveal(self.identifiers(), plain), 403, "forbidden")
        with_it = self.through("plain-and-more", "sofia", scopes=("sessions", "leads:reveal"))
        self.assertEqual(len(self.shown(self.identifiers(), with_it)), 3)

    def test_what_is_hidden_through_the_program_is_not_there(self):
        narrow = self.through("narrow", "sofia", scopes=("sessions", "leads:reveal", "leads:read"),
                              record_classes=("whatsapp_ids", "names"))
        phone, whatsapp_id = self.identifiers("phone"), self.identifiers("whatsapp_id")
        for identifiers in (phone, whatsapp_id + phone):
            self.assert_refused(self.reveal(identifiers, narrow), 404, "not_found")
        self.assertEqual(self.shown(whatsapp_id, narrow), [(*whatsapp_id, "whatsapp_id", self.number)])

    def test_program_by_itself_reveals_nothing(self):
        done = self.instance.ctl("client", "add", "robot", "--owner", "IT", "--purpose", "a test",
                                 "--own-scope", "leads:reveal", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("own_scopes", done.stderr)
        job = self.through("job", scopes=self.instance.SCOPES, options=("--own-scope", "leads:read"))
        self.assertEqual(job.get(f"/v1/leads/{self.lead}").status, 200)
        self.assert_refused(self.reveal(self.identifiers(), job), 401, "unauthenticated")

    # -- what is not taken ---------------------------------------------------------------------

    def test_reason_is_a_word_of_small_letters(self):
        identifiers = self.identifiers()
        for reason in ("", "Call", "call back", "call-back", "call2", "a" * 41, "rückruf", self.number,
                       None, 1, ["call_back"]):
            with self.subTest(reason):
                self.assert_refused(self.reveal(identifiers, reason=reason), 400, "invalid_request")
        self.assert_refused(self.ask({"identifier_ids": identifiers}), 400, "invalid_request")
        for reason in ("a" * 40, "_"):
            self.assertEqual(len(self.shown(identifiers, reason=reason)), 3)

    def test_case_is_a_reference_that_is_nobodys_number(self):
        identifiers = self.identifiers()
        for case in ("", "a" * 41, "CLM 117", "CLM#117", "Fall_ä", "erika@muster.example", self.number,
                     f"0{self.number[2:5]}/{self.number[5:]}", f"CLM-{self.number[-8:]}", None, 7):
            with self.subTest(case):
                self.assert_refused(self.reveal(identifiers, case=case), 400, "invalid_request")
        for case in ("CLM-2026-117", "a" * 40, "x/y.z_1"):
            self.assertEqual(len(self.shown(identifiers, case=case)), 3)

    def test_identifiers_are_named_once_and_not_too_many(self):
        phone, = self.identifiers("phone")
        unknown = ["ident_" + ULID[:-2] + f"{n:02}" for n in range(21)]
        for identifiers in ([], [phone, phone], [phone] * 20, unknown, [phone, *unknown[:20]],
                            self.number, [self.number], [self.lead], [phone.lower()], [None], None, [1]):
            with self.subTest(identifiers):
                self.assert_refused(self.reveal(identifiers), 400, "invalid_request")
        self.assert_refused(self.reveal(unknown[:20]), 404, "not_found")
        body = {"identifier_ids": [phone], "reason": "call_back"}
        for more in ("lead", "masked", self.number):
            self.assert_refused(self.ask({**body, more: "x"}), 400, "invalid_request")

    def test_what_the_lead_does_not_have_is_not_found(self):
        mine = self.identifiers()
        other_lead, _ = self.somebody_writes()
        others = self.identifiers(lead=other_lead)
        self.assertEqual(len(set(mine + others)), 6)
        for identifiers in (["ident_" + ULID], others, others[:1], [*mine, others[0]],
                            [mine[0], "ident_" + ULID]):
            with self.subTest(identifiers):
                self.assert_refused(self.reveal(identifiers), 404, "not_found")
        for unknown in ("lead_" + ULID, "lead_x", self.conversation):
            self.assert_refused(self.reveal(mine, lead=unknown), 404, "not_found")
        self.assertEqual(len(self.shown(mine)), 3)


class Allowance(RevealTest):
    settings = {"inbox.reveals_per_hour": 3}

    def setUp(self):
        super().setUp()
        self.phone, self.whatsapp_id = self.identifiers("phone"), self.identifiers("whatsapp_id")

    def a_supervisor(self, username=None):
        """Somebody who was shown nothing yet, and their id."""
        username = username or letters()
        self.instance.add_agent(username, "Sofia Berg", "supervisor")
        client = self.signed_in(username)
        return client, client.get("/v1/session").json["agent"]["id"]

    def assert_spent(self, answer):
        self.assert_refused(answer, 429, "too_many_requests")
        self.assertIn(int(answer.headers["Retry-After"]), range(1, HOUR + 1))

    def reports_of(self, agent):
        return [line for line in self.log().splitlines() if "REVEALS_SPENT" in line and agent in line]

    def test_so_many_are_shown_within_an_hour_and_the_operator_hears_of_it_once(self):
        name = letters()
        one, agent = self.a_supervisor(name)
        self.shown(self.phone, one)
        self.shown(self.phone, one)
        self.assert_spent(self.reveal(self.phone + self.whatsapp_id, one))
        self.assertEqual(self.reports_of(agent), [])
        self.shown(self.whatsapp_id, one)
        elsewhere = self.through("elsewhere", name, scopes=self.instance.SCOPES)
        for client in (one, elsewhere, one):
            self.assert_spent(self.reveal(self.phone, client))
        self.assertEqual(len(self.reports_of(agent)), 1)
        self.assertEqual(one.get(f"/v1/leads/{self.lead}").status, 200)
        revealed = self.every("/v1/audit?act=revealed&actor=" + agent, self.vera)
        self.assertEqual([entry["reason"] for entry in revealed[::-1]], [
            "call_back", "call_back", "too_many_requests", "call_back", *["too_many_requests"] * 3])

    def test_another_supervisor_has_an_allowance_of_their_own(self):
        (one, _), (another, agent) = self.a_supervisor(), self.a_supervisor()
        self.shown(self.identifiers(), one)
        self.assert_spent(self.reveal(self.phone, one))
        self.assertEqual(self.reports_of(agent), [])
        self.assertEqual(len(self.shown(self.identifiers(), another)), 3)
        self.assertEqual(len(self.reports_of(agent)), 1)

    def test_what_was_refused_takes_nothing_of_it(self):
        one, _ = self.a_supervisor()
        for _ in range(4):
            self.assert_refused(self.reveal(["ident_" + ULID], one), 404, "not_found")
            self.assert_refused(self.reveal(self.phone, one, reason=""), 400, "invalid_request")
            self.assert_spent(self.reveal(["ident_" + ULID[:-1] + digit for digit in "1234"], one))
        self.assertEqual(len(self.shown(self.identifiers(), one)), 3)

    def test_many_at_once_are_shown_no_more(self):
        one, agent = self.a_supervisor()

        def ask(_):
            client = self.instance.api(token=one.token)
            answer = self.reveal(self.phone, client)
            client.close()
            return answer.status

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            statuses = sorted(pool.map(ask, range(16)))
        self.assertEqual(statuses, [200] * 3 + [429] * 13)
        self.assertEqual(len(self.reports_of(agent)), 1)


if __name__ == "__main__":
    functional.main()
