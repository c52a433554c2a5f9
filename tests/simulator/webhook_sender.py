"""Carries signed bodies to the daemon: keep-alive TLS connections, parallel posts, retries.

A delivery is one body that is posted until the daemon answers 200 or time is up. Like Meta's, every
retry carries the same bytes, and any answer other than 200 counts as failure.
Source: WhatsApp Cloud API, webhooks, "Create a webhook endpoint" and "Overview".
"""

import http.client
import select
import ssl
import threading
import time
import urllib.parse


class Connections:
    """A pool of keep-alive connections to one https or http address. Safe for all threads."""

    def __init__(self, url: str, ca_file: str | None, client_cert: str | None = None,
                 client_key: str | None = None):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError(f"not a webhook URL: {url}")
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port or (443 if self._secure else 80)
        self.path = parts.path or "/"
        self._idle = []
        self._lock = threading.Lock()
        if self._secure:
            self._tls = ssl.create_default_context(cafile=ca_file)
            self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
            if client_cert:
                self._tls.load_cert_chain(client_cert, client_key)

    def _take(self, timeout: float) -> http.client.HTTPConnection:
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                break
            # An idle connection has nothing to say: if it is readable, the other side closed it.
            if connection.sock is not None and not select.select([connection.sock], [], [], 0)[0]:
                connection.sock.settimeout(timeout)
                return connection
            connection.close()
        if self._secure:
            return http.client.HTTPSConnection(self._host, self._port, timeout=timeout,
                                               context=self._tls)
        return http.client.HTTPConnection(self._host, self._port, timeout=timeout)

    def request(self, method: str, path: str, body: bytes | None, headers: dict,
                timeout: float) -> tuple[int, bytes]:
        """Raises OSError or http.client.HTTPException when there is no answer."""
        connection = self._take(timeout)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
        except BaseException:
            connection.close()
            raise
        if answer.will_close or connection.sock is None:
            connection.close()
        else:
            with self._lock:
                self._idle.append(connection)
        return answer.status, content


class Delivery:
    """One body on its way. States: waiting, retrying, acknowledged, refused, unreachable, dropped.
    The journal sets id, seq and at."""

    def __init__(self, kind: str, wamids: list[str], modes, headers: dict, body: bytes,
                 retry: bool, on_first_answer):
        self.id, self.seq, self.at = "", 0, ""
        self.kind = kind
        self.wamids = wamids
        self.modes = list(modes)
        self.headers = headers
        self.body = body
        self.size = len(body)
        self.retry = retry
        self.on_first_answer = on_first_answer
        self.state = "waiting"
        self.attempts = []
        self.give_up_at = 0.0
        self.first_answer = threading.Event()
        self.settled = threading.Event()

    @property
    def http_status(self) -> int | None:
        return self.attempts[-1]["http_status"] if self.attempts else None

    def summary(self) -> dict:
        error = self.attempts[-1]["error"] if self.attempts else None
        return {"delivery_id": self.id, "http_status": self.http_status,
                "attempts": len(self.attempts), "state": self.state, "error": error}

    def as_json(self) -> dict:
        return {"seq": self.seq, "at": self.at, "id": self.id, "kind": self.kind,
                "wamids": list(self.wamids), "modes": self.modes, "bytes": self.size,
                "state": self.state, "http_status": self.http_status,
                "attempts": list(self.attempts)}


class WebhookSender:
    def __init__(self, connections: Connections, scheduler, journal, settings):
        self._connections = connections
        self._scheduler = scheduler
        self._journal = journal
        self._settings = settings

    def send(self, headers: dict, body: bytes, *, kind: str, wamids=(), modes=(),
             retry: bool = True, on_first_answer=None) -> Delivery:
        """Starts the delivery in the background. The callback runs once, after the first try."""
        delivery = Delivery(kind, list(wamids), modes, headers, body, retry, on_first_answer)
        delivery.give_up_at = time.monotonic() + self._settings.retry_for_seconds
        self._journal.add_delivery(delivery)
        self._scheduler.submit(lambda: self._attempt(delivery))
        return delivery

    def verify(self, token: str, challenge: str, mode: str = "subscribe") -> tuple[int, str]:
        """The verification GET, which carries no signature."""
        query = urllib.parse.urlencode(
            {"hub.mode": mode, "hub.challenge": challenge, "hub.verify_token": token})
        status, body = self._connections.request(
            "GET", f"{self._connections.path}?{query}", None,
            {"User-Agent": "facebookplatform/1.0", "Accept": "*/*"},
            self._settings.attempt_timeout_seconds)
        return status, body.decode("utf-8", errors="replace")

    def retry_now(self) -> int:
        """Every delivery that waits for its next attempt is tried at once."""
        waiting = [d for d in self._journal.unsettled_deliveries() if d.state == "retrying"]
        for delivery in waiting:
            self._scheduler.submit(lambda d=delivery: self._attempt(d))
        return len(waiting)

    def drop_retries(self) -> int:
        """Every delivery that waits for its next attempt is given up: the message is lost."""
        waiting = [d for d in self._journal.unsettled_deliveries() if d.state == "retrying"]
        return sum(1 for delivery in waiting if self._settle(delivery, "dropped"))

    def _attempt(self, delivery: Delivery) -> None:
        with self._journal.changed:
            if delivery.state not in ("waiting", "retrying"):
                return
            delivery.state = "posting"
        started = time.monotonic()
        status, error = None, None
        try:
            status, _ = self._connections.request(
                "POST", self._connections.path, delivery.body, delivery.headers,
                self._settings.attempt_timeout_seconds)
        except (OSError, http.client.HTTPException) as problem:
            error = f"{type(problem).__name__}: {problem}"
        milliseconds = round((time.monotonic() - started) * 1000, 1)
        with self._journal.changed:
            delivery.attempts.append(
                {"http_status": status, "error": error, "milliseconds": milliseconds})
        if status == 200:
            self._settle(delivery, "acknowledged")
        elif delivery.retry and time.monotonic() < delivery.give_up_at:
            delay = min(self._settings.retry_max_delay_seconds,
                        self._settings.retry_first_delay_seconds
                        * 2 ** min(len(delivery.attempts) - 1, 30))
            with self._journal.changed:
                delivery.state = "retrying"
            self._scheduler.after(delay, lambda: self._attempt(delivery))
        else:
            self._settle(delivery, "unreachable" if status is None else "refused")
        if not delivery.first_answer.is_set():
            delivery.first_answer.set()
            if delivery.on_first_answer:
                delivery.on_first_answer()

    def _settle(self, delivery: Delivery, state: str) -> bool:
        with self._journal.changed:
            if delivery.settled.is_set() or (state == "dropped" and delivery.state != "retrying"):
                return False
            delivery.state = state
            delivery.headers, delivery.body = {}, b""
            delivery.settled.set()
            self._journal.changed.notify_all()
            return True
