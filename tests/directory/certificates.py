"""Certificates of a directory server: the one a client may trust, and three it must not."""
import enum
import pathlib

from leadkeep_demo import certificates


class CertificateKind(enum.Enum):
    GOOD = "good"
    WRONG_HOST = "wrong-host"
    EXPIRED = "expired"
    OTHER_AUTHORITY = "other-authority"


class Certificates:
    """Two authorities. Clients of the tests trust `ca`, the other one is a stranger to them."""

    def __init__(self, folder):
        self._trusted, self._stranger = pathlib.Path(folder) / "ca", pathlib.Path(folder) / "other"
        for authority in (self._trusted, self._stranger):
            certificates.make_authority(authority)
        self.ca = self._trusted / "ca.pem"

    def issue(self, kind, server, hosts, addresses):
        """The files of the certificate and of its key. A server that asks again gets the same."""
        authority = self._stranger if kind is CertificateKind.OTHER_AUTHORITY else self._trusted
        name = f"{server}-{kind.value}"
        if not (authority / f"{name}.pem").exists():
            if kind is CertificateKind.WRONG_HOST:
                hosts, addresses = ("wrong.example.test",), ()
            certificates.make_server_certificate(authority, name, hosts, addresses,
                                                 days=-1 if kind is CertificateKind.EXPIRED else 30)
        return authority / f"{name}.pem", authority / f"{name}.key"
