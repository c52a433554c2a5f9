"""A client of the directory servers: Debian's ldap-utils.

The commands read no configuration of the machine or of its user, check certificates and host names,
and wait for an address no longer than a few seconds.
"""
import os
import re
import subprocess
import typing

from . import ldif

UNREACHABLE = -1     # nobody there, the connection broke, or the TLS of LDAPS failed
CONNECT_ERROR = -11  # the TLS of StartTLS failed


class Answer(typing.NamedTuple):
    code: int  # RFC 4511, or one of those above
    text: str
    entries: list


def run(command, *arguments, text_input=None):
    return subprocess.run([command, *arguments], input=text_input, capture_output=True, text=True,
                          timeout=60, check=False, env={**os.environ, "LDAPNOINIT": "1"})


def _answer(done):
    """The exit status is not the code where no connection came about."""
    failed = re.search(r"^ldap_\w+(?:\(SIMPLE\))?: .*\((-?[1-9]\d*)\)", done.stderr, re.M)
    return Answer(int(failed[1]) if failed else done.returncode, done.stderr,
                  ldif.parse(done.stdout))


class Client:
    """Trusts the server's authority. `start_tls` is required, "tried" (and not insisted on) or
    None for what the URL says."""

    def __init__(self, server, url=None, start_tls=None):
        self._base = server.base_dn
        self._options = ["-x", "-H", url or (server.ldap_url if start_tls else server.ldaps_url),
                         "-e", "ppolicy", "-o", "nettimeout=5", "-o", f"TLS_CACERT={server.ca}",
                         "-o", "TLS_REQCERT=demand",
                         *{None: (), "tried": ("-Z",), "required": ("-ZZ",)}[start_tls]]

    def bind(self, dn, password):
        """Binds, and reads the root entry, which everybody may."""
        return self.search(dn, password, "(objectClass=*)", base="", scope="base")

    def search(self, dn, password, query, *attributes, base=None, scope="sub"):
        return _answer(run("ldapsearch", "-LLL", "-o", "ldif_wrap=no", *self._options,
                           "-D", dn, "-w", password, "-s", scope,
                           "-b", self._base if base is None else base, query, *attributes))

    def change(self, dn, password, changes):
        return _answer(run("ldapmodify", *self._options, "-D", dn, "-w", password,
                           text_input=changes))

    def who_am_i(self, dn, password):
        """What the server says: "dn:…", "anonymous", or why not."""
        done = run("ldapwhoami", *self._options, "-D", dn, "-w", password)
        return done.stdout.strip() or done.stderr.strip()
