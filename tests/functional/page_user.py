"""Somebody in a page of ours: Chromium makes a key that cannot be taken out of it, keeps it in its
database, and signs every request with it (DPoP). The page is the API's own document; it has no
script of its own, so the tests bring one."""
import json

from browser import Browser

# The API's document forbids itself every connection; the browser is told not to mind.
PAGE = """
  const origin = location.origin;
  const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const json = (value) => text(new TextEncoder().encode(JSON.stringify(value)));
  const asked = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const database = async () => {
    const opening = indexedDB.open("leadkeep", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
    return asked(opening);
  };
  const keys = async (mode) => (await database()).transaction("keys", mode).objectStore("keys");
  const key = async () => {
    const kept = await asked((await keys("readonly")).get("key"));
    if (kept) return kept;
    const made = await crypto.subtle.generateKey({name: "ECDSA", namedCurve: "P-256"}, false,
                                                 ["sign", "verify"]);
    await asked((await keys("readwrite")).put(made, "key"));
    return made;
  };
  const proof = async (method, path) => {
    const {privateKey, publicKey} = await key();
    const {kty, crv, x, y} = await crypto.subtle.exportKey("jwk", publicKey);
    const claims = {htm: method, htu: origin + path, jti: crypto.randomUUID(),
                    iat: Math.floor(Date.now() / 1000), nonce: sessionStorage.nonce};
    const signed = json({typ: "dpop+jwt", alg: "ES256", jwk: {kty, crv, x, y}}) + "." + json(claims);
    const signature = await crypto.subtle.sign({name: "ECDSA", hash: "SHA-256"}, privateKey,
                                               new TextEncoder().encode(signed));
    return signed + "." + text(signature);
  };
  const once = async (method, path, body) => {
    const headers = {DPoP: await proof(method, path)};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const answer = await fetch(path, {method, headers, body: body && JSON.stringify(body)});
    sessionStorage.nonce = answer.headers.get("DPoP-Nonce") ?? sessionStorage.nonce;
    return answer;
  };
  const call = async (method, path, body) => {
    let answer = await once(method, path, body);
    if (answer.status === 401 && (await answer.clone().json()).code === "use_dpop_nonce")
      answer = await once(method, path, body);
    const content = await answer.text();
    return {status: answer.status, json: content ? JSON.parse(content) : null};
  };
"""


class Page:
    """One browser of one person."""

    def __init__(self, instance):
        self.instance = instance
        self.browser = Browser(instance.folder / "ca" / "daemon.pem")

    def __enter__(self):
        self.browser.__enter__()
        self.open()
        return self

    def __exit__(self, *why):
        self.browser.__exit__(*why)

    def open(self, host="localhost"):
        self.browser.devtools("Page.setBypassCSP", enabled=True)
        self.browser.open(f"https://{host}:{self.instance.api_port}/v1/openapi.json")

    def run(self, script, *arguments):
        return self.browser.run(PAGE + script, *arguments)

    def call(self, method, path, body=None):
        """(status, JSON) of a request that the page makes."""
        answer = self.run("return call(args[0], args[1], args[2] ?? undefined)", method, path, body)
        return answer["status"], answer["json"]

    def log_in(self, username, second_factor=None):
        body = {"username": username, "password": self.instance.passwords[username], "cookie": True}
        if second_factor:
            body["second_factor"] = second_factor
        return self.call("POST", "/v1/sessions", body)

    def cookies(self):
        return {cookie["name"]: cookie for cookie in self.browser.cookies()}

    def set_cookie(self, name, value):
        self.browser.devtools("Network.setCookie", name=name, value=value,
                              url=f"https://localhost:{self.instance.api_port}/", path="/",
                              secure=True, httpOnly=True, sameSite="Strict")

    def steal_from(self, other):
        """What malware takes: the cookies, and every value that a script can read."""
        for cookie in other.browser.cookies():
            self.set_cookie(cookie["name"], cookie["value"])
        kept = other.run("return JSON.stringify(Object.entries(sessionStorage))")
        self.run("for (const [name, value] of args[0]) sessionStorage[name] = value",
                 json.loads(kept))
