"""The npm package oidc-provider as an OpenID provider, on a Node.js that npm brings as well: Debian's is
older than what it is written for, and only has to run npm. Its packages are those of
openid/package-lock.json.
"""
import http.client
import json
import pathlib
import ssl
import subprocess
import urllib.error
import urllib.request

import node_packages
from directory.child import Child
from directory.packages import require
from leadkeep_demo.instance import fixed_port

from .provider import Provider

SOURCES = pathlib.Path(__file__).resolve().parent / "openid"

# What is said of each. `subject` is the provider's own name for the person.
PEOPLE = {
    "alice": {"subject": "u-1", "acr": "pwd",
              "claims": {"preferred_username": "alice", "name": "Alice <&> Ägent",
                         "groups": ["leads", "staff"]}},
    "bob": {"subject": "u-2", "acr": "mfa",
            "claims": {"preferred_username": "bob", "name": "Bob", "groups": ["bosses"]}},
    "carol": {"subject": "u-3", "acr": "pwd",
              "claims": {"preferred_username": "carol", "name": "Carol", "groups": ["guests"]}},
}


def make_key(kind, identifier):
    """A private key as JSON Web Key, made by Node.js."""
    script = ("const {generateKeyPairSync: make} = require('crypto');"
              "const [kind, kid] = process.argv.slice(1);"
              "const options = {rsa: {modulusLength: 2048}, ec: {namedCurve: 'P-256'}, ed25519: {}};"
              "const key = make(kind, options[kind]).privateKey.export({format: 'jwk'});"
              "console.log(JSON.stringify({...key, kid, use: 'sig'}))")
    made = subprocess.run([str(node_packages.node(SOURCES)), "-e", script, kind, identifier],
                          check=True, capture_output=True, text=True)
    return json.loads(made.stdout)


class OpenIdProvider(Provider):
    username_field = "username"

    def __init__(self, certificate, key, ca, people=None):
        require("npm for oidc-provider", "nodejs")
        super().__init__(certificate, key)
        self._ca = ca
        self._said = people or PEOPLE
        self.people = {name: f"{name}-password" for name in self._said}
        self.port = fixed_port()
        # Another site than https://localhost, where we are.
        self.issuer = f"https://127.0.0.1:{self.port}"
        self.keys = [make_key("rsa", "one")]
        self._trusted = None

    def start(self, client):
        """`client` is a client as RFC 7591 describes one."""
        certificate, key = self._tls
        people = {name: {**said, "password": self.people[name]}
                  for name, said in self._said.items()}
        config = self.folder / "config.json"
        config.write_text(json.dumps({
            "issuer": self.issuer, "port": self.port, "certificate": str(certificate),
            "key": str(key), "packages": str(node_packages.install(SOURCES)), "people": people,
            "client": client, "keys": self.keys, "trusted_certificate": self._trusted}))
        self._child = Child("oidc-provider", self.folder / "log.txt")
        self._child.start(["env", f"NODE_EXTRA_CA_CERTS={self._ca}", "NODE_ENV=test",
                           str(node_packages.node(SOURCES)), str(SOURCES / "server.mjs"),
                           str(config)], self._is_ready)

    def restart(self, client):
        """With other keys, another client; whoever was signed in is no more."""
        self._child.stop()
        self.start(client)

    def trust_certificate(self, fingerprint):
        """SHA-256, hexadecimal: whose certificate a client by mTLS has to show."""
        self._trusted = ":".join(fingerprint.upper()[i:i + 2] for i in range(0, 64, 2))

    def log(self):
        return (self.folder / "log.txt").read_text()

    def _is_ready(self):
        try:
            return self.metadata()["issuer"] == self.issuer
        except (OSError, urllib.error.URLError):
            return False

    def metadata(self):
        context = ssl.create_default_context(cafile=self._ca)
        with urllib.request.urlopen(self.issuer + "/.well-known/openid-configuration", timeout=5,
                                    context=context) as answer:
            return json.load(answer)

    def location(self, address, cookies):
        """Where it sends a browser with these cookies on to."""
        context = ssl.create_default_context(cafile=self._ca)
        line = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=5, context=context)
        try:
            line.request("GET", address.removeprefix(self.issuer), headers={"Cookie": cookies})
            return line.getresponse().headers["Location"]
        finally:
            line.close()
