"""Real directory servers for the tests of the LDAP log-in, and peers that misbehave."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts" / "lib"))

from .certificates import CertificateKind, Certificates  # noqa: E402  (needs the path above)
from .child import CannotRun  # noqa: E402
from .openldap import OpenLdap  # noqa: E402
from .people import GROUPS, PEOPLE, Group, Person, State  # noqa: E402
from .samba_ad import SambaAd  # noqa: E402
from .settings import settings_for  # noqa: E402

__all__ = ["CannotRun", "CertificateKind", "Certificates", "GROUPS", "Group", "OpenLdap",
           "PEOPLE", "Person", "SambaAd", "State", "settings_for"]
