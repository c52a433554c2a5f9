"""Generated requests for every operation of the OpenAPI document, good and bad, as everybody, through
every kind of program. No answer is our fault, none differs from the document, none goes to a program that
is not approved, none shows what its reader may not see.

    python3 tests/functional/contract_property.py [--requests 100000] [--seed 7]

The seed is printed, and the same seed draws the same requests as far as the answers are the same.
"""
import argparse
import collections
import os
import random
import tempfile
import time

import functional
from contract.answers import Answers
from contract.document import Document
from contract.judge import Judge
from contract.requests import Requests
from contract_world import World

# So many different wrongs are told; each with the request that showed it first.
MOST_TOLD = 25
ENOUGH_TO_SEE = 4_000
IN_MEMORY = "/dev/shm"


class Options:
    requests = 4_000
    seed = 0


class Tally:
    """What was asked, what came, and what was wrong."""

    def __init__(self, operations):
        self.started = time.monotonic()
        self.by_status = collections.Counter()
        self.by_operation = collections.Counter({operation.name: 0 for operation in operations})
        self.answered_well = collections.Counter()
        self.later = collections.Counter()
        self.unapproved = 0
        self.wrongs = {}
        self.times_wrong = collections.Counter()

    def count(self, request, answer):
        self.by_status[answer.status] += 1
        self.by_operation[request.operation.name] += 1
        self.answered_well[request.operation.name] += answer.status < 400
        self.later[request.operation.name] += answer.status == 503
        self.unapproved += not request.seat.client.is_approved

    def blame(self, number, request, sentence):
        self.wrongs.setdefault(sentence, f"request {number}, {request.name}")
        self.times_wrong[sentence] += 1

    def verdict(self):
        told = [f"{sentence}\n    {self.times_wrong[sentence]} times, first {where}"
                for sentence, where in list(self.wrongs.items())[:MOST_TOLD]]
        left = len(self.wrongs) - len(told)
        return "\n".join(["", *told] + ([f"and {left} more"] if left else []))

    def print(self, world):
        seconds = time.monotonic() - self.started
        total = sum(self.by_status.values())
        statuses = collections.Counter()
        for status, count in self.by_status.items():
            statuses[f"{status // 100}xx"] += count
        least, times = min(self.by_operation.items(), key=lambda one: one[1])
        never = sorted(name for name in self.by_operation if not self.answered_well[name])
        print(f"requests {total} in {seconds:.1f} s, {total / seconds:.0f} a second; "
              f"log-ins of people who were signed out {world.people.signed_in}")
        print("by class " + ", ".join(f"{name} {statuses[name]}" for name in sorted(statuses)))
        print("by status " + ", ".join(f"{status} {self.by_status[status]}"
                                       for status in sorted(self.by_status)))
        print(f"operations {len(self.by_operation)}; least covered {least}, {times} times")
        print(f"to programs that are not approved {self.unapproved}")
        later = {name: count for name, count in self.later.items() if count}
        print(f"to be tried again later (503) {sum(later.values())} {later or ''}")
        print(f"never answered with success {len(never)}: {', '.join(never)}", flush=True)


class GeneratedRequests(functional.FunctionalTest):
    settings = {"session.max_per_agent": 100, "session.admin_max": 100, "login.max_failures": 1000,
                "login.refusal_milliseconds": 0, "api.client_requests_per_second": 100_000,
                "api.agent_requests_per_second": 100_000, "inbox.reveals_per_hour": 1000}

    def test_every_answer_keeps_the_contract_and_shows_nobody_what_they_may_not_see(self):
        print(f"seed {Options.seed}", flush=True)
        randomness = random.Random(Options.seed)
        document = Document.load()
        world = World(self, randomness)
        self.addCleanup(world.close)
        judge = Judge(Answers(document), world.marks)
        tally = Tally(document.operations)
        requests = Requests(randomness, world)
        try:
            for number in range(Options.requests):
                request = self.one_request(number, document, world, requests)
                self.send_and_judge(number, request, world, judge, tally)
        finally:
            tally.print(world)
        if tally.wrongs:
            self.fail(tally.verdict())
        # Who may see them has seen them, so they could have been found elsewhere.
        if Options.requests >= ENOUGH_TO_SEE:
            self.assertEqual(world.marks.seen, {"a lead's name", "the text of a message",
                                                "a lead's number"})
        self.assertEqual(self.get("/healthz")["status"], "alive")
        self.assert_sound()
        self.assertNotIn("HANDLER_THREW", self.log())

    @staticmethod
    def one_request(number, document, world, requests):
        """Every operation in turn."""
        operation = document.operations[number % len(document.operations)]
        seat = world.people.seat_for(operation)
        return requests.make(operation, seat, world.people.quality_for(operation, seat))

    @staticmethod
    def send_and_judge(number, request, world, judge, tally):
        try:
            answer = world.send(request)
        except (OSError, EOFError, ValueError, KeyError) as error:
            tally.blame(number, request,
                        f"{request.operation.name} gave no whole answer ({type(error).__name__})")
            return
        tally.count(request, answer)
        for sentence in judge.wrongs(request, answer):
            tally.blame(number, request, sentence)
        world.learn(request, answer)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, add_help=False)
    parser.add_argument("--requests", type=int, default=Options.requests)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    given, rest = parser.parse_known_args()
    Options.requests, Options.seed = given.requests, given.seed
    # Nothing of this has to outlive a power cut, and most answers wait for the disk.
    if "TMPDIR" not in os.environ and os.access(IN_MEMORY, os.W_OK):
        tempfile.tempdir = IN_MEMORY
    functional.main(rest)
