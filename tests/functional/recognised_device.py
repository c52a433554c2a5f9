"""A page of ours in a real browser: signed in with a cookie that no script reads and a key that no
script takes out, remembered in place of the second factor, stolen, forged, forgotten."""
import functional
from functional import until
from page_user import Page
from second_factor import App

FACTOR = "/v1/session/second-factor"
DEVICES = FACTOR + "/devices"


class RecognisedDevice(functional.FunctionalTest):
    browser_certificate = "not_required"
    settings = {"second_factor.required_for": "supervisor, admin", "login.max_failures": 1000,
                "session.max_per_agent": 20}
    agents = (("anna", "agent"), ("bert", "agent"), ("sofia", "supervisor"), ("root", "admin"))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page = cls.new_page()
        cls.paper = cls.enrol(cls.anna)["recovery_codes"]

    @classmethod
    def new_page(cls):
        return cls.enterClassContext(Page(cls.instance))

    @staticmethod
    def enrol(client):
        uri = client.post(FACTOR + "/totp", {}).json["uri"]
        confirmed = client.post(FACTOR + "/totp/confirm", {"code": App(uri).code()})
        if confirmed.status != 201:
            raise AssertionError(confirmed.body)
        client.token = confirmed.json["token"]
        return confirmed.json

    def setUp(self):
        self.page.browser.devtools("Network.clearBrowserCookies")
        if len(self.paper) < 4:
            self.refill()

    def refill(self):
        """New paper for anna, which forgets her browsers."""
        client = self.instance.api()
        self.addCleanup(client.close)
        client.token = client.post("/v1/sessions", {
            "username": "anna", "password": self.instance.passwords["anna"],
            "second_factor": self.paper.pop()}).json["token"]
        made = client.post(FACTOR + "/recovery-codes", {"second_factor": self.paper.pop()})
        self.assertEqual(made.status, 201, made.body)
        type(self).paper = made.json["recovery_codes"]

    def sign_in(self, page, username, factor=None):
        status, opened = page.log_in(username, factor)
        self.assertEqual(status, 201, opened)
        return opened

    def remember(self, page, name="Office"):
        self.sign_in(page, "anna", self.paper.pop())
        status, device = page.call("POST", DEVICES, {"name": name})
        self.assertEqual(status, 201, device)
        return device

    def assert_page_problem(self, answer, status, code):
        self.assertEqual((answer[0], answer[1]["code"]), (status, code), answer)

    def test_token_is_in_a_cookie_that_no_script_can_read(self):
        opened = self.sign_in(self.page, "bert")
        self.assertNotIn("token", opened)
        self.assertEqual(self.page.run("return document.cookie"), "")
        cookie = self.page.cookies()["__Host-session"]
        self.assertEqual((cookie["httpOnly"], cookie["secure"], cookie["sameSite"], cookie["path"],
                          cookie["domain"]), (True, True, "Strict", "/", "localhost"))
        self.assertNotIn("expiry", cookie, "it ends with the browser")
        self.assertEqual(self.page.call("GET", "/v1/session")[0], 200)

    def test_key_cannot_be_taken_out_of_the_browser(self):
        for form in ("jwk", "pkcs8"):
            with self.assertRaisesRegex(RuntimeError, "InvalidAccessError"):
                self.page.run("return crypto.subtle.exportKey(args[0], (await key()).privateKey)",
                              form)

    def test_remembered_browser_stands_in_for_the_second_factor(self):
        device = self.remember(self.page)
        opened = self.sign_in(self.page, "anna")
        self.assertEqual(opened["assurance"], "recognised_device")
        self.assertEqual(self.page.call("GET", "/v1/conversations")[0], 200)
        self.assert_page_problem(self.page.call("POST", DEVICES, {"name": "Again"}),
                                 403, "step_up_required")
        listed, = self.page.call("GET", DEVICES)[1]["items"]
        self.assertEqual((listed["id"], listed["name"]), (device["id"], "Office"))
        cookie = self.page.cookies()["__Host-device"]
        self.assertEqual((cookie["httpOnly"], cookie["secure"], cookie["sameSite"]),
                         (True, True, "Strict"))
        self.assertTrue(cookie["value"].startswith(device["id"] + "."))
        days = (cookie["expiry"] - functional.time.time()) / 86400
        self.assertAlmostEqual(days, 30, delta=0.1)
        stranger = self.new_page()
        self.assert_page_problem(stranger.log_in("anna"), 401, "unauthenticated")

    def test_each_log_in_replaces_the_secret(self):
        self.remember(self.page)
        seen = {self.page.cookies()["__Host-device"]["value"]}
        for _ in range(3):
            self.sign_in(self.page, "anna")
            seen.add(self.page.cookies()["__Host-device"]["value"])
        self.assertEqual(len(seen), 4)

    def test_tabs_that_sign_in_at_once_do_not_forget_the_browser(self):
        self.remember(self.page)
        body = {"username": "anna", "password": self.instance.passwords["anna"], "cookie": True}
        stati = self.page.run(
            "return Promise.all([1, 2, 3, 4].map(async () =>"
            " (await call('POST', '/v1/sessions', args[0])).status))", body)
        self.assertEqual(stati, [201] * 4)
        self.assertEqual(self.sign_in(self.page, "anna")["assurance"], "recognised_device")

    def test_stolen_cookie_on_another_device_opens_nothing_and_ends_the_session(self):
        self.sign_in(self.page, "bert")
        thief = self.new_page()
        thief.steal_from(self.page)
        self.assertEqual(thief.cookies()["__Host-session"]["value"],
                         self.page.cookies()["__Host-session"]["value"])
        self.assert_page_problem(thief.call("GET", "/v1/conversations"), 401, "unauthenticated")
        self.assertIn("SESSION_ELSEWHERE agent=", self.log())
        self.assert_page_problem(self.page.call("GET", "/v1/session"), 401, "unauthenticated")
        self.sign_in(self.page, "bert")
        history = self.page.call("GET", "/v1/session/log-ins")[1]["items"]
        self.assertTrue(any(one["how"] == "another_device" for one in history), history)

    def test_stolen_cookie_is_no_bearer_token(self):
        self.sign_in(self.page, "bert")
        program = self.instance.api(self.page.cookies()["__Host-session"]["value"])
        self.addCleanup(program.close)
        self.assert_problem(program.get("/v1/conversations"), 401, "unauthenticated")

    def test_stolen_device_is_noticed_and_forgotten(self):
        self.remember(self.page)
        thief = self.new_page()
        thief.steal_from(self.page)
        self.assert_page_problem(thief.log_in("anna"), 401, "unauthenticated")
        history = self.page.call("GET", "/v1/session/log-ins")[1]["items"]
        self.assertEqual(history[0]["how"], "device_without_key", history)
        self.assert_page_problem(self.page.log_in("anna"), 401, "unauthenticated")
        self.sign_in(self.page, "anna", self.paper.pop())
        self.assertEqual(self.page.call("GET", DEVICES)[1]["items"], [])

    def test_old_secret_counts_for_a_minute_as_tabs_sign_in_at_once(self):
        self.remember(self.page)
        old = self.page.cookies()["__Host-device"]
        self.sign_in(self.page, "anna")
        self.sign_in(self.page, "anna")
        self.page.set_cookie("__Host-device", old["value"])
        # Within the minute it may be another tab.
        self.assertEqual(self.sign_in(self.page, "anna")["assurance"], "recognised_device")

    def test_page_of_another_origin_forges_nothing(self):
        self.sign_in(self.page, "bert")
        ours = f"https://localhost:{self.instance.api_port}"
        try:
            self.page.open("127.0.0.1")
            with self.assertRaisesRegex(RuntimeError, "Failed to fetch"):
                self.page.run("return (await fetch(args[0] + '/v1/session', {method: 'DELETE',"
                              " credentials: 'include', headers: {DPoP: 'x'}})).status", ours)
            with self.assertRaisesRegex(RuntimeError, "Failed to fetch"):
                self.page.run("return (await fetch(args[0] + '/v1/session',"
                              " {method: 'DELETE', credentials: 'include'})).status", ours)
            # What a form can do: it is sent, and nobody may read the answer.
            self.page.run("await fetch(args[0] + '/v1/sessions', {method: 'POST', mode: 'no-cors',"
                          " credentials: 'include', body: '{\"cookie\":true}'})", ours)
        finally:
            self.page.open()
        self.assertEqual(self.page.call("GET", "/v1/session")[0], 200)

    def test_event_stream_of_a_page_ends_with_its_session(self):
        self.sign_in(self.page, "bert")
        self.page.run("""
          window.heard = "";
          const answer = await once("GET", "/v1/events");
          window.stream = (async () => {
            const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
            for (let part; !(part = await reader.read()).done;) window.heard += part.value;
            window.heard += "END";
          })().catch((error) => { window.heard += "END"; });
        """)
        self.say(self.customer("4915123450001"), "Guten Tag")
        until(lambda: "data: " in self.page.run("return window.heard"), "the event")
        self.assertEqual(self.page.call("DELETE", "/v1/session")[0], 204)
        self.assertNotIn("__Host-session", self.page.cookies())
        until(lambda: "END" in self.page.run("return window.heard"), "the end of the stream")

    def test_agent_forgets_a_browser_that_was_lost(self):
        lost = self.new_page()
        device = self.remember(lost, name="Laptop")
        self.sign_in(self.page, "anna", self.paper.pop())
        self.assertIn("Laptop", [one["name"] for one in self.page.call("GET", DEVICES)[1]["items"]])
        self.assertEqual(self.page.call("DELETE", f"{DEVICES}/{device['id']}")[0], 204)
        self.assert_page_problem(lost.call("GET", "/v1/session"), 401, "unauthenticated")
        self.assert_page_problem(lost.log_in("anna"), 401, "unauthenticated")
        self.assertEqual(self.page.call("GET", "/v1/session")[0], 200)
        self.assert_page_problem(self.page.call("DELETE", f"{DEVICES}/{device['id']}"),
                                 404, "not_found")

    def test_administrator_and_operator_see_and_forget_browsers(self):
        device = self.remember(self.page, name="Kiosk")
        admin = self.signed_in("root")
        self.enrol(admin)
        listed = admin.post("/v1/admin/agents/devices", {"username": "anna"})
        self.assertIn(device["id"], [one["id"] for one in listed.json["items"]])
        self.assertIn("Kiosk", self.instance.ctl("agents", "devices", "anna").stdout)
        one = admin.post("/v1/admin/agents/forget-devices",
                         {"username": "anna", "device": device["id"]})
        self.assertEqual((one.status, one.json), (200, {"forgotten": 1}))
        self.assert_page_problem(self.page.call("GET", "/v1/session"), 401, "unauthenticated")
        self.assert_problem(admin.post("/v1/admin/agents/forget-devices",
                                       {"username": "anna", "device": device["id"]}),
                            404, "not_found")
        self.assert_problem(admin.post("/v1/admin/agents/forget-devices",
                                       {"username": "anna", "device": "device_1"}),
                            400, "invalid_request")
        self.remember(self.page)
        self.assertIn("devices forgotten: ",
                      self.instance.ctl("agents", "forget-devices", "anna").stdout)
        self.assertEqual(self.instance.ctl("agents", "devices", "anna").stdout,
                         "no browser of this agent is remembered\n")
        bert = self.signed_in("bert")
        self.assert_problem(bert.post("/v1/admin/agents/devices", {"username": "anna"}),
                            403, "forbidden")

    def test_who_may_only_enrol_has_no_browser_remembered(self):
        page = self.new_page()
        self.sign_in(page, "sofia")  # may enrol only
        self.assert_page_problem(page.call("POST", DEVICES, {"name": "Office"}),
                                 403, "second_factor_required")

    def test_settings_switch_it_off(self):
        other = functional.make_instance("NoDevices")
        other.browser_certificate = "not_required"
        self.addCleanup(other.stop)
        other.make()
        other.start({"second_factor.device_for": "nobody"})
        other.add_agent("anna", "Anna Blum", "agent")
        with Page(other) as page:
            self.assertEqual(page.log_in("anna")[0], 201)
            offered = page.call("POST", FACTOR + "/totp", {})[1]
            self.assertEqual(page.call("POST", FACTOR + "/totp/confirm",
                                       {"code": App(offered["uri"]).code()})[0], 201)
            self.assert_page_problem(page.call("POST", DEVICES, {"name": "Office"}),
                                     403, "forbidden")


class NoPages(functional.FunctionalTest):
    settings = {"browser.origin": ""}

    def test_nobody_signs_in_with_a_cookie(self):
        client = self.instance.api()
        self.addCleanup(client.close)
        self.assert_problem(client.post("/v1/sessions", {
            "username": "anna", "password": self.instance.passwords["anna"], "cookie": True}),
            404, "not_found")


if __name__ == "__main__":
    functional.main()
