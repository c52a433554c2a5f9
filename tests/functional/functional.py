"""What the functional tests share: one Leadkeep for each class, and a runner.

Each <area>_<what>.py runs alone, from anywhere:

    python3 tests/functional/process_start.py --binaries build/dev/daemon [-v] [Class.test]

The tests know the daemon from outside only: its command line, files, sockets, exit codes and log,
and the WhatsApp simulator on the other side. They run the binaries where the build has put them.
The binaries bring no data files and no libraries of their own, so an installed copy is the same
file in another place, and a copy for every test would show nothing more.

Every answer of the API that a test's client gets is checked against the OpenAPI document, and one that
differs fails that test (tests/contract).

A run that fails keeps its folder (logs, store, configuration) and says where it is.
"""
import argparse
import base64
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts" / "lib"), str(ROOT / "tests")]

from contract.observer import Observer  # noqa: E402  (needs the path above)
from leadkeep_demo.instance import Instance, fixed_port  # noqa: E402

NAMES = {"anna": "Anna Blum", "bert": "Bert Lang", "sofia": "Sofia Berg", "dora": "Dora Kern",
         "vera": "Vera Lenz", "root": "Rolf Ott"}


# A sanitizer keeps freed blocks and puts room around each, so that bounds of memory mean nothing.
MEMORY_IS_SANITIZED = bool(os.environ.get("LEADKEEP_MEMORY_IS_SANITIZED"))


class Run:
    """What the command line said."""
    binaries = ROOT / "build" / "dev" / "daemon"
    folder = None


CONTRACT = Observer()

# One agent of a test asks more than a hundred people do.
IN_A_HURRY = {"api.client_requests_per_second": 100_000, "api.agent_requests_per_second": 100_000}


def letters(count=12):
    """A mark without digits, which could look like a phone number and be masked."""
    return "".join(random.choices("abcdefghijkmnopqrstuvwxyz", k=count))


def make_instance(name):
    folder = pathlib.Path(tempfile.mkdtemp(prefix=name + "-", dir=Run.folder))
    instance = Instance(folder / "i", Run.binaries, api_port=fixed_port(), webhook_port=fixed_port())
    instance.observer = CONTRACT
    return instance


def certificate_request(key):
    """For a key that openssl(1) makes, in this file."""
    def openssl(*arguments):
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout

    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
    key.chmod(0o600)
    return openssl("req", "-new", "-key", key, "-subj", "/").decode()


def run_daemon(instance, *arguments, environment=None, seconds=10):
    """Runs leadkeepd, which is expected to end by itself."""
    try:
        return subprocess.run([str(instance.binaries / "leadkeepd"), *map(str, arguments)],
                              capture_output=True, text=True, timeout=seconds, check=False,
                              env=environment)
    except subprocess.TimeoutExpired as late:
        raise AssertionError(f"did not end within {seconds} s: {late.stderr}") from None


def until(condition, what, seconds=20, pause=0.02):
    """The first true value of condition()."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)


class FunctionalTest(unittest.TestCase):
    """One running instance for the class: daemon, simulator, agents."""
    settings = {}
    agents = (("anna", "agent"),)
    # Whether its browsers show a certificate, as programs do. Chromium takes one by hand only.
    browser_certificate = "required"
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.instance = make_instance(cls.__name__)
        cls.instance.browser_certificate = cls.browser_certificate
        cls.addClassCleanup(cls.instance.stop)
        cls.instance.make()
        cls.prepare()
        cls.instance.start({**IN_A_HURRY, **cls.settings})
        for username, *roles in cls.agents:
            cls.instance.add_agent(username, NAMES[username], *roles)
        cls.whatsapp = cls.instance.whatsapp()
        cls.addClassCleanup(cls.whatsapp.close)
        cls.anna = cls.signed_in("anna")

    @classmethod
    def signed_in(cls, username):
        client = cls.instance.signed_in(username)
        cls.addClassCleanup(client.close)
        return client

    def assert_memory_below(self, used, bound):
        if not MEMORY_IS_SANITIZED:
            self.assertLess(used, bound)

    # -- looking at the process ----------------------------------------------------------------

    def proc(self, name):
        return pathlib.Path(f"/proc/{self.instance.daemon.pid}/{name}").read_text()

    def memory_kib(self, kind):
        """VmRSS is all of it, RssAnon what is not of files."""
        return int(self.proc("status").partition(kind + ":")[2].split()[0])

    def processor_seconds(self):
        fields = self.proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @classmethod
    def prepare(cls):
        """Before the start: more files, other settings."""

    # -- being a customer ----------------------------------------------------------------------

    def simulate(self, path, request, expect=200):
        answer = self.whatsapp.post(path, request)
        self.assertEqual(answer.status, expect, answer.body)
        return answer.json

    def customer(self, wa_id, name="Erika Muster", **fields):
        return self.simulate("/customers", {"wa_id": wa_id, "name": name, **fields})["customer"]

    def say(self, customer, text, expect=200, **options):
        """The wamid, once the daemon has answered as expected."""
        said = self.simulate("/say", {"customer": customer, "text": text, **options})
        self.assertEqual(said["delivery"]["http_status"], expect, said)
        return said["wamid"]

    def post_signed(self, body, expect=200):
        """A body of bytes, signed as WhatsApp would, sent once and as it is."""
        sent = self.simulate("/deliver", {"body_base64": base64.b64encode(body).decode()})
        self.assertEqual(sent["delivery"]["http_status"], expect, sent)

    def outbound(self):
        """What WhatsApp has accepted from the daemon."""
        return self.whatsapp.get("/journal").json["outbound"]

    # -- being an agent ------------------------------------------------------------------------

    def get(self, path, client=None, expect=200):
        answer = (client or self.anna).get(path)
        self.assertEqual(answer.status, expect, answer.body)
        return answer.json

    def every(self, path, client=None):
        """All items of a list, page by page."""
        items, cursor = [], None
        while True:
            joint = "&" if "?" in path else "?"
            page = self.get(path + (f"{joint}cursor={cursor}" if cursor else ""), client)
            items += page["items"]
            cursor = page.get("next_cursor")
            if not cursor:
                return items

    def conversation_with(self, customer, greeting="Hello.", **options):
        """Has somebody new write, and yields the id of the conversation."""
        self.say(customer, greeting, **options)
        return self.get("/v1/conversations?limit=1")["items"][0]["id"]

    def messages(self, conversation, client=None):
        return self.every(f"/v1/conversations/{conversation}/messages", client)

    def texts(self, conversation):
        """Oldest first."""
        return [m["text"]["body"] for m in reversed(self.messages(conversation)) if m["text"]]

    def send(self, conversation, text, client=None, key=None):
        headers = {"Idempotency-Key": key} if key else {}
        return (client or self.anna).post(f"/v1/conversations/{conversation}/messages",
                                          {"type": "text", "text": {"body": text}},
                                          headers=headers)

    def reply(self, conversation, text):
        answer = self.send(conversation, text)
        self.assertEqual(answer.status, 202, answer.body)
        return answer.json["id"]

    def message(self, conversation, message):
        return next(m for m in self.messages(conversation) if m["id"] == message)

    def status_becomes(self, conversation, message, *wanted, seconds=20):
        def found():
            shown = self.message(conversation, message)
            return shown if shown["status"] in wanted else None
        return until(found, f"message becomes {' or '.join(wanted)}", seconds)

    # -- being the operator --------------------------------------------------------------------

    def status(self):
        """The figures of leadkeepctl status."""
        lines = self.instance.ctl("status").stdout.splitlines()
        return dict(line.split(maxsplit=1) for line in lines)

    def log(self):
        return self.instance.log.read_text(errors="replace")

    def assert_sound(self):
        done = self.instance.ctl("store", "verify", check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        figures = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
        self.assertEqual((figures["verdict"], figures["unreadable"]), ("sound", "0"), figures)

    def assert_problem(self, answer, status, code):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        body = json.loads(answer.body)
        self.assertEqual((body["status"], body["code"]), (status, code), body)
        return body


def main(arguments=None):
    """The arguments that a script has not taken itself; by default all of the command line."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--binaries", type=pathlib.Path, default=Run.binaries)
    given, rest = parser.parse_known_args(arguments)
    Run.binaries = given.binaries.resolve()
    for name in ("leadkeepd", "leadkeepctl"):
        if not (Run.binaries / name).is_file():
            sys.exit(f"{Run.binaries / name} is missing; give its folder with --binaries")
    Run.folder = tempfile.mkdtemp(prefix="leadkeep-functional-")
    # Connections that a failed step leaves open end with the program; they are no finding.
    program = unittest.main(module="__main__", argv=[sys.argv[0], *rest], exit=False,
                            warnings="ignore")
    for sentence in CONTRACT.found:
        print(f"contract: {sentence}", file=sys.stderr)
    if program.result.wasSuccessful() and not CONTRACT.found:
        shutil.rmtree(Run.folder, ignore_errors=True)
        sys.exit(0)
    print(f"the instances are kept in {Run.folder}", file=sys.stderr)
    sys.exit(1)
