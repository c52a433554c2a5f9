"""The description of the API keeps to linter/rules.yaml, and the linter finds what is wrong.

    python3 tests/clients/contract_lint.py [--document FILE]
"""
import argparse
import collections
import copy
import json
import pathlib
import sys
import tempfile
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1])]

import node_packages  # noqa: E402  (needs the path above)

DOCUMENT = node_packages.ROOT / "modules" / "api" / "openapi" / "openapi.json"
# Nothing is told to anybody, and nobody is asked for a newer version.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def findings(document):
    """Every finding as (rule, where, what)."""
    done = node_packages.run(node_packages.LINTER, "redocly", "lint", "--format=json",
                             "--max-problems=1000", "--config", node_packages.LINTER / "rules.yaml",
                             document, environment=QUIET)
    try:
        problems = json.loads(done.stdout)["problems"]
    except ValueError:
        raise AssertionError("the linter gave no report: " + done.stderr[-2000:]) from None
    if bool(problems) != bool(done.returncode):
        raise AssertionError(f"the linter ended with {done.returncode} and {len(problems)} findings")
    return [(one["ruleId"], one["location"][0].get("pointer", ""), one["message"])
            for one in problems]


class Contract(unittest.TestCase):
    document = DOCUMENT

    def test_document_keeps_to_the_rules(self):
        found = findings(self.document)
        self.assertEqual(found, [], "\n" + "\n".join(f"{rule} {where}\n    {what}"
                                                     for rule, where, what in found))

    def test_each_fault_is_found_where_it_is(self):
        """One fault for each rule that matters; what the sound document has is not counted."""
        broken = json.loads(self.document.read_text())
        paths, components = broken["paths"], broken["components"]

        def operation(path, method):
            return paths[path][method]

        def named(path, method, rest=""):
            return "#/paths/" + path.replace("/", "~1") + f"/{method}{rest}"

        inbox = operation("/v1/conversations", "get")
        inbox["responses"]["200"]["content"]["application/json"]["example"]["items"][0]["status"] = "lost"
        del operation("/v1/agents", "get")["operationId"]
        del operation("/v1/agents", "get")["summary"]
        operation("/v1/session", "get")["operationId"] = "listConversations"
        del operation("/v1/session", "get")["x-access"]
        operation("/v1/session", "delete")["x-access"] = "Anybody at all"
        del operation("/v1/events", "get")["x-body-limit"]
        operation("/v1/events", "get")["tags"] = ["gossip"]
        operation("/v1/client", "get")["security"] = [{"password": []}]
        for status in [one for one in inbox["responses"] if one.startswith("4")]:
            del inbox["responses"][status]
        del operation("/v1/leads/{id}", "get")["responses"]["500"]
        del operation("/v1/leads/{id}/consents", "get")["responses"]["200"]
        operation("/v1/leads/{id}/consents", "post")["responses"]["400"]["$ref"] += "Typo"
        components["schemas"]["Forgotten"] = {"type": "string"}
        components["schemas"]["Role"] = {"type": "sting"}
        components["schemas"]["Queued"]["required"].append("nothing_of_this_name")
        components["parameters"]["IfMatch"]["example"] = 7
        paths["/v1/Conversations"] = copy.deepcopy(paths["/v1/agents"])
        paths["/v1/sessions/{name}"] = copy.deepcopy(paths["/v1/agents"])
        expected = {
            "no-invalid-media-type-examples": named("/v1/conversations", "get", "/responses/200"),
            "operation-operationId": named("/v1/agents", "get"),
            "operation-summary": named("/v1/agents", "get"),
            "operation-operationId-unique": named("/v1/conversations", "get"),
            "rule/operation-names-its-access": named("/v1/session", "get"),
            "rule/operation-bounds-its-body": named("/v1/events", "get"),
            "operation-tag-defined": named("/v1/events", "get"),
            "security-defined": named("/v1/client", "get"),
            "operation-4xx-response": named("/v1/conversations", "get", "/responses"),
            "rule/operation-can-fail": named("/v1/leads/{id}", "get", "/responses"),
            "rule/operation-can-succeed": named("/v1/leads/{id}/consents", "get", "/responses"),
            "no-unresolved-refs": named("/v1/leads/{id}/consents", "post", "/responses/400"),
            "no-unused-components": "#/components/schemas/Forgotten",
            "struct": "#/components/schemas/Role",
            "no-required-schema-properties-undefined": "#/components/schemas/Queued",
            "no-invalid-parameter-examples": "#/components/parameters/IfMatch",
            "paths-kebab-case": "#/paths/~1v1~1Conversations",
            "path-parameters-defined": "#/paths/~1v1~1sessions~1{name}",
        }
        with tempfile.TemporaryDirectory(prefix="leadkeep-lint-") as folder:
            file = pathlib.Path(folder) / "broken.json"
            file.write_text(json.dumps(broken))
            where = collections.defaultdict(list)
            for rule, pointer, _ in findings(file):
                where[rule].append(pointer)
        for rule, pointer in expected.items():
            with self.subTest(rule):
                self.assertTrue(any(pointer in found for found in where[rule]),
                                f"{rule} found nothing at {pointer}: {where[rule]}")
        with self.subTest("an access that is no name"):
            self.assertEqual(sum(named("/v1/session", "delete") in found
                                 for found in where["rule/operation-names-its-access"]), 1)


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--document", type=pathlib.Path, default=DOCUMENT)
    given, rest = parser.parse_known_args()
    Contract.document = given.document.resolve()
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
