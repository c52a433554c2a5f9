"""What is made from the description of the API is what was made from it last: the types for TypeScript and
the collection for Bruno.

    python3 tests/clients/generated.py            # compares
    python3 tests/clients/generated.py --write    # makes them anew
"""
import argparse
import json
import pathlib
import sys
import tempfile
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1])]

import node_packages  # noqa: E402  (needs the path above)
from bruno_collection import Collection  # noqa: E402

CLIENTS = node_packages.ROOT / "clients"
DOCUMENT = node_packages.ROOT / "modules" / "api" / "openapi" / "openapi.json"
TYPESCRIPT = CLIENTS / "typescript"
TYPES = TYPESCRIPT / "leadkeep.d.ts"
BRUNO = CLIENTS / "bruno"
MEND = "The description of the API has changed; run: python3 tests/clients/generated.py --write"


def types(document):
    with tempfile.TemporaryDirectory(prefix="leadkeep-types-") as folder:
        file = pathlib.Path(folder) / "types.d.ts"
        # A member with a default may be left out of a request.
        done = node_packages.run(TYPESCRIPT, "openapi-typescript", document,
                                 "--default-non-nullable", "false", "-o", file)
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)
        return file.read_text()


def collection(document):
    return Collection(json.loads(document.read_text())).files()


def present_collection():
    return {str(file.relative_to(BRUNO)): file.read_text()
            for file in BRUNO.rglob("*") if file.suffix in (".bru", ".json")}


class Generated(unittest.TestCase):
    def test_types_are_those_of_the_document(self):
        self.assertTrue(types(DOCUMENT) == TYPES.read_text(), MEND)

    def test_collection_is_that_of_the_document(self):
        wanted, present = collection(DOCUMENT), present_collection()
        differ = sorted(name for name in {*wanted, *present} if wanted.get(name) != present.get(name))
        self.assertEqual(differ, [], MEND)

    def test_change_of_the_document_is_noticed(self):
        document = json.loads(DOCUMENT.read_text())
        document["components"]["schemas"]["Agent"]["properties"]["username"]["type"] = "integer"
        del document["paths"]["/v1/agents"]
        with tempfile.TemporaryDirectory(prefix="leadkeep-types-") as folder:
            file = pathlib.Path(folder) / "openapi.json"
            file.write_text(json.dumps(document))
            self.assertNotEqual(types(file), TYPES.read_text())
            self.assertNotEqual(collection(file), present_collection())


def write(document):
    TYPES.write_text(types(document))
    wanted = collection(document)
    for name in present_collection().keys() - wanted.keys():
        (BRUNO / name).unlink()
    for name, text in wanted.items():
        file = BRUNO / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--write", action="store_true")
    given, rest = parser.parse_known_args()
    if given.write:
        write(DOCUMENT)
    else:
        unittest.main(argv=[sys.argv[0], *rest])
