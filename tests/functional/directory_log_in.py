"""Log-ins of people of the company's directory, against real servers."""
import re
import time

import functional
from functional import until

from directory import CertificateKind, OpenLdap, Person, SambaAd, State, peers
from directory_instance import DirectoryTest


class LogInTest(DirectoryTest):
    def trial(self, username, password=""):
        """What `leadkeepctl ldap test` says."""
        self.instance.write_config(self.settings)
        done = self.instance.ctl("ldap", "test", username, "--config", self.instance.config,
                                 check=False, text_input=password + "\n")
        return done.returncode, done.stdout + done.stderr


class OpenLdapLogIn(LogInTest):
    def test_people_are_let_in_with_the_roles_of_their_groups(self):
        for username, roles in {"anna": ["agent"], "bert": ["agent"], "sofia": ["supervisor"],
                                "nina": ["supervisor"], "root": ["admin"],
                                "jörg(x)#1": ["agent"], 'st*rn,\\+="': ["agent"]}.items():
            with self.subTest(username):
                agent = self.assert_let_in(username, *roles)
                self.assertEqual(agent["display_name"], self.directory.people[username].name)

    def test_who_is_in_no_group_or_not_well_is_refused_with_the_right_password(self):
        for username in ("gast", "karl", "dora", "emil", "paul", "mona", "lena"):
            with self.subTest(username):
                self.assert_refused(username)

    def test_a_wrong_an_empty_and_a_nul_password_are_refused(self):
        for password in ("wrong", "", "\0", self.directory.people["bert"].password + "\0",
                         "x" * 2_000):
            with self.subTest(password[:10]):
                self.assert_refused("bert", password)

    def test_names_are_no_filters_and_no_dns(self):
        password = self.directory.people["anna"].password
        for name in ("*", "a*", "anna)(uid=*", "*)(|(uid=anna", "anna\\", "anna\0", "",
                     self.directory.dn("anna"), "uid=anna", "anna,ou=people", "x" * 500):
            with self.subTest(name[:30]):
                self.assert_refused(name, password)

    def test_who_is_renamed_stays_the_same_agent(self):
        self.directory.add(Person("neu", "Nora Neu", ("agents",)))
        before = self.assert_let_in("neu", "agent")
        self.directory.rename("neu", "anders", "Nora Anders")
        after = self.assert_let_in("anders", "agent")
        self.assertEqual(after["id"], before["id"])
        self.assertEqual(after["display_name"], "Nora Anders")
        self.assert_refused("neu", "Pass-neu-7")

    def test_who_gets_the_name_of_a_leaver_is_another_agent(self):
        self.directory.add(Person("erbe", "Erna Erste", ("agents",)))
        first = self.assert_let_in("erbe", "agent")
        self.directory.remove("erbe")
        self.assert_refused("erbe", "Pass-erbe-7")
        self.directory.add(Person("erbe", "Emma Zweite", ("agents",)))
        self.assertNotEqual(self.assert_let_in("erbe", "agent")["id"], first["id"])
        done = self.instance.ctl("agents", "disable", "erbe", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("conflict", done.stderr)

    def test_roles_follow_the_groups_at_the_next_log_in(self):
        self.directory.add(Person("weg", "Willi Weg", ("agents",)))
        self.assert_let_in("weg", "agent")
        self.directory.join("weg", "night-leads")
        self.assert_let_in("weg", "agent", "supervisor")
        self.directory.leave("weg", "agents")
        self.directory.leave("weg", "night-leads")
        self.assert_refused("weg")

    def test_the_directory_is_not_asked_after_four_wrong_passwords(self):
        """Its own count would lock the account for everything."""
        self.directory.add(Person("ziel", "Zita Ziel", ("agents",)))
        for spelling in ("ziel", "ZIEL", "ziel ", "Ziel"):
            self.assert_refused(spelling.strip(), "wrong")
        for _ in range(10):
            self.assert_refused("ziel", "wrong")
        self.assert_refused("ziel")  # right, and not asked for
        self.assertNotIn("pwdAccountLockedTime", self.directory.entry("ziel"))

    def test_an_agent_who_is_disabled_here_stays_out(self):
        self.directory.add(Person("aus", "Anton Aus", ("agents",)))
        self.assert_let_in("aus", "agent")
        self.instance.ctl("agents", "disable", "aus")
        self.assert_refused("aus")
        self.instance.ctl("agents", "enable", "aus")
        self.assert_let_in("aus", "agent")

    def test_a_step_up_asks_the_directory_again(self):
        self.directory.add(Person("stufe", "Steffi Stufe", ("agents",)))
        client = self.instance.api(self.log_in("stufe").json["token"])
        self.addCleanup(client.close)
        right = {"password": self.directory.people["stufe"].password}
        refused = client.post("/v1/session/step-up", {"password": "not-it-8"})
        self.assertEqual((refused.status, refused.json["code"]), (403, "proof_refused"))
        client.token = client.post("/v1/session/step-up", right).json["token"]
        self.assertEqual(client.get("/v1/session").status, 200)
        self.directory.set_state("stufe", State.DISABLED)
        refused = client.post("/v1/session/step-up", right)
        self.assertEqual((refused.status, refused.json["code"]), (403, "proof_refused"))

    def test_break_glass_opens_when_the_directory_is_gone(self):
        self.directory.add(Person("handy", "Hanna Handy", ("agents",)))
        self.assert_let_in("handy", "agent")
        said = self.instance.ctl("break-glass").stdout
        code = re.search(r"([A-Z2-7]{6}-){3}[A-Z2-7]{6}", said).group()
        self.directory.kill()
        self.addCleanup(self.directory.start)
        client = self.instance.api()
        self.addCleanup(client.close)
        self.assertEqual(client.post("/v1/break-glass", {"code": code[:-1]}).status, 401)
        opened = client.post("/v1/break-glass", {"code": code})
        self.assertEqual(opened.status, 201, opened.body)
        self.assertEqual(client.post("/v1/break-glass", {"code": code}).status, 401)
        client.token = opened.json["token"]
        self.assertEqual(client.get("/v1/session").json["actions"], ["manage_agents"])
        self.assertEqual(client.post("/v1/admin/agents/reset-second-factor",
                                     {"username": "handy"}).status, 201)
        for path in ("/v1/admin/agents", "/v1/agents", "/v1/conversations", "/v1/events"):
            self.assertEqual(client.get(path).status, 403, path)
        self.assertEqual(client.metric("break_glass_opened_total"), 1)
        log = self.instance.log.read_text()
        self.assertIn("<4>BREAK_GLASS_ISSUED", log)
        self.assertIn("<4>BREAK_GLASS_OPENED session=session_", log)
        self.assertNotIn(code, log)

    def test_an_agent_sees_who_tried_the_wrong_password(self):
        self.directory.add(Person("versuch", "Vera Versuch", ("agents",)))
        client = self.instance.api(self.log_in("versuch").json["token"])
        self.addCleanup(client.close)
        self.assert_refused("versuch", "not-it-8")
        newest = client.get("/v1/session/log-ins").json["items"][0]
        self.assertEqual((newest["let_in"], newest["how"]), (False, "wrong_password"))

    def test_the_local_list_proves_nobody_beside_the_directory(self):
        self.instance.passwords["lokal"] = "a long local password"
        self.instance.add_agent("lokal", "Lotte Lokal", "admin")
        self.assert_refused("lokal", "a long local password")

    def test_a_trial_explains_each_step(self):
        for username, password, expected in (
                ("anna", "Pass-anna-7", "anna would be let in"),
                ("nina", "Pass-nina-7", "teams: night"),
                ("anna", "not-it-8", "the password is wrong"),
                ("mona", "Pass-mona-7", "must be changed"),
                ("gast", "Pass-gast-7", "in none of the groups"),
                ("nobody", "some-word-9", "0 entries"),
                ("anna", "", "anna would be let in")):
            with self.subTest(username + " " + expected):
                code, said = self.trial(username, password)
                self.assertIn(expected, said)
                self.assertEqual(code, 0 if "let in" in said.splitlines()[-1] else 1)
                self.assertNotIn(password or "\0", said)


class AnonymousBinds(DirectoryTest):
    """A server that takes a name without a password for somebody anonymous, and says success."""

    @classmethod
    def make_directory(cls):
        return OpenLdap(allow_bind_anon_dn=True)

    def test_an_empty_password_is_refused_although_the_server_would_take_it(self):
        for username in ("anna", "bert", "nobody"):
            self.assert_refused(username, "")
        self.assert_let_in("anna", "agent")


class SmallAnswers(DirectoryTest):
    """A server that yields no more than two entries at a time."""

    @classmethod
    def make_directory(cls):
        return OpenLdap(size_limit=2)

    @classmethod
    def more_settings(cls):
        return {"directory.recheck_seconds": 1}

    def test_an_answer_cut_short_by_the_size_limit_says_nothing_about_anybody(self):
        clients = [self.anna]
        for username in ("eins", "zwei", "drei"):
            self.directory.add(Person(username, username.title(), ("agents",)))
            self.instance.passwords[username] = self.directory.people[username].password
            clients.append(self.signed_in(username))
        failed = self.anna.metric("rechecks_failed_total")
        until(lambda: self.anna.metric("rechecks_failed_total") >= failed + 3,
              "the directory is asked and decides nothing", 20)
        for client in clients:
            self.assertEqual(client.get("/v1/session").status, 200)
        self.assertEqual(self.anna.metric("leavers_total"), 0)


class SharedMail(DirectoryTest):
    @classmethod
    def signed_in(cls, username):
        return None  # nobody here is found by a user name

    @classmethod
    def more_settings(cls):
        return {"directory.user_filter": "(mail={user})"}

    def test_a_name_that_two_people_have_is_refused(self):
        self.assert_let_in_by("anna@example.test", "Pass-anna-7")
        for password in ("Pass-tina-7", "Pass-timo-7"):
            self.assert_refused("empfang@example.test", password)

    def assert_let_in_by(self, name, password):
        self.assertEqual(self.log_in(name, password).status, 201)


class Protection(DirectoryTest):
    """No password leaves without TLS to a server that is the right one."""

    def assert_unavailable(self, username="anna"):
        answer = self.log_in(username)
        self.assertEqual(answer.status, 503, answer.body)

    def test_start_tls_protects_as_well(self):
        self.restart_with(**{"directory.servers": self.directory.ldap_url})
        self.assert_let_in("anna", "agent")

    def test_wrong_certificates_are_refused(self):
        for kind in (CertificateKind.WRONG_HOST, CertificateKind.EXPIRED,
                     CertificateKind.OTHER_AUTHORITY):
            for url in (self.directory.ldaps_url, self.directory.ldap_url):
                with self.subTest(f"{kind.name} {url.partition(':')[0]}"):
                    self.directory.use_certificate(kind)
                    self.restart_with(**{"directory.servers": url})
                    self.assert_unavailable()
        self.directory.use_certificate(CertificateKind.GOOD)
        self.restart_with()
        self.assert_let_in("anna", "agent")

    def test_no_password_is_sent_where_start_tls_is_refused(self):
        with peers.DishonestLdap() as stripped:
            self.restart_with(**{"directory.servers": f"ldap://127.0.0.1:{stripped.port}"})
            self.assert_unavailable()
            self.assertEqual(list(stripped.binds), [])
        self.restart_with()

    def test_a_silent_server_costs_seconds_and_no_processor(self):
        with peers.SilentServer() as silent:
            for scheme in ("ldaps", "ldap"):
                with self.subTest(scheme):
                    self.restart_with(**{"directory.servers": f"{scheme}://127.0.0.1:{silent.port}"})
                    before = self.processor_seconds()
                    begin = time.monotonic()
                    self.assert_unavailable()
                    self.assertLess(time.monotonic() - begin, 10)
                    self.assertLess(self.processor_seconds() - before, 0.5)
        self.restart_with()

    def test_the_next_server_is_asked_when_one_is_silent(self):
        with peers.SilentServer() as silent:
            servers = f"ldaps://127.0.0.1:{silent.port}, {self.directory.ldaps_url}"
            self.restart_with(**{"directory.servers": servers})
            self.assert_let_in("anna", "agent")
        self.restart_with()

    def test_authorities_that_are_not_there_are_refused_at_the_start(self):
        self.instance.write_config({**self.settings,
                                    "directory.ca_file": self.instance.folder / "none.pem"})
        self.instance.stop_daemon()
        ended = functional.run_daemon(self.instance, "--config", self.instance.config)
        self.instance.write_config(self.settings)
        self.instance.start_daemon()
        self.assertEqual(ended.returncode, 4)
        self.assertIn("directory.ca_file", ended.stderr)


class Memory(DirectoryTest):
    def test_log_ins_cost_no_memory_for_good(self):
        def log_in_often(times):
            client = self.instance.api()
            for _ in range(times):
                answer = client.post("/v1/sessions", {
                    "username": "anna", "password": self.directory.people["anna"].password})
                self.assertEqual(answer.status, 201)
            client.close()
            return self.memory_kib("RssAnon")

        before = log_in_often(100)
        grown = log_in_often(400) - before
        self.assert_memory_below(grown, 1_500)  # KiB; a context of TLS for each took 8 more


class Outages(DirectoryTest):
    @classmethod
    def more_settings(cls):
        return {"directory.max_failures": 2}

    def test_an_outage_counts_against_nobody(self):
        self.directory.stop()
        for _ in range(5):
            self.assertEqual(self.log_in("anna").status, 503)
        self.directory.start()
        until(lambda: self.log_in("anna").status == 201, "the directory is asked again", 20)

    def test_a_restarted_server_does_not_cost_a_log_in(self):
        self.assert_let_in("bert", "agent")  # leaves a connection that is kept
        self.directory.kill()
        self.directory.start()
        self.assert_let_in("bert", "agent")


class ActiveDirectoryLogIn(LogInTest):
    @classmethod
    def make_directory(cls):
        return SambaAd()

    def test_people_are_let_in_with_the_roles_of_their_groups(self):
        for username, roles in {"anna": ["agent"], "sofia": ["supervisor"], "nina": ["supervisor"],
                                "root": ["admin"], "jörg(x)#1": ["agent"]}.items():
            with self.subTest(username):
                self.assert_let_in(username, *roles)

    def test_the_principal_name_is_the_same_person(self):
        short = self.log_in("bert").json["agent"]
        long = self.log_in("bert@ad.test", self.directory.people["bert"].password).json["agent"]
        self.assertEqual(short, long)

    def test_who_is_in_no_group_or_not_well_is_refused_with_the_right_password(self):
        for username in ("gast", "karl", "dora", "emil", "paul", "mona", "lena", "otto"):
            with self.subTest(username):
                self.assert_refused(username)

    def test_a_trial_names_the_cause(self):
        for username, expected in {"dora": "disabled", "emil": "expired", "paul": "expired",
                                   "mona": "must be changed", "lena": "locked",
                                   "otto": "other hours", "gast": "in none of the groups"}.items():
            with self.subTest(username):
                code, said = self.trial(username, self.directory.people[username].password)
                self.assertIn(expected, said)
                self.assertEqual(code, 1)

    def test_who_is_renamed_stays_the_same_agent(self):
        before = self.assert_let_in("bert", "agent")
        self.directory.rename("bert", "berthold", "Berthold Lang")
        after = self.assert_let_in("berthold", "agent")
        self.assertEqual(after["id"], before["id"])


if __name__ == "__main__":
    functional.main()
