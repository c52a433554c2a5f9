"""The main path, walked from outside: webhook → inbox → reply → delivered."""
import pathlib
import time

NUMBER = "4915123456789"
NAME = "Erika Muster"
TEXT = "Hello, please call me on 0151 23456789 or write to erika@example.org"
REPLY = "Good morning, we shall do that."


class StepFailed(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise StepFailed(what)


class Walk:
    def __init__(self, instance, say=print):
        self.instance = instance
        self.say = say
        self.whatsapp = instance.whatsapp()
        self.wamids = []

    def run(self):
        for name, step in (
                ("WhatsApp verifies the webhook address", self.verify),
                ("a forged notification is refused", self.forge),
                ("a customer writes; 200 only once durable", self.receive),
                ("the same message again changes nothing", self.repeat),
                ("an agent signs in", self.sign_in),
                ("the inbox shows the conversation, masked", self.inbox),
                ("the text is readable, its contact data is not", self.read),
                ("the agent replies", self.reply),
                ("the customer has got the reply", self.delivered),
                ("an administrator sees no conversation", self.admin),
                ("the store verifies", self.verify_store),
                ("the files hold nothing readable", self.files)):
            begin = time.monotonic()
            try:
                step()
            except StepFailed as failure:
                self.say(f"  FAILED  {name}: {failure}")
                raise
            self.say(f"  ok  {(time.monotonic() - begin) * 1000:7.1f} ms  {name}")

    def verify(self):
        expect(self.whatsapp.post("/verify-webhook", {}).json["echoed"], "the challenge is not echoed")
        wrong = self.whatsapp.post("/verify-webhook", {"token": "wrong"}).json
        expect(wrong["http_status"] == 403, "a wrong token is not refused")

    def forge(self):
        self.whatsapp.post("/customers", {"wa_id": NUMBER, "name": NAME})
        forged = self.whatsapp.post("/say", {"customer": NUMBER, "text": "forged",
                                             "mode": "wrong_signature"}).json
        expect(forged["delivery"]["http_status"] == 401, f"got {forged['delivery']}")

    def receive(self):
        said = self.whatsapp.post("/say", {"customer": NUMBER, "text": TEXT}).json
        expect(said["delivery"]["http_status"] == 200, f"got {said['delivery']}")
        self.wamids.append(said["wamid"])

    def repeat(self):
        again = self.whatsapp.post("/say", {"customer": NUMBER, "text": TEXT, "copies": 3,
                                            "wamid": self.wamids[0]}).json
        expect(again["delivery"]["http_status"] == 200, f"got {again['delivery']}")

    def sign_in(self):
        self.agent = self.instance.signed_in("anna")

    def inbox(self):
        answer = self.agent.get("/v1/conversations")
        expect(answer.status == 200, f"HTTP {answer.status}")
        items = answer.json["items"]
        expect(len(items) == 1, f"{len(items)} conversations")
        expect(items[0]["unread"] == 1, f"{items[0]['unread']} unread")
        self.conversation = items[0]["id"]
        self._masked(answer.body)

    def read(self):
        answer = self.agent.get(f"/v1/conversations/{self.conversation}/messages")
        items = answer.json["items"]
        expect(len(items) == 1, f"{len(items)} messages")
        expect(items[0]["text"]["body"].startswith("Hello, please call me on •"),
               "the text is not as expected")
        self._masked(answer.body)

    def _masked(self, body):
        text = body.decode()
        for mark in (NUMBER, NUMBER[2:], "23456789", "erika@", *self.wamids):
            expect(mark not in text, "contact data in an answer")

    def reply(self):
        answer = self.agent.post(f"/v1/conversations/{self.conversation}/messages",
                                 {"type": "text", "text": {"body": REPLY}},
                                 headers={"Idempotency-Key": "walk-1"})
        expect(answer.status == 202, f"HTTP {answer.status} {answer.body!r}")
        self.message = answer.json["id"]

    def delivered(self):
        end = time.monotonic() + 20
        status = None
        while time.monotonic() < end and status not in ("delivered", "read"):
            answer = self.agent.get(f"/v1/conversations/{self.conversation}/messages")
            status = next(m["status"] for m in answer.json["items"] if m["id"] == self.message)
            time.sleep(0.02)
        expect(status in ("delivered", "read"), f"status {status}")
        outbound = self.whatsapp.get("/journal").json["outbound"]
        expect([o["text"] for o in outbound] == [REPLY], "WhatsApp has not got exactly the reply")
        self.wamids.append(outbound[0]["wamid"])

    def admin(self):
        admin = self.instance.signed_in("root")
        expect(admin.get("/v1/conversations").status == 403, "the inbox is open to an administrator")
        expect(admin.get("/v1/agents").status == 200, "an administrator cannot list agents")

    def verify_store(self):
        done = self.instance.ctl("store", "verify", check=False)
        expect(done.returncode == 0, done.stdout + done.stderr)

    def files(self):
        marks = [m.encode() for m in (NUMBER, NUMBER[2:], "Erika", "please call", "Good morning",
                                      "wamid.", *self.wamids)]
        size = 0
        for path in pathlib.Path(self.instance.store).rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                size += len(content)
                expect(not any(mark in content for mark in marks), f"readable data in {path.name}")
        expect(size > 50_000, "the store is too small to have been searched")
