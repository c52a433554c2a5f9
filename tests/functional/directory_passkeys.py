"""Passkeys of people whom the company's directory vouches for: a passkey outlives no job."""
import functional
from directory import Person, State
from directory_instance import DirectoryTest
from passkey_user import PATH, PasskeyUser


class DirectoryPasskeys(PasskeyUser, DirectoryTest):
    @classmethod
    def more_settings(cls):
        return {"directory.recheck_seconds": 300, "second_factor.required_for": "nobody"}

    def person_with_passkey(self, username, name):
        self.directory.add(Person(username, name, ("agents",)))
        client = self.instance.api(self.log_in(username).json["token"])
        self.addCleanup(client.close)
        self.enrol(client)
        return client

    def test_directory_is_asked_at_every_log_in_and_its_word_counts(self):
        with self.authenticator():
            self.person_with_passkey("klick", "Klara Klick")
            _, opened = self.sign_in()
            self.assertEqual((opened.status, opened.json["assurance"]), (201, "passkey"))
            self.directory.join("klick", "supervisors")
            _, opened = self.sign_in()
            self.assertEqual(sorted(opened.json["agent"]["roles"]), ["agent", "supervisor"])
            self.directory.leave("klick", "supervisors")
            self.directory.set_state("klick", State.DISABLED)
            self.assert_problem(self.sign_in()[1], 401, "unauthenticated")
            self.directory.set_state("klick", State.ACTIVE)
            client, opened = self.sign_in()
            self.assertEqual(opened.status, 201)
            self.assertEqual(self.last_refusal(client), "account_disabled")

    def test_who_was_deleted_there_is_nobody_here(self):
        with self.authenticator():
            self.person_with_passkey("fort", "Frida Fort")
            self.assertEqual(self.sign_in()[1].status, 201)
            self.directory.remove("fort")
            self.assert_problem(self.sign_in()[1], 401, "unauthenticated")

    def test_outage_of_the_directory_lets_nobody_in_and_counts_against_nobody(self):
        with self.authenticator():
            self.person_with_passkey("warte", "Wanda Warte")
            self.directory.kill()
            try:
                for _ in range(12):
                    self.assert_problem(self.sign_in()[1], 503, "unavailable")
            finally:
                self.directory.start()
            client, opened = self.sign_in()
            self.assertEqual(opened.status, 201)
            self.assertEqual([one for one in self.get("/v1/session/log-ins", client)["items"]
                              if not one["let_in"]], [])


if __name__ == "__main__":
    functional.main()
