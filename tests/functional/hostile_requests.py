"""Requests that are none, or two in one: refused with a code, and nothing behind them is run."""
import json
import os
import socket
import ssl
import subprocess
import time
import warnings

import functional
import hostile
from functional import until
from hostile import each_door

HOST = b"Host: x\r\n"


class Requests(hostile.HostileTest):

    # -- heads ---------------------------------------------------------------------------------

    @each_door
    def test_heads_that_are_none(self, door):
        line = f"GET {door.good} HTTP/1.1\r\n".encode()
        for name, data in {
                "a folded field": line + HOST + b"X: a\r\n b\r\n\r\n",
                "a first field that is folded": line + b" Host: x\r\n\r\n",
                "a field without colon": line + HOST + b"X\r\n\r\n",
                "a field without name": line + HOST + b": x\r\n\r\n",
                "a space before the colon": line + b"Host : x\r\n\r\n",
                "a NUL in a name": line + HOST + b"X\0Y: a\r\n\r\n",
                "a NUL in a value": line + HOST + b"X: a\0b\r\n\r\n",
                "a bare CR in a value": line + HOST + b"X: a\rY: b\r\n\r\n",
                "a bare LF between fields": line + b"Host: x\nX: a\r\n\r\n",
                "a bare LF behind the line": line[:-2] + b"\n" + HOST + b"\r\n",
                "bare LF only": line[:-2] + b"\nHost: x\n\n",
                "a bare LF at the end": line + HOST + b"\n",
                "CR CR LF": line[:-2] + b"\r\r\nHost: x\r\n\r\n",
                "no host": line + b"\r\n",
                "two hosts": line + HOST + b"Host: y\r\n\r\n",
                "the same host twice": line + HOST + HOST + b"\r\n",
                "two lengths": line + HOST + b"Content-Length: 0\r\nContent-Length: 1\r\n\r\n",
                "the same length twice": line + HOST + b"Content-Length: 0\r\n" * 2 + b"\r\n",
                "two authorizations": line + HOST + b"Authorization: Bearer a\r\n"
                                      b"Authorization: Bearer b\r\n\r\n",
                "an unknown expectation": line + HOST + b"Expect: 200-ok\r\n\r\n"}.items():
            with self.subTest(name):
                self.assert_refused(self.ask(door, data), 400, "invalid_request")

    @each_door
    def test_request_lines_that_are_none(self, door):
        path = door.good.encode()
        for line in (b"GET http://x" + path + b" HTTP/1.1", b"OPTIONS * HTTP/1.1",
                     b"CONNECT x:443 HTTP/1.1", b"GET " + path, b"GET " + path + b" HTTP/1.2",
                     b"GET " + path + b" HTTP/2.0", b"GET " + path + b" http/1.1",
                     b"GET " + path + b" HTTP/1.1 ", b"GET  " + path + b" HTTP/1.1",
                     b" GET " + path + b" HTTP/1.1", b"GET\t" + path + b"\tHTTP/1.1",
                     b"GET " + path + b"#a HTTP/1.1", b"GET /a\\b HTTP/1.1",
                     b"GET /\xc3\xa4 HTTP/1.1", b"GET /a\0b HTTP/1.1", b"GE\0T / HTTP/1.1",
                     b"G(T / HTTP/1.1", b"", b"PRI * HTTP/2.0", b"\x16\x03\x01\x00\xa5\x01"):
            with self.subTest(line=line):
                answer = self.ask(door, line + b"\r\n" + HOST + b"\r\n")
                self.assert_refused(answer, 400, "invalid_request")

    @each_door
    def test_methods_that_nobody_takes(self, door):
        for method in ("get", "Get", "PUT", "TRACE", "OPTIONS", "X" * 2000):
            with self.subTest(method[:10]):
                answer = self.ask(door, f"{method} {door.good} HTTP/1.1\r\nHost: x\r\n"
                                        "Connection: close\r\n\r\n".encode())
                self.assert_refused(answer, 405, "invalid_request")

    @each_door
    def test_answer_to_head_has_no_body(self, door):
        """A proxy reads no body behind an answer to HEAD, and would take one for the next
        answer."""
        wire = self.wire(door)
        wire.send(f"HEAD {door.good} HTTP/1.1\r\nHost: x\r\n\r\n"
                  f"GET {door.good} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        everything = wire.rest()
        self.assertTrue(everything.startswith(b"HTTP/1.1 405 "), everything[:40])
        _, _, behind = everything.partition(b"\r\n\r\n")
        self.assertTrue(behind == b"" or behind.startswith(f"HTTP/1.1 {door.status} ".encode()),
                        behind[:60])

    @each_door
    def test_heads_over_the_bounds(self, door):
        line = f"GET {door.good} HTTP/1.1\r\n".encode() + HOST
        for name, data in {
                "101 fields": line + b"X: a\r\n" * 100 + b"\r\n",
                "100,000 fields": line + b"X: a\r\n" * 100_000 + b"\r\n",
                "a name of 300 bytes": line + b"X" * 300 + b": a\r\n\r\n",
                "a value of 9 KiB": line + b"X: " + b"a" * 9_216 + b"\r\n\r\n",
                "17 KiB in all": line + (b"X: " + b"a" * 1_000 + b"\r\n") * 17 + b"\r\n",
                "10 MB without an end": line + b"X: " + b"a" * 10_000_000,
                "a target of 100 kB": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HOST
                                      + b"\r\n",
                "a target of 9 KiB": b"GET /" + b"a" * 9_216 + b" HTTP/1.1\r\n" + HOST
                                     + b"\r\n"}.items():
            with self.subTest(name):
                self.assert_refused(self.ask(door, data), 431, "too_large")

    @each_door
    def test_head_at_the_bounds_is_read(self, door):
        """The control of the test above."""
        line = f"GET {door.good} HTTP/1.1\r\n".encode() + HOST + b"Connection: close\r\n"
        for data in (line + b"X: a\r\n" * 98, line + b"X" * 256 + b": a\r\n",
                     line + b"X: " + b"a" * 8_192 + b"\r\n"):
            self.assertEqual(self.ask(door, data + b"\r\n").status, door.status)

    def test_query_of_thousands_of_parameters_is_refused(self):
        many = "&".join(f"{n:x}" for n in range(1_900))
        for door in self.doors:
            path = "/v1/session" if door.name == "api" else hostile.WEBHOOK
            begin = time.monotonic()
            answer = self.ask(door, f"GET {path}?{many} HTTP/1.1\r\nHost: x\r\n"
                              f"Authorization: Bearer {self.anna.token}\r\n"
                              "Connection: close\r\n\r\n".encode())
            self.assertLess(time.monotonic() - begin, 2)
            self.assert_refused(answer, 400, "invalid_request")

    # -- two requests in one -------------------------------------------------------------------

    def smuggled(self, door):
        """A request that changes something if anybody runs it."""
        if door.name == "api":
            return (f"DELETE /v1/session HTTP/1.1\r\nHost: x\r\n"
                    f"Authorization: Bearer {self.anna.token}\r\n\r\n").encode()
        return self.notification(json.dumps(self.payload(
            [self.text_message("smuggled")])).encode())

    def head(self, door, *fields):
        path = "/v1/sessions" if door.name == "api" else hostile.WEBHOOK
        lines = [b"POST " + path.encode() + b" HTTP/1.1", b"Host: x",
                 b"Content-Type: application/json", b"X-Hub-Signature-256: sha256=" + b"0" * 64]
        return b"\r\n".join([*lines, *fields]) + b"\r\n\r\n"

    def assert_nothing_ran(self, door):
        if door.name == "api":
            self.assertEqual(self.anna.get("/v1/session").status, 200)
        else:
            self.assertNotIn("smuggled", self.texts(self.conversation))

    def test_smuggled_request_would_run_by_itself(self):
        """The control of the tests below: what is smuggled there has an effect."""
        bert = self.instance.add_agent("bert", "Bert Lang", "agent")
        self.assertTrue(bert)
        client = self.signed_in("bert")
        wire = self.wire(self.doors[0])
        wire.send(self.smuggled(self.doors[0]).replace(self.anna.token.encode(),
                                                       client.token.encode()))
        self.assertEqual(wire.answer().status, 204)
        self.assertEqual(client.get("/v1/session").status, 401)
        wire = self.wire(self.doors[1])
        wire.send(self.smuggled(self.doors[1]).replace(b"smuggled", b"straight")
                  .replace(b"X-Hub", b"X-Old"))
        self.assertEqual(wire.answer().status, 401)
        self.assertEqual(self.post_webhook(self.payload([self.text_message("straight")])), 200)
        self.assertIn("straight", self.texts(self.conversation))

    @each_door
    def test_two_lengths_of_a_body(self, door):
        second = self.smuggled(door)
        chunks = b"0\r\n\r\n" + second
        length = b"Content-Length: " + str(len(chunks)).encode()
        chunked = b"Transfer-Encoding: chunked"
        for name, fields in {
                "CL.TE": (length, chunked), "TE.CL": (chunked, length),
                "TE.TE, the second unknown": (chunked, b"Transfer-Encoding: x"),
                "TE.TE, the first unknown": (b"Transfer-Encoding: x", chunked),
                "TE.TE, the same": (chunked, chunked),
                "a space before the colon": (length, b"Transfer-Encoding : chunked"),
                "a tab before the colon": (length, b"Transfer-Encoding\t: chunked"),
                "a vertical tab": (b"Transfer-Encoding: \x0bchunked",),
                "a NUL": (b"Transfer-Encoding: chunked\0",),
                "a folded value": (length, b"Transfer-Encoding:\r\n chunked"),
                "hidden behind a bare LF": (length, b"X: a\nTransfer-Encoding: chunked"),
                "hidden behind a bare CR": (length, b"X: a\rTransfer-Encoding: chunked"),
                "another coding": (b"Transfer-Encoding: xchunked",),
                "gzip, chunked": (b"Transfer-Encoding: gzip, chunked",),
                "chunked, identity": (b"Transfer-Encoding: chunked, identity",),
                "identity": (b"Transfer-Encoding: identity", length),
                "quoted": (b'Transfer-Encoding: "chunked"',),
                "with a parameter": (b"Transfer-Encoding: chunked;q=1",),
                "empty": (b"Transfer-Encoding:", length),
                "a comma behind": (b"Transfer-Encoding: chunked,",)}.items():
            with self.subTest(name):
                answer = self.ask(door, self.head(door, *fields) + chunks)
                self.assert_refused(answer, 400, "invalid_request")
        self.assert_nothing_ran(door)

    @each_door
    def test_chunks_over_http_1_0(self, door):
        head = self.head(door, b"Transfer-Encoding: chunked").replace(b"HTTP/1.1", b"HTTP/1.0")
        answer = self.ask(door, head + b"0\r\n\r\n" + self.smuggled(door))
        self.assert_refused(answer, 400, "invalid_request")
        self.assert_nothing_ran(door)

    @each_door
    def test_lengths_that_are_no_plain_number(self, door):
        for value in (b"+5", b"-5", b"5 5", b"5,5", b"5, 5", b"0x5", b"5;", b"5.0", b"1e1",
                      b"", b"\"5\"", b"\xd9\xa5", b"18446744073709551616", b"9" * 100,
                      b"five", b"5\t5", b"5\0"):
            with self.subTest(value=value):
                answer = self.ask(door, self.head(door, b"Content-Length: " + value)
                                  + b"hello" + self.smuggled(door))
                self.assert_refused(answer, 400, "invalid_request")
        self.assert_nothing_ran(door)

    @each_door
    def test_chunks_that_two_readers_read_differently(self, door):
        second = self.smuggled(door)
        for chunks in (b"5;a=b\r\nhello\r\n0\r\n\r\n", b"5 \r\nhello\r\n0\r\n\r\n",
                       b" 5\r\nhello\r\n0\r\n\r\n", b"5\nhello\n0\n\n",
                       b"0x5\r\nhello\r\n0\r\n\r\n", b"+5\r\nhello\r\n0\r\n\r\n",
                       b"-1\r\nhello\r\n0\r\n\r\n", b"\r\nhello\r\n0\r\n\r\n",
                       b"5\r\nhello0\r\n\r\n", b"5\r\nhello!\r\n0\r\n\r\n",
                       b"5\r\nhello\n0\r\n\r\n", b"f" * 17 + b"\r\n",
                       b"1" + b"0" * 16 + b"\r\n\r\n", b"0" * 17 + b"5\r\nhello\r\n0\r\n\r\n",
                       b"0\r\nX: trailer\r\n\r\n", b"0;a\r\n\r\n", b"0\r\n\n",
                       b"5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n", b"g\r\n\r\n"):
            with self.subTest(chunks=chunks):
                answer = self.ask(door, self.head(door, b"Transfer-Encoding: chunked")
                                  + chunks + second)
                self.assert_refused(answer, 400, "invalid_request")
        answer = self.ask(door, self.head(door, b"Transfer-Encoding: chunked")
                          + b"f" * 15 + b"e\r\n" + second)
        self.assert_refused(answer, 413, "too_large")
        self.assert_nothing_ran(door)

    @each_door
    def test_body_where_none_is_taken_is_no_second_request(self, door):
        second = self.smuggled(door)
        head = (f"GET {door.good} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(second)}\r\n"
                "\r\n").encode()
        self.assert_refused(self.ask(door, head + second), 413, "too_large")
        self.assert_nothing_ran(door)

    def test_body_of_a_refused_request_is_no_second_request(self):
        second = self.smuggled(self.doors[0])
        for path, status, code in (("/v1/conversations/x/messages", 401, "unauthenticated"),
                                   ("/nothing", 404, "not_found"),
                                   ("/v1/session", 405, "invalid_request")):
            with self.subTest(path):
                head = (f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(second)}\r\n"
                        "\r\n").encode()
                self.assert_refused(self.ask(self.doors[0], head + second), status, code)
        self.assert_nothing_ran(self.doors[0])

    # -- many in one, and halves ---------------------------------------------------------------

    @each_door
    def test_pipelined_requests_are_answered_one_by_one(self, door):
        for count in (10, 1_000):
            good = f"GET {door.good} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            other = b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
            wire = self.wire(door)
            self.assertTrue(wire.send((good + other) * (count // 2)))
            statuses = [wire.answer().status for _ in range(count)]
            self.assertEqual(statuses, [door.status, 404] * (count // 2))

    @each_door
    def test_pipelined_requests_behind_the_last_are_not_run_and_cost_no_answer(self, door):
        last = f"GET {door.good} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        for _ in range(10):
            answer = self.ask(door, last + self.smuggled(door) * 1_000)
            self.assertIsNotNone(answer, "the answer was lost")
            self.assertEqual(answer.status, door.status)
        self.assert_nothing_ran(door)

    @each_door
    def test_half_closed_connection_gets_its_answer(self, door):
        wire = self.wire(door)
        wire.send(f"GET {door.good} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        wire.end_sending()
        self.assertEqual(wire.answer().status, door.status)
        self.assertEqual(wire.rest(), b"")

    @each_door
    def test_half_closed_inside_of_a_request_runs_nothing(self, door):
        whole = self.smuggled(door)
        for part in (whole[:20], whole[:-2], whole[:-1]):
            wire = self.wire(door)
            wire.send(part)
            wire.end_sending()
            self.assertNotIn(b" 20", wire.rest()[:15])
        self.assert_nothing_ran(door)

    def test_leaving_in_the_middle_frees_the_place(self):
        before = self.open_files()
        hello = b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03"
        for door in self.doors:
            head = self.head(door, b"Content-Length: 1000")
            for make, data in ((self.plain, b""), (self.plain, hello), (self.wire, b""),
                               (self.wire, head[:30]), (self.wire, head + b"{"),
                               (self.wire, self.head(door, b"Transfer-Encoding: chunked")
                                + b"100\r\nabc")):
                for leave in ("close", "reset", "end_sending"):
                    for _ in range(5):
                        wire = make(door)
                        wire.send(data)
                        getattr(wire, leave)()
                        wire.close()
            self.assert_serves(door)
        until(lambda: self.open_files() <= before + 2, "the places of those who left are free", 10)

    # -- no TLS, and other TLS -----------------------------------------------------------------

    @each_door
    def test_plain_http_and_garbage_on_the_tls_port(self, door):
        for data in (f"GET {door.good} HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
                     b"\0" * 1_000, os.urandom(1_000), b"\x16\x03\x01" + b"\xff" * 1_000,
                     b"\x80\x2e\x01\x03\x01", b"SSH-2.0-x\r\n", b"\x15\x03\x03\x00\x02\x02\x28",
                     b"\x17\x03\x03\x40\x00" + b"a" * 0x4000):
            wire = self.plain(door)
            wire.send(data)
            begin = time.monotonic()
            wire.end_sending()
            self.assertNotIn(b"HTTP/1.1", wire.rest())
            self.assertLess(time.monotonic() - begin, 5)
        self.assert_serves(door)

    @each_door
    def test_old_tls(self, door):
        old = ssl.create_default_context(cafile=str(self.instance.ca))
        old.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore"):  # Python knows as well that it is old
            old.minimum_version = ssl.TLSVersion.TLSv1
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            hostile.Wire(door.port, context=old)



class Deadlines(hostile.HostileTest):

    def seconds_until_ended(self, door, head, trickle, pause):
        """How long a client is endured that sends `head` and then `trickle` at every pause."""
        begin = time.monotonic()
        wire = hostile.Wire(door.port, context=self.tls, timeout=pause)
        try:
            wire.send(head)
            while time.monotonic() - begin < 45:
                try:
                    if not wire.socket.recv(1):
                        break
                except TimeoutError:
                    if trickle and not wire.send(trickle):
                        break
                except OSError:
                    break
            return time.monotonic() - begin
        finally:
            wire.close()

    def seconds_of_not_reading(self, door):
        """How long a client is endured that asks and asks, and takes no answer."""
        begin = time.monotonic()
        wire = hostile.Wire(door.port, context=self.tls, receive_buffer=4_096)
        try:
            path = "/v1/openapi.json" if door.name == "api" else "/nothing"
            alive = wire.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 20_000)
            while alive and time.monotonic() - begin < 45:
                time.sleep(0.5)
                alive = wire.send(b"G")
            return time.monotonic() - begin
        finally:
            wire.close()

    def test_clients_that_dawdle_are_ended_and_others_served_meanwhile(self):
        """15 s without a byte, 30 s for the whole of a head or of a body."""
        cases = {}
        for door in self.doors:
            path = "/v1/sessions" if door.name == "api" else hostile.WEBHOOK
            post = f"POST {path} HTTP/1.1\r\nHost: x\r\n".encode()
            cases.update({
                f"silent in the head ({door.name})": (door, post, b"", 15),
                f"silent in the body ({door.name})":
                    (door, post + b"Content-Length: 9\r\n\r\n{", b"", 15),
                f"slow head ({door.name})": (door, post, b"X: a\r\n", 30),
                f"slow body ({door.name})":
                    (door, post + b"Content-Length: 900\r\n\r\n", b" ", 30),
                f"slow chunks ({door.name})":
                    (door, post + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 30)})
        took = {}

        def endure(name):
            door, head, trickle, _ = cases[name]
            return lambda _: took.update({name: self.seconds_until_ended(door, head, trickle, 1)})

        def endure_not_reading(door):
            return lambda _: took.update(
                {f"never reads ({door.name})": self.seconds_of_not_reading(door)})

        with hostile.Background(*map(endure, cases),
                                *map(endure_not_reading, self.doors)) as background:
            while any(thread.is_alive() for thread in background.threads):
                for door in self.doors:
                    begin = time.monotonic()
                    self.assert_serves(door)
                    self.assertLess(time.monotonic() - begin, 2)
                time.sleep(0.5)
        for name, seconds in took.items():
            hostile.figure("ended_" + name.replace(" ", "_"), seconds, "s")
        for name, (_, _, _, limit) in cases.items():
            self.assertTrue(limit - 2 < took[name] < limit + 6, f"{name}: {took[name]}")
        for door in self.doors:
            name = f"never reads ({door.name})"
            self.assertTrue(13 < took[name] < 40, f"{name}: {took[name]}")


class OlderTls(hostile.HostileTest):
    settings = {"api.tls_minimum": "1.2"}

    @each_door
    def test_clients_cannot_renegotiate(self, door):
        """Each renegotiation costs the server more than the client."""
        self.assertEqual(self.renegotiate(door.port), "1 greeting")
        self.assert_serves(door)

    def test_renegotiation_would_be_seen(self):
        """The control of the test above, with a server that lets clients renegotiate."""
        port = functional.fixed_port()
        ca = self.instance.folder / "ca"
        server = subprocess.Popen(
            ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", ca / "daemon.pem",
             "-key", ca / "daemon.key", "-tls1_2", "-client_renegotiation", "-quiet"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            def listens():
                with socket.socket() as probe:
                    return probe.connect_ex(("127.0.0.1", port)) == 0
            until(listens, "s_server listens")
            self.assertEqual(self.renegotiate(port), "renegotiated")
        finally:
            server.terminate()
            server.communicate(timeout=10)

    @staticmethod
    def renegotiate(port):
        """Whether the server shakes hands a second time on the same connection."""
        client = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_2", "-msg"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            client.stdin.write("R\n")
            client.stdin.flush()
            greetings = 0
            for line in client.stdout:
                greetings += line.rstrip().endswith(", ServerHello")
                if greetings == 2:
                    return "renegotiated"
                if "Alert" in line or "no renegotiation" in line or ":error:" in line:
                    break
            return f"{greetings} greeting"
        finally:
            client.kill()
            client.communicate(timeout=10)


if __name__ == "__main__":
    functional.main()
