"""Passkeys in a real browser: enrolled, signing in, proving again who acts, copied, removed."""
import concurrent.futures

import functional
from passkey_user import GET, PATH, PasskeyUser


class Passkeys(PasskeyUser, functional.FunctionalTest):
    settings = {"second_factor.required_for": "supervisor", "login.max_failures": 1000}
    agents = (("anna", "agent"), ("bert", "agent"), ("sofia", "supervisor"))

    def remove_all(self, client):
        """Ready for the next test."""
        for passkey in self.get(PATH, client)["passkeys"]:
            answer = client.request("DELETE", f"{PATH}/passkeys/{passkey['id']}")
            self.assertEqual(answer.status, 200, answer.body)
            client.token = answer.json["token"]

    def test_one_click_signs_in(self):
        with self.authenticator() as device:
            enrolled = self.enrol(self.signed_in("anna"))
            self.assertEqual(len(enrolled["recovery_codes"]), 10)
            self.assertEqual(len(self.browser.credentials(device)), 1)
            client, opened = self.sign_in()
            self.assertEqual(opened.status, 201, opened.body)
            self.assertEqual(opened.json["assurance"], "passkey")
            self.assertEqual(opened.json["agent"]["username"], "anna")
            passkey, = self.get(PATH, client)["passkeys"]
            self.assertEqual((passkey["name"], passkey["copied"]), ("Laptop", False))
            self.assertTrue(passkey["last_used_at"])
            self.remove_all(client)

    def test_who_has_to_enrol_a_factor_may_enrol_a_passkey(self):
        client = self.signed_in("sofia")
        self.assertEqual(self.get("/v1/session", client)["assurance"], "enrolment_only")
        self.assert_problem(client.get("/v1/conversations"), 403, "second_factor_required")
        with self.authenticator():
            enrolled = self.enrol(client)
            self.assertEqual(client.get("/v1/conversations").status, 200)
            by_passkey, opened = self.sign_in()
            self.assertEqual(opened.status, 201, opened.body)
            self.assertEqual(by_passkey.get("/v1/conversations").status, 200)
            removed = by_passkey.request("DELETE", f"{PATH}/passkeys/{enrolled['id']}")
            self.assert_problem(removed, 409, "conflict")

    def test_password_alone_is_not_enough_any_more(self):
        client = self.signed_in("anna")
        with self.authenticator():
            enrolled = self.enrol(client)
            proofs = {"username": "anna", "password": self.instance.passwords["anna"]}
            stranger = self.instance.api()
            self.assert_problem(stranger.post("/v1/sessions", proofs), 401, "unauthenticated")
            opened = stranger.post("/v1/sessions", {
                **proofs, "second_factor": enrolled["recovery_codes"][0]})
            self.assertEqual(opened.status, 201, opened.body)
            stranger.close()
            self.remove_all(client)

    def test_answer_opens_one_session(self):
        client = self.signed_in("anna")
        with self.authenticator():
            self.enrol(client)
            stranger, answered = self.answer()
            self.assertEqual(stranger.post("/v1/sessions", {"passkey": answered}).status, 201)
            self.assert_problem(stranger.post("/v1/sessions", {"passkey": answered}),
                                401, "unauthenticated")
            self.assertEqual(self.last_refusal(client), "passkey_used")
            self.remove_all(client)

    def test_answer_that_races_with_itself_opens_one_session(self):
        client = self.signed_in("anna")
        with self.authenticator():
            self.enrol(client)
            _, answered = self.answer()
            clients = [self.instance.api() for _ in range(8)]
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                stati = list(pool.map(lambda one: one.post("/v1/sessions",
                                                           {"passkey": answered}).status, clients))
            for one in clients:
                one.close()
            self.assertEqual(sorted(stati), [201] + [401] * 7)
            self.remove_all(client)

    def test_user_who_is_not_verified_gets_nowhere(self):
        client = self.signed_in("anna")
        with self.authenticator() as device:
            self.enrol(client)
            self.browser.set_user_verified(device, False)
            with self.assertRaisesRegex(RuntimeError, "NotAllowedError"):
                self.answer()
            # A browser that was told otherwise asks the authenticator for less.
            stranger = self.instance.api()
            options = self.options(stranger, "/v1/passkey-options")
            options["userVerification"] = "discouraged"
            answered = self.browser.run(GET, options)
            self.assert_problem(stranger.post("/v1/sessions", {"passkey": answered}),
                                401, "unauthenticated")
            stranger.close()
            self.assertEqual(self.last_refusal(client), "passkey_user_not_verified")
            self.browser.set_user_verified(device, True)
            self.remove_all(client)

    def test_cloned_authenticator_is_noticed_and_shut_out(self):
        client = self.signed_in("bert")
        with self.authenticator() as device:
            paper = self.enrol(client)["recovery_codes"]
            copy, = self.browser.credentials(device)
            opened_before = [self.sign_in() for _ in range(3)]
            self.assertEqual([opened.status for _, opened in opened_before], [201] * 3)
        with self.authenticator() as thief:
            self.browser.add_credential(thief, copy)
            self.assert_problem(self.sign_in()[1], 401, "unauthenticated")
            for before, _ in opened_before:
                self.assertEqual(before.get("/v1/session").status, 401, "it may be the thief's")
            client.token = client.post("/v1/sessions", {
                "username": "bert", "password": self.instance.passwords["bert"],
                "second_factor": paper[0]}).json["token"]
            self.assertEqual(self.last_refusal(client), "passkey_copied")
            self.assertIn("PASSKEY_COPIED agent=", self.log())
            self.assertTrue(self.get(PATH, client)["passkeys"][0]["copied"])
            for _ in range(5):  # until its counter is ahead
                self.assertEqual(self.sign_in()[1].status, 401)
            client.token = client.post("/v1/sessions", {
                "username": "bert", "password": self.instance.passwords["bert"],
                "second_factor": paper[1]}).json["token"]
        self.remove_all(client)

    def test_page_of_another_origin_gets_nothing(self):
        """The browser itself refuses to ask for our name there."""
        client = self.signed_in("anna")
        with self.authenticator():
            self.enrol(client)
            options = self.options(client, "/v1/passkey-options")
            try:
                self.open_page("127.0.0.1")
                with self.assertRaisesRegex(RuntimeError, "SecurityError"):
                    self.browser.run(GET, options)
            finally:
                self.open_page()
            self.remove_all(client)

    def test_step_up_is_one_click(self):
        client = self.signed_in("anna")
        with self.authenticator():
            self.enrol(client)
            before = client.token
            answered = self.browser.run(GET, self.options(client, "/v1/session/passkey-options"))
            opened = client.post("/v1/session/step-up", {"passkey": answered})
            self.assertEqual(opened.status, 201, opened.body)
            self.assertEqual(opened.json["assurance"], "passkey")
            self.assertNotEqual(opened.json["token"], before)
            self.assertEqual(client.get("/v1/session").status, 401, "the token before is void")
            client.token = opened.json["token"]
            self.remove_all(client)

    def test_authenticator_that_is_known_is_not_enrolled_twice(self):
        client = self.signed_in("anna")
        with self.authenticator():
            self.enrol(client)
            with self.assertRaisesRegex(RuntimeError, "InvalidStateError"):
                self.enrol(client)
            self.remove_all(client)

    def test_what_is_no_answer_is_named(self):
        client = self.instance.api()
        for passkey in ({}, {"id": "AA"}, {"id": "AA", "response": {}}, None, [], "AA", 1,
                        {"id": "AA==", "response": {"clientDataJSON": "AA", "signature": "AA",
                                                    "authenticatorData": "AA",
                                                    "userHandle": "AA"}}):
            body = self.assert_problem(client.post("/v1/sessions", {"passkey": passkey}),
                                       400, "invalid_request")
            self.assertIn("passkey", str(body))
        both = client.post("/v1/sessions", {"passkey": {}, "username": "anna"})
        self.assert_problem(both, 400, "invalid_request")
        client.close()


class NoOrigin(functional.FunctionalTest):
    settings = {"browser.origin": ""}

    def test_there_are_no_passkeys(self):
        self.assert_problem(self.anna.post("/v1/passkey-options"), 404, "not_found")
        self.assert_problem(self.anna.post(PATH + "/passkey-options"), 404, "not_found")
        self.assertEqual(self.get(PATH)["passkeys"], [])


class WrongOrigin(functional.FunctionalTest):
    def test_daemon_says_which_setting_is_wrong_and_does_not_start(self):
        other = functional.make_instance("WrongOrigin")
        self.addCleanup(other.stop)
        other.make()
        other.write_config({"browser.origin": "https://192.0.2.7"})
        ended = functional.run_daemon(other, "--config", other.config)
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn("browser.origin: an origin is https:// and a host name", ended.stderr)


if __name__ == "__main__":
    functional.main()
