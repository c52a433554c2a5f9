"""The people outside: customers, our numbers, the 24-hour window, the buckets of the rate limits.

The simulated clock is the system's clock plus an offset that only the control API moves. Windows
and buckets run on it; the timestamps in webhooks do not, so moving it shows the daemon a Meta that
believes the window closed while the daemon still believes it open.
Source: WhatsApp Cloud API, "Send messages" (service window), "About the platform" (limits).
"""

import dataclasses
import re
import secrets
import threading
import time

WINDOW_SECONDS = 24 * 3600
PAIR_BURST = 45
PAIR_SECONDS_PER_MESSAGE = 6.0

BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")

_COUNTRY_OF_PREFIX = {"49": "DE", "43": "AT", "41": "CH", "44": "GB", "33": "FR", "39": "IT",
                      "34": "ES", "55": "BR", "52": "MX", "54": "AR", "91": "IN", "1": "US"}


@dataclasses.dataclass(frozen=True)
class Number:
    """One of our business numbers. Display is digits without +."""
    id: str
    display: str


@dataclasses.dataclass
class Customer:
    id: str
    wa_id: str | None
    user_id: str | None
    name: str | None
    username: str | None = None
    hide_phone: bool = False      # adopted a username: the phone vanishes from webhooks
    on_whatsapp: bool = True      # False: sends end as failed 131026
    blocks_us: bool = False       # messages stay at "sent"
    blocked_by_us: bool = False   # sends are refused with 130403
    reads: bool = True            # False: no "read" status
    marketing_stopped: bool = False  # marketing templates end as failed 131050

    @property
    def visible_wa_id(self) -> str | None:
        return None if self.hide_phone else self.wa_id

    @property
    def address(self) -> str:
        """What a wamid carries: the digits, or the BSUID where no number is shown."""
        return self.visible_wa_id or self.user_id or self.wa_id

    def as_json(self) -> dict:
        fields = dataclasses.asdict(self)
        return {"customer": fields.pop("id"), **fields}


class Bucket:
    """A token bucket on the simulated clock."""

    def __init__(self, capacity: float, per_second: float, now: float):
        self._capacity, self._per_second = capacity, per_second
        self._level, self._at = capacity, now

    def take(self, now: float) -> bool:
        self._level = min(self._capacity, self._level + (now - self._at) * self._per_second)
        self._at = now
        if self._level < 1.0:
            return False
        self._level -= 1.0
        return True


class World:
    _CHANGEABLE = {"wa_id": (str, type(None)), "user_id": (str, type(None)),
                   "name": (str, type(None)), "username": (str, type(None)), "hide_phone": bool,
                   "on_whatsapp": bool, "blocks_us": bool, "blocked_by_us": bool, "reads": bool,
                   "marketing_stopped": bool}

    def __init__(self, waba_id: str, numbers: list[Number], settings):
        self.waba_id = waba_id
        self.numbers = {number.id: number for number in numbers}
        self.default_number = numbers[0]
        self.settings = settings
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        with self.lock:
            self.offset = 0.0
            self.customers = {}
            self.templates = {("hello_world", "en_US"): {"category": "utility", "parameters": 0}}
            self._made = 0
            self._by_alias = {}
            self._windows = {}
            self._pairs = {}
            self._throughput = {}
            self._service_messages = {}

    # The clock.

    def now(self) -> float:
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        with self.lock:
            self.offset += seconds

    # Customers.

    def add_customer(self, fields: dict) -> Customer:
        """Without the key user_id a BSUID is made up, as every user has one since April 2026.
        Raises ValueError."""
        fields = dict(fields)
        if fields.get("wa_id") and "user_id" not in fields:
            digits = str(fields["wa_id"]).lstrip("+")
            country = next((code for prefix, code in _COUNTRY_OF_PREFIX.items()
                            if digits.startswith(prefix)), "US")
            serial = str(secrets.randbelow(9 * 10**19) + 10**19)
            fields["user_id"] = f"{country}.{serial}"
        with self.lock:
            customer = Customer(f"customer-{self._made + 1}", None, None, None)
            self._change(customer, fields)
            self._made += 1
            self.customers[customer.id] = customer
            return customer

    def change_customer(self, customer: Customer, fields: dict) -> None:
        with self.lock:
            self._change(customer, fields)

    def _change(self, customer: Customer, fields: dict) -> None:
        changed = dataclasses.replace(customer)
        for name, value in fields.items():
            if name not in self._CHANGEABLE:
                raise ValueError(f"unknown field of a customer: {name}")
            if not isinstance(value, self._CHANGEABLE[name]):
                raise ValueError(f"wrong type for {name}")
            setattr(changed, name, value)
        if changed.wa_id is not None:
            changed.wa_id = changed.wa_id.lstrip("+")
            if not re.fullmatch(r"[0-9]{5,20}", changed.wa_id):
                raise ValueError("wa_id must be digits, with or without +")
        if changed.user_id is not None and not BSUID.fullmatch(changed.user_id):
            raise ValueError("user_id must look like DE.1234567890")
        if not (changed.visible_wa_id or changed.user_id):
            raise ValueError("a customer needs a visible wa_id or a user_id")
        for alias in (changed.wa_id, changed.user_id):
            if alias and self._by_alias.get(alias, customer) is not customer:
                raise ValueError(f"another customer already has {alias}")
        for alias in (customer.wa_id, customer.user_id):
            self._by_alias.pop(alias, None)
        customer.__dict__.update(changed.__dict__)
        for alias in (customer.wa_id, customer.user_id):
            if alias:
                self._by_alias[alias] = customer

    def find_customer(self, name) -> Customer | None:
        """By customer id, wa_id (with or without +) or user_id."""
        with self.lock:
            name = str(name)
            return self.customers.get(name) or self._by_alias.get(name.lstrip("+"))

    # The window, per (number, user).

    def open_window(self, number: Number, customer: Customer, age_seconds: float = 0.0) -> None:
        with self.lock:
            key = (number.id, customer.id)
            at = self.now() - age_seconds
            self._windows[key] = max(at, self._windows.get(key, at))

    def window_is_open(self, number: Number, customer: Customer) -> bool:
        with self.lock:
            at = self._windows.get((number.id, customer.id))
            return at is not None and self.now() - at < WINDOW_SECONDS

    def windows_as_json(self) -> list:
        with self.lock:
            now = self.now()
            return [{"number": number, "customer": customer, "open": now - at < WINDOW_SECONDS,
                     "seconds_left": max(0, round(at + WINDOW_SECONDS - now))}
                    for (number, customer), at in self._windows.items()]

    # Limits and prices.

    def take_pair_rate(self, number: Number, address: str) -> bool:
        if not self.settings.pair_rate:
            return True
        with self.lock:
            now = self.now()
            bucket = self._pairs.setdefault(
                (number.id, address), Bucket(PAIR_BURST, 1.0 / PAIR_SECONDS_PER_MESSAGE, now))
            return bucket.take(now)

    def take_throughput(self, number: Number) -> bool:
        rate = self.settings.throughput_per_second
        if rate <= 0:
            return True
        with self.lock:
            now = self.now()
            bucket = self._throughput.setdefault((number.id, rate), Bucket(rate, rate, now))
            return bucket.take(now)

    def price(self, number: Number, template: dict | None) -> dict:
        """The pricing object. Since October 2026 service messages are charged after a free tier."""
        if template:
            return {"billable": True, "pricing_model": "PMP", "type": "regular",
                    "category": template["category"]}
        with self.lock:
            count = self._service_messages.get(number.id, 0) + 1
            self._service_messages[number.id] = count
        free = count <= self.settings.free_service_messages
        return {"billable": not free, "pricing_model": "PMP",
                "type": "free_customer_service" if free else "regular", "category": "service"}
