"""The control API: plain HTTP with JSON, for tests, benchmarks and the quickstart.

One function for each row of the table in README.md. A wrong request gets 400, an unknown name 404,
both as {"error": "a sentence"}.
"""

import base64
import datetime
import json
import secrets
import threading
import urllib.parse

from faults import FAULTS
from graph_api import Answer
from outbox import ALL_MODES, Options

# A wait keeps a thread of the server busy, so it has an end.
MAX_WAIT_SECONDS = 600.0


class ControlApi:
    def __init__(self, world, journal, outbox, sender, settings, faults, verify_token: str):
        self._world = world
        self._journal = journal
        self._outbox = outbox
        self._sender = sender
        self._settings = settings
        self._faults = faults
        self._verify_token = verify_token
        self.stop_requested = threading.Event()
        self._routes = {
            ("GET", "/"): self._index,
            ("GET", "/customers"): self._list_customers,
            ("POST", "/customers"): self._add_customer,
            ("POST", "/say"): self._say,
            ("POST", "/send-message"): self._send_message,
            ("POST", "/batch"): self._batch,
            ("POST", "/statuses"): self._statuses,
            ("POST", "/deliver"): self._deliver,
            ("POST", "/sign"): self._sign,
            ("POST", "/verify-webhook"): self._verify_webhook,
            ("GET", "/faults"): self._list_faults,
            ("POST", "/faults"): self._arm_fault,
            ("DELETE", "/faults"): self._clear_faults,
            ("GET", "/journal"): self._read_journal,
            ("GET", "/counts"): self._counts,
            ("POST", "/wait"): self._wait,
            ("POST", "/retries"): self._retries,
            ("GET", "/clock"): self._read_clock,
            ("POST", "/clock"): self._move_clock,
            ("GET", "/settings"): self._read_settings,
            ("POST", "/settings"): self._change_settings,
            ("POST", "/templates"): self._add_template,
            ("POST", "/reset"): self._reset,
            ("POST", "/shutdown"): self._shutdown,
        }

    def answer(self, method: str, path: str, headers, body: bytes) -> Answer:
        parts = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(parts.query))
        try:
            route = self._routes.get((method, parts.path))
            name = urllib.parse.unquote(parts.path.removeprefix("/customers/"))
            if route is None and method == "POST" and name != parts.path and name:
                return _json(200, self._change_customer(name, _parse(body)))
            if route is None:
                raise LookupError(f"no such route: {method} {parts.path} (GET / lists them)")
            return _json(200, route(_parse(body) if method == "POST" else query))
        except LookupError as problem:
            missing_key = isinstance(problem, KeyError)
            text = f"{problem} is missing" if missing_key else str(problem)
            return _json(400 if missing_key else 404, {"error": text})
        except (ValueError, TypeError, AttributeError) as problem:
            return _json(400, {"error": str(problem)})

    def _index(self, _) -> dict:
        return {"routes": [f"{method} {path}" for method, path in self._routes]
                          + ["POST /customers/{customer}"],
                "modes": ALL_MODES,
                "faults": {name: text for name, (_, text) in FAULTS.items()}}

    # Customers.

    def _list_customers(self, _) -> dict:
        return {"items": [c.as_json() for c in list(self._world.customers.values())]}

    def _add_customer(self, request: dict) -> dict:
        return self._world.add_customer(request).as_json()

    def _change_customer(self, name: str, request: dict) -> dict:
        customer = self._world.find_customer(name)
        if customer is None:
            raise LookupError(f"no such customer: {name}")
        self._world.change_customer(customer, request)
        return customer.as_json()

    # Webhooks.

    def _say(self, request: dict) -> dict:
        if not isinstance(request["text"], str):
            raise ValueError('"text" must be a string')
        return self._outbox.send_message({**request, "type": "text"}, Options(request))

    def _send_message(self, request: dict) -> dict:
        return self._outbox.send_message(request, Options(request))

    def _batch(self, request: dict) -> dict:
        return self._outbox.send_batch(request["messages"], request.get("options", {}))

    def _statuses(self, request: dict) -> dict:
        return self._outbox.send_statuses(request["wamid"], request["sequence"], request)

    def _deliver(self, request: dict) -> dict:
        # What the caller wrote by hand is sent once, unless retries are asked for.
        options = Options({"retry": False, **request})
        return self._outbox.send_raw(_raw_body(request), options, request.get("content_type"))

    def _sign(self, request: dict) -> dict:
        if "messages" in request:
            return {"posts": self._outbox.sign_batch(request["messages"],
                                                     request.get("options", {}))}
        headers, body = self._outbox.sign_raw(_raw_body(request), Options(request))
        return {"headers": headers, "body": body.decode("utf-8", errors="replace"),
                "body_base64": base64.b64encode(body).decode()}

    def _verify_webhook(self, request: dict) -> dict:
        challenge = str(request.get("challenge", 10**8 + secrets.randbelow(10**9)))
        try:
            status, body = self._sender.verify(request.get("token", self._verify_token), challenge,
                                               request.get("mode", "subscribe"))
        except OSError as problem:
            return {"http_status": None, "error": str(problem), "challenge": challenge,
                    "echoed": False}
        return {"http_status": status, "body": body, "challenge": challenge,
                "echoed": status == 200 and body == challenge}

    def _retries(self, request: dict) -> dict:
        if request["action"] == "now":
            return {"retried": self._sender.retry_now()}
        if request["action"] == "drop":
            return {"dropped": self._sender.drop_retries()}
        raise ValueError('"action" must be "now" or "drop"')

    # The Graph side.

    def _list_faults(self, _) -> dict:
        return {"items": self._faults.as_json()}

    def _arm_fault(self, request: dict) -> dict:
        details = {key: request[key] for key in ("ms", "code") if key in request}
        if not all(isinstance(value, int) for value in details.values()):
            raise ValueError('"ms" and "code" must be whole numbers')
        self._faults.arm(request["fault"], int(request.get("count", 1)), **details)
        return self._list_faults(None)

    def _clear_faults(self, _) -> dict:
        self._faults.clear()
        return self._list_faults(None)

    def _add_template(self, request: dict) -> dict:
        key = (request["name"], request.get("language", "en_US"))
        template = {"category": request.get("category", "utility"),
                    "parameters": int(request.get("parameters", 0))}
        with self._world.lock:
            self._world.templates[key] = template
        return {"name": key[0], "language": key[1], **template}

    # The journal.

    def _read_journal(self, query: dict) -> dict:
        return self._journal.as_json(int(query.get("since", 0)))

    def _counts(self, _) -> dict:
        return self._journal.counts()

    def _wait(self, request: dict) -> dict:
        """Waits until every named count is reached; deliveries_unsettled counts downwards."""
        seconds = min(float(request.get("timeout_seconds", 10)), MAX_WAIT_SECONDS)
        goals = {key: value for key, value in request.items() if key != "timeout_seconds"}
        unknown = set(goals) - set(self._journal.counts())
        if unknown:
            raise ValueError(f"unknown counts: {', '.join(sorted(unknown))}")

        def reached() -> bool:
            counts = self._journal.counts()
            return all(counts[key] <= goal if key == "deliveries_unsettled"
                       else counts[key] >= goal for key, goal in goals.items())

        return {"reached": self._journal.wait_until(reached, seconds),
                "counts": self._journal.counts()}

    # Time, settings, end.

    def _read_clock(self, _) -> dict:
        now = datetime.datetime.fromtimestamp(self._world.now(), datetime.timezone.utc)
        return {"now": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "offset_seconds": self._world.offset,
                "windows": self._world.windows_as_json()}

    def _move_clock(self, request: dict) -> dict:
        self._world.advance(float(request.get("advance_hours", 0)) * 3600
                            + float(request.get("advance_seconds", 0)))
        return self._read_clock(None)

    def _read_settings(self, _) -> dict:
        return self._settings.as_json()

    def _change_settings(self, request: dict) -> dict:
        self._settings.update(request)
        return self._settings.as_json()

    def _reset(self, _) -> dict:
        self._sender.drop_retries()
        self._faults.clear()
        self._world.reset()
        self._journal.reset()
        return {"reset": True}

    def _shutdown(self, _) -> dict:
        # Set a moment later, so that this answer still gets out.
        threading.Timer(0.1, self.stop_requested.set).start()
        return {"stopping": True}


def _json(status: int, value) -> Answer:
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", errors="replace") + b"\n"
    return Answer(status, body, {"Content-Type": "application/json"})


def _parse(body: bytes) -> dict:
    request = json.loads(body) if body.strip() else {}
    if not isinstance(request, dict):
        raise ValueError("the body must be a JSON object")
    return request


def _raw_body(request: dict):
    """A string or base64 is sent as these bytes; any other JSON value is encoded Meta's way."""
    if "body_base64" in request:
        return base64.b64decode(request["body_base64"], validate=True)
    body = request["body"]
    return body.encode("utf-8", errors="replace") if isinstance(body, str) else body
