"""What every identity provider of the tests has: a folder of its own, TLS in front, a process."""
import pathlib
import shutil
import tempfile

HOST = "idp.localhost"


class Provider:
    def __init__(self, certificate, key):
        """`certificate` and `key` are of its https address."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="leadkeep-idp-"))
        self._tls = (certificate, key)
        self._child = None
        self._front = None

    def close(self):
        if self._child:
            self._child.stop()
        if self._front:
            self._front.close()
        shutil.rmtree(self.folder, ignore_errors=True)
