"""What can be wrong with a request: its path, query, fields, token, method or body.

Some of it is no reason to refuse, such as an odd Accept; then the answer is one to a good request.
"""
import json
import urllib.parse

from contract import values
from contract.forms import FORM, JSON, written
from contract.values import Values

# A body over this is announced only: it is refused for its announced length.
_MOST_SENT = 70_000
_ODD_IDS = ("..", "%00", "%2e%2e%2f", "'%20OR%201=1", "*", "-", "%F0%9F")
_METHODS = ("PUT", "HEAD", "OPTIONS", "TRACE", "GET", "POST", "DELETE", "PATCH", "get", "PROPFIND")


class Wrongs:
    """`right` makes what is right (requests.Requests)."""

    def __init__(self, randomness, world, right):
        self._random, self._world, self._right = randomness, world, right

    def take_token(self, request):
        request.cases += (self._spoil_token(request),)

    def spoil(self, request):
        for _ in range(self._random.choice((1, 1, 1, 2))):
            request.cases += (self._way(request)(request),)

    def _way(self, request):
        ways = [self._spoil_query, self._spoil_fields, self._spoil_token] * 2 + [self._spoil_method]
        if "{" in request.operation.path:
            ways += [self._spoil_path] * 3
        if request.operation.bodies:
            ways += [self._spoil_body] * 12
        else:
            ways += [self._unwanted_body]
        return self._random.choice(ways)

    def _spoil_path(self, request):
        parameter, = [one for one in request.operation.parameters if one["in"] == "path"]
        path, question, query = request.target.partition("?")
        before, _, after = request.operation.path.partition("{%s}" % parameter["name"])
        real = path.removeprefix(before).removesuffix(after)
        case, value = self._random.choice((
            ("a foreign id", self._right.foreign_id(parameter)), ("a lower-case id", real.lower()),
            ("a short id", real[:-1]), ("a long id", real + "0"), ("a very long id", "x" * 300),
            ("an id of another kind", self._world.an_id("lead") or "lead_x"),
            ("an odd id", self._random.choice(_ODD_IDS)),
            ("a marked id", self._world.probe())))
        request.target = before + urllib.parse.quote(value, safe="%*'=") + after + question + query
        return case

    def _spoil_query(self, request):
        named = [one["name"] for one in request.operation.parameters if one["in"] == "query"]
        name = self._random.choice(named or ["limit"])
        case, pair = self._random.choice((
            ("an unknown parameter", "unknown=1"), ("a half-encoded parameter", f"{name}=%"),
            ("a marked parameter", f"{name}={urllib.parse.quote(self._world.probe())}"),
            ("a parameter with a marked name", f"{urllib.parse.quote(self._world.probe())}=1"),
            ("an odd parameter", f"{name}=" + urllib.parse.quote(
                self._random.choice(values.ODD).encode("utf-8", "surrogatepass"))),
            ("a parameter out of bounds", f"{name}=" + self._random.choice(
                ("0", "-1", "101", "1e3", "99999999999999999999", "0x10", "+1", " 1"))
             .replace(" ", "%20")),
            ("a long parameter", f"{name}=" + "A" * self._random.choice((511, 512, 513, 4_000))),
            ("many parameters", "&".join(f"p{number}=1" for number in range(40))),
            ("a parameter that stands twice", f"{name}=1&{name}=1")))
        request.target += ("&" if "?" in request.target else "?") + pair
        return case

    def _spoil_fields(self, request):
        own = [one["name"] for one in request.operation.parameters if one["in"] == "header"]
        if own and self._random.random() < 0.7:
            return self._spoil_own_field(request, self._random.choice(own))
        probe = self._world.probe()
        case, field = self._random.choice((
            ("an odd Accept", ("Accept", self._random.choice(("", "image/png", "x", "*/*;q=2", probe)))),
            ("an odd cookie", ("Cookie", f"__Host-session={probe}; __Host-device=x; a=\"")),
            ("an odd proof", ("DPoP", self._random.choice(("x", "a.b.c", "e30.e30.e30", probe)))),
            ("another origin", ("Origin", "https://elsewhere.example")),
            ("a site of another page", ("Sec-Fetch-Site", "cross-site")),
            ("a forged certificate", ("X-SSL-Client-Cert", "MIIB")),
            ("a forged address", ("X-Forwarded-For", "203.0.113.7")),
            ("marked fields", ("User-Agent", probe)), ("another language", ("Accept-Language", probe)),
            ("another length", ("Transfer-Encoding", "gzip")),
            ("an odd expectation", ("Expect", "the-best")),
            ("a long field", ("X-Long", "x" * 9_000)),
            ("no field", ("X Y", "1"))))
        request.fields.append(field)
        if self._random.random() < 0.05:
            request.fields += [(f"X-{number}", "1") for number in range(120)]
            return "many fields"
        return case

    def _spoil_own_field(self, request, name):
        kept = [field for field in request.fields if field[0] != name]
        there = [field for field in request.fields if field[0] == name]
        case, changed = self._random.choice((
            (f"no {name}", []), (f"{name} twice", [(name, '"1"')] * 2),
            (f"an odd {name}", [(name, self._random.choice(
                ("*", '""', 'W/"1"', '"1", "2"', '"-1"', '"99999999999999999999"', "x y", "ä", "x" * 256,
                 "", "sha256=", "sha256=" + "0" * 64)))]),
            (f"a marked {name}", [(name, self._world.probe())]),
            (f"an older {name}", [(name, '"1"')] if there else [])))
        request.fields = kept + changed
        return case

    def _spoil_token(self, request):
        request.fields = [one for one in request.fields if one[0] != "Authorization"]
        request.shows = None
        case, value = self._random.choice((
            ("no token", None), ("a wrong token", "Bearer " + values.matching(
                self._random, "^[A-Za-z0-9_-]{43,43}$")),
            ("a marked token", "Bearer " + self._world.probe()),
            ("another scheme", "Basic YTpi"), ("an empty token", "Bearer "),
            ("a long token", "Bearer " + "x" * self._random.choice((255, 256, 257, 4_000))),
            ("a token twice", "Bearer x")))
        if value is not None:
            request.fields.append(("Authorization", value))
        if case == "a token twice":
            request.fields.append(("Authorization", value))
        if self._world.people.lends_a_token():
            return self._show_token_of_another(request, value)
        return case

    def _show_token_of_another(self, request, value):
        other = self._world.people.somebody_signed_in()
        if other is not None and other.client is not request.seat.client:
            request.fields = [one for one in request.fields if one[0] != "Authorization"]
            request.fields.append(("Authorization", "Bearer " + other.token))
            request.shows = other
            return "a token of another program"
        return "a wrong token" if value else "no token"

    def _spoil_method(self, request):
        request.method = self._random.choice(_METHODS)
        return f"the method {request.method}"

    def _unwanted_body(self, request):
        request.body = self._random.choice((b"{}", b"x", b'{"x":1}', b"x" * 2_000))
        return "a body that nobody wants"

    def _spoil_body(self, request):
        media_type, content = next(iter(request.operation.bodies.items()))
        if self._random.random() < 0.12:
            return self._other_content_type(request)
        if self._random.random() < 0.06:
            return self._over_the_limit(request)
        right = self._right.right_body(request, content)
        if media_type == FORM:
            case, request.body = self._spoiled_form(right)
        else:
            case, request.body = Values(self._random).spoiled(content.schema, right)
        if self._random.random() < 0.5:
            self._world.complete(request)
        return f"a body: {case}".replace("_", " ")

    def _spoiled_form(self, right):
        name = self._random.choice(list(right))
        return self._random.choice((
            ("missing_member", written(FORM, {k: v for k, v in right.items() if k != name})),
            ("twice", written(FORM, right) + b"&" + written(FORM, right)),
            ("odd_string", written(FORM, {**right, name: "\u0000" + "x" * 2_000})),
            ("extra_member", written(FORM, {**right, "SAMLart": "x"})),
            ("half_encoded", f"{name}=%".encode()), ("no_utf8", f"{name}=%FF".encode()),
            ("empty", b""), ("no_object", json.dumps(right).encode())))

    def _other_content_type(self, request):
        request.fields = [one for one in request.fields if one[0] != "Content-Type"]
        kind = self._random.choice((None, "", "text/plain", JSON + "x", FORM + "x", "x",
                                    "multipart/form-data"))
        if kind is not None:
            request.fields.append(("Content-Type", kind))
        return "another content type"

    def _over_the_limit(self, request):
        size = request.operation.body_limit + 1
        if size > _MOST_SENT:
            request.body, request.announced = b"", size
        else:
            request.body = b" " * size
        return "a body over the limit"
