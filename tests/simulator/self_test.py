"""Tests of the simulator itself: python3 tests/simulator/self_test.py

A small receiver with TLS stands in for the daemon; its certificates come from the openssl command.
"""

import base64
import hmac
import http.client
import json
import os
import random
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import batches  # noqa: E402
import payloads  # noqa: E402
import php_json  # noqa: E402
import signing  # noqa: E402
import variants  # noqa: E402
from control_api import ControlApi  # noqa: E402
from http_server import Server  # noqa: E402
from graph_api import Answer  # noqa: E402
from settings import Settings  # noqa: E402
from simulator import Config, Simulator  # noqa: E402
from world import Number, World  # noqa: E402

SECRET = b"test app secret"
PREVIOUS_SECRET = b"the secret before"
TOKEN = "test-access-token"
VERIFY_TOKEN = "verify me & more/+=%"
PHONE_ID = "105512345678901"
WABA_ID = "102290129340398"


def setUpModule():
    global FOLDER, CA, CERT, KEY
    FOLDER = tempfile.TemporaryDirectory()
    CA, CERT, KEY = (os.path.join(FOLDER.name, name) for name in ("ca.pem", "cert.pem", "key.pem"))
    ca_key, request, names = (os.path.join(FOLDER.name, n) for n in ("ca.key", "req", "names"))
    with open(names, "w", encoding="utf-8") as file:
        file.write("subjectAltName=IP:127.0.0.1,DNS:localhost\n")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *curve, "-keyout", ca_key, "-out", CA, "-days", "2",
            "-subj", "/CN=self-test CA")
    openssl("req", *curve, "-keyout", KEY, "-out", request, "-subj", "/CN=127.0.0.1")
    openssl("x509", "-req", "-in", request, "-CA", CA, "-CAkey", ca_key, "-CAcreateserial",
            "-out", CERT, "-days", "2", "-extfile", names)


def tearDownModule():
    FOLDER.cleanup()


class Receiver:
    """Stands in for the daemon: answers 200 to right signatures and keeps what came."""

    def __init__(self):
        self.posts = []
        self.answers = []  # statuses to answer next, before the normal rule
        self.connections = set()
        self._lock = threading.Lock()
        self.server = Server("127.0.0.1", 0, self._answer, cert=CERT, key=KEY)
        self.server.start()
        self.url = self.server.url + "/webhooks/whatsapp"

    def _answer(self, method, path, headers, body):
        if method == "GET":
            query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query))
            good = (query["hub.mode"] == "subscribe"
                    and query["hub.verify_token"] == VERIFY_TOKEN)
            return Answer(200, query["hub.challenge"].encode()) if good else Answer(403)
        with self._lock:
            self.posts.append((dict(headers), body))
            if self.answers:
                return Answer(self.answers.pop(0))
        expected = "sha256=" + hmac.new(SECRET, body, "sha256").hexdigest()
        return Answer(200 if headers.get("X-Hub-Signature-256") == expected else 403)

    def values(self):
        return [change["value"] for _, body in self.posts
                for entry in json.loads(body)["entry"] for change in entry["changes"]]

    def statuses(self):
        return [status for value in self.values() for status in value.get("statuses", [])]


def fetch(url, method="GET", body=None, headers=None):
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=10, context=ssl.create_default_context(cafile=CA))
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        target = parts.path + ("?" + parts.query if parts.query else "")
        connection.request(method, target, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class WithSimulator(unittest.TestCase):
    def setUp(self):
        self.receiver = Receiver()
        self.simulator = Simulator(Config(
            graph_listen=("127.0.0.1", 0), control_listen=("127.0.0.1", 0), graph_cert=CERT,
            graph_key=KEY, webhook_url=self.receiver.url, webhook_ca=CA, app_secret=SECRET,
            previous_app_secret=PREVIOUS_SECRET, access_token=TOKEN, verify_token=VERIFY_TOKEN,
            numbers=[Number(PHONE_ID, "49301234001")], waba_id=WABA_ID,
            settings=Settings(status_gap_ms=1.0, retry_first_delay_seconds=0.01)))
        self.simulator.start()
        self.anna = self.control("/customers", {"wa_id": "+4915112345678", "name": "Anna Groß",
                                                "user_id": "DE.1234567890"})

    def tearDown(self):
        self.simulator.stop()
        self.receiver.server.stop()

    def control_raw(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        status, answer = fetch(self.simulator.addresses["control"] + path,
                               method or ("GET" if body is None else "POST"), data)
        return status, json.loads(answer)

    def control(self, path, body=None, method=None):
        status, answer = self.control_raw(path, body, method)
        self.assertEqual(status, 200, answer)
        return answer

    def graph(self, body, *, path=f"/v24.0/{PHONE_ID}/messages", token=TOKEN):
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        status, answer = fetch(self.simulator.addresses["graph"] + path, "POST", data, headers)
        return status, json.loads(answer)

    def text(self, body="Hello", **more):
        return {"messaging_product": "whatsapp", "to": "+4915112345678", "type": "text",
                "text": {"body": body}, **more}

    def say(self, text="Hi", **more):
        return self.control("/say", {"customer": "4915112345678", "text": text, **more})

    def wait(self, **goals):
        answer = self.control("/wait", {"timeout_seconds": 5, **goals})
        self.assertTrue(answer["reached"], answer)

    def outbound(self):
        return self.control("/journal")["outbound"]

    def assert_refused(self, answer, http_status, code):
        status, body = answer
        self.assertEqual((status, body["error"]["code"]), (http_status, code), body)
        self.assertLessEqual({"message", "type", "code", "fbtrace_id"}, set(body["error"]))
        self.assertEqual(self.outbound(), [])


class PhpJson(unittest.TestCase):
    def test_non_ascii_has_lower_case_hex(self):
        self.assertEqual(php_json.encode("äöå"), rb'"\u00e4\u00f6\u00e5"')

    def test_above_the_basic_plane_is_a_surrogate_pair(self):
        self.assertEqual(php_json.encode("😀"), rb'"\ud83d\ude00"')

    def test_metas_five_escapes(self):
        self.assertEqual(php_json.encode("a/b<c>d%e@f"),
                         rb'"a\/b\u003Cc\u003Ed\u0025e\u0040f"')

    def test_quotes_backslashes_and_controls(self):
        self.assertEqual(php_json.encode('"\\\n\t\x01'), rb'"\"\\\n\t\u0001"')

    def test_backslash_before_slash_stays_readable(self):
        self.assertEqual(php_json.encode("\\/"), rb'"\\\/"')
        self.assertEqual(json.loads(php_json.encode("\\/\\u003C<")), "\\/\\u003C<")

    def test_keys_are_escaped_and_nothing_is_padded(self):
        self.assertEqual(php_json.encode({"ü/": [1, True, None]}), rb'{"\u00fc\/":[1,true,null]}')

    def test_plain_form_has_no_escapes(self):
        self.assertEqual(php_json.encode_plain_utf8("ä/@😀"), '"ä/@😀"'.encode())

    def test_shuffled_keys_change_the_order_only(self):
        value = {str(n): {"a": n, "b": [{"c": 1, "d": 2}]} for n in range(20)}
        shuffled = php_json.shuffle_keys(value, random.Random(1))
        self.assertEqual(shuffled, value)
        self.assertNotEqual(list(shuffled), list(value))


class Signature(unittest.TestCase):
    def test_known_hmac(self):
        # RFC 4231, test case 2.
        headers, _ = signing.Signer(b"Jefe").sign(b"what do ya want for nothing?")
        self.assertEqual(
            headers["X-Hub-Signature-256"],
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")

    def test_every_hostile_mode_differs_from_the_right_post(self):
        signer = signing.Signer(SECRET)
        body = b'{"object":"x","n":41}'
        right = signer.sign(body)
        for mode in signing.HOSTILE:
            self.assertNotEqual(signer.sign(body, [mode]), right, mode)

    def test_changed_body_is_still_json_and_differs_by_one_byte(self):
        body = b'{"n":"429","object":"x"}'
        changed = signing.change_one_byte(body)
        self.assertEqual(sum(a != b for a, b in zip(body, changed, strict=True)), 1)
        self.assertEqual(json.loads(changed)["n"], "420")

    def test_previous_secret_must_be_configured(self):
        with self.assertRaises(ValueError):
            signing.Signer(SECRET).sign(b"{}", ["previous_secret"])


class Wamid(unittest.TestCase):
    def test_decodes_to_bytes_with_the_digits(self):
        for direction in ("inbound", "outbound"):
            name = payloads.wamid("4915112345678", direction)
            self.assertTrue(name.startswith("wamid.HBgN"))
            raw = base64.b64decode(name.removeprefix("wamid."), validate=True)
            self.assertIn(b"4915112345678", raw)

    def test_is_unique(self):
        self.assertEqual(len({payloads.wamid("49151", "inbound") for _ in range(10000)}), 10000)


class Batches(unittest.TestCase):
    number = Number(PHONE_ID, "49301234001")

    def updates(self, count):
        return [batches.Update("message", self.number, {"id": str(n)}, {"wa_id": "1"}, str(n))
                for n in range(count)]

    def test_every_layout_keeps_every_update_once(self):
        for layout in batches.LAYOUTS:
            posts = batches.build(WABA_ID, self.updates(50), per_post=20, layout=layout,
                                  rng=random.Random(3))
            self.assertEqual([len(wamids) for _, wamids in posts], [20, 20, 10])
            found = [m["id"] for payload, _ in posts for entry in payload["entry"]
                     for change in entry["changes"] for m in change["value"]["messages"]]
            self.assertEqual(found, [str(n) for n in range(50)], layout)

    def test_more_than_a_thousand_updates_in_one_post_are_refused(self):
        with self.assertRaises(ValueError):
            batches.build(WABA_ID, self.updates(1), per_post=1001)

    def test_a_thousand_updates_fit_into_one_post(self):
        self.assertEqual(len(batches.build(WABA_ID, self.updates(1000), per_post=1000)), 1)

    def test_shuffled_order_depends_on_the_seed_only(self):
        def order(seed):
            made = batches.arrange(self.updates(30), "shuffled", random.Random(seed))
            return [update.wamid for update in made]
        self.assertEqual(order(1), order(1))
        self.assertNotEqual(order(1), order(2))


class Variants(unittest.TestCase):
    payload = payloads.envelope(WABA_ID, [[payloads.change(
        Number(PHONE_ID, "49301234001"), contacts=[{"profile": {}, "user_id": "DE.1"}],
        messages=[{"id": "w", "timestamp": "1700000000", "type": "location",
                   "location": {"latitude": 52.5}}])]])

    def value(self, *modes):
        changed = variants.apply(self.payload, modes, seed=1)
        return changed["entry"][0]["changes"][-1]["value"]

    def test_int_timestamps(self):
        self.assertEqual(self.value("int_timestamps")["messages"][0]["timestamp"], 1700000000)

    def test_string_numbers(self):
        self.assertEqual(self.value("string_numbers")["messages"][0]["location"]["latitude"],
                         "52.5")

    def test_foreign_number(self):
        self.assertNotEqual(self.value("foreign_number")["metadata"]["phone_number_id"], PHONE_ID)

    def test_unknown_type(self):
        self.assertEqual(self.value("unknown_type")["messages"][0]["type"], "hologram")

    def test_empty_for_absent(self):
        self.assertEqual(self.value("empty_for_absent")["messages"][0]["from"], "")

    def test_the_original_stays_as_it_was(self):
        before = json.dumps(self.payload)
        variants.apply(self.payload, list(variants.MODES), seed=1)
        self.assertEqual(json.dumps(self.payload), before)


class WindowAndLimits(unittest.TestCase):
    def setUp(self):
        self.number, self.other = Number("1", "49301"), Number("2", "49302")
        self.world = World(WABA_ID, [self.number, self.other], Settings(pair_rate=True))
        self.anna = self.world.add_customer({"wa_id": "4915112345678"})

    def test_window_belongs_to_number_and_user(self):
        self.world.open_window(self.number, self.anna)
        self.assertTrue(self.world.window_is_open(self.number, self.anna))
        self.assertFalse(self.world.window_is_open(self.other, self.anna))

    def test_window_closes_after_24_hours(self):
        self.world.open_window(self.number, self.anna)
        self.world.advance(24 * 3600 - 5)
        self.assertTrue(self.world.window_is_open(self.number, self.anna))
        self.world.advance(5)
        self.assertFalse(self.world.window_is_open(self.number, self.anna))

    def test_old_message_does_not_shorten_an_open_window(self):
        self.world.open_window(self.number, self.anna)
        self.world.open_window(self.number, self.anna, age_seconds=30 * 3600)
        self.assertTrue(self.world.window_is_open(self.number, self.anna))

    def test_pair_rate_allows_a_burst_of_45_and_then_one_in_six_seconds(self):
        self.world.now = lambda: 1000.0 + self.world.offset
        self.assertTrue(all(self.world.take_pair_rate(self.number, "x") for _ in range(45)))
        self.assertFalse(self.world.take_pair_rate(self.number, "x"))
        self.assertTrue(self.world.take_pair_rate(self.number, "y"))
        self.world.advance(6.01)
        self.assertTrue(self.world.take_pair_rate(self.number, "x"))
        self.assertFalse(self.world.take_pair_rate(self.number, "x"))

    def test_customer_without_user_id_gets_one(self):
        self.assertRegex(self.anna.user_id, r"^DE\.[0-9]{20}$")

    def test_customer_is_found_by_every_name(self):
        for name in (self.anna.id, "4915112345678", "+4915112345678", self.anna.user_id):
            self.assertIs(self.world.find_customer(name), self.anna)

    def test_two_customers_cannot_share_a_phone(self):
        with self.assertRaises(ValueError):
            self.world.add_customer({"wa_id": "+4915112345678"})

    def test_customer_with_nothing_to_show_is_refused(self):
        with self.assertRaises(ValueError):
            self.world.add_customer({"wa_id": None, "user_id": None})


class Webhooks(WithSimulator):
    def test_say_is_signed_and_acknowledged(self):
        answer = self.say("Grüße/@<ü>%")
        self.assertEqual(answer["delivery"]["http_status"], 200)
        self.assertEqual(answer["delivery"]["attempts"], 1)
        headers, body = self.receiver.posts[0]
        self.assertIn(rb'"Gr\u00fc\u00dfe\/\u0040\u003C\u00fc\u003E\u0025"', body)
        self.assertEqual(headers["Content-Type"], "application/json")
        value = self.receiver.values()[0]
        self.assertEqual(value["metadata"]["phone_number_id"], PHONE_ID)
        self.assertEqual(value["contacts"], [{"profile": {"name": "Anna Groß"},
                                              "wa_id": "4915112345678",
                                              "user_id": "DE.1234567890"}])
        message = value["messages"][0]
        self.assertEqual(message["id"], answer["wamid"])
        self.assertEqual(message["from"], "4915112345678")
        self.assertIsInstance(message["timestamp"], str)
        entry = self.control("/journal")["inbound"][0]
        self.assertTrue(entry["acknowledged"])
        self.assertEqual(entry["text"], "Grüße/@<ü>%")

    def test_hidden_phone_is_an_absent_key(self):
        self.control(f"/customers/{self.anna['customer']}",
                     {"hide_phone": True, "username": "anna.g"})
        answer = self.say()
        value = self.receiver.values()[0]
        self.assertNotIn("from", value["messages"][0])
        self.assertNotIn("wa_id", value["contacts"][0])
        self.assertNotIn(b"4915112345678", base64.b64decode(answer["wamid"][6:]))
        self.assertNotIn(b"4915112345678", self.receiver.posts[0][1])

    def test_non_200_is_retried_with_the_same_bytes(self):
        self.receiver.answers = [500, 204, 503]
        delivery = self.say()["delivery"]
        self.assertEqual((delivery["http_status"], delivery["attempts"]), (200, 4))
        self.assertEqual(len({body for _, body in self.receiver.posts}), 1)

    def test_retries_can_be_dropped(self):
        self.control("/settings", {"retry_first_delay_seconds": 60})
        self.receiver.answers = [500]
        delivery = self.say(wait_seconds=0.5)["delivery"]
        self.assertEqual(delivery["state"], "retrying")
        self.assertEqual(self.control("/retries", {"action": "drop"}), {"dropped": 1})
        self.assertEqual(self.control("/journal")["deliveries"][0]["state"], "dropped")

    def test_retries_can_be_hurried(self):
        self.control("/settings", {"retry_first_delay_seconds": 60})
        self.receiver.answers = [500]
        self.say(wait_seconds=0.5)
        self.assertEqual(self.control("/retries", {"action": "now"}), {"retried": 1})
        self.wait(inbound_acknowledged=1)

    def test_hostile_modes_are_refused_once_and_not_retried(self):
        for mode in sorted(signing.HOSTILE):
            delivery = self.say(mode=mode)["delivery"]
            self.assertEqual((delivery["http_status"], delivery["attempts"], delivery["state"]),
                             (403, 1, "refused"), mode)

    def test_forged_message_opens_no_window(self):
        self.say(mode="wrong_signature")
        self.assertEqual(self.control("/clock")["windows"], [])
        self.say()
        self.assertTrue(self.control("/clock")["windows"][0]["open"])

    def test_message_of_yesterday_opens_no_window(self):
        self.say(age_hours=25)
        self.assertFalse(self.control("/clock")["windows"][0]["open"])

    def test_plain_utf8_is_signed_over_its_own_bytes(self):
        self.assertEqual(self.say("ä/", mode="plain_utf8")["delivery"]["http_status"], 200)
        self.assertIn('"ä/"'.encode(), self.receiver.posts[0][1])

    def test_copies_carry_the_same_wamid(self):
        answer = self.say(copies=3)
        self.assertEqual([d["http_status"] for d in answer["deliveries"]], [200] * 3)
        self.assertEqual({v["messages"][0]["id"] for v in self.receiver.values()},
                         {answer["wamid"]})

    def test_message_of_any_type(self):
        image = {"id": "777", "mime_type": "image/jpeg", "sha256": "x=", "caption": "Hi"}
        self.control("/send-message", {"customer": "DE.1234567890", "type": "image",
                                       "image": image, "context": "wamid.X"})
        message = self.receiver.values()[0]["messages"][0]
        self.assertEqual(message["image"], image)
        self.assertEqual(message["context"], {"from": "49301234001", "id": "wamid.X"})

    def test_batch_in_one_post(self):
        answer = self.control("/batch", {"messages": [
            {"customer": "4915112345678", "text": "n{n}", "repeat": 999},
            {"raw_change": {"field": "security", "value": {"event": "PIN_CHANGED"}}}]})
        self.assertEqual((len(answer["wamids"]), len(self.receiver.posts)), (999, 1))
        self.assertEqual(answer["delivery"]["http_status"], 200)
        self.assertTrue(all(e["acknowledged"] for e in self.control("/journal")["inbound"]))

    def test_raw_text_goes_out_as_it_is(self):
        answer = self.control("/deliver", {"body": '{"entry":[', "mode": "wrong_signature"})
        self.assertEqual(answer["delivery"]["http_status"], 403)
        self.assertEqual(self.receiver.posts[0][1], b'{"entry":[')

    def test_sign_gives_headers_and_body_for_a_load_generator(self):
        answer = self.control("/sign", {"body": {"a": "ä/"}})
        self.assertEqual(answer["body"], '{"a":"\\u00e4\\/"}')
        self.assertEqual(answer["headers"]["X-Hub-Signature-256"],
                         "sha256=" + signing.hex_hmac(SECRET, answer["body"].encode()))
        posts = self.control("/sign", {
            "messages": [{"customer": "4915112345678", "text": "{n}", "repeat": 10}],
            "options": {"per_post": 1}})["posts"]
        self.assertEqual((len(posts), len(self.receiver.posts)), (10, 0))

    def test_verification_with_right_and_wrong_token(self):
        answer = self.control("/verify-webhook", {})
        self.assertEqual((answer["http_status"], answer["echoed"]), (200, True))
        answer = self.control("/verify-webhook", {"token": "wrong"})
        self.assertEqual((answer["http_status"], answer["echoed"]), (403, False))

    def test_unknown_names_are_told_apart_from_wrong_requests(self):
        self.assertEqual(self.control_raw("/say", {"customer": "0", "text": "x"})[0], 404)
        self.assertEqual(self.control_raw("/say", {"customer": "DE.1234567890"})[0], 400)
        self.assertEqual(self.control_raw("/say", {"customer": "DE.1234567890", "text": "x",
                                                   "mode": "odd"})[0], 400)
        self.assertEqual(self.control_raw("/nowhere")[0], 404)


class GraphSide(WithSimulator):
    def test_accepted_message_gets_its_statuses(self):
        self.say()
        status, answer = self.graph(self.text("Grüße", biz_opaque_callback_data="op-1"))
        self.assertEqual(status, 200)
        self.assertEqual(answer["contacts"],
                         [{"input": "+4915112345678", "wa_id": "4915112345678"}])
        wamid = answer["messages"][0]["id"]
        self.assertIn(b"4915112345678", base64.b64decode(wamid.removeprefix("wamid.")))
        self.wait(statuses=3, deliveries_unsettled=0)
        statuses = self.receiver.statuses()
        self.assertEqual([s["status"] for s in statuses], ["sent", "delivered", "read"])
        for one in statuses:
            self.assertEqual(one["id"], wamid)
            self.assertEqual(one["biz_opaque_callback_data"], "op-1")
            self.assertEqual(one["recipient_id"], "4915112345678")
            self.assertEqual(one["recipient_user_id"], "DE.1234567890")
            self.assertNotIn("conversation", one)
        self.assertEqual([("pricing" in s) for s in statuses], [True, True, False])
        self.assertEqual(statuses[0]["pricing"],
                         {"billable": False, "pricing_model": "PMP",
                          "type": "free_customer_service", "category": "service"})
        contacts = [v["contacts"][0]["user_id"] for v in self.receiver.values()
                    if "statuses" in v]
        self.assertEqual(contacts, ["DE.1234567890"] * 3)
        journal = self.control("/journal")
        self.assertEqual(journal["outbound"][0]["text"], "Grüße")
        self.assertEqual(journal["accepted_per_callback_data"], {"op-1": 1})

    def test_closed_window_is_accepted_and_fails_with_131047(self):
        self.say()
        self.control("/clock", {"advance_hours": 25})
        status, _ = self.graph(self.text(biz_opaque_callback_data="op-2"))
        self.assertEqual(status, 200)
        self.wait(statuses=1, deliveries_unsettled=0)
        failed = self.receiver.statuses()[0]
        self.assertEqual((failed["status"], failed["errors"][0]["code"]), ("failed", 131047))
        self.assertEqual(failed["biz_opaque_callback_data"], "op-2")
        self.assertNotIn("recipient_user_id", failed)
        self.assertNotIn("contacts", self.receiver.values()[-1])

    def test_template_passes_a_closed_window(self):
        self.graph({"messaging_product": "whatsapp", "to": "+4915112345678", "type": "template",
                    "template": {"name": "hello_world", "language": {"code": "en_US"}}})
        self.wait(statuses=3)
        self.assertEqual(self.receiver.statuses()[0]["status"], "sent")

    def test_number_without_whatsapp_fails_with_131026(self):
        self.graph(self.text(to="+4915199999999"))
        self.wait(statuses=1, deliveries_unsettled=0)
        self.assertEqual(self.receiver.statuses()[0]["errors"][0]["code"], 131026)

    def test_bsuid_in_to_is_accepted_and_lost(self):
        self.say()
        status, _ = self.graph(self.text(to="DE.1234567890"))
        self.assertEqual(status, 200)
        self.assertEqual(self.outbound()[0]["will"], [])

    def test_recipient_is_answered_without_wa_id(self):
        self.say()
        body = self.text(recipient="DE.1234567890")
        del body["to"]
        _, answer = self.graph(body)
        self.assertEqual(answer["contacts"],
                         [{"input": "DE.1234567890", "user_id": "DE.1234567890"}])
        self.wait(statuses=3)

    def test_customer_who_blocked_us_stays_at_sent(self):
        self.say()
        self.control("/customers/DE.1234567890", {"blocks_us": True})
        self.graph(self.text())
        self.assertEqual(self.outbound()[0]["will"], ["sent"])

    def test_token_is_checked_before_everything_else(self):
        self.assert_refused(self.graph(self.text(), token="wrong"), 401, 190)
        self.assert_refused(self.graph(self.text(), token=None), 403, 200)

    def test_unknown_number_is_a_graph_method_exception(self):
        answer = self.graph(self.text(), path="/v24.0/1234/messages")
        self.assert_refused(answer, 400, 100)
        self.assertEqual((answer[1]["error"]["type"], answer[1]["error"]["error_subcode"]),
                         ("GraphMethodException", 33))

    def test_old_and_missing_versions_are_refused(self):
        for path in (f"/v20.0/{PHONE_ID}/messages", f"/v99.0/{PHONE_ID}/messages",
                     f"/{PHONE_ID}/messages"):
            self.assert_refused(self.graph(self.text(), path=path), 400, 2500)

    def test_what_is_missing_or_too_long(self):
        cases = [
            ({"to": "+4915112345678", "text": {"body": "x"}}, 100),
            (self.text(to=None), 131008),
            (self.text(to="Anna"), 131009),
            (self.text(""), 131008),
            (self.text("x" * 4097), 100),
            (self.text(text=None), 131008),
            (self.text(type="hologram"), 100),
            (self.text(txt={}), 100),
            (self.text(biz_opaque_callback_data="x" * 513), 100),
            (self.text(recipient_type="business_scoped_user_id"), 100),
            (self.text(type="image", image={}), 100),
            (b"{", 100),
            ([], 100),
        ]
        for body, code in cases:
            self.assert_refused(self.graph(body), 400, code)

    def test_4096_characters_are_allowed_whatever_their_bytes(self):
        self.assertEqual(self.graph(self.text("ü" * 4096))[0], 200)

    def test_blocked_user_is_refused(self):
        self.control("/customers/DE.1234567890", {"blocked_by_us": True})
        self.assert_refused(self.graph(self.text()), 400, 130403)

    def test_unknown_template_is_404(self):
        self.assert_refused(self.graph({
            "messaging_product": "whatsapp", "to": "+4915112345678", "type": "template",
            "template": {"name": "nope", "language": {"code": "de"}}}), 404, 132001)

    def test_rates_are_refused_when_switched_on(self):
        self.control("/settings", {"pair_rate": True})
        answers = [self.graph(self.text()) for _ in range(46)]
        self.assertEqual([status for status, _ in answers], [200] * 45 + [400])
        self.assertEqual(answers[-1][1]["error"]["code"], 131056)
        self.control("/settings", {"pair_rate": False, "throughput_per_second": 1})
        codes = [self.graph(self.text())[0] for _ in range(3)]
        self.assertIn(400, codes)

    def test_statuses_by_hand_in_any_order(self):
        self.control("/settings", {"status_sequence": []})
        self.say()
        wamid = self.graph(self.text())[1]["messages"][0]["id"]
        self.control("/statuses", {"wamid": wamid, "sequence": [
            "read", "delivered", {"status": "failed", "code": 131049}, "sent"]})
        self.assertEqual([s["status"] for s in self.receiver.statuses()],
                         ["read", "delivered", "failed", "sent"])

    def test_read_receipt(self):
        wamid = self.say()["wamid"]
        receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        self.assertEqual(self.graph(receipt), (200, {"success": True}))
        self.assertEqual(self.control("/journal")["read_receipts"][0]["wamid"], wamid)
        receipt["message_id"] = "wamid.unknown"
        self.assertEqual(self.graph(receipt)[0], 400)


class Faults(WithSimulator):
    def setUp(self):
        super().setUp()
        self.say()

    def arm(self, fault, **details):
        self.control("/faults", {"fault": fault, **details})

    def test_drop_after_accept_keeps_the_message_and_its_statuses(self):
        self.arm("drop_after_accept")
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.graph(self.text(biz_opaque_callback_data="op"))
        self.assertEqual(self.outbound()[0]["callback_data"], "op")
        self.wait(statuses=3, deliveries_unsettled=0)
        self.assertEqual(self.receiver.statuses()[0]["biz_opaque_callback_data"], "op")
        self.assertEqual(self.graph(self.text(biz_opaque_callback_data="op"))[0], 200)
        self.assertEqual(self.control("/journal")["accepted_per_callback_data"], {"op": 2})

    def test_drop_before_accept_keeps_nothing(self):
        self.arm("drop_before_accept")
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.graph(self.text())
        self.assertEqual(self.outbound(), [])

    def test_error_after_accept(self):
        self.arm("error_500_after_accept", count=2)
        for _ in range(2):
            status, answer = self.graph(self.text())
            self.assertEqual((status, answer["error"]["code"]), (500, 131000))
        self.assertEqual(self.graph(self.text())[0], 200)
        self.assertEqual(len(self.outbound()), 3)

    def test_refusals(self):
        for fault, http_status, code in (("error_500", 500, 131000), ("rate_limit", 400, 130429),
                                         ("token_expired", 401, 190),
                                         ("window_error_sync", 400, 131047)):
            self.arm(fault)
            self.assert_refused(self.graph(self.text()), http_status, code)
        self.arm("rate_limit", code=131056)
        self.assert_refused(self.graph(self.text()), 400, 131056)

    def test_answers_that_are_not_json(self):
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = self.simulator.addresses["graph"] + f"/v24.0/{PHONE_ID}/messages"
        data = json.dumps(self.text()).encode()
        cases = (("html_502", 502, 0), ("html_502_after_accept", 502, 1),
                 ("truncated_json", 200, 2))
        for fault, http_status, accepted in cases:
            self.arm(fault)
            status, answer = fetch(url, "POST", data, headers)
            self.assertEqual((status, len(self.outbound())), (http_status, accepted))
            with self.assertRaises(ValueError):
                json.loads(answer)

    def test_no_statuses_combines_with_a_lost_answer(self):
        self.arm("no_statuses")
        self.arm("drop_after_accept")
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.graph(self.text())
        entry = self.outbound()[0]
        self.assertEqual((entry["will"], entry["faults"]),
                         ([], ["drop_after_accept", "no_statuses"]))

    def test_status_before_answer(self):
        self.arm("status_before_answer")
        self.graph(self.text())
        self.assertEqual(self.receiver.statuses()[0]["status"], "sent")

    def test_slow(self):
        self.arm("slow", ms=200)
        started = time.monotonic()
        self.assertEqual(self.graph(self.text())[0], 200)
        self.assertGreaterEqual(time.monotonic() - started, 0.2)

    def test_refusal_leaves_the_other_faults_armed(self):
        self.arm("no_statuses")
        self.arm("error_500")
        self.graph(self.text())
        self.assertEqual([f["fault"] for f in self.control("/faults")["items"]], ["no_statuses"])
        self.assertEqual(self.control("/faults", method="DELETE"), {"items": []})


class CommandLine(unittest.TestCase):
    def command(self, *more):
        files = {}
        for name, content in (("app", SECRET), ("token", TOKEN.encode()),
                              ("verify", VERIFY_TOKEN.encode())):
            files[name] = os.path.join(FOLDER.name, name)
            with open(files[name], "wb") as file:
                file.write(content + b"\n")
        return [sys.executable, HERE, "--graph-listen", "127.0.0.1:0", "--graph-cert", CERT,
                "--graph-key", KEY, "--webhook-url", "https://127.0.0.1:9/webhooks/whatsapp",
                "--webhook-ca", CA, "--app-secret-file", files["app"],
                "--access-token-file", files["token"], "--verify-token-file", files["verify"],
                "--phone-number-id", PHONE_ID, "--waba-id", WABA_ID, *more]

    def start(self):
        ready = os.path.join(FOLDER.name, "ready.json")
        process = subprocess.Popen(self.command("--ready-file", ready), stdout=subprocess.PIPE,
                                   text=True)
        addresses = json.loads(process.stdout.readline())
        with open(ready, encoding="utf-8") as file:
            self.assertEqual(json.load(file), addresses)
        return process, addresses

    def test_sigterm_ends_it_cleanly(self):
        process, _ = self.start()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=10), 0)
        process.stdout.close()

    def test_shutdown_ends_it_although_a_delivery_is_under_way(self):
        process, addresses = self.start()
        fetch(addresses["control"] + "/customers", "POST", b'{"wa_id":"4915112345678"}')
        status, answer = fetch(addresses["control"] + "/say", "POST",
                               b'{"customer":"4915112345678","text":"x","wait_seconds":0.3}')
        self.assertEqual((status, json.loads(answer)["delivery"]["http_status"]), (200, None))
        fetch(addresses["control"] + "/shutdown", "POST", b"{}")
        self.assertEqual(process.wait(timeout=10), 0)
        process.stdout.close()

    def test_control_api_outside_loopback_is_refused(self):
        done = subprocess.run(self.command("--control-listen", "0.0.0.0:0"), capture_output=True,
                              text=True, timeout=10)
        self.assertEqual(done.returncode, 2)
        self.assertIn("loopback only", done.stderr)

    def test_readme_names_every_route(self):
        with open(os.path.join(HERE, "README.md"), encoding="utf-8") as file:
            readme = file.read()
        control = ControlApi(None, None, None, None, None, None, "")
        for method, path in control._routes:
            self.assertIn(f"`{method} {path}`", readme)


if __name__ == "__main__":
    unittest.main()
