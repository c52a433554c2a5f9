"""The company's mail relay in the tests: mail_relay_server.py, a child process of its own."""
import json
import pathlib
import subprocess
import tempfile
import types

from leadkeep_demo.instance import fixed_port

USER, PASSWORD = "leadkeep", "relay-password-5"
# That of Debian, whose packages another Python does not see.
PYTHON = "/usr/bin/python3"


class Relay:
    """`protection` is tls (from the first byte), starttls or none. With a `user` it takes mail from
    that one only, and with a `refusal` from nobody; it may fall silent after the `dot` of a mail
    or the `quit`. `host` is how it is called and listened to."""

    def __init__(self, certificate, *, protection="starttls", user=USER, refusal="",
                 host="127.0.0.1", silent_after="", port=None):
        self._folder = tempfile.TemporaryDirectory(prefix="leadkeep-relay-")
        self._mails = pathlib.Path(self._folder.name) / "mails"
        self._mails.touch()
        log = pathlib.Path(self._folder.name) / "log"
        port = port or fixed_port()
        certificate_file, key = certificate
        with open(log, "w", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                [PYTHON, str(pathlib.Path(__file__).with_name("mail_relay_server.py")),
                 "--host", host.strip("[]"), "--port", str(port), "--mails", str(self._mails), "--certificate",
                 str(certificate_file), "--key", str(key), "--protection", protection,
                 "--user", user, "--password", PASSWORD, "--refusal", refusal,
                 "--silent-after", silent_after],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True)
        if self._process.stdout.readline() != "ready\n":
            said = log.read_text()
            self.stop()
            raise AssertionError(f"the mail relay did not start: {said}")
        self.url = f"{'smtps' if protection == 'tls' else 'smtp'}://{host}:{port}"

    @property
    def mails(self):
        """In the order in which it took them."""
        return [types.SimpleNamespace(**json.loads(line))
                for line in self._mails.read_text().splitlines()]

    def stop(self):
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:  # it may be in the middle of its silence
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()
