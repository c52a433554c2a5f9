"""A server program as a child in the foreground: nobody has to guess its process id."""
import subprocess
import threading
import time


class CannotRun(Exception):
    """Says what is missing."""


class Child:
    def __init__(self, name, log):
        self._name = name
        self._log = log
        self._process = None

    @property
    def pid(self):
        return self._process.pid if self._process else None

    def start(self, command, is_ready, seconds=60):
        # Whatever ends the tests ends their servers. The kernel minds the thread, not the process:
        # where a passing thread starts a server, that must outlive it.
        if threading.current_thread() is threading.main_thread():
            command = ["setpriv", "--pdeathsig", "KILL", *command]
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=log, start_new_session=True)
        end = time.monotonic() + seconds
        while not is_ready():
            if self._process.poll() is not None or time.monotonic() > end:
                self.kill()
                tail = self._log.read_text(errors="replace")[-2000:]
                raise CannotRun(f"{self._name} did not start:\n{tail}")
            time.sleep(0.01)

    def stop(self, seconds=30):
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self):
        """As a power cut would: no time to finish anything."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
