"""A daemon beside a real SAML identity provider, and people who come by way of it in a real browser."""
import functional
from functional import until
from identity_provider import SimpleSamlPhp
from identity_provider.simplesamlphp import fingerprint
from page_user import Page


class SamlTest(functional.FunctionalTest):
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
    def ctl(cls, *arguments, check=True, text_input=None):
        return cls.instance.ctl(*arguments, "--config", cls.instance.config, check=check,
                                text_input=text_input)

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

    @classmethod
    def restart(cls, **more):
        cls.instance.stop_daemon()
        cls.instance.write_config({**cls.settings, **more})
        cls.instance.start_daemon()

    def page(self):
        return self.enterContext(Page(self.instance))

    def go_to_provider(self, page):
        page.browser.open(f"https://localhost:{self.instance.api_port}/v1/saml/login")

    def type_in(self, page, name, password=None):
        """On the identity provider's page; what comes of it is a page of ours again."""
        until(lambda: page.browser.run("return !!document.querySelector('[name=password]')"),
              "the identity provider's page")
        page.browser.run(
            "document.querySelector(`[name=${args[2]}]`).value = args[0];"
            "document.querySelector('[name=password]').value = args[1];"
            "document.querySelector('[name=password]').form.submit()",
            name, password or self.idp.people[name], self.idp.username_field)

    def back_at_home(self, page):
        home = f"https://localhost:{self.instance.api_port}/"
        try:
            return until(lambda: page.browser.url().startswith(home) and page.browser.url(),
                         "a page of ours")
        except AssertionError:
            raise AssertionError(f"still at {page.browser.url()}: {page.browser.text()}") from None

    def sign_in(self, page, name, factor=None):
        self.go_to_provider(page)
        self.type_in(page, name)
        self.assertTrue(self.back_at_home(page).endswith("/"), page.browser.text())
        return self.open_session(page, factor)

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

    @staticmethod
    def open_session(page, factor=None):
        body = {"sign_on": True, "cookie": True}
        if factor:
            body["second_factor"] = factor
        return page.call("POST", "/v1/sessions", body)
