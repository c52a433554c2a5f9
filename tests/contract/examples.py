"""The document's own examples, and the formats and accesses that it uses, are ones that are known."""
import json
import re

from contract import rights, schemas
from contract.schemas import Schema, closed


def mismatches(document):
    """Sentences that name the place."""
    found = []
    for operation in document.operations:
        for media_type, content in operation.bodies.items():
            found += _of(f"{operation.name} takes {media_type}", content.schema, content.examples)
        for status, response in operation.responses.items():
            for media_type, content in response.contents.items():
                found += _of(f"{operation.name} answers {status} as {media_type}",
                             closed(content.schema), content.examples)
            for name, field in response.fields.items():
                found += _of(f"{operation.name} answers {status} with {name}",
                             field.get("schema", {}), _given(field))
        for parameter in operation.parameters:
            found += _of(f"{operation.name} takes {parameter['name']}", parameter["schema"],
                         _given(parameter))
        if not rights.is_known(operation.access):
            found.append(f"{operation.name}: nobody knows who x-access {operation.access} is")
    return found


def _given(node):
    return [node["example"]] if "example" in node else []


def _of(where, schema, examples):
    compiled = Schema(schema)
    found = [f"{where}: the format {part['format']} is checked by nobody"
             for part in schemas.parts_of(schema)
             if part.get("format") not in (None, *schemas.FORMATS)]
    found += [] if schemas.is_schema(schema) else [f"{where}: the schema is none"]
    if where.endswith("text/event-stream"):
        # Text, whose events have the schema of the content.
        compiled = schemas.Schema(schemas.closed(schema["contentSchema"]))
        examples = [json.loads(re.search(r"^data: (.*)$", one, re.M)[1]) for one in examples]
    for example in examples:
        found += [f"{where}: of the example {one}" for one in compiled.mismatches(example)]
    return found
