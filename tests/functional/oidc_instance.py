"""A daemon beside a real OpenID provider (oidc-provider), and people who come by way of it in a real
browser."""
import functional
from functional import until
from identity_provider import OpenIdProvider
from provider_visit import Visit


class OidcTest(Visit, functional.FunctionalTest):
    agents = ()
    more = {}
    client_authentication = "private_key_jwt"
    log_in_path = "/v1/oidc/login"

    @classmethod
    def prepare(cls):
        ca = cls.instance.folder / "ca"
        cls.idp = cls.make_provider(ca / "daemon.pem", ca / "daemon.key", ca / "ca.pem")
        cls.addClassCleanup(cls.idp.close)
        cls.settings = {
            "oidc.keys": cls.instance.folder / "oidc-keys",
            "oidc.ca_file": ca / "ca.pem",
            "oidc.cloud.issuer": cls.idp.issuer,
            "oidc.cloud.client_id": "leadkeep",
            "oidc.cloud.agents": "leads",
            "oidc.cloud.supervisors": "bosses",
            "oidc.cloud.client_authentication": cls.client_authentication,
            "second_factor.required_for": "nobody",
            **cls.more,
        }
        cls.instance.write_config(cls.settings)
        cls.ctl("oidc", "rotate")

    @classmethod
    def make_provider(cls, *tls):
        return OpenIdProvider(*tls)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.idp.start(cls.client())

    @classmethod
    def home(cls):
        return f"https://localhost:{cls.instance.api_port}"

    @classmethod
    def client(cls, **more):
        home = cls.home()
        said = {"client_id": "leadkeep", "grant_types": ["authorization_code"],
                "response_types": ["code"],
                "redirect_uris": [home + "/v1/oidc/callback/cloud"],
                "post_logout_redirect_uris": [home + "/"],
                "backchannel_logout_uri": home + "/v1/oidc/logout/cloud",
                "backchannel_logout_session_required": True,
                "token_endpoint_auth_method": cls.client_authentication,
                "token_endpoint_auth_signing_alg": "RS256",
                "id_token_signed_response_alg": "RS256",
                "jwks_uri": home + "/v1/oidc/jwks", **more}
        return {name: value for name, value in said.items() if value is not None}

    @classmethod
    def signed_in(cls, username):
        """There is no local agent."""

    def is_signed_in(self, page):
        page.open()
        return page.call("GET", "/v1/session")[0] == 200

    def sign_out_there(self, page):
        """On the provider's own page, which asks once more."""
        page.browser.open(self.idp.issuer + "/session/end")
        until(lambda: page.browser.run("return !!document.querySelector('[name=logout]')"),
              "the provider's question")
        page.browser.run("document.querySelector('[name=logout]').click()")
        until(lambda: "success" in page.browser.url(), "the end of the session there")
