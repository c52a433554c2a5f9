"""Schemas of the document, compiled once, and what they find in words without any value.

An answer is held to *closed* schemas: a member that the schema does not name is a mismatch, unless the
schema says `additionalProperties` itself. A schema that names no member at all stays open: the document
uses it for documents of others (a JWK set, its own text, an empty object).
"""
import base64
import binascii
import datetime
import re
import sys
import urllib.parse

try:
    import jsonschema
except ModuleNotFoundError:  # another Python than Debian's does not see Debian's packages
    sys.path.append("/usr/lib/python3/dist-packages")
    import jsonschema

# "RFC 3339, UTC, milliseconds"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_ONE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
_SEVERAL = ("oneOf", "anyOf", "allOf", "prefixItems")


def _is_time(text):
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return False
    return True


def _is_uri(text):
    try:
        parts = urllib.parse.urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and not re.search(r"[^!-~]", text)


def _is_base64(text):
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_reference(text):
    return _is_uri(text) or (bool(text) and _is_uri("https://host" + text))


FORMATS = {"date-time": _is_time, "uri": _is_uri, "uri-reference": _is_reference,
           "byte": _is_base64}
_checker = jsonschema.FormatChecker(formats=())
for _name, _holds in FORMATS.items():
    _checker.checks(_name)(lambda value, holds=_holds: not isinstance(value, str) or holds(value))


def is_schema(schema):
    """What compiles may still be none, and then it would find nothing."""
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError:
        return False
    return True


def parts_of(schema):
    """Every schema in it, itself first."""
    if not isinstance(schema, dict):
        return
    yield schema
    for name in _ONE:
        yield from parts_of(schema.get(name))
    for name in _SEVERAL:
        for part in schema.get(name, ()):
            yield from parts_of(part)
    for part in schema.get("properties", {}).values():
        yield from parts_of(part)


def closed(schema):
    if not isinstance(schema, dict):
        return schema
    copy = dict(schema)
    for name in _ONE:
        if name in copy:
            copy[name] = closed(copy[name])
    for name in _SEVERAL:
        if name in copy:
            copy[name] = [closed(part) for part in copy[name]]
    if "properties" in copy:
        copy["properties"] = {name: closed(part) for name, part in copy["properties"].items()}
        copy.setdefault("additionalProperties", False)
    return copy


def _encoding(_, coding, value, __):
    """For the library it is a remark only."""
    if coding == "base64" and isinstance(value, str) and not _is_base64(value):
        yield jsonschema.ValidationError("")


_Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator,
                                          {"contentEncoding": _encoding})


class Schema:
    def __init__(self, schema):
        self._validator = _Validator(schema, format_checker=_checker)

    def mismatches(self, value):
        """Sentences, each once."""
        return sorted({_sentence(error) for error in self._validator.iter_errors(value)})


def _sentence(error):
    # Of several forms that do not fit, what the nearest one lacks says more than that none fits.
    while error.context:
        near = [one for one in error.context if one.validator != "type" or one.path]
        if not near:
            break
        error = max(near, key=lambda one: len(one.absolute_path))
    # Names of members are the document's; numbers say which item.
    where = ".".join(map(str, error.absolute_path)) or "the body"
    keyword, wanted = error.validator, error.validator_value
    if keyword == "required":
        missing = [name for name in wanted if name not in error.instance]
        return f"{where} lacks {' and '.join(missing)}"
    if keyword == "additionalProperties":
        unknown = sorted(set(error.instance) - set(error.schema.get("properties", {})))
        return f"{where} has members that the schema does not name: {', '.join(unknown)}"
    if keyword == "type":
        return f"{where} is not of type {wanted if isinstance(wanted, str) else ' or '.join(wanted)}"
    if keyword in ("enum", "const"):
        return f"{where} is none of the values that the schema names"
    if keyword in ("format", "contentEncoding"):
        return f"{where} is no {wanted}"
    return f"{where} does not keep to {keyword}"
