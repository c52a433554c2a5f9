"""What every directory server of the tests has in common: its life, and the people in it."""
import dataclasses
import pathlib
import shutil
import socket
import tempfile

from . import ldif
from .certificates import CertificateKind, Certificates
from .child import Child
from .people import PEOPLE, Person, State


class DirectoryServer:
    """Runs in a `with` statement, or from start() to close(). Between them stop() and kill() leave
    the data and the addresses as they are for the next start().

    A folder that is given is the caller's to remove. Servers that the same client is to trust are
    given the same Certificates.
    """
    name = ""        # the host name in the good certificate, beside its addresses
    base_dn = ""
    service_dn = ""  # may read everything but passwords, and change nothing
    login_attribute = ""
    service_password = "Read-0nly-Account"

    def __init__(self, host, ports, folder=None, certificates=None):
        self._is_temporary = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="leadkeep-directory-"))
        self.certificates = certificates or Certificates(self.folder / "tls")
        self.ca = self.certificates.ca
        self.host = host
        self._ports = ports
        self.ldap_port, self.ldaps_port = ports[:2]
        self.ldap_url = f"ldap://{host}:{self.ldap_port}"
        self.ldaps_url = f"ldaps://{host}:{self.ldaps_port}"
        self.log = self.folder / "server.log"
        self.people = {person.username: dataclasses.replace(person) for person in PEOPLE
                       if self.can_have(person)}
        self._kind = CertificateKind.GOOD
        self._is_made = False
        self._child = Child(type(self).__name__, self.log)

    # -- what the kinds of servers differ in ---------------------------------------------------

    def can_have(self, person):
        raise NotImplementedError

    def _make(self):
        """What is there before the first start."""

    def _fill(self):
        """What comes after it."""

    def _command(self, certificate, key):
        """Writes the configuration and yields the command line."""
        raise NotImplementedError

    def _is_up(self):
        """Whether our program has its ports, and not somebody else."""
        return True

    def _change(self, changes):
        raise NotImplementedError

    def _find(self, query):
        """The entries with all attributes, as the administrator sees them."""
        raise NotImplementedError

    def _dn_of(self, person):
        raise NotImplementedError

    def _person_attributes(self, person):
        raise NotImplementedError

    def _state_attributes(self, state):
        """All that make up a state, also those that must go."""
        raise NotImplementedError

    def _password_attributes(self, password):
        raise NotImplementedError

    # -- life ----------------------------------------------------------------------------------

    def start(self):
        if not self._is_made:
            self._make()
        files = self.certificates.issue(self._kind, self.host, (self.name,),
                                        {self.host, "127.0.0.1"})
        self._child.start(self._command(*files), self._is_ready)
        if not self._is_made:
            self._fill()
            self._is_made = True

    def stop(self):
        self._child.stop()

    def kill(self):
        self._child.kill()

    def close(self):
        self.stop()
        if self._is_temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def pid(self):
        """None while it does not run."""
        return self._child.pid

    def use_certificate(self, kind):
        """From the next start on, which follows at once if the server runs."""
        if kind is self._kind:
            return
        self._kind = kind
        if self.pid:
            self.stop()
            self.start()

    def _is_ready(self):
        if not self._is_up():
            return False
        for port in self._ports:
            with socket.socket() as probe:
                if probe.connect_ex((self.host, port)) != 0:
                    return False
        return True

    # -- people --------------------------------------------------------------------------------

    def dn(self, username):
        return self._dn_of(self.people[username])

    def group_dn(self, group):
        raise NotImplementedError

    def entry(self, username):
        """{attribute: [bytes, …]}, or None."""
        found = self._find(f"({self.login_attribute}={ldif.escape_filter(username)})")
        return found[0] if found else None

    def identifier(self, username):
        """The UUID that outlasts every change of the entry."""
        raise NotImplementedError

    def add(self, person: Person):
        self._change(self._added(person))
        self.people[person.username] = dataclasses.replace(person)

    def _added(self, person, **more):
        dn = self._dn_of(person)
        records = [ldif.add(dn, {**self._person_attributes(person), **more})]
        records += [self._member(dn, group, "add") for group in person.groups]
        if person.state is not State.ACTIVE:
            records.append(ldif.modify(dn, self._state_attributes(person.state)))
        return "".join(records)

    def _member(self, dn, group, how):
        return ldif.modify(self.group_dn(group), {"member": [dn]}, how)

    def remove(self, username):
        dn = self.dn(username)
        self._change("".join(self._member(dn, group, "delete")
                             for group in self.people[username].groups) + ldif.delete(dn))
        del self.people[username]

    def set_password(self, username, password):
        self._change(ldif.modify(self.dn(username), self._password_attributes(password)))
        self.people[username].password = password

    def set_state(self, username, state):
        self._change(ldif.modify(self.dn(username), self._state_attributes(state)))
        self.people[username].state = state

    def set_attributes(self, username, attributes):
        """{name: values}; no values remove the attribute."""
        self._change(ldif.modify(self.dn(username), attributes))

    def join(self, username, group):
        self._change(self._member(self.dn(username), group, "add"))
        person = self.people[username]
        person.groups = (*person.groups, group)

    def leave(self, username, group):
        self._change(self._member(self.dn(username), group, "delete"))
        person = self.people[username]
        person.groups = tuple(name for name in person.groups if name != group)

    def rename(self, username, new_username, new_name):
        """Another DN, the same identifier, password, groups and mail address."""
        person = self.people.pop(username)
        renamed = dataclasses.replace(person, username=new_username, name=new_name)
        self._change(self._renamed(person, renamed))
        self.people[new_username] = renamed

    def _renamed(self, person, renamed):
        raise NotImplementedError
