"""Faults of the Graph side, each armed for the next N calls of POST …/messages.

One call takes at most one fault of each group, the one armed first. A fault of the group "refuse"
is taken alone, because a refused message has no answer to lose and no statuses.
"""

import threading

# name -> (group, what it does)
FAULTS = {
    "drop_before_accept": ("refuse", "the connection closes without an answer; nothing accepted"),
    "error_500": ("refuse", "HTTP 500, code 131000 without error_data; nothing accepted"),
    "html_502": ("refuse", "HTTP 502 with an HTML page; nothing accepted"),
    "rate_limit": ("refuse", 'code 130429 (or "code": 131056, …); nothing accepted'),
    "token_expired": ("refuse", "HTTP 401, code 190, subcode 463"),
    "window_error_sync": ("refuse", "code 131047 as the direct answer"),
    "drop_after_accept": ("answer", "accepted, statuses come; the connection closes unanswered"),
    "error_500_after_accept": ("answer", "accepted, statuses come; HTTP 500, code 131000"),
    "html_502_after_accept": ("answer", "accepted, statuses come; HTTP 502 with an HTML page"),
    "truncated_json": ("answer", "accepted, statuses come; HTTP 200 with half the JSON"),
    "no_statuses": ("statuses", "accepted; no status ever comes"),
    "status_before_answer": ("statuses", "the first status is delivered before the answer"),
    "no_delivered": ("statuses", '"delivered" is left out, as when the chat is open'),
    "slow": ("time", 'the answer comes "ms" milliseconds late (default 1000)'),
}


class Faults:
    def __init__(self):
        self._lock = threading.Lock()
        self._armed = []

    def arm(self, name: str, count: int = 1, **details) -> None:
        """Raises ValueError."""
        if name not in FAULTS:
            raise ValueError(f"unknown fault {name}; faults: {', '.join(FAULTS)}")
        if count < 1:
            raise ValueError("count must be at least 1")
        with self._lock:
            self._armed.append({"fault": name, "count": count, **details})

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def as_json(self) -> list:
        with self._lock:
            return [dict(fault) for fault in self._armed]

    def take(self) -> dict:
        """The faults for one call: {name: details}."""
        with self._lock:
            chosen = {}
            for fault in self._armed:
                chosen.setdefault(FAULTS[fault["fault"]][0], fault)
            if "refuse" in chosen:
                chosen = {"refuse": chosen["refuse"]}
            for fault in chosen.values():
                fault["count"] -= 1
            taken = {fault["fault"]: dict(fault) for fault in chosen.values()}
            self._armed = [fault for fault in self._armed if fault["count"] > 0]
            return taken
