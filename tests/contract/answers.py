"""The check of one answer against the document.

The status is one that the operation names, the content type is one of that response, the body is valid
against the closed schema, the header fields are documented and valid, and there as far as the document
requires them. What the document says once and for all in its introduction is checked of every answer:
X-Request-Id, no-store, and Retry-After where it is to be tried again.

Some answers are given before there is an operation, so no operation names them:

  400, 431  the head of the request could not be read; the connection ends with the answer
  404       no such address
  405       the address does not take the method; Allow names those that it takes
  403       client_not_approved, in place of the two before
  429       more than a client may ask for, likewise
  413       a body where x-body-limit is 0, which "means that a body is refused"
"""
import collections
import json

from contract.schemas import Schema, closed
from contract.sparse import chosen_members, narrowed

# `fields` are pairs; the body is decoded; `sent_body` says whether the request had one.
Exchange = collections.namedtuple("Exchange", "method target status fields body sent_body")

PROBLEM = "application/problem+json"
# What any answer may carry: the envelope, and what the introduction speaks of.
_ENVELOPE = frozenset((
    "date", "content-type", "content-length", "connection", "cache-control", "x-request-id",
    "x-content-type-options", "content-security-policy", "strict-transport-security",
    "set-cookie", "clear-site-data", "dpop-nonce", "content-encoding", "vary", "ratelimit-policy",
    "ratelimit", "deprecation", "sunset", "link"))
_OF_STATUS = {"303": {"location"}, "401": {"www-authenticate"}, "405": {"allow"},
              "429": {"retry-after"}, "503": {"retry-after"}}
_MANY = 20_000  # remembered verdicts; what is read again and again is the same


class Answers:
    def __init__(self, document):
        self._document = document
        self._problem = Schema(closed(_problem_schema(document)))
        self._schemas, self._remembered = {}, {}

    def mismatches(self, exchange):
        """What is wrong with an answer: plain sentences, none with a value in it."""
        path = exchange.target.partition("?")[0]
        operations = self._document.of_path(path)
        operation = operations.get(exchange.method)
        fields = {name.lower(): value for name, value in exchange.fields}
        found = self._common(exchange, fields)
        response = operation and operation.response(exchange.status)
        if response is not None:
            found += self._documented(operation, response, exchange, fields)
        elif self._is_before_operations(exchange, operations, operation, fields):
            found += self._undocumented_problem(exchange, fields)
        else:
            found.append("this status is not documented")
        where = operation.name if operation else f"{exchange.method} of what is not documented"
        return [f"{where} answers {exchange.status}: {one}" for one in found]

    def _common(self, exchange, fields):
        found = []
        if not fields.get("x-request-id"):
            found.append("X-Request-Id is missing")
        if fields.get("cache-control") != "no-store":
            found.append("Cache-Control is not no-store")
        waits = exchange.status == 429 or (
            exchange.status == 503 and _media_type(fields) == PROBLEM)
        if waits and not fields.get("retry-after", "").isdigit():
            found.append("Retry-After is missing")
        return found

    def _documented(self, operation, response, exchange, fields):
        found = self._fields(response, fields)
        known = _ENVELOPE | _OF_STATUS.get(str(exchange.status), set())
        known = known | {name.lower() for name in response.fields}
        found += [f"the field {name} is not documented" for name in sorted(set(fields) - known)]
        if exchange.method == "HEAD":
            return found
        if not response.contents:
            return found + (["there is a body where none is documented"] if exchange.body else [])
        media_type = _media_type(fields)
        if media_type not in response.contents:
            return found + ["the content type is not documented"]
        return found + self._body(operation, response, media_type, exchange)

    def _fields(self, response, fields):
        found = []
        for name, field in response.fields.items():
            value = fields.get(name.lower())
            if value is None:
                found += [f"{name} is missing"] if field.get("required") else []
                continue
            key = (name, str(field.get("schema")))
            if key not in self._schemas:
                self._schemas[key] = Schema(field.get("schema", {}))
            is_number = field.get("schema", {}).get("type") == "integer" and value.isdigit()
            if self._schemas[key].mismatches(int(value) if is_number else value):
                found.append(f"{name} does not fit its schema")
        return found

    def _body(self, operation, response, media_type, exchange):
        if media_type == "text/event-stream":
            return []  # it has no end
        chosen = chosen_members(operation, exchange.target)
        key = (operation.name, exchange.status, media_type, chosen, exchange.body)
        if key not in self._remembered:
            if len(self._remembered) >= _MANY:
                self._remembered.clear()
            self._remembered[key] = self._judged(key[:4], response, exchange)
        return self._remembered[key]

    def _judged(self, key, response, exchange):
        if key not in self._schemas:
            _, status, media_type, chosen = key
            schema = response.contents[media_type].schema
            is_sparse = chosen is not None and status < 300
            self._schemas[key] = Schema(closed(narrowed(schema, chosen) if is_sparse else schema))
        return _against(self._schemas[key], key[2], exchange)

    def _is_before_operations(self, exchange, operations, operation, fields):
        if exchange.status in (400, 431):
            return fields.get("connection") == "close"
        if exchange.status == 413:
            return operation is not None and operation.body_limit == 0 and exchange.sent_body
        if operation is not None:
            return False
        if exchange.status == 405:
            allowed = {name.strip() for name in fields.get("allow", "").split(",")}
            return allowed == set(operations)
        return exchange.status in (401, 403, 429) or (exchange.status == 404 and not operations)

    def _undocumented_problem(self, exchange, fields):
        if exchange.method == "HEAD":
            return []
        if _media_type(fields) != PROBLEM:
            return ["the content type is not that of a problem"]
        found = _against(self._problem, PROBLEM, exchange)
        if exchange.status == 403 and not found and code_of(exchange.body) != "client_not_approved":
            found = ["the code is not client_not_approved"]
        return found


def _problem_schema(document):
    for operation in document.operations:
        for response in operation.responses.values():
            if PROBLEM in response.contents:
                return response.contents[PROBLEM].schema
    return {"type": "object"}


def _media_type(fields):
    return fields.get("content-type", "").partition(";")[0].strip().lower()


def _no_constant(name):
    raise ValueError(name)


def _against(schema, media_type, exchange):
    try:
        text = exchange.body.decode()
        is_json = media_type.endswith("json")
        value = json.loads(text, parse_constant=_no_constant) if is_json else text
    except ValueError:
        return ["the body is not what the content type says"]
    found = schema.mismatches(value)
    if media_type == PROBLEM and not found and value.get("status") != exchange.status:
        found = ["the body names another status"]
    return found


def code_of(body):
    """The code of a problem; nothing of what is none."""
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value.get("code") if isinstance(value, dict) else None
