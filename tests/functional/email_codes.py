"""Codes by e-mail for agents without a second factor, sent to a real relay, and what becomes of them
where the relay, the agent or the window is another."""
import email
import email.policy
import re
import socket
import time

import functional
from functional import fixed_port, until

from directory import CertificateKind, Person, peers
from directory_instance import DirectoryTest
from mail_relay import PASSWORD, USER, Relay
from second_factor import App

SENDER = "leadkeep@bank.example.test"
REFUSAL_SECONDS = 0.3


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


class EmailCodeTest(DirectoryTest):
    @classmethod
    def more_settings(cls):
        cls.relay = cls.start_relay()
        return {"second_factor.required_for": "agent, supervisor, admin",
                "second_factor.email_code_for": "agent",
                "login.refusal_milliseconds": int(REFUSAL_SECONDS * 1000),
                **cls.mail_settings(cls.relay.url)}

    @classmethod
    def mail_settings(cls, url):
        secret = cls.directory.folder / "relay-password"
        secret.touch(mode=0o600)
        secret.write_text(PASSWORD + "\n")
        return {"mail.relay": url, "mail.sender": SENDER, "mail.ca_file": cls.directory.ca,
                "mail.user": USER, "mail.password_file": secret}

    @classmethod
    def certificate(cls, kind=CertificateKind.GOOD):
        return cls.directory.certificates.issue(kind, "mail", ("localhost",),
                                                ("127.0.0.1", "::1"))

    @classmethod
    def start_relay(cls, kind=CertificateKind.GOOD, **options):
        relay = Relay(cls.certificate(kind), **options)
        cls.addClassCleanup(relay.stop)
        return relay

    def somebody(self, username, groups=("agents",), **fields):
        self.directory.add(Person(username, username.title(), groups, **fields))
        return username

    def ask(self, username, password=None, expect=202):
        client = self.instance.api()
        self.addCleanup(client.close)
        if password is None:
            password = self.directory.people[username].password
        answer = client.post("/v1/email-codes", {"username": username, "password": password})
        self.assertEqual(answer.status, expect, answer.body)
        return answer.json

    def mail_to(self, address, relay=None, count=1):
        """The last of so many mails to this address."""
        relay = relay or self.relay

        def found():
            mails = [mail for mail in relay.mails if mail.recipients == [address]]
            return mails if len(mails) >= count else None
        return until(found, f"a mail to {address}; {self.log()[-400:]}")[-1]

    def code_for(self, username, **options):
        mail = self.mail_to(f"{username}@example.test", **options)
        return re.search(r"Your code is (\d{4} \d{4})\.", mail.text).group(1)

    def enter(self, username, transaction, code):
        client = self.instance.api()
        self.addCleanup(client.close)
        return client.post("/v1/sessions", {
            "username": username, "password": self.directory.people[username].password,
            "second_factor": code, "email_transaction": transaction})

    def assert_mails_before(self, username, expected):
        """The mailer sends one after the other: what was to come before this one has come."""
        before = len(self.relay.mails)
        self.ask(username)
        self.mail_to(f"{username}@example.test")
        self.assertEqual(len(self.relay.mails) - 1, expected, self.relay.mails[before:])


class EmailCodes(EmailCodeTest):
    def test_a_code_signs_in_once_and_only_as_far_as_a_code_by_mail_goes(self):
        before = self.log_in("anna")
        self.assertEqual(before.json["assurance"], "enrolment_only")
        asked = self.ask("anna")
        self.assertEqual(asked["expires_in_seconds"], 600)
        code = self.code_for("anna")
        opened = self.enter("anna", asked["email_transaction"], code)
        self.assertEqual((opened.status, opened.json["assurance"]), (201, "email_code"))
        client = self.instance.api(opened.json["token"])
        self.addCleanup(client.close)
        self.assertEqual(client.get("/v1/conversations").status, 200)
        step_up = client.post("/v1/session/step-up",
                              {"password": self.directory.people["anna"].password,
                               "second_factor": code})
        self.assert_problem(step_up, 403, "proof_refused")
        again = self.enter("anna", asked["email_transaction"], code)
        self.assert_problem(again, 401, "unauthenticated")

    def test_the_mail_is_one_that_people_can_use_and_filters_know(self):
        self.ask(self.somebody("paula"))
        mail = self.mail_to("paula@example.test")
        self.assertEqual((mail.sender, mail.greeted_as, mail.user, mail.encrypted),
                         (SENDER, "bank.example.test", USER, True))
        message = email.message_from_string(mail.text, policy=email.policy.default)
        self.assertEqual(message["To"], "paula@example.test")
        self.assertEqual(message["From"], f"Leadkeep <{SENDER}>")
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        self.assertLess(abs(message["Date"].datetime.timestamp() - time.time()), 60)
        self.assertEqual(message.defects, [])
        self.assertIn("tell your IT department", message.get_content())
        self.assertNotIn("http", mail.text, "a link teaches people to follow links")

    def test_the_answer_tells_nobody_whether_there_is_a_mail(self):
        begin = time.monotonic()
        wanted = self.ask(self.somebody("quentin"))
        self.assertGreaterEqual(time.monotonic() - begin, REFUSAL_SECONDS)
        self.mail_to("quentin@example.test")
        sent = len(self.relay.mails)
        nobody = [("anna", "wrong"), ("nobody-of-this-name", "x"), ("sofia", None), ("root", None),
                  ("gast", None), ("dora", None), (self.somebody("ohne", mail="kein-at"), None),
                  (self.somebody("viele", mail="a@x.test>\r\nRCPT TO:<b@x.test"), None)]
        for username, password in nobody:
            with self.subTest(username):
                begin = time.monotonic()
                answer = self.ask(username, password)
                took = time.monotonic() - begin
                self.assertEqual(answer.keys(), wanted.keys())
                self.assertEqual(len(answer["email_transaction"]), 43)
                self.assertGreaterEqual(took, REFUSAL_SECONDS)
        self.assert_mails_before(self.somebody("rita"), sent)

    def test_who_has_an_app_is_sent_no_code(self):
        name = self.somebody("appian")
        client = self.instance.api(self.log_in(name).json["token"])
        self.addCleanup(client.close)
        uri = client.post("/v1/session/second-factor/totp", {}).json["uri"]
        confirmed = client.post("/v1/session/second-factor/totp/confirm", {"code": App(uri).code()})
        self.assertEqual(confirmed.status, 201, confirmed.body)
        sent = len(self.relay.mails)
        asked = self.ask(name)
        self.assertEqual(self.enter(name, asked["email_transaction"], "12345678").status, 401)
        self.assert_mails_before(self.somebody("sven"), sent)

    def test_a_code_counts_in_the_window_that_asked_for_it_and_nowhere_else(self):
        name = self.somebody("fenja")
        mine = self.ask(name)["email_transaction"]
        code = self.code_for(name)
        other = self.ask("anna", "wrong")["email_transaction"]
        for transaction in (other, mine[:-1], "", "x" * 43):
            with self.subTest(transaction[:8]):
                self.assertNotEqual(self.enter(name, transaction, code).json.get("assurance"),
                                    "email_code")
        self.assertEqual(self.enter(name, mine, code.replace(" ", "")).status, 201)

    def test_the_next_code_voids_the_one_before(self):
        name = self.somebody("doris")
        first = self.ask(name)["email_transaction"]
        code = self.code_for(name)
        second = self.ask(name)["email_transaction"]
        fresh = self.code_for(name, count=2)
        self.assertEqual(self.enter(name, first, code).status, 401)
        self.assertEqual(self.enter(name, second, fresh).status, 201)

    def test_five_wrong_ones_void_a_code(self):
        name = self.somebody("guido")
        asked = self.ask(name)["email_transaction"]
        code = self.code_for(name)
        wrong = "0000 0000" if code != "0000 0000" else "0000 0001"
        for _ in range(5):
            self.assertEqual(self.enter(name, asked, wrong).status, 401)
        self.assertEqual(self.enter(name, asked, code).status, 401)

    def test_three_codes_are_sent_an_hour(self):
        name = self.somebody("henry")
        for count in range(1, 4):
            asked = self.ask(name)["email_transaction"]
            code = self.code_for(name, count=count)
        sent = len(self.relay.mails)
        self.ask(name)
        self.assert_mails_before(self.somebody("ines"), sent)
        self.assertEqual(self.enter(name, asked, code).status, 201, "the last that was sent counts")

    def test_another_address_in_the_directory_voids_a_code(self):
        name = self.somebody("julia")
        asked = self.ask(name)["email_transaction"]
        code = self.code_for(name)
        self.directory.set_attributes(name, {"mail": ["thief@example.test"]})
        self.assertEqual(self.enter(name, asked, code).status, 401)

    def test_no_code_and_no_address_is_in_the_log_or_on_the_disk(self):
        name = self.somebody("klara", mail="klara-mark@example.test")
        asked = self.ask(name)["email_transaction"]
        mail = self.mail_to("klara-mark@example.test")
        code = re.search(r"\d{4} \d{4}", mail.text).group()
        self.assertEqual(self.enter(name, asked, code).status, 201)
        files = [path for path in self.instance.store.rglob("*") if path.is_file()]
        self.assertTrue(files)
        for place in (self.instance.log, *files):
            content = place.read_bytes()
            for mark in ("klara-mark", code, code.replace(" ", ""), asked):
                self.assertNotIn(mark.encode(), content, place)


class RelaysThatAreNotTrusted(EmailCodeTest):
    """Each gets no mail, and the log says what to look at."""

    def refused_by(self, username, url, **more):
        self.restart_with(**self.mail_settings(url), **more)
        begin = len(self.log())
        self.ask(username)
        line = until(lambda: re.search(r"MAIL_NOT_SENT reason=.*", self.log()[begin:]),
                     "a reason in the log").group()
        return line

    def test_a_certificate_that_proves_nothing(self):
        for kind in (CertificateKind.WRONG_HOST, CertificateKind.EXPIRED,
                     CertificateKind.OTHER_AUTHORITY):
            for protection in ("tls", "starttls"):
                with self.subTest(kind=kind, protection=protection):
                    relay = self.start_relay(kind, protection=protection)
                    said = self.refused_by(self.somebody(f"{kind.value}-{protection}"), relay.url)
                    self.assertIn("mail.ca_file", said)
                    self.assertEqual(relay.mails, [])

    def test_a_relay_without_starttls_sees_neither_the_mail_nor_the_password(self):
        relay = self.start_relay(protection="none", user="")
        self.assertIn("STARTTLS", self.refused_by(self.somebody("strip"), relay.url))
        self.assertEqual(relay.mails, [])

    def test_one_that_does_not_know_us(self):
        relay = self.start_relay(user="somebody-else")
        self.assertIn("mail.user", self.refused_by(self.somebody("denied"), relay.url))

    def test_one_that_refuses_the_recipient(self):
        relay = self.start_relay(refusal="550 5.1.1 no such user klara-mark@example.test")
        said = self.refused_by(self.somebody("bounce"), relay.url)
        self.assertIn("550", said)
        self.assertNotIn("klara-mark", said, "what a relay says is its own")

    def test_operator_tries_the_relay_without_anybody_waiting_for_a_code(self):
        def mail_test(*arguments):
            done = self.instance.ctl("mail", "test", *arguments, "--config", self.instance.config,
                                     check=False)
            return done.returncode, done.stdout + done.stderr
        self.restart_with()
        code, said = mail_test("it@bank.example.test")
        self.assertEqual((code, "has taken the mail" in said), (0, True), said)
        self.assertIn("a test of the mail relay", self.mail_to("it@bank.example.test").text)
        self.assertEqual(mail_test("it@bank.example.test>")[0], 1)
        self.restart_with(**self.mail_settings(self.start_relay(CertificateKind.EXPIRED).url))
        code, said = mail_test("it@bank.example.test")
        self.assertEqual((code, "mail.ca_file" in said), (1, True), said)

    def test_one_that_is_not_there(self):
        with peers.SilentServer() as gone:
            url = f"smtps://127.0.0.1:{gone.port}"
        self.assertIn("mail.relay", self.refused_by(self.somebody("gone"), url))

    def test_one_that_is_right_takes_the_mail_however_it_is_called(self):
        hosts = ["127.0.0.1", "localhost"] + (["[::1]"] if has_ipv6() else [])
        for host in hosts:
            for protection in ("tls", "starttls"):
                with self.subTest(host=host, protection=protection):
                    relay = self.start_relay(protection=protection, host=host)
                    self.restart_with(**self.mail_settings(relay.url))
                    name = self.somebody(f"{hosts.index(host)}-{protection}")
                    asked = self.ask(name)["email_transaction"]
                    code = self.code_for(name, relay=relay)
                    self.assertEqual(self.enter(name, asked, code).status, 201)
                    self.assertTrue(relay.mails[-1].encrypted)

    def assert_stops_in_time(self):
        begin = time.monotonic()
        self.instance.stop_daemon()
        self.assertLess(time.monotonic() - begin, 8)
        self.restart_with()

    def test_a_silent_one_keeps_no_stop_waiting(self):
        with peers.SilentServer() as silent:
            self.restart_with(**self.mail_settings(f"smtp://127.0.0.1:{silent.port}"))
            self.ask(self.somebody("silent"))
            until(lambda: silent.open_connections, "the daemon has called")
            self.assert_stops_in_time()

    def test_one_that_falls_silent_later_keeps_no_stop_waiting(self):
        for moment in ("dot", "quit"):
            with self.subTest(moment):
                relay = self.start_relay(silent_after=moment)
                self.restart_with(**self.mail_settings(relay.url))
                name = self.somebody(f"silent-{moment}")
                self.ask(name)
                self.code_for(name, relay=relay)
                self.assert_stops_in_time()

    def test_one_that_comes_back_gets_the_mail_then(self):
        port = fixed_port()
        name = self.somebody("later")
        self.restart_with(**self.mail_settings(f"smtps://127.0.0.1:{port}"))
        asked = self.ask(name)["email_transaction"]
        until(lambda: "MAIL_NOT_SENT" in self.log(), "the first try has failed")
        relay = self.start_relay(protection="tls", port=port)
        self.assertEqual(self.enter(name, asked, self.code_for(name, relay=relay)).status, 201)

    def test_without_a_relay_there_are_no_codes(self):
        self.restart_with(**{"second_factor.email_code_for": "nobody", "mail.relay": "",
                             "mail.user": "", "mail.password_file": ""})
        self.ask("anna", expect=404)
        self.assertEqual(self.log_in("anna").json["assurance"], "enrolment_only")


if __name__ == "__main__":
    functional.main()
