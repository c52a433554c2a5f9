"""The main path of an agent desktop: sign in, read the inbox, reply, and see the reply delivered.

    source build/demo/env                    # that scripts/quickstart has written
    python3 clients/python/main_path.py
"""
from __future__ import annotations

import http.client
import os
import sys

from leadkeep import Change, Client, Conversation, Problem, new_key

REPLY = "Thank you, we are looking into it."
PAGE = 2  # so small that there is something to page through


def answered(now: Conversation) -> Change | None:
    """Decides by what the conversation is now; somebody may have changed it a moment ago."""
    print("  deciding at version", now["version"])
    if "answered" in now["tags"] and now["status"] == "pending":
        return None
    return {"status": "pending", "tags": sorted({*now["tags"], "answered"})}


def tell(seconds: float, code: str) -> None:
    print(f"{code}: again in {seconds:g} s", flush=True)


def walk(leadkeep: Client, username: str, password: str) -> None:
    agent = leadkeep.sign_in(username, password)
    print("signed in as", agent["id"])

    inbox = list(leadkeep.conversations(page_size=PAGE))
    for conversation in inbox:
        print(f"  {conversation['lead']['handle']}: {conversation['status']},"
              f" {conversation['unread']} unread")
    print("conversations:", len(inbox))
    if not inbox:
        return
    conversation = inbox[0]

    for message in leadkeep.messages(conversation["id"], page_size=PAGE):
        print(f"  {message['direction']}: {message['text']['body'] if message['text'] else '-'}")

    leadkeep.change(conversation, lambda now: {"assignee": agent["id"]})
    print("assigned to", agent["id"])

    # The stream is opened first, so that no event of the reply is missed.
    with leadkeep.events() as stream:
        sent = leadkeep.reply(conversation["id"], REPLY, new_key())
        print("replied:", sent)
        for event in stream:
            print(f"  {event.id} {event.kind}")
            if event.message_id == sent:
                break

    # The inbox was read before the conversation was assigned: the first attempt is refused, and what to do
    # is decided anew.
    changed = leadkeep.change(conversation, answered)
    print("changed:", changed["status"], *changed["tags"])

    # As after a lost connection: nothing that happened meanwhile is missed.
    with leadkeep.events(after=stream.last_id) as stream:
        for event in stream:
            print(f"  {event.id} {event.kind}")
            if event.kind == "reset" or event.message_id == sent:
                newest = leadkeep.messages(conversation["id"])
                status = next(m["status"] for m in newest if m["id"] == sent)
                if status in ("delivered", "read", "failed", "parked"):
                    print("the reply is", status)
                    break

    leadkeep.sign_out()
    print("signed out")


def main() -> int:
    names = ("API", "CA", "CERT", "KEY", "USER", "PASSWORD")
    try:
        address, ca, certificate, key, username, password = (
            os.environ["LEADKEEP_" + name] for name in names)
    except KeyError as missing:
        print(f"set {missing.args[0]}; clients/README.md says how", file=sys.stderr)
        return 2
    try:
        with Client(address, ca=ca, certificate=certificate, key=key, on_wait=tell) as leadkeep:
            walk(leadkeep, username, password)
    except Problem as problem:
        print(f"refused: {problem} (X-Request-Id {problem.request_id})", file=sys.stderr)
        return 1
    except (OSError, http.client.HTTPException) as failure:
        print(f"no connection: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
