"""kill -9 again and again, under load: what was acknowledged is there, once.

Inbound   a message that WhatsApp got a 200 for is in the inbox exactly once, and one that got
          none is sent again by WhatsApp until it is acknowledged.
Outbound  a reply that was answered 202 reaches WhatsApp. Twice only if the process ended between
          the sending and the answer: then the message itself says so (resends_after_unknown), or
          says that its fate is not known.
"""
import collections
import http.client
import random
import threading
import time

import functional
from functional import letters, until

KILLS = 10
SENDERS = 8
UNREACHABLE = (OSError, http.client.HTTPException)


class KilledUnderLoad(functional.FunctionalTest):
    settings = {"delivery.unknown_wait_seconds": 2, "delivery.backoff_base_milliseconds": 50,
                "delivery.request_timeout_seconds": 5}

    def setUp(self):
        self.stop = threading.Event()
        self.said = []        # (customer, text, whether the daemon acknowledged it)
        self.accepted = {}    # reply: what the daemon answered 202 with → text
        self.offered = []     # every text that an agent tried to send
        self.problems = []
        self.numbers = [f"49151000{n:05}" for n in range(SENDERS)]
        for n, number in enumerate(self.numbers):
            self.customer(number, f"Person {letters(5)}")
            self.say(number, f"first of {n}")
        self.conversations = [c["id"] for c in self.every("/v1/conversations")]
        self.assertEqual(len(self.conversations), SENDERS)

    def run_in_thread(self, work, *arguments):
        def guarded():
            try:
                work(*arguments)
            except Exception as problem:  # shown by the test, not lost in the thread
                self.problems.append(f"{work.__name__}: {problem!r}")
        thread = threading.Thread(target=guarded)
        thread.start()
        return thread

    def keep_saying(self, number):
        whatsapp, rng = self.instance.whatsapp(), random.Random(number)
        while not self.stop.is_set():
            text = letters(16)
            # As WhatsApp does, until there is a 200, which may be the second if a kill ate the
            # first; or once, so that some messages end without an answer.
            answer = whatsapp.post("/say", {"customer": number, "text": text,
                                            "retry": rng.random() < 0.5})
            delivery = answer.json["delivery"]
            self.said.append((text, delivery["http_status"] == 200))
        whatsapp.close()

    def keep_replying(self):
        agent = self.instance.api(self.anna.token)
        rng = random.Random(4)
        while not self.stop.is_set():
            text, key = letters(16), letters(20)
            conversation = rng.choice(self.conversations)
            self.offered.append(text)
            while not self.stop.is_set():
                try:
                    answer = self.send(conversation, text, agent, key)
                except UNREACHABLE:
                    agent.close()
                    time.sleep(0.05)
                    continue  # the same key: it has one effect, however often it is tried
                if answer.status == 503:
                    continue
                if answer.status != 202:
                    raise AssertionError(f"HTTP {answer.status} {answer.body!r}")
                self.accepted[answer.json["id"]] = text
                break
        agent.close()

    def test_nothing_acknowledged_is_lost_or_doubled(self):
        threads = [self.run_in_thread(self.keep_saying, number) for number in self.numbers]
        threads.append(self.run_in_thread(self.keep_replying))
        rng = random.Random(11)
        for _ in range(KILLS):
            time.sleep(rng.uniform(0.15, 0.9))
            self.instance.kill_daemon()
            self.instance.start_daemon()
        time.sleep(0.3)
        self.stop.set()
        for thread in threads:
            thread.join(60)
        self.assertEqual(self.problems, [])
        self.everything_said_is_there_once()
        self.every_reply_was_sent_once()
        self.assert_sound()

    def everything_said_is_there_once(self):
        shown = collections.Counter(
            m["text"]["body"] for c in self.conversations for m in self.messages(c)
            if m["direction"] == "inbound")
        acknowledged = [text for text, ok in self.said if ok]
        unanswered = [text for text, ok in self.said if not ok]
        self.assertGreater(len(acknowledged), 100)
        self.assertGreater(len(unanswered), 0, "no kill hit a message on its way")
        self.assertEqual([t for t in acknowledged if shown[t] != 1], [])
        self.assertEqual([t for t in unanswered if shown[t] > 1], [])
        self.assertEqual(set(shown) - {t for t, _ in self.said}
                         - {f"first of {n}" for n in range(SENDERS)}, set())

    def every_reply_was_sent_once(self):
        self.assertGreater(len(self.accepted), 20)
        final = ("delivered", "read", "failed", "parked")

        def all_settled():
            replies = {m["id"]: m for c in self.conversations for m in self.messages(c)
                       if m["direction"] == "outbound"}
            return replies if all(m["status"] in final for m in replies.values()) else None
        replies = until(all_settled, "every reply is settled", seconds=40, pause=0.5)
        self.assertEqual(set(self.accepted) - set(replies), set())
        sent = self.whatsapp.get("/journal").json["accepted_per_callback_data"]
        texts = collections.Counter(o["text"] for o in self.outbound())
        resent = 0
        for message, reply in replies.items():
            with self.subTest(message=message, status=reply["status"]):
                times = sent.get(message, 0)
                self.assertIn(reply["text"]["body"], self.offered)
                self.assertEqual(times, texts[reply["text"]["body"]])
                if reply["resends_after_unknown"] == 0 and reply["status"] != "parked":
                    self.assertEqual(times, 1)
                else:
                    resent += 1
                    self.assertLessEqual(times, 1 + reply["resends_after_unknown"])
                    if reply["status"] != "parked":
                        self.assertGreaterEqual(times, 1)
        self.assertEqual(set(texts) - set(self.offered), set())
        # An interrupted send is rare: one for each kill at the most.
        self.assertLessEqual(resent, KILLS)


if __name__ == "__main__":
    functional.main()
