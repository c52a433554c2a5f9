"""What a thief of the disk finds: nothing about a person in any file, in any usual encoding."""
import base64
import pathlib
import shutil

import functional
from leadkeep_demo.walk import Walk

NUMBER, NAME, USERNAME = "4917698765432", "Theodora Quillfeather", "theodora.quill"
BSUID = "DE.80918273645546372819"
TEXT = "My policy is ZK-juniper, the mail is theodora@quillfeather.example"
REPLY, NOTE, TAG = "We shall look into it, Theodora.", "Seems honest about the flood.", "floodclaim"
EVIDENCE = "said yes in the chat of Tuesday"


def forms_of(mark):
    """The mark as it would look in a file that somebody forgot to seal."""
    forms = {}
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        clear = mark.encode(encoding)
        forms[encoding] = clear
        forms[encoding + " hex"] = clear.hex().encode()
        forms[encoding + " HEX"] = clear.hex().upper().encode()
        # Where base64 begins in the middle of other data, the mark lies in one of three ways.
        # The digits at both ends also hold bits of the neighbours, so they are left out.
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + clear)
            begin = -(-shift * 8 // 6)
            end = (shift + len(clear)) * 8 // 6
            forms[f"{encoding} base64+{shift}"] = encoded[begin:end]
            forms[f"{encoding} base64url+{shift}"] = (
                encoded[begin:end].replace(b"+", b"-").replace(b"/", b"_"))
    if mark.isdigit() and len(mark) > 10:
        # As a number, and two digits in a byte.
        size = max(8, (int(mark).bit_length() + 7) // 8)
        forms["integer"] = int(mark).to_bytes(size, "little")
        forms["integer big-endian"] = int(mark).to_bytes(size, "big")
        forms["packed digits"] = bytes.fromhex(mark if len(mark) % 2 == 0 else mark + "f")
    return forms


def found_in(content, marks):
    lowered = content.lower()
    return [f"{mark} as {form}" for mark in marks for form, sought in forms_of(mark).items()
            if sought in content or (form.startswith("utf") and " " not in form
                                     and sought.lower() in lowered)]


class Files(functional.FunctionalTest):
    agents = (("anna", "agent"), ("root", "admin"))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Walk(cls.instance, say=lambda line: None).run()
        cls.whatsapp.post("/customers", {"wa_id": NUMBER, "name": NAME, "username": USERNAME,
                                         "user_id": BSUID})
        inbound = cls.whatsapp.post("/say", {"customer": NUMBER, "text": TEXT}).json
        cls.whatsapp.post("/send-message", {"customer": NUMBER, "type": "location", "location": {
            "latitude": 1.5, "longitude": 2.5, "address": "Quillfeather Lane 7"}})
        item = cls.anna.get("/v1/conversations?limit=1").json["items"][0]
        path, lead = f"/v1/conversations/{item['id']}", item["lead"]["id"]
        for where, body in ((path + "/messages", {"type": "text", "text": {"body": REPLY}}),
                            (path + "/notes", {"text": {"body": NOTE}}),
                            (f"/v1/leads/{lead}/consents", {
                                "kind": "given", "purpose": "messages", "source": "chat",
                                "evidence": EVIDENCE})):
            answer = cls.anna.post(where, body, headers={"Idempotency-Key": "store-files-key"}
                                   if where.endswith("messages") else None)
            assert answer.status in (201, 202), answer.body
        tag = cls.anna.get(path).headers["ETag"]
        cls.anna.request("PATCH", path, body={"tags": [TAG]}, headers={"If-Match": tag})
        cls.whatsapp.post("/wait", {"outbound": 2, "statuses": 6, "deliveries_unsettled": 0})
        outbound = cls.whatsapp.get("/journal").json["outbound"][-1]
        assert outbound["text"] == REPLY
        handle = item["lead"]["handle"]
        # A search for what is too short would find itself by chance.
        cls.personal = [NUMBER, NUMBER[2:], NUMBER[-8:], NAME, "Quillfeather", USERNAME, BSUID,
                        BSUID[3:], TEXT, "ZK-juniper", "theodora@", REPLY, NOTE, TAG, EVIDENCE,
                        "Quillfeather Lane", inbound["wamid"], inbound["wamid"][6:],
                        outbound["wamid"], outbound["wamid"][6:], handle, "store-files-key"]
        cls.secrets = [cls.instance.passwords["anna"], cls.anna.token,
                       *((cls.instance.folder / name).read_text().strip()
                         for name in ("app-secret", "access-token", "verify-token"))]

    def files_of_the_store(self):
        return [path for path in self.instance.store.rglob("*") if path.is_file()]

    def test_store_holds_nothing_readable(self):
        self.search(self.files_of_the_store(), self.personal + self.secrets)

    def test_store_holds_nothing_readable_after_a_stop(self):
        self.assertEqual(self.instance.stop_daemon(), 0)
        try:
            self.search(self.files_of_the_store(), self.personal + self.secrets)
        finally:
            self.instance.start_daemon()

    def test_store_holds_no_root_key(self):
        key = (self.instance.folder / "root.key").read_bytes()
        for path in self.files_of_the_store():
            content = path.read_bytes()
            for form in (key, key[:16], key[16:], key.hex().encode(), base64.b64encode(key)[:42]):
                self.assertNotIn(form, content, path)

    def test_log_and_configuration_hold_nothing_readable(self):
        self.search([self.instance.log, self.instance.config], self.personal + self.secrets)

    def test_nothing_is_left_outside_of_the_store(self):
        known = {"ca", "store", "root.key", "app-secret", "access-token", "verify-token",
                 "leadkeepd.conf", "leadkeepd.log", "control.sock", "simulator.json",
                 "simulator.log", "demo.client.key", "demo.client.pem"}
        self.assertEqual({p.name for p in self.instance.folder.iterdir()} - known, set())
        opened = pathlib.Path(f"/proc/{self.instance.daemon.pid}/fd").iterdir()
        for path in (str(file.readlink()) for file in opened):
            elsewhere = not path.startswith(str(self.instance.folder))
            self.assertFalse(elsewhere and path.startswith(("/tmp", "/var/tmp", "/dev/shm")), path)

    def search(self, paths, marks):
        size = 0
        for path in paths:
            content = path.read_bytes()
            size += len(content)
            self.assertEqual(found_in(content, marks), [], path)
        self.assertGreater(size, 500)

    def test_search_would_find_each_mark_in_each_form(self):
        """Otherwise the tests above would prove nothing."""
        original = max(self.files_of_the_store(), key=lambda path: path.stat().st_size)
        copy = self.instance.folder / "store" / "planted"
        self.addCleanup(copy.unlink)
        shutil.copy(original, copy)
        clean = copy.read_bytes()
        middle = len(clean) // 2
        marks = (NUMBER, NAME, TEXT, USERNAME, self.personal[-6])
        for mark in marks:
            for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                plain = mark.encode(encoding)
                planted = [plain, plain.hex().encode(), plain.hex().upper().encode()]
                # Inside of something longer that was encoded as one.
                planted += [base64.b64encode(b"abc"[:n] + plain + b"xyz") for n in range(4)]
                planted += [base64.urlsafe_b64encode(b"abc"[:n] + plain + b"x") for n in range(4)]
                for form in planted:
                    copy.write_bytes(clean[:middle] + form + clean[middle:])
                    self.assertTrue(found_in(copy.read_bytes(), [mark]), (mark, form))
        copy.write_bytes(clean)
        self.assertEqual(found_in(copy.read_bytes(), marks), [])

    def test_zz_store_is_sound(self):
        self.assert_sound()
        figures = self.status()
        self.assertGreater(int(figures["audit_entries"]), 10)


if __name__ == "__main__":
    functional.main()
