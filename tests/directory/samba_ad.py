"""A private Samba AD DC (4.17 of Debian 12) on a loopback address of its own.

Its ports cannot be chosen, so the address is. Making a domain takes seconds: it is done once in a
program, and every server starts from a copy. They are therefore servers of one domain, with the
same identifiers and passwords, but what changes at one of them does not reach the others.
"""
import atexit
import functools
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time

from . import ldif
from .people import GROUPS, NOT_IN_ACTIVE_DIRECTORY, State
from .samba_provision import SAMBA, provision, refuse_if_impossible, write_configuration
from .server import DirectoryServer

BASE = "DC=ad,DC=test"
DOMAIN = "ad.test"
USERS = f"CN=Users,{BASE}"
PORTS = (389, 636, 3268, 3269)  # LDAP, LDAPS, and the same for the global catalog

NORMAL_ACCOUNT, DISABLED_ACCOUNT, PASSWORD_NEVER_EXPIRES = 0x200, 0x202, 0x10200
NEVER = 2**63 - 1
# Lets ldbmodify, and nobody else, write when a password was set.
BYPASS_PASSWORD_LAST_SET = "local_oid:1.3.6.1.4.1.7165.4.3.20:0"


def _time(seconds):
    """Active Directory counts tenths of microseconds since 1601."""
    return str(int((seconds + 11644473600) * 10**7))


def free_address():
    """One of 127.0.0.0/8 on which nobody has the ports; the kernel gives it to nobody else."""
    for _ in range(100):
        address = f"127.{random.randint(1, 254)}.{random.randint(0, 255)}.{random.randint(1, 254)}"
        try:
            for port in PORTS:
                with socket.socket() as probe:
                    probe.bind((address, port))
            return address
        except OSError:
            continue
    raise RuntimeError("no free address")


class SambaAd(DirectoryServer):
    """Refuses a plain simple bind; locks after `lockout_threshold` wrong passwords. One binds as
    the DN, name@ad.test or AD\\name. `catalog_url` is the global catalog."""
    name = f"dc1.{DOMAIN}"
    base_dn = BASE
    service_dn = f"CN=leadkeep,{USERS}"
    login_attribute = "sAMAccountName"

    def __init__(self, folder=None, certificates=None, *, lockout_threshold=5,
                 lockout_seconds=1800):
        refuse_if_impossible()
        super().__init__(free_address(), PORTS, folder, certificates)
        self.catalog_url = f"ldaps://{self.host}:{PORTS[3]}"
        self._domain = self.folder / "domain"
        self._lockout = (lockout_threshold, lockout_seconds)

    # -- life ----------------------------------------------------------------------------------

    @staticmethod
    @functools.cache
    def _template():
        """A domain with its people, removed when the program ends."""
        folder = tempfile.mkdtemp(prefix="leadkeep-directory-template-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        first = SambaAd(folder)
        first._domain.mkdir()
        provision(first._domain)
        first._fill_domain()
        return first

    def _make(self):
        template = self._template()
        shutil.copytree(template._domain, self._domain)
        if self._lockout != template._lockout:
            self._change(self._lockout_policy())

    def _lockout_policy(self):
        threshold, seconds = self._lockout
        time_span = str(-seconds * 10**7)
        return ldif.modify(BASE, {"lockoutThreshold": [str(threshold)],
                                  "lockoutDuration": [time_span],
                                  "lockOutObservationWindow": [time_span]})

    def _command(self, certificate, key):
        file = write_configuration(self._domain, self.host, self.ca, certificate, key)
        return [SAMBA, "--interactive", "--model", "single", "--configfile", str(file),
                "--debug-stdout", "--debuglevel", "1"]

    def _fill_domain(self):
        records = [self._lockout_policy(), ldif.add(self.service_dn, {
            "objectClass": ["user"], "sAMAccountName": ["leadkeep"],
            "userAccountControl": [str(PASSWORD_NEVER_EXPIRES)],
            **self._password_attributes(self.service_password)})]
        records += [ldif.add(self.group_dn(group.name), {"objectClass": ["group"]})
                    for group in GROUPS]
        records += [self._member(self.group_dn(group.name), outer, "add")
                    for group in GROUPS for outer in group.within]
        records += [self._added(person) for person in self.people.values()]
        self._change("".join(records))

    # -- people --------------------------------------------------------------------------------

    def can_have(self, person):
        return NOT_IN_ACTIVE_DIRECTORY.isdisjoint(person.username)

    def group_dn(self, group):
        return f"CN={ldif.escape_dn(group)},{USERS}"

    def user_principal_name(self, username):
        return f"{username}@{DOMAIN}"

    def identifier(self, username):
        return self.entry(username)["objectGUID"][0].decode()

    def _rdn(self, person):
        return f"CN={ldif.escape_dn(person.name)}"

    def _dn_of(self, person):
        return f"{self._rdn(person)},{USERS}"

    def _names(self, person):
        return {"sAMAccountName": [person.username], "displayName": [person.name],
                "userPrincipalName": [self.user_principal_name(person.username)]}

    def _person_attributes(self, person):
        return {"objectClass": ["user"], "mail": [person.mail],
                "userAccountControl": [str(NORMAL_ACCOUNT)],
                **self._names(person), **self._password_attributes(person.password)}

    def _state_attributes(self, state):
        attributes = {"userAccountControl": [str(NORMAL_ACCOUNT)], "accountExpires": [str(NEVER)],
                      "pwdLastSet": [_time(time.time())], "logonHours": [], "lockoutTime": ["0"]}
        long_ago = _time(time.time() - 1000 * 86400)
        attributes.update({
            State.ACTIVE: {},
            State.DISABLED: {"userAccountControl": [str(DISABLED_ACCOUNT)]},
            State.ACCOUNT_EXPIRED: {"accountExpires": [long_ago]},
            State.PASSWORD_EXPIRED: {"pwdLastSet": [long_ago]},
            State.MUST_CHANGE: {"pwdLastSet": ["0"]},
            State.LOCKED: {"lockoutTime": [_time(time.time())]},
            State.OUTSIDE_HOURS: {"logonHours": [bytes(21)]},
        }[state])
        return attributes

    def _password_attributes(self, password):
        return {"unicodePwd": [f'"{password}"'.encode("utf-16-le")],
                "pwdLastSet": [_time(time.time())]}

    def _renamed(self, person, renamed):
        new = self._dn_of(renamed)
        return (ldif.rename(self._dn_of(person), self._rdn(renamed))
                + ldif.modify(new, self._names(renamed)))

    # -- being the administrator ---------------------------------------------------------------

    def _as_system(self, command, *arguments, text_input=None):
        """On the files, which works whether the server runs or not."""
        done = subprocess.run(
            [command, "-H", str(self._domain / "private" / "sam.ldb"), *arguments],
            input=text_input, capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "SMB_CONF_PATH": str(self._domain / "etc" / "smb.conf")})
        if done.returncode != 0:
            raise RuntimeError(f"{command}: {done.stderr.strip()}")
        return done.stdout

    def _change(self, changes):
        self._as_system("ldbmodify", f"--controls={BYPASS_PASSWORD_LAST_SET}", text_input=changes)

    def _find(self, query):
        return ldif.parse(self._as_system("ldbsearch", "-b", BASE, query))
