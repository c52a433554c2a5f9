"""Answers that cost less, askers that ask too much, and what the length of an answer tells."""
import gzip
import socket
import ssl

import functional


class Answers(functional.FunctionalTest):
    def test_long_answer_is_smaller_for_whoever_takes_gzip(self):
        plain = self.anna.get("/v1/openapi.json")
        smaller = self.anna.get("/v1/openapi.json", headers={"Accept-Encoding": "gzip"})
        self.assertEqual(smaller.headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(smaller.body), plain.body)
        self.assertLess(len(smaller.body), len(plain.body) / 5)
        self.assertEqual(smaller.headers["ETag"], plain.headers["ETag"])

    def test_answer_that_is_known_is_not_sent_again(self):
        self.conversation_with(self.customer("4915123456710"))
        tag = self.anna.get("/v1/conversations").headers["ETag"]
        again = self.anna.get("/v1/conversations", headers={"If-None-Match": tag})
        self.assertEqual((again.status, again.body), (304, b""))
        self.say("4915123456710", "One more thing.")
        news = self.anna.get("/v1/conversations", headers={"If-None-Match": tag})
        self.assertEqual(news.status, 200)

    def test_events_are_polled_from_where_the_stream_ended(self):
        start = self.get("/v1/events/poll")["next_cursor"]
        conversation = self.conversation_with(self.customer("4915123456711"))
        news = self.get(f"/v1/events/poll?wait=30&cursor={start}")
        self.assertIn(conversation, [item["conversation_id"] for item in news["items"]])
        self.assertEqual(self.get(f"/v1/events/poll?cursor={news['next_cursor']}")["items"], [])

    def encrypted_length_of(self, path):
        """Bytes on the wire of the answer to one request."""
        context = self.instance.tls()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
        received = 0
        with socket.create_connection(("127.0.0.1", self.instance.api_port)) as connection:
            def step(function, *arguments):
                nonlocal received
                while True:
                    try:
                        done = function(*arguments)
                        connection.sendall(outgoing.read())
                        return done
                    except ssl.SSLWantReadError:
                        connection.sendall(outgoing.read())
                        data = connection.recv(65536)
                        received += len(data)
                        incoming.write(data)
            step(tls.do_handshake)
            before = received
            step(tls.write, f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            answer = b""
            while b"</html>" not in answer:
                answer += step(tls.read, 65536)
            return received - before, len(answer)

    def test_answers_of_about_one_length_cannot_be_told_apart_on_the_wire(self):
        lengths = {self.encrypted_length_of(f"/v1/problems/{code}")
                   for code in ("conflict", "forbidden", "not_found")}
        self.assertGreater(len({plain for _, plain in lengths}), 1, lengths)
        self.assertEqual(len({encrypted for encrypted, _ in lengths}), 1, lengths)


class AskingTooMuch(functional.FunctionalTest):
    settings = {"api.client_requests_per_second": 2}

    def through(self, name):
        client = self.instance.api(tls=lambda: self.instance.tls(name))
        self.addCleanup(client.close)
        return client

    def test_client_waits_as_it_is_told_and_nobody_else_does(self):
        noisy, other = self.through("noisy"), self.through("other")
        answers = [noisy.get("/v1/client") for _ in range(40)]
        refused = [answer for answer in answers if answer.status != 200]
        self.assertGreaterEqual(len(answers) - len(refused), 20)
        self.assertTrue(refused)
        self.assert_problem(refused[0], 429, "too_many_requests")
        self.assertEqual(refused[0].headers["RateLimit-Policy"], '"client";q=20;w=10')
        self.assertTrue(refused[0].headers["RateLimit"].startswith('"client";r=0;t='))
        self.assertLessEqual(int(refused[0].headers["Retry-After"]), 1)
        self.assertEqual(other.get("/v1/client").status, 200)
        self.assertEqual(functional.until(lambda: noisy.get("/v1/client").status == 200,
                                          "the client may ask again"), True)
        self.assertIn("CLIENT_ASKS_TOO_MUCH", self.log())
        self.assertGreaterEqual(other.metric("requests_over_quota_total"), len(refused))

    def test_unapproved_program_hears_that_it_is_not_approved_however_often_it_asks(self):
        stranger = self.instance.api(tls=self.instance.tls_with)
        self.addCleanup(stranger.close)
        for _ in range(40):
            self.assert_problem(stranger.get("/v1/client"), 403, "client_not_approved")


if __name__ == "__main__":
    functional.main()
