"""Requests for an operation of the document: good ones, and with wrongs.py bad ones.

What only the running instance knows (ids, versions, passwords) comes from a world, see
tests/functional/contract_world.py; the same randomness and the same answers make the same requests.
"""
import dataclasses
import re
import urllib.parse

from contract import values
from contract.forms import JSON, written
from contract.values import Values
from contract.wrongs import Wrongs

GOOD, BAD, NO_SESSION = "good", "bad", "without a session"


@dataclasses.dataclass
class Request:
    operation: object
    seat: object
    method: str
    target: str
    fields: list
    body: bytes | None
    cases: tuple          # what is wrong with it, in words
    shows: object = None  # the seat whose token it shows
    announced: int | None = None

    @property
    def name(self):
        """For whoever reads a failure: no value of it."""
        wrong = f" with {', '.join(self.cases)}" if self.cases else ""
        return f"{self.operation.name} by {self.seat.name}{wrong}"

    def to_bytes(self):
        lines = [f"{self.method} {self.target} HTTP/1.1", "Host: localhost"]
        lines += [f"{name}: {value}" for name, value in self.fields]
        if self.body is not None:
            lines.append(f"Content-Length: {self.announced or len(self.body)}")
        head = "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n"
        return head + (self.body or b"")


class Requests:
    def __init__(self, randomness, world):
        self._random, self._world = randomness, world
        self._wrongs = Wrongs(randomness, world, self)

    def make(self, operation, seat, quality):
        """One for this operation. A GOOD one is as the document wants it and the world can know, a BAD one
        may succeed all the same (an odd Accept is no reason to refuse), one of NO_SESSION does not."""
        request = Request(operation, seat, operation.method, self._path(operation, seat), [],
                          None, ())
        self._add_query(request)
        self._add_fields(request)
        self._add_body(request)
        self._add_token(request)
        if quality is NO_SESSION:
            self._wrongs.take_token(request)
        if quality is not GOOD:
            self._wrongs.spoil(request)
        return request

    # -- as it should be -------------------------------------------------------------------------

    def _path(self, operation, seat):
        path = operation.path
        for parameter in operation.parameters:
            if parameter["in"] == "path":
                named = parameter["schema"].get("enum")
                value = (self._random.choice(named) if named else
                         self._world.an_id(prefix_of(parameter), operation, seat)
                         or self.foreign_id(parameter))
                path = path.replace("{%s}" % parameter["name"], value)
        return path

    def foreign_id(self, parameter):
        """Well-formed, and of nothing that is there."""
        prefix = prefix_of(parameter)
        return values.an_id(self._random, prefix) if prefix else values.matching(
            self._random, "^[a-z0-9_-]{1,64}$")

    def _add_query(self, request):
        pairs = []
        for parameter in request.operation.parameters:
            if parameter["in"] == "query" and (parameter.get("required")
                                               or self._random.random() < 0.3):
                value = self._world.query_value(request, parameter["name"])
                if value is None:
                    value = Values(self._random).right(parameter["schema"])
                pairs.append((parameter["name"],
                              ",".join(value) if isinstance(value, list) else value))
        if pairs:
            request.target += "?" + urllib.parse.urlencode(pairs)

    def _add_fields(self, request):
        for parameter in request.operation.parameters:
            if parameter["in"] == "header":
                value = self._world.field_value(request, parameter["name"])
                if value is not None:
                    request.fields.append((parameter["name"], value))
        if self._random.random() < 0.2:
            request.fields.append(("Accept-Encoding", self._random.choice(("gzip", "br, gzip;q=0.5"))))
        if self._random.random() < 0.2:
            request.fields.append(("Accept", self._random.choice(("*/*", JSON, "text/html;q=0.9"))))

    def _add_body(self, request):
        if not request.operation.bodies:
            return
        media_type, content = next(iter(request.operation.bodies.items()))
        value = self.right_body(request, content)
        request.fields.append(("Content-Type", media_type))
        request.body = written(media_type, value)
        self._world.complete(request)

    def right_body(self, request, content):
        known = self._world.body(request)
        return known if known is not None else Values(
            self._random, lambda name: self._world.member(request, name)).right(content.schema)

    def _add_token(self, request):
        if request.seat.token:
            request.fields.append(("Authorization", "Bearer " + request.seat.token))
            request.shows = request.seat


def prefix_of(parameter):
    """Of an id, such as lead of ^lead_[0-9A-Z]{26}$."""
    found = re.match(r"\^([a-z]+)_", parameter["schema"].get("pattern", ""))
    return found[1] if found else None
