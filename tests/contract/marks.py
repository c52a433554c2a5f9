"""Marks: values drawn for one run that stand for personal data, and the search for them in answers.

A phone number is looked for as people write it, reversed and encoded; an address and a word in any case.
A mark has a class, and the class decides by rights.py who may see it; what is of a class that nobody may
see, such as a password, is looked for in every answer.
"""
import base64
import random
import urllib.parse

CLEAR_NEVER = "never"  # the class of what no answer may hold


def phone(randomness=random):
    """A valid German mobile number that does not look like a date, by its international digits."""
    return "49151" + "".join(randomness.choice("3456789") for _ in range(8))


def word(randomness=random, letters=10):
    return "".join(randomness.choice("bcdfghjkmnpqrstvwxz") for _ in range(letters))


def _encoded(text):
    raw = text.encode()
    yield urllib.parse.quote(text, safe="")
    yield raw.hex()
    for shift in range(3):  # base64 of it, wherever it stood in what was encoded
        padded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        yield padded[(shift * 8 + 5) // 6:len(padded) - 1]


def spellings_of_phone(digits):
    national, area, rest = digits[2:], digits[2:5], digits[5:]
    plain = {digits, national, rest, national[::-1], f"{area} {rest}", f"{area}-{rest}",
             f"{area}/{rest}", f"{rest[:4]} {rest[4:]}", f"{rest[:4]}-{rest[4:]}"}
    return plain | set(_encoded(digits)) | set(_encoded(national))


def spellings_of_text(text):
    return {text} | set(_encoded(text))


class Mark:
    def __init__(self, name, record_class, spellings):
        self.name, self.record_class = name, record_class
        self.needles = tuple(sorted({one.lower().encode() for one in spellings}))

    def is_in(self, answer):
        """`answer` in lower case."""
        return any(needle in answer for needle in self.needles)


class Marks:
    def __init__(self):
        self._marks = []
        self.seen = set()  # names of those that were shown to somebody who may see them

    def add_phone(self, name, digits, record_class=CLEAR_NEVER):
        self._marks.append(Mark(name, record_class, spellings_of_phone(digits)))

    def add_text(self, name, text, record_class=CLEAR_NEVER):
        self._marks.append(Mark(name, record_class, spellings_of_text(text)))

    def leaks(self, answer, may_see):
        """Names of the marks in an answer's bytes that this viewer may not see."""
        lower = answer.lower()
        found = [mark for mark in self._marks if mark.is_in(lower)]
        self.seen.update(mark.name for mark in found if may_see(mark.record_class))
        return [mark.name for mark in found if not may_see(mark.record_class)]
