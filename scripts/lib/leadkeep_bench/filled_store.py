"""A store with many leads, filled through the door that WhatsApp uses, and kept for the next run.

Everything goes the way of every message: signed notifications over TLS to the running daemon, with
as many messages in each as WhatsApp may send. Each lead has one message; the first BUSY of them have
enough for a full page.
"""
import concurrent.futures
import hashlib
import itertools
import json
import shutil
import subprocess
import time

from leadkeep_demo import certificates
from leadkeep_demo.http_client import Client
from leadkeep_demo.instance import ROOT, Instance

from . import people

BUSY = 100
MESSAGES_OF_BUSY = 60
PER_NOTIFICATION = 1000
SENDERS = 2
FORMAT = ("modules/store/include/leadkeep/store/sealed_record.h",
          "modules/store/include/leadkeep/store/tables.h",
          "modules/store/include/leadkeep/store/state.h",
          "modules/store/include/leadkeep/store/blind_index.h",
          "modules/store/records", "scripts/lib/leadkeep_bench/people.py",
          "scripts/lib/leadkeep_bench/filled_store.py")


def fingerprint(leads):
    """Changes with whatever may change what is in the files."""
    state = hashlib.sha256(str(leads).encode())
    for place in FORMAT:
        path = ROOT / place
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            state.update(file.read_bytes())
    return state.hexdigest()


def settings_for(leads):
    """Room for the store, and limits that a benchmark reaches though no person does."""
    return {"store.map_size_gib": 4 + leads // 100_000, "session.max_per_agent": 100,
            "login.max_failures": 1000, "api.client_requests_per_second": 100_000,
            "api.agent_requests_per_second": 100_000}


def messages_of(leads):
    """(person, serial) in the order of arrival."""
    busy = min(BUSY, leads)
    for person in range(busy, leads):
        yield person, 0
    for serial in range(MESSAGES_OF_BUSY):
        for person in range(busy):
            yield person, serial


def notifications_of(leads):
    batch = []
    for message in messages_of(leads):
        batch.append(message)
        if len(batch) == PER_NOTIFICATION:
            yield batch
            batch = []
    if batch:
        yield batch


class FilledStore:
    def __init__(self, folder, binaries, leads, say):
        self.leads = leads
        self.binaries = binaries
        self.folder = folder / f"leads-{leads}"
        self.mark = folder / f"leads-{leads}.json"
        self.say = say

    def make(self):
        """Fills the store, unless one with the same content is there."""
        wanted = fingerprint(self.leads)
        if self.mark.exists() and json.loads(self.mark.read_text())["fingerprint"] == wanted:
            return
        self.mark.unlink(missing_ok=True)
        begin = time.monotonic()
        instance = Instance(self.folder, self.binaries)
        try:
            instance.make()
            instance.write_config(settings_for(self.leads))
            instance.start_daemon()
            self._send_all(instance)
            instance.stop_daemon()
        finally:
            instance.stop()
        seconds = round(time.monotonic() - begin, 1)
        self.mark.write_text(json.dumps({"fingerprint": wanted, "seconds": seconds}) + "\n")
        self.say(f"filled a store with {self.leads} leads in {seconds} s")

    def _send_all(self, instance):
        signer = people.Signer(instance)
        # WhatsApp tells time by the second, and a store is filled in a few: a minute for each further
        # message of a person puts the busy ones at the head of the inbox.
        begin = time.time()
        total = self.leads + (MESSAGES_OF_BUSY - 1) * min(BUSY, self.leads)
        clients = [Client(f"https://127.0.0.1:{instance.webhook_port}", ca_file=str(instance.ca),
                          timeout=120) for _ in range(SENDERS)]

        def send(client, batch):
            body = people.notification(batch, sent_at=lambda serial: begin + 60 * serial)
            answer = client.post(people.PATH, body, headers=signer.headers(body))
            if answer.status != 200:
                raise RuntimeError(f"filling: HTTP {answer.status} {answer.body!r}")
            return len(batch)

        # One batch for each sender at a time, which keeps the order of arrival near enough.
        sent = told = 0
        batches = notifications_of(self.leads)
        with concurrent.futures.ThreadPoolExecutor(SENDERS) as pool:
            while round_of := list(itertools.islice(batches, SENDERS)):
                sent += sum(pool.map(send, clients, round_of))
                if sent - told >= 100_000:
                    told = sent
                    self.say(f"filling: {sent} of {total} messages")
        for client in clients:
            client.close()
        if sent != total:
            raise RuntimeError(f"filling: {sent} messages sent instead of {total}")

    def copy_to(self, folder):
        """An instance on a copy, which may be written to; with certificates of today."""
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", str(self.folder), str(folder)], check=True)
        shutil.rmtree(folder / "ca")
        certificates.make_authority(folder / "ca")
        certificates.make_server_certificate(folder / "ca", "daemon")
        instance = Instance(folder, self.binaries)
        instance.write_config(settings_for(self.leads))
        return instance
