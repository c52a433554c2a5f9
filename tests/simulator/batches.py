"""Puts many updates into few webhook payloads, in each layout Meta may choose.

In: updates in order. Out: payloads of at most 1000 updates each.
Source: WhatsApp Cloud API, webhooks, "Overview" (batching).
"""

import dataclasses
import random

import payloads

LAYOUTS = ("together", "changes", "entries", "mixed")
ORDERS = ("given", "reversed", "shuffled")


@dataclasses.dataclass
class Update:
    """One message, one status, or a raw change ({"field":…,"value":…})."""
    kind: str  # "message", "status" or "change"
    number: object
    element: object
    contact: dict | None = None
    wamid: str | None = None


def _changes(updates: list[Update]) -> list[dict]:
    """As few changes as possible: one for the messages and one for the statuses of each number."""
    changes = []
    groups = {}
    for update in updates:
        if update.kind == "change":
            changes.append(update.element)
            continue
        group = groups.setdefault((update.number.id, update.kind), [])
        group.append(update)
    for (_, kind), members in groups.items():
        contacts = []
        seen = set()
        for member in members:
            key = repr(member.contact)
            if member.contact is not None and key not in seen:
                seen.add(key)
                contacts.append(member.contact)
        elements = [member.element for member in members]
        changes.append(payloads.change(
            members[0].number, contacts=contacts,
            messages=elements if kind == "message" else None,
            statuses=elements if kind == "status" else None))
    return changes


def _entries(updates: list[Update], layout: str, rng: random.Random) -> list[list[dict]]:
    if layout == "together":
        return [_changes(updates)]
    if layout == "changes":
        return [[change for update in updates for change in _changes([update])]]
    if layout == "entries":
        return [_changes([update]) for update in updates]
    entries = []
    rest = list(updates)
    while rest:
        size = rng.randint(1, max(1, min(len(rest), 8)))
        group, rest = rest[:size], rest[size:]
        if rng.random() < 0.5:
            entries.append(_changes(group))
        else:
            entries.append([change for update in group for change in _changes([update])])
    return entries


def arrange(updates: list[Update], order: str, rng: random.Random) -> list[Update]:
    if order == "reversed":
        return updates[::-1]
    if order == "shuffled":
        return rng.sample(updates, len(updates))
    return list(updates)


def build(waba_id: str, updates: list[Update], *, per_post: int, layout: str = "together",
          rng: random.Random | None = None) -> list[tuple[dict, list[str]]]:
    """Returns (payload, wamids in it) for each POST. Raises ValueError."""
    if not 1 <= per_post <= payloads.MAX_UPDATES_PER_POST:
        raise ValueError(f"per_post must be 1 to {payloads.MAX_UPDATES_PER_POST}")
    if layout not in LAYOUTS:
        raise ValueError(f"layout must be one of {', '.join(LAYOUTS)}")
    rng = rng or random.Random()
    posts = []
    for start in range(0, len(updates), per_post):
        part = updates[start:start + per_post]
        wamids = [update.wamid for update in part if update.wamid]
        posts.append((payloads.envelope(waba_id, _entries(part, layout, rng)), wamids))
    return posts
