"""How leadkeepd starts, and above all how it refuses to: exit code, clear words, nothing harmed."""
import contextlib
import os
import secrets
import socket
import unittest

import functional
from functional import ROOT, fixed_port, run_daemon

USAGE, STORE, START = 2, 3, 4


class Asked(unittest.TestCase):
    """Options that print something and end."""

    @classmethod
    def setUpClass(cls):
        cls.instance = functional.make_instance("asked")
        cls.instance.make()
        cls.instance.write_config()

    def printed(self, *arguments):
        done = run_daemon(self.instance, *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_help_names_every_setting_and_exit_code(self):
        text = self.printed("--help")
        for word in ("store.directory", "whatsapp.graph_url", "egress.allow", "log.level",
                     "Exit codes: 0", "2 configuration", "3 store", "4 start"):
            self.assertIn(word, text)

    def test_version(self):
        self.assertRegex(self.printed("--version"), r"^leadkeepd \d+\.\d+\.\d+\n$")

    def test_sample_configuration_is_the_one_in_etc(self):
        self.assertEqual(self.printed("--print-sample-config"),
                         (ROOT / "etc" / "leadkeepd.conf").read_text())

    def test_check_config_accepts_and_starts_nothing(self):
        self.assertIn("complete", self.printed("--config", self.instance.config, "--check-config"))
        self.assertFalse(self.instance.socket.exists())

    def test_check_config_reports_every_problem_at_once(self):
        broken = self.instance.folder / "broken.conf"
        broken.write_text("[api]\nlisten = nowhere\ntls_minimum = 1.1\n")
        done = run_daemon(self.instance, "--config", broken, "--check-config")
        self.assertEqual(done.returncode, USAGE)
        for key in ("api.listen", "api.tls_minimum", "store.directory",
                    "whatsapp.phone_number_id"):
            self.assertIn(key + ":", done.stderr)


class Refused(unittest.TestCase):
    """Each test breaks one thing of an instance that starts otherwise."""

    @classmethod
    def setUpClass(cls):
        cls.instance = functional.make_instance("refused")
        cls.addClassCleanup(cls.instance.stop)
        cls.instance.make()
        cls.instance.write_config()

    def refuse(self, code, *arguments, naming=(), environment=None):
        done = run_daemon(self.instance, "--config", self.instance.config, *arguments,
                          environment=environment)
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, said)
        for word in naming:
            self.assertIn(str(word), said)
        return said

    def starts(self, *arguments, environment=None):
        """Starts, is ready, has a sound store, and stops with 0."""
        self.instance.start_daemon(*arguments, environment=environment)
        self.assertEqual(self.instance.api().get("/readyz").status, 200)
        verified = self.instance.ctl("store", "verify", check=False)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertEqual(self.instance.stop_daemon(), 0)

    @contextlib.contextmanager
    def mode(self, path, mode):
        before = path.stat().st_mode & 0o777
        path.chmod(mode)
        try:
            yield
        finally:
            path.chmod(before)

    # -- the configuration ---------------------------------------------------------------------

    def test_unknown_key_is_named_and_its_value_is_not(self):
        value = "EAAG" + secrets.token_hex(20)
        text = self.instance.config.read_text()
        self.addCleanup(self.instance.config.write_text, text)
        self.instance.config.write_text(text + f"[whatsapp]\naccess_token = {value}\n")
        said = self.refuse(USAGE, naming=["whatsapp.access_token", self.instance.config])
        self.assertNotIn(value, said)

    def test_command_line_that_is_not_understood(self):
        for words in (["--no-such-option"], ["word"], ["--check-confi"], ["--store.directory"],
                      ["--no_such.key=1"], ["--config"]):
            with self.subTest(words=words):
                self.assertTrue(self.refuse(USAGE, *words).startswith("leadkeepd: "))

    def test_setting_in_two_words(self):
        self.refuse(STORE, "--store.root_key_file", self.instance.folder / "none.key",
                    naming=["none.key"])

    def test_secret_pasted_as_a_key_is_not_repeated(self):
        value = "EAAG" + secrets.token_hex(20)
        self.assertNotIn(value, self.refuse(USAGE, f"--whatsapp.{value}=1"))

    def test_bad_value_is_not_repeated(self):
        value = "EAAG" + secrets.token_hex(20)
        said = self.refuse(USAGE, f"--whatsapp.graph_url={value}", naming=["whatsapp.graph_url"])
        self.assertNotIn(value, said)

    def test_missing_configuration(self):
        done = run_daemon(self.instance, "--config", self.instance.folder / "nothing.conf")
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("nothing.conf", done.stderr)

    def test_configuration_that_anybody_may_write(self):
        with self.mode(self.instance.config, 0o666):
            self.refuse(USAGE, naming=["chmod o-w"])

    # -- the root key --------------------------------------------------------------------------

    def other_key(self, content, mode=0o600):
        path = self.instance.folder / f"key-{secrets.token_hex(4)}"
        path.write_bytes(content)
        path.chmod(mode)
        return path

    def test_wrong_root_key_harms_nothing(self):
        wrong = self.other_key(os.urandom(32))
        self.refuse(STORE, f"--store.root_key_file={wrong}",
                    naming=["root key does not open this store"])
        self.starts()

    def test_root_key_of_another_length(self):
        for size in (0, 31, 33, 64):
            with self.subTest(size=size):
                wrong = self.other_key(os.urandom(size))
                self.refuse(STORE, f"--store.root_key_file={wrong}", naming=[wrong])

    def test_root_key_that_others_may_read(self):
        for mode in (0o644, 0o640, 0o604, 0o620):
            with self.subTest(mode=oct(mode)), self.mode(self.instance.folder / "root.key", mode):
                self.refuse(STORE, naming=["root.key", "chmod 600"])

    def test_missing_root_key(self):
        self.refuse(STORE, f"--store.root_key_file={self.instance.folder / 'gone.key'}",
                    naming=["gone.key"])

    @contextlib.contextmanager
    def configuration_without_root_key(self):
        self.instance.write_config({"store.root_key_file": ""})
        try:
            yield
        finally:
            self.instance.write_config()

    def test_root_key_as_a_systemd_credential(self):
        credentials = self.instance.folder / "credentials"
        credentials.mkdir(mode=0o700)
        key = credentials / "leadkeep.root-key"
        key.write_bytes((self.instance.folder / "root.key").read_bytes())
        key.chmod(0o400)
        with self.configuration_without_root_key():
            self.starts(environment={"CREDENTIALS_DIRECTORY": str(credentials)})

    def test_neither_root_key_nor_credential(self):
        environment = {k: v for k, v in os.environ.items() if k != "CREDENTIALS_DIRECTORY"}
        with self.configuration_without_root_key():
            self.refuse(STORE, environment=environment,
                        naming=["store.root_key_file", "leadkeep.root-key"])

    def test_setting_is_emptied_on_the_command_line(self):
        environment = {k: v for k, v in os.environ.items() if k != "CREDENTIALS_DIRECTORY"}
        self.refuse(STORE, "--store.root_key_file=", environment=environment,
                    naming=["leadkeep.root-key"])

    # -- the store -----------------------------------------------------------------------------

    def test_store_that_others_may_enter(self):
        for mode in (0o755, 0o750, 0o701):
            with self.subTest(mode=oct(mode)), self.mode(self.instance.store, mode):
                self.refuse(STORE, naming=[self.instance.store, "chmod 700"])

    def test_missing_store_is_not_made(self):
        gone = self.instance.folder / "gone"
        self.refuse(STORE, f"--store.directory={gone}")
        self.assertFalse((gone / "data.mdb").exists())

    def test_init_does_not_overwrite_a_store(self):
        again = self.instance.ctl("init", "--store", self.instance.store, "--root-key-file",
                                  self.instance.folder / "root.key", check=False)
        self.assertEqual(again.returncode, 1, again.stdout + again.stderr)
        self.starts()

    def test_second_daemon_on_the_same_store(self):
        self.instance.start_daemon()
        try:
            self.refuse(STORE, f"--api.listen=127.0.0.1:{fixed_port()}",
                        f"--webhook.listen=127.0.0.1:{fixed_port()}",
                        f"--control.socket={self.instance.folder / 'second.sock'}")
            self.assertEqual(self.instance.api().get("/readyz").status, 200)
            self.instance.ctl("store", "verify")
        finally:
            self.assertEqual(self.instance.stop_daemon(), 0)

    # -- the doors -----------------------------------------------------------------------------

    def test_port_of_somebody_else(self):
        for key in ("api.listen", "webhook.listen"):
            with self.subTest(key=key), socket.create_server(("127.0.0.1", 0)) as taken:
                port = taken.getsockname()[1]
                self.refuse(START, f"--{key}=127.0.0.1:{port}", naming=[port])

    def test_port_of_somebody_who_would_share_it(self):
        """Two daemons on one port would each get half of the requests."""
        with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
            port = taken.getsockname()[1]
            self.refuse(START, f"--api.listen=127.0.0.1:{port}", naming=[port])

    def test_api_and_webhook_on_one_port(self):
        port = fixed_port()
        self.refuse(START, f"--api.listen=127.0.0.1:{port}", f"--webhook.listen=127.0.0.1:{port}")

    def test_certificate_that_is_none(self):
        for content in (b"", b"not a certificate\n", os.urandom(500)):
            with self.subTest(size=len(content)):
                bad = self.other_key(content)
                self.refuse(START, f"--api.tls_certificate={bad}", naming=[bad])

    def test_key_of_another_certificate(self):
        self.refuse(START, f"--api.tls_key={self.instance.folder / 'ca' / 'graph.key'}",
                    naming=["graph.key"])

    def test_tls_key_that_others_may_read(self):
        with self.mode(self.instance.folder / "ca" / "daemon.key", 0o640):
            self.refuse(START, naming=["daemon.key", "chmod 600"])

    # -- the account's secrets -----------------------------------------------------------------

    def test_secret_that_others_may_read(self):
        for name in ("app-secret", "access-token", "verify-token"):
            path = self.instance.folder / name
            with self.subTest(name=name), self.mode(path, 0o640):
                said = self.refuse(START, naming=[path, "chmod 600"])
                self.assertNotIn(path.read_text().strip(), said)

    def test_secret_that_is_empty(self):
        empty = self.other_key(b"\n")
        self.refuse(START, f"--whatsapp.app_secret_file={empty}", naming=[empty])

    def test_after_all_of_this_it_starts(self):
        self.starts()


if __name__ == "__main__":
    functional.main()
