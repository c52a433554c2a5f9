"""Agents who come by way of a real SAML identity provider (SimpleSAMLphp), in a real browser: log-in,
roles, encryption, second factor, step-up, changes of keys on both sides, and what must not work."""
import functional
from identity_provider.simplesamlphp import certificate_fingerprint, fingerprint
from provider_visit import LogInTests
from saml_instance import SamlTest
from second_factor import App

AS_IT_SAYS = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"


class SamlLogIn(LogInTests, SamlTest):
    answer_path = "/v1/saml/acs"

    def test_an_answer_opens_one_session(self):
        page = self.page()
        self.assertEqual(self.sign_in(page, "alice")[0], 201)
        self.assertEqual(self.open_session(page)[0], 401)

    def test_the_same_answer_again_is_refused(self):
        """The back button, or somebody who has copied what was posted."""
        page = self.page()
        posted = self.caught_response(page)
        page.open()
        post = """
          const body = new URLSearchParams({SAMLResponse: args[0], RelayState: args[1]});
          const answer = await fetch("/v1/saml/acs", {method: "POST", body, redirect: "manual"});
          return answer.type === "opaqueredirect" ? 303 : answer.status;"""
        self.assertEqual([page.run(post, *posted) for _ in range(2)], [303, 401])
        self.assertIn("reason=H-03", self.log())
        self.assertEqual(self.open_session(page)[0], 201, "the first is as good as it was")
        self.assertEqual(page.run(post, *posted), 401)
        other = self.page()
        self.assertEqual(other.run(post, *posted), 401, "in another browser")

    def test_encrypted_assertions_are_opened_where_the_operator_allows_cbc(self):
        self.trust(**{"assertion.encryption": True, "saml20.sign.response": True})
        self.addCleanup(self.trust)
        page = self.page()
        self.go_to_provider(page)
        self.type_in(page, "alice")
        self.assertTrue(self.back_at_home(page).endswith("/v1/saml/acs"))
        self.assertIn("reason=E-01", self.log())
        self.restart(**{"saml.corp.accept_cbc": "yes"})
        self.addCleanup(self.restart)
        self.assertEqual(self.sign_in(self.page(), "alice")[0], 201)

    def test_only_a_request_that_we_signed_is_answered(self):
        """The identity provider checks our signature; a changed request is refused there."""
        page = self.page()
        client = self.instance.api()
        self.addCleanup(client.close)
        there = client.get("/v1/saml/login").headers["Location"]
        page.browser.open(there.replace("&RelayState=", "x&RelayState="))
        self.assertNotIn("password", page.browser.run("return document.body.innerHTML"))


class SamlSecondFactor(SamlTest):
    more = {"second_factor.required_for": "agent, supervisor"}

    def test_who_has_none_enrols_and_is_asked_the_next_time(self):
        page = self.page()
        status, opened = self.sign_in(page, "alice")
        self.assertEqual((status, opened["assurance"]), (201, "enrolment_only"))
        uri = page.call("POST", "/v1/session/second-factor/totp", {})[1]["uri"]
        app = App(uri)
        status, confirmed = page.call("POST", "/v1/session/second-factor/totp/confirm",
                                      {"code": app.code()})
        self.assertEqual(status, 201, confirmed)
        paper = confirmed["recovery_codes"]

        page = self.page()
        self.assertEqual(self.sign_in(page, "alice")[0], 401)
        self.assertEqual(self.open_session(page, app.wrong_code())[0], 401)
        status, opened = self.open_session(page, paper.pop())
        self.assertEqual((status, opened["assurance"]), (201, "two_factors"), "the answer is kept")

    def test_step_up_asks_the_person_again(self):
        page = self.page()
        self.restart(**{"second_factor.required_for": "nobody"})
        self.addCleanup(self.restart)
        self.assertEqual(self.sign_in(page, "bob")[0], 201)
        before = page.cookies()["__Host-session"]["value"]
        status, departure = page.call("POST", "/v1/session/step-up/saml")
        self.assertEqual(status, 200, departure)
        page.browser.open(departure["location"])
        self.type_in(page, "bob")  # although the identity provider knows him
        self.back_at_home(page)
        status, opened = page.call("POST", "/v1/session/step-up", {"sign_on": True})
        self.assertEqual(status, 201, opened)
        self.assertNotEqual(page.cookies()["__Host-session"]["value"], before)

    def test_nobody_steps_up_as_somebody_else(self):
        self.restart(**{"second_factor.required_for": "nobody"})
        self.addCleanup(self.restart)
        page = self.page()
        self.assertEqual(self.sign_in(page, "bob")[0], 201)
        location = page.call("POST", "/v1/session/step-up/saml")[1]["location"]
        page.browser.open(location)
        self.type_in(page, "alice")
        self.back_at_home(page)
        self.assertEqual(page.call("POST", "/v1/session/step-up", {"sign_on": True})[1]["code"],
                         "proof_refused")

    def test_the_identity_providers_second_factor_counts_where_it_is_named(self):
        self.restart(**{"saml.corp.second_factor_values": AS_IT_SAYS,
                        "second_factor.required_for": "agent, supervisor"})
        self.addCleanup(self.restart)
        status, opened = self.sign_in(self.page(), "bob")
        self.assertEqual((status, opened["assurance"]), (201, "identity_provider"))


class SamlKeys(SamlTest):
    def test_a_new_key_of_the_identity_provider_is_known_before_it_signs(self):
        self.idp.configure(new_privatekey="two.key", new_certificate="two.crt")
        self.take_metadata()
        self.restart()
        self.assertEqual(self.sign_in(self.page(), "alice")[0], 201)
        self.idp.configure(privatekey="two.key", certificate="two.crt", new_privatekey=None,
                           new_certificate=None)
        self.assertEqual(self.sign_in(self.page(), "alice")[0], 201)

    def test_our_own_keys_change_while_the_identity_provider_follows_late(self):
        self.trust(**{"assertion.encryption": True, "saml20.sign.response": True})
        self.addCleanup(self.trust)
        allowing = {"saml.corp.accept_cbc": "yes"}
        self.instance.write_config({**self.settings, **allowing})
        for said in ("made the next keys", "the next keys are those of now"):
            self.assertIn(said, self.ctl("saml", "rotate").stdout)
            self.restart(**allowing)
            # It still encrypts to the key that was there before.
            if "next keys in" in said or said == "made the next keys":
                self.assertEqual(self.sign_in(self.page(), "alice")[0], 201)
        # And it has to know the key that signs, which was published in the step before.
        self.trust(**{"assertion.encryption": True, "saml20.sign.response": True})
        self.assertEqual(self.sign_in(self.page(), "alice")[0], 201)

    def test_other_metadata_than_was_confirmed_keeps_the_daemon_from_starting(self):
        changed = self.metadata.read_bytes().replace(b"</", b" </", 1)
        self.metadata.write_bytes(changed)
        self.instance.stop_daemon()
        self.instance.write_config(self.settings)
        self.addCleanup(self.restart)
        self.addCleanup(self.take_metadata)
        done = functional.run_daemon(self.instance, "--config", self.instance.config)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("saml.corp.metadata_sha256", done.stderr)
        self.assertIn(fingerprint(changed), done.stderr)


class SamlTools(SamlTest):
    """leadkeepctl saml."""

    def test_show_says_what_to_compare(self):
        shown = self.ctl("saml", "show", str(self.metadata)).stdout
        self.assertIn(fingerprint(self.metadata.read_bytes()), shown)
        self.assertIn(certificate_fingerprint(self.idp.folder / "cert/one.crt"), shown)
        shown = self.ctl("saml", "show").stdout
        self.assertIn(f"https://localhost:{self.instance.api_port}/v1/saml/acs", shown)
        self.assertIn("saml.corp:", shown)

    def test_add_wants_the_fingerprint_that_was_compared(self):
        config = self.instance.folder / "other.conf"
        config.write_text(self.instance.config.read_text())
        config.chmod(0o600)

        def add(name, *options):
            return self.instance.ctl("saml", "add", name, str(self.metadata), "--config", config,
                                     *options, check=False)

        self.assertEqual(add("partner").returncode, 1)
        self.assertEqual(add("partner", "--fingerprint", "00" * 32).returncode, 1)
        self.assertNotIn("partner", config.read_text())
        spoken = ":".join(certificate_fingerprint(self.idp.folder / "cert/one.crt")[at:at + 2]
                          for at in range(0, 64, 2)).upper()
        done = add("partner", "--fingerprint", spoken)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("[saml.partner]", config.read_text())
        self.assertEqual(add("corp", "--fingerprint", spoken).returncode, 2)
        self.assertEqual(add("Wrong Name").returncode, 2)

    def test_test_needs_a_response_and_says_so(self):
        done = self.ctl("saml", "test", check=False)
        self.assertEqual((done.returncode, "--response" in done.stderr), (2, True), done.stderr)
        self.assertEqual(self.ctl("saml", "test", "--response", "/nowhere", check=False).returncode, 2)
        done = self.ctl("saml", "test", "--response", "-", text_input="<a/>", check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("BAD  R-01", done.stdout)
        self.assertIn("REFUSED by R-01", done.stdout)

    def test_test_explains_a_response_of_the_identity_provider(self):
        response, _ = self.caught_response(self.page())
        done = self.ctl("saml", "test", "--response", "-", text_input=response)
        for line in ("ok   S-05", "ok   A-09", "-    E-01", "would be           Alice <&> Ägent, agent",
                     "ACCEPTED"):
            self.assertIn(line, done.stdout)
        done = self.ctl("saml", "test", "--response", "-", "--in-response-to", "_other",
                        text_input=response, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("BAD  P-05", done.stdout)
        done = self.ctl("saml", "test", "--response", "-", "--at", "2030-01-01T00:00:00Z",
                        text_input=response, check=False)
        self.assertEqual((done.returncode, "BAD  P-01" in done.stdout), (1, True), done.stdout)

    def test_selftest_shows_attacks_on_a_response_of_the_identity_provider_refused(self):
        response, _ = self.caught_response(self.page())
        done = self.ctl("saml", "selftest", "--response", "-", text_input=response)
        lines = done.stdout.splitlines()
        self.assertEqual([line for line in lines[:-1] if not line.startswith("ok   ")], [])
        self.assertGreaterEqual(len(lines), 35)
        self.assertIn("ok   the signed assertion inside a forged one: refused by R-03", lines)
        self.assertRegex(lines[-1], r"^(\d+) of \1 attacks were refused$")
        done = self.ctl("saml", "selftest", "--response", "-", "--at", "2030-01-01T00:00:00Z",
                        text_input=response, check=False)
        self.assertEqual((done.returncode, "would show nothing" in done.stdout), (1, True))
        self.assertEqual(self.ctl("saml", "selftest", check=False).returncode, 2)


if __name__ == "__main__":
    functional.main()
