"""What POST /{phone_number_id}/messages checks before it accepts a message.

In: the parsed JSON body. Out: nothing, or a GraphError: 100 for a parameter that is unsupported,
misspelt or too long, 131008 for one that is missing, 131009 for a value that cannot be.
Source: WhatsApp Cloud API, "Send messages" and the pages of the message types, "Error codes".
"""

import re

from graph_errors import GraphError
from world import BSUID

TYPES = ("audio", "contacts", "document", "image", "interactive", "location", "reaction",
         "sticker", "template", "text", "video")
MEDIA_TYPES = ("audio", "document", "image", "sticker", "video")
KNOWN_KEYS = frozenset(TYPES) | {
    "messaging_product", "recipient_type", "to", "recipient", "type", "context",
    "biz_opaque_callback_data", "recipient_identity_key_hash"}

_PHONE = re.compile(r"\+?[0-9][0-9 ()\-.]{4,30}")


def _missing(name: str) -> GraphError:
    return GraphError(131008, f"The parameter {name} is required.")


def _too_long(name: str, limit: int) -> GraphError:
    return GraphError(100, f"Param {name} must be at most {limit} characters long.",
                      message=f"(#100) Param {name} must be at most {limit} characters long.")


def _text(parent: dict, key: str, name: str, limit: int, *, required: bool = True) -> None:
    value = parent.get(key)
    if value is None or value == "":
        if required:
            raise _missing(name)
        return
    if not isinstance(value, str):
        raise GraphError(100, f"Param {name} must be a string.")
    if len(value) > limit:
        raise _too_long(name, limit)


def _object(parent: dict, key: str, name: str) -> dict:
    value = parent.get(key)
    if value is None:
        raise _missing(name)
    if not isinstance(value, dict):
        raise GraphError(100, f"Param {name} must be an object.")
    return value


def _list(parent: dict, key: str, name: str) -> list:
    value = parent.get(key)
    if value is None:
        raise _missing(name)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise GraphError(100, f"Param {name} must be an array of objects.")
    return value


def is_phone(value: str) -> bool:
    return _PHONE.fullmatch(value) is not None


def digits_of(value: str) -> str:
    return re.sub(r"[^0-9]", "", value)


def check(body) -> None:
    if not isinstance(body, dict):
        raise GraphError(100, "The body must be a JSON object.")
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.",
                         message="(#100) The parameter messaging_product is required.")
    unknown = sorted(set(body) - KNOWN_KEYS)
    if unknown:
        raise GraphError(100, f"Unexpected key \"{unknown[0]}\" on param.")
    if body.get("recipient_type", "individual") != "individual":
        raise GraphError(100, "Param recipient_type must be one of {individual, group}; the "
                              "simulator has no groups.")
    _check_recipient(body)
    _text(body, "biz_opaque_callback_data", "biz_opaque_callback_data", 512, required=False)
    if "context" in body:
        _text(_object(body, "context", "context"), "message_id", "context['message_id']", 1024)
    kind = body.get("type", "text")
    if kind not in TYPES:
        names = ", ".join(name.upper() for name in TYPES)
        raise GraphError(100, f"Param type must be one of {{{names}}} - got \"{kind}\".")
    if kind == "contacts":
        _check_contacts(_list(body, "contacts", "contacts"))
        return
    content = _object(body, kind, kind)
    if kind == "text":
        _text(content, "body", "text['body']", 4096)
    elif kind in MEDIA_TYPES:
        _check_media(content, kind)
    elif kind == "location":
        for key in ("latitude", "longitude"):
            if key not in content:
                raise _missing(f"location['{key}']")
    elif kind == "reaction":
        _text(content, "message_id", "reaction['message_id']", 1024)
        if not isinstance(content.get("emoji"), str):
            raise _missing("reaction['emoji']")
    elif kind == "interactive":
        _check_interactive(content)
    elif kind == "template":
        _text(content, "name", "template['name']", 512)
        _text(_object(content, "language", "template['language']"), "code",
              "template['language']['code']", 32)


def _check_recipient(body: dict) -> None:
    to, recipient = body.get("to"), body.get("recipient")
    if to in (None, "") and recipient in (None, ""):
        raise GraphError(131008, "The parameter to is required.")
    if to not in (None, ""):
        if not isinstance(to, str):
            raise GraphError(100, "Param to must be a string.")
        if not is_phone(to) and not BSUID.fullmatch(to):
            raise GraphError(131009, "Recipient phone number is not valid.")
    elif not isinstance(recipient, str) or not BSUID.fullmatch(recipient):
        raise GraphError(131009, "Param recipient is not a business-scoped user id.")


def _check_media(content: dict, kind: str) -> None:
    named = [key for key in ("id", "link") if content.get(key)]
    if len(named) != 1:
        raise GraphError(100, f"Exactly one of {kind}['id'] and {kind}['link'] is required.")
    if "caption" in content and kind in ("audio", "sticker"):
        raise GraphError(100, f"Unexpected key \"caption\" on param \"{kind}\".")
    _text(content, "caption", f"{kind}['caption']", 1024, required=False)


def _check_contacts(entries: list) -> None:
    if not entries:
        raise _missing("contacts")
    for entry in entries:
        name = _object(entry, "name", "contacts[]['name']")
        _text(name, "formatted_name", "contacts[]['name']['formatted_name']", 1024)


def _check_interactive(content: dict) -> None:
    kind = content.get("type")
    if not kind:
        raise _missing("interactive['type']")
    action = _object(content, "action", "interactive['action']")
    body = _object(content, "body", "interactive['body']")
    _text(body, "text", "interactive['body']['text']", 4096 if kind == "list" else 1024)
    if "footer" in content:
        _text(_object(content, "footer", "interactive['footer']"), "text",
              "interactive['footer']['text']", 60)
    if kind == "button":
        buttons = _list(action, "buttons", "interactive['action']['buttons']")
        if not 1 <= len(buttons) <= 3:
            raise GraphError(131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed "
                                     "buttons: 3")
        for button in buttons:
            reply = _object(button, "reply", "buttons[]['reply']")
            _text(reply, "id", "buttons[]['reply']['id']", 256)
            _text(reply, "title", "buttons[]['reply']['title']", 20)
    elif kind == "list":
        _text(action, "button", "interactive['action']['button']", 20)
        sections = _list(action, "sections", "interactive['action']['sections']")
        rows = [row for section in sections for row in _list(section, "rows", "sections[]['rows']")]
        if not 1 <= len(sections) <= 10 or not 1 <= len(rows) <= 10:
            raise GraphError(131009, "Total row count exceed max allowed count: 10")
        for row in rows:
            _text(row, "id", "rows[]['id']", 200)
            _text(row, "title", "rows[]['title']", 24)
            _text(row, "description", "rows[]['description']", 72, required=False)
