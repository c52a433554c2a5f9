"""JSON exactly as Meta puts it on the wire.

In: any value that json.dumps takes. Out: ASCII bytes (escaped form) or UTF-8 bytes (plain form).

Meta's servers escape in PHP's way: non-ASCII as \\uXXXX with lower-case hex digits (surrogate pairs
above U+FFFF), the slash as \\/, and < > % @ as \\u003C \\u003E \\u0025 \\u0040. The signature is
made over these bytes, so a receiver that parses, serialises again and then checks the signature
fails on the first "ö" or "@".
Source: WhatsApp Cloud API, webhooks, "Create a webhook endpoint"; Messenger Platform, webhooks.
"""

import json
import random

# None of these characters occurs in JSON outside a string, and json.dumps never puts one of them
# into an escape sequence, so replacing them in the finished text is safe.
_META_ESCAPES = (
    ("/", "\\/"),
    ("<", "\\u003C"),
    (">", "\\u003E"),
    ("%", "\\u0025"),
    ("@", "\\u0040"),
)


def encode(value) -> bytes:
    """The escaped form, which is what Meta sends."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for character, escape in _META_ESCAPES:
        text = text.replace(character, escape)
    return text.encode("ascii")


def encode_plain_utf8(value) -> bytes:
    """The same value without any of the escapes. A lone surrogate becomes '?'."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", errors="replace")


def shuffle_keys(value, rng: random.Random):
    """A copy of the value with the keys of every object in random order."""
    if isinstance(value, dict):
        keys = list(value)
        rng.shuffle(keys)
        return {key: shuffle_keys(value[key], rng) for key in keys}
    if isinstance(value, list):
        return [shuffle_keys(item, rng) for item in value]
    return value
