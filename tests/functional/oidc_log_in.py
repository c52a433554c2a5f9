"""Agents who come by way of a real OpenID provider (oidc-provider), in a real browser: log-in, roles,
step-up, second factor, changes of keys on both sides, logout from both sides, a client that shows a
certificate, and what must not work."""
import hashlib
import ssl
import subprocess

import functional
from functional import until
from identity_provider.openid_provider import make_key
from oidc_instance import OidcTest
from provider_impostor import Impostor
from provider_visit import LogInTests


class OidcLogIn(LogInTests, OidcTest):
    answer_path = "/v1/oidc/callback/cloud"

    def test_who_is_refused_there_is_refused_here(self):
        page = self.page()
        self.go_to_provider(page)
        self.type_in(page, "alice", "wrong")
        self.assertIn("/v1/oidc/callback/cloud", self.back_at_home(page))
        self.assertIn("reason=oidc_provider_refused", self.log())

    def test_the_same_answer_again_is_refused_also_in_another_browser(self):
        page = self.page()
        self.assertEqual(self.sign_in(page, "alice")[0], 201)  # so that the provider knows her
        page.browser.open(self.idp.issuer + "/.well-known/openid-configuration")
        known = "; ".join(f"{one['name']}={one['value']}" for one in page.browser.cookies())
        client = self.instance.api()
        self.addCleanup(client.close)
        departure = client.get("/v1/oidc/login")
        asked = {"Cookie": departure.headers["Set-Cookie"].partition(";")[0]}
        answer = self.idp.location(departure.headers["Location"], known)
        path = answer.removeprefix(self.home())
        self.assertTrue(path.startswith("/v1/oidc/callback/cloud?code="), path.partition("=")[0])
        self.assertEqual(client.get(path).status, 401)
        self.assertIn("reason=oidc_browser", self.log())
        self.assertEqual(client.get(path, headers=asked).status, 303)
        self.assertEqual(client.get(path, headers=asked).status, 401)
        self.assertIn("reason=oidc_replayed", self.log())

    def test_nothing_of_the_code_or_the_token_is_in_the_log(self):
        page = self.page()
        self.assertEqual(self.sign_in(page, "alice")[0], 201)
        log = self.log()
        for word in ("alice", "code=", "eyJ"):
            self.assertNotIn(word, log)

    def test_step_up_asks_the_person_again(self):
        page = self.page()
        self.assertEqual(self.sign_in(page, "bob")[0], 201)
        before = page.cookies()["__Host-session"]["value"]
        status, departure = page.call("POST", "/v1/session/step-up/oidc")
        self.assertEqual(status, 200, departure)
        page.browser.open(departure["location"])
        self.type_in(page, "bob")  # although the provider knows him
        self.back_at_home(page)
        status, opened = page.call("POST", "/v1/session/step-up", {"sign_on": True})
        self.assertEqual(status, 201, opened)
        self.assertNotEqual(page.cookies()["__Host-session"]["value"], before)

    def test_nobody_steps_up_as_somebody_else(self):
        page = self.page()
        self.assertEqual(self.sign_in(page, "bob")[0], 201)
        page.browser.open(page.call("POST", "/v1/session/step-up/oidc")[1]["location"])
        self.type_in(page, "alice")
        self.back_at_home(page)
        # This provider ends Bob's session there as Alice's begins, and tells us.
        status, answer = page.call("POST", "/v1/session/step-up", {"sign_on": True})
        self.assertIn((status, answer["code"]), ((401, "unauthenticated"), (403, "proof_refused")))

    def test_the_providers_second_factor_counts_where_it_is_named(self):
        self.restart(**{"oidc.cloud.second_factor_values": "mfa",
                        "second_factor.required_for": "agent, supervisor"})
        self.addCleanup(self.restart)
        self.assertEqual(self.sign_in(self.page(), "bob")[1]["assurance"],
                         "identity_provider")
        self.assertEqual(self.sign_in(self.page(), "alice")[1]["assurance"], "enrolment_only")


class OidcLogout(OidcTest):
    def test_who_signs_out_there_is_signed_out_here(self):
        page, elsewhere = self.page(), self.page()
        for one in (page, elsewhere):
            self.assertEqual(self.sign_in(one, "alice")[0], 201)
        def sessions():
            return len(elsewhere.call("GET", "/v1/sessions")[1]["items"])

        before = sessions()
        self.sign_out_there(page)
        until(lambda: sessions() == before - 1, "the sign-out")
        self.assertFalse(self.is_signed_in(page))
        self.assertTrue(self.is_signed_in(elsewhere), "by another session there")

    def test_who_signs_out_here_is_sent_to_sign_out_there(self):
        page = self.page()
        self.assertEqual(self.sign_in(page, "alice")[0], 201)
        status, answer = page.call("POST", "/v1/session/logout/oidc")
        self.assertEqual(status, 200, answer)
        self.assertFalse(self.is_signed_in(page), "whatever the provider does")
        page.browser.open(answer["location"])
        until(lambda: page.browser.run("return !!document.querySelector('[name=logout]')"),
              "the provider's question")
        page.browser.run("document.querySelector('[name=logout]').click()")
        self.assertTrue(self.back_at_home(page).endswith("/"), page.browser.text())
        self.go_to_provider(page)
        until(lambda: page.browser.run("return !!document.querySelector('[name=password]')"),
              "the provider's question")

    def test_a_message_that_no_provider_has_signed_ends_nothing(self):
        page = self.page()
        self.assertEqual(self.sign_in(page, "alice")[0], 201)
        client = self.instance.api()
        self.addCleanup(client.close)
        for body in ("logout_token=", "logout_token=e30.e30.AA", "other=1"):
            answer = client.request("POST", "/v1/oidc/logout/cloud", body.encode(), headers={
                "Content-Type": "application/x-www-form-urlencoded"})
            self.assertEqual(answer.status, 400, body)
        self.assertTrue(self.is_signed_in(page))


class OidcKeys(OidcTest):
    def test_the_provider_may_change_its_key_and_its_algorithm(self):
        page = self.page()
        self.assertEqual(self.sign_in(page, "alice")[0], 201)
        self.idp.keys = [make_key("rsa", "two"), make_key("ec", "three"), make_key("ed25519", "four")]
        for algorithm in ("PS256", "ES256", "EdDSA"):
            self.idp.restart(self.client(id_token_signed_response_alg=algorithm))
            self.go_to_provider(page)
            self.type_in(page, "alice")  # whom the provider then knows
            # The keys are read anew ten seconds after the last time at the soonest.
            until(lambda: self.is_let_in(page), f"the key for {algorithm} to be read", pause=1)
            self.assertEqual(self.open_session(page)[0], 201)

    def is_let_in(self, page):
        if "/v1/oidc/callback" not in self.back_at_home(page):
            return True
        self.assertIn("OIDC_PROVIDER_FAULT", self.log())
        self.go_to_provider(page)
        return False

    def test_we_may_change_ours(self):
        first = self.ctl("oidc", "show").stdout
        self.assertIn("which publishes it", self.ctl("oidc", "rotate").stdout)
        self.restart()
        self.idp.restart(self.client())  # reads both
        self.assertEqual(self.sign_in(self.page(), "alice")[0], 201)
        self.assertIn("is that of now", self.ctl("oidc", "rotate").stdout)
        self.restart()
        self.assertEqual(self.sign_in(self.page(), "alice")[0], 201)
        self.assertNotEqual(self.ctl("oidc", "show").stdout, first)


class OidcCertificate(OidcTest):
    client_authentication = "tls_client_auth"

    @classmethod
    def client(cls, **more):
        return super().client(tls_client_auth_subject_dn="CN=localhost", jwks_uri=None,
                              token_endpoint_auth_signing_alg=None, **more)

    def our_fingerprint(self):
        pem = (self.instance.folder / "oidc-keys" / "client.pem").read_text()
        pem = pem[pem.index("-----BEGIN CERTIFICATE"):]
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()

    def test_a_client_may_show_a_certificate_in_place_of_a_signature(self):
        self.assertIn("BAD  client", self.ctl("oidc", "test", check=False).stdout)
        page = self.page()
        self.go_to_provider(page)
        self.type_in(page, "alice")
        self.assertIn("callback", self.back_at_home(page))
        self.assertIn("OIDC_PROVIDER_FAULT", self.log())
        self.idp.trust_certificate(self.our_fingerprint())
        self.idp.restart(self.client())
        self.assertIn("ok   client", self.ctl("oidc", "test").stdout)
        self.assertEqual(self.sign_in(self.page(), "alice")[0], 201)


class OidcCommands(OidcTest):
    def test_show_says_what_the_provider_has_to_know(self):
        shown = self.ctl("oidc", "show").stdout
        for path in ("/v1/oidc/callback/cloud", "/v1/oidc/jwks", "/v1/oidc/logout/cloud"):
            self.assertIn(self.home() + path, shown)
        self.assertIn(self.idp.issuer, shown)

    def test_test_says_whether_the_provider_knows_us(self):
        good = self.ctl("oidc", "test", "cloud")
        self.assertIn("ok   client", good.stdout)
        self.idp.restart(self.client(client_id="somebody-else"))
        self.addCleanup(self.idp.restart, self.client())
        bad = self.ctl("oidc", "test", check=False)
        self.assertEqual(bad.returncode, 1, bad.stdout)
        self.assertIn("BAD  client", bad.stdout)
        self.assertIn("invalid_client", bad.stdout)

    def test_add_reads_the_provider_before_it_writes(self):
        config = self.instance.folder / "new.conf"
        text = self.instance.config.read_text()
        without = "".join(line for line in text.splitlines(keepends=True)
                          if not line.startswith("cloud."))
        config.write_text(without)
        wrong = self.instance.ctl("oidc", "add", "cloud", self.idp.issuer + "/other", "leadkeep",
                                  "--config", config, check=False)
        self.assertEqual(wrong.returncode, 1, wrong.stdout)
        self.assertEqual(config.read_text(), without)
        added = self.instance.ctl("oidc", "add", "cloud", self.idp.issuer, "leadkeep",
                                  "--config", config)
        self.assertIn("/v1/oidc/callback/cloud", added.stdout)
        self.assertIn(f"[oidc.cloud]\nissuer = {self.idp.issuer}\nclient_id = leadkeep\n",
                      config.read_text())
        again = self.instance.ctl("oidc", "add", "cloud", self.idp.issuer, "leadkeep",
                                  "--config", config, check=False)
        self.assertEqual(again.returncode, 2)

    def test_a_provider_that_another_authority_vouches_for_is_not_believed(self):
        certificate, key = (self.instance.folder / name for name in ("other.pem", "other.key"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
                        "-subj", "/CN=other", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        config = self.instance.folder / "other.conf"
        text = self.instance.config.read_text()
        config.write_text(text.replace(f"ca_file = {self.instance.ca}\nc", f"ca_file = {certificate}\nc"))
        self.assertNotEqual(config.read_text(), text)
        bad = self.instance.ctl("oidc", "test", "--config", config, check=False)
        self.assertEqual(bad.returncode, 1, bad.stdout)
        self.assertIn("its certificate is not trusted", bad.stdout)

    def test_an_answer_that_leads_elsewhere_or_has_no_end_is_none(self):
        """Nothing follows a redirect, and nothing is read for ever."""
        ca = self.instance.folder / "ca"
        with Impostor(ca / "daemon.pem", ca / "daemon.key", self.idp.issuer) as impostor:
            config = self.instance.folder / "impostor.conf"
            for path, said in (("redirect", "status 302"), ("endless", "the answer is too large")):
                config.write_text(self.instance.config.read_text().replace(
                    self.idp.issuer, f"https://localhost:{impostor.port}/{path}"))
                bad = self.instance.ctl("oidc", "test", "--config", config, check=False)
                self.assertEqual(bad.returncode, 1, bad.stdout)
                self.assertIn(said, bad.stdout)

    def test_a_provider_that_is_down_keeps_nobody_from_starting(self):
        self.restart(**{"oidc.cloud.issuer": "https://127.0.0.1:9"})
        self.addCleanup(self.restart)
        client = self.instance.api()
        self.addCleanup(client.close)
        self.assertEqual(client.get("/v1/oidc/login").status, 503)
        self.assertEqual(client.get("/v1/oidc/jwks").status, 200)
        bad = self.ctl("oidc", "test", check=False)
        self.assertEqual(bad.returncode, 1)
        self.assertIn("BAD  metadata", bad.stdout)


if __name__ == "__main__":
    functional.main()
