"""Who leaves the company's directory is out soon, and nobody else is."""
import time

import functional
from api_events import Stream
from functional import until

from directory import Person, SambaAd, State, peers
from directory_instance import DirectoryTest

SOON = 5  # seconds; the directory is asked every second here


class LeaverTest(DirectoryTest):
    @classmethod
    def more_settings(cls):
        return {"directory.recheck_seconds": 1}

    def join_company(self, username, groups=("agents",)):
        self.directory.add(Person(username, username.title(), groups))
        self.instance.passwords[username] = self.directory.people[username].password
        return self.signed_in(username)

    @staticmethod
    def is_in(client):
        return client.get("/v1/session").status == 200

    def assert_out_soon(self, client, seconds=SOON):
        until(lambda: client.get("/v1/session").status == 401, "the session has ended", seconds)

    def assert_stays_in(self, client):
        """For as long as several questions to the directory take."""
        asked = self.anna.metric("rechecks_total")
        until(lambda: self.anna.metric("rechecks_total") >= asked + 3, "the directory is asked", 20)
        self.assertTrue(self.is_in(client))


class OpenLdapLeavers(LeaverTest):
    def test_who_is_disabled_is_out_with_the_event_stream_and_cannot_return(self):
        leaver = self.join_company("weg")
        stream = Stream(leaver)
        self.addCleanup(stream.close)
        until(lambda: stream.raw, "the stream is open")
        self.directory.set_state("weg", State.DISABLED)
        self.assert_out_soon(leaver)
        until(lambda: stream.ended, "the stream has ended", 10)
        self.assertTrue(self.is_in(self.anna))
        self.assert_refused("weg")

    def test_who_leaves_every_group_or_is_past_the_last_day_is_out(self):
        leaver, expired = self.join_company("gruppe"), self.join_company("ablauf")
        self.directory.leave("gruppe", "agents")
        self.directory.set_state("ablauf", State.ACCOUNT_EXPIRED)
        self.assert_out_soon(leaver)
        self.assert_out_soon(expired)

    def test_who_is_deleted_is_out_after_the_second_look(self):
        leaver = self.join_company("geloescht")
        begin = time.monotonic()
        self.directory.remove("geloescht")
        self.assert_out_soon(leaver, 75)
        self.assertGreater(time.monotonic() - begin, 55)

    def test_who_is_locked_or_must_change_the_password_stays_in(self):
        locked, changes = self.join_company("sperre"), self.join_company("wechsel")
        self.directory.set_state("sperre", State.LOCKED)
        self.directory.set_state("wechsel", State.MUST_CHANGE)
        self.assert_stays_in(locked)
        self.assertTrue(self.is_in(changes))

    def test_roles_follow_the_groups_while_somebody_is_signed_in(self):
        moved = self.join_company("wandel")
        self.assertEqual(moved.get("/v1/session").json["agent"]["roles"], ["agent"])
        self.directory.join("wandel", "supervisors")
        self.directory.leave("wandel", "agents")
        until(lambda: moved.get("/v1/session").json["agent"]["roles"] == ["supervisor"],
              "the new role", SOON)

    def test_an_outage_ends_no_session_and_delays_the_leaver_only(self):
        leaver = self.join_company("spaeter")
        self.directory.set_state("spaeter", State.DISABLED)
        self.directory.stop()
        failed = self.anna.metric("rechecks_failed_total")
        until(lambda: self.anna.metric("rechecks_failed_total") > failed, "a question failed", 20)
        self.directory.start()
        # Three failures leave a server alone for 15 seconds.
        self.assert_out_soon(leaver, 25)
        self.assertTrue(self.is_in(self.anna))


class BehindAProxy(LeaverTest):
    """What the directory says comes late, or not at all."""

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.proxy = peers.Proxy((cls.directory.host, cls.directory.ldaps_port))
        cls.addClassCleanup(cls.proxy.close)
        cls.settings["directory.servers"] = f"ldaps://127.0.0.1:{cls.proxy.port}"

    def test_many_at_once_wait_for_the_operator_and_a_disabled_one_does_not(self):
        names = [f"viele{i}" for i in range(6)]
        crowd = [self.join_company(name) for name in names]
        disabled = self.join_company("einzeln")
        self.proxy.swallows = True  # so that all of it is one answer
        for name in names:
            self.directory.leave(name, "agents")
        self.directory.set_state("einzeln", State.DISABLED)
        self.proxy.swallows = False
        self.assert_out_soon(disabled, 40)
        until(lambda: self.anna.metric("leavers_held") == 6, "they are held", SOON)
        self.assertTrue(all(self.is_in(one) for one in crowd))
        said = self.instance.ctl("ldap", "leavers").stdout
        for name in names:
            self.assertIn(name, said)
        self.assertIn("without_role", said)
        self.assertIn("LEAVERS_HELD count=6", self.log())
        self.assertIn("signed out: 6", self.instance.ctl("ldap", "leavers", "end").stdout)
        self.assertFalse(any(self.is_in(one) for one in crowd))
        self.assertIn("nobody is held", self.instance.ctl("ldap", "leavers").stdout)

    def test_a_stop_does_not_wait_for_the_directory(self):
        self.assertTrue(self.is_in(self.anna))
        self.proxy.swallows = True
        time.sleep(2)  # a question is under way
        begin = time.monotonic()
        self.instance.stop_daemon()
        self.assertLess(time.monotonic() - begin, 4)
        self.proxy.swallows = False
        self.instance.start_daemon()


class ActiveDirectoryLeavers(LeaverTest):
    @classmethod
    def make_directory(cls):
        return SambaAd()

    def test_who_is_disabled_expired_or_in_no_group_is_out(self):
        clients = {name: self.join_company(name) for name in ("weg", "ablauf", "gruppe")}
        self.directory.set_state("weg", State.DISABLED)
        self.directory.set_state("ablauf", State.ACCOUNT_EXPIRED)
        self.directory.leave("gruppe", "agents")
        for name, client in clients.items():
            with self.subTest(name):
                self.assert_out_soon(client)
        self.assertTrue(self.is_in(self.anna))

    def test_who_is_locked_stays_in(self):
        locked = self.join_company("sperre")
        self.directory.set_state("sperre", State.LOCKED)
        self.assert_stays_in(locked)

    def test_who_is_deleted_is_out_after_the_second_look(self):
        leaver = self.join_company("geloescht")
        self.directory.remove("geloescht")
        self.assert_out_soon(leaver, 75)


if __name__ == "__main__":
    functional.main()
