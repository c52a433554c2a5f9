"""Who writes, and the notifications of it: the same people in every run, so that a store can be kept.

The number of a person is counted up from FIRST_NUMBER; leadkeep_bench.cpp looks some of them up.
"""
import hashlib
import hmac
import json
import time

from leadkeep_demo.instance import PHONE_NUMBER_ID

FIRST_NUMBER = 4915110000000
PATH = "/webhooks/whatsapp"

FIRST_NAMES = ("Erika", "Jonas", "Amal", "Søren", "Ludmila", "Otto", "Ayşe", "Clara")
LAST_NAMES = ("Muster", "Brandt", "Haddad", "Kjær", "Novák", "Yılmaz", "Weber", "Lindqvist")
TEXTS = ("Is my claim settled? I sent the papers last week.",
         "Please call me on 0151 23456789, best after five.",
         "Thank you, that helps. When may I expect the letter?",
         "You can write to erika@example.org as well; the old address is not used any more.",
         "The photographs are on their way. Two of them show the door, one shows the window beside "
         "it, and the last one is of the garden, where the tree came down in the storm.")


def number(person):
    return str(FIRST_NUMBER + person)


def name(person):
    return (f"{FIRST_NAMES[person % len(FIRST_NAMES)]} "
            f"{LAST_NAMES[person // len(FIRST_NAMES) % len(LAST_NAMES)]}")


def notification(messages, sent_at=lambda serial: time.time()):
    """The body for a list of (person, serial): serial tells the messages of a person apart."""
    elements = [{"from": number(person), "id": f"wamid.bench.{person}.{serial}",
                 "timestamp": str(int(sent_at(serial))),
                 "type": "text", "text": {"body": TEXTS[(person + serial) % len(TEXTS)]}}
                for person, serial in messages]
    contacts = [{"profile": {"name": name(person)}, "wa_id": number(person)}
                for person in dict.fromkeys(person for person, _ in messages)]
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": PHONE_NUMBER_ID},
             "contacts": contacts, "messages": elements}
    return json.dumps({"object": "whatsapp_business_account", "entry": [
        {"id": "1", "changes": [{"field": "messages", "value": value}]}]}).encode()


class Signer:
    def __init__(self, instance):
        self.secret = (instance.folder / "app-secret").read_text().strip().encode()

    def headers(self, body):
        digest = hmac.new(self.secret, body, hashlib.sha256).hexdigest()
        return {"Content-Type": "application/json", "X-Hub-Signature-256": "sha256=" + digest}
