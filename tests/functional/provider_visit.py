"""Somebody who signs in at an identity provider, in a real browser, whatever is spoken there."""
from functional import until
from page_user import Page


class Visit:
    """Of a test with an identity provider `idp`, where people go by way of `log_in_path`."""
    browser_certificate = "not_required"

    @classmethod
    def ctl(cls, *arguments, check=True, text_input=None):
        return cls.instance.ctl(*arguments, "--config", cls.instance.config, check=check,
                                text_input=text_input)

    @classmethod
    def restart(cls, **more):
        cls.instance.stop_daemon()
        cls.instance.write_config({**cls.settings, **more})
        cls.instance.start_daemon()

    def page(self):
        return self.enterContext(Page(self.instance))

    def go_to_provider(self, page):
        page.browser.open(f"https://localhost:{self.instance.api_port}{self.log_in_path}")

    def type_in(self, page, name, password=None):
        """On the identity provider's page; what comes of it is a page of ours again."""
        until(lambda: page.browser.run("return !!document.querySelector('[name=password]')"),
              "the identity provider's page")
        page.browser.run(
            "document.querySelector(`[name=${args[2]}]`).value = args[0];"
            "document.querySelector('[name=password]').value = args[1];"
            "document.querySelector('[name=password]').form.submit()",
            name, password or self.idp.people[name], self.idp.username_field)

    def back_at_home(self, page):
        home = f"https://localhost:{self.instance.api_port}/"
        try:
            return until(lambda: page.browser.url().startswith(home) and page.browser.url(),
                         "a page of ours")
        except AssertionError:
            raise AssertionError(f"still at {page.browser.url()}: {page.browser.text()}") from None

    def sign_in(self, page, name, factor=None):
        self.go_to_provider(page)
        self.type_in(page, name)
        self.assertTrue(self.back_at_home(page).endswith("/"), page.browser.text())
        return self.open_session(page, factor)

    @staticmethod
    def open_session(page, factor=None):
        body = {"sign_on": True, "cookie": True}
        if factor:
            body["second_factor"] = factor
        return page.call("POST", "/v1/sessions", body)


class LogInTests:
    """Where alice is an agent, bob a supervisor and carol in no group; answers come to `answer_path`."""

    def test_alice_signs_in(self):
        page = self.page()
        status, opened = self.sign_in(page, "alice")
        self.assertEqual(status, 201, opened)
        self.assertEqual(opened["agent"]["display_name"], "Alice <&> Ägent")
        self.assertEqual(opened["agent"]["username"], "alice")
        self.assertEqual(opened["agent"]["roles"], ["agent"])
        self.assertNotIn("token", opened)
        self.assertEqual(page.call("GET", "/v1/session")[0], 200)
        self.assertNotIn("__Host-sign-on", page.cookies(), "of no use any more")
        self.assertEqual(page.call("GET", "/v1/conversations")[0], 200)

    def test_she_is_the_same_agent_the_next_time_and_bob_is_another(self):
        agents = []
        for name in ("alice", "alice", "bob"):
            status, opened = self.sign_in(self.page(), name)
            self.assertEqual(status, 201, opened)
            agents.append((opened["agent"]["id"], *opened["agent"]["roles"]))
        self.assertEqual(agents[0], agents[1])
        self.assertNotEqual(agents[0][0], agents[2][0])
        self.assertEqual(agents[2][1:], ("supervisor",))

    def test_who_is_in_no_group_is_not_let_in_and_not_told_why(self):
        page = self.page()
        self.go_to_provider(page)
        self.type_in(page, "carol")
        self.assertIn(self.answer_path, self.back_at_home(page))
        text = page.browser.text()
        self.assertIn("Signing in did not work", text)
        self.assertNotIn("role", text)
        reference = text.partition("reference: ")[2].split()[0]
        self.assertIn(f"SIGN_ON_REFUSED request={reference} reason=without_role", self.log())
        self.assertEqual(self.open_session(page)[0], 401)
