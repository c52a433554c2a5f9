"""Tests of the directory servers themselves: python3 tests/directory/self_test.py

ldap-utils asks them, so that what is right does not depend on Leadkeep's own client.
"""
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import time
import unittest
import unittest.mock

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from directory import (  # noqa: E402  (needs the path above)
    CannotRun, CertificateKind, OpenLdap, Person, SambaAd, State, ldif, packages, peers)
from directory.client import CONNECT_ERROR, UNREACHABLE, Client  # noqa: E402
from directory.peers import Bind, DishonestLdap, Proxy, Reaction, SilentServer  # noqa: E402

SUCCESS, SIZE_LIMIT, STRONGER_AUTH, CONFIDENTIALITY = 0, 4, 8, 13
INVALID_CREDENTIALS, INSUFFICIENT_ACCESS, UNWILLING = 49, 50, 53
IN_CHAIN, BITS = "1.2.840.113556.1.4.1941", "1.2.840.113556.1.4.803"


def until(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def is_running(pid):
    """A zombie that nobody has waited for yet has ended as well."""
    try:
        status = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


class EveryServer:
    """What holds for both kinds, each with its own answers."""
    make = None
    answers = {}  # to the right password, by state: result code, and what the text holds
    wrong_password = unencrypted = no_password = None
    lockout_seconds = None  # long enough to see the lock, on a busy machine as well

    @classmethod
    def setUpClass(cls):
        cls.server = cls.make()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.client = Client(cls.server)

    def person(self, state=State.ACTIVE, groups=("agents",)):
        """Somebody of this test's own."""
        name = self.id().rpartition(".")[2].removeprefix("test_").replace("_", " ")
        username = f"{name.split()[0]}.{len(self.server.people)}"
        self.server.add(Person(username, f"{username} {name}", groups, state))
        return username

    def bind(self, username, password=None, client=None):
        return (client or self.client).bind(self.server.dn(username),
                                            password or self.server.people[username].password)

    def search(self, query, *attributes, **options):
        return self.client.search(self.server.service_dn, self.server.service_password, query,
                                  *attributes, **options)

    def found(self, query, *attributes, **options):
        answer = self.search(query, *attributes, **options)
        self.assertEqual(answer.code, SUCCESS, answer.text)
        return answer.entries

    def usernames(self, query):
        return {entry[self.server.login_attribute][0].decode()
                for entry in self.found(query, self.server.login_attribute)
                if self.server.login_attribute in entry}

    def assert_answer(self, answer, expected):
        code, text = expected
        self.assertEqual(answer.code, code, answer.text)
        self.assertIn(text, answer.text)

    def test_everybody_is_answered_as_their_state_demands(self):
        seen = {person.state for person in self.server.people.values()}
        self.assertEqual(seen, set(self.answers))
        for username, person in self.server.people.items():
            with self.subTest(username):
                self.assert_answer(self.bind(username), self.answers[person.state])

    def test_states_come_and_go(self):
        username = self.person()
        for state in (*self.answers, State.ACTIVE):
            with self.subTest(state):
                self.server.set_state(username, state)
                self.assert_answer(self.bind(username), self.answers[state])

    def test_wrong_password_and_unknown_person_are_the_same(self):
        self.assert_answer(self.bind("gast", "wrong"), self.wrong_password)
        unknown = self.server.dn("gast").replace("gast", "nobody").replace("Gisela", "Nobody")
        self.assert_answer(self.client.bind(unknown, "wrong"), self.wrong_password)

    def test_bind_without_a_password_is_refused(self):
        self.assert_answer(self.client.bind(self.server.dn("anna"), ""), self.no_password)

    def test_passwords_pass_over_tls_only(self):
        self.assert_answer(self.bind("anna", client=Client(self.server, start_tls="required")),
                           (SUCCESS, ""))
        self.assert_answer(self.bind("anna", client=Client(self.server, self.server.ldap_url)),
                           self.unencrypted)

    def test_only_the_good_certificate_is_trusted(self):
        start_tls = Client(self.server, start_tls="required")
        self.addCleanup(self.server.use_certificate, CertificateKind.GOOD)
        for kind in CertificateKind:
            with self.subTest(kind):
                self.server.use_certificate(kind)
                codes = self.bind("anna").code, self.bind("anna", client=start_tls).code
                self.assertEqual(codes, (SUCCESS, SUCCESS) if kind is CertificateKind.GOOD
                                 else (UNREACHABLE, CONNECT_ERROR))

    def test_service_account_reads_and_changes_nothing(self):
        self.assertEqual(self.usernames("(mail=anna@example.test)"), {"anna"})
        self.assertEqual(self.usernames("(mail=empfang@example.test)"), {"tina", "timo"})
        everything = self.found("(mail=anna@example.test)", "*", "+")[0]
        self.assertFalse({"userPassword", "unicodePwd"} & set(everything))
        change = ldif.modify(self.server.dn("anna"), {"description": ["x"]})
        answer = self.client.change(self.server.service_dn, self.server.service_password, change)
        self.assertEqual(answer.code, INSUFFICIENT_ACCESS, answer.text)

    def test_everybody_is_found_by_name_alone(self):
        for username in self.server.people:
            with self.subTest(username):
                query = f"({self.server.login_attribute}={ldif.escape_filter(username)})"
                self.assertEqual(self.usernames(query), {username})

    def test_dn_that_the_server_says_can_bind(self):
        awkward = [name for name in self.server.people if not name.isalnum()]
        self.assertTrue(awkward)
        for username in awkward:
            query = f"({self.server.login_attribute}={ldif.escape_filter(username)})"
            dn = self.found(query)[0]["dn"][0].decode()
            password = self.server.people[username].password
            self.assert_answer(self.client.bind(dn, password), (SUCCESS, ""))

    def test_leaver_loses_groups_then_access_then_the_entry(self):
        username = self.person()
        self.server.join(username, "admins")
        self.assertIn(username, self.members("admins"))
        self.server.leave(username, "admins")
        self.assertNotIn(username, self.members("admins"))
        self.assertIn(username, self.members("agents"))
        dn, password = self.server.dn(username), self.server.people[username].password
        self.server.remove(username)
        self.assert_answer(self.client.bind(dn, password), self.wrong_password)
        self.assertIsNone(self.server.entry(username))
        self.assertNotIn(username, self.members("agents"))

    def test_password_and_attributes_change(self):
        username = self.person()
        old = self.server.people[username].password
        self.server.set_password(username, "Another-Pass-8")
        self.assert_answer(self.bind(username), (SUCCESS, ""))
        self.assert_answer(self.bind(username, "Wrong-Pass-9"), self.wrong_password)
        self.assertNotEqual(self.server.people[username].password, old)
        self.server.set_attributes(username, {"mail": ["new@example.test"]})
        self.assertEqual(self.usernames("(mail=new@example.test)"), {username})
        self.server.set_attributes(username, {"mail": []})
        self.assertNotIn("mail", self.server.entry(username))

    def test_renamed_person_keeps_identifier_groups_and_password(self):
        username = self.person()
        dn, identifier = self.server.dn(username), self.server.identifier(username)
        self.server.rename(username, "frau.neu", "Frida Neu")
        self.assertNotEqual(self.server.dn("frau.neu"), dn)
        self.assertEqual(self.server.identifier("frau.neu"), identifier)
        self.assertIn("frau.neu", self.members("agents"))
        self.assert_answer(self.bind("frau.neu"), (SUCCESS, ""))
        self.assertIsNone(self.server.entry(username))

    def test_somebody_new_with_an_old_name_is_somebody_else(self):
        username = self.person()
        person, identifier = self.server.people[username], self.server.identifier(username)
        self.server.remove(username)
        self.server.add(person)
        self.assertNotEqual(self.server.identifier(username), identifier)

    def test_killed_server_comes_back_with_everything(self):
        username = self.person()
        pid = self.server.pid
        self.server.kill()
        self.assertFalse(is_running(pid))
        self.assertEqual(self.bind(username).code, UNREACHABLE)
        self.server.start()
        self.assert_answer(self.bind(username), (SUCCESS, ""))

    def test_wrong_passwords_lock_for_a_while(self):
        with self.make(lockout_threshold=2, lockout_seconds=self.lockout_seconds) as server:
            client, dn = Client(server), server.dn("anna")
            password = server.people["anna"].password
            for _ in range(2):
                self.assert_answer(client.bind(dn, "wrong"), self.wrong_password)
            self.assert_answer(client.bind(dn, password), self.answers[State.LOCKED])
            until(lambda: client.bind(dn, password).code == SUCCESS, "the lock ends")

    def test_second_server_has_the_same_people_and_its_own_fate(self):
        with self.make(certificates=self.server.certificates) as second:
            self.assertEqual(second.identifier("anna"), self.server.identifier("anna"))
            self.assertNotEqual(second.ldaps_url, self.server.ldaps_url)
            second.set_state("anna", State.DISABLED)
            other = Client(self.server, url=second.ldaps_url)
            self.assert_answer(self.bind("anna", client=other), self.answers[State.DISABLED])
            self.assert_answer(self.bind("anna"), (SUCCESS, ""))
            pid = second.pid
        self.assertFalse(is_running(pid) or second.folder.exists())


class OpenLdapServer(EveryServer, unittest.TestCase):
    make = OpenLdap
    answers = {
        State.ACTIVE: (SUCCESS, ""),
        State.DISABLED: (INVALID_CREDENTIALS, "Account locked"),
        State.ACCOUNT_EXPIRED: (INVALID_CREDENTIALS, "Account locked"),
        State.PASSWORD_EXPIRED: (INVALID_CREDENTIALS, "Password expired"),
        State.MUST_CHANGE: (SUCCESS, "Password must be changed"),
        State.LOCKED: (INVALID_CREDENTIALS, "Account locked"),
    }
    wrong_password = (INVALID_CREDENTIALS, "")
    unencrypted = (CONFIDENTIALITY, "")
    no_password = (UNWILLING, "")
    lockout_seconds = 2

    def members(self, group):
        return self.usernames(f"(memberOf={ldif.escape_filter(self.server.group_dn(group))})")

    def test_member_of_follows_nested_groups_and_ends_in_circles(self):
        def groups(username):
            found = self.found(f"(uid={username})", "memberOf")[0].get("memberOf", [])
            return {dn.decode().partition(",")[0].removeprefix("cn=") for dn in found}
        self.assertEqual(groups("anna"), {"agents"})
        self.assertEqual(groups("sofia"), {"team-leads", "supervisors"})
        self.assertEqual(groups("nina"), {"night-leads", "team-leads", "supervisors"})
        self.assertEqual(groups("karl"), {"circle-a", "circle-b"})
        self.assertEqual(groups("gast"), set())
        self.assertEqual(self.members("supervisors"), {"sofia", "nina"})
        self.assertEqual(self.members("Außendienst (Süd), Team #2"), {"jörg(x)#1"})

    def test_member_of_is_in_lower_case_and_chain_rule_finds_nobody(self):
        joerg = self.found("(mail=joerg@example.test)", "memberOf")[0]
        self.assertIn("cn=außendienst (süd)\\2C team #2,ou=groups,dc=example,dc=test",
                      [dn.decode() for dn in joerg["memberOf"]])
        agents = self.server.group_dn("agents")
        self.assertEqual(self.usernames(f"(memberOf:{IN_CHAIN}:={agents})"), set())

    def test_who_must_change_the_password_may_do_nothing_else(self):
        username = self.person(State.MUST_CHANGE)
        dn, password = self.server.dn(username), self.server.people[username].password
        self.assertEqual(self.client.search(dn, password, "(uid=anna)").code, INSUFFICIENT_ACCESS)
        change = ldif.modify(dn, {"userPassword": ["My-0wn-Pass"]})
        self.assertEqual(self.client.change(dn, password, change).code, SUCCESS)
        self.assert_answer(self.client.bind(dn, "My-0wn-Pass"), (SUCCESS, ""))

    def test_wrong_password_of_a_disabled_person_tells_the_state(self):
        self.assert_answer(self.bind("dora", "wrong"), self.answers[State.DISABLED])

    def test_size_limit_cuts_the_list(self):
        with OpenLdap(size_limit=3, certificates=self.server.certificates) as server:
            answer = Client(server).search(server.service_dn, server.service_password, "(uid=*)")
            self.assertEqual((answer.code, len(answer.entries)), (SIZE_LIMIT, 3))

    def test_who_binds_without_a_password_may_be_let_in_as_nobody(self):
        with OpenLdap(allow_bind_anon_dn=True, certificates=self.server.certificates) as server:
            self.assert_answer(Client(server).bind(server.dn("anna"), ""), (SUCCESS, ""))
            self.assertEqual(Client(server).who_am_i(server.dn("anna"), ""), "anonymous")
            self.assertEqual(Client(server).who_am_i(server.dn("anna"), "Pass-anna-7"),
                             "dn:" + server.dn("anna"))

    def test_server_dies_with_the_program_that_started_it(self):
        program = ("import sys, time; sys.path.insert(0, sys.argv[1]); import directory\n"
                   "server = directory.OpenLdap(); server.start()\n"
                   "print(server.pid, server.folder, flush=True); time.sleep(600)")
        with subprocess.Popen([sys.executable, "-c", program, str(TESTS)],
                              stdout=subprocess.PIPE, text=True) as process:
            pid, folder = process.stdout.readline().split()
            self.assertTrue(is_running(pid))
            process.send_signal(signal.SIGKILL)
        until(lambda: not is_running(pid), "slapd ends")
        subprocess.run(["rm", "-r", folder], check=True)


@unittest.skipIf(os.geteuid() != 0, "only root can start a Samba AD DC")
class SambaAdServer(EveryServer, unittest.TestCase):
    make = SambaAd
    answers = {
        State.ACTIVE: (SUCCESS, ""),
        State.DISABLED: (INVALID_CREDENTIALS, "data 533,"),
        State.ACCOUNT_EXPIRED: (INVALID_CREDENTIALS, "data 701,"),
        State.PASSWORD_EXPIRED: (INVALID_CREDENTIALS, "data 532,"),
        State.MUST_CHANGE: (INVALID_CREDENTIALS, "data 773,"),
        State.LOCKED: (INVALID_CREDENTIALS, "data 775,"),
        State.OUTSIDE_HOURS: (INVALID_CREDENTIALS, "data 530,"),
    }
    wrong_password = no_password = (INVALID_CREDENTIALS, "data 52e,")
    unencrypted = (STRONGER_AUTH, "Transport encryption required")
    lockout_seconds = 3

    def members(self, group):
        dn = ldif.escape_filter(self.server.group_dn(group))
        return self.usernames(f"(&(objectClass=user)(memberOf:{IN_CHAIN}:={dn}))")

    def names(self, query):
        return {entry["cn"][0].decode() for entry in self.found(query, "cn") if "cn" in entry}

    def test_login_names_are_dn_principal_name_and_domain_with_name(self):
        password = self.server.people["anna"].password
        for name, expected in (("anna@ad.test", (SUCCESS, "")), ("AD\\anna", (SUCCESS, "")),
                               ("anna", self.wrong_password)):
            self.assert_answer(self.client.bind(name, password), expected)

    def test_chain_rule_follows_nested_groups_and_ends_in_circles(self):
        def groups(username):
            return self.names(f"(member:{IN_CHAIN}:={self.server.dn(username)})")
        self.assertEqual(groups("anna"), {"agents"})
        self.assertEqual(groups("nina"), {"night-leads", "team-leads", "supervisors"})
        self.assertEqual(groups("karl"), {"circle-a", "circle-b"})
        self.assertEqual(self.members("supervisors"), {"sofia", "nina"})
        self.assertEqual(self.members("Außendienst (Süd), Team #2"), {"jörg(x)#1"})

    def test_member_of_is_direct_and_token_groups_are_not(self):
        dn = self.server.dn("nina")
        nina = self.found("(objectClass=*)", "memberOf", "tokenGroups", base=dn, scope="base")[0]
        self.assertEqual([group.decode() for group in nina["memberOf"]],
                         [self.server.group_dn("night-leads")])
        sids = {group: self.found(f"(cn={group})", "objectSid")[0]["objectSid"][0]
                for group in ("night-leads", "team-leads", "supervisors", "Domain Users")}
        self.assertLessEqual(set(sids.values()), set(nina["tokenGroups"]))
        relative_id, = struct.unpack("<I", sids["Domain Users"][-4:])
        self.assertEqual(relative_id, 513)

    def test_states_are_shown_to_the_service_account(self):
        disabled = self.usernames(f"(userAccountControl:{BITS}:=2)")
        self.assertIn("dora", disabled)
        self.assertNotIn("anna", disabled)
        for username, bit in (("lena", 0x10), ("paul", 0x800000), ("anna", 0)):
            shown = self.found("(objectClass=*)", "msDS-User-Account-Control-Computed",
                               base=self.server.dn(username), scope="base")[0]
            value = int(shown["msDS-User-Account-Control-Computed"][0])
            self.assertEqual(value & 0x800010, bit, username)

    def test_wrong_password_tells_no_state_but_the_lock(self):
        for username, person in self.server.people.items():
            locked = person.state is State.LOCKED
            self.assert_answer(self.bind(username, "wrong"),
                               self.answers[State.LOCKED] if locked else self.wrong_password)

    def test_global_catalog_answers_as_well(self):
        catalog = Client(self.server, url=self.server.catalog_url)
        answer = catalog.search(self.server.service_dn, self.server.service_password,
                                "(sAMAccountName=anna)")
        self.assertEqual((answer.code, len(answer.entries)), (SUCCESS, 1))

    def test_who_am_i_is_not_supported(self):
        anna = self.server.people["anna"]
        answer = self.client.who_am_i(self.server.dn("anna"), anna.password)
        self.assertIn("1.3.6.1.4.1.4203.1.11.3) not supported", answer)

    def test_name_that_active_directory_refuses_is_not_there(self):
        self.assertNotIn('st*rn,\\+="', self.server.people)
        self.assertIn("jörg(x)#1", self.server.people)


class WhatIsMissing(unittest.TestCase):
    def test_ordinary_user_is_told_that_root_is_needed(self):
        with unittest.mock.patch("os.geteuid", return_value=1000):
            with self.assertRaisesRegex(CannotRun, "Samba.* only root can start it"):
                SambaAd()

    def test_missing_packages_are_named(self):
        with self.assertRaises(CannotRun) as refused:
            packages.require("slapd", "ldap-utils", "no-such-package")
        self.assertEqual(str(refused.exception),
                         "slapd cannot run: install the packages no-such-package")


class Peers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = OpenLdap()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.dn, cls.password = cls.server.dn("anna"), cls.server.people["anna"].password

    def bind(self, peer, scheme="ldaps", start_tls=None):
        client = Client(self.server, f"{scheme}://{peer.host}:{peer.port}", start_tls)
        return client.bind(self.dn, self.password)

    def certificate(self):
        return self.server.certificates.issue(CertificateKind.GOOD, "peer", (), ("127.0.0.1",))

    def connect(self, peer):
        connection = socket.create_connection((peer.host, peer.port), timeout=10)
        self.addCleanup(connection.close)
        return connection

    def assert_silent(self, connection):
        connection.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            connection.recv(1)

    def test_silent_server_accepts_and_says_nothing(self):
        with SilentServer() as peer:
            connection = self.connect(peer)
            connection.sendall(b"hello")
            self.assert_silent(connection)
            self.assertEqual((peer.connections, peer.open_connections), (1, 1))

    def test_refused_start_tls_tells_who_sends_the_password_nevertheless(self):
        with DishonestLdap() as peer:
            careful = self.bind(peer, "ldap", "required")
            self.assertEqual((careful.code, peer.binds), (peers.UNAVAILABLE, []))
            self.bind(peer, "ldap", "tried")
            self.assertEqual(peer.binds, [Bind(self.dn, self.password)])

    def test_handshake_after_granted_start_tls_is_cut(self):
        with DishonestLdap(on_start_tls=Reaction.CLOSE) as peer:
            answer = self.bind(peer, "ldap", "required")
            self.assertEqual((answer.code, peer.binds), (CONNECT_ERROR, []))

    def test_handshake_after_granted_start_tls_never_begins(self):
        start_tls = bytes.fromhex("301d020101 7718 8016") + b"1.3.6.1.4.1.1466.20037"
        with DishonestLdap(on_start_tls=Reaction.SAY_NOTHING) as peer:
            connection = self.connect(peer)
            connection.sendall(start_tls)
            granted = bytes.fromhex("300c020101 7807 0a0100 0400 0400")
            self.assertEqual(connection.recv(100), granted)
            self.assert_silent(connection)

    def test_bind_over_tls_is_granted_to_any_password(self):
        with DishonestLdap(self.certificate()) as peer:
            self.assertEqual(self.bind(peer).code, SUCCESS)
            self.assertEqual(peer.binds, [Bind(self.dn, self.password)])

    def test_connection_closes_in_the_middle_of_a_bind(self):
        for reaction in (Reaction.CLOSE, Reaction.CLOSE_HALFWAY):
            with self.subTest(reaction), DishonestLdap(self.certificate(),
                                                       on_bind=reaction) as peer:
                self.assertEqual(self.bind(peer).code, UNREACHABLE)
                self.assertEqual(len(peer.binds), 1)

    def proxy(self):
        peer = Proxy((self.server.host, self.server.ldaps_port))
        self.addCleanup(peer.close)
        return peer

    def test_proxy_hands_on_and_counts(self):
        proxy = self.proxy()
        for _ in range(3):
            self.assertEqual(self.bind(proxy).code, SUCCESS)
        self.assertEqual(proxy.connections, 3)
        until(lambda: proxy.open_connections == 0, "the clients are gone")

    def test_proxy_delays(self):
        proxy = self.proxy()
        proxy.delay_seconds = 0.2
        begin = time.monotonic()
        self.assertEqual(self.bind(proxy).code, SUCCESS)
        self.assertGreater(time.monotonic() - begin, 0.4)

    def test_proxy_cuts_after_some_bytes(self):
        proxy = self.proxy()
        proxy.cuts_after = 100
        self.assertEqual(self.bind(proxy).code, UNREACHABLE)

    def test_proxy_cuts_what_is_connected(self):
        proxy = self.proxy()
        connection = self.connect(proxy)
        until(lambda: proxy.open_connections == 1, "the connection is accepted")
        proxy.cut()
        self.assertEqual(connection.recv(1), b"")
        self.assertEqual(self.bind(proxy).code, SUCCESS)

    def test_proxy_swallows(self):
        proxy = self.proxy()
        proxy.swallows = True
        connection = self.connect(proxy)
        connection.sendall(b"\x16\x03\x01")
        self.assert_silent(connection)


if __name__ == "__main__":
    unittest.main()
