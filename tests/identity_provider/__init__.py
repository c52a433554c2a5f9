"""Real identity providers on loopback, for tests."""
from .simplesamlphp import SimpleSamlPhp

__all__ = ["SimpleSamlPhp"]
