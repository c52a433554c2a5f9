"""Builders for what stands inside a webhook: ids, contacts, messages, statuses, the envelope.

Everything here is a plain dict in Meta's key order. A phone number that Meta hides is an absent
key, never null and never an empty string.
Source: WhatsApp Cloud API, webhooks reference: messages, status; business-scoped user ids.
"""

import base64
import secrets

from graph_errors import status_error

MAX_UPDATES_PER_POST = 1000
MAX_BYTES_PER_POST = 3 * 1024 * 1024


def wamid(address: str, direction: str) -> str:
    """A unique message id. Like a real one it is base64 of bytes with the address in clear ASCII:
    the digits of the phone number, or the BSUID where there is no number. Direction is "inbound"
    or "outbound"."""
    mark, digits = (b"\x12", 20) if direction == "inbound" else (b"\x11", 18)
    serial = secrets.token_hex(digits // 2).upper().encode()
    name = address.encode("ascii")
    raw = (b"\x1c\x18" + bytes([len(name)]) + name + b"\x15\x02\x00" + mark + b"\x18"
           + bytes([len(serial)]) + serial + b"\x00")
    return "wamid." + base64.b64encode(raw).decode()


def contact(customer, *, with_username: bool = True) -> dict:
    entry = {"profile": {}}
    if customer.name is not None:
        entry["profile"]["name"] = customer.name
    if customer.username and with_username:
        entry["profile"]["username"] = customer.username
    if customer.visible_wa_id:
        entry["wa_id"] = customer.wa_id
    if customer.user_id:
        entry["user_id"] = customer.user_id
    return entry


def message(customer, message_id: str, unix_time: int, kind: str, content: dict) -> dict:
    """One element of messages[]. The content holds the type's own object and whatever else belongs
    beside it (context, referral, errors)."""
    entry = {}
    if customer.visible_wa_id:
        entry["from"] = customer.wa_id
    if customer.user_id:
        entry["from_user_id"] = customer.user_id
    entry["id"] = message_id
    entry["timestamp"] = str(unix_time)
    entry["type"] = kind
    entry.update(content)
    return entry


def status(outbound: dict, customer, name: str, unix_time: int, *, pricing: dict | None = None,
           error_code: int | None = None) -> dict:
    """One element of statuses[] for a message from the journal."""
    entry = {"id": outbound["wamid"], "status": name, "timestamp": str(unix_time)}
    failed = name == "failed"
    if outbound["phone"]:
        entry["recipient_id"] = outbound["phone"]
    elif customer and customer.visible_wa_id and not failed:
        entry["recipient_id"] = customer.wa_id
    # A failed message names the user only in the way it was addressed.
    if failed:
        if not outbound["phone"] and outbound["recipient"]:
            entry["recipient_user_id"] = outbound["recipient"]
    elif customer and customer.user_id:
        entry["recipient_user_id"] = customer.user_id
    if outbound["callback_data"] is not None:
        entry["biz_opaque_callback_data"] = outbound["callback_data"]
    if pricing:
        entry["pricing"] = pricing
    if failed:
        entry["errors"] = [status_error(error_code or 131000)]
    return entry


def change(number, *, contacts=None, messages=None, statuses=None, errors=None) -> dict:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.display, "phone_number_id": number.id},
    }
    for key, items in (("contacts", contacts), ("messages", messages), ("statuses", statuses),
                       ("errors", errors)):
        if items:
            value[key] = items
    return {"value": value, "field": "messages"}


def envelope(waba_id: str, entries: list[list[dict]]) -> dict:
    """Entries is a list of lists of changes."""
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": waba_id, "changes": changes} for changes in entries],
    }
