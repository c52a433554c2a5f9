"""Metadata of a real SAML identity provider by its address (check K-02): keys that come in because the
metadata is signed, keys that wait for an administrator, and an address that is not to be trusted."""
import functional
from functional import until
from identity_provider.simplesamlphp import certificate_fingerprint, fingerprint
from saml_instance import SamlTest


class SamlPublishedMetadata(SamlTest):
    signed = True

    @classmethod
    def take_metadata(cls):
        cls.idp.make_key("meta")
        if cls.signed:
            cls.idp.sign_metadata("meta")
        ca = cls.instance.folder / "ca"
        # By a name that everybody resolves.
        address = cls.idp.base.replace("idp.localhost", "localhost") + "saml2/idp/metadata.php?output=xml"
        cls.more = {"saml.ca_file": ca / "ca.pem", "saml.corp.metadata_url": address}
        if cls.signed:
            cls.more["saml.corp.metadata_certificate"] = cls.idp.folder / "cert/meta.crt"
        super().take_metadata()

    def look(self, **more):
        """At the start, and then once a day."""
        self.restart(**more)

    def wait_for(self, line):
        until(lambda: line in self.log(), line)

    def announce_key_two(self):
        self.idp.configure(new_privatekey="two.key", new_certificate="two.crt")
        self.addCleanup(self.idp.configure, privatekey="one.key", certificate="one.crt",
                        new_privatekey=None, new_certificate=None)

    def change_to_key_two(self):
        self.idp.configure(privatekey="two.key", certificate="two.crt", new_privatekey=None,
                           new_certificate=None)


class SamlSignedMetadata(SamlPublishedMetadata):
    def test_the_identity_provider_changes_its_key_and_nobody_here_has_to_do_anything(self):
        self.assertEqual(self.sign_in(self.page(), "alice")[0], 201)
        self.announce_key_two()
        self.look()
        self.wait_for("SAML_KEYS_CHANGED provider=corp added=1 withdrawn=0 removed=0")
        self.assertEqual(self.sign_in(self.page(), "alice")[0], 201, "with the key of before")
        self.change_to_key_two()
        self.assertEqual(self.sign_in(self.page(), "alice")[0], 201)
        self.look()
        self.wait_for("SAML_KEYS_CHANGED provider=corp added=0 withdrawn=1 removed=0")
        self.assertEqual(self.sign_in(self.page(), "alice")[0], 201)
        # Seen in use: the key of before is gone, although the confirmed file names it.
        self.idp.configure(privatekey="one.key", certificate="one.crt")
        page = self.page()
        self.go_to_provider(page)
        self.type_in(page, "alice")
        self.assertTrue(self.back_at_home(page).endswith("/v1/saml/acs"))
        self.assertIn("reason=S-05", self.log())

    def test_metadata_that_another_key_has_signed_is_refused(self):
        self.look(**{"saml.corp.metadata_certificate": self.idp.folder / "cert/two.crt"})
        self.addCleanup(self.restart)
        self.wait_for("SAML_METADATA_REFUSED provider=corp reason=\"unreadable, or not signed")

    def test_nothing_is_fetched_from_who_is_not_of_the_configured_authority(self):
        self.look(**{"saml.ca_file": self.idp.folder / "cert/two.crt"})
        self.addCleanup(self.restart)
        self.wait_for('SAML_METADATA_NOT_FETCHED provider=corp reason="localhost: its certificate is not '
                      'trusted')


class SamlUnsignedMetadata(SamlPublishedMetadata):
    signed = False

    def refresh(self, *options):
        return self.ctl("saml", "refresh", "corp", *options, check=False)

    def test_a_new_key_waits_until_an_administrator_confirms_it(self):
        done = self.refresh()
        self.assertEqual((done.returncode, "nothing to do" in done.stdout), (0, True), done)
        self.announce_key_two()
        self.look()
        self.wait_for("SAML_METADATA_WAITS provider=corp keys=true addresses=false")
        self.change_to_key_two()
        page = self.page()
        self.go_to_provider(page)
        self.type_in(page, "alice")
        self.assertTrue(self.back_at_home(page).endswith("/v1/saml/acs"))
        self.assertIn("reason=S-05", self.log())

        two = certificate_fingerprint(self.idp.folder / "cert/two.crt")
        before = self.instance.config.read_text()
        done = self.refresh()
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"CHANGED            a new key, certificate SHA-256 {two}", done.stdout)
        self.assertIn("without the key of certificate SHA-256", done.stdout)
        self.assertEqual(self.refresh("--fingerprint", "00" * 32).returncode, 1)
        self.assertEqual(self.instance.config.read_text(), before)
        done = self.refresh("--fingerprint", two)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        digest = fingerprint(self.metadata.read_bytes())
        self.assertIn(f"metadata_sha256 = {digest}", self.instance.config.read_text())
        type(self).settings["saml.corp.metadata_sha256"] = digest
        self.look()
        self.assertEqual(self.sign_in(self.page(), "alice")[0], 201)

    def test_refresh_says_what_is_missing(self):
        self.assertEqual(self.ctl("saml", "refresh", "nobody", check=False).returncode, 2)


if __name__ == "__main__":
    functional.main()
