"""A daemon beside a real SAML identity provider, and people who come by way of it in a real browser."""
import functional
from functional import until
from identity_provider import SimpleSamlPhp
from identity_provider.simplesamlphp import fingerprint
from provider_visit import Visit


class SamlTest(Visit, functional.FunctionalTest):
    log_in_path = "/v1/saml/login"
    agents = ()
    provider = SimpleSamlPhp
    more = {}

    @classmethod
    def prepare(cls):
        ca = cls.instance.folder / "ca"
        cls.idp = cls.make_provider(ca / "daemon.pem", ca / "daemon.key")
        cls.addClassCleanup(cls.idp.close)
        cls.idp.start()
        cls.metadata = cls.instance.folder / "idp.xml"
        cls.take_metadata()
        cls.instance.write_config(cls.settings)
        cls.ctl("saml", "rotate")

    @classmethod
    def make_provider(cls, *tls):
        return cls.provider(*tls)

    @classmethod
    def take_metadata(cls):
        xml = cls.idp.metadata()
        cls.metadata.write_bytes(xml)
        cls.settings = {
            "saml.keys": cls.instance.folder / "saml-keys",
            "saml.corp.metadata": cls.metadata,
            "saml.corp.metadata_sha256": fingerprint(xml),
            "saml.corp.username_attribute": "uid",
            "saml.corp.name_attribute": "displayName",
            "saml.corp.group_attribute": "groups",
            "saml.corp.agents": "leads",
            "saml.corp.supervisors": "bosses",
            **cls.more,
        }

    @classmethod
    def signed_in(cls, username):
        """There is no local agent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.trust()

    @classmethod
    def trust(cls, **options):
        client = cls.instance.api()
        answer = client.get("/v1/saml/metadata")
        client.close()
        if answer.status != 200:
            raise AssertionError(answer.body)
        cls.idp.trust(answer.body, **options)

    def caught_response(self, page):
        """What the identity provider posts for alice, taken out of the browser before it is sent."""
        page.browser.devtools("Network.enable")
        page.browser.devtools("Network.setBlockedURLs", urls=["*/post.js*"])  # which posts it
        self.go_to_provider(page)
        self.type_in(page, "alice")
        posted = until(lambda: page.browser.run(
            "const values = ['SAMLResponse', 'RelayState'].map("
            "  (name) => document.querySelector(`[name=${name}]`)?.value);"
            "return values[0] && values"), "the response")
        page.browser.devtools("Network.setBlockedURLs", urls=[])
        return posted
