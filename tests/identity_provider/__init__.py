"""Real identity providers on loopback, for tests."""
from .lemonldap import LemonLdap
from .simplesamlphp import SimpleSamlPhp

__all__ = ["LemonLdap", "SimpleSamlPhp"]
