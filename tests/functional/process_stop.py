"""How leadkeepd ends, what it tells the service manager, and what it shows of itself meanwhile."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
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

    def test_stop_under_load_loses_nothing(self):
        acknowledged, problems = [], []
        stop = threading.Event()
        numbers = [f"49151600{n:05}" for n in range(6)]
        for number in numbers:
            self.customer(number)

        def keep_saying(number):
            whatsapp = self.instance.whatsapp()
            while not stop.is_set():
                text = letters(16)
                answer = whatsapp.post("/say", {"customer": number, "text": text, "retry": False})
                status = answer.json["delivery"]["http_status"]
                if status == 200:
                    acknowledged.append(text)
                elif status not in (None, 503):
                    problems.append(status)
            whatsapp.close()

        threads = [threading.Thread(target=keep_saying, args=(number,)) for number in numbers]
        for thread in threads:
            thread.start()
        for _ in range(3):
            time.sleep(0.5)
            self.assertEqual(self.instance.stop_daemon(), 0)
            self.instance.start_daemon()
        stop.set()
        for thread in threads:
            thread.join(30)
        self.assertEqual(problems, [])
        shown = [m["text"]["body"] for c in self.every("/v1/conversations")
                 for m in self.messages(c["id"])]
        self.assertGreater(len(acknowledged), 100)
        self.assertEqual([t for t in acknowledged if shown.count(t) != 1], [])
        self.assert_sound()

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
