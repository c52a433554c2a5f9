"""The OpenAPI document: its operations, with every reference replaced by what it refers to."""
import copy
import dataclasses
import json
import pathlib

PATH = pathlib.Path(__file__).resolve().parents[2] / "modules" / "api" / "openapi" / "openapi.json"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class BrokenDocument(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Content:
    """One media type of a body."""
    schema: dict
    examples: tuple


@dataclasses.dataclass(frozen=True)
class Response:
    contents: dict  # by media type
    fields: dict    # header fields by name


@dataclasses.dataclass(frozen=True)
class Operation:
    method: str
    path: str       # as the document has it, such as /v1/leads/{id}
    id: str
    access: str     # x-access
    body_limit: int  # x-body-limit
    parameters: tuple
    bodies: dict    # contents by media type
    responses: dict  # by status, or "default"

    @property
    def name(self):
        return f"{self.method} {self.path}"

    @property
    def is_of_webhook(self):
        """Served at the other door, where nobody shows a certificate."""
        return self.path.startswith("/webhooks/")

    def __hash__(self):
        return hash(self.name)

    def response(self, status):
        return self.responses.get(str(status)) or self.responses.get("default")


def _inlined(node, root, inside=()):
    """A copy without $ref. What stands beside a reference goes before what it refers to."""
    if isinstance(node, list):
        return [_inlined(item, root, inside) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return {name: _inlined(value, root, inside) for name, value in node.items()}
    if reference in inside:
        raise BrokenDocument(f"{reference} refers to itself")
    target = root
    for name in reference.removeprefix("#/").split("/"):
        try:
            target = target[name.replace("~1", "/").replace("~0", "~")]
        except (KeyError, TypeError):
            raise BrokenDocument(f"{reference} refers to nothing") from None
    beside = {name: value for name, value in node.items() if name != "$ref"}
    return {**_inlined(target, root, (*inside, reference)), **_inlined(beside, root, inside)}


def _contents(node):
    found = {}
    for media_type, content in node.get("content", {}).items():
        examples = [content["example"]] if "example" in content else []
        examples += [named["value"] for named in content.get("examples", {}).values()]
        found[media_type] = Content(content.get("schema", {}), tuple(examples))
    return found


class Document:
    def __init__(self, root):
        self.operations = []
        self._fixed, self._with_parameter = {}, []
        for path, item in root["paths"].items():
            item = _inlined(item, root)
            shared = item.get("parameters", [])
            of_path = {}
            for method in METHODS:
                if method in item:
                    operation = self._read(method.upper(), path, item[method], shared)
                    of_path[operation.method] = operation
                    self.operations.append(operation)
            if "{" in path:
                self._with_parameter.append((path.split("/"), of_path))
            else:
                self._fixed[path] = of_path

    @classmethod
    def load(cls, path=PATH):
        return cls(json.loads(path.read_text(encoding="utf-8")))

    @staticmethod
    def _read(method, path, node, shared):
        return Operation(
            method, path, node.get("operationId", ""), node.get("x-access", ""),
            node.get("x-body-limit", 0), tuple(shared + node.get("parameters", [])),
            _contents(node.get("requestBody", {})),
            {status: Response(_contents(response), response.get("headers", {}))
             for status, response in node["responses"].items()})

    def of_api(self):
        """What is served at the API's own door."""
        there = copy.copy(self)
        there.operations = [one for one in self.operations if not one.is_of_webhook]
        paths = {one.path for one in there.operations}
        there._fixed = {path: of_path for path, of_path in self._fixed.items() if path in paths}
        return there

    def of_path(self, path):
        """The operations of an address, by method; nothing if it is in no entry of `paths`."""
        if path in self._fixed:
            return self._fixed[path]
        segments = path.split("/")
        for pattern, operations in self._with_parameter:
            if len(pattern) == len(segments) and all(
                    given if wanted.startswith("{") else given == wanted
                    for wanted, given in zip(pattern, segments)):
                return operations
        return {}

    def find(self, method, path):
        return self.of_path(path).get(method)

    def operation(self, name):
        """By its operationId."""
        return next(one for one in self.operations if one.id == name)
