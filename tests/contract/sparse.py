"""Answers of which only some members were asked for: a parameter with `x-sparse` names them.

What was not asked for must not come, but the id; what was asked for must come if the schema requires it.
"""
import urllib.parse


def chosen_members(operation, target):
    """Those that the query of a request names; None where it names none."""
    names = {one["name"] for one in operation.parameters if one.get("x-sparse")}
    if not names:
        return None
    pairs = urllib.parse.parse_qsl(target.partition("?")[2], keep_blank_values=True)
    given = [value for name, value in pairs if name in names]
    return frozenset(given[0].split(",")) | {"id"} if given else None


def narrowed(schema, chosen):
    """Of a list its items are, of anything else it is itself."""
    members = schema.get("properties", {})
    if "items" in members:
        items = {**members["items"], "items": _only(members["items"]["items"], chosen)}
        return {**schema, "properties": {**members, "items": items}}
    return _only(schema, chosen)


def _only(schema, chosen):
    return {**schema,
            "properties": {name: part for name, part in schema["properties"].items() if name in chosen},
            "required": [name for name in schema.get("required", ()) if name in chosen]}
