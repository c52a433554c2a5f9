"""A small client of Leadkeep's API. It needs Python 3.11 and nothing else; take the file with you.

    with Client("https://leadkeep.example:8443", ca="ca.pem", certificate="crm.pem",
                key="crm.key") as leadkeep:
        leadkeep.sign_in("a.example", password)
        for conversation in leadkeep.conversations(status="open"):
            print(conversation["lead"]["handle"], conversation["unread"])

What is refused is a Problem; decide by its `code`, the text may change. Objects are the JSON of
/v1/openapi.json as it is. One Client is for one thread.
"""
from __future__ import annotations

import http.client
import json
import os
import ssl
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, Self, TypedDict

RETRIES = 5
LONGEST_WAIT = 60.0     # seconds; a longer Retry-After is for the caller to decide
HEARTBEAT_LOST = 40.0   # seconds; the stream of events has a comment every 15
AGAIN = (429, 503)      # nothing was done; Retry-After says when to ask again


class Lead(TypedDict):
    id: str
    handle: str                 # a pseudonym that stays the same
    display_name: str | None    # as the agent may see it


class Text(TypedDict):
    body: str                   # masked
    spans: list[dict[str, Any]]


class Message(TypedDict):
    id: str
    direction: str              # inbound, outbound or note
    type: str
    text: Text | None
    status: str
    author: str | None
    sent_at: str


class Conversation(TypedDict):
    id: str
    lead: Lead
    status: str
    assignee: str | None
    tags: list[str]
    unread: int
    last_message: Message | None
    window_expires_at: str | None
    version: int                # also the ETag


class Change(TypedDict, total=False):
    """What is left out stays as it is."""
    status: str
    assignee: str | None
    tags: list[str]


class Agent(TypedDict):
    id: str
    username: str
    display_name: str
    roles: list[str]


class EventData(TypedDict):
    kind: str
    conversation_id: NotRequired[str]
    message_id: NotRequired[str | None]


@dataclass(frozen=True)
class Event:
    """Ids only: read what you may see of them. `reset`: events were missed, read the inbox again."""
    id: str
    kind: str
    conversation_id: str | None = None
    message_id: str | None = None


class Problem(Exception):
    """What the API refused (RFC 9457)."""

    def __init__(self, status: int, body: bytes, retry_after: float | None, request_id: str | None):
        said: dict[str, Any] = {}
        try:
            said |= json.loads(body)
        except (ValueError, TypeError):
            pass  # not from the API, but from something between
        self.status = status
        self.code: str = said.get("code", "unknown")
        self.detail: str = said.get("detail", "")
        self.member: str | None = said.get("member")
        self.retry_after = retry_after
        self.request_id = request_id    # by which the operator finds it
        super().__init__(f"{status} {self.code}: {self.detail}")


class Answer:
    def __init__(self, response: http.client.HTTPResponse):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def new_key() -> str:
    """An Idempotency-Key: make one for each thing that is to happen once, and keep it until it has."""
    return os.urandom(16).hex()


class Client:
    def __init__(self, address: str, *, ca: str, certificate: str, key: str,
                 on_wait: Callable[[float, str], None] = lambda seconds, code: None):
        """`on_wait` is told before a request is repeated: in how many seconds, and what was said."""
        parts = urllib.parse.urlsplit(address)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError("the address has to be https://HOST:PORT")
        self._host, self._port = parts.hostname, parts.port or 443
        self._tls = ssl.create_default_context(cafile=ca)
        self._tls.load_cert_chain(certificate, key)
        self._on_wait = on_wait
        self._line: http.client.HTTPSConnection | None = None
        self._token: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._token:
            try:
                self.sign_out()
            except (Problem, OSError, http.client.HTTPException):
                pass  # the session ends by itself
        self.close()

    def close(self) -> None:
        if self._line:
            self._line.close()
            self._line = None

    # -- the main path -------------------------------------------------------------------------

    def sign_in(self, username: str, password: str, second_factor: str | None = None) -> Agent:
        body = {"username": username, "password": password}
        if second_factor:
            body["second_factor"] = second_factor
        opened = self.request("POST", "/v1/sessions", body).json
        self._token = opened["token"]
        return opened["agent"]

    def sign_out(self) -> None:
        self.request("DELETE", "/v1/session")
        self._token = None

    def conversations(self, page_size: int = 50, **filters: str) -> Iterator[Conversation]:
        """The inbox, newest activity first; `status` and `assignee` filter."""
        return self._pages("/v1/conversations", page_size, filters)

    def conversation(self, conversation_id: str) -> Conversation:
        return self.request("GET", f"/v1/conversations/{conversation_id}").json

    def messages(self, conversation_id: str, page_size: int = 50) -> Iterator[Message]:
        """Newest first. To read the newest page marks the conversation as read."""
        return self._pages(f"/v1/conversations/{conversation_id}/messages", page_size, {})

    def reply(self, conversation_id: str, text: str, key: str) -> str:
        """The id of the message, which is durable and on its way. `key` makes a repetition harmless."""
        sent = self.request("POST", f"/v1/conversations/{conversation_id}/messages",
                            {"type": "text", "text": {"body": text}}, {"Idempotency-Key": key})
        return sent.json["id"]

    def change(self, conversation: Conversation,
               decide: Callable[[Conversation], Change | None]) -> Conversation:
        """Changes it as `decide` says, who is asked again when somebody else was first."""
        while True:
            change = decide(conversation)
            if change is None:
                return conversation
            try:
                return self.request("PATCH", f"/v1/conversations/{conversation['id']}", change,
                                    {"If-Match": f'"{conversation["version"]}"'}).json
            except Problem as problem:
                if problem.code != "precondition_failed":
                    raise
                conversation = self.conversation(conversation["id"])

    # -- events --------------------------------------------------------------------------------

    def events(self, after: str | None = None) -> Events:
        """What changes, from now on or after the event of this id."""
        return Events(self, after)

    # -- requests ------------------------------------------------------------------------------

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None,
                headers: Mapping[str, str] | None = None) -> Answer:
        """Any request of /v1/openapi.json. It is repeated where that cannot do a thing twice."""
        sent = self._headers(headers)
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        repeatable = method != "POST" or "Idempotency-Key" in sent
        for attempt in range(RETRIES + 1):
            more = repeatable and attempt < RETRIES
            try:
                answer = self._exchange(method, path, data, sent)
            except (OSError, http.client.HTTPException):
                self.close()
                if not more or attempt > 0:
                    raise
                continue  # the other side had closed an idle connection
            if answer.status < 400:
                return answer
            self._wait_or_raise(problem_of(answer), more)
        raise AssertionError("the last attempt returns or raises")

    def _pages(self, path: str, page_size: int, filters: Mapping[str, str]) -> Iterator[Any]:
        query = {**filters, "limit": str(page_size)}
        while True:
            page = self.request("GET", f"{path}?{urllib.parse.urlencode(query)}").json
            yield from page["items"]
            if not page["next_cursor"]:
                return
            query["cursor"] = page["next_cursor"]

    def _headers(self, more: Mapping[str, str] | None) -> dict[str, str]:
        headers = dict(more or {})
        if self._token:
            headers["Authorization"] = "Bearer " + self._token
        return headers

    def _connect(self, timeout: float) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self._host, self._port, timeout=timeout, context=self._tls)

    def _exchange(self, method: str, path: str, data: bytes | None,
                  headers: dict[str, str]) -> Answer:
        if self._line is None:
            self._line = self._connect(30)
        self._line.request(method, path, body=data, headers=headers)
        return Answer(self._line.getresponse())

    def _wait_or_raise(self, problem: Problem, more: bool) -> None:
        wait = problem.retry_after
        if not more or problem.status not in AGAIN or wait is None or wait > LONGEST_WAIT:
            raise problem
        self._on_wait(wait, problem.code)
        time.sleep(wait)


class Events:
    """Iterates over events for as long as the session lives, over lost connections too: it goes on after
    the last event that it gave. `last_id` is for whoever goes on later."""

    def __init__(self, client: Client, after: str | None):
        self.last_id = after
        self._client = client
        self._line: http.client.HTTPSConnection | None = None
        self._stream: http.client.HTTPResponse | None = None
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for one in (self._stream, self._line):
            if one:
                one.close()
        self._stream = self._line = None

    def __iter__(self) -> Iterator[Event]:
        while self._stream:
            try:
                for event in self._read(self._stream):
                    self.last_id = event.id
                    yield event
            except (OSError, http.client.HTTPException):
                pass
            if self._stream:  # nobody has closed it here
                self._open()

    def _open(self) -> None:
        """A refusal that is not over soon is a Problem; for instance 401, when the session is over."""
        for attempt in range(RETRIES + 1):
            self.close()
            self._line = self._client._connect(HEARTBEAT_LOST)
            last = {"Last-Event-ID": self.last_id} if self.last_id else {}
            try:
                self._line.request("GET", "/v1/events", headers=self._client._headers(last))
                stream = self._line.getresponse()
            except (OSError, http.client.HTTPException):
                if attempt == RETRIES:
                    raise
                time.sleep(2 ** attempt)
                continue
            if stream.status == 200:
                self._stream = stream
                return
            problem = problem_of(Answer(stream))
            self.close()
            self._client._wait_or_raise(problem, attempt < RETRIES)

    @staticmethod
    def _read(stream: http.client.HTTPResponse) -> Iterator[Event]:
        fields: dict[str, str] = {}
        for line in stream:
            name, _, value = line.decode().rstrip("\r\n").partition(":")
            if name:
                fields[name] = value.removeprefix(" ")
            elif "data" in fields:
                data: EventData = json.loads(fields["data"])
                yield Event(fields.get("id", ""), data.get("kind", fields.get("event", "message")),
                            data.get("conversation_id"), data.get("message_id"))
                fields = {}


def problem_of(answer: Answer) -> Problem:
    wait = answer.headers["Retry-After"]
    return Problem(answer.status, answer.body, float(wait) if wait and wait.isdigit() else None,
                   answer.headers["X-Request-Id"])
