"""The requests of the description of the API as a collection for Bruno: a folder for each tag, and the main
path as a folder that runs from its first request to its last."""
import json

COLLECTION = {
    "version": "1",
    "name": "Leadkeep",
    "type": "collection",
    "ignore": ["node_modules", ".git"],
    # Each connection shows the certificate of an approved client.
    "clientCertificates": {"enabled": True, "certs": [
        {"domain": "{{host}}", "type": "cert", "certFilePath": "{{certificate}}",
         "keyFilePath": "{{key}}", "passphrase": ""}]},
}

# What the quickstart and the README have as environment variables. Nothing of it is kept in a file.
ENVIRONMENT = {
    "baseUrl": "{{process.env.LEADKEEP_API}}",
    "host": "127.0.0.1:*",
    "certificate": "{{process.env.LEADKEEP_CERT}}",
    "key": "{{process.env.LEADKEEP_KEY}}",
    "username": "{{process.env.LEADKEEP_USER}}",
    "password": "{{process.env.LEADKEEP_PASSWORD}}",
}

# In place of the example, as it is somebody's own.
BODIES = {"openSession": {"username": "{{username}}", "password": "{{password}}"}}
HEADERS = {"Idempotency-Key": "{{$guid}}", "If-Match": "{{etag}}"}

# Operation, status, what later requests need of the answer.
MAIN_PATH = (
    ("showClient", 200, {}),
    ("openSession", 201, {"token": "res.body.token"}),
    ("showSession", 200, {}),
    ("listConversations", 200, {"conversationId": "res.body.items[0].id",
                                "leadId": "res.body.items[0].lead.id"}),
    ("listMessages", 200, {}),
    ("showConversation", 200, {"etag": "res.headers.etag"}),
    ("changeConversation", 200, {"etag": "res.headers.etag"}),
    ("sendMessage", 202, {}),
    ("addNote", 201, {}),
    ("showLead", 200, {}),
    ("closeSession", 204, {}),
)


def block(name, lines):
    return f"{name} {{\n" + "".join(f"  {line}".rstrip() + "\n" for line in lines) + "}\n"


def pairs(values):
    return [f"{name}: {value}".rstrip() for name, value in values.items()]


class Collection:
    def __init__(self, document):
        self._document = document
        self._operations = {}
        for path, item in document["paths"].items():
            for method, operation in item.items():
                self._operations[operation["operationId"]] = (path, method, operation)

    def files(self):
        """Text by path."""
        files = {
            "bruno.json": json.dumps(COLLECTION, indent=2) + "\n",
            "collection.bru": "\n".join((
                block("auth", ["mode: bearer"]), block("auth:bearer", ["token: {{token}}"]),
                block("docs", ["Written from the description of the API; changes here are lost.",
                               "", *self._document["info"]["description"].split("\n")]))),
            "environments/demo.bru": block("vars", pairs(ENVIRONMENT)) +
            "vars:secret [\n  token\n]\n",
            "main-path/folder.bru": block("meta", ["name: Main path", "seq: 1"]),
        }
        for number, (name, status, kept) in enumerate(MAIN_PATH, 1):
            files[f"main-path/{number:02}-{name}.bru"] = self._request(name, number, status, kept)
        seen = {}
        for number, tag in enumerate(self._document["tags"], 2):
            about = [block("docs", [tag["description"]])] if "description" in tag else []
            files[f"{tag['name']}/folder.bru"] = "\n".join(
                [block("meta", [f"name: {tag['name'].capitalize()}", f"seq: {number}"]), *about])
        for name, (_, _, operation) in self._operations.items():
            tag = operation["tags"][0]
            seen[tag] = seen.get(tag, 0) + 1
            files[f"{tag}/{name}.bru"] = self._request(name, seen[tag])
        return files

    def _resolved(self, parameter):
        """A parameter, and the name of a variable for it."""
        if "$ref" not in parameter:
            return parameter, parameter["name"]
        name = parameter["$ref"].rpartition("/")[2]
        return self._document["components"]["parameters"][name], name[0].lower() + name[1:]

    def _request(self, name, number, status=None, kept=None):
        path, method, operation = self._operations[name]
        parameters = {"path": {}, "query": {}, "header": {}}
        for entry in operation.get("parameters", ()):
            parameter, variable = self._resolved(entry)
            values = parameters[parameter["in"]]
            if parameter["in"] == "path":
                values[parameter["name"]] = "{{" + variable + "}}"
            elif parameter["name"] in HEADERS:
                values[parameter["name"]] = HEADERS[parameter["name"]]
            else:  # what may be left out is there, but switched off
                off = "" if parameter.get("required") else "~"
                values[off + parameter["name"]] = parameter["schema"].get("default", "")
        kind, body = self._body(name, operation)
        for parameter in parameters["path"]:
            path = path.replace("{" + parameter + "}", ":" + parameter)
        blocks = [
            block("meta", [f"name: {operation['summary']}", "type: http", f"seq: {number}"]),
            block(method, ["url: {{baseUrl}}" + path, f"body: {kind}",
                           f"auth: {'none' if operation.get('security') == [] else 'inherit'}"])]
        for place, title in (("query", "params:query"), ("path", "params:path"), ("header", "headers")):
            if parameters[place]:
                blocks.append(block(title, pairs(parameters[place])))
        if kind != "none":
            blocks.append(block(f"body:{'form-urlencoded' if kind == 'formUrlEncoded' else kind}", body))
        if kept:
            blocks.append(block("vars:post-response", pairs(kept)))
        if status:
            blocks.append(block("assert", [f"res.status: eq {status}"]))
        about = operation.get("description", "").split("\n") if "description" in operation else []
        blocks.append(block("docs", [*about, f"For: {operation['x-access']}"]))
        return "\n".join(blocks)

    def _body(self, name, operation):
        content = operation.get("requestBody", {}).get("content", {})
        if name in BODIES:
            return "json", json.dumps(BODIES[name], indent=2).split("\n")
        if "application/json" in content:
            example = content["application/json"].get("example", {})
            return "json", json.dumps(example, indent=2, ensure_ascii=False).split("\n")
        if "application/x-www-form-urlencoded" in content:
            schema = content["application/x-www-form-urlencoded"]["schema"]
            return "formUrlEncoded", [f"{member}:" for member in schema["properties"]]
        return "none", []
