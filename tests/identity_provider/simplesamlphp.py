"""SimpleSAMLphp 1.19 of Debian 12 as a SAML identity provider, with PHP's own web server.

Its folder holds everything that it reads and writes; the packages' own configuration is not used. Files
are read anew with every request, so a test changes them while it runs.
"""
import base64
import hashlib
import pathlib
import ssl
import subprocess
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

from directory.child import Child
from directory.packages import require
from leadkeep_demo.instance import fixed_port

from .provider import HOST, Provider
from .tls_front import TlsFront

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"

# What is said of each, beside the user name.
PEOPLE = {
    "alice": {"displayName": "Alice <&> Ägent", "groups": ["leads", "staff"]},
    "bob": {"displayName": "Bob", "groups": ["bosses"]},
    "carol": {"displayName": "Carol", "groups": ["guests"]},
}

CONFIG = """<?php
$config = [
  'baseurlpath' => '%(base)s', 'certdir' => '%(folder)s/cert/', 'loggingdir' => '%(folder)s/log/',
  'datadir' => '%(folder)s/data/', 'tempdir' => '%(folder)s/tmp', 'metadatadir' => '%(folder)s/metadata/',
  'attributenamemapdir' => '/etc/simplesamlphp/attributemap/',
  'technicalcontact_name' => 'x', 'technicalcontact_email' => 'x@example.test', 'timezone' => 'UTC',
  'secretsalt' => 'salt-of-the-tests', 'auth.adminpassword' => 'unused', 'admin.checkforupdates' => false,
  'trusted.url.domains' => null, 'assertion.allowed_clock_skew' => 60,
  'debug' => ['saml' => true, 'backtraces' => true, 'validatexml' => false], 'showerrors' => true,
  'errorreporting' => false, 'logging.level' => 7, 'logging.handler' => 'file',
  'logging.logfile' => 'ssp.log', 'logging.processname' => 'ssp', 'statistics.out' => [], 'proxy' => null,
  'enable.saml20-idp' => true,
  'module.enable' => ['core' => true, 'saml' => true, 'exampleauth' => true, 'admin' => false],
  'session.cookie.secure' => true, 'session.cookie.samesite' => 'Lax', 'session.cookie.path' => '/',
  'session.phpsession.savepath' => '%(folder)s/sessions', 'session.phpsession.cookiename' => 'SSPSESS',
  'store.type' => 'phpsession', 'session.duration' => 28800, 'session.datastore.timeout' => 14400,
  'session.state.timeout' => 3600, 'language.available' => ['en'], 'language.default' => 'en',
  'language.rtl' => [], 'language.cookie.secure' => true, 'language.cookie.samesite' => null,
  'theme.use' => 'default', 'production' => true, 'authproc.idp' => [], 'authproc.sp' => [],
  'metadata.sources' => [['type' => 'flatfile']],
];
"""

# php -S serves one folder; this one is the package's, under the name that the address has.
ROUTER = """<?php
$www = '/usr/share/simplesamlphp/www';
$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
if (strpos($path, '/simplesaml/') !== 0 || strpos($path, '..') !== false) { http_response_code(404); return true; }
$_SERVER['HTTPS'] = 'on';
$page = substr($path, strlen('/simplesaml'));
if (preg_match('#^(.*?\\.php)(/.*)?$#', $page, $m) && is_file($www . $m[1])) {
  $_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/simplesaml' . $m[1];
  $_SERVER['SCRIPT_FILENAME'] = $www . $m[1];
  if (!empty($m[2])) { $_SERVER['PATH_INFO'] = $m[2]; } else { unset($_SERVER['PATH_INFO']); }
  chdir(dirname($www . $m[1]));
  require $www . $m[1];
  return true;
}
$types = ['css' => 'text/css', 'js' => 'text/javascript'];
$type = $types[pathinfo($page, PATHINFO_EXTENSION)] ?? null;
if ($type && is_file($www . $page)) { header("Content-Type: $type"); readfile($www . $page); return true; }
http_response_code(404);
return true;
"""


def _php(value):
    """A literal of PHP."""
    if isinstance(value, dict):
        return "[" + ", ".join(f"{_php(k)} => {_php(v)}" for k, v in value.items()) + "]"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_php, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


class SimpleSamlPhp(Provider):
    username_field = "username"

    def __init__(self, certificate, key, people=None):
        """`certificate` and `key` are of its https address."""
        require("SimpleSAMLphp", "simplesamlphp", "php-cli", "php-xml", "php-mbstring")
        super().__init__(certificate, key)
        self._said = people or PEOPLE
        self.people = {name: f"{name}-password" for name in self._said}  # and their passwords
        self._hosted = {"host": "__DEFAULT__", "privatekey": "one.key", "certificate": "one.crt",
                        "auth": "people",
                        "signature.algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                        "attributes.NameFormat": "urn:oasis:names:tc:SAML:2.0:attrname-format:basic",
                        "sign.logout": True}

    def start(self):
        port = fixed_port()
        self._front = TlsFront(*self._tls, target=port)
        self.base = f"https://{HOST}:{self._front.port}/simplesaml/"
        for name in ("config", "cert", "metadata", "log", "data", "tmp", "sessions"):
            (self.folder / name).mkdir()
        for key in ("one", "two"):
            self.make_key(key)
        (self.folder / "config/config.php").write_text(
            CONFIG % {"base": self.base, "folder": self.folder})
        (self.folder / "config/attributemap").symlink_to("/etc/simplesamlphp/attributemap")
        sources = {"people": ["exampleauth:UserPass"], "admin": ["core:AdminPassword"]}
        people = {f"{name}:{self.people[name]}":
                  {"uid": [name], **{key: [value] if isinstance(value, str) else value
                                     for key, value in said.items()}}
                  for name, said in self._said.items()}
        text = _php(sources).replace("['exampleauth:UserPass']",
                                     "['exampleauth:UserPass'] + " + _php(people))
        (self.folder / "config/authsources.php").write_text(f"<?php\n$config = {text};\n")
        self._write("saml20-sp-remote", {})
        self.configure()
        (self.folder / "router.php").write_text(ROUTER)
        self._child = Child("SimpleSAMLphp", self.folder / "log/php.log")
        self._child.start(
            ["env", f"SIMPLESAMLPHP_CONFIG_DIR={self.folder}/config", "PHP_CLI_SERVER_WORKERS=3",
             "php", "-d", "opcache.revalidate_freq=0", "-d", "display_errors=0", "-d", "log_errors=1",
             "-S", f"127.0.0.1:{port}", str(self.folder / "router.php")], self._is_ready)

    def _is_ready(self):
        try:
            return bool(self.metadata())
        except (OSError, urllib.error.URLError):
            return False

    def _write(self, name, entries):
        lines = [f"$metadata[{_php(key)}] = {_php(value)};\n" for key, value in entries.items()]
        (self.folder / f"metadata/{name}.php").write_text("<?php\n" + "".join(lines))

    def configure(self, **changes):
        """Of the identity provider itself: its keys and what it publishes."""
        self._hosted.update(changes)
        self._hosted = {key: value for key, value in self._hosted.items() if value is not None}
        self._write("saml20-idp-hosted", {"__DYNAMIC:1__": self._hosted})

    def make_key(self, name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "365",
                        "-subj", f"/CN=idp {name}", "-keyout", str(self.folder / f"cert/{name}.key"),
                        "-out", str(self.folder / f"cert/{name}.crt")], check=True, capture_output=True)

    def sign_metadata(self, key):
        """With a key that signs nothing else."""
        self.configure(**{"metadata.sign.enable": True, "metadata.sign.privatekey": f"{key}.key",
                          "metadata.sign.certificate": f"{key}.crt",
                          "metadata.sign.algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"})

    def metadata(self):
        """XML, as it exports it."""
        context = ssl._create_unverified_context()  # of our own port on loopback
        with open_on_loopback(f"{self.base}saml2/idp/metadata.php", context) as answer:
            return answer.read()

    def trust(self, service_metadata, **options):
        """Takes a service's metadata in; `options` are SimpleSAMLphp's, such as what is signed."""
        root = xml.etree.ElementTree.fromstring(service_metadata)
        role = root.find(MD + "SPSSODescriptor")
        keys = []
        for descriptor in role.findall(MD + "KeyDescriptor"):
            certificate = descriptor.find(f".//{DS}X509Certificate").text
            keys.append({"type": "X509Certificate", "X509Certificate": certificate,
                         "signing": descriptor.get("use") == "signing",
                         "encryption": descriptor.get("use") == "encryption"})
        entity = {"AssertionConsumerService": role.find(MD + "AssertionConsumerService").get("Location"),
                  "NameIDFormat": PERSISTENT, "keys": keys, "validate.authnrequest": True,
                  "SingleLogoutService": role.find(MD + "SingleLogoutService").get("Location"),
                  "validate.logout": True,
                  "authproc": {60: {"class": "saml:AttributeNameID", "attribute": "uid",
                                    "Format": PERSISTENT}},
                  "saml20.sign.assertion": True, **options}
        self._write("saml20-sp-remote", {root.get("entityID"): entity})

    def logout_address(self, then):
        """Where a person signs out of everything, and is sent on from to `then`."""
        return f"{self.base}saml2/idp/SingleLogoutService.php?ReturnTo={urllib.parse.quote(then, safe='')}"

    def log(self):
        return (self.folder / "log/ssp.log").read_text(errors="replace")


def open_on_loopback(url, context):
    """Names below localhost are loopback for a browser, and for nobody else's resolver."""
    address = url.replace(HOST, "127.0.0.1")
    request = urllib.request.Request(address, headers={"Host": url.split("/")[2]})
    return urllib.request.urlopen(request, context=context, timeout=20)


def fingerprint(xml_text):
    return hashlib.sha256(xml_text).hexdigest()


def certificate_fingerprint(pem_path):
    lines = [line for line in pathlib.Path(pem_path).read_text().splitlines() if "-----" not in line]
    return hashlib.sha256(base64.b64decode("".join(lines))).hexdigest()
