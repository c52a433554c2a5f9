"""Bodies that are too large, too deep, or made to break a reader. A request with one is refused; a
notification of WhatsApp with one costs nobody else a message."""
import datetime
import json
import threading
import time
import unicodedata

import functional
import hostile
from functional import letters
from hostile import each_door, figure

MEGABYTE = 1_000_000
DEEP = b"[" * 10_000 + b"]" * 10_000
DEEP_OBJECT = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
DIGITS = b"9" * 100_000
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
INVISIBLE = "\u200b\u2060\ufeff\u00ad\u180e\u2062\u034f\U000e0041"


class Sizes(hostile.HostileTest):

    def head(self, door, framing):
        path = "/v1/sessions" if door.name == "api" else hostile.WEBHOOK
        return (f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                f"{framing}\r\n\r\n").encode()

    @each_door
    def test_refusal_of_100_megabytes_reaches_a_client_that_reads_last(self, door):
        piece = b" " * MEGABYTE
        chunk = b"f4240\r\n" + piece + b"\r\n"
        for framing, part in (("Content-Length: 100000000", piece),
                              ("Transfer-Encoding: chunked", chunk)):
            with self.subTest(framing):
                wire = self.wire(door)
                begin = time.monotonic()
                wire.send(self.head(door, framing))
                for _ in range(100):
                    self.assertTrue(wire.send(part), "cut off while sending")
                self.assert_refused(wire.answer(), 413, "too_large")
                self.assertLess(time.monotonic() - begin, 10)
                wire.close()

    def test_client_that_never_stops_sending_is_ended(self):
        """The refused body is thrown away for a time that a client cannot stretch."""
        took = {}

        def keep_sending(door):
            wire = hostile.Wire(door.port, context=self.tls)
            begin = time.monotonic()
            wire.send(self.head(door, "Content-Length: 100000000"))
            while time.monotonic() - begin < 30 and wire.send(b" " * 100):
                time.sleep(0.2)
            took[door.name] = time.monotonic() - begin
            wire.close()

        threads = [threading.Thread(target=keep_sending, args=(door,)) for door in self.doors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for name, seconds in took.items():
            figure(f"refused_client_is_ended_{name}", seconds, "s")
            self.assertTrue(5 < seconds < 13, f"{name}: {seconds}")

    def ask_api(self, path, body, *fields):
        lines = [f"POST {path} HTTP/1.1", "Host: x", "Content-Type: application/json",
                 f"Authorization: Bearer {self.anna.token}", *fields]
        return self.ask(self.doors[0], "\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def test_body_of_exactly_the_bound_is_read_and_one_byte_more_is_not(self):
        notes = f"/v1/conversations/{self.conversation}/notes"
        for path, bound, body, status in (
                ("/v1/sessions", 4_096, b'{"username":"x","password":"y"}', 401),
                (notes, 65_536, b'{"text":{"body":"x"}}', 201)):
            for size in (bound, bound + 1):
                padded = body + b" " * (size - len(body))
                chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (size, padded)
                for name, framing, sent in (("length", f"Content-Length: {size}", padded),
                                            ("chunks", "Transfer-Encoding: chunked", chunks)):
                    with self.subTest(path=path, size=size, framing=name):
                        answer = self.ask_api(path, sent, framing, "Connection: close")
                        if size == bound:
                            self.assertEqual(answer.status, status, answer.body)
                        else:
                            self.assert_refused(answer, 413, "too_large")

    def test_chunks_of_one_byte_up_to_the_bound(self):
        body = json.dumps(self.payload([self.text_message("in crumbs")])).encode()
        body += b" " * (3 * MEGABYTE - len(body))
        wire = self.wire(self.doors[1])
        head = self.notification(b"").partition(b"\r\n\r\n")[0]
        head = head.replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
        head = head.replace(self.signature(b"").encode(), self.signature(body).encode())
        begin = time.monotonic()
        wire.send(head + b"\r\n\r\n" + b"".join(b"1\r\n%c\r\n" % byte for byte in body)
                  + b"0\r\n\r\n")
        self.assertEqual(wire.answer().status, 200)
        figure("webhook_of_three_million_chunks", (time.monotonic() - begin) * 1000, "ms")


class Content(hostile.HostileTest):
    agents = (("anna", "agent"), ("root", "admin"))
    memory_growth_mib = 100  # a heap keeps some of the largest documents' pages; see the figures

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = cls.conversation_of("4915100000003")
        cls.odd = cls.conversation_of("4915100000004")

    @classmethod
    def conversation_of(cls, sender):
        before = {item["id"] for item in cls.anna.get("/v1/conversations").json["items"]}
        assert cls.post_webhook(cls.payload([cls.text_message("Hello.", sender)])) == 200
        now = {item["id"] for item in cls.anna.get("/v1/conversations").json["items"]}
        return (now - before).pop()

    def batch(self, element, contact=None):
        """A batch with the hostile element in the middle, and the mark of the two good ones."""
        mark = "good " + letters()
        good = [json.dumps(self.text_message(f"{mark} {name}", sender="4915100000003")).encode()
                for name in "ab"]
        contacts = [json.dumps(self.contact("Good", "4915100000003")).encode()]
        contacts += [contact] if contact else []
        shell = json.dumps(self.payload(["MESSAGES"], ["CONTACTS"])).encode()
        messages = b",".join([good[0], element, good[1]])
        return mark, (shell.replace(b'"MESSAGES"', messages)
                      .replace(b'"CONTACTS"', b",".join(contacts)))

    def assert_costs_no_other(self, element, contact=None):
        mark, body = self.batch(element, contact)
        begin = time.monotonic()
        self.assertEqual(self.post_webhook(body), 200)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(self.newest_texts(self.good, 2), [mark + " b", mark + " a"])

    @staticmethod
    def message(**raw):
        """A message of one more person; each given member is put in as raw JSON."""
        members = {"from": b'"4915100000004"', "id": b'"wamid.' + letters().encode() + b'"',
                   "timestamp": b'"%d"' % time.time(), "type": b'"text"',
                   "text": b'{"body":"hostile"}', **raw}
        return b"{" + b",".join(b'"%s":%s' % (name.encode(), value)
                                for name, value in members.items()) + b"}"

    def test_hostile_value_in_one_message_costs_no_other(self):
        values = {
            "10,000 lists": DEEP, "10,000 objects": DEEP_OBJECT,
            "1e400": b"1e400", "-1e400": b"-1e400", "1e-400": b"1e-400", "minus zero": b"-0",
            "100,000 digits": DIGITS, "100,000 decimals": b"0." + DIGITS,
            "beyond 2^53": b"9007199254740993", "beyond 2^64": b"18446744073709551616",
            "half a surrogate pair": b'"\\ud83d"', "the other half": b'"\\ude00x"',
            "the halves exchanged": b'"\\ude00\\ud83d"', "a NUL": b'"a\\u0000b"',
            "a million characters": b'"' + b"x" * MEGABYTE + b'"',
            "noncharacters": b'"\\uffff\\ufdd0"', "a name of a member that stands twice":
                b'{"body":"a","body":"b"}'}
        for member in ("from", "id", "timestamp", "type", "text", "unknown"):
            for name, value in values.items():
                with self.subTest(member=member, value=name):
                    self.assert_costs_no_other(self.message(**{member: value}))
        for name, value in values.items():
            with self.subTest(member="body", value=name):
                self.assert_costs_no_other(self.message(text=b'{"body":' + value + b"}"))

    def test_member_that_stands_twice_costs_no_other(self):
        whole = self.message()
        for again in (b'"from":"4915100000005"', b'"id":"x"', b'"text":7', b'"type":"image"'):
            self.assert_costs_no_other(whole[:-1] + b"," + again + b"}")

    def test_times_that_are_none_become_the_time_of_receipt(self):
        for stamp in (b'"-1"', b"-1", b"0", b"1", b'"99999999999999999999"', b"253402300800",
                      b"1e9", b"1e400", b'"4102444800"', b"4102444800000", b'"tomorrow"', b"null",
                      b"-9223372036854775808", DIGITS):
            with self.subTest(stamp=stamp[:30]):
                self.assert_costs_no_other(self.message(timestamp=stamp))
                page = self.get(f"/v1/conversations/{self.odd}/messages?limit=1")["items"]
                sent = datetime.datetime.fromisoformat(page[0]["sent_at"]).timestamp()
                self.assertAlmostEqual(sent, time.time(), delta=30)

    def test_names_that_break_a_page(self):
        shown = []
        for number, name in enumerate((
                "Zoe" + "\u0301" * 10_000, "\u0301" * 10_000, BIDI + "Otto" + BIDI,
                "Ann" + INVISIBLE * 50 + "a", "x" * MEGABYTE, "", " ", "\0", "a\0b\x1b[31m\x7f",
                "\u202eamelaM", "0151\u200b234\u20605678\u202e9", "e\u200brika@exam\u200bple.org",
                "\U0010ffff\ufdd0\ufffe", "<script>alert(1)</script>", "👨‍👩‍👧‍👦" * 1_000,
                "﷽" * 1_000)):
            with self.subTest(name=ascii(name)[:30]):
                wa_id = f"49151000010{number:02}"
                contact = self.contact(name, wa_id)
                contact["profile"]["username"] = name
                self.assert_costs_no_other(self.message(**{"from": f'"{wa_id}"'.encode()}),
                                           json.dumps(contact).encode())
        answer = self.anna.get("/v1/conversations")
        self.assertLess(len(answer.body), 200_000)
        for item in answer.json["items"]:
            name = item["lead"].get("display_name") or ""
            shown.append(name)
            self.assertLessEqual(len(name), 81)
            self.assertLessEqual(sum(unicodedata.combining(c) != 0 for c in name), 4 * 80)
            self.assertFalse(set(name) & set(BIDI + INVISIBLE + "\0\x1b\x7f"), ascii(name))
            self.assertNotIn("5678", name)
            self.assertNotIn("rika@", name)
        self.assertIn("Otto", shown)  # the control: names are shown

    def test_texts_that_turn_the_line_come_back_as_they_are_and_hide_no_number(self):
        for text in (BIDI + "turned" + BIDI, INVISIBLE + "x", "e" + "\u0301" * 4_000, "a\0b",
                     "\x1b[2J\x07"):
            self.assert_costs_no_other(self.message(text=json.dumps({"body": text}).encode()))
            self.assertEqual(self.newest_texts(self.odd, 1), [text])
        for text in ("0151\u200b234\u206056789", "+49\u202e 151 23456789",
                     "\uff10\uff11\uff15\uff11 23456789", "eri\u200bka@example.org"):
            self.assert_costs_no_other(self.message(text=json.dumps({"body": text}).encode()))
            shown, = self.newest_texts(self.odd, 1)
            for mark in ("56789", "ka@example"):
                self.assertNotIn(mark, shown)

    def test_documents_that_are_no_json_are_refused_at_once(self):
        whole = json.dumps(self.payload([self.text_message("refused")])).encode()
        for name, body in {
                "3 MB of [": b"[" * 3 * MEGABYTE, "3 MB of {\"a\":": b'{"a":' * (3 * MEGABYTE // 5),
                "3 MB of one string": b'"' + b"x" * (3 * MEGABYTE - 2) + b'"',
                "3 MB of a string without end": b'{"a":"' + b"x" * (3 * MEGABYTE - 6),
                "3 MB of backslashes": b'{"a":"' + b"\\" * (3 * MEGABYTE - 6),
                "3 MB of digits": b"9" * 3 * MEGABYTE,
                "3 MB of NUL": b"\0" * 3 * MEGABYTE,
                "a raw NUL in a string": whole.replace(b"refused", b"ref\0used"),
                "a raw NUL between": whole.replace(b", ", b",\0 ", 1),
                "invalid UTF-8": whole.replace(b"refused", b"\xff"),
                "overlong UTF-8": whole.replace(b"refused", b"\xc0\xae\xc0\xaf"),
                "overlong NUL": whole.replace(b"refused", b"\xc0\x80"),
                "a surrogate as UTF-8": whole.replace(b"refused", b"\xed\xa0\xbd\xed\xb8\x80"),
                "beyond Unicode": whole.replace(b"refused", b"\xf4\x90\x80\x80"),
                "UTF-16": whole.decode().encode("utf-16"),
                "a byte order mark": b"\xef\xbb\xbf" + whole,
                "gzip": b"\x1f\x8b\x08\0" + whole}.items():
            with self.subTest(name):
                begin = time.monotonic()
                wire = self.wire(self.doors[1])
                wire.send(self.notification(body, "Connection: close"))
                self.assert_refused(wire.answer(), 400, "invalid_request")
                self.assertLess(time.monotonic() - begin, 2)
                wire.close()

    def test_documents_of_the_bound_in_the_costliest_shapes(self):
        """The time and the memory of a reader are in proportion to the bytes. Memory that a parsed
        document takes is given back; the figure of the highest is in the last test."""
        for name, part in {"empty lists": b"[]", "empty objects": b"{}", "numbers": b"0",
                           "large numbers": b"1e999", "halves of surrogates": b'"\\ud800"',
                           "deep parts": b"[" * 33 + b"]" * 33}.items():
            shell = b'{"entry":[%s]}'
            count = (3 * MEGABYTE - len(shell)) // (len(part) + 1)
            with self.subTest(name):
                begin = time.monotonic()
                self.assertEqual(self.post_webhook(shell % b",".join([part] * count)), 200)
                took = time.monotonic() - begin
                figure("webhook_of_3_MB_of_" + name.replace(" ", "_"), took * 1000, "ms")
                self.assertLess(took, 10)

    # -- the API -------------------------------------------------------------------------------

    def test_hostile_bodies_of_requests_are_refused(self):
        path = f"/v1/conversations/{self.conversation}"
        right = b'{"type":"text","text":{"body":"refused"}}'
        bodies = {
            "10,000 lists": DEEP, "10,000 objects": DEEP_OBJECT, "64 KiB of [": b"[" * 65_536,
            "64 KiB of {\"a\":": b'{"a":' * 13_107, "64 KiB of digits": b"9" * 65_536,
            "deep inside": right.replace(b'"refused"', DEEP),
            "a number beyond a double": right.replace(b'"refused"', b"1e400"),
            "a number beyond a double elsewhere": right.replace(b'"text",', b'"text","x":1e400,'),
            "60,000 digits": right.replace(b'"refused"', b"9" * 60_000),
            "invalid UTF-8": right.replace(b"refused", b"\xff"),
            "overlong UTF-8": right.replace(b"refused", b"\xc0\xae"),
            "a surrogate as UTF-8": right.replace(b"refused", b"\xed\xa0\xbd"),
            "a raw NUL": right.replace(b"refused", b"a\0b"),
            "an escaped NUL": right.replace(b"refused", b"a\\u0000b"),
            "an escaped NUL in a name": right.replace(b'"body"', b'"body\\u0000"'),
            "an escape sequence": right.replace(b"refused", b"\\u001b[2J"),
            "a byte order mark": b"\xef\xbb\xbf" + right,
            "UTF-16": right.decode().encode("utf-16-le")}
        for target in ("/messages", "/notes"):
            for name, body in bodies.items():
                if target == "/notes":
                    body = body.replace(b'"type":"text",', b"")
                with self.subTest(target=target, name=name):
                    answer = self.anna.post(path + target, body)
                    self.assert_problem(answer, 400, "invalid_request")
        self.assertNotIn("refused", "".join(self.texts(self.conversation)))

    def test_number_that_nothing_can_hold_takes_nothing_back(self):
        """Beyond a double is not null: `assignee: null` would give the conversation back."""
        path = f"/v1/conversations/{self.conversation}"
        me = self.get("/v1/session")["agent"]["id"]
        etag = self.anna.get(path).headers["ETag"]
        taken = self.anna.request("PATCH", path, {"assignee": me}, {"If-Match": etag})
        self.assertEqual(taken.status, 200, taken.body)
        refused = self.anna.request("PATCH", path, b'{"assignee":1e400}',
                                    {"If-Match": taken.headers["ETag"]})
        self.assert_problem(refused, 400, "invalid_request")
        self.assertEqual(self.get(path)["assignee"], me)

    def test_member_that_stands_twice_counts_as_its_last(self):
        path = f"/v1/conversations/{self.conversation}"
        answer = self.anna.post(path + "/notes", b'{"text":{"body":"one","body":"two"}}')
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual(self.newest_texts(self.conversation, 1), ["two"])

    def test_tags_and_usernames_with_tricks_are_refused(self):
        path = f"/v1/conversations/{self.conversation}"
        root = self.signed_in("root")
        for trick in (*BIDI, *INVISIBLE, "\0", "e" + "\u0301" * 20, "0151 23456789",
                      "a@example.org", "x" * 65):
            name = "a" + trick + "b"
            with self.subTest(trick=ascii(trick)):
                etag = self.anna.get(path).headers["ETag"]
                answer = self.anna.request("PATCH", path, {"tags": [name]}, {"If-Match": etag})
                self.assert_problem(answer, 400, "invalid_request")
                account = {"username": name, "display_name": "X", "roles": ["agent"],
                           "password": "correct horse battery"}
                if name != "aa@example.orgb":  # which is a proper username
                    self.assert_problem(root.post("/v1/admin/agents", account), 400,
                                        "invalid_request")
                attempt = {"username": name, "password": "x"}
                self.assertIn(self.instance.api().post("/v1/sessions", attempt).status, (401, 429))
        etag = self.anna.get(path).headers["ETag"]
        answer = self.anna.request("PATCH", path, {"tags": ["größer"]}, {"If-Match": etag})
        self.assertEqual(answer.status, 200, "the control: other tags are taken")


if __name__ == "__main__":
    functional.main()
