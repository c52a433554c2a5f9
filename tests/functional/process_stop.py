"""How leadkeepd ends, what it tells the service manager, and what it shows of itself meanwhile."""
import functools
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import functional
from functional import letters, until


class ServiceManager:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, folder):
        self.path = folder / "notify.sock"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.socket.settimeout(0.1)
        self.lines = []

    def heard(self):
        while True:
            try:
                self.lines += self.socket.recv(4096).decode().splitlines()
            except TimeoutError:
                return self.lines


class Notifying(functional.FunctionalTest):
    def restart(self, **environment):
        self.instance.stop_daemon()
        manager = ServiceManager(pathlib.Path(tempfile.mkdtemp(dir=functional.Run.folder)))
        self.addCleanup(manager.socket.close)
        self.instance.start_daemon(environment={"NOTIFY_SOCKET": str(manager.path), **environment})
        return manager

    def test_ready_and_stopping(self):
        manager = self.restart()
        begun = until(lambda: "READY=1" in manager.heard() and list(manager.lines),
                      "READY=1")
        steps = begun[:begun.index("READY=1")]
        self.assertGreaterEqual(len(steps), 3)
        self.assertTrue(all(step.startswith("STATUS=") for step in steps), steps)
        self.assertEqual(self.instance.stop_daemon(), 0)
        ended = manager.heard()[len(begun):]
        self.assertIn("STOPPING=1", ended)
        self.assertNotIn("WATCHDOG=1", manager.lines)
        self.instance.start_daemon()

    def test_ready_only_when_the_doors_are_open(self):
        manager = self.restart()
        until(lambda: "READY=1" in manager.heard(), "READY=1")
        self.assertEqual(self.instance.api().get("/readyz").status, 200)
        self.assertEqual(self.simulate("/verify-webhook", {})["http_status"], 200)

    def test_watchdog(self):
        manager = self.restart(WATCHDOG_USEC="4000000")
        until(lambda: manager.heard().count("WATCHDOG=1") >= 2, "two signs of life", seconds=8)

    def test_no_ready_without_a_store(self):
        manager = ServiceManager(pathlib.Path(tempfile.mkdtemp(dir=functional.Run.folder)))
        self.addCleanup(manager.socket.close)
        done = functional.run_daemon(
            self.instance, "--config", self.instance.config, "--store.directory=/nonexistent",
            environment={**os.environ, "NOTIFY_SOCKET": str(manager.path)})
        self.assertEqual(done.returncode, 3)
        self.assertNotIn("READY=1", manager.heard())


class Stopping(functional.FunctionalTest):
    def setUp(self):
        if self.instance.daemon is None:
            self.instance.start_daemon()

    def test_every_stop_signal(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name):
                daemon = self.instance.start_daemon() if self.instance.daemon is None \
                    else self.instance.daemon
                daemon.send_signal(number)
                self.assertEqual(daemon.wait(20), 0)
                self.assertFalse(self.instance.socket.exists())
                self.instance.daemon = None

    def test_waiting_replies_outlive_a_stop(self):
        number = "4915160100000"
        self.customer(number)
        conversation = self.conversation_with(number)
        self.simulate("/faults", {"fault": "rate_limit", "code": 131056})
        message = self.reply(conversation, "After the pause.")
        self.assertEqual(self.instance.stop_daemon(), 0)
        self.instance.start_daemon()
        self.status_becomes(conversation, message, "delivered", "read")
        self.assertEqual([o["text"] for o in self.outbound()].count("After the pause."), 1)

    def test_open_connections_do_not_hold_up_a_stop(self):
        idle = [socket.create_connection(("127.0.0.1", port), 10) for port in
                (self.instance.api_port, self.instance.webhook_port) for _ in range(4)]
        listener = self.instance.api(self.anna.token)
        listener.connection = listener._connect()
        listener.connection.request("GET", "/v1/events",
                                    headers={"Authorization": "Bearer " + self.anna.token})
        self.assertEqual(listener.connection.getresponse().status, 200)
        begin = time.monotonic()
        self.assertEqual(self.instance.stop_daemon(), 0)
        self.assertLess(time.monotonic() - begin, 15)
        listener.close()
        for connection in idle:
            connection.close()


class Busy(functional.FunctionalTest):
    """Everybody is in the middle of something: customers write, WhatsApp is slow to take replies,
    agents read, write, log in and listen, the operator verifies."""
    agents = (("anna", "agent"), ("bert", "agent"))
    settings = {"delivery.unknown_wait_seconds": 2, "session.max_per_agent": 100}
    # Before the first byte of an answer: the request was not begun, or its outcome is for the next
    # try to find out.
    NO_ANSWER = (http.client.RemoteDisconnected, ConnectionError, ssl.SSLError)

    def setUp(self):
        if self.instance.daemon is None:
            self.instance.start_daemon()
        self.stop = threading.Event()
        self.problems, self.threads = [], []
        self.said, self.replied, self.opened = [], {}, []
        self.reads = 0

    def run_threads(self, *works):
        def guarded(work):
            while not self.stop.is_set():
                try:
                    work()
                except Exception as problem:  # shown by the test, not lost in the thread
                    self.problems.append(f"{work}: {problem!r}")
                    return
        for work in works:
            self.threads.append(threading.Thread(target=guarded, args=(work,)))
            self.threads[-1].start()

    def join(self):
        self.stop.set()
        for thread in self.threads:
            thread.join(60)
        self.threads = []

    def ask(self, method, path, expect, token=None, body=None):
        """The JSON of a whole answer, or None for a clean close; anything between is a problem."""
        client = self.instance.api(token)
        connection = client._connect()
        try:
            headers = {"Content-Type": "application/json"} if body else {}
            if token:
                headers["Authorization"] = "Bearer " + token
            try:
                connection.request(method, path, body=json.dumps(body) if body else None,
                                   headers=headers)
                answer = connection.getresponse()
            except self.NO_ANSWER:
                time.sleep(0.02)
                return None
            text = answer.read()
            if answer.status == 503:
                return None
            self.assertEqual(answer.status, expect, text)
            return json.loads(text)
        finally:
            connection.close()

    def keep_saying(self, number):
        text = letters(16)
        sent = self.instance.whatsapp().post(
            "/say", {"customer": number, "text": text, "retry": False}).json["delivery"]
        self.assertIn(sent["http_status"], (200, 503, None), sent)
        if sent["http_status"] == 200:
            self.said.append(text)

    def keep_replying(self, conversation):
        text = letters(16)
        made = self.ask("POST", f"/v1/conversations/{conversation}/messages", 202,
                        self.anna.token, {"type": "text", "text": {"body": text}})
        if made:
            self.replied[made["id"]] = text
        time.sleep(0.1)

    def keep_reading(self, conversation):
        page = self.ask("GET", f"/v1/conversations/{conversation}/messages", 200, self.anna.token)
        self.reads += 1 if page and page["items"] else 0

    def keep_logging_in(self):
        made = self.ask("POST", "/v1/sessions", 201, body={
            "username": "bert", "password": self.instance.passwords["bert"]})
        if made:
            self.opened.append(made["token"])
        time.sleep(0.1)

    def keep_verifying(self):
        done = self.instance.ctl("store", "verify", check=False)
        self.assertNotIn("damaged", done.stdout)
        time.sleep(0.02)

    def listen(self):
        listener = self.instance.api(self.anna.token)
        connection = listener._connect()
        connection.request("GET", "/v1/events",
                           headers={"Authorization": "Bearer " + self.anna.token})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        return answer

    def stop_in_time(self):
        begin = time.monotonic()
        self.assertEqual(self.instance.stop_daemon(), 0)
        seconds = time.monotonic() - begin
        print(f"\nseconds to stop: {seconds:.2f}", file=sys.stderr, flush=True)
        self.assertLess(seconds, 10)

    def test_stop_under_load_loses_nothing_and_cuts_nothing(self):
        numbers = [f"49151600{n:05}" for n in range(4)]
        conversations = []
        for number in numbers:
            self.customer(number)
            conversations.append(self.conversation_with(number))
        works = [functools.partial(self.keep_saying, number) for number in numbers]
        works += [functools.partial(work, c) for c in conversations[:2]
                  for work in (self.keep_replying, self.keep_reading)]
        self.run_threads(*works, self.keep_logging_in, self.keep_verifying)
        for _ in range(3):
            self.simulate("/faults", {"fault": "slow", "ms": 1500, "count": 100})
            streams = [self.listen() for _ in range(10)]
            time.sleep(0.7)
            self.stop_in_time()
            for stream in streams:
                self.assertIn(b": connected", stream.read())  # to a whole end, or it raises
            self.whatsapp.request("DELETE", "/faults")
            self.instance.start_daemon()
        self.join()
        self.assertEqual(self.problems, [])
        shown = [m for c in conversations
                 for m in self.every(f"/v1/conversations/{c}/messages?limit=100")]
        texts = [m["text"]["body"] for m in shown]
        self.assertGreater(len(self.said), 50)
        self.assertEqual([t for t in self.said if texts.count(t) != 1], [])
        self.assertGreater(len(self.replied), 5)
        self.assertLessEqual(self.replied.items(),
                             {(m["id"], m["text"]["body"]) for m in shown})
        self.assertGreater(self.reads, 10)
        self.assertGreater(len(self.opened), 2)
        for token in self.opened:
            self.assertIsNotNone(self.ask("GET", "/v1/session", 200, token))
        self.every_reply_is_sent_once()
        self.assert_sound()
        self.assertEqual([line for line in self.log().splitlines()
                          if line.startswith(("<0>", "<1>", "<2>", "<3>"))], [])

    def every_reply_is_sent_once(self):
        def sent():
            counts = self.whatsapp.get("/journal").json["accepted_per_callback_data"]
            return counts if set(self.replied) <= set(counts) else None
        counts = until(sent, "every reply is sent", seconds=30)
        self.assertEqual([m for m in self.replied if counts[m] != 1], [])

    def test_whatsapp_without_an_answer_does_not_hold_up_a_stop(self):
        number = "4915160200000"
        self.customer(number)
        conversation = self.conversation_with(number)
        self.simulate("/faults", {"fault": "slow", "ms": 15000})
        message = self.reply(conversation, "Nobody answers.")
        until(lambda: "Nobody answers." in [o["text"] for o in self.outbound()], "it is taken")
        self.stop_in_time()
        self.instance.start_daemon()
        self.status_becomes(conversation, message, "delivered", "read")
        self.assertEqual([o["text"] for o in self.outbound()].count("Nobody answers."), 1)

    def test_requests_that_stall_do_not_hold_up_a_stop(self):
        context = self.instance.tls()
        stalled = []
        for port, path in ((self.instance.api_port, "/v1/sessions"),
                           (self.instance.webhook_port, "/webhooks/whatsapp")):
            plain = socket.create_connection(("127.0.0.1", port), 10)
            stalled.append(context.wrap_socket(plain, server_hostname="127.0.0.1"))
            stalled[-1].sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                                f"Content-Type: application/json\r\nX-Hub-Signature-256: sha256="
                                f"{'0' * 64}\r\nContent-Length: 100\r\n\r\n".encode())
            self.assertIn(b"100 Continue", stalled[-1].recv(100))
        self.stop_in_time()
        for connection in stalled:
            connection.close()


class SeenFromOutside(functional.FunctionalTest):
    """What /proc shows of the running daemon."""

    def proc(self, name):
        return pathlib.Path(f"/proc/{self.instance.daemon.pid}/{name}")

    def test_no_secret_in_arguments_and_environment(self):
        secrets = [(self.instance.folder / name).read_bytes().strip()
                   for name in ("app-secret", "access-token", "verify-token")]
        secrets += [(self.instance.folder / "root.key").read_bytes(),
                    self.instance.passwords["anna"].encode(), self.anna.token.encode()]
        for name in ("cmdline", "environ"):
            shown = self.proc(name).read_bytes()
            for secret in secrets:
                self.assertNotIn(secret, shown)
                self.assertNotIn(secret.hex().encode(), shown)

    def test_no_core_dump(self):
        limits = self.proc("limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0 ")

    def test_files_are_for_the_owner_only(self):
        for path in (self.instance.store, *self.instance.store.rglob("*"), self.instance.socket):
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)

    def test_threads_have_names(self):
        names = {(task / "comm").read_text().strip() for task in self.proc("task").iterdir()}
        self.assertLessEqual({"lk-sender", "lk-keeper", "lk-events"}, names)

    @unittest.skipUnless(os.geteuid() == 0, "needs a second user to look with")
    def test_not_open_to_its_own_user(self):
        """A process that cannot be dumped belongs to root in /proc: another program of the same
        user cannot read its memory."""
        nobody = 65534
        with tempfile.TemporaryDirectory() as folder:
            home = pathlib.Path(folder)
            home.chmod(0o755)
            shutil.copy(self.instance.binaries / "leadkeepd", home / "leadkeepd")
            copy = functional.Instance(home / "i", self.instance.binaries,
                                       api_port=functional.fixed_port(),
                                       webhook_port=functional.fixed_port())
            copy.make()
            copy.write_config()
            copy.log.touch()
            for path in (copy.folder, *copy.folder.rglob("*")):
                os.chown(path, nobody, nobody)
            with open(copy.log, "ab") as log:
                daemon = subprocess.Popen([home / "leadkeepd", "--config", copy.config],
                                          stderr=log, user=nobody, group=nobody, extra_groups=[])
            try:
                until(lambda: "READY" in copy.log.read_text() or daemon.poll(), "it is ready")
                self.assertIsNone(daemon.poll(), copy.log.read_text())
                proc = pathlib.Path(f"/proc/{daemon.pid}")
                self.assertIn(f"Uid:\t{nobody}", (proc / "status").read_text())
                self.assertEqual((proc / "mem").stat().st_uid, 0)
                self.assertEqual((proc / "environ").stat().st_uid, 0)
                reading = subprocess.run(["cat", proc / "maps"], user=nobody, check=False,
                                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                self.assertEqual(reading.stdout, b"")
            finally:
                daemon.terminate()
                self.assertEqual(daemon.wait(20), 0)


if __name__ == "__main__":
    functional.main()
