"""The X-Hub-Signature-256 header, and every way to get it wrong.

In: body bytes and a list of mode names. Out: the headers and the body to send.
The header is "sha256=" and the lower-case hex HMAC-SHA256 of the body under the app secret.
Source: WhatsApp Cloud API, webhooks, "Create a webhook endpoint".
"""

import hashlib
import hmac

HEADER = "X-Hub-Signature-256"

# name -> what it does; the control API shows this table in its errors.
MODES = {
    "previous_secret": "signed with --previous-app-secret-file",
    "wrong_signature": "signed with a secret that nobody has",
    "missing_signature": "no signature header",
    "upper_hex": "right signature, hex digits in upper case",
    "short_signature": "right signature without its last two digits",
    "no_prefix": "right signature without sha256=",
    "sha1_only": "only the old X-Hub-Signature: sha1=…",
    "body_changed": "one byte of the body is changed after signing",
}

# A sender that knows its signature is bad has nothing to gain from retries.
HOSTILE = frozenset(MODES) - {"previous_secret"}


def hex_hmac(secret: bytes, body: bytes) -> str:
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def change_one_byte(body: bytes) -> bytes:
    """The last digit becomes another digit, so that the body stays valid JSON."""
    changed = bytearray(body)
    for at in range(len(changed) - 1, -1, -1):
        if 0x30 <= changed[at] <= 0x39:
            changed[at] = 0x30 + (changed[at] - 0x30 + 1) % 10
            return bytes(changed)
    if not changed:
        return b"0"
    changed[-1] ^= 1
    return bytes(changed)


class Signer:
    def __init__(self, secret: bytes, previous_secret: bytes | None = None):
        self._secret = secret
        self._previous = previous_secret

    def sign(self, body: bytes, modes=()) -> tuple[dict, bytes]:
        """Raises ValueError for previous_secret when there is none."""
        secret = self._secret
        if "previous_secret" in modes:
            if self._previous is None:
                raise ValueError("previous_secret needs --previous-app-secret-file")
            secret = self._previous
        if "wrong_signature" in modes:
            secret = b"not the app secret " + secret
        digest = hex_hmac(secret, body)
        if "upper_hex" in modes:
            digest = digest.upper()
        if "short_signature" in modes:
            digest = digest[:-2]
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua",
                   "Accept": "*/*"}
        if "sha1_only" in modes:
            old = hmac.new(secret, body, hashlib.sha1).hexdigest()
            headers["X-Hub-Signature"] = "sha1=" + old
        elif "missing_signature" not in modes:
            headers[HEADER] = digest if "no_prefix" in modes else "sha256=" + digest
        if "body_changed" in modes:
            body = change_one_byte(body)
        return headers, body
