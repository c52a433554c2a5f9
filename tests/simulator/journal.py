"""The record of everything that was sent to the daemon and accepted from it, in one order.

Every entry has a "seq" from one counter, so the lists can be merged into one time line.
"""

import datetime
import threading
import time


def utc_now() -> str:
    now = datetime.datetime.now(datetime.timezone.utc)
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Journal:
    def __init__(self):
        self.changed = threading.Condition(threading.RLock())
        self._seq = 0
        self.reset()

    def reset(self) -> None:
        with self.changed:
            self._inbound = {}
            self._outbound = {}
            self._deliveries = {}
            self._refused = []
            self._read_receipts = []
            self._accepted_per_callback_data = {}
            self.changed.notify_all()

    def _stamp(self, entry: dict) -> dict:
        self._seq += 1
        return {"seq": self._seq, "at": utc_now(), **entry}

    def add_inbound(self, wamid: str, **fields) -> None:
        with self.changed:
            entry = self._stamp({"wamid": wamid, **fields, "deliveries": []})
            self._inbound[wamid] = entry

    def add_delivery(self, delivery) -> None:
        """Takes a webhook_sender.Delivery and gives it its id and place in the order."""
        with self.changed:
            self._seq += 1
            delivery.seq, delivery.id, delivery.at = self._seq, f"d-{self._seq}", utc_now()
            self._deliveries[delivery.id] = delivery
            for wamid in delivery.wamids:
                entry = self._inbound.get(wamid)
                if entry is not None:
                    entry["deliveries"].append(delivery.id)
            self.changed.notify_all()

    def add_outbound(self, wamid: str, **fields) -> dict:
        with self.changed:
            data = fields.get("callback_data")
            if data is not None:
                counts = self._accepted_per_callback_data
                counts[data] = counts.get(data, 0) + 1
            entry = self._stamp({"wamid": wamid, **fields, "statuses": []})
            self._outbound[wamid] = entry
            self.changed.notify_all()
            return entry

    def note_status(self, wamid: str, name: str, error_code: int | None) -> None:
        with self.changed:
            entry = {"status": name, "at": utc_now()}
            if error_code is not None:
                entry["code"] = error_code
            self._outbound[wamid]["statuses"].append(entry)
            self.changed.notify_all()

    def add_refused(self, **fields) -> None:
        with self.changed:
            self._refused.append(self._stamp(fields))
            self.changed.notify_all()

    def add_read_receipt(self, **fields) -> None:
        with self.changed:
            self._read_receipts.append(self._stamp(fields))
            self.changed.notify_all()

    def inbound(self, wamid: str) -> dict | None:
        with self.changed:
            return self._inbound.get(wamid)

    def outbound(self, wamid: str) -> dict | None:
        with self.changed:
            return self._outbound.get(wamid)

    def unsettled_deliveries(self) -> list:
        with self.changed:
            return [d for d in self._deliveries.values() if not d.settled.is_set()]

    def wait_until(self, condition, seconds: float) -> bool:
        """The condition is called again after changes, with the lock held. A short pause between
        two calls keeps a waiting test from slowing down the load it waits for."""
        end = time.monotonic() + seconds
        while True:
            with self.changed:
                if condition():
                    return True
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self.changed.wait(left)
            time.sleep(0.005)

    def counts(self) -> dict:
        with self.changed:
            return {
                "inbound": len(self._inbound),
                "inbound_acknowledged": sum(1 for e in self._inbound.values() if self._acked(e)),
                "outbound": len(self._outbound),
                "outbound_distinct_callback_data": len(self._accepted_per_callback_data),
                "statuses": sum(len(e["statuses"]) for e in self._outbound.values()),
                "deliveries": len(self._deliveries),
                "deliveries_unsettled": len(self.unsettled_deliveries()),
                "read_receipts": len(self._read_receipts),
                "refused": len(self._refused),
            }

    def _acked(self, entry: dict) -> bool:
        return any(self._deliveries[d].state == "acknowledged" for d in entry["deliveries"])

    def as_json(self, since: int = 0) -> dict:
        """The entries with a seq above `since`, which are copies."""
        with self.changed:
            return {
                "last_seq": self._seq,
                "inbound": [{**e, "deliveries": list(e["deliveries"]),
                             "acknowledged": self._acked(e)}
                            for e in self._inbound.values() if e["seq"] > since],
                "outbound": [{**e, "statuses": list(e["statuses"])}
                             for e in self._outbound.values() if e["seq"] > since],
                "accepted_per_callback_data": dict(self._accepted_per_callback_data),
                "deliveries": [d.as_json() for d in self._deliveries.values() if d.seq > since],
                "read_receipts": [e for e in self._read_receipts if e["seq"] > since],
                "refused": [e for e in self._refused if e["seq"] > since],
            }
