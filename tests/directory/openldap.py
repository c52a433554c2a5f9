"""A private slapd (OpenLDAP 2.5 of Debian 12) on free ports of 127.0.0.1."""
import datetime
import urllib.parse
import uuid

from leadkeep_demo.instance import fixed_port

from . import client, ldif
from .packages import require
from .people import GROUPS, State
from .server import DirectoryServer

SLAPD = "/usr/sbin/slapd"
BASE = "dc=example,dc=test"
ADMINISTRATOR, ADMINISTRATOR_PASSWORD = f"cn=admin,{BASE}", "administrator"
SERVICE = f"cn=leadkeep,ou=system,{BASE}"
POLICY = f"cn=default,ou=policies,{BASE}"

# The administrator comes by way of the Unix socket, whatever the certificate is just then. Without
# sync a killed slapd loses nothing, only a power cut would. dynlist answers with the groups that
# somebody is in by way of other groups as well.
CONFIGURATION = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/dyngroup.schema
pidfile {folder}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload dynlist
moduleload ppolicy
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
TLSVerifyClient never
security simple_bind=128
localSSF 256
sizelimit {size_limit}
{allow}
access to dn.base="" by * read

database mdb
suffix {base}
rootdn {administrator}
rootpw {administrator_password}
directory {folder}/db
dbnosync
index objectClass,uid,mail,member,entryUUID eq
access to attrs=userPassword by anonymous auth by self =w by * none
access to * by dn.exact={service} read by * none
overlay dynlist
dynlist-attrset groupOfURLs memberURL member+memberOf@groupOfNames*
overlay ppolicy
ppolicy_default {policy}
ppolicy_use_lockout
ppolicy_hash_cleartext
"""


def _time(when):
    return when.strftime("%Y%m%d%H%M%SZ")


class OpenLdap(DirectoryServer):
    """Refuses a plain simple bind; locks after `lockout_threshold` wrong passwords.

    `size_limit` is how many entries a search may yield. With `allow_bind_anon_dn` a bind with a DN
    and no password succeeds, as somebody anonymous, which a client may take for a log-in.
    """
    name = "ldap.example.test"
    base_dn = BASE
    service_dn = SERVICE
    login_attribute = "uid"

    def __init__(self, folder=None, certificates=None, *, lockout_threshold=5,
                 lockout_seconds=1800, size_limit="unlimited", allow_bind_anon_dn=False):
        require("slapd", "slapd", "ldap-utils")
        ports = {fixed_port()}
        while len(ports) < 2:
            ports.add(fixed_port())
        super().__init__("127.0.0.1", tuple(ports), folder, certificates)
        self._lockout_threshold = lockout_threshold
        self._lockout_seconds = lockout_seconds
        self._size_limit = size_limit
        self._allow = "allow bind_anon_dn" if allow_bind_anon_dn else ""
        self._socket = "ldapi://" + urllib.parse.quote(str(self.folder / "ldapi"), safe="")

    # -- life ----------------------------------------------------------------------------------

    def _make(self):
        (self.folder / "db").mkdir()

    def _command(self, certificate, key):
        configuration = self.folder / "slapd.conf"
        configuration.write_text(CONFIGURATION.format(
            folder=self.folder, certificate=certificate, key=key, size_limit=self._size_limit,
            allow=self._allow, base=BASE, administrator=ADMINISTRATOR,
            administrator_password=ADMINISTRATOR_PASSWORD, service=SERVICE, policy=POLICY))
        (self.folder / "slapd.pid").unlink(missing_ok=True)
        return [SLAPD, "-d", "0", "-f", str(configuration),
                "-h", f"{self.ldap_url} {self.ldaps_url} {self._socket}"]

    def _is_up(self):
        """slapd writes its process id once it has bound all its addresses."""
        try:
            return (self.folder / "slapd.pid").read_text().strip() == str(self.pid)
        except FileNotFoundError:
            return False

    def _fill(self):
        records = [ldif.add(BASE, {"objectClass": ["dcObject", "organization"], "o": ["Example"]})]
        records += [ldif.add(f"ou={unit},{BASE}", {"objectClass": ["organizationalUnit"]})
                    for unit in ("people", "groups", "policies", "system")]
        records += [
            ldif.add(SERVICE, {"objectClass": ["organizationalRole", "simpleSecurityObject"],
                               "userPassword": [self.service_password]}),
            ldif.add(POLICY, {
                "objectClass": ["device", "pwdPolicy"], "pwdAttribute": ["userPassword"],
                "pwdLockout": ["TRUE"], "pwdMaxFailure": [str(self._lockout_threshold)],
                "pwdLockoutDuration": [str(self._lockout_seconds)],
                "pwdMustChange": ["TRUE"], "pwdMaxAge": ["8640000"]})]
        records += [ldif.add(self.group_dn(group.name), {
            "objectClass": ["groupOfNames"], "member": [ADMINISTRATOR]}) for group in GROUPS]
        records += [self._member(self.group_dn(group.name), outer, "add")
                    for group in GROUPS for outer in group.within]
        # The same identifiers in every server, as if they were servers of one directory.
        records += [self._added(person, entryUUID=[str(uuid.uuid5(uuid.NAMESPACE_OID, username))])
                    for username, person in self.people.items()]
        self._change("".join(records))

    # -- people --------------------------------------------------------------------------------

    def can_have(self, person):
        return person.state is not State.OUTSIDE_HOURS

    def group_dn(self, group):
        return f"cn={ldif.escape_dn(group)},ou=groups,{BASE}"

    def identifier(self, username):
        return self.entry(username)["entryUUID"][0].decode()

    def _rdn(self, person):
        return f"uid={ldif.escape_dn(person.username)}"

    def _dn_of(self, person):
        return f"{self._rdn(person)},ou=people,{BASE}"

    def _names(self, person):
        return {"cn": [person.name], "sn": [person.name.split()[-1]]}

    def _person_attributes(self, person):
        return {"objectClass": ["inetOrgPerson"], "mail": [person.mail],
                "userPassword": [person.password], **self._names(person)}

    def _state_attributes(self, state):
        now = datetime.datetime.now(datetime.timezone.utc)
        long_ago = now - datetime.timedelta(days=1000)
        attributes = {"pwdAccountLockedTime": [], "pwdEndTime": [], "pwdReset": [],
                      "pwdFailureTime": [], "pwdChangedTime": [_time(now)]}
        attributes.update({
            State.ACTIVE: {},
            State.DISABLED: {"pwdAccountLockedTime": ["000001010000Z"]},
            State.ACCOUNT_EXPIRED: {"pwdEndTime": [_time(long_ago)]},
            State.PASSWORD_EXPIRED: {"pwdChangedTime": [_time(long_ago)]},
            State.MUST_CHANGE: {"pwdReset": ["TRUE"]},
            State.LOCKED: {"pwdAccountLockedTime": [_time(now)]},
        }[state])
        return attributes

    def _password_attributes(self, password):
        return {"userPassword": [password], "pwdReset": []}

    def _renamed(self, person, renamed):
        """slapd leaves the old name in the groups."""
        old, new = self._dn_of(person), self._dn_of(renamed)
        records = [ldif.rename(old, self._rdn(renamed)),
                   ldif.modify(new, self._names(renamed))]
        for group in person.groups:
            records += [self._member(old, group, "delete"), self._member(new, group, "add")]
        return "".join(records)

    # -- being the administrator ---------------------------------------------------------------

    def _as_administrator(self, command, *arguments, text_input=None):
        done = client.run(command, "-x", "-H", self._socket, "-D", ADMINISTRATOR,
                          "-w", ADMINISTRATOR_PASSWORD, *arguments, text_input=text_input)
        if done.returncode != 0:
            raise RuntimeError(f"{command}: {done.stderr.strip()}")
        return done.stdout

    def _change(self, changes):
        """Relaxed, the attributes that slapd keeps itself may be written as well."""
        self._as_administrator("ldapmodify", "-e", "relax", text_input=changes)

    def _find(self, query):
        return ldif.parse(self._as_administrator(
            "ldapsearch", "-LLL", "-o", "ldif_wrap=no", "-b", BASE, query, "*", "+", "memberOf"))
