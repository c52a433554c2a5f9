"""Shown every answer that a test's client gets (leadkeep_demo/http_client.py): one that is not as the
document says fails the test that got it."""
from contract.answers import Answers, Exchange
from contract.coding import decoded
from contract.document import Document


class Observer:
    """Called from any thread. What a thread of a test swallows is still in `found`."""

    def __init__(self):
        self.found = []
        self._answers = None  # a run that asks the API nothing reads no document

    def __call__(self, method, target, has_body, answer):
        if self._answers is None:
            self._answers = Answers(Document.load().of_api())
        fields = answer.headers.items()
        wrong = self._answers.mismatches(Exchange(
            method, target, answer.status, fields, decoded(fields, answer.body), has_body))
        self.found += [one for one in wrong if one not in self.found]
        if wrong:
            raise AssertionError("; ".join(wrong))
