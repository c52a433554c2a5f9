"""Two doors, one account: people of the company's directory who come by way of an identity provider,
whatever is spoken there. The provider says who they are, and the directory says what they may, and for
how long."""
import functional
from directory import OpenLdap, Person, State, settings_for
from functional import until
from identity_provider import OpenIdProvider, SimpleSamlPhp
from oidc_instance import OidcTest
from saml_instance import SamlTest

NOBODY = "00000000-0000-4000-8000-000000000000"


class WithDirectory:
    """Of a test whose provider says `identifiers()`, and of groups what counts for nothing here."""

    @classmethod
    def prepare(cls):
        cls.directory = OpenLdap()
        cls.directory.start()
        cls.addClassCleanup(cls.directory.close)
        cls.directory.add(Person("weg", "Wega Weg", ("agents",)))
        cls.more = {**cls.said, **settings_for(cls.directory, **{"directory.recheck_seconds": 1})}
        super().prepare()

    @classmethod
    def identifiers(cls):
        """By name; nothing is somebody whom the provider does not name by the directory's id."""
        known = {name: str(cls.directory.identifier(name))
                 for name in ("anna", "sofia", "dora", "gast", "weg")}
        return {**known, "nobody": NOBODY, "nameless": None}

    def by_password(self, name):
        client = self.instance.api()
        self.addCleanup(client.close)
        answer = client.post("/v1/sessions", {
            "username": name, "password": self.directory.people[name].password})
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json["agent"]

    def test_one_person_is_one_agent_whatever_the_door(self):
        for name, role in (("anna", "agent"), ("sofia", "supervisor")):
            status, opened = self.sign_in(self.page(), name)
            self.assertEqual(status, 201, opened)
            self.assertEqual(opened["agent"], self.by_password(name))
            self.assertEqual(opened["agent"]["roles"], [role])
            self.assertEqual(opened["agent"]["display_name"], self.directory.people[name].name)

    def test_who_may_not_by_the_directorys_word_is_not_let_in(self):
        for name in ("dora", "gast", "nobody"):  # disabled, in no group, not there
            page = self.page()
            status, answer = self.sign_in(page, name)
            self.assertEqual((status, answer["code"]), (401, "unauthenticated"), name)

    def test_who_is_not_named_by_the_directorys_id_is_nobody(self):
        page = self.page()
        self.go_to_provider(page)
        self.type_in(page, "nameless")
        self.assertIn(self.answer_path, self.back_at_home(page))
        self.assertIn("reason=no_directory_id", self.log())

    def test_who_leaves_the_directory_is_out_soon_whatever_the_door(self):
        page = self.page()
        self.assertEqual(self.sign_in(page, "weg")[0], 201)
        self.assertEqual(page.call("GET", "/v1/session")[0], 200)
        self.directory.set_state("weg", State.DISABLED)
        until(lambda: page.call("GET", "/v1/session")[0] == 401, "the session has ended", 10)
        self.go_to_provider(page)  # which still knows her, and says so
        self.back_at_home(page)
        self.assertEqual(self.open_session(page)[0], 401)


class SamlWithDirectory(WithDirectory, SamlTest):
    answer_path = "/v1/saml/acs"
    said = {"saml.corp.directory_id_attribute": "entryUUID", "saml.corp.username_attribute": "",
            "saml.corp.name_attribute": "", "saml.corp.group_attribute": "", "saml.corp.agents": "",
            "saml.corp.supervisors": ""}

    @classmethod
    def make_provider(cls, *tls):
        people = {name: {"groups": ["bosses"], **({"entryUUID": identifier} if identifier else {})}
                  for name, identifier in cls.identifiers().items()}
        return SimpleSamlPhp(*tls, people=people)


class OidcWithDirectory(WithDirectory, OidcTest):
    answer_path = "/v1/oidc/callback/cloud"
    said = {"oidc.cloud.directory_id_claim": "directory_id", "oidc.cloud.agents": "",
            "oidc.cloud.supervisors": ""}

    @classmethod
    def make_provider(cls, *tls):
        people = {name: {"subject": f"u-{name}", "acr": "pwd",
                         "claims": {"preferred_username": "anna", "groups": ["bosses"],
                                    **({"directory_id": identifier} if identifier else {})}}
                  for name, identifier in cls.identifiers().items()}
        return OpenIdProvider(*tls, people=people)


if __name__ == "__main__":
    functional.main()
