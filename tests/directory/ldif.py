"""LDIF (RFC 2849), written and read.

Every value is written in base64, so that none has to be looked at for characters that need it.
"""
import base64
import re


def escape_dn(value):
    """RFC 4514. Leading and trailing spaces are nobody's name here."""
    return re.sub(r'([\\,+"<>;=#])', r"\\\1", value)


def escape_filter(value):
    """RFC 4515."""
    return re.sub(r"[\\*()\0]", lambda special: f"\\{ord(special[0]):02x}", value)


def _line(name, value):
    data = value if isinstance(value, bytes) else value.encode()
    return f"{name}:: {base64.b64encode(data).decode()}\n"


def _lines(attributes):
    return "".join(_line(name, value) for name, values in attributes.items() for value in values)


def add(dn, attributes):
    return _line("dn", dn) + "changetype: add\n" + _lines(attributes) + "\n"


def modify(dn, attributes, how="replace"):
    """`how` is replace, add or delete. Replaced by no values, an attribute is gone."""
    parts = [f"{how}: {name}\n" + _lines({name: values}) for name, values in attributes.items()]
    return _line("dn", dn) + "changetype: modify\n" + "-\n".join(parts) + "\n"


def rename(dn, rdn):
    return (_line("dn", dn) + "changetype: modrdn\n" + _line("newrdn", rdn)
            + "deleteoldrdn: 1\n\n")


def delete(dn):
    return _line("dn", dn) + "changetype: delete\n\n"


def parse(text):
    """A list of entries, {"dn": [b"…"], attribute: [values]}, without comments and referrals."""
    entries = []
    for block in re.sub(r"\n ", "", text).split("\n\n"):
        entry = {}
        for line in block.splitlines():
            match = re.fullmatch(r"([\w;.*-]+):(:?) ?(.*)", line)
            if match:
                name, encoded, value = match.groups()
                data = base64.b64decode(value) if encoded else value.encode()
                entry.setdefault(name, []).append(data)
        if "dn" in entry:
            entries.append(entry)
    return entries
