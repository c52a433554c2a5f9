"""Says what a run with kills has lost, doubled or sent again without a reason.

In: what both sides remember after the run. Out: one sentence for each fault, none if all is well.
Nothing here talks to anybody, so that process_kill.py can show that each kind of fault is noticed.
"""
import bisect
import collections
import dataclasses

# After these WhatsApp has the message, or perhaps has it, and the daemon cannot know.
ANSWER_LOST = {"drop_after_accept", "error_500_after_accept", "html_502_after_accept",
               "truncated_json"}
# How long after a message was taken a kill may still have met the daemon waiting for the answer;
# and how long WhatsApp may take to read what a daemon that is gone has sent.
SECONDS_TO_ANSWER, SECONDS_TO_READ = 6.0, 1.0


@dataclasses.dataclass
class Seen:
    # WhatsApp's side. The times are seconds.
    said: dict = dataclasses.field(default_factory=dict)   # text → (customer, acknowledged)
    taken: list = dataclasses.field(default_factory=list)  # (reply's id, text, time, faults)
    kills: list = dataclasses.field(default_factory=list)  # times, ascending
    # What the API shows in the end.
    inbound: list = dataclasses.field(default_factory=list)   # (conversation, text)
    replies: dict = dataclasses.field(default_factory=dict)   # id → (text, status, resends)
    notes: dict = dataclasses.field(default_factory=dict)     # id → text
    consents: list = dataclasses.field(default_factory=list)  # ids, oldest first
    # What the agents were told, and what they tried.
    accepted_replies: dict = dataclasses.field(default_factory=dict)  # id → text
    offered_replies: set = dataclasses.field(default_factory=set)
    accepted_notes: dict = dataclasses.field(default_factory=dict)
    offered_notes: set = dataclasses.field(default_factory=set)
    recorded_consents: list = dataclasses.field(default_factory=list)
    # One agent alone changes one conversation: ("tried", mark), then ("done", mark, version) or,
    # when the answer was lost, ("found", mark, version).
    changes: list = dataclasses.field(default_factory=list)


def faults_of(seen):
    return [*_inbound(seen), *_replies(seen), *_sendings(seen), *_notes(seen), *_consents(seen),
            *_changes(seen)]


def resent(seen):
    """Replies of which the daemon says that WhatsApp may have got them twice or not at all."""
    return [name for name, (_, status, resends) in seen.replies.items()
            if resends > 0 or status == "parked"]


def _inbound(seen):
    times = collections.Counter(text for _, text in seen.inbound)
    for text, (_, acknowledged) in seen.said.items():
        if acknowledged and times[text] == 0:
            yield f"inbound lost: {text}"
        if times[text] > 1:
            yield f"inbound {times[text]} times: {text}"
    yield from (f"inbound nobody wrote: {text}" for text in times if text not in seen.said)
    homes, persons = collections.defaultdict(set), collections.defaultdict(set)
    for conversation, text in seen.inbound:
        if text in seen.said:
            homes[seen.said[text][0]].add(conversation)
            persons[conversation].add(seen.said[text][0])
    yield from (f"person in {len(c)} conversations: {who}" for who, c in homes.items()
                if len(c) > 1)
    yield from (f"{len(who)} persons in one conversation: {c}" for c, who in persons.items()
                if len(who) > 1)


def _made_once(kind, shown, accepted, offered):
    for name, text in accepted.items():
        if shown.get(name) != text:
            yield f"{kind} lost or changed: {name}"
    for text, times in collections.Counter(shown.values()).items():
        if times > 1:
            yield f"{kind} made {times} times: {text}"
        if text not in offered:
            yield f"{kind} nobody wrote: {text}"


def _replies(seen):
    yield from _made_once("reply", {name: text for name, (text, *_) in seen.replies.items()},
                          seen.accepted_replies, seen.offered_replies)


def _sendings(seen):
    copies = collections.defaultdict(list)
    for name, text, time, faults in seen.taken:
        copies[name].append((time, faults))
        if name not in seen.replies or seen.replies[name][0] != text:
            yield f"sent, but not the reply that is shown: {name}"
    for name, (_, status, resends) in seen.replies.items():
        times = len(copies[name])
        # Nobody will ever tell the daemon more about a message of which WhatsApp sends no status.
        untold = status == "accepted" and any("no_statuses" in f for _, f in copies[name])
        if status not in ("delivered", "read", "parked") and not untold:
            yield f"reply is left {status}: {name}"
        if times == 0 and status != "parked":
            yield f"reply never sent: {name}"
        if times > 1 + resends:
            yield f"reply sent {times} times, marked {resends}: {name}"
        for time, faults in sorted(copies[name], key=lambda copy: copy[0])[:-1]:
            if not _was_unknown(seen.kills, time, faults):
                yield f"reply sent again although its fate was known: {name}"


def _was_unknown(kills, time, faults):
    if ANSWER_LOST & set(faults):
        return True
    next_kill = bisect.bisect_left(kills, time - SECONDS_TO_READ)
    return next_kill < len(kills) and kills[next_kill] <= time + SECONDS_TO_ANSWER


def _notes(seen):
    yield from _made_once("note", seen.notes, seen.accepted_notes, seen.offered_notes)


def _consents(seen):
    # One entry more may be there: the one whose answer did not come before the end of the run.
    if seen.consents[:len(seen.recorded_consents)] != seen.recorded_consents:
        yield "consents lost, doubled or in another order"
    if len(seen.consents) > len(seen.recorded_consents) + 1:
        yield f"consents nobody gave: {len(seen.consents) - len(seen.recorded_consents)}"


def _changes(seen):
    mark, version, tried = None, None, None
    for step in seen.changes:
        if step[0] == "tried":
            tried = step[1]
            continue
        what, now, number = step
        if version is not None:
            done = (now, number) == (tried, version + 1)
            undone = what == "found" and (now, number) == (mark, version)
            if not done and not undone:
                yield f"change {what} as {now} version {number} after {mark} version {version}"
        mark, version = now, number
