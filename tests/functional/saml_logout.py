"""Single logout with two identity providers of different code bases, in a real browser."""
import functional
from functional import until
from identity_provider import LemonLdap
from saml_instance import SamlTest


class LogoutTests:
    person = None

    def is_signed_in(self, page):
        page.open()
        return page.call("GET", "/v1/session")[0] == 200

    def assert_is_asked_again(self, page):
        self.go_to_provider(page)
        until(lambda: page.browser.run("return !!document.querySelector('[name=password]')"),
              "the identity provider's question")

    def signed_in_page(self):
        page = self.page()
        status, opened = self.sign_in(page, self.person)
        self.assertEqual(status, 201, opened)
        return page

    def test_who_signs_out_here_is_signed_out_there(self):
        page = self.signed_in_page()
        status, answer = page.call("POST", "/v1/session/logout/saml")
        self.assertEqual(status, 200, answer)
        self.assertFalse(self.is_signed_in(page), "whatever the identity provider does")
        page.browser.open(answer["location"])
        self.assertTrue(self.back_at_home(page).endswith("/"), page.browser.text())
        self.assert_is_asked_again(page)

    def test_who_signs_out_there_is_signed_out_here(self):
        page, elsewhere = self.signed_in_page(), self.signed_in_page()
        page.browser.open(self.idp.logout_address(self.home()))
        until(lambda: len(elsewhere.call("GET", "/v1/sessions")[1]["items"]) == 1, "the sign-out")
        self.assertFalse(self.is_signed_in(page))
        self.assertTrue(self.is_signed_in(elsewhere), "by another session there")

    def home(self):
        return f"https://localhost:{self.instance.api_port}/"


class LogoutAtSimpleSamlPhp(LogoutTests, SamlTest):
    person = "alice"

    def test_a_message_that_nobody_has_signed_ends_nothing(self):
        page = self.signed_in_page()
        location = page.call("POST", "/v1/session/logout/saml")[1]["location"]
        client = self.instance.api()
        self.addCleanup(client.close)
        for query in ("", "SAMLRequest=eA%3d%3d", location.partition("?")[2]):
            answer = client.get("/v1/saml/logout?" + query)
            self.assertEqual(answer.status, 401, query)
            self.assertIn("reason=L-02", self.log())


class LogoutAtLemonLdap(LogoutTests, SamlTest):
    provider = LemonLdap
    person = "dwho"
    more = {"saml.corp.agents": "timelords", "saml.corp.supervisors": "earthlings"}


if __name__ == "__main__":
    functional.main()
