"""No personal data where the policy does not allow it, and a leak test that would see it.

`leadkeepctl leaktest` plants marks in an instance, walks every route as everybody, and searches
every answer, the log, the metrics, the process, the store's files and the memory. CleanInstance runs
it against the product. SeededLeaks runs it against a daemon of the same sources with leaks
switched on (leadkeep/base/seeded_leak.h): a leak that is not found is a hole in the test. The same daemon without a leak is the negative control: what is found is the seed.
"""
import json
import os
import re
import shutil
import subprocess
import unittest

import functional

PLAIN = ("plain", "plus", "national", "last_digits")


class Seed:
    """One leak, and what a line of the report has to say about it."""

    def __init__(self, name, mark, surface, where="", spelling=PLAIN, role=None):
        self.name, self.mark, self.surface, self.where = name, mark, surface, where
        self.spelling, self.role = spelling, role

    def is_told_by(self, leak):
        return (leak["mark"] == self.mark and leak["surface"] == self.surface
                and self.where in leak["where"] and leak["spelling"] in self.spelling
                and self.role in (None, leak["role"]))


# Leaks of one group are on together: a run takes seconds, and there are many. None of a group could
# be taken for another one of it.
GROUPS = (
    (Seed("phone_in_answer", "phone", "answer_body", "GET /v1/leads/{id}"),
     Seed("phone_in_log", "phone", "log"),
     Seed("phone_in_metric_label", "phone", "metrics"),
     Seed("phone_in_thread_name", "phone", "process", "comm"),
     Seed("phone_in_event", "phone", "answer_body", "GET /v1/events"),
     Seed("name_unmasked", "phone_in_name", "answer_body", "GET /v1/conversations"),
     Seed("email_unmasked", "email", "answer_body", "messages"),
     Seed("journal_unsealed", "unsupported", "files"),
     Seed("root_key_in_store", "root_key", "files"),
     Seed("phone_in_file_name", "phone", "file_names"),
     Seed("agents_to_nobody", "agent_name", "answer_body", "/healthz", role="nobody"),
     Seed("refused_body_echoed", "probe_phone", "answer_body", "POST /webhooks/whatsapp"),
     Seed("token_in_log", "token", "log"),
     Seed("recovery_code_in_log", "recovery_code", "log")),
    (Seed("phone_in_header", "phone", "answer_head"),
     Seed("base64_in_log", "phone", "log", spelling=("base64", "base64url")),
     Seed("phone_in_metric_value", "phone", "metrics"),
     Seed("number_unmasked", "phone_in_text", "answer_body", "messages", role="agent"),
     Seed("reversed_in_answer", "phone", "answer_body", "GET /v1/leads/{id}",
          spelling=("reversed",)),
     Seed("utf16_in_file", "phone", "files", spelling=("utf16le",)),
     Seed("admin_reads", "text", "answer_body", "messages", role="admin"),
     Seed("phone_in_control_status", "phone", "answer_body", "GET /status"),
     Seed("path_echoed", "probe_phone", "answer_body")),
    (Seed("phone_in_error_detail", "phone", "answer_body", role="nobody"),
     Seed("hex_in_log", "phone", "log", spelling=("hex",)),
     Seed("wamid_in_answer", "wamid", "answer_body", "messages", spelling=("plain",)),
     Seed("phone_in_cursor", "phone", "answer_body", "GET /v1/conversations",
          spelling=("base64", "base64url")),
     Seed("phone_in_deleted_file", "phone", "files", "/proc/"),
     Seed("url_encoded_in_etag", "phone", "answer_head", "conversations/{id}",
          spelling=("percent",))),
    (Seed("phone_kept_in_memory", "phone", "memory"),),
    (Seed("memory_not_wiped", "text", "memory"),),
)
# Only root may read the memory of a process that is not dumpable.
CLOSED = functional.MEMORY_IS_SANITIZED or os.geteuid() != 0
MEMORY = () if CLOSED else ("--memory",)


def leaktest(instance, *options, seconds=240):
    """The exit code and the report."""
    done = subprocess.run(
        [str(instance.binaries / "leadkeepctl"), "leaktest", "--config", str(instance.config),
         "--log", str(instance.log), "--json", *options],
        capture_output=True, text=True, timeout=seconds, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


class CleanInstance(functional.FunctionalTest):
    # The product's own default.
    settings = {"second_factor.required_for": "supervisor, privacy_officer, auditor, admin",
                # Where nobody listens: it is about what the routes say.
                "clients.webhook_allow": "127.0.0.1:9"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.code, cls.report = leaktest(cls.instance, *MEMORY)

    def test_nothing_leaks(self):
        self.assertIsInstance(self.report, dict, self.report)
        self.assertEqual(self.report["leaks"], [])
        self.assertEqual(self.report["failures"], [])
        self.assertEqual((self.report["outcome"], self.code), ("clean", 0), self.report)

    def test_it_has_looked(self):
        """What agents must see was seen, every route was reached, every surface was searched."""
        self.assertEqual((self.report["unseen"], self.report["never_successful"]), ([], []))
        # There is no directory, so no code by e-mail, and no identity provider of either kind.
        self.assertEqual(len(self.report["notes"]), 4 if CLOSED else 3, self.report["notes"])
        searched = self.report["searched_bytes"]
        for surface, least in (("answer_body", 200_000), ("answer_head", 100_000), ("log", 30),
                               ("metrics", 1_000), ("process", 100), ("file_names", 100),
                               ("files", 100_000), *([] if CLOSED else [("memory", 1_000_000)])):
            self.assertGreater(searched[surface], least, surface)
        self.assertGreater(self.report["requests"], 1_000)

    def test_every_route_of_the_document_is_walked(self):
        document = self.get("/v1/openapi.json")
        operations = sum(len(verbs) for verbs in document["paths"].values())
        self.assertGreaterEqual(self.report["operations"], operations)

    def test_it_leaves_no_account_that_could_log_in(self):
        agents = self.instance.ctl("agents", "list").stdout.splitlines()
        active = [line.split()[0] for line in agents if line.split()[-1] == "active"]
        self.assertEqual(active, ["anna"])

    def test_the_report_holds_no_mark(self):
        """A report goes into tickets. Numbers of seven digits in it would be marks."""
        words = json.dumps(self.report["leaks"]) + json.dumps(self.report["notes"])
        self.assertNotRegex(words, r"49151\d{8}")

    def test_the_store_is_sound_afterwards(self):
        self.assert_sound()

    def test_wrong_use_is_exit_2_and_no_daemon_is_exit_3(self):
        code, _ = leaktest(self.instance, "--idle", "much")
        self.assertEqual(code, 2)
        ctl = [str(self.instance.binaries / "leadkeepctl"), "leaktest"]
        missing = subprocess.run([*ctl, "--config", "/nonexistent.conf"], capture_output=True,
                                 check=False)
        self.assertNotIn(missing.returncode, (0, 1))
        idle = functional.make_instance("NoDaemon")
        idle.make()
        idle.write_config()
        self.assertEqual(leaktest(idle)[0], 3)

    def test_help_teaches(self):
        done = subprocess.run([str(self.instance.binaries / "leadkeepctl"), "leaktest", "--help"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0)
        for word in ("--config", "--log", "--memory", "--json", "Exit codes"):
            self.assertIn(word, done.stdout)


class SeededLeaks(unittest.TestCase):
    """One instance for each leak, made and searched in turn."""

    @classmethod
    def setUpClass(cls):
        cls.seeded = functional.Run.binaries / "seeded"
        if not (cls.seeded / "leadkeepd").is_file():
            raise unittest.SkipTest("this build has no daemon with seeded leaks")

    def search(self, seed, *options):
        instance = functional.make_instance("Seed")
        self.addCleanup(shutil.rmtree, instance.folder.parent, ignore_errors=True)
        instance.make()
        instance.write_config({"whatsapp.graph_url": "https://127.0.0.1:1",
                               "egress.allow": "127.0.0.1:1",
                               "login.refusal_milliseconds": 0, **functional.IN_A_HURRY})
        binaries, instance.binaries = instance.binaries, self.seeded
        instance.start_daemon(environment={"LEADKEEP_SEEDED_LEAK": seed} if seed else None)
        instance.binaries = binaries
        try:
            return leaktest(instance, *options)
        finally:
            instance.kill_daemon()

    def test_without_a_leak_nothing_is_found(self):
        code, report = self.search(None, *MEMORY)
        self.assertEqual((code, report["leaks"], report["unseen"]), (0, [], []), report)

    def test_each_leak_is_found(self):
        for group in GROUPS:
            options = MEMORY if group[0].surface == "memory" else ("--idle", "0")
            if group[0].surface == "memory" and CLOSED:
                continue
            code, report = self.search(",".join(seed.name for seed in group), *options)
            self.assertEqual(code, 1, report)
            for seed in group:
                with self.subTest(seed.name):
                    found = [leak for leak in report["leaks"] if seed.is_told_by(leak)]
                    self.assertNotEqual(found, [], report["leaks"])

    def test_every_leak_of_the_sources_is_tried(self):
        found = {"phone_kept_in_memory"}  # what the others need, and no more
        for folder in ("modules", "daemon"):
            for path in (functional.ROOT / folder).rglob("*.cpp"):
                found.update(re.findall(r"LK_SEEDED_LEAK\(\s*(\w+)", path.read_text()))
        listed = [seed.name for group in GROUPS for seed in group]
        self.assertEqual(sorted(found), sorted(listed))


if __name__ == "__main__":
    functional.main()
