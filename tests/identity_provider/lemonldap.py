"""LemonLDAP::NG 2.16 of Debian 12 as a SAML identity provider, with Starman.

Another code base than SimpleSAMLphp: Perl, and Lasso for SAML. Its people are those of its own demonstration
directory. It reads its configuration at its start, so trusting a service starts it anew.
"""
import json
import pathlib
import shutil
import ssl
import subprocess
import urllib.error
import xml.etree.ElementTree

from directory.child import Child
from directory.packages import require
from leadkeep_demo.instance import fixed_port

from .provider import HOST, Provider
from .simplesamlphp import MD, open_on_loopback
from .tls_front import TlsFront

DEFAULTS = pathlib.Path("/var/lib/lemonldap-ng/conf/lmConf-1.json")
BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"

INI = """[all]
logLevel = notice
logger = Lemonldap::NG::Common::Logger::Std
userLogger = Lemonldap::NG::Common::Logger::Std
[configuration]
type = File
dirName = {folder}/conf
localStorage = Cache::FileCache
localStorageOptions = {{ 'namespace' => 'c', 'default_expires_in' => 600, 'cache_root' => '{folder}/cache', 'cache_depth' => 1 }}
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
"""

APPLICATION = """use Lemonldap::NG::Portal::Main; use Plack::Builder;
my $app = Lemonldap::NG::Portal::Main->run({});
builder {
  enable sub { my $next = shift; sub { my $env = shift; $env->{'psgi.url_scheme'} = 'https'; $env->{HTTPS} = 'on'; $next->($env) } };
  enable 'Static', path => sub { s!^/static/!! }, root => '/usr/share/lemonldap-ng/portal/htdocs/static';
  $app
};
"""


class LemonLdap(Provider):
    username_field = "user"

    def __init__(self, certificate, key):
        """`certificate` and `key` are of its https address."""
        require("LemonLDAP::NG", "liblemonldap-ng-portal-perl", "lemonldap-ng-handler", "liblasso-perl",
                "libplack-perl", "starman", "libgd-securityimage-perl", "libimage-magick-perl",
                "libxml-simple-perl", "libio-string-perl")
        super().__init__(certificate, key)
        self.people = {"dwho": "dwho", "rtyler": "rtyler", "msmith": "msmith"}

    def start(self):
        self._port = fixed_port()
        self._front = TlsFront(*self._tls, target=self._port)
        self.base = f"https://{HOST}:{self._front.port}"
        for name in ("conf", "sessions/lock", "psessions/lock", "cache"):
            (self.folder / name).mkdir(parents=True)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "365",
                        "-subj", "/CN=idp", "-keyout", str(self.folder / "idp.key"),
                        "-out", str(self.folder / "idp.crt")], check=True, capture_output=True)
        (self.folder / "lemonldap-ng.ini").write_text(INI.format(folder=self.folder))
        (self.folder / "app.psgi").write_text(APPLICATION)
        self._run(None)

    def _run(self, service_metadata):
        self._configure(service_metadata)
        if self._child:
            self._child.stop()
        self._child = Child("LemonLDAP::NG", self.folder / "log")
        self._child.start(
            ["env", f"LLNG_DEFAULTCONFFILE={self.folder}/lemonldap-ng.ini", "plackup", "--host",
             "127.0.0.1", "--port", str(self._port), "-s", "Starman", "--workers", "2",
             str(self.folder / "app.psgi")], self._is_ready)

    def _configure(self, service_metadata):
        config = json.loads(DEFAULTS.read_text())
        folder = str(self.folder)
        config.update({
            "portal": self.base + "/", "domain": HOST, "cookieName": "lemonldap", "securedCookie": 1,
            "notification": 0, "loginHistoryEnabled": 0, "key": "key-of-the-tests",
            "globalStorageOptions": {
                "Directory": folder + "/sessions", "LockDirectory": folder + "/sessions/lock",
                "generateModule": "Lemonldap::NG::Common::Apache::Session::Generate::SHA256"},
            "persistentStorageOptions": {"Directory": folder + "/psessions",
                                         "LockDirectory": folder + "/psessions/lock"},
            "localSessionStorageOptions": {"cache_root": folder + "/cache", "cache_depth": 1,
                                           "default_expires_in": 600, "namespace": "s",
                                           "directory_umask": "007"},
            "issuerDBSAMLActivation": 1, "samlEntityID": self.base + "/saml/metadata",
            "samlServiceSignatureMethod": "RSA_SHA256",
            "samlServicePrivateKeySig": (self.folder / "idp.key").read_text(),
            "samlServicePublicKeySig": (self.folder / "idp.crt").read_text(),
            "samlServiceUseCertificateInResponse": 1,
            "samlSPMetaDataXML": {}, "samlSPMetaDataOptions": {}, "samlSPMetaDataExportedAttributes": {},
            "requireToken": 0, "captcha_mail_enabled": 0, "captcha_register_enabled": 0,
            "captcha_login_enabled": 0, "portalDisplayRegister": 0, "portalDisplayResetPassword": 0,
            "registerDB": "Null", "checkXSS": 0, "cspFormAction": "*",
        })
        if service_metadata:
            text = service_metadata.decode() if isinstance(service_metadata, bytes) else service_metadata
            config["samlSPMetaDataXML"]["leadkeep"] = {"samlSPMetaDataXML": text}
            config["samlSPMetaDataOptions"]["leadkeep"] = {
                "samlSPMetaDataOptionsEncryptionMode": "none",
                "samlSPMetaDataOptionsSignSSOMessage": 1,
                "samlSPMetaDataOptionsCheckSSOMessageSignature": 1,
                "samlSPMetaDataOptionsSignSLOMessage": 1,
                "samlSPMetaDataOptionsCheckSLOMessageSignature": 1,
                "samlSPMetaDataOptionsNameIDFormat": "persistent",
                "samlSPMetaDataOptionsNotOnOrAfterTimeout": 300,
                "samlSPMetaDataOptionsSessionNotOnOrAfterTimeout": 3600}
            config["samlSPMetaDataExportedAttributes"]["leadkeep"] = {
                "uid": f"1;uid;{BASIC};", "cn": f"0;displayName;{BASIC};",
                "groups": f"0;groups;{BASIC};"}
        (self.folder / "conf/lmConf-1.json").write_text(json.dumps(config))
        shutil.rmtree(self.folder / "cache", ignore_errors=True)
        (self.folder / "cache").mkdir()

    def _is_ready(self):
        try:
            xml.etree.ElementTree.fromstring(self.metadata()).find(MD + "IDPSSODescriptor")
            return True
        except (OSError, urllib.error.URLError, xml.etree.ElementTree.ParseError):
            return False

    def metadata(self):
        """XML, as it exports it."""
        with open_on_loopback(f"{self.base}/saml/metadata", ssl._create_unverified_context()) as answer:
            return answer.read()

    def logout_address(self, then):
        """Where a person signs out of everything; its last page stays where it is."""
        return self.base + "/?logout=1"

    def trust(self, service_metadata):
        self._run(service_metadata)
