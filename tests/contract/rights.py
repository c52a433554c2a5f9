"""Who may do what, said a second time: by what the documentation says of roles, scopes and x-access.

docs/clients.md has the scopes, modules/identity/include/leadkeep/identity/policy.h the roles in words.
"""
READERS = frozenset(("agent", "supervisor"))
ADMINS = frozenset(("admin",))
OFFICERS = frozenset(("privacy_officer",))
# What a lead is, without what was written.
KEEPERS = READERS | OFFICERS

# x-access that is an action: the roles that have it, and the scope that the client needs.
ACTIONS = {
    "read_inbox": (READERS, "conversations:read"),
    "read_conversation": (READERS, "conversations:read"),
    "read_lead": (KEEPERS, "leads:read"),
    "write_lead": (KEEPERS, "leads:write"),
    "reveal": (frozenset(("supervisor",)), "leads:reveal"),
    "erase": (OFFICERS, "leads:erase"),
    "hold": (OFFICERS, "leads:erase"),
    "read_audit": (frozenset(("auditor",)), "audit:read"),
    "reply": (READERS, "messages:send"),
    "write_note": (READERS, "conversations:write"),
    "change_conversation": (READERS, "conversations:write"),
    "assign_others": (frozenset(("supervisor",)), "conversations:write"),
    "read_consents": (KEEPERS, "consents:read"),
    "record_consent": (KEEPERS, "consents:write"),
    "follow_events": (READERS, "events:read"),
    "list_agents": (KEEPERS | ADMINS, "agents:read"),
    "list_accounts": (ADMINS, "administration"),
    "manage_agents": (ADMINS | {"break_glass"}, "administration"),
    "list_clients": (ADMINS, "administration"),
    "manage_clients": (ADMINS, "administration"),
}
# For whom no program has to be approved.
OPEN = frozenset(("public", "local_network"))
CLIENTS = frozenset(("client", "local_client"))
# Record classes that are masked, and the operation whose answer may hold them in clear.
CONTACT_DATA = frozenset(("phone_numbers", "email_addresses", "whatsapp_ids"))
REVEALS = "revealIdentifiers"


def is_known(access):
    return access in OPEN or access in CLIENTS or access == "session" or access in ACTIONS


def may(access, client, role):
    """Whether an answer of success may be given at all. `role` is None where nobody is signed in."""
    if access in OPEN:
        return True
    if not client.is_approved:
        return False
    if access in CLIENTS:
        return True
    if access == "session":
        return role is not None
    roles, scope = ACTIONS[access]
    if role is None:
        return scope in client.own_scopes
    return role in roles and scope in client.scopes


def may_see(record_class, client, role, reveals=False):
    """Whether a value of this class may be seen in clear. `reveals`: in a body that REVEALS answers."""
    if not client.is_approved or record_class not in client.record_classes:
        return False
    if record_class in CONTACT_DATA:
        return reveals and role == "supervisor" and "leads:reveal" in client.scopes
    if role is None:
        return record_class in ("names", "texts") and bool(client.own_scopes)
    return role in {"names": KEEPERS, "texts": READERS}.get(record_class, ())
