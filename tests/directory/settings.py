"""How a daemon is told of a directory of the tests."""
from .openldap import OpenLdap


def settings_for(directory, servers=None, **more):
    """What leadkeepd.conf says about a directory of the tests."""
    secret = directory.folder / "service-password"
    secret.touch(mode=0o600)
    secret.write_text(directory.service_password + "\n")
    return {
        "directory.kind": "openldap" if isinstance(directory, OpenLdap) else "active_directory",
        "directory.servers": ", ".join(servers or [directory.ldaps_url]),
        "directory.ca_file": directory.ca,
        "directory.bind_dn": directory.service_dn,
        "directory.bind_password_file": secret,
        "directory.user_base": directory.base_dn,
        "directory.group_base": directory.base_dn,
        "directory.agents": directory.group_dn("agents"),
        "directory.supervisors": directory.group_dn("supervisors"),
        "directory.admins": directory.group_dn("admins"),
        "directory.teams": f"night: {directory.group_dn('night-leads')}",
        "login.max_failures": 1000,
        **more}
