"""A second factor from outside: enrolled with an app of our own making, asked for, raced, guessed,
lost and reset. The codes come from Python's own HMAC, and the QR code is read by zbar."""
import base64
import collections
import concurrent.futures
import ctypes
import hashlib
import hmac
import re
import struct
import time
import urllib.parse
import xml.etree.ElementTree

import functional
from functional import until

STEP = 30
PATH = "/v1/session/second-factor"
LOG_OUT = ("/v1/session/logout/saml", "/v1/session/logout/oidc")
SIGN_OUT = {"/v1/session", *LOG_OUT}


class App:
    """An authenticator app, RFC 6238."""

    def __init__(self, uri):
        parts = urllib.parse.urlsplit(uri)
        assert (parts.scheme, parts.netloc) == ("otpauth", "totp"), uri
        fields = urllib.parse.parse_qs(parts.query)
        self.label = urllib.parse.unquote(parts.path.lstrip("/"))
        self.issuer, = fields["issuer"]
        secret, = fields["secret"]
        self.secret = base64.b32decode(secret)

    def code(self, steps_away=0):
        step = int(time.time()) // STEP + steps_away
        mac = hmac.digest(self.secret, struct.pack(">Q", step), hashlib.sha1)
        number, = struct.unpack_from(">I", mac, mac[-1] & 15)
        return f"{(number & 0x7fffffff) % 1_000_000:06}"

    def wrong_code(self):
        right = {self.code(away) for away in range(-2, 3)}
        return next(code for code in map(str, range(100_000, 100_010)) if code not in right)


def early_in_a_step():
    """The codes of this step and the one before it are good for a while yet."""
    until(lambda: time.time() % STEP < STEP - 8, "the next step of the codes", seconds=10)


def read_qr_code(svg, scale=4):
    """What a camera would read. The picture is one path of horizontal bars on white."""
    root = xml.etree.ElementTree.fromstring(svg)
    side = int(root.get("viewBox").split()[2])
    background, modules = (path.get("d") for path in root)
    assert background == f"M0 0h{side}v{side}h-{side}z"
    rows = [bytearray(b"\xff" * side) for _ in range(side)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", modules):
        rows[int(y)][int(x):int(x) + int(width)] = bytes(int(width))
    pixels = b"".join(bytes(pixel for pixel in row for _ in range(scale)) * scale for row in rows)
    return zbar(pixels, side * scale)


def zbar(pixels, side):
    """The one code in a square grey picture, as libzbar reads it."""
    library = ctypes.CDLL("libzbar.so.0")
    pointer = ctypes.c_void_p
    for name in ("image_create", "image_scanner_create", "image_first_symbol"):
        getattr(library, "zbar_" + name).restype = pointer
    library.zbar_symbol_get_data.restype = ctypes.c_char_p
    image = pointer(library.zbar_image_create())
    library.zbar_image_set_format(image, ctypes.c_ulong(int.from_bytes(b"Y800", "little")))
    library.zbar_image_set_size(image, side, side)
    library.zbar_image_set_data(image, pixels, ctypes.c_ulong(len(pixels)), None)
    scanner = pointer(library.zbar_image_scanner_create())
    found = library.zbar_scan_image(scanner, image)
    assert found == 1, f"zbar found {found} codes"
    text = library.zbar_symbol_get_data(pointer(library.zbar_image_first_symbol(image))).decode()
    library.zbar_image_scanner_destroy(scanner)
    library.zbar_image_destroy(image)
    return text


class SecondFactor(functional.FunctionalTest):
    # The product's own default.
    settings = {"second_factor.required_for": "supervisor, admin", "login.max_failures": 1000}
    names = iter(f"agent{n}" for n in range(100))

    def log_in(self, username, second_factor=None, password=None):
        client = self.instance.api()
        self.addCleanup(client.close)
        body = {"username": username, "password": password or self.instance.passwords[username]}
        if second_factor is not None:
            body["second_factor"] = second_factor
        answer = client.post("/v1/sessions", body)
        if answer.status == 201:
            client.token = answer.json["token"]
        return answer, client

    def add(self, role):
        username = next(self.names)
        self.instance.add_agent(username, "Somebody", role)
        return username

    def enrol(self, client, **present):
        """Confirmed with the code of the step before, so that the present one is still good."""
        early_in_a_step()
        offered = client.post(PATH + "/totp", present)
        self.assertEqual(offered.status, 201, offered.body)
        app = App(offered.json["uri"])
        confirmed = client.post(PATH + "/totp/confirm", {"code": app.code(-1)})
        self.assertEqual(confirmed.status, 201, confirmed.body)
        client.token = confirmed.json["token"]
        return app, confirmed.json

    @staticmethod
    def with_id(path):
        kind = "session" if path.startswith("/v1/sessions") else "conv"
        return path.replace("{id}", kind + "_01JDG7T5Q8ZK3V9M4B6N2R0XWY")

    @staticmethod
    def body_of(operation):
        content = operation.get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("example")

    def enrolled(self, role="supervisor"):
        username = self.add(role)
        _, client = self.log_in(username)
        app, answer = self.enrol(client)
        return username, client, app, answer["recovery_codes"]

    def assert_problem(self, answer, status, code):
        self.assertEqual((answer.status, answer.json["code"]), (status, code), answer.body)

    # -- enrolling -----------------------------------------------------------------------------

    def test_who_has_to_enrol_can_do_that_and_sign_out_and_nothing_else(self):
        answer, client = self.log_in(self.add("supervisor"))
        self.assertEqual(answer.json["assurance"], "enrolment_only")
        self.assertEqual(client.get("/v1/session").json["actions"], [])
        document = client.get("/v1/openapi.json").json
        tried = 0
        for path, verbs in document["paths"].items():
            for verb, operation in verbs.items():
                if (operation.get("x-access") in ("public", "local_network", "client",
                                                  "local_client")
                        or path in SIGN_OUT or "second-factor" in path
                        and "/admin/" not in path):
                    continue
                tried += 1
                refused = client.request(verb.upper(), self.with_id(path), self.body_of(operation))
                self.assert_problem(refused, 403, "second_factor_required")
        self.assertGreater(tried, 10)
        self.assertEqual(client.request("DELETE", "/v1/session").status, 204)

    def test_who_has_to_enrol_can_sign_out_at_the_identity_provider_too(self):
        for path in LOG_OUT:
            _, client = self.log_in(self.add("supervisor"))
            self.assertEqual(client.request("POST", path).status, 200)
            self.assert_problem(client.get("/v1/session"), 401, "unauthenticated")

    def test_the_qr_code_says_what_the_uri_says(self):
        username = self.add("supervisor")
        _, client = self.log_in(username)
        offered = client.post(PATH + "/totp", {}).json
        self.assertEqual(read_qr_code(offered["qr_svg"]), offered["uri"])
        app = App(offered["uri"])
        self.assertEqual((app.issuer, app.label), ("Leadkeep", "Leadkeep:" + username))
        self.assertEqual(base64.b32decode(offered["secret"]), app.secret)
        self.assertEqual(len(app.secret), 20)

    def test_enrolling_opens_the_inbox_and_ends_the_session_that_enrolled(self):
        username = self.add("supervisor")
        _, client = self.log_in(username)
        old_token = client.token
        _, answer = self.enrol(client)
        self.assertEqual(answer["assurance"], "two_factors")
        self.assertEqual(len(answer["recovery_codes"]), 10)
        self.assertEqual(client.get("/v1/conversations").status, 200)
        old = self.instance.api(old_token)
        self.addCleanup(old.close)
        self.assert_problem(old.get("/v1/session"), 401, "unauthenticated")
        shown = client.get(PATH).json
        self.assertTrue(shown["required"] and shown["totp"]["enrolled_at"])
        self.assertEqual(shown["recovery_codes_left"], 10)

    # -- signing in ----------------------------------------------------------------------------

    def test_a_code_opens_one_session_of_many_that_race_for_it(self):
        username, _, app, _ = self.enrolled()
        code = app.code()
        with concurrent.futures.ThreadPoolExecutor(5) as pool:
            answers = list(pool.map(lambda _: self.log_in(username, code)[0].status, range(5)))
        self.assertEqual(collections.Counter(answers), {201: 1, 401: 4})

    def test_a_code_that_was_used_stays_used_when_the_daemon_is_killed(self):
        username, _, app, codes = self.enrolled()
        code = app.code()
        self.assertEqual(self.log_in(username, code)[0].status, 201)
        self.assertEqual(self.log_in(username, codes[0])[0].status, 201)
        self.instance.kill_daemon()
        self.instance.start_daemon()
        self.assert_problem(self.log_in(username, code)[0], 401, "unauthenticated")
        self.assert_problem(self.log_in(username, codes[0])[0], 401, "unauthenticated")
        self.assertEqual(self.log_in(username, codes[1].lower().replace("-", " "))[0].status, 201)

    def test_no_answer_and_no_time_tells_which_of_the_two_was_wrong(self):
        username, _, app, _ = self.enrolled()
        early_in_a_step()
        answers, times = set(), {}
        for name, arguments in (("wrong password", (username, app.code(), "a wrong password")),
                                ("no code", (username,)),
                                ("wrong code", (username, app.wrong_code())),
                                ("nobody", ("nobody", app.code(), "a wrong password"))):
            begin = time.monotonic()
            answer, _ = self.log_in(*arguments)
            times[name] = time.monotonic() - begin
            answers.add((answer.status, answer.body))
        self.assertEqual(len(answers), 1, answers)
        self.assertGreaterEqual(min(times.values()), 0.3, times)

    def test_guessing_blocks_the_app_and_not_the_paper(self):
        username, _, app, codes = self.enrolled()
        for _ in range(5):
            self.assertEqual(self.log_in(username, app.wrong_code())[0].status, 401)
        self.assertEqual(self.log_in(username, app.code())[0].status, 401)
        self.assertEqual(self.log_in(username, codes[0])[0].status, 201)
        self.assertEqual(self.log_in(username, app.code())[0].status, 201)

    def test_malformed_second_factors_are_refused_before_anything_is_looked_at(self):
        client = self.instance.api()
        self.addCleanup(client.close)
        for value in (123456, None, [], {"code": "1"}, True):
            answer = client.post("/v1/sessions", {"username": "x", "password": "y",
                                                  "second_factor": value})
            self.assert_problem(answer, 400, "invalid_request")
            self.assertEqual(answer.json["member"], "second_factor")

    # -- changing and losing it ----------------------------------------------------------------

    def test_a_session_alone_changes_no_factor(self):
        _, client, app, codes = self.enrolled()
        for path in ("/totp", "/recovery-codes"):
            answer = client.post(PATH + path, {"second_factor": app.wrong_code()})
            self.assert_problem(answer, 403, "proof_refused")
        self.assert_problem(client.post(PATH + "/totp", {}), 403, "proof_refused")
        self.assertEqual(client.get("/v1/session").status, 200, "and the session goes on")
        new = client.post(PATH + "/recovery-codes", {"second_factor": codes[0]})
        self.assertEqual(len(set(new.json["recovery_codes"]) - set(codes)), 10)
        self.enrol(client, second_factor=new.json["recovery_codes"][0])

    def test_a_reset_by_the_operator_gives_a_code_that_only_enrols(self):
        username, client, app, codes = self.enrolled()
        done = self.instance.ctl("agents", "reset-second-factor", username)
        code = re.search(r"([A-Z2-7]{6}-){3}[A-Z2-7]{6}", done.stdout).group()
        self.assert_problem(client.get("/v1/session"), 401, "unauthenticated")
        for factor in (None, app.code(), codes[0]):
            self.assert_problem(self.log_in(username, factor)[0], 401, "unauthenticated")
        answer, client = self.log_in(username, code)
        self.assertEqual(answer.json["assurance"], "enrolment_only")
        self.assert_problem(self.log_in(username, code)[0], 401, "unauthenticated")
        app, _ = self.enrol(client)
        self.assertEqual(self.log_in(username, app.code())[0].status, 201)

    def test_an_administrator_resets_others_and_not_themselves(self):
        admin_name, admin, _, _ = self.enrolled("admin")
        username, _, _, _ = self.enrolled()
        path = "/v1/admin/agents/reset-second-factor"
        self.assert_problem(admin.post(path, {"username": admin_name}), 403, "forbidden")
        self.assert_problem(admin.post(path, {"username": "nobody"}), 404, "not_found")
        given = admin.post(path, {"username": username})
        self.assertEqual(given.status, 201, given.body)
        answer, _ = self.log_in(username, given.json["enrolment_code"])
        self.assertEqual(answer.json["assurance"], "enrolment_only")
        _, supervisor, _, _ = self.enrolled()
        self.assert_problem(supervisor.post(path, {"username": username}), 403, "forbidden")

    def test_the_store_is_sound_and_the_log_knows_no_code(self):
        _, _, app, codes = self.enrolled()
        self.assert_sound()
        log = self.instance.log.read_text()
        for secret in (*codes, base64.b32encode(app.secret).decode(), app.code()):
            self.assertNotIn(secret, log)


class NobodyHasTo(functional.FunctionalTest):
    settings = {"second_factor.required_for": "nobody"}
    agents = (("anna", "agent"), ("root", "admin"))
    log_in = SecondFactor.log_in
    enrol = SecondFactor.enrol

    def test_an_administrator_works_with_a_password_until_they_enrol(self):
        answer, client = self.log_in("root")
        self.assertEqual(answer.json["assurance"], "password")
        self.assertEqual(client.get("/v1/admin/agents").status, 200)
        app, _ = self.enrol(client)
        self.assertEqual(self.log_in("root")[0].status, 401)
        self.assertEqual(self.log_in("root", app.code())[0].status, 201)

    def test_a_stricter_policy_ends_what_a_password_alone_had_opened(self):
        _, client = self.log_in("anna")
        self.assertEqual(client.get("/v1/conversations").status, 200)
        self.instance.stop_daemon()
        self.instance.write_config({"second_factor.required_for": "agent"})
        self.instance.start_daemon()
        self.assertEqual(client.get("/v1/conversations").status, 401)
        self.assertEqual(self.log_in("anna")[0].json["assurance"], "enrolment_only")


if __name__ == "__main__":
    functional.main()
