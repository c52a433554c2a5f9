"""A daemon beside a real directory server, and people who try to get in."""
import functional

from directory import OpenLdap, settings_for


class DirectoryTest(functional.FunctionalTest):
    agents = ()

    @classmethod
    def make_directory(cls):
        return OpenLdap(lockout_seconds=600)

    @classmethod
    def prepare(cls):
        cls.directory = cls.make_directory()
        cls.directory.start()
        cls.addClassCleanup(cls.directory.close)
        cls.settings = settings_for(cls.directory, **cls.more_settings())
        cls.instance.passwords = {name: person.password
                                  for name, person in cls.directory.people.items()}

    @classmethod
    def more_settings(cls):
        return {}

    def log_in(self, username, password=None):
        client = self.instance.api()
        self.addCleanup(client.close)
        if password is None:
            password = self.directory.people[username].password
        return client.post("/v1/sessions", {"username": username, "password": password})

    def assert_let_in(self, username, *roles):
        answer = self.log_in(username)
        self.assertEqual(answer.status, 201, f"{username}: {answer.body}")
        self.assertEqual(sorted(answer.json["agent"]["roles"]), sorted(roles))
        return answer.json["agent"]

    def assert_refused(self, username, password=None):
        answer = self.log_in(username, password)
        self.assertEqual(answer.status, 401, f"{username}: {answer.body}")
        self.assertEqual(answer.json["code"], "unauthenticated")

    def restart_with(self, **more):
        self.instance.stop_daemon()
        self.instance.write_config({**self.settings, **more})
        self.instance.start_daemon()
