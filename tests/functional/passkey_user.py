"""Somebody who has a passkey: Chromium makes it and signs with it, on a page of our origin, and what it
returns goes to the API as it is. Its virtual authenticator can be copied, unlike a real one."""
import contextlib

from browser import Browser

PATH = "/v1/session/second-factor"

CREATE = """
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(args[0]);
  return (await navigator.credentials.create({publicKey})).toJSON();
"""
GET = """
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(args[0]);
  return (await navigator.credentials.get({publicKey})).toJSON();
"""


class PasskeyUser:
    """Beside a FunctionalTest: one browser for the class."""
    browser_certificate = "not_required"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = Browser(cls.instance.folder / "ca" / "daemon.pem")
        cls.enterClassContext(cls.browser)
        cls.open_page()

    @classmethod
    def open_page(cls, host="localhost"):
        cls.browser.open(f"https://{host}:{cls.instance.api_port}/v1/openapi.json")

    @contextlib.contextmanager
    def authenticator(self, **options):
        device = self.browser.add_authenticator(**options)
        try:
            yield device
        finally:
            self.browser.remove_authenticator(device)

    def options(self, client, path):
        answer = client.post(path)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def enrol(self, client, name="Laptop"):
        made = self.browser.run(CREATE, self.options(client, PATH + "/passkey-options"))
        answer = client.post(PATH + "/passkeys", {"name": name, "passkey": made})
        self.assertEqual(answer.status, 201, answer.body)
        client.token = answer.json["token"]
        return answer.json

    def answer(self):
        """What a click on "sign in" gives the page: nobody has typed anything."""
        client = self.instance.api()
        self.addCleanup(client.close)
        return client, self.browser.run(GET, self.options(client, "/v1/passkey-options"))

    def sign_in(self):
        client, answered = self.answer()
        opened = client.post("/v1/sessions", {"passkey": answered})
        if opened.status == 201:
            client.token = opened.json["token"]
        return client, opened

    def last_refusal(self, client):
        return next(one["how"] for one in self.get("/v1/session/log-ins", client)["items"]
                    if not one["let_in"])
