"""Values for a schema: right ones, right ones at a bound, and wrong ones.

What a schema does not say, such as that a user name exists, comes from whoever asks: `known` yields a
value for the name of a member, or nothing.
"""
import copy
import json
import re

# Crockford's alphabet, as ids have it.
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_WORDS = ("invoice", "Termin", "café", "née", "日本", "👋🏽", "a b", "x")
# Strings that have broken readers before.
ODD = ("", " ", "\u0000", "\r\nX-Injected: 1", "\u202e", "\ufeff", "\ud83d", "%00", "../../etc/passwd",
       "' OR 1=1 --", "<script>", "${jndi:x}", "{{7*7}}", "\u0085", "ﷺ" * 20, "null", "-0", "1e400")
# Of a pattern: a class or a literal, and how many of it.
_PIECE = re.compile(r"(\[[^\]]+\]|[^\[\]\\(){}*+?|^$.])(?:\{(\d+)(?:,(\d+))?\}|(\+))?")
_MOST_OF_MANY = 12
_ODD_NUMBERS = (0, -1, -2**63, 2**63, 2**64, 10**400, 1e308, -0.0, 0.1)


def an_id(randomness, prefix):
    """Well-formed, and of nothing that is there."""
    return f"{prefix}_" + "0" + "".join(randomness.choices(_BASE32, k=25))


def matching(randomness, pattern):
    """A string for one of the simple patterns that the document has: literals, classes, counts."""
    if not re.fullmatch(rf"\^(?:{_PIECE.pattern})*\$", pattern):
        raise ValueError(pattern)
    text = ""
    for one, least, most, many in _PIECE.findall(pattern[1:-1]):
        low = int(least or 1)
        high = _MOST_OF_MANY if many else int(most or low)
        text += "".join(randomness.choices(_alphabet(one), k=randomness.randint(low, high)))
    return text


def _alphabet(character_class):
    return [chr(code) for code in range(33, 127) if re.fullmatch(character_class, chr(code))]


class Values:
    def __init__(self, randomness, known=lambda name: None):
        self._random, self._known = randomness, known

    def right(self, schema, name=""):
        known = self._known(name)
        if known is not None:
            return known
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        if "anyOf" in schema or ("oneOf" in schema and "properties" not in schema):
            return self.right(self._random.choice(schema.get("anyOf") or schema["oneOf"]), name)
        kinds = schema.get("type", "object")
        kind = self._random.choice(kinds) if isinstance(kinds, list) else kinds
        return getattr(self, "_" + kind)(schema)

    def _object(self, schema):
        members = schema.get("properties", {})
        wanted = set(schema.get("required", ()))
        forms = schema.get("oneOf", ())
        if forms:
            form = self._random.choice(forms)
            wanted |= set(form["required"])
            others = {name for other in forms if other is not form for name in other["required"]}
        else:
            others = set()
        return {name: self.right(part, name) for name, part in members.items()
                if name in wanted or (name not in others and self._random.random() < 0.3)}

    def _array(self, schema):
        low, high = schema.get("minItems", 0), min(schema.get("maxItems", 3), 3)
        items = [self.right(schema.get("items", {"type": "string"}))
                 for _ in range(self._random.randint(low, max(low, high)))]
        return [item for index, item in enumerate(items) if item not in items[:index]]

    def _string(self, schema):
        if "pattern" in schema:
            return matching(self._random, schema["pattern"])
        if schema.get("format") == "date-time":
            return f"20{self._random.randint(10, 60)}-08-22T08:00:00.000Z"
        text = " ".join(self._random.choices(_WORDS, k=self._random.randint(1, 4)))
        return text[:schema.get("maxLength", 200)].ljust(schema.get("minLength", 0), "x")

    def _integer(self, schema):
        low = schema.get("minimum", 0)
        return self._random.randint(low, schema.get("maximum", low + 100))

    _number = _integer

    def _boolean(self, _):
        return self._random.random() < 0.5

    def _null(self, _):
        return None

    # -- wrong ones ------------------------------------------------------------------------------

    def spoiled(self, schema, right):
        """The name of what was done to it, and the bytes of a body."""
        name = self._random.choice(_WAYS)
        return name, getattr(self, "_" + name)(schema, copy.deepcopy(right))

    def _somewhere(self, value):
        """An object inside of it, mostly the outermost."""
        inner = [one for one in value.values() if isinstance(one, dict)]
        deeper = inner and self._random.random() < 0.4
        return self._somewhere(self._random.choice(inner)) if deeper else value

    def _with_member(self, value, make):
        place = self._somewhere(value)
        if place:
            name = self._random.choice(list(place))
            place[name] = make(place[name])
        return to_bytes(value)

    def _missing_member(self, _, value):
        place = self._somewhere(value)
        if place:
            del place[self._random.choice(list(place))]
        return to_bytes(value)

    def _wrong_type(self, _, value):
        return self._with_member(value, lambda _: self._random.choice(
            (None, True, 1, 0.5, [], ["x"], {}, {"x": 1}, "x", [[]])))

    def _extra_member(self, _, value):
        self._somewhere(value)[self._random.choice(("x", "X", "__proto__", "", "id", "a.b", "é"))] = 1
        return to_bytes(value)

    def _odd_string(self, _, value):
        return self._with_member(value, lambda _: self._random.choice(ODD))

    def _long_string(self, _, value):
        size = self._random.choice((63, 64, 65, 200, 201, 255, 256, 257, 2_001, 3_000, 4_096, 4_097))
        return self._with_member(value, lambda _: self._random.choice("aä👋") * size)

    def _odd_number(self, _, value):
        return self._with_member(value, lambda _: self._random.choice(_ODD_NUMBERS))

    def _many_items(self, _, value):
        return self._with_member(value, lambda old: [old] * self._random.choice((17, 21, 33, 300)))

    def _twice(self, _, value):
        text = json.dumps(value)
        return (text[:-1] + ("," if len(value) else "") + text[1:]).encode()

    def _deep(self, _, value):
        depth = self._random.choice((7, 8, 9, 200, 1_500))
        return self._with_member(value, lambda _: None).replace(
            b"null", b"[" * depth + b"]" * depth, 1)

    def _truncated(self, _, value):
        data = to_bytes(value)
        return data[:self._random.randrange(len(data))]

    def _no_utf8(self, _, value):
        data = to_bytes(value)
        place = self._random.randrange(1, len(data))
        odd = self._random.choice((b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\0"))
        return data[:place] + odd + data[place:]

    def _no_object(self, _, value):
        return self._random.choice((b"", b"null", b"[]", b"1", b'"x"', b"{}{}", b"{", b"\xef\xbb\xbf{}",
                                    b"{/**/}", b"NaN", b"{'a':1}", b" ", to_bytes([value])))


_WAYS = ("missing_member", "wrong_type", "extra_member", "odd_string", "long_string", "odd_number",
         "many_items", "twice", "deep", "truncated", "no_utf8", "no_object")


def to_bytes(value):
    """JSON; half a pair of surrogates stays an escape."""
    return json.dumps(value).encode()
