"""What the tests of the example clients share: an instance with customers who have written, the example as
a new user would start it, and what has to be true afterwards. They are told apart by their command only."""
import itertools
import os
import pathlib
import re
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "functional")]

import functional  # noqa: E402  (needs the path above)

ROOT = functional.ROOT
CLIENTS = ROOT / "clients"
REPLY = "Thank you, we are looking into it."
NUMBERS = itertools.count(4915123456001)


class Example:
    """Mixed into a FunctionalTest; `command` and `folder` say what is run, and where."""
    settings = {"events.max_listeners": 2}
    folder = ROOT

    def setUp(self):
        """Three people whom nobody has answered yet."""
        self.numbers = [str(next(NUMBERS)) for _ in range(3)]
        for number in self.numbers:
            self.customer(number)
            self.say(number, f"Please call me on +{number}.")
        self.newest = self.get("/v1/conversations?limit=1")["items"][0]["id"]

    def environment(self, **changes):
        key, certificate = self.instance.add_client("desk")
        return {"LEADKEEP_API": f"https://127.0.0.1:{self.instance.api_port}",
                "LEADKEEP_CA": str(self.instance.ca), "LEADKEEP_KEY": str(key),
                "LEADKEEP_CERT": str(certificate), "LEADKEEP_USER": "anna",
                "LEADKEEP_PASSWORD": self.instance.passwords["anna"], **changes}

    def start(self, **changes):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("LEADKEEP_")}
        environment |= {name: value for name, value in self.environment(**changes).items() if value}
        process = subprocess.Popen(self.command(), cwd=self.folder, env=environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def finished(self, process, code=0):
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, code, out + err)
        for secret in (self.instance.passwords["anna"], *self.numbers):
            self.assertNotIn(secret, out + err)
        return out, err


class MainPath(Example):
    def test_main_path(self):
        before = len(self.outbound())
        out, _ = self.finished(self.start())
        agent = re.match(r"signed in as (agent_\w+)\n", out)[1]
        self.assertIn(f"conversations: {len(self.every('/v1/conversations'))}\n", out)
        self.assertIn("•", out)
        self.assertRegex(out, r"the reply is (delivered|read)\nsigned out\n$")
        self.assertEqual([one["text"] for one in self.outbound()[before:]], [REPLY])
        self.assertIn(REPLY, self.texts(self.newest))
        conversation = self.get(f"/v1/conversations/{self.newest}")
        self.assertEqual([conversation[name] for name in ("status", "tags", "assignee")],
                         ["pending", ["answered"], agent])
        # Its session is over.
        self.assertEqual(len(self.get("/v1/sessions")["items"]), 1)
        # What was decided by an old version was decided anew.
        versions = [int(one) for one in re.findall(r"deciding at version (\d+)", out)]
        self.assertEqual(versions, [1, 2], out)
        # No event is missing and none comes twice, though the stream was left and resumed.
        events = [int(one) for one in re.findall(r"^  [0-9a-f]{16}-(\d+) ", out, re.M)]
        self.assertEqual(events, list(range(events[0], events[0] + len(events))), out)
        self.assertNotIn("reset", out)

    def test_comes_again_when_it_was_told_to(self):
        """As long as others have every place of the stream of events."""
        others = []
        for _ in range(2):
            other = self.instance.signed_in("bert")
            other.connection = other._connect()
            other.connection.request("GET", "/v1/events",
                                     headers={"Authorization": "Bearer " + other.token})
            stream = other.connection.getresponse()
            self.assertEqual(stream.status, 200)
            others.append((other, stream))
        process = self.start()
        line = ""
        for line in process.stdout:
            if "again in" in line:
                break
        self.assertRegex(line, r"(unavailable|503): again in \d+ s")
        for other, stream in others:
            stream.close()
            other.close()
        out, _ = self.finished(process)
        self.assertTrue(out.endswith("signed out\n"), out)

    def test_refusal_is_told_by_its_code(self):
        _, err = self.finished(self.start(LEADKEEP_PASSWORD="not it"), code=1)
        self.assertRegex(err, r"refused: 401 unauthenticated: .*X-Request-Id \S+")

    def test_who_is_not_approved_learns_what_to_do(self):
        key, certificate = self.instance.add_client("suspended")
        self.instance.ctl("client", "suspend", "suspended")
        self.addCleanup(self.instance.ctl, "client", "resume", "suspended")
        _, err = self.finished(self.start(LEADKEEP_KEY=str(key), LEADKEEP_CERT=str(certificate)),
                               code=1)
        self.assertRegex(err, r"refused: 403 client_not_approved: .*approve")

    def test_missing_setting_is_named(self):
        _, err = self.finished(self.start(LEADKEEP_CERT=None), code=2)
        self.assertIn("LEADKEEP_CERT", err)
