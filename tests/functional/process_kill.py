"""kill -9 again and again, under load: what was acknowledged is there, once.

Inbound   a message that WhatsApp got a 200 for is in the inbox exactly once, and one that got
          none is sent again by WhatsApp until it is acknowledged.
Outbound  a reply that was answered 202 reaches WhatsApp. Twice only if the process ended between
          the sending and the answer, or the answer was lost: then the message itself says so
          (resends_after_unknown), or says that its fate is not known (parked).
Agents    notes, consents, assignments, log-ins and log-outs that were answered have happened, once.

    python3 tests/functional/process_kill.py --binaries build/dev/daemon --kills 500 --seed 7

The seed decides when and how the daemon is killed; the load around it is never twice the same.
"""
import argparse
import collections
import copy
import datetime
import http.client
import random
import signal
import sys
import threading
import time
import unittest

import functional
from functional import letters, until
from kill_verdict import Seen, faults_of, resent
from leadkeep_demo.http_client import Client

SENDERS = 6
REQUEST_TIMEOUT = 5
UNREACHABLE = (OSError, http.client.HTTPException)
ENDS = ("under load", "starting", "stopping", "outbox full", "answer lost")
# A verification in the running daemon, so that a long run does not end with a puzzle.
VERIFY_EVERY = 25


class Options:
    kills = 20
    seed = 11


class OneTry(Client):
    """Without a second try of its own, which would double what has no Idempotency-Key."""

    def _exchange(self, *request):
        try:
            return super()._exchange(*request)
        except UNREACHABLE as lost:
            self.connection.close()
            self.connection = None
            raise ConnectionAbortedError(str(lost)) from lost


class Load:
    """Senders and agents, each in a thread of its own, who go on whatever the daemon does."""

    def __init__(self, test):
        self.test = test
        self.instance = test.instance
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.problems = []
        self.seen = Seen()
        self.log_ins = self.log_outs = 0
        self.valid, self.over = collections.deque(), collections.deque(maxlen=100)
        self.threads = []

    def start(self, work, *arguments):
        def guarded():
            try:
                work(random.Random(f"{work.__name__}{arguments}"), *arguments)
            except Exception as problem:  # shown by the test, not lost in the thread
                self.problems.append(f"{work.__name__}: {problem!r}")
        thread = threading.Thread(target=guarded)
        thread.start()
        self.threads.append(thread)

    def end(self):
        self.stop.set()
        for thread in self.threads:
            thread.join(90)
            if thread.is_alive():
                self.problems.append("a thread of the load does not end")

    def agent(self, token=None):
        return OneTry(f"https://127.0.0.1:{self.instance.api_port}", token=token,
                      tls=self.instance.tls)

    def answered(self, client, method, path, expect, **request):
        """The answer, tried again until there is one; None if the run ends before that."""
        while not self.stop.is_set():
            answer = self.try_once(client, method, path, expect, **request)
            if answer is not None:
                return answer
            time.sleep(0.05)
        return None

    def try_once(self, client, method, path, expect, **request):
        """The answer; None if there is none, or if it says that the daemon cannot serve now."""
        try:
            answer = client.request(method, path, **request)
        except UNREACHABLE:
            return None
        if answer.status == 503:
            return None
        if answer.status != expect:
            raise AssertionError(f"{method} {path}: HTTP {answer.status} {answer.body!r}")
        return answer

    # -- customers -----------------------------------------------------------------------------

    def keep_saying(self, rng, number):
        """As WhatsApp does, until there is a 200, which may be the second if a kill ate the first;
        or once, so that some messages end without an answer. Single ones, batches out of order,
        copies at the same time, old ones again, and people who write for the first time."""
        whatsapp, old, people = self.instance.whatsapp(), None, 0
        while not self.stop.is_set():
            time.sleep(rng.uniform(0, 0.2))
            options = {"retry": rng.random() < 0.6, "copies": 2 if rng.random() < 0.2 else 1}
            writer = number
            if rng.random() < 0.1:
                people += 1
                writer = f"{number[:-4]}{people + 1000:04}"
                whatsapp.post("/customers", {"wa_id": writer, "name": f"Person {letters(5)}"})
            if rng.random() < 0.3:
                messages = [{"customer": writer, "text": letters(16)}
                            for _ in range(rng.randint(2, 12))]
                answer = whatsapp.post("/batch", {
                    "messages": messages, "options": {
                        **options, "order": rng.choice(("given", "reversed", "shuffled")),
                        "layout": rng.choice(("together", "changes", "entries", "mixed"))}})
            elif old and rng.random() < 0.2:
                answer = whatsapp.post("/say", {**old, **options})
            else:
                old = {"customer": writer, "text": letters(16)}
                answer = whatsapp.post("/say", {**old, **options})
                old["wamid"] = answer.json["wamid"]
            if answer.status != 200:
                raise AssertionError(f"simulator: {answer.body!r}")
        whatsapp.close()

    def keep_repeating_statuses(self, rng):
        whatsapp, known, last = self.instance.whatsapp(), [], 0
        while not self.stop.is_set():
            time.sleep(rng.uniform(0.2, 0.6))
            news = whatsapp.get(f"/journal?since={last}").json
            last = news["last_seq"]
            known = (known + [o["wamid"] for o in news["outbound"]
                              if "read" in o["will"] and len(o["statuses"]) == 3])[-50:]
            if known:
                whatsapp.post("/statuses", {
                    "wamid": rng.choice(known), "retry": False,
                    "sequence": rng.sample(["sent", "delivered", "read"], 3),
                    rng.choice(("one_post", "at_once")): True})
        whatsapp.close()

    # -- agents --------------------------------------------------------------------------------

    def keep_replying(self, rng, token, conversations):
        """With an Idempotency-Key until it is accepted, and sometimes once more after that; or
        without one, and then only once."""
        agent = self.agent(token)
        while not self.stop.is_set():
            time.sleep(rng.uniform(0.02, 0.3))
            text, path = letters(16), f"/v1/conversations/{rng.choice(conversations)}/messages"
            request = {"body": {"type": "text", "text": {"body": text}}}
            with self.lock:
                self.seen.offered_replies.add(text)
            if rng.random() < 0.4:
                answer = self.try_once(agent, "POST", path, 202, **request)
            else:
                request["headers"] = {"Idempotency-Key": letters(20)}
                answer = self.answered(agent, "POST", path, 202, **request)
                if answer and rng.random() < 0.2:
                    again = self.answered(agent, "POST", path, 202, **request)
                    if again and again.json["id"] != answer.json["id"]:
                        raise AssertionError(f"one key, two replies: {answer.json} {again.json}")
            if answer:
                with self.lock:
                    self.seen.accepted_replies[answer.json["id"]] = text
        agent.close()

    def keep_noting(self, rng, token, conversations):
        agent = self.agent(token)
        while not self.stop.is_set():
            time.sleep(rng.uniform(0.05, 0.4))
            text, path = letters(16), f"/v1/conversations/{rng.choice(conversations)}/notes"
            request = {"body": {"text": {"body": text}}}
            self.seen.offered_notes.add(text)
            if rng.random() < 0.4:
                answer = self.try_once(agent, "POST", path, 201, **request)
            else:
                request["headers"] = {"Idempotency-Key": letters(20)}
                answer = self.answered(agent, "POST", path, 201, **request)
            if answer:
                self.seen.accepted_notes[answer.json["id"]] = text
        agent.close()

    def keep_consenting(self, rng, token, lead):
        agent = self.agent(token)
        while not self.stop.is_set():
            time.sleep(rng.uniform(0.2, 0.8))
            answer = self.answered(
                agent, "POST", f"/v1/leads/{lead}/consents", 201,
                headers={"Idempotency-Key": letters(20)},
                body={"kind": rng.choice(("given", "withdrawn")), "purpose": "messages",
                      "source": "chat", "evidence": "as written"})
            if answer:
                self.seen.recorded_consents.append(answer.json["id"])
        agent.close()

    def keep_assigning(self, rng, token, conversation, colleagues):
        agent, path = self.agent(token), f"/v1/conversations/{conversation}"

        def version(kind, answer):
            shown = answer.json
            mark = (shown["assignee"], *shown["tags"])
            self.seen.changes.append((kind, mark, shown["version"]))
            return answer.headers["ETag"]

        shown = self.answered(agent, "GET", path, 200)
        tag = version("found", shown) if shown else None
        while not self.stop.is_set():
            time.sleep(rng.uniform(0.05, 0.4))
            mark = (rng.choice((*colleagues, None)), letters(8))
            self.seen.changes.append(("tried", mark))
            answer = self.try_once(agent, "PATCH", path, 200, headers={"If-Match": tag},
                                   body={"assignee": mark[0], "tags": [mark[1]]})
            if answer:
                tag = version("done", answer)
                continue
            answer = self.answered(agent, "GET", path, 200)
            if answer:
                tag = version("found", answer)
        agent.close()

    def keep_logging_in(self, rng, username):
        credentials = {"username": username, "password": self.instance.passwords[username]}
        while not self.stop.is_set():
            time.sleep(rng.uniform(0.3, 1.0))
            client = self.agent()
            opened = self.try_once(client, "POST", "/v1/sessions", 201, body=credentials)
            client.close()
            if not opened:
                continue
            self.log_ins += 1
            self.valid.append(opened.json["token"])
            self.check_session(self.valid[0], 200)
            if len(self.valid) > 20 or rng.random() < 0.3:
                leaving = self.valid.popleft()
                client = self.agent(leaving)
                if self.try_once(client, "DELETE", "/v1/session", 204):
                    self.log_outs += 1
                    self.over.append(leaving)
                client.close()

    def check_session(self, token, expect):
        client = self.agent(token)
        self.answered(client, "GET", "/v1/session", expect)
        client.close()


class KilledUnderLoad(functional.FunctionalTest):
    settings = {"delivery.unknown_wait_seconds": 2, "delivery.backoff_base_milliseconds": 50,
                "delivery.request_timeout_seconds": REQUEST_TIMEOUT, "session.max_per_agent": 100}
    agents = (("anna", "agent"), ("bert", "agent"), ("sofia", "supervisor"))

    def setUp(self):
        self.load = Load(self)
        self.kills = collections.Counter()
        self.starts = []  # seconds from the process to READY
        self.numbers = [f"4915100{n}0000" for n in range(SENDERS)]
        self.conversations = [self.person(number) for number in self.numbers]
        self.apart = [self.person(f"49151009{n:04}") for n in range(2)]

    def person(self, number):
        self.customer(number, f"Person {letters(5)}")
        return self.conversation_with(number, letters(16))

    # -- the ways to end -----------------------------------------------------------------------

    def kill(self, end):
        self.instance.kill_daemon()
        self.load.seen.kills.append(time.time())
        self.kills[end] += 1

    def start(self):
        begin = time.monotonic()
        self.instance.start_daemon()
        self.starts.append(time.monotonic() - begin)

    def arm(self, *faults, **details):
        for fault in faults:
            self.simulate("/faults", {"fault": fault, **details})

    def kill_under_load(self, rng):
        time.sleep(rng.uniform(0.1, 0.9))
        self.kill("under load")

    def kill_starting(self, rng):
        """Somewhere before READY: while the store opens, the doors open, the outbox is read."""
        time.sleep(rng.uniform(0.1, 0.4))
        self.kill("under load")
        self.instance.start_daemon(wait=False)
        time.sleep(rng.uniform(0, self.starts[-1]))
        self.kill("starting")

    def kill_stopping(self, rng):
        time.sleep(rng.uniform(0.1, 0.5))
        self.instance.daemon.send_signal(signal.SIGTERM)
        time.sleep(rng.uniform(0, 0.2))
        self.kill("stopping")

    def kill_outbox_full(self, rng):
        """Replies wait behind answers that take their time."""
        self.arm("slow", ms=400, count=20)

        def waiting():
            return self.anna.metric("outbox_waiting") >= 8
        until(waiting, "the outbox fills up")
        time.sleep(rng.uniform(0, 0.5))
        self.kill("outbox full")
        self.whatsapp.request("DELETE", "/faults")

    def kill_answer_lost(self, rng):
        """Before, while or after the daemon notes that it does not know."""
        self.arm(*rng.choice((["drop_after_accept"], ["drop_before_accept"],
                              ["drop_after_accept", "no_statuses"], ["error_500_after_accept"],
                              ["truncated_json"])))
        time.sleep(rng.uniform(0.05, 0.9))
        self.kill("answer lost")
        self.whatsapp.request("DELETE", "/faults")

    def test_nothing_acknowledged_is_lost_or_doubled(self):
        self.start_load()
        rng, begin = random.Random(Options.seed), time.monotonic()
        self.instance.stop_daemon()
        self.start()
        plan, verified = [], 0
        while self.kills.total() < Options.kills and not self.load.problems:
            plan = plan or rng.sample(ENDS, len(ENDS))
            getattr(self, "kill_" + plan.pop().replace(" ", "_"))(rng)
            self.start()
            if self.kills.total() >= verified + VERIFY_EVERY:
                verified = self.kills.total()
                self.assert_sound()
                self.progress(begin)
        time.sleep(0.3)
        self.load.end()
        self.assertEqual(self.load.problems, [])
        seen = self.look_back()
        self.assertEqual(faults_of(seen)[:20], [])
        self.the_run_was_worth_it(seen)
        for token in self.load.valid:
            self.session_is(token, 200)
        for token in self.load.over:
            self.session_is(token, 401)
        self.assert_sound()
        self.assertEqual([line for line in self.log().splitlines() if line[:3] in
                          ("<0>", "<1>", "<2>", "<3>")], [])
        self.show_figures(seen, time.monotonic() - begin)

    def start_load(self):
        load, sofia = self.load, self.signed_in("sofia")
        ids = [client.get("/v1/session").json["agent"]["id"] for client in (self.anna, sofia)]
        for number in self.numbers:
            load.start(load.keep_saying, number)
        load.start(load.keep_repeating_statuses)
        for token in (self.anna.token, self.signed_in("bert").token, sofia.token):
            load.start(load.keep_replying, token, self.conversations)
        load.start(load.keep_noting, self.anna.token, self.conversations)
        lead = self.get(f"/v1/conversations/{self.apart[0]}")["lead"]["id"]
        load.start(load.keep_consenting, self.anna.token, lead)
        load.start(load.keep_assigning, sofia.token, self.apart[1], ids)
        load.start(load.keep_logging_in, "bert")
        self.lead = lead

    def session_is(self, token, expect):
        client = self.instance.api(token)
        self.assertEqual(client.get("/v1/session").status, expect)
        client.close()

    # -- afterwards ----------------------------------------------------------------------------

    def look_back(self):
        """WhatsApp repeats what it has no 200 for; then every reply comes to its end."""
        self.whatsapp.request("DELETE", "/faults")
        self.whatsapp.post("/retries", {"action": "now"})
        self.whatsapp.timeout = 120
        settled = self.whatsapp.post("/wait", {"deliveries_unsettled": 0, "timeout_seconds": 60})
        self.assertTrue(settled.json["reached"], settled.json)
        seen = self.load.seen

        untold = {o["callback_data"] for o in self.outbound() if not o["will"]}

        def all_settled():
            shown = {c["id"]: self.every(f"/v1/conversations/{c['id']}/messages?limit=100")
                     for c in self.every("/v1/conversations?limit=100")}
            still = [m["id"] for messages in shown.values() for m in messages
                     if m["status"] in ("queued", "unknown", "sent") or
                     m["status"] == "accepted" and m["id"] not in untold]
            return None if still else shown
        shown = until(all_settled, "every reply is settled", seconds=120, pause=1)
        for conversation, messages in shown.items():
            for m in messages:
                text = m["text"]["body"]
                if m["direction"] == "inbound":
                    seen.inbound.append((conversation, text))
                elif m["direction"] == "note":
                    seen.notes[m["id"]] = text
                else:
                    seen.replies[m["id"]] = (text, m["status"], m["resends_after_unknown"])
        seen.consents = [c["id"] for c in self.get(f"/v1/leads/{self.lead}/consents")["items"]]
        journal = self.whatsapp.get("/journal").json
        for message in journal["inbound"]:
            seen.said[message["text"]] = (message["customer"], message["acknowledged"])
        for message in journal["outbound"]:
            taken = datetime.datetime.fromisoformat(message["at"]).timestamp()
            seen.taken.append((message["callback_data"], message["text"], taken,
                               message["faults"]))
        return seen

    def the_run_was_worth_it(self, seen):
        """A run that tried nothing would find nothing."""
        acknowledged = sum(ok for _, ok in seen.said.values())
        self.assertGreater(acknowledged, 10 * Options.kills)
        self.assertGreater(len(seen.said) - acknowledged, 0, "no kill hit a message on its way")
        self.assertGreater(len(seen.accepted_replies), Options.kills)
        self.assertGreater(len(seen.accepted_notes), Options.kills / 2)
        self.assertGreater(len(seen.recorded_consents), Options.kills / 4)
        self.assertGreater(self.load.log_ins, 3)
        self.assertEqual(set(self.kills), set(ENDS))
        # One for each kill and for each lost answer at the most.
        self.assertLessEqual(len(resent(seen)), 2 * self.kills.total())

    def progress(self, begin):
        if Options.kills > 50:
            print(f"{self.kills.total()} kills in {time.monotonic() - begin:.0f} s, slowest start "
                  f"{max(self.starts):.2f} s", file=sys.stderr, flush=True)

    def show_figures(self, seen, seconds):
        copies = collections.Counter(name for name, *_ in seen.taken)
        figures = {
            "kills": self.kills.total(), **{f"  {end}": self.kills[end] for end in ENDS},
            "seed": Options.seed, "seconds": round(seconds),
            "messages acknowledged": sum(ok for _, ok in seen.said.values()),
            "messages never acknowledged": sum(not ok for _, ok in seen.said.values()),
            "  of these kept": len(seen.inbound) - sum(ok for _, ok in seen.said.values()),
            "people": len({conversation for conversation, _ in seen.inbound}),
            "replies accepted": len(seen.accepted_replies),
            "  resends marked": sum(resends for *_, resends in seen.replies.values()),
            "  parked, outcome unknown": sum(s == "parked" for _, s, _ in seen.replies.values()),
            "  that reached WhatsApp twice": sum(times > 1 for times in copies.values()),
            "notes": len(seen.accepted_notes), "consents": len(seen.recorded_consents),
            "assignments": sum(step[0] == "done" for step in seen.changes),
            "log-ins": self.load.log_ins, "log-outs": self.load.log_outs,
            "slowest start": f"{max(self.starts):.2f} s",
            "median start": f"{sorted(self.starts)[len(self.starts) // 2]:.2f} s"}
        print("\n" + "\n".join(f"{name:32}{value:>10}" for name, value in figures.items()),
              file=sys.stderr, flush=True)


class Verdict(unittest.TestCase):
    """The checker notices each kind of fault in what it is given."""

    def setUp(self):
        self.seen = Seen(
            said={"hello": ("c1", True), "again": ("c1", True), "unheard": ("c2", False)},
            inbound=[("conv1", "hello"), ("conv1", "again")],
            kills=[1000.0, 2000.0],
            taken=[("r1", "one", 1500.0, []), ("r2", "two", 1999.9, []), ("r2", "two", 2010.0, []),
                   ("r3", "three", 1700.0, ["drop_after_accept"]), ("r3", "three", 1702.0, [])],
            replies={"r1": ("one", "read", 0), "r2": ("two", "delivered", 1),
                     "r3": ("three", "parked", 1), "r4": ("four", "parked", 1)},
            accepted_replies={"r1": "one", "r2": "two", "r4": "four"},
            offered_replies={"one", "two", "three", "four", "never accepted"},
            notes={"n1": "a note"}, accepted_notes={"n1": "a note"}, offered_notes={"a note"},
            consents=["x1", "x2", "x3"], recorded_consents=["x1", "x2"],
            changes=[("found", "a", 1), ("tried", "b"), ("done", "b", 2), ("tried", "c"),
                     ("found", "b", 2), ("tried", "d"), ("found", "d", 3)])

    def finds(self, *wanted, **doctored):
        seen = copy.deepcopy(self.seen)
        for name, value in doctored.items():
            setattr(seen, name, value)
        found = faults_of(seen)
        self.assertEqual(len(found), len(wanted), found)
        for fault, words in zip(found, wanted):
            self.assertIn(words, fault)

    def test_run_without_a_fault(self):
        self.finds()
        self.assertEqual(resent(self.seen), ["r2", "r3", "r4"])

    def test_inbound(self):
        good = self.seen.inbound
        self.finds("inbound lost: again", inbound=good[:1])
        self.finds("inbound 2 times: again", inbound=[*good, good[1]])
        self.finds("inbound 2 times: unheard", inbound=[*good, *[("conv2", "unheard")] * 2])
        self.finds("nobody wrote: ghost", inbound=[*good, ("conv1", "ghost")])
        self.finds("person in 2 conversations", inbound=[good[0], ("conv2", "again")])
        self.finds("2 persons in one", inbound=[*good, ("conv1", "unheard")])

    def test_reply_that_is_lost_or_doubled(self):
        good, taken = self.seen.replies, self.seen.taken
        self.finds("reply lost or changed: r1", "not the reply that is shown: r1",
                   replies={name: good[name] for name in ("r2", "r3", "r4")})
        self.finds("reply made 2 times: one", taken=[*taken, ("r5", "one", 1.0, [])],
                   replies={**good, "r5": ("one", "read", 0)})
        self.finds("reply nobody wrote: ghost", taken=[*taken, ("r5", "ghost", 1.0, [])],
                   replies={**good, "r5": ("ghost", "read", 0)})

    def test_sending(self):
        good, taken = self.seen.replies, self.seen.taken
        self.finds("never sent: r1", taken=taken[1:])
        self.finds("left queued: r1", replies={**good, "r1": ("one", "queued", 0)})
        self.finds("left failed: r1", replies={**good, "r1": ("one", "failed", 0)})
        accepted = {**good, "r1": ("one", "accepted", 0)}
        self.finds("left accepted: r1", replies=accepted)
        self.finds(replies=accepted, taken=[("r1", "one", 1500.0, ["no_statuses"]), *taken[1:]])
        self.finds("sent 2 times, marked 0: r2", replies={**good, "r2": ("two", "read", 0)})
        self.finds("sent 3 times, marked 1: r3", taken=[*taken, ("r3", "three", 1701.0,
                                                                 ["truncated_json"])])
        self.finds("not the reply that is shown: r9", taken=[*taken, ("r9", "x", 1.0, [])])

    def test_marked_resend_without_a_reason(self):
        taken = self.seen.taken
        self.finds("its fate was known: r2",
                   taken=[taken[0], ("r2", "two", 1900.0, []), *taken[2:]])
        self.finds("its fate was known: r3", taken=[*taken[:3], ("r3", "three", 1700.0, []),
                                                    taken[4]])
        self.finds("its fate was known: r2", kills=[1000.0])

    def test_notes_and_consents(self):
        self.finds("note lost or changed: n1", notes={})
        self.finds("note made 2 times", notes={"n1": "a note", "n2": "a note"})
        for consents in (["x1"], ["x2", "x1", "x3"], ["x1", "x1", "x2"]):
            self.finds("consents lost, doubled", consents=consents)
        self.finds("consents nobody gave: 2", consents=["x1", "x2", "x3", "x4"])

    def test_changes(self):
        start = [("found", "a", 1), ("tried", "b")]
        self.finds("change done", changes=[*start, ("done", "b", 3)])
        self.finds("change done", changes=[*start, ("done", "a", 1)])
        self.finds("change found", changes=[*start, ("done", "b", 2), ("tried", "c"),
                                            ("found", "a", 1)])
        self.finds("change found", changes=[*start, ("found", "b", 1)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--kills", type=int, default=Options.kills)
    parser.add_argument("--seed", type=int, default=Options.seed)
    _, rest = parser.parse_known_args(namespace=Options)
    functional.main(rest)
