"""Judges every vector of tests/saml with another implementation, Lasso 2.8, and compares.

    /usr/bin/python3 tests/saml/differential.py build/dev/tests/saml_vectors

Lasso verifies signatures and structure; the profile (times, audience, destination, the request) is for
whoever calls it, so what it lets through there says nothing. What counts is the other direction, and
whom it takes a response for:

* a response that we accept and Lasso refuses is of a dialect that it is known not to have;
* a response that we refuse and Lasso accepts is refused by a check that Lasso does not make;
* whatever both accept, or Lasso alone, is of the same person: alice.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import lasso
except ImportError:
    sys.exit("the package python3-lasso is missing; it is for Debian's own /usr/bin/python3")

# Accepted by us alone. Why, by the beginning of the vector's name.
LASSO_LACKS = {
    "Ecdsa": "no signatures with ECDSA",
    "Encrypted": "no RSA-OAEP with SHA-256, no key beside the data",
    "SeveralConfirmations": "room for one confirmation of the subject",
}

# Refused by us alone. Why, by the check.
LASSO_LEAVES_TO_ITS_CALLER = {
    "B-01": "leaves bytes to the parser",
    "B-02": "reads other encodings and versions of XML",
    "B-03": "reads comments, CDATA sections and processing instructions",
    "B-04": "parses with recovery",
    "R-02": "takes ids in any form",
    "R-03": "ignores what it does not know, as long as the signed part is the one it reads",
    "S-02": "takes signatures with more in them",
    "S-03": "takes SHA-1, and canonicalisation with comments",
    "S-04": "takes more references and transforms",
    "E-01": "takes AES-CBC without a signature around it, RSA 1.5 and 3DES",
    "E-02": "takes several keys",
    "P-01": "time of the response", "P-03": "destination", "P-05": "the request",
    "A-01": "time of the assertion", "A-02": "form of the name", "A-03": "confirmation",
    "A-04": "conditions", "A-05": "authentication", "A-06": "form of times",
    "A-08": "whether the person was asked again", "A-09": "attributes",
}

# Such a response must never get through anywhere: its signature is none, or not of this provider.
NEVER = ("S-05", "S-06", "S-07")


class Oracle:
    def __init__(self, given, folder):
        key = folder / "key.pem"
        key.write_text(given["key"].split("-----BEGIN CERTIFICATE")[0])
        self._key = str(key)
        self._given = given
        self.crashes = 0

    def judge(self, posted):
        """Whom it proves; nothing for a refusal. In a process of its own: some messages end it."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            who = self._judge(posted)
            os.write(writing, b"-" if who is None else b"+" + who.encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read()
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            self.crashes += 1
        return said[1:].decode() if said.startswith(b"+") else None

    def _judge(self, posted):
        server = lasso.Server.newFromBuffers(self._given["us"], self._given["key"], None, None)
        server.addProviderFromBuffer(lasso.PROVIDER_ROLE_IDP, self._given["identity_provider"], None,
                                     None)
        server.setEncryptionPrivateKey(self._key)
        login = lasso.Login(server)
        try:
            login.processAuthnResponseMsg(posted)
            login.acceptSso()
        except lasso.Error:
            return None
        name = login.nameIdentifier
        return name.content if name is not None else ""


def main():
    given = json.loads(subprocess.run([sys.argv[1]], check=True, capture_output=True).stdout)
    failures, both, tally = [], 0, collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        oracle = Oracle(given, pathlib.Path(folder))
        for vector in given["vectors"]:
            name, check = vector["name"], vector["refused_by"]
            who = oracle.judge(vector["posted"])
            if not check and who is None:
                tally["accepted by us alone"] += 1
                if not name.startswith(tuple(LASSO_LACKS)):
                    failures.append(f"{name}: we accept it and Lasso does not")
            elif check and who is not None:
                tally[f"refused by us alone, {check}"] += 1
                if check in NEVER or check not in LASSO_LEAVES_TO_ITS_CALLER:
                    failures.append(f"{name}: Lasso accepts it, and we refuse it by {check}")
                elif who != "alice" and check != "A-02":
                    failures.append(f"{name}: Lasso takes it for {who!r}")
            else:
                both += 1
                if who is not None and who != "alice":
                    failures.append(f"{name}: both accept it, and Lasso takes it for {who!r}")
    print(f"{len(given['vectors'])} vectors, {both} with the same verdict; {oracle.crashes} end Lasso")
    for what, count in sorted(tally.items()):
        reason = LASSO_LEAVES_TO_ITS_CALLER.get(what.rpartition(" ")[2], "")
        print(f"  {count:3} {what}{': ' + reason if reason else ''}")
    for failure in failures:
        print("UNEXPLAINED", failure)
    if both < 100:
        failures.append("too few have the same verdict: does Lasso read any?")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
