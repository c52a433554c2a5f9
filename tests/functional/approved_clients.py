"""Only programs that the company has approved may talk to the API; from the operator's first word to
the certificate that is renewed, and what becomes of everything else."""
import re
import ssl
import subprocess

import functional

REFUSED = (403, "client_not_approved")


class ApprovedClients(functional.FunctionalTest):
    agents = (("anna", "agent"), ("root", "admin"))

    def through(self, name, token=None, **options):
        """A connection of the client of this name."""
        key, certificate = self.instance.add_client(name, **options)
        client = self.with_files(key, certificate)
        client.token = token
        return client

    def with_files(self, key=None, certificate=None):
        client = self.instance.api(tls=lambda: self.instance.tls_with(key, certificate))
        self.addCleanup(client.close)
        return client

    def ctl(self, *arguments, check=True):
        return self.instance.ctl("client", *arguments, check=check)

    def token_of_anna(self, client):
        answer = client.post("/v1/sessions", {"username": "anna",
                                              "password": self.instance.passwords["anna"]})
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json["token"]

    def openssl(self, *arguments, data=None):
        return subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True,
                              check=True).stdout

    def request_of(self, name):
        """The file of a key, and its certificate request."""
        key = self.instance.folder / f"{name}.key"
        return key, functional.certificate_request(key)

    def test_who_has_no_certificate_gets_no_answer_and_is_on_record(self):
        before = self.anna.metric("requests_refused_total")
        stranger = self.with_files()
        for method, path in (("GET", "/v1/conversations"), ("GET", "/v1/openapi.json"),
                             ("POST", "/v1/sessions"), ("GET", "/no/such/path"),
                             ("DELETE", "/v1/session")):
            with self.subTest(path):
                self.assert_problem(stranger.request(method, path), *REFUSED)
        self.assertEqual(self.anna.metric("requests_refused_total"), before + 5)
        self.assertIn("CLIENT_REFUSED", self.log())

    def test_token_of_an_agent_opens_nothing_without_the_program(self):
        token = self.token_of_anna(self.through("desk"))
        stranger = self.with_files()
        stranger.token = token
        self.assert_problem(stranger.get("/v1/session"), *REFUSED)
        self.assertEqual(self.through("desk", token).get("/v1/session").status, 200)

    def test_token_that_another_program_shows_ends_its_session(self):
        token = self.token_of_anna(self.through("desk"))
        self.assert_problem(self.through("crm", token).get("/v1/session"), 401, "unauthenticated")
        self.assert_problem(self.through("desk", token).get("/v1/session"), 401, "unauthenticated")
        self.assertIn("SESSION_ELSEWHERE", self.log())

    def test_forged_fields_of_a_proxy_are_nothing(self):
        _, certificate = self.instance.add_client("desk")
        der = ssl.PEM_cert_to_DER_cert(certificate.read_text())
        stranger = self.with_files()
        for name, value in (("X-SSL-Client-Cert", der.hex()), ("X-Client-Cert", der.hex()),
                            ("Client-Cert", ":AAAA:"), ("X-Forwarded-Client-Cert", "Hash=00"),
                            ("X-SSL-Client-Verify", "SUCCESS"), ("X-Forwarded-For", "127.0.0.1")):
            with self.subTest(name):
                self.assert_problem(stranger.get("/v1/client", headers={name: value}), *REFUSED)

    def test_suspended_program_is_out_at_once_and_its_streams_end(self):
        client = self.through("shaky")
        token = self.token_of_anna(client)
        stream = self.through("shaky", token)
        stream.connection = stream._connect()
        stream.connection.request("GET", "/v1/events", headers={"Authorization": "Bearer " + token})
        events = stream.connection.getresponse()
        self.assertEqual(events.status, 200)
        self.ctl("suspend", "shaky")
        events.read()  # to its end
        self.assert_problem(client.get("/v1/client"), *REFUSED)
        self.ctl("resume", "shaky")
        self.assertEqual(client.get("/v1/client").status, 200)
        self.ctl("revoke", "shaky")
        self.assert_problem(client.get("/v1/client"), *REFUSED)
        self.assertNotEqual(self.ctl("resume", "shaky", check=False).returncode, 0)

    def test_program_comes_from_its_network_only(self):
        far = self.through("far", options=("--network", "192.0.2.0/24"))
        self.assert_problem(far.get("/v1/client"), *REFUSED)
        near = self.through("near", options=("--network", "127.0.0.0/8", "--network", "::1"))
        self.assertEqual(near.get("/v1/client").status, 200)

    def test_certificate_of_a_foreign_authority_is_refused(self):
        key, certificate = self.instance.add_client("desk")
        uri = re.search(r"URI:(\S+)", self.openssl(
            "x509", "-in", certificate, "-noout", "-ext", "subjectAltName").decode())[1]
        own = self.instance.folder / "own.pem"
        self.openssl("req", "-x509", "-key", key, "-subj", "/CN=Leadkeep clients", "-days", "1",
                     "-addext", f"subjectAltName=URI:{uri}", "-addext",
                     "extendedKeyUsage=clientAuth", "-out", own)
        self.assert_problem(self.with_files(key, own).get("/v1/client"), *REFUSED)

    def test_scopes_and_record_classes_narrow_what_the_agent_may(self):
        conversation = self.conversation_with(self.customer("4915123456700"), "Bitte um Rückruf.")
        key, certificate = self.instance.add_client(
            "reader", scopes=("sessions", "conversations:read"), record_classes=("names",))
        reader = self.with_files(key, certificate)
        reader.token = self.token_of_anna(reader)
        self.assertEqual(reader.get("/v1/client").json["scopes"],
                         ["sessions", "conversations:read"])
        messages = reader.get(f"/v1/conversations/{conversation}/messages")
        self.assertEqual(messages.status, 200)
        self.assertNotIn("Rückruf", messages.body.decode())
        self.assertIn("Rückruf", self.anna.get(
            f"/v1/conversations/{conversation}/messages").body.decode())
        self.assert_problem(self.send(conversation, "Ja.", reader), 403, "forbidden")

    def test_job_with_nobody_signed_in_reads_what_it_may_and_changes_nothing(self):
        conversation = self.conversation_with(self.customer("4915123456701"), "Bitte um Rückruf.")
        job = self.through("job", scopes=(), record_classes=("texts",),
                           options=("--own-scope", "conversations:read"))
        messages = job.get(f"/v1/conversations/{conversation}/messages")
        self.assertEqual(messages.status, 200, messages.body)
        self.assertIn("Rückruf", messages.body.decode())
        self.assertEqual(self.get(f"/v1/conversations/{conversation}")["unread"], 1)
        self.assert_problem(job.get("/v1/agents"), 401, "unauthenticated")
        self.assert_problem(self.send(conversation, "Ja.", job), 401, "unauthenticated")
        self.assert_problem(job.post("/v1/sessions", {
            "username": "anna", "password": self.instance.passwords["anna"]}), 403, "forbidden")

    def test_own_scopes_are_those_that_read(self):
        done = self.ctl("add", "robot", "--owner", "IT", "--purpose", "a test", "--own-scope",
                        "messages:send", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("own_scopes", done.stderr)

    def test_key_that_openssl_made_is_enrolled_through_the_api_and_renewed(self):
        token = self.instance.folder / "outside.token"
        self.ctl("add", "outside", "--owner", "IT", "--purpose", "a test", "--scope", "sessions",
                 "--token-file", token)
        self.assertEqual(token.stat().st_mode & 0o777, 0o600)
        key, request = self.request_of("outside")
        stranger = self.with_files()
        body = {"token": token.read_text().strip(), "certificate_request": request}
        waiting = stranger.post("/v1/client-enrolments", body)
        self.assertEqual((waiting.status, waiting.json["status"]), (202, "waiting"))
        spki = self.openssl("pkey", "-in", key, "-pubout", "-outform", "DER")
        digest = self.openssl("dgst", "-sha256", "-r", data=spki).split()[0].decode()
        self.assertEqual(waiting.json["fingerprint"], digest)
        wrong = self.ctl("approve", "outside", "--fingerprint", "0" * 64, check=False)
        self.assertEqual(wrong.returncode, 1)
        self.ctl("approve", "outside", "--fingerprint", digest.upper())
        enrolled = stranger.post("/v1/client-enrolments", body)
        self.assertEqual((enrolled.status, enrolled.json["status"]), (200, "approved"))
        certificate = self.instance.folder / "outside.pem"
        certificate.write_text(enrolled.json["certificate"])
        client = self.with_files(key, certificate)
        self.assertEqual(client.get("/v1/client").status, 200)
        self.assert_problem(stranger.post("/v1/client-enrolments", body), 401, "unauthenticated")
        next_key, next_request = self.request_of("outside-next")
        renewed = client.post("/v1/client/certificate", {"certificate_request": next_request})
        self.assertEqual(renewed.status, 200, renewed.body)
        next_certificate = self.instance.folder / "outside-next.pem"
        next_certificate.write_text(renewed.json["certificate"])
        self.assertEqual(self.with_files(next_key, next_certificate).get("/v1/client").status, 200)
        self.assert_problem(client.get("/v1/client"), *REFUSED)

    def test_token_in_two_hands_is_closed(self):
        token = self.instance.folder / "lost.token"
        self.ctl("add", "lost", "--owner", "IT", "--purpose", "a test", "--scope", "sessions",
                 "--token-file", token)
        stranger = self.with_files()
        for name, status in (("lost-1", 202), ("lost-2", 401), ("lost-1", 401)):
            _, request = self.request_of(name)
            answer = stranger.post("/v1/client-enrolments",
                                   {"token": token.read_text().strip(),
                                    "certificate_request": request})
            self.assertEqual(answer.status, status, answer.body)
        self.assertIn("CLIENT_TOKEN_IN_TWO_HANDS", self.log())

    def test_list_says_what_is_approved_and_what_waits(self):
        self.instance.add_client("desk")
        listed = self.ctl("list").stdout
        self.assertIn("desk  approved", listed)
        self.assertRegex(listed, r"key +[0-9a-f]{64}")

    def test_wrong_use_is_said(self):
        for arguments, code, word in (
                (("add", "crm2"), 2, "--owner"), (("approve", "desk"), 2, "--fingerprint"),
                (("enrol",), 2, "--token-file"), (("dance",), 2, "list, add"),
                (("suspend", "nobody-of-this-name"), 1, "not_found")):
            with self.subTest(arguments):
                done = self.ctl(*arguments, check=False)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(word, done.stderr)


class RestartedDaemon(functional.FunctionalTest):
    def test_clients_and_their_authority_outlive_a_restart(self):
        self.instance.tls()
        self.instance.stop_daemon()
        self.instance.start_daemon()
        self.assertEqual(self.instance.api().get("/v1/client").status, 200)
        self.assert_sound()


class AuthorityOfTheCompany(functional.FunctionalTest):
    """Certificates come from elsewhere; here keys are approved."""
    agents = ()

    @classmethod
    def setUpClass(cls):
        cls.instance = functional.make_instance(cls.__name__)
        cls.addClassCleanup(cls.instance.stop)
        cls.instance.make()
        cls.instance.start({"clients.ca_file": cls.instance.ca})

    def test_approved_key_counts_with_the_companys_certificate_only(self):
        folder = self.instance.folder
        token, key = folder / "crm.token", folder / "crm.key"
        enrol = ("client", "enrol", "--token-file", token, "--key", key)
        self.instance.ctl("client", "add", "crm", "--owner", "IT", "--purpose", "a test", "--scope",
                          "sessions", "--token-file", token)
        fingerprint = re.search(r"fingerprint is ([0-9a-f]{64})",
                                self.instance.ctl(*enrol).stdout)[1]
        self.instance.ctl("client", "approve", "crm", "--fingerprint", fingerprint)
        self.assertIn("comes from the company's authority", self.instance.ctl(*enrol).stdout)
        request, certificate = folder / "crm.csr", folder / "crm.pem"
        extensions = folder / "crm.ext"
        extensions.write_text("extendedKeyUsage=clientAuth\n")
        subprocess.run(["openssl", "req", "-new", "-key", key, "-subj", "/CN=crm", "-out", request],
                       check=True, capture_output=True)
        subprocess.run(["openssl", "x509", "-req", "-in", request, "-CA", self.instance.ca, "-CAkey",
                        self.instance.ca.with_name("ca.key"), "-days", "1", "-extfile", extensions,
                        "-out", certificate], check=True, capture_output=True)
        client = self.instance.api(tls=lambda: self.instance.tls_with(key, certificate))
        self.addCleanup(client.close)
        self.assertEqual(client.get("/v1/client").status, 200)


if __name__ == "__main__":
    functional.main()
