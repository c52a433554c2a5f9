"""Makes the domain of a Samba AD DC (4.17 of Debian 12) in a folder."""
import os
import pathlib
import shutil
import subprocess

from .child import CannotRun
from .packages import require

SAMBA = "/usr/sbin/samba"
REALM = "AD.TEST"
WORKGROUP = "AD"

PACKAGES = ("samba", "samba-ad-provision", "samba-dsdb-modules", "samba-vfs-modules", "ldb-tools")


def refuse_if_impossible():
    require("a Samba AD DC", *PACKAGES)
    if os.geteuid() != 0:
        raise CannotRun("a Samba AD DC cannot run: only root can start it, because its ports, such "
                        "as 389 and 636, cannot be changed")


def provision(folder: pathlib.Path):
    """Takes seconds. The access rights of files go into a database, because extended attributes
    need a capability that root may lack in a container; an empty configuration stands in for that
    of the machine."""
    empty = folder / "empty.conf"
    empty.touch()
    done = subprocess.run(
        ["/usr/bin/samba-tool", "domain", "provision", "--configfile", str(empty),
         "--targetdir", str(folder), "--realm", REALM, "--domain", WORKGROUP,
         "--server-role", "dc", "--dns-backend", "NONE", "--host-name", "dc1",
         "--host-ip", "127.0.0.1", "--option", "interfaces=127.0.0.1/8",
         "--option", "bind interfaces only=yes", "--option", "ldb:nosync=true",
         "--option", f"posix:eadb={folder}/private/eadb.tdb"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=300, check=False)
    if done.returncode != 0:
        raise CannotRun(f"samba-tool domain provision failed:\n{done.stdout[-2000:]}")
    shutil.rmtree(folder / "state" / "sysvol")  # for file servers


def write_configuration(folder, address, authority, certificate, key):
    """Nothing but LDAP: no file server, no Kerberos, no DNS. Yields the name of the file."""
    file = folder / "etc" / "smb.conf"
    file.write_text(f"""\
[global]
netbios name = DC1
realm = {REALM}
workgroup = {WORKGROUP}
server role = active directory domain controller
server services = ldap
interfaces = {address}/8
bind interfaces only = yes
private dir = {folder}/private
state directory = {folder}/state
cache directory = {folder}/cache
lock directory = {folder}
pid directory = {folder}/run
ncalrpc dir = {folder}/run/ncalrpc
winbindd socket directory = {folder}/run/winbindd
ntp signd socket directory = {folder}/run/ntp
binddns dir = {folder}/bind-dns
tls certfile = {certificate}
tls keyfile = {key}
tls cafile = {authority}
""")
    return file
