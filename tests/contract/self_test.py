"""Tests of the contract's own checks: python3 tests/contract/self_test.py

Each detector is shown what it has to find, and a right answer beside it that it must leave alone. And the
document is held to itself: its examples fit its schemas, and it uses nothing that is checked by nobody.
"""
import gzip
import json
import pathlib
import random
import sys
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from contract import examples, rights, values  # noqa: E402  (needs the path above)
from contract.answers import PROBLEM, Answers, Exchange  # noqa: E402
from contract.coding import decoded  # noqa: E402
from contract.document import BrokenDocument, Document  # noqa: E402
from contract.judge import Judge  # noqa: E402
from contract.marks import Marks, phone, word  # noqa: E402
from contract.schemas import Schema, closed  # noqa: E402
from contract.sparse import narrowed  # noqa: E402
from contract.wire import Answer  # noqa: E402

ULID = "01JDG7T5Q8ZK3V9M4B6N2R0XWY"
LEAD = {"id": f"lead_{ULID}", "handle": "Blue 7", "name": None, "at": "2026-08-22T08:00:00.000Z",
        "tags": ["a"]}
NOT_APPROVED = {"status": 403, "code": "client_not_approved"}


def small_document():
    """A few operations and what they may answer."""
    problem = {"description": "", "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    lead = {"type": "object", "required": ["id", "handle", "name", "at", "tags"], "properties": {
        "id": {"type": "string", "pattern": "^lead_[0-9A-Z]{26}$"}, "handle": {"type": "string"},
        "name": {"oneOf": [{"type": "object", "required": ["text"],
                            "properties": {"text": {"type": "string"}}}, {"type": "null"}]},
        "at": {"type": "string", "format": "date-time"},
        "kind": {"type": "string", "enum": ["new", "old"]},
        "tags": {"type": "array", "items": {"type": "string"}}, "open": {"type": "object"}}}
    responses = {"200": {"description": "", "headers": {
                     "ETag": {"required": True}, "Left": {"schema": {"type": "integer", "minimum": 1}}},
                         "content": {"application/json": {"schema": lead, "example": LEAD}}},
                 "304": {"description": "", "headers": {"ETag": {"required": True}}},
                 **{status: problem for status in ("403", "404", "429", "500", "503")}}
    return {
        "paths": {
            "/v1/leads/{id}": {"get": {"operationId": "showLead", "x-access": "read_lead",
                                       "parameters": [{"name": "fields", "in": "query", "x-sparse": True,
                                                       "schema": {"type": "array"}}],
                                       "responses": responses},
                               "delete": {"operationId": "dropLead", "x-access": "read_lead",
                                          "responses": {"204": {"description": ""}}}},
            "/v1/leads/{id}/reveal": {"post": {"operationId": "revealIdentifiers", "x-access": "reveal",
                                               "responses": {**responses, "200": {
                                                   "description": "",
                                                   "content": responses["200"]["content"]}}}},
            "/healthz": {"get": {"operationId": "showAlive", "x-access": "local_network",
                                 "responses": {"200": {"description": ""}}}}},
        "components": {"schemas": {"Problem": {
            "type": "object", "required": ["status", "code"],
            "properties": {"status": {"type": "integer"}, "code": {"type": "string"}}}}}}


def answer_of(status=200, body=LEAD, media_type="application/json", without=(), **fields):
    pairs = {"Content-Type": media_type, "X-Request-Id": "req_1", "Cache-Control": "no-store",
             "ETag": '"7"', **{name.replace("_", "-"): value for name, value in fields.items()}}
    if status >= 400:
        del pairs["ETag"]
    pairs = [(name, value) for name, value in pairs.items() if name not in without]
    head = f"HTTP/1.1 {status}\r\n" + "\r\n".join(": ".join(pair) for pair in pairs)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, pairs, data, head)


def problem_of(status, code="not_found", **fields):
    return answer_of(status, {"status": status, "code": code}, PROBLEM, **fields)


class TheDocument(unittest.TestCase):
    def test_its_examples_fit_its_schemas_and_it_uses_nothing_unknown(self):
        self.assertEqual(examples.mismatches(Document.load()), [])

    def test_every_schema_of_a_request_has_right_values(self):
        draw = values.Values(random.Random(1))
        for operation in Document.load().operations:
            for content in operation.bodies.values():
                if any(part.get("format") for part in content.schema.get("properties", {}).values()):
                    continue  # base64 of nothing is not drawn
                schema = Schema(content.schema)
                for _ in range(50):
                    self.assertEqual(schema.mismatches(draw.right(content.schema)), [], operation.name)

    def test_every_parameter_has_right_values(self):
        draw = values.Values(random.Random(1))
        for operation in Document.load().operations:
            for parameter in operation.parameters:
                schema = Schema(parameter["schema"])
                for _ in range(20):
                    self.assertEqual(schema.mismatches(draw.right(parameter["schema"])), [],
                                     f"{operation.name} {parameter['name']}")

    def test_wrong_example_and_unknown_format_and_access_are_found(self):
        root = small_document()
        operation = root["paths"]["/v1/leads/{id}"]["get"]
        content = operation["responses"]["200"]["content"]["application/json"]
        self.assertEqual(examples.mismatches(Document(root)), [])
        content["example"] = {**LEAD, "more": 1}
        operation["x-access"] = "everybody"
        content["schema"]["properties"]["handle"]["format"] = "handle"
        root["paths"]["/healthz"]["get"]["parameters"] = [
            {"name": "x", "in": "query", "schema": {"type": "sting"}}]
        found = " | ".join(examples.mismatches(Document(root)))
        for words in ("more", "everybody", "format handle", "the schema is none"):
            self.assertIn(words, found)

    def test_reference_to_nothing_or_to_itself_is_refused(self):
        root = small_document()
        for target in ("#/components/schemas/None", "#/components/schemas/Problem"):
            with self.subTest(target):
                root["components"]["schemas"]["Problem"]["properties"]["in"] = {"$ref": target}
                with self.assertRaises(BrokenDocument):
                    Document(root)

    def test_door_of_the_webhook_is_another_one(self):
        document = Document.load()
        self.assertIsNotNone(document.find("GET", "/webhooks/whatsapp"))
        self.assertIsNone(document.of_api().find("GET", "/webhooks/whatsapp"))
        self.assertIsNotNone(document.of_api().find("GET", "/healthz"))

    def test_operations_are_found_by_address(self):
        document = Document(small_document())
        self.assertEqual(document.find("GET", "/v1/leads/x").id, "showLead")
        for path in ("/v1/leads", "/v1/leads/", "/v1/leads/x/y", "/v1", ""):
            self.assertIsNone(document.find("GET", path))


class AnswerCheck(unittest.TestCase):
    def setUp(self):
        self.answers = Answers(Document(small_document()))

    def found(self, answer, method="GET", target=f"/v1/leads/lead_{ULID}?x=1", sent_body=False):
        return " | ".join(self.answers.mismatches(Exchange(
            method, target, answer.status, answer.fields, answer.body, sent_body)))

    def test_right_answers_are_left_alone(self):
        for answer in (answer_of(), answer_of(body={**LEAD, "name": {"text": "x"}, "open": {"any": 1}}),
                       problem_of(404), problem_of(429, Retry_After="60"), problem_of(500)):
            self.assertEqual(self.found(answer), "")
        self.assertEqual(self.found(answer_of(204, b"", without=("Content-Type", "ETag")), "DELETE"), "")

    def test_wrong_status_is_found(self):
        self.assertIn("status is not documented", self.found(answer_of(201)))
        self.assertIn("status is not documented", self.found(problem_of(418)))
        self.assertIn("status is not documented", self.found(problem_of(400)))

    def test_wrong_type_is_found_and_named_without_its_value(self):
        found = self.found(answer_of(body={**LEAD, "handle": 4915123}))
        self.assertIn("handle is not of type string", found)
        self.assertNotIn("4915123", found)
        self.assertIn("tags.0 is not of type string", self.found(answer_of(body={**LEAD, "tags": [1]})))

    def test_extra_member_is_found_at_any_depth(self):
        self.assertIn("the schema does not name: more", self.found(answer_of(body={**LEAD, "more": 1})))
        self.assertIn("the schema does not name: more", self.found(
            answer_of(body={**LEAD, "name": {"text": "x", "more": 1}})))

    def test_missing_member_is_found_at_any_depth(self):
        self.assertIn("the body lacks handle", self.found(
            answer_of(body={name: LEAD[name] for name in LEAD if name != "handle"})))
        self.assertIn("name lacks text", self.found(answer_of(body={**LEAD, "name": {}})))

    def test_wrong_values_are_found(self):
        for member, value in (("kind", "odd"), ("id", "lead_x"), ("at", "2026-08-22 08:00"),
                              ("at", "2026-02-30T08:00:00.000Z"), ("at", "2026-08-22T08:00:00Z")):
            with self.subTest(f"{member} {value}"):
                self.assertIn(member, self.found(answer_of(body={**LEAD, member: value})))

    def test_wrong_content_type_and_what_is_no_json_are_found(self):
        self.assertIn("content type", self.found(answer_of(media_type="text/html")))
        self.assertIn("content type", self.found(answer_of(media_type=PROBLEM)))
        for body in (b"{", b"", b'{"a":NaN}', b'"\xff"'):
            self.assertIn("not what the content type says", self.found(answer_of(body=body)))

    def test_body_where_none_is_documented_is_found(self):
        self.assertIn("a body where none", self.found(
            answer_of(204, b"x", without=("ETag",)), "DELETE"))

    def test_missing_and_undocumented_fields_are_found(self):
        for name in ("ETag", "X-Request-Id", "Cache-Control"):
            self.assertIn(name, self.found(answer_of(without=(name,))))
        self.assertIn("x-lead is not documented", self.found(answer_of(X_Lead="x")))
        self.assertIn("Retry-After", self.found(problem_of(429)))
        self.assertIn("Retry-After", self.found(problem_of(503, "unavailable")))

    def test_field_that_does_not_fit_its_schema_is_found(self):
        self.assertEqual(self.found(answer_of(Left="7")), "")
        for value in ("0", "x", "", "-1"):
            self.assertIn("Left does not fit", self.found(answer_of(Left=value)))

    def test_answer_of_which_only_some_members_were_asked_for(self):
        target = "/v1/leads/x?fields=handle,kind"
        some = {name: LEAD[name] for name in ("id", "handle")}
        self.assertEqual(self.found(answer_of(body=some), target=target), "")
        self.assertIn("lacks", self.found(answer_of(body=some), target="/v1/leads/x"))
        self.assertIn("the schema does not name: at, name, tags", self.found(answer_of(), target=target))
        self.assertIn("lacks handle", self.found(answer_of(body={"id": LEAD["id"]}), target=target))
        self.assertEqual(self.found(problem_of(404), target=target), "")

    def test_list_of_which_only_some_members_were_asked_for(self):
        schema = {"type": "object", "required": ["items"], "properties": {"items": {
            "type": "array", "items": {"type": "object", "required": ["id", "a", "b"],
                                       "properties": {"id": {}, "a": {}, "b": {}}}}}}
        some = Schema(closed(narrowed(schema, {"id", "a"})))
        self.assertEqual(some.mismatches({"items": [{"id": 1, "a": 1}]}), [])
        self.assertNotEqual(some.mismatches({"items": [{"id": 1, "a": 1, "b": 1}]}), [])
        self.assertNotEqual(some.mismatches({"items": [{"id": 1}]}), [])

    def test_what_is_not_modified_has_no_body(self):
        same = answer_of(304, b"", without=("Content-Type",))
        self.assertEqual(self.found(same), "")
        self.assertIn("a body where none", self.found(same._replace(body=b"{}")))

    def test_problem_that_names_another_status_is_found(self):
        self.assertIn("another status", self.found(answer_of(
            404, {"status": 400, "code": "x"}, PROBLEM)))

    def test_answers_before_there_is_an_operation(self):
        for answer, method, target in (
                (problem_of(404), "GET", "/nothing"), (problem_of(403, "client_not_approved"), "GET", "/x"),
                (problem_of(405, Allow="GET, DELETE"), "PUT", "/v1/leads/x"),
                (problem_of(400, Connection="close"), "GET", "/v1/leads/x"),
                (problem_of(431, Connection="close"), "GET", "/v1/leads/x")):
            self.assertEqual(self.found(answer, method, target), "")
        self.assertEqual(self.found(problem_of(413), "GET", "/v1/leads/x", sent_body=True), "")
        self.assertEqual(self.found(problem_of(429, Retry_After="1"), "GET", "/nothing"), "")
        for answer, method, target in (
                (problem_of(404), "PUT", "/v1/leads/x"), (problem_of(403, "forbidden"), "GET", "/nothing"),
                (problem_of(405, Allow="GET"), "PUT", "/v1/leads/x"), (answer_of(), "GET", "/nothing"),
                (problem_of(413), "GET", "/v1/leads/x"), (problem_of(405, Allow=""), "GET", "/nothing")):
            self.assertNotEqual(self.found(answer, method, target), "")

    def test_verdict_that_is_remembered_stays_the_same(self):
        wrong = answer_of(body={**LEAD, "more": 1})
        self.assertEqual(self.found(wrong), self.found(wrong))
        self.assertEqual(self.found(answer_of()), self.found(answer_of()))


class Encodings(unittest.TestCase):
    def test_what_is_no_base64_is_found(self):
        schema = Schema({"type": "array", "items": {"type": "string", "contentEncoding": "base64"}})
        self.assertEqual(schema.mismatches(["", "YQ==", "+/+/"]), [])
        for text in ("Y", "YQ", "-_-_", "Y Q="):
            self.assertEqual(schema.mismatches([text]), ["0 is no base64"], text)


class Patterns(unittest.TestCase):
    def test_each_piece_comes_as_often_as_the_pattern_says(self):
        randomness = random.Random(1)
        for pattern in ("^[a-z]+_[0-9A-H]{26}$", "^lead$", "^[a-z][a-z0-9-]{0,3}$",
                        "^https://[!-~]{1,9}$"):
            drawn = {values.matching(randomness, pattern) for _ in range(200)}
            for text in drawn:
                self.assertRegex(text, pattern)
            self.assertEqual(len({len(text) for text in drawn}) > 1, "+" in pattern or "," in pattern)

    def test_pattern_of_another_kind_is_not_taken_for_one(self):
        for pattern in ("^(a|b)$", "^a*$", "^a?$", "^.$", "a", "^a"):
            with self.assertRaises(ValueError):
                values.matching(random.Random(1), pattern)


class Closing(unittest.TestCase):
    def test_schema_that_says_so_itself_stays_open(self):
        schema = {"type": "object", "properties": {"a": {}}, "additionalProperties": {"type": "string"}}
        self.assertEqual(Schema(closed(schema)).mismatches({"b": "x"}), [])
        self.assertNotEqual(Schema(closed(schema)).mismatches({"b": 1}), [])
        self.assertEqual(Schema(closed({"type": "object"})).mismatches({"b": 1}), [])


class Coding(unittest.TestCase):
    def test_gzip_is_taken_off_and_what_is_none_stays(self):
        fields = [("Content-Encoding", "gzip")]
        self.assertEqual(decoded(fields, gzip.compress(b"{}")), b"{}")
        self.assertEqual(decoded(fields, b"{}"), b"{}")
        self.assertEqual(decoded([], b"{}"), b"{}")


class JudgeCheck(unittest.TestCase):
    """What the property run looks for."""

    def setUp(self):
        document = Document(small_document())
        self.marks = Marks()
        self.judge = Judge(Answers(document), self.marks)
        self.lead, self.alive = document.operation("showLead"), document.operation("showAlive")
        self.reveal = document.operation("revealIdentifiers")
        self.whole = types.SimpleNamespace(
            name="whole", is_approved=True, scopes=("leads:read", "leads:reveal"), own_scopes=(),
            record_classes=("names", "texts", "phone_numbers"))
        self.other = types.SimpleNamespace(
            name="other", is_approved=True, scopes=("leads:read",), own_scopes=(), record_classes=())
        self.nobody = types.SimpleNamespace(
            name="none", is_approved=False, scopes=(), own_scopes=(), record_classes=())

    def wrongs(self, answer, client, role="agent", operation=None, shows=None, method=None):
        seat = types.SimpleNamespace(client=client, role=role, name="somebody")
        shown = shows or (seat if role else None)
        operation = operation or self.lead
        request = types.SimpleNamespace(
            operation=operation, seat=seat, shows=shown, method=method or operation.method, body=None,
            target=operation.path.replace("{id}", f"lead_{ULID}"))
        return " | ".join(self.judge.wrongs(request, answer))

    def test_right_answers_are_left_alone(self):
        self.assertEqual(self.wrongs(answer_of(), self.whole), "")
        self.assertEqual(self.wrongs(problem_of(403, "client_not_approved"), self.nobody), "")
        self.assertEqual(self.wrongs(problem_of(503, "unavailable", Retry_After="5"), self.whole), "")
        self.assertEqual(self.wrongs(problem_of(400, Connection="close"), self.nobody), "")
        alive = answer_of(body=b"", without=("ETag", "Content-Type"))
        self.assertEqual(self.wrongs(alive, self.nobody, None, self.alive), "")

    def test_fault_of_ours_is_found_though_it_is_documented(self):
        self.assertIn("our fault", self.wrongs(problem_of(500), self.whole))
        self.assertIn("our fault", self.wrongs(problem_of(503, "unavailable"), self.whole))
        self.assertIn("our fault", self.wrongs(problem_of(502), self.whole))

    def test_answer_to_a_program_that_is_not_approved_is_found(self):
        for answer in (answer_of(), problem_of(404), problem_of(403, "forbidden"),
                       problem_of(405, Allow="DELETE, GET")):
            self.assertIn("not approved", self.wrongs(answer, self.nobody))
        self.assertIn("not approved", self.wrongs(problem_of(404), self.nobody, method="PUT"))

    def test_success_of_who_may_not_is_found(self):
        self.assertIn("may not", self.wrongs(answer_of(), self.whole, "admin"))
        self.assertIn("may not", self.wrongs(answer_of(), self.whole, None))
        owner = types.SimpleNamespace(client=self.whole, role="agent", name="owner")
        self.assertIn("token of another program", self.wrongs(answer_of(), self.other, shows=owner))

    def test_leak_is_found_in_body_and_fields_and_in_every_spelling(self):
        number, address = phone(), word() + "@example.org"
        self.marks.add_phone("a number", number)
        self.marks.add_text("an address", address)
        rest = number[5:]
        for text in ("+" + number, "0" + number[2:], f"0151 {rest}", f"0151/{rest[:4]} {rest[4:]}",
                     number[:1:-1], number.encode().hex(), "%2B" + number, rest):
            with self.subTest(text):
                self.assertIn("a number", self.wrongs(answer_of(body={**LEAD, "handle": text}), self.whole))
        self.assertIn("an address", self.wrongs(
            answer_of(body={**LEAD, "handle": address.upper()}), self.whole))
        self.assertIn("a number", self.wrongs(answer_of(X_Request_Id=number), self.whole))
        self.assertIn("a number", self.wrongs(problem_of(403, number), self.nobody))

    def test_names_and_texts_are_seen_by_those_who_may(self):
        name, text = word(), word()
        self.marks.add_text("a name", name, "names")
        self.marks.add_text("a text", text, "texts")
        answer = answer_of(body={**LEAD, "handle": name, "name": {"text": text}})
        self.assertEqual(self.wrongs(answer, self.whole), "")
        self.assertEqual(self.marks.seen, {"a name", "a text"})
        self.assertIn("a name", self.wrongs(answer, self.other))
        self.assertIn("a text", self.wrongs(answer, self.whole, "admin"))

    def test_number_is_seen_by_a_supervisor_in_an_answer_that_reveals_it_and_nowhere_else(self):
        number, other = phone(), phone()
        self.marks.add_phone("a number", number, "phone_numbers")
        self.marks.add_phone("another number", other)
        answer = answer_of(body={**LEAD, "handle": "+" + number}, without=("ETag",))
        self.assertEqual(self.wrongs(answer, self.whole, "supervisor", self.reveal), "")
        self.assertEqual(self.marks.seen, {"a number"})
        without_class, without_scope = (
            types.SimpleNamespace(**{**vars(self.whole), **narrower})
            for narrower in ({"record_classes": ("names", "texts")}, {"scopes": ("leads:read",)}))
        for client, role, operation in (
                (self.whole, "agent", self.reveal), (self.whole, "admin", self.reveal),
                (self.whole, "auditor", self.reveal), (self.whole, None, self.reveal),
                (without_class, "supervisor", self.reveal), (without_scope, "supervisor", self.reveal),
                (self.nobody, "supervisor", self.reveal), (self.whole, "supervisor", self.lead),
                (self.whole, "supervisor", self.alive)):
            with self.subTest(f"{role} {operation.id}"):
                self.assertIn("a number", self.wrongs(answer, client, role, operation))
        self.assertIn("a number", self.wrongs(
            answer_of(X_Request_Id=number, without=("ETag",)), self.whole, "supervisor", self.reveal))
        self.assertIn("a number", self.wrongs(
            problem_of(404, number), self.whole, "supervisor", self.reveal))
        self.assertIn("another number", self.wrongs(
            answer_of(body={**LEAD, "handle": other}, without=("ETag",)), self.whole, "supervisor",
            self.reveal))


class Rights(unittest.TestCase):
    def test_every_access_of_the_document_is_known(self):
        for operation in Document.load().operations:
            self.assertTrue(rights.is_known(operation.access), operation.name)


if __name__ == "__main__":
    unittest.main()
