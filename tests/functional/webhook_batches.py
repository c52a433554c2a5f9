"""Everything WhatsApp may send, in every shape in which it may come."""
import datetime
import threading
import time

import functional
from functional import letters

TEXTS = {
    "umlauts": "Größe, Straße, Übermut – „schön“", "emoji": "👋🏽 gut 👨‍👩‍👧 gemacht",
    "right to left": "مرحبا بكم في שלום", "chinese": "你好，世界", "combining": "e\u0301 n\u0303",
    "lines": "one\ntwo\r\nthree\ttab", "quotes": "\"quoted\" and \\ and / and </script>",
    "astral": "𝒜𝓈𝓉𝓇𝒶𝓁 𐍈", "zero width": "a\u200bb\ufeffc", "long": "word " * 800,
}


class Batches(functional.FunctionalTest):
    made = 0

    def new_customer(self, **fields):
        Batches.made += 1
        return self.customer(f"49151700{Batches.made:05}", **fields)

    def batch(self, messages, **options):
        sent = self.simulate("/batch", {"messages": messages, "options": options})
        for delivery in sent.get("deliveries", [sent["delivery"]]):
            self.assertEqual(delivery["http_status"], 200, delivery)
        return sent["wamids"]

    def new_conversations(self, work):
        """The conversations that come into being during work(), newest first."""
        before = {c["id"] for c in self.every("/v1/conversations")}
        work()
        return [c["id"] for c in self.every("/v1/conversations") if c["id"] not in before]

    def test_thousand_updates_in_one_post(self):
        customer, mark = self.new_customer(), letters()
        conversation, = self.new_conversations(lambda: self.batch(
            [{"customer": customer, "text": mark + " {n}", "repeat": 1000}]))
        shown = [t.replace("•", "") for t in self.texts(conversation)]
        self.assertEqual(len(shown), 1000)
        self.assertEqual(shown, [f"{mark} {n}" for n in range(1000)])
        self.assertEqual(self.get(f"/v1/conversations/{conversation}")["unread"], 0)

    def test_thousand_updates_of_forty_people_in_any_order_and_layout(self):
        for layout in ("together", "changes", "entries", "mixed"):
            with self.subTest(layout):
                mark = letters()
                people = [self.new_customer(name=f"{mark}{letters(4)}") for _ in range(10)]
                wanted = {}
                messages = []
                for person in people:
                    wanted[person] = sorted(f"{mark} {letters(8)}" for _ in range(25))
                    messages += [{"customer": person, "text": t} for t in wanted[person]]
                conversations = self.new_conversations(lambda: self.batch(
                    messages, layout=layout, order="shuffled", seed=7))
                self.assertEqual(len(conversations), 10)
                shown = [sorted(self.texts(c)) for c in conversations]
                self.assertEqual(sorted(shown), sorted(wanted.values()))

    # -- the same again ------------------------------------------------------------------------

    def test_same_bytes_at_the_same_time(self):
        customer = self.new_customer()
        conversation, = self.new_conversations(
            lambda: self.say(customer, "only once", copies=8))
        self.assertEqual(self.texts(conversation), ["only once"])

    def test_same_message_later_and_in_other_company(self):
        customer = self.new_customer()
        conversation = self.new_conversations(
            lambda: self.say(customer, "first", wamid="wamid.same" + letters()))[0]
        wamid = self.say(customer, "second")
        for _ in range(3):
            self.batch([{"customer": customer, "text": "second", "wamid": wamid},
                        {"customer": customer, "text": "other " + letters()},
                        {"customer": customer, "text": "second", "wamid": wamid}])
        texts = self.texts(conversation)
        self.assertEqual((texts.count("second"), len(texts)), (1, 5))

    def test_new_person_in_many_posts_at_the_same_time(self):
        customer = self.new_customer()
        texts = [letters() for _ in range(16)]

        def all_at_once():
            def say(text):
                self.instance.whatsapp().post("/say", {"customer": customer, "text": text})
            threads = [threading.Thread(target=say, args=(t,)) for t in texts]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        conversations = self.new_conversations(all_at_once)
        self.assertEqual(len(conversations), 1)
        self.assertEqual(sorted(self.texts(conversations[0])), sorted(texts))

    # -- other spellings -----------------------------------------------------------------------

    def test_unusual_but_right(self):
        customer = self.new_customer()
        conversation, = self.new_conversations(lambda: self.say(customer, "begin"))
        for mode in ("normal", "plain_utf8", "random_key_order", "unknown_fields",
                     "unknown_change", "int_timestamps", "millisecond_timestamps",
                     "string_numbers", "empty_for_absent",
                     ["plain_utf8", "random_key_order", "unknown_fields", "int_timestamps"]):
            with self.subTest(mode=mode):
                text = f"Grüße {letters()} 👋"
                self.say(customer, text, mode=mode, age_hours=2)
                shown = self.messages(conversation)[0]
                self.assertEqual(shown["text"]["body"], text)
                sent = datetime.datetime.fromisoformat(shown["sent_at"]).timestamp()
                self.assertAlmostEqual(sent, time.time() - 7200, delta=30)

    def test_texts_of_every_kind_come_back_unchanged(self):
        customer = self.new_customer()
        conversation, = self.new_conversations(lambda: self.say(customer, "begin"))
        for name, text in TEXTS.items():
            for mode in ("normal", "plain_utf8"):
                with self.subTest(name, mode=mode):
                    self.say(customer, text, mode=mode)
                    self.assertEqual(self.messages(conversation)[0]["text"]["body"], text)

    # -- who it is -----------------------------------------------------------------------------

    def test_person_without_a_phone_number(self):
        bsuid = "DE." + "7" * 18
        customer = self.simulate("/customers", {"wa_id": None, "user_id": bsuid,
                                                "name": "Nina Namenlos"})["customer"]
        conversation, = self.new_conversations(lambda: self.say(customer, "No number."))
        lead = self.get(f"/v1/conversations/{conversation}")["lead"]["id"]
        shown = self.get(f"/v1/leads/{lead}")
        self.assertEqual([i["kind"] for i in shown["identifiers"]], ["bsuid"])
        self.assertNotIn("777", str(shown))
        message = self.reply(conversation, "Answer without a number.")
        self.status_becomes(conversation, message, "delivered", "read")
        sent, = [o for o in self.outbound() if o["callback_data"] == message]
        self.assertEqual((sent["recipient"], sent["to"]), (bsuid, None))

    def test_person_who_hides_the_number_in_the_middle(self):
        customer = self.new_customer(name="Paula Probe")
        conversation, = self.new_conversations(lambda: self.say(customer, "before"))
        lead = self.get(f"/v1/conversations/{conversation}")["lead"]["id"]
        self.simulate(f"/customers/{customer}", {"hide_phone": True, "username": "paula.p"})
        self.assertEqual(self.new_conversations(lambda: self.say(customer, "after")), [])
        self.assertEqual(self.texts(conversation), ["before", "after"])
        kinds = [i["kind"] for i in self.get(f"/v1/leads/{lead}")["identifiers"]]
        self.assertEqual(sorted(kinds), ["bsuid", "phone", "whatsapp_id"])
        message = self.reply(conversation, "Still reached.")
        self.status_becomes(conversation, message, "delivered", "read")

    def test_two_people_of_one_name(self):
        one, two = self.new_customer(name="Max Maier"), self.new_customer(name="Max Maier")
        conversations = self.new_conversations(
            lambda: (self.say(one, "I am one"), self.say(two, "I am two")))
        self.assertEqual(sorted(self.texts(c) for c in conversations), [["I am one"],
                                                                        ["I am two"]])

    # -- not only texts ------------------------------------------------------------------------

    def test_other_types_are_kept_and_shown_as_not_supported(self):
        media = {"id": "777", "mime_type": "image/jpeg", "sha256": "abc="}
        contents = {
            "image": {**media, "caption": "Call 0151 23456789"}, "video": media, "audio": media,
            "document": {**media, "filename": "claim.pdf"}, "sticker": media,
            "location": {"latitude": 52.5, "longitude": 13.4, "name": "Secret Street"},
            "contacts": [{"name": {"formatted_name": "Otto"}, "phones": [{"phone": "+49151"}]}],
            "reaction": {"message_id": "wamid.x", "emoji": "👍"},
            "interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "Yes"}},
            "button": {"text": "Yes", "payload": "p"},
            "order": {"catalog_id": "1", "product_items": []},
            "system": {"body": "changed number", "type": "user_changed_number"},
            "unsupported": {}, "request_welcome": {},
        }
        customer = self.new_customer()
        conversation, = self.new_conversations(lambda: self.say(customer, "begin"))
        for kind, content in contents.items():
            with self.subTest(kind):
                sent = self.simulate("/send-message", {"customer": customer, "type": kind,
                                                       kind: content})
                self.assertEqual(sent["delivery"]["http_status"], 200)
                shown = self.messages(conversation)[0]
                self.assertEqual((shown["type"], shown["supported"], shown["text"],
                                  shown["direction"]), (kind, False, None, "inbound"))
        self.say(customer, "x", mode="unknown_type")
        self.assertEqual(self.messages(conversation)[0]["type"], "hologram")
        self.assertEqual(len(self.messages(conversation)), len(contents) + 2)
        self.assertEqual(self.texts(conversation), ["begin"])

    # -- statuses ------------------------------------------------------------------------------

    def sent_without_statuses(self):
        """A reply that WhatsApp has accepted and said nothing more about: (conversation, id,
        wamid)."""
        self.simulate("/faults", {"fault": "no_statuses"})
        customer = self.new_customer()
        conversation, = self.new_conversations(lambda: self.say(customer, "Hello."))
        message = self.reply(conversation, "Hello back.")
        self.status_becomes(conversation, message, "accepted")
        wamid, = [o["wamid"] for o in self.outbound() if o["callback_data"] == message]
        return conversation, message, wamid

    def test_statuses_in_every_order(self):
        failed = {"status": "failed", "code": 131049}
        for sequence, final in ((["sent", "delivered", "read"], "read"),
                                (["read", "delivered", "sent"], "read"),
                                (["delivered", "sent"], "delivered"),
                                (["sent", "sent", "sent"], "sent"),
                                (["read", "read", "delivered", failed], "read"),
                                (["sent", failed], "failed"), ([failed, "sent"], "failed")):
            for shape in ({}, {"one_post": True}):
                with self.subTest(sequence=sequence, shape=shape):
                    conversation, message, wamid = self.sent_without_statuses()
                    self.simulate("/statuses", {"wamid": wamid, "sequence": sequence, **shape})
                    shown = self.message(conversation, message)
                    self.assertEqual(shown["status"], final)
                    self.assertEqual(shown["failure"],
                                     "whatsapp_131049" if final == "failed" else None)

    def test_statuses_at_the_same_time(self):
        conversation, message, wamid = self.sent_without_statuses()
        self.simulate("/statuses", {"wamid": wamid, "at_once": True, "copies": 3,
                                    "sequence": ["sent", "delivered", "read"]})
        self.assertEqual(self.message(conversation, message)["status"], "read")

    def test_status_that_nobody_knows(self):
        conversation, message, wamid = self.sent_without_statuses()
        self.simulate("/statuses", {"wamid": wamid, "sequence": ["read"], "mode": "unknown_status"})
        self.assertEqual(self.message(conversation, message)["status"], "accepted")

    def test_status_does_not_make_a_message(self):
        conversation, _, wamid = self.sent_without_statuses()
        before = len(self.messages(conversation))
        self.simulate("/statuses", {"wamid": wamid, "sequence": ["sent", "delivered", "read"]})
        self.assertEqual(len(self.messages(conversation)), before)

    def test_zz_store_is_sound_after_all_of_it(self):
        self.assert_sound()
        for word in ("HANDLER_THREW", "REQUEST_FAILED", "WEBHOOK_DEFERRED"):
            self.assertNotIn(word, self.log())


if __name__ == "__main__":
    functional.main()
