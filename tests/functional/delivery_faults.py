"""Replies when WhatsApp misbehaves, and replies that must not be sent at all.

The rule behind all of it: a reply is never sent twice knowingly. An answer that says "not taken" is
tried again; without a clear answer the daemon waits for a status first, then tries once more and
says so in the message.
"""
import time

import functional
from functional import until
from leadkeep_demo import certificates

UNKNOWN_WAIT = 2
MAX_ATTEMPTS = 4


class Faults(functional.FunctionalTest):
    settings = {"delivery.unknown_wait_seconds": UNKNOWN_WAIT,
                "delivery.backoff_base_milliseconds": 50,
                "delivery.request_timeout_seconds": 2,
                "delivery.max_attempts": MAX_ATTEMPTS}
    made = 0

    def setUp(self):
        self.whatsapp.request("DELETE", "/faults")
        Faults.made += 1
        self.number = f"49151200{Faults.made:05}"
        self.customer(self.number)
        self.conversation = self.conversation_with(self.number)

    def fault(self, name, count=1, **details):
        self.simulate("/faults", {"fault": name, "count": count, **details})

    def times_accepted(self, message):
        return self.whatsapp.get("/journal").json["accepted_per_callback_data"].get(message, 0)

    def refused(self):
        return len(self.whatsapp.get("/journal").json["refused"])

    def arrives(self, text="Good morning.", **expected):
        message = self.reply(self.conversation, text)
        shown = self.status_becomes(self.conversation, message, "delivered", "read")
        self.assertEqual(self.times_accepted(message), 1)
        self.assertEqual(shown["resends_after_unknown"], expected.get("resends", 0))
        self.assertIsNone(shown["failure"])
        return message

    # -- taken, but the answer is lost ---------------------------------------------------------

    def test_lost_answers_are_told_by_the_status(self):
        messages = []
        for fault in ("drop_after_accept", "error_500_after_accept", "html_502_after_accept",
                      "truncated_json"):
            with self.subTest(fault):
                self.fault(fault)
                messages.append(self.arrives(fault))
        time.sleep(UNKNOWN_WAIT + 0.5)
        self.assertEqual([self.times_accepted(m) for m in messages], [1] * 4)

    def test_answer_that_comes_too_late(self):
        self.fault("slow", ms=3000)
        message = self.arrives()
        time.sleep(UNKNOWN_WAIT + 0.5)
        self.assertEqual(self.times_accepted(message), 1)

    def test_slow_answer(self):
        self.fault("slow", ms=700)
        self.arrives()

    def test_status_before_the_answer(self):
        self.fault("status_before_answer")
        message = self.arrives()
        self.assertEqual(self.status_becomes(self.conversation, message, "read")["failure"], None)

    # -- perhaps not taken ---------------------------------------------------------------------

    def test_doubtful_failures_are_tried_again_once_and_say_so(self):
        for fault in ("drop_before_accept", "error_500", "html_502"):
            with self.subTest(fault):
                self.fault(fault)
                self.arrives(fault, resends=1)

    def test_unknown_is_shown_while_waiting(self):
        self.fault("drop_before_accept")
        message = self.reply(self.conversation, "Where am I?")
        self.status_becomes(self.conversation, message, "unknown", seconds=UNKNOWN_WAIT)
        self.status_becomes(self.conversation, message, "delivered", "read")

    def test_fate_that_nobody_tells_is_parked_until_a_status_tells(self):
        self.fault("drop_after_accept", 2)
        self.fault("no_statuses", 2)
        message = self.reply(self.conversation, "Lost twice.")
        shown = self.status_becomes(self.conversation, message, "parked")
        self.assertEqual((shown["failure"], shown["resends_after_unknown"]),
                         ("outcome_unknown", 1))
        self.assertEqual(self.times_accepted(message), 2)
        late = next(o["wamid"] for o in self.outbound() if o["callback_data"] == message)
        self.simulate("/statuses", {"wamid": late, "sequence": ["delivered"]})
        shown = self.status_becomes(self.conversation, message, "delivered")
        self.assertIsNone(shown["failure"])

    # -- not taken -----------------------------------------------------------------------------

    def test_rate_limit_is_waited_out(self):
        self.fault("rate_limit", MAX_ATTEMPTS - 1)
        self.arrives()

    def test_rate_limit_without_end_is_parked(self):
        self.fault("rate_limit", MAX_ATTEMPTS)
        message = self.reply(self.conversation, "Too much.")
        shown = self.status_becomes(self.conversation, message, "parked")
        self.assertEqual(shown["failure"], "whatsapp_130429")
        self.assertEqual(self.times_accepted(message), 0)

    def test_waiting_reply_holds_up_its_own_conversation_only(self):
        self.fault("rate_limit", code=131056)  # "retry after 4^X seconds"
        texts = [f"part {n} of four" for n in ("one", "two", "three", "four")]
        first, *rest = [self.reply(self.conversation, text) for text in texts]
        other = f"49151300{Faults.made:05}"
        self.customer(other)
        aside = self.conversation_with(other)
        begin = time.monotonic()
        overtaking = self.reply(aside, "Not your queue.")
        self.status_becomes(aside, overtaking, "delivered", "read")
        self.assertEqual(self.message(self.conversation, first)["status"], "queued")
        self.assertLess(time.monotonic() - begin, 1)
        for message in (first, *rest):
            self.status_becomes(self.conversation, message, "delivered", "read")
        self.assertEqual([o["text"] for o in self.outbound() if o["text"] in texts], texts)

    def test_refusals_are_final(self):
        self.fault("window_error_sync")
        self.becomes_failed("whatsapp_131047", accepted=0)
        self.simulate(f"/customers/{self.number}", {"blocked_by_us": True})
        self.becomes_failed("whatsapp_130403", accepted=0)

    def test_failure_that_comes_as_a_status(self):
        self.simulate(f"/customers/{self.number}", {"on_whatsapp": False})
        self.becomes_failed("whatsapp_131026", accepted=1)

    def becomes_failed(self, failure, accepted):
        message = self.reply(self.conversation, "No use.")
        shown = self.status_becomes(self.conversation, message, "failed")
        self.assertEqual(shown["failure"], failure)
        time.sleep(0.3)
        self.assertEqual(self.times_accepted(message), accepted)

    def test_expired_token_halts_and_loses_nothing(self):
        self.fault("token_expired")
        message = self.reply(self.conversation, "Waits for the operator.")
        until(lambda: "SENDING_HALTED graph_error=190" in self.log(), "the log says so")
        time.sleep(0.5)
        shown = self.message(self.conversation, message)
        self.assertEqual((shown["status"], shown["failure"]), ("queued", None))
        self.assertEqual(self.times_accepted(message), 0)
        self.assertNotIn((self.instance.folder / "access-token").read_text().strip(), self.log())
        # The operator mends the token, which is read at start: sending goes on at once.
        self.instance.stop_daemon()
        self.instance.start_daemon()
        self.status_becomes(self.conversation, message, "delivered", "read")
        self.assertEqual(self.times_accepted(message), 1)

    # -- must not be sent ----------------------------------------------------------------------

    def lead(self):
        return self.get(f"/v1/conversations/{self.conversation}")["lead"]["id"]

    def consent(self, kind):
        answer = self.anna.post(f"/v1/leads/{self.lead()}/consents", {
            "kind": kind, "purpose": "messages", "source": "chat", "evidence": "as written"})
        self.assertEqual(answer.status, 201, answer.body)

    def test_closed_window(self):
        old = self.number.replace("49151200", "49151400")
        self.customer(old)
        conversation = self.conversation_of_old(old)
        self.assert_problem(self.send(conversation, "Too late."), 409, "window_closed")
        self.say(old, "Here I am again.")
        self.assertEqual(self.send(conversation, "In time.").status, 202)
        until(lambda: [o["text"] for o in self.outbound()].count("In time.") == 1, "it is sent")
        self.assertNotIn("Too late.", [o["text"] for o in self.outbound()])

    def conversation_of_old(self, number):
        before = {c["id"] for c in self.every("/v1/conversations")}
        self.say(number, "Written yesterday.", age_hours=24.1)
        found, = {c["id"] for c in self.every("/v1/conversations")} - before
        return found

    def test_withdrawn_consent(self):
        self.consent("withdrawn")
        self.assert_problem(self.send(self.conversation, "Unwanted."), 409, "consent_withdrawn")
        self.consent("given")
        self.arrives("Wanted again.")
        self.assertNotIn("Unwanted.", [o["text"] for o in self.outbound()])
        entries = self.get(f"/v1/leads/{self.lead()}/consents")["items"]
        self.assertEqual([e["kind"] for e in entries], ["withdrawn", "given"])

    def test_consent_that_is_withdrawn_while_a_reply_waits(self):
        self.fault("rate_limit", code=131056)
        message = self.reply(self.conversation, "Overtaken by a no.")
        until(lambda: not self.whatsapp.get("/faults").json["items"], "the first try")
        self.consent("withdrawn")
        shown = self.status_becomes(self.conversation, message, "failed")
        self.assertEqual(shown["failure"], "consent_withdrawn")
        self.assertEqual(self.times_accepted(message), 0)


class NotConnected(functional.FunctionalTest):
    """The daemon may not, or does not want to, talk to what answers at graph_url."""
    settings = {"delivery.max_attempts": 100}

    def stays_queued(self, settings, event):
        self.instance.stop_daemon()
        self.instance.write_config({**self.settings, **settings})
        self.instance.start_daemon()
        number = f"4915150{functional.random.randrange(10**6):06}"
        self.customer(number)
        conversation = self.conversation_with(number)
        message = self.reply(conversation, "Goes nowhere.")
        until(lambda: event in self.log(), f"{event} in the log")
        self.assertEqual(self.message(conversation, message)["status"], "queued")
        journal = self.whatsapp.get("/journal").json
        self.assertEqual((journal["outbound"], journal["refused"]), ([], []))

    def test_host_that_is_not_on_the_egress_list(self):
        self.stays_queued({"egress.allow": "graph.facebook.com:443"}, "EGRESS_REFUSED")

    def test_other_port_of_a_host_on_the_egress_list(self):
        self.stays_queued({"egress.allow": "127.0.0.1:443"}, "EGRESS_REFUSED")

    def test_certificate_of_an_unknown_authority(self):
        certificates.make_authority(self.instance.folder / "strangers")
        self.stays_queued({"whatsapp.graph_ca_file": self.instance.folder / "strangers/ca.pem"},
                          "GRAPH_CONNECTION_REFUSED")

    def test_certificate_of_another_name(self):
        graph = self.instance.simulator_urls["graph"].replace("127.0.0.1", "127.0.0.2")
        self.stays_queued({"whatsapp.graph_url": graph,
                           "egress.allow": graph.removeprefix("https://")}, "GRAPH_NOT_REACHED")


if __name__ == "__main__":
    functional.main()
