"""What agents see of their own sessions, and how they end them."""
import functional
from functional import until


class OwnSessions(functional.FunctionalTest):
    agents = (("anna", "agent"), ("bert", "agent"), ("root", "admin"))

    def test_a_step_up_gives_a_new_token_and_the_old_one_is_void(self):
        client = self.signed_in("root")
        old_token = client.token
        refused = client.post("/v1/session/step-up", {"password": "a wrong password"})
        self.assertEqual((refused.status, refused.json["code"]), (403, "proof_refused"))
        proven = client.post("/v1/session/step-up", {"password": self.instance.passwords["root"]})
        self.assertEqual(proven.status, 201, proven.body)
        self.assertEqual(client.get("/v1/session").status, 401)
        client.token = proven.json["token"]
        self.assertNotEqual(client.token, old_token)
        self.assertEqual(client.post("/v1/admin/agents/enable", {"username": "anna"}).status, 204)

    def test_sign_out_everywhere_ends_other_sessions_and_their_event_streams(self):
        here, there = self.signed_in("bert"), self.signed_in("bert")
        listed = here.get("/v1/sessions").json["items"]
        self.assertEqual([one["current"] for one in listed[-2:]], [True, False])
        self.assertEqual({one["source"] for one in listed}, {"127.0.0.1"})
        connection = there._connect()
        self.addCleanup(connection.close)
        connection.request("GET", "/v1/events", headers={"Authorization": "Bearer " + there.token})
        stream = connection.getresponse()
        self.assertEqual(stream.status, 200)
        self.assertEqual(here.request("DELETE", "/v1/sessions").status, 204)
        stream.read()  # ends: the test would run into its time limit otherwise
        for client in (here, there):
            self.assertEqual(client.get("/v1/session").status, 401)

    def test_an_administrator_signs_out_one_or_everybody_and_so_does_the_operator(self):
        anna, bert, root = (self.signed_in(name) for name in ("anna", "bert", "root"))
        path = "/v1/admin/agents/sign-out"
        self.assertEqual(bert.post(path, {"username": "anna"}).status, 403)
        self.assertEqual(root.post(path, {"username": "nobody"}).status, 404)
        ended = root.post(path, {"username": "bert"})
        self.assertEqual(ended.status, 200, ended.body)
        self.assertGreaterEqual(ended.json["ended"], 1)
        self.assertEqual([client.get("/v1/session").status for client in (anna, bert, root)],
                         [200, 401, 200])
        self.assertEqual(anna.post(path + "-everybody").status, 403)
        self.assertGreaterEqual(root.post(path + "-everybody").json["ended"], 2)
        self.assertEqual([client.get("/v1/session").status for client in (anna, root)], [401, 401])
        bert = self.signed_in("bert")
        said = self.instance.ctl("agents", "sign-out", "bert").stdout
        self.assertEqual(said, "sessions ended: 1\n")
        self.assertEqual(bert.get("/v1/session").status, 401)
        self.assertEqual(self.instance.ctl("agents", "sign-out-everybody").stdout,
                         "sessions ended: 0\n")
        type(self).anna = self.signed_in("anna")

    def test_one_session_is_ended_by_its_id_and_nobody_elses(self):
        here, there, bert = (self.signed_in(name) for name in ("anna", "anna", "bert"))
        other, = [one["id"] for one in there.get("/v1/sessions").json["items"] if one["current"]]
        self.assertEqual(bert.request("DELETE", "/v1/sessions/" + other).status, 404)
        self.assertEqual(bert.request("DELETE", "/v1/sessions/x").status, 404)
        self.assertEqual(here.request("DELETE", "/v1/sessions/" + other).status, 204)
        self.assertEqual(there.get("/v1/session").status, 401)
        self.assertEqual(here.get("/v1/session").status, 200)

    def test_a_wrong_password_is_seen_by_the_agent(self):
        client = self.instance.api()
        self.addCleanup(client.close)
        client.post("/v1/sessions", {"username": "anna", "password": "a wrong password"})
        newest = until(lambda: next((one for one in self.anna.get("/v1/session/log-ins")
                                     .json["items"] if not one["let_in"]), None),
                       "the refused log-in is in the history")
        self.assertEqual((newest["how"], newest["source"]), ("wrong_password", "127.0.0.1"))


if __name__ == "__main__":
    functional.main()
