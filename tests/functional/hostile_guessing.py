"""Tokens, passwords and signatures that are not right: one answer, counted, and no way around the
count; and what a refusal costs us has a bound."""
import collections
import concurrent.futures
import json
import os
import statistics
import time

import functional
import hostile
from functional import until
from hostile import figure

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Guessing(hostile.HostileTest):
    agents = (("anna", "agent"), ("bert", "agent"), ("sofia", "supervisor"))
    settings = {"login.max_failures": 1000}

    def ask_session(self, wire, token):
        wire.send(f"GET /v1/session HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
                  .encode())
        return wire.answer()

    # -- tokens --------------------------------------------------------------------------------

    def test_no_token_but_the_right_one_opens_anything(self):
        right = self.anna.token
        wrong = [right[:n] for n in range(1, len(right))]                       # truncated
        wrong += [right + c for c in ALPHABET] + [right * 2, right + "A" * 190]  # too long
        for at in range(len(right)):                                            # one bit flipped
            other = ALPHABET[ALPHABET.index(right[at]) ^ 1] if right[at] in ALPHABET else "A"
            wrong.append(right[:at] + other + right[at + 1:])
        wrong += ["".join(ALPHABET[byte % 64] for byte in os.urandom(len(right)))
                  for _ in range(100)]
        before = self.anna.metric("requests_refused_total")
        answers = collections.Counter()
        wire = self.wire(self.doors[0])
        for token in wrong:
            answer = self.ask_session(wire, token)
            answers[answer.status, answer.body] += 1
        self.assertEqual(len(answers), 1, answers)
        (status, body), = answers
        self.assertEqual((status, json.loads(body)["code"]), (401, "unauthenticated"))
        self.assertEqual(self.anna.metric("requests_refused_total") - before, len(wrong))
        self.assertEqual(self.ask_session(wire, right).status, 200)

    def test_token_of_another_house_opens_nothing(self):
        other = functional.make_instance("Other")
        self.addCleanup(other.stop)
        other.make()
        other.start()
        other.add_agent("anna", "Anna Blum", "agent")
        foreign = other.signed_in("anna")
        self.assertEqual(foreign.get("/v1/session").status, 200)
        wire = self.wire(self.doors[0])
        self.assertEqual(self.ask_session(wire, foreign.token).status, 401)
        foreign.close()

    def test_stolen_token_is_worth_nothing_after_sign_out(self):
        """Neither on a new connection, nor on one that was open before, and a stream ends soon."""
        client = self.signed_in("bert")
        thief = self.wire(self.doors[0])
        self.assertEqual(self.ask_session(thief, client.token).status, 200)
        stream = self.wire(self.doors[0])
        stream.send(f"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.token}"
                    "\r\n\r\n".encode())
        self.assertEqual(stream.answer().status, 200)
        self.assertEqual(client.request("DELETE", "/v1/session").status, 204)
        self.assertEqual(self.ask_session(thief, client.token).status, 401)
        self.assertEqual(self.ask_session(self.wire(self.doors[0]), client.token).status, 401)
        begin = time.monotonic()
        stream.rest()
        self.assertLess(time.monotonic() - begin, 10)

    def test_stolen_token_is_worth_nothing_after_the_agent_is_disabled(self):
        client = self.signed_in("sofia")
        thief = self.wire(self.doors[0])
        self.assertEqual(self.ask_session(thief, client.token).status, 200)
        self.instance.ctl("agents", "disable", "sofia")
        self.assertEqual(self.ask_session(thief, client.token).status, 401)
        self.instance.ctl("agents", "enable", "sofia")
        self.assertEqual(self.ask_session(thief, client.token).status, 401)

    def test_flood_of_refusals_writes_little(self):
        """Every refusal is counted; the trail takes 20 a second of those that nobody proved."""
        for name, request, status, counted in (
                ("tokens", b"GET /v1/session HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n"
                           b"\r\n", 401, "requests_refused_total"),
                ("nonsense", b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404,
                 "requests_failed_total")):
            with self.subTest(name):
                count, before = 2_000, self.anna.metric(counted)
                writes = self.anna.metric("store_writes_total")
                begin = time.monotonic()
                wire = self.wire(self.doors[0])
                for _ in range(count // 100):
                    wire.send(request * 100)
                    self.assertEqual({wire.answer().status for _ in range(100)}, {status})
                seconds = time.monotonic() - begin
                figure(f"refused_{name}_in_a_second", count / seconds, "1/s")
                self.assertGreaterEqual(self.anna.metric(counted) - before, count)
                self.assertLessEqual(self.anna.metric("store_writes_total") - writes,
                                     20 * (int(seconds) + 2))

    # -- passwords -----------------------------------------------------------------------------

    def attempt(self, username, password, source="127.0.0.1"):
        body = json.dumps({"username": username, "password": password}).encode()
        wire = hostile.Wire(self.instance.api_port, context=self.tls, source=source)
        try:
            wire.send(b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                      b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            begin = time.monotonic()
            answer = wire.answer()
            return answer, time.monotonic() - begin
        finally:
            wire.close()

    def test_time_of_a_refusal_does_not_tell_who_is_there(self):
        times = collections.defaultdict(list)
        bodies = set()
        self.instance.add_agent("root", "Rolf Ott", "admin")
        self.instance.ctl("agents", "disable", "root")
        for _ in range(15):
            for kind, username in (("known", "anna"), ("unknown", "nobody"), ("disabled", "root")):
                answer, took = self.attempt(username, "a wrong password")
                self.assertEqual(answer.status, 401)
                bodies.add(answer.body)
                times[kind].append(took)
        self.assertEqual(len(bodies), 1)
        medians = {kind: statistics.median(took) * 1000 for kind, took in times.items()}
        for kind, median in medians.items():
            figure(f"log_in_refused_{kind}", median, "ms")
        # An account that could be told from another would answer in a hundredth of the time, as no
        # password would be hashed.
        self.assertLess(max(medians.values()), 3 * min(medians.values()))
        self.assertGreater(min(medians.values()), 3)

    # -- the webhook ---------------------------------------------------------------------------

    def test_guessing_the_verify_token_tells_nothing_and_is_counted(self):
        right = (self.instance.folder / "verify-token").read_text().strip()
        ask = "GET " + hostile.WEBHOOK + ("?hub.mode=subscribe&hub.challenge=1&hub.verify_token={} "
                                          "HTTP/1.1\r\nHost: x\r\n\r\n")
        wire = self.wire(self.doors[1])
        before = self.anna.metric("requests_failed_total")
        bodies = set()
        guesses = [right[:n] for n in range(len(right))]
        guesses += [os.urandom(16).hex() for _ in range(200)]
        for guess in guesses:
            wire.send(ask.format(guess).encode())
            answer = wire.answer()
            self.assertEqual(answer.status, 403)
            bodies.add(answer.body)
        self.assertEqual(len(bodies), 1)
        self.assertEqual(self.anna.metric("requests_failed_total") - before, len(guesses))
        wire.send(ask.format(right).encode())
        self.assertEqual(wire.answer().status, 200)

    def test_guessing_signatures_stores_nothing_and_is_counted(self):
        body = json.dumps(self.payload([self.text_message("guessed")])).encode()
        right = self.signature(body)
        wire = self.wire(self.doors[1])
        before = {name: self.anna.metric(name) for name in ("webhooks_refused_total",
                                                        "store_writes_total")}
        guesses = ["sha256=" + os.urandom(32).hex() for _ in range(300)]
        digits = right.removeprefix("sha256=")
        for at in range(len(digits)):  # one digit beside the right one
            guesses.append("sha256=" + digits[:at] + ("0" if digits[at] != "0" else "1")
                           + digits[at + 1:])
        answers = set()
        for guess in guesses:
            wire.send(self.notification(body, signature=guess))
            answer = wire.answer()
            answers.add((answer.status, answer.body))
        self.assertEqual([status for status, _ in answers], [401])
        refused = self.anna.metric("webhooks_refused_total")
        self.assertEqual(refused - before["webhooks_refused_total"],
                         len(guesses))
        self.assertEqual(self.anna.metric("store_writes_total"), before["store_writes_total"])
        self.assertNotIn("guessed", self.texts(self.conversation))


class Throttle(hostile.HostileTest):
    settings = {"login.max_failures": 10}
    agents = (("anna", "agent"), ("bert", "agent"))
    attempt = Guessing.attempt

    def answers(self, attempts):
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            return collections.Counter(answer.status for answer, _ in
                                       pool.map(lambda a: self.attempt(*a), attempts))

    def test_guessing_from_many_places_at_once_is_stopped_by_the_account(self):
        answers = self.answers([("bert", f"guess {n}", f"127.0.1.{n + 1}") for n in range(100)])
        self.assertEqual(answers, {401: 10, 429: 90})
        answer, _ = self.attempt("bert", self.instance.passwords["bert"], "127.0.2.1")
        self.assert_refused(answer, 429, "too_many_requests")
        self.assertTrue(answer.headers["retry-after"])

    def test_one_guess_at_many_accounts_is_stopped_by_the_source(self):
        answers = self.answers([(f"agent{n}", "Spring2026!!", "127.0.3.1") for n in range(100)])
        self.assertEqual(answers, {401: 10, 429: 90})
        answer, _ = self.attempt("anna", self.instance.passwords["anna"], "127.0.4.1")
        self.assertEqual(answer.status, 201, "others are not stopped")

    def test_spellings_of_one_account_are_one_account(self):
        names = ("carl", "CARL", " carl", "carl ", "Carl", "\tcarl", "cArL\n")
        answers = self.answers([(names[n % len(names)], "guess", f"127.0.5.{n + 1}")
                                for n in range(60)])
        self.assertEqual(answers, {401: 10, 429: 50})

    def guess_once_at_each(self, source, names):
        """One connection: the stati of one guess for each name, and what came first of all."""
        wire = hostile.Wire(self.instance.api_port, context=self.tls, source=source)
        try:
            stati = []
            for name in names:
                body = json.dumps({"username": name, "password": "Autumn2026!!"}).encode()
                wire.send(b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json"
                          b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                stati.append(wire.answer().status)
            return stati
        finally:
            wire.close()

    def test_ten_thousand_guesses_over_many_accounts_try_five_hundred_passwords(self):
        """Fifty sources guess once at each of two hundred accounts: neither an account nor a source is
        tried more often than ten times, and others sign in meanwhile."""
        names = [f"spray{n}" for n in range(200)]
        refused = self.anna.metric("log_ins_refused_total")
        writes = self.anna.metric("store_writes_total")
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            attack = [pool.submit(self.guess_once_at_each, f"127.0.7.{n + 1}",
                                  names[n:] + names[:n]) for n in range(50)]
            others = [self.attempt("anna", self.instance.passwords["anna"], "127.0.8.1")[0].status
                      for _ in range(3)]
            answers = collections.Counter(status for one in attack for status in one.result())
        seconds = time.monotonic() - begin
        figure("guesses_in_a_second", 10_000 / seconds, "1/s")
        self.assertEqual(answers, {401: 500, 429: 9_500})
        self.assertEqual(others, [201] * 3)
        self.assertEqual(self.anna.metric("log_ins_refused_total") - refused, 10_000)
        self.assertLessEqual(self.anna.metric("store_writes_total") - writes,
                             20 * (int(seconds) + 2) + 3 * len(others))
        late, _ = self.attempt("spray20", "Autumn2026!!", "127.0.8.2")
        self.assertEqual(late.status, 429, "the account waits, whoever asks")

    def test_thousands_of_accounts_and_sources_take_a_bounded_memory(self):
        """Ten guesses from each of 20 sources, and then what is refused at once."""
        before = self.memory()[0]
        answers = self.answers([(f"x{n}" + "y" * 3_000, "guess", f"127.0.6.{n % 20 + 1}")
                                for n in range(400)])
        self.assertEqual(answers, {401: 200, 429: 200})
        until(lambda: functional.MEMORY_IS_SANITIZED or self.memory()[0] < before + 40,
              "the memory of the hashes is given back", 5)


if __name__ == "__main__":
    functional.main()
