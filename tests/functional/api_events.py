"""The event stream: what happens is told at once, by ids, without a gap and without content."""
import json
import socket
import threading
import time

import functional
from functional import letters, until

NUMBER, NAME = "4915112347654", "Philippa Quantz"


class Stream:
    """Reads server-sent events in a thread."""

    def __init__(self, client, last_id=None):
        headers = {"Authorization": "Bearer " + client.token}
        if last_id is not None:
            headers["Last-Event-ID"] = last_id
        self.client = client
        self.connection = client._connect()
        self.connection.request("GET", "/v1/events", headers=headers)
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        self.events = []      # (id, kind of event, data)
        self.raw = ""
        self.ended = False
        if self.answer.status == 200:
            self.thread = threading.Thread(target=self._read, daemon=True)
            self.thread.start()

    def _read(self):
        fields = {}
        try:
            for line in self.answer:
                self.raw += line.decode()
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                elif "data" in fields:
                    self.events.append((fields["id"], fields.get("event", "message"),
                                        json.loads(fields["data"])))
                    fields = {}
        except (OSError, ValueError, AttributeError):
            pass  # closed from this side
        self.ended = True

    def kinds(self):
        return [data.get("kind") for _, _, data in self.events]

    def wait_for(self, count):
        until(lambda: len(self.events) >= count, f"{count} events; there are {self.kinds()}")
        return self.events[:count]

    def close(self):
        """The answer keeps the socket open; shutting it down wakes the reader."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the daemon was first
        self.connection.close()


class Events(functional.FunctionalTest):
    agents = (("anna", "agent"), ("bert", "agent"), ("root", "admin"))
    settings = {"events.max_listeners": 6}

    def follow(self, client=None, last_id=None):
        stream = Stream(client or self.anna, last_id)
        self.addCleanup(stream.close)
        return stream

    def followed(self, client=None, last_id=None):
        stream = self.follow(client, last_id)
        self.assertEqual(stream.answer.status, 200)
        self.assertEqual(stream.answer.headers["Content-Type"], "text/event-stream")
        until(lambda: stream.raw, "the stream is open")
        time.sleep(0.6)  # until it is among the listeners
        return stream

    def test_new_person_and_new_message(self):
        stream = self.followed()
        self.customer(NUMBER, NAME)
        conversation = self.conversation_with(NUMBER, "My secret is " + letters())
        events = stream.wait_for(2)
        self.assertEqual(stream.kinds()[:2], ["conversation.created", "message.received"])
        newest = self.messages(conversation)[0]["id"]
        self.assertEqual(events[1][2], {"kind": "message.received", "message_id": newest,
                                        "conversation_id": conversation})
        self.assertIsNone(events[0][2]["message_id"])
        self.say(NUMBER, "More.")
        until(lambda: "conversation.changed" in stream.kinds(), "a change")
        message = self.reply(conversation, "A reply with 0151 23456789.")
        self.status_becomes(conversation, message, "read")
        until(lambda: [d["message_id"] for _, _, d in stream.events].count(message) >= 3,
              "the reply's statuses")
        for _, _, data in stream.events:
            self.assertEqual(set(data), {"kind", "conversation_id", "message_id"})
        for mark in (NUMBER, "Philippa", "secret", "More", "reply", "0151", "wamid"):
            self.assertNotIn(mark, stream.raw)

    def test_event_follows_the_answer_within_a_second(self):
        stream = self.followed()
        self.customer("4915112340001")
        self.say("4915112340001", "Now.")
        begin = time.monotonic()
        stream.wait_for(2)
        self.assertLess(time.monotonic() - begin, 1)

    def test_resuming_misses_nothing_and_repeats_nothing(self):
        self.customer("4915112340002")
        stream = self.followed()
        self.say("4915112340002", "one")
        last = stream.wait_for(2)[-1][0]
        stream.close()
        for text in ("two", "three", "four"):
            self.say("4915112340002", text)
        again = self.followed(last_id=last)
        events = again.wait_for(6)
        numbers = [int(name.rpartition("-")[2]) for name, _, _ in events]
        first = int(last.rpartition("-")[2]) + 1
        self.assertEqual(numbers, list(range(first, first + 6)))
        self.assertEqual(again.kinds(), ["conversation.changed", "message.received"] * 3)

    def test_unknown_last_event_says_that_something_was_missed(self):
        for last in ("0123456789abcdef-5", "nonsense", "x-y", "-", "9" * 300):
            with self.subTest(last=last[:20]):
                stream = self.followed(last_id=last)
                self.assertEqual(stream.wait_for(1)[0][1:], ("reset", {}))
                stream.close()
        self.wait_for_room()

    def test_restart_says_that_something_was_missed(self):
        self.customer("4915112340003")
        stream = self.followed()
        self.say("4915112340003", "one")
        last = stream.wait_for(2)[-1][0]
        self.assertEqual(self.instance.stop_daemon(), 0)
        until(lambda: stream.ended, "the stream ends with the daemon")
        self.instance.start_daemon()
        self.assertEqual(self.followed(last_id=last).wait_for(1)[0][1], "reset")

    def test_everybody_hears_the_same(self):
        self.customer("4915112340004")
        streams = [self.followed(), self.followed(), self.followed(self.signed_in("bert"))]
        self.say("4915112340004", "For all.")
        heard = [[e[0] for e in stream.wait_for(2)] for stream in streams]
        self.assertEqual(heard[0], heard[1])
        self.assertEqual(heard[0], heard[2])

    def test_who_may_not_listen(self):
        self.assertEqual(self.follow(self.signed_in("root")).answer.status, 403)
        stranger = self.instance.api("nothing")
        self.assertEqual(self.follow(stranger).answer.status, 401)

    def wait_for_room(self):
        """A place is free again when the daemon has seen that the listener is gone."""
        until(lambda: "leadkeep_event_listeners 0" in self.anna.get("/metrics").body.decode(),
              "nobody listens any more", seconds=5)

    def test_more_listeners_than_places(self):
        self.wait_for_room()
        streams = [self.follow() for _ in range(6)]
        self.assertEqual([s.answer.status for s in streams], [200] * 6)
        one_more = self.follow()
        self.assertEqual(one_more.answer.status, 503)
        self.assertTrue(one_more.answer.headers["Retry-After"])
        for stream in streams:
            stream.close()
        self.wait_for_room()
        self.followed()


if __name__ == "__main__":
    functional.main()
