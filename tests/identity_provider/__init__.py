"""Real identity providers on loopback, for tests."""
from .lemonldap import LemonLdap
from .openid_provider import OpenIdProvider
from .simplesamlphp import SimpleSamlPhp

__all__ = ["LemonLdap", "OpenIdProvider", "SimpleSamlPhp"]
