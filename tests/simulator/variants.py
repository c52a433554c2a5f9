"""Ways in which a payload may differ from the textbook, applied before it is encoded and signed.

In: a webhook payload (a dict) and mode names. Out: a changed copy, then bytes.
A receiver must take all of these in its stride; only foreign_number is not meant for it.
"""

import copy
import random

import php_json

MODES = {
    "plain_utf8": "UTF-8 without any of Meta's escapes",
    "random_key_order": "the keys of every object in random order (option seed)",
    "unknown_fields": "keys nobody knows in every message, status, contact and value",
    "unknown_change": "one more change with a field nobody knows",
    "unknown_status": "the name of every status becomes one nobody knows",
    "unknown_type": "the type of every message becomes one nobody knows",
    "int_timestamps": "timestamps as numbers in place of strings",
    "millisecond_timestamps": "timestamps as strings of milliseconds",
    "string_numbers": "every other number (latitude, code, …) as a string",
    "empty_for_absent": "hidden phone numbers as empty strings in place of absent keys",
    "foreign_number": "the metadata names a phone number that is not ours",
}

FOREIGN_NUMBER = {"display_phone_number": "16315551181", "phone_number_id": "999999999999999"}

_FUTURE = {"since": "v99.0", "flags": [1, None, {"deep": [[]]}], "text": "\u00fc\U0001f9ea"}


def _values(payload: dict):
    for entry in payload.get("entry", []):
        for change in entry.get("changes", []):
            if isinstance(change.get("value"), dict):
                yield change["value"]


def _elements(payload: dict, *lists: str):
    for value in _values(payload):
        for name in lists:
            for element in value.get(name, []):
                if isinstance(element, dict):
                    yield element


def _numbers_to_strings(value):
    if isinstance(value, dict):
        return {key: _numbers_to_strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers_to_strings(item) for item in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value)
    return value


def apply(payload: dict, modes, seed: int | None = None) -> dict:
    if not modes:
        return payload
    payload = copy.deepcopy(payload)
    if "foreign_number" in modes:
        for value in _values(payload):
            value["metadata"] = dict(FOREIGN_NUMBER)
    if "unknown_status" in modes:
        for status in _elements(payload, "statuses"):
            status["status"] = "teleported"
    if "unknown_type" in modes:
        for message in _elements(payload, "messages"):
            content = message.pop(message.get("type", ""), None)
            message["type"] = "hologram"
            message["hologram"] = content if content is not None else {}
    if "string_numbers" in modes:
        payload = _numbers_to_strings(payload)
    for element in _elements(payload, "messages", "statuses"):
        stamp = str(element.get("timestamp", ""))
        if not stamp.isdigit():
            continue
        if "millisecond_timestamps" in modes:
            element["timestamp"] = stamp = stamp + "123"
        if "int_timestamps" in modes:
            element["timestamp"] = int(stamp)
    if "empty_for_absent" in modes:
        for contact in _elements(payload, "contacts"):
            contact.setdefault("wa_id", "")
        for message in _elements(payload, "messages"):
            message.setdefault("from", "")
        for status in _elements(payload, "statuses"):
            status.setdefault("recipient_id", "")
    if "unknown_fields" in modes:
        for value in _values(payload):
            value["x_future"] = copy.deepcopy(_FUTURE)
        for element in _elements(payload, "messages", "statuses", "contacts"):
            element["x_future"] = copy.deepcopy(_FUTURE)
    if "unknown_change" in modes:
        for entry in payload.get("entry", []):
            entry["changes"].insert(0, {"field": "telepathy", "value": copy.deepcopy(_FUTURE)})
    if "random_key_order" in modes:
        payload = php_json.shuffle_keys(payload, random.Random(seed))
    return payload


def encode(payload, modes) -> bytes:
    return (php_json.encode_plain_utf8 if "plain_utf8" in modes else php_json.encode)(payload)
