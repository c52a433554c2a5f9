"""clients/python walks the main path; its client does by itself what every client has to do."""
import sys

import example
import functional

sys.path[:0] = [str(example.CLIENTS / "python")]

import leadkeep  # noqa: E402  (needs the path above)


class Python(example.MainPath, functional.FunctionalTest):
    agents = (("anna", "agent"), ("bert", "agent"))

    def command(self):
        return [sys.executable, str(example.CLIENTS / "python" / "main_path.py")]


class Library(example.Example, functional.FunctionalTest):
    agents = (("anna", "agent"), ("bert", "agent"))

    def setUp(self):
        super().setUp()
        self.client = self.through("anna")

    def through(self, username):
        settings = self.environment()
        client = leadkeep.Client(settings["LEADKEEP_API"], ca=settings["LEADKEEP_CA"],
                                 certificate=settings["LEADKEEP_CERT"], key=settings["LEADKEEP_KEY"])
        self.addCleanup(client.__exit__)
        client.sign_in(username, self.instance.passwords[username])
        return client

    def test_pages_have_every_conversation_once(self):
        whole = [one["id"] for one in self.client.conversations()]
        paged = [one["id"] for one in self.client.conversations(page_size=1)]
        self.assertGreaterEqual(len(whole), len(self.numbers))
        self.assertEqual(paged, whole)

    def test_reply_with_the_same_key_goes_out_once(self):
        before = len(self.outbound())
        conversation = next(self.client.conversations())["id"]
        key = leadkeep.new_key()
        self.assertEqual(self.client.reply(conversation, "Once.", key),
                         self.client.reply(conversation, "Once.", key))
        with self.assertRaises(leadkeep.Problem) as refused:
            self.client.reply(conversation, "Twice.", key)
        self.assertEqual((refused.exception.status, refused.exception.code),
                         (422, "idempotency_key_reused"))
        message = next(m["id"] for m in self.client.messages(conversation)
                       if m["direction"] == "outbound")
        self.status_becomes(conversation, message, "delivered", "read")
        self.assertEqual([one["text"] for one in self.outbound()[before:]], ["Once."])

    def test_change_is_decided_anew_and_can_be_given_up(self):
        conversation = next(self.client.conversations())
        self.client.change(conversation, lambda now: {"tags": ["first"]})
        asked = []

        def give_up(now):
            asked.append(now["tags"])
            return {"tags": ["mine"]} if "first" not in now["tags"] else None

        found = self.client.change(conversation, give_up)
        self.assertEqual((asked[-1], found["tags"]), (["first"], ["first"]))

    def test_stream_outlives_its_connection(self):
        with self.client.events() as stream:
            self.say(self.numbers[0], "one")
            events = iter(stream)
            first = next(events)
            stream._stream.fp.raw._sock.shutdown(2)  # the line is cut
            self.say(self.numbers[0], "two")
            numbers = [int(one.id.rpartition("-")[2]) for one in (first, next(events), next(events))]
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 3)))

    def test_stream_ends_with_the_session(self):
        with self.through("bert").events() as stream:
            self.assertEqual(self.signed_in("bert").request("DELETE", "/v1/sessions").status, 204)
            with self.assertRaises(leadkeep.Problem) as over:
                for _ in stream:
                    pass
            self.assertEqual(over.exception.code, "unauthenticated")

    def test_idle_connection_that_the_server_closed_is_opened_again(self):
        self.client.request("GET", "/v1/client")
        self.client._line.sock.shutdown(2)
        self.assertEqual(self.client.request("GET", "/v1/client").status, 200)

    def test_only_https(self):
        with self.assertRaises(ValueError):
            leadkeep.Client("http://127.0.0.1:1", ca="", certificate="", key="")


if __name__ == "__main__":
    functional.main()
