"""Chromium, driven over the W3C WebDriver protocol, with a virtual authenticator in it.

    with Browser(certificate) as browser:
        browser.open("https://localhost:8443/v1/openapi.json")
        device = browser.add_authenticator()
        browser.run("return await navigator.credentials.get(...)")

Headless, with a profile of its own; both programs are ended by pid.
"""
import base64
import json
import pathlib
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request


def spki_hash(certificate):
    """By which Chromium trusts this one certificate, and no other that it does not know."""
    key = subprocess.run(["openssl", "x509", "-in", str(certificate), "-noout", "-pubkey"],
                         check=True, capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=key, check=True,
                         capture_output=True).stdout
    digest = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=der, check=True,
                            capture_output=True).stdout
    return base64.b64encode(digest).decode()


class Browser:
    def __init__(self, certificate):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="leadkeep-browser-"))
        self.driver = None
        self.session = None
        self.certificate = certificate

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.session:
            try:
                self._call("DELETE", "")
            except (OSError, RuntimeError):
                pass  # it has ended already
        if self.driver:
            self.driver.terminate()
            self.driver.wait(10)
            self.driver.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_driver(self):
        """Port 0: the driver takes a free one of IPv4 and says which. It ends where IPv6 has given the
        same port to somebody else just then, so it gets another try."""
        said = []
        for _ in range(3):
            self.driver = subprocess.Popen(
                ["chromedriver", "--port=0", "--log-level=WARNING"], stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True)
            for line in self.driver.stdout:
                said.append(line)
                if "started successfully on port" in line:
                    port = line.rstrip(". \n").rpartition(" ")[2]
                    self.base = f"http://127.0.0.1:{port}"
                    return
            self.driver.wait(10)
            self.driver.stdout.close()
        self.driver = None
        raise RuntimeError("chromedriver did not start: " + "".join(said))

    def _start(self):
        self._start_driver()
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--disable-background-networking", "--no-first-run",
                     f"--user-data-dir={self.folder}",
                     f"--ignore-certificate-errors-spki-list={spki_hash(self.certificate)}"]
        answer = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "timeouts": {"script": 20_000, "pageLoad": 20_000},
            "goog:chromeOptions": {"args": arguments, "binary": "/usr/bin/chromium"}}}})
        self.session = answer["sessionId"]

    def _ask(self, verb, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, method=verb,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def _call(self, verb, path, body=None):
        return self._ask(verb, f"/session/{self.session}{path}", body)

    def open(self, url):
        self._call("POST", "/url", {"url": url})

    def url(self):
        return self._call("GET", "/url")

    def text(self):
        """What somebody reads on the page."""
        return self.run("return document.body.innerText")

    def run(self, script, *arguments):
        """The body of an async function; what it returns. What it throws is a RuntimeError."""
        wrapped = ("const done = arguments[arguments.length - 1];"
                   "(async (...args) => {" + script + "})(...arguments)"
                   ".then(v => done({value: v}), e => done({error: `${e.name}: ${e.message}`}));")
        outcome = self._call("POST", "/execute/async",
                             {"script": wrapped, "args": list(arguments)})
        if "error" in outcome:
            raise RuntimeError(outcome["error"])
        return outcome.get("value")

    def devtools(self, command, **parameters):
        """Chromium's own protocol, for what WebDriver has no word for."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def cookies(self):
        """All of this page, also those that no script can read."""
        return self._call("GET", "/cookie")

    def add_authenticator(self, **options):
        return self._call("POST", "/webauthn/authenticator", {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "isUserVerified": True, "isUserConsenting": True,
            **options})

    def remove_authenticator(self, authenticator):
        self._call("DELETE", f"/webauthn/authenticator/{authenticator}")

    def credentials(self, authenticator):
        return self._call("GET", f"/webauthn/authenticator/{authenticator}/credentials")

    def add_credential(self, authenticator, credential):
        self._call("POST", f"/webauthn/authenticator/{authenticator}/credential", credential)

    def set_user_verified(self, authenticator, verified):
        self._call("POST", f"/webauthn/authenticator/{authenticator}/uv",
                   {"isUserVerified": verified})
