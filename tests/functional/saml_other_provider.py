"""Another identity provider of another code base (LemonLDAP::NG), by both bindings of our request."""
import functional
from identity_provider import LemonLdap
from saml_instance import SamlTest


class SamlOtherProvider(SamlTest):
    provider = LemonLdap
    more = {"saml.corp.agents": "timelords", "saml.corp.supervisors": "earthlings"}

    def assert_signs_in(self, name, *roles):
        status, opened = self.sign_in(self.page(), name)
        self.assertEqual(status, 201, opened)
        self.assertEqual((opened["agent"]["username"], opened["agent"]["roles"]), (name, [*roles]))
        return opened["agent"]["id"]

    def test_people_sign_in_by_redirect_and_are_known_again(self):
        agent = self.assert_signs_in("dwho", "agent")
        self.assertEqual(self.assert_signs_in("dwho", "agent"), agent)
        self.assertNotEqual(self.assert_signs_in("rtyler", "supervisor"), agent)

    def test_a_request_is_posted_from_a_page_of_ours(self):
        self.restart(**{"saml.corp.binding": "post"})
        self.addCleanup(self.restart)
        self.assert_signs_in("rtyler", "supervisor")

    def test_a_wrong_password_stays_over_there(self):
        page = self.page()
        self.go_to_provider(page)
        self.type_in(page, "dwho", "wrong")
        self.assertNotIn("localhost:" + str(self.instance.api_port), page.browser.url())


if __name__ == "__main__":
    functional.main()
