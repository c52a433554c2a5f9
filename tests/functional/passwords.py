"""Passwords of the local list from outside: changed by their agents, set by the operator, refused."""
import functional

PATH = "/v1/session/password"
NEW = "seven purple violins"


class Passwords(functional.FunctionalTest):
    settings = {"login.password_words": "leadkeep, Musterbank", "login.max_failures": 1000}
    agents = (("anna", "agent"), ("bert", "agent"), ("sofia", "agent"))

    def log_in(self, username, password):
        client = self.instance.api()
        self.addCleanup(client.close)
        opened = client.post("/v1/sessions", {"username": username, "password": password})
        if opened.status == 201:
            client.token = opened.json["token"]
        return client, opened

    def change(self, client, username, new):
        return client.post(PATH, {"password": self.instance.passwords[username],
                                  "new_password": new})

    def test_agent_changes_the_password_and_is_signed_out_elsewhere(self):
        here, elsewhere = self.signed_in("bert"), self.signed_in("bert")
        changed = self.change(here, "bert", NEW)
        self.assertEqual(changed.status, 201, changed.body)
        self.assertEqual(elsewhere.get("/v1/session").status, 401)
        self.assertEqual(here.get("/v1/session").status, 401, "the token before is void")
        here.token = changed.json["token"]
        self.assertEqual(here.get("/v1/session").status, 200)
        self.assertEqual(self.log_in("bert", self.instance.passwords["bert"])[1].status, 401)
        self.instance.passwords["bert"] = NEW
        self.assertEqual(self.log_in("bert", NEW)[1].status, 201)

    def test_password_that_is_tried_first_is_refused_by_name(self):
        client = self.signed_in("anna")
        for easy in ("short", "passwordpassword", "qwertyuiopasdfgh", "musterbankmusterbank",
                     "annablum2026annablum", "x" * 257):
            self.assert_problem(self.change(client, "anna", easy), 400, "password_too_easy")
        self.assertEqual(client.get("/v1/session").status, 200)

    def test_change_needs_the_present_password(self):
        client = self.signed_in("anna")
        wrong = client.post(PATH, {"password": "not this one, surely", "new_password": NEW})
        self.assert_problem(wrong, 403, "proof_refused")
        self.assert_problem(client.post(PATH, {"new_password": NEW}), 400, "invalid_request")
        self.assert_problem(self.instance.api().post(PATH, {}), 401, "unauthenticated")

    def test_operator_sets_one_for_who_has_lost_it(self):
        before = self.signed_in("sofia")
        easy = self.instance.ctl("agents", "set-password", "sofia", check=False,
                                 text_input="passwordpassword\n")
        self.assertEqual(easy.returncode, 1)
        self.assertIn("password_too_easy", easy.stderr)
        self.assertEqual(before.get("/v1/session").status, 200)
        self.assertIn("signed out everywhere", self.instance.ctl(
            "agents", "set-password", "sofia", text_input=NEW + "\n").stdout)
        self.assertEqual(before.get("/v1/session").status, 401)
        self.assertEqual(self.log_in("sofia", NEW)[1].status, 201)
        nobody = self.instance.ctl("agents", "set-password", "nobody", check=False,
                                   text_input=NEW + "\n")
        self.assertEqual(nobody.returncode, 1)

    def test_easy_password_makes_no_agent(self):
        made = self.instance.ctl("agents", "add", "carl", "--name", "Carl Roth", "--role", "agent",
                                 check=False, text_input="carlrothcarlroth\n")
        self.assertEqual(made.returncode, 1)
        self.assertIn("password_too_easy", made.stderr)


if __name__ == "__main__":
    functional.main()
