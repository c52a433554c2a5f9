"""What agents do with conversations: take, hand over, close, tag, note, filter, page."""
import functional
from functional import letters


class Work(functional.FunctionalTest):
    agents = (("anna", "agent"), ("bert", "agent"), ("sofia", "supervisor"))
    made = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bert, cls.sofia = cls.signed_in("bert"), cls.signed_in("sofia")
        cls.ids = {c.get("/v1/session").json["agent"]["username"]:
                   c.get("/v1/session").json["agent"]["id"]
                   for c in (cls.anna, cls.bert, cls.sofia)}

    def setUp(self):
        Work.made += 1
        self.number = f"49151800{Work.made:05}"
        self.customer(self.number)
        self.conversation = self.conversation_with(self.number)
        self.path = f"/v1/conversations/{self.conversation}"

    def change(self, client, body, expect=200):
        tag = self.anna.get(self.path).headers["ETag"]
        answer = client.request("PATCH", self.path, body=body, headers={"If-Match": tag})
        self.assertEqual(answer.status, expect, answer.body)
        return answer.json

    def shown(self):
        return self.get(self.path)

    def listed(self, query, client=None):
        return [c["id"] for c in self.every("/v1/conversations?" + query, client)]

    # -- whose ---------------------------------------------------------------------------------

    def test_take_and_give_back(self):
        anna = self.ids["anna"]
        self.assertIsNone(self.shown()["assignee"])
        self.assertEqual(self.change(self.anna, {"assignee": anna})["assignee"], anna)
        self.assertEqual(self.change(self.anna, {"assignee": anna})["assignee"], anna)
        self.assertIsNone(self.change(self.anna, {"assignee": None})["assignee"])

    def test_agent_cannot_take_from_or_give_to_others(self):
        self.change(self.anna, {"assignee": self.ids["bert"]}, expect=403)
        self.change(self.anna, {"assignee": self.ids["anna"]})
        for assignee in (self.ids["bert"], self.ids["anna"], None, self.ids["sofia"]):
            self.change(self.bert, {"assignee": assignee}, expect=403)
        self.assertEqual(self.shown()["assignee"], self.ids["anna"])

    def test_supervisor_hands_over(self):
        self.change(self.anna, {"assignee": self.ids["anna"]})
        handed = self.change(self.sofia, {"assignee": self.ids["bert"]})
        self.assertEqual(handed["assignee"], self.ids["bert"])
        self.assertIsNone(self.change(self.sofia, {"assignee": None})["assignee"])
        self.change(self.sofia, {"assignee": "agent_01ARZ3NDEKTSV4RRFFQ69G5FAV"}, expect=404)

    def test_forbidden_part_forbids_the_whole_change(self):
        self.change(self.anna, {"status": "closed", "tags": ["x"], "assignee": self.ids["bert"]},
                    expect=403)
        shown = self.shown()
        self.assertEqual((shown["status"], shown["tags"], shown["assignee"]), ("open", [], None))

    # -- open and closed -----------------------------------------------------------------------

    def test_new_message_opens_what_was_closed(self):
        for status in ("pending", "closed"):
            self.assertEqual(self.change(self.anna, {"status": status})["status"], status)
        self.change(self.anna, {"assignee": self.ids["anna"]})
        self.say(self.number, "One more thing.")
        shown = self.shown()
        self.assertEqual((shown["status"], shown["unread"]), ("open", 2))
        self.assertEqual(shown["assignee"], self.ids["anna"])
        self.change(self.anna, {"status": "pending"})
        self.say(self.number, "And another.")
        self.assertEqual(self.shown()["status"], "pending")

    def test_unread_counts_what_nobody_has_seen(self):
        self.say(self.number, "two")
        self.say(self.number, "three")
        self.assertEqual(self.shown()["unread"], 3)
        self.messages(self.conversation)
        self.assertEqual(self.shown()["unread"], 0)
        self.say(self.number, "four")
        self.assertEqual(self.shown()["unread"], 1)

    # -- tags and notes ------------------------------------------------------------------------

    def test_tags(self):
        tags = ["claim", "Straße 7", "vip 👑"]
        self.assertEqual(self.change(self.anna, {"tags": tags})["tags"], tags)
        self.assertEqual(self.shown()["tags"], tags)
        self.assertEqual(self.change(self.anna, {"status": "pending"})["tags"], tags)
        self.assertEqual(self.change(self.anna, {"tags": []})["tags"], [])

    def test_notes_stay_in_the_house(self):
        text = f"Do not trust him: {letters()} 0151 23456789"
        before = self.shown()
        answers = [self.bert.post(self.path + "/notes", {"text": {"body": text}},
                                  headers={"Idempotency-Key": "note-1"}) for _ in range(2)]
        self.assertEqual([a.status for a in answers], [201, 201])
        self.assertEqual(answers[0].json, answers[1].json)
        note = self.message(self.conversation, answers[0].json["id"])
        self.assertEqual((note["direction"], note["status"], note["author"]),
                         ("note", "noted", self.ids["bert"]))
        self.assertNotIn("23456789", note["text"]["body"])
        message = self.reply(self.conversation, "A reply.")
        self.status_becomes(self.conversation, message, "delivered", "read")
        sent = str(self.whatsapp.get("/journal").json["outbound"])
        self.assertNotIn("trust", sent)
        self.assertNotIn(answers[0].json["id"], sent)
        self.assertEqual(self.shown()["unread"], before["unread"] - 1)

    def test_note_is_possible_when_a_reply_is_not(self):
        number = self.number.replace("49151800", "49151801")
        self.customer(number)
        known = set(self.listed("limit=100"))
        self.say(number, "Long ago.", age_hours=50)
        old, = set(self.listed("limit=100")) - known
        self.assertEqual(self.send(old, "Too late.").status, 409)
        answer = self.anna.post(f"/v1/conversations/{old}/notes", {"text": {"body": "Call."}})
        self.assertEqual(answer.status, 201)

    # -- finding -------------------------------------------------------------------------------

    def test_filters(self):
        self.change(self.anna, {"assignee": self.ids["anna"], "status": "pending"})
        mine, bert, nobody = "assignee=me", f"assignee={self.ids['bert']}", "assignee=none"
        self.assertIn(self.conversation, self.listed(mine))
        self.assertIn(self.conversation, self.listed(f"assignee={self.ids['anna']}", self.bert))
        self.assertIn(self.conversation, self.listed(mine + "&status=pending"))
        self.assertNotIn(self.conversation, self.listed(mine + "&status=open"))
        for query in (bert, nobody, "status=open", "status=closed"):
            self.assertNotIn(self.conversation, self.listed(query))
        self.assertNotIn(self.conversation, self.listed(mine, self.bert))
        self.assertIn(self.conversation, self.listed("limit=100"))

    def test_own_view_of_who_is_who(self):
        agents = {a["id"]: a["display_name"] for a in self.get("/v1/agents")["items"]}
        self.assertEqual(agents[self.ids["bert"]], "Bert Lang")
        self.assertNotIn("username", str(self.get("/v1/agents")))


class Paging(functional.FunctionalTest):
    PEOPLE = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for n in range(cls.PEOPLE):
            cls.whatsapp.post("/customers", {"wa_id": f"49151900{n:05}", "name": letters(6)})
        cls.whatsapp.post("/batch", {"messages": [
            {"customer": f"49151900{n:05}", "text": f"from person {n}x",
             "timestamp": 1790000000 + n // 3} for n in range(cls.PEOPLE)]})

    def conversation_ending_in(self, text):
        """WhatsApp's times are whole seconds, so the newest need not be the first of its second."""
        return next(c["id"] for c in self.every("/v1/conversations?limit=100")
                    if c["last_message"]["text"]["body"] == text)

    def test_every_conversation_once_in_order(self):
        for limit in (1, 7, 50, 100):
            with self.subTest(limit=limit):
                items = self.every(f"/v1/conversations?limit={limit}")
                self.assertEqual(len({i["id"] for i in items}), self.PEOPLE)
                self.assertEqual(len(items), self.PEOPLE)
                times = [i["last_activity_at"] for i in items]
                self.assertEqual(times, sorted(times, reverse=True))

    def test_page_sizes(self):
        self.assertEqual(len(self.get("/v1/conversations")["items"]), 50)
        self.assertEqual(len(self.get("/v1/conversations?limit=100")["items"]), 100)

    def test_new_message_between_two_pages_hides_nothing(self):
        first = self.get("/v1/conversations?limit=40")
        self.say("4915190000000", "I jump to the top.")
        rest, cursor = [], first["next_cursor"]
        while cursor:
            page = self.get(f"/v1/conversations?limit=40&cursor={cursor}")
            rest += page["items"]
            cursor = page.get("next_cursor")
        seen = {c["id"] for c in first["items"] + rest}
        self.assertEqual(len(seen | {self.conversation_ending_in("I jump to the top.")}),
                         self.PEOPLE)

    def test_messages_page_by_page(self):
        person = "4915190000001"
        self.say(person, "begin")
        conversation = self.conversation_ending_in("begin")
        self.simulate("/batch", {"messages": [{"customer": person, "text": "no {n}x",
                                               "repeat": 75}]})
        for limit in (1, 10, 100):
            with self.subTest(limit=limit):
                items = self.every(f"/v1/conversations/{conversation}/messages?limit={limit}")
                self.assertEqual([m["text"]["body"] for m in reversed(items)],
                                 ["from person 1x", "begin"] + [f"no {n}x" for n in range(75)])


if __name__ == "__main__":
    functional.main()
