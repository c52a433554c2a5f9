#include <leadkeep/config/load.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

namespace leadkeep::config {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Each required key once, in lines 1 to 10; what a test adds begins in line 11.
constexpr std::string_view kRequired =
    "[store]\n"
    "directory = /var/lib/leadkeep\n"
    "[api]\n"
    "tls_certificate = /etc/leadkeep/api.pem\n"
    "tls_key = /etc/leadkeep/api.key\n"
    "[whatsapp]\n"
    "phone_number_id = 106540352242922\n"
    "app_secret_file = /etc/leadkeep/app_secret\n"
    "verify_token_file = /etc/leadkeep/verify_token\n"
    "access_token_file = /etc/leadkeep/access_token\n";

class Load : public testing::Test {
 protected:
  Load() {
    std::string name = (std::filesystem::temp_directory_path() / "leadkeep-XXXXXX").string();
    m_directory = ::mkdtemp(name.data());
  }

  ~Load() override { std::filesystem::remove_all(m_directory); }

  [[nodiscard]] std::filesystem::path file() const { return m_directory / "leadkeepd.conf"; }

  void write(std::string_view content) const {
    std::ofstream{file(), std::ios::binary} << content;
    ::chmod(file().c_str(), 0644);
  }

  // Writes `content` behind the required keys and loads it.
  [[nodiscard]] Result<Settings> load_with(std::string_view content,
                                           std::vector<std::string> overrides = {}) const {
    write(std::string{kRequired} + std::string{content});
    return load(file(), overrides);
  }

  // The problems, without the name of the file in front; empty if the file was accepted.
  [[nodiscard]] std::string problems(std::string_view content,
                                     std::vector<std::string> overrides = {}) const {
    const auto settings = load_with(content, std::move(overrides));
    if (settings.ok()) {
      return "";
    }
    EXPECT_EQ(settings.error().code, Errc::kInvalidInput);
    std::string text = settings.error().detail;
    for (auto at = text.find(file()); at != text.npos; at = text.find(file(), at)) {
      text.erase(at, file().string().size() + 1);
    }
    return text;
  }

 private:
  std::filesystem::path m_directory;
};

TEST_F(Load, TakesRequiredKeysFromTheFileAndDefaultsForTheRest) {
  const auto settings = load_with("");
  ASSERT_TRUE(settings.ok()) << settings.error().detail;
  const Settings& s = settings.value();
  EXPECT_EQ(s.store.directory, "/var/lib/leadkeep");
  EXPECT_EQ(s.store.map_size.bytes(), std::uint64_t{16} << 30);
  EXPECT_TRUE(s.store.root_key_file.empty());
  EXPECT_EQ(s.api.listen, (Endpoint{"0.0.0.0", 8443}));
  EXPECT_EQ(s.api.tls_minimum, TlsMinimum::kTls13);
  EXPECT_EQ(s.api.max_connections, 512U);
  EXPECT_EQ(s.api.client_requests_per_second, 300U);
  EXPECT_EQ(s.api.client_requests_at_once, 16U);
  EXPECT_EQ(s.api.agent_requests_per_second, 30U);
  EXPECT_EQ(s.webhook.listen, (Endpoint{"0.0.0.0", 8444}));
  EXPECT_EQ(s.webhook.max_connections, 256U);
  EXPECT_EQ(s.control.socket, "/run/leadkeep/control.sock");
  EXPECT_EQ(s.whatsapp.phone_number_id, "106540352242922");
  EXPECT_TRUE(s.whatsapp.previous_app_secret_file.empty());
  EXPECT_EQ(s.whatsapp.graph_url, "https://graph.facebook.com");
  EXPECT_EQ(s.whatsapp.graph_version, "v26.0");
  EXPECT_EQ(s.egress.allow, (std::vector{Endpoint{"graph.facebook.com", 443}}));
  EXPECT_EQ(s.inbox.region, "DE");
  EXPECT_EQ(s.session.idle, 30min);
  EXPECT_EQ(s.session.absolute, 12h);
  EXPECT_EQ(s.session.max_per_agent, 5U);
  EXPECT_EQ(s.session.admin_absolute, 8h);
  EXPECT_EQ(s.session.admin_max, 2U);
  EXPECT_EQ(s.login.max_failures, 10U);
  EXPECT_EQ(s.login.refusal, 300ms);
  EXPECT_EQ(s.second_factor.required_for,
            (std::set{AgentRole::kSupervisor, AgentRole::kPrivacyOfficer, AgentRole::kAuditor,
                      AgentRole::kAdmin}));
  EXPECT_EQ(s.delivery.max_attempts, 8U);
  EXPECT_EQ(s.delivery.unknown_wait, 120s);
  EXPECT_EQ(s.delivery.request_timeout, 20s);
  EXPECT_EQ(s.delivery.backoff_base, 1000ms);
  EXPECT_EQ(s.events.max_listeners, 2'500U);
  EXPECT_EQ(s.log.level, LogLevel::kInfo);
}

TEST_F(Load, LetsTheFileWinOverDefaultsAndTheCommandLineOverBoth) {
  const auto settings = load_with("[session]\nidle_minutes = 20\nabsolute_hours = 8\n",
                                  {"session.idle_minutes=10", "--log.level=debug"});
  ASSERT_TRUE(settings.ok()) << settings.error().detail;
  EXPECT_EQ(settings.value().session.idle, 10min);
  EXPECT_EQ(settings.value().session.absolute, 8h);
  EXPECT_EQ(settings.value().log.level, LogLevel::kDebug);
}

TEST_F(Load, LetsTheCommandLineReplaceAMalformedValueOfTheFile) {
  EXPECT_EQ(problems("[log]\nlevel = loud\n", {"log.level=warn"}), "");
}

TEST_F(Load, LetsTheCommandLineEmptyAnOptionalPath) {
  const auto settings =
      load_with("graph_ca_file = /etc/leadkeep/ca.pem\n", {"whatsapp.graph_ca_file="});
  ASSERT_TRUE(settings.ok()) << settings.error().detail;
  EXPECT_TRUE(settings.value().whatsapp.graph_ca_file.empty());
}

TEST_F(Load, ReadsCommentsBlankLinesSpacesAndWindowsLineEnds) {
  const auto settings =
      load_with("\r\n  # a comment\r\n[ignored_and_empty]\r\n[log]\r\n  level=error  ");
  ASSERT_TRUE(settings.ok()) << settings.error().detail;
  EXPECT_EQ(settings.value().log.level, LogLevel::kError);
}

TEST_F(Load, SplitsOnlyAtTheFirstEqualsSign) {
  const auto settings = load_with("", {"store.directory=/srv/a=b"});
  ASSERT_TRUE(settings.ok()) << settings.error().detail;
  EXPECT_EQ(settings.value().store.directory, "/srv/a=b");
}

TEST_F(Load, NamesAnUnknownKeyItsLineAndTheNearestKey) {
  EXPECT_EQ(problems("[session]\nidle_minuts = 20\n"),
            "12: session.idle_minuts: is not a known key; did you mean session.idle_minutes?");
  EXPECT_EQ(problems("", {"stor.directory=/x"}),
            "command line: stor.directory: is not a known key; did you mean store.directory?");
}

TEST_F(Load, SuggestsNothingForAKeyThatResemblesNone) {
  EXPECT_EQ(problems("", {"weather=fine"}), "command line: weather: is not a known key");
}

TEST_F(Load, RefusesAnAbbreviatedKey) {
  EXPECT_THAT(problems("", {"store.dir=/x"}), HasSubstr("store.dir: is not a known key"));
}

TEST_F(Load, RefusesAKeyThatIsSetTwiceInOneSource) {
  EXPECT_EQ(problems("[log]\nlevel = warn\n[inbox]\nregion = FR\n[log]\nlevel = warn\n"),
            "16: log.level: is set twice, first at 12");
  EXPECT_EQ(problems("", {"log.level=warn", "log.level=info"}),
            "command line: log.level: is set twice, first at command line");
}

TEST_F(Load, NamesEveryRequiredKeyThatIsMissing) {
  write("[store]\ndirectory =\n");
  const auto settings = load(file(), {});
  ASSERT_FALSE(settings.ok());
  EXPECT_EQ(settings.error().code, Errc::kInvalidInput);
  EXPECT_THAT(
      settings.error().detail,
      AllOf(HasSubstr(":2: store.directory: is required; expected an absolute path"),
            HasSubstr("api.tls_certificate: is required"), HasSubstr("api.tls_key: is required"),
            HasSubstr("whatsapp.phone_number_id: is required"),
            HasSubstr("whatsapp.app_secret_file: is required"),
            HasSubstr("whatsapp.verify_token_file: is required"),
            HasSubstr("whatsapp.access_token_file: is required")));
  EXPECT_EQ(std::count(settings.error().detail.begin(), settings.error().detail.end(), '\n'), 6);
}

TEST_F(Load, ReportsAllProblemsOfOneLoadTogether) {
  const std::string text = problems(
      "nonsense\n[log]\nlevel = loud\n[api]\nmax_connections = 15\nport = 1\n", {"inbox.region=d"});
  EXPECT_EQ(text,
            "11: expected [section] or key = value\n"
            "16: api.port: is not a known key; did you mean api.listen?\n"
            "15: api.max_connections: expected a whole number from 16 to 10000\n"
            "command line: inbox.region: expected two capital letters (ISO 3166-1), such as DE\n"
            "13: log.level: expected error, warn, info or debug");
}

TEST_F(Load, NeverRepeatsAValueInAnError) {
  const std::string secret = "EAAGm0PX4ZCpsBA0s3cr3t";
  const std::string text = problems(
      secret + "\n" + secret + "=\n[" + secret + "=]\n[" + secret + "]\n[log]\nlevel = " + secret +
          "\nlevel = " + secret + "\nunknown = " + secret + "\n" + secret + " = " + secret +
          "\n[inbox]\nregion = " + secret + " # " + secret + "\n",
      {secret, secret + "=" + secret, "--" + secret, "api.listen=" + secret + ":1:" + secret,
       "webhook.max_connections=" + secret, "egress.allow=" + secret});
  EXPECT_THAT(text, AllOf(HasSubstr("11: expected"), HasSubstr("log.level"),
                          HasSubstr("not known and not shown"), HasSubstr("egress.allow")));
  EXPECT_THAT(text, Not(HasSubstr("0s3cr3t")));
}

TEST_F(Load, RefusesLinesThatAreNeitherSectionNorAssignment) {
  for (const std::string line : {"[]", "[store", "[] # x", "[store] # x", "[Store]", "level", "= 1",
                                 "# x\nlevel#comment = info", "[log]x = 1"}) {
    EXPECT_NE(problems(line + "\n"), "") << line;
  }
}

TEST_F(Load, RefusesAHashInAValueInsteadOfCuttingIt) {
  EXPECT_EQ(problems("graph_ca_file = /etc/ca#1.pem\n"),
            "11: whatsapp.graph_ca_file: a value cannot hold '#'; a comment needs a line of its "
            "own");
}

TEST_F(Load, RefusesAnOverrideWithSeveralLines) {
  EXPECT_NE(problems("", {"log.level=warn\ninbox.region=FR"}), "");
}

struct Case {
  std::string key;
  std::vector<std::string> good;
  std::vector<std::string> bad;
};

TEST_F(Load, AcceptsAndRefusesValuesByTheFormOfTheirKey) {
  const std::string long_socket(108, 'x');
  const std::vector<Case> cases{
      {"store.directory", {"/", "/a b/c", "/ü"}, {"relative", "./x", "~/x", "\"/x\"", "/a\tb"}},
      {"store.map_size_gib",
       {"1", "4096", "016"},
       {"", "0", "4097", "-1", "+1", "1.5", "0x10", "16G", "18446744073709551632"}},
      {"control.socket", {"/" + long_socket.substr(2)}, {"", "/" + long_socket, "x.sock"}},
      {"api.listen", {"127.0.0.1:0", "[::1]:8443", "[::]:0", "localhost:65535"}, {"",
                                                                                  ":8443",
                                                                                  "127.0.0.1",
                                                                                  "127.0.0.1:",
                                                                                  "127.0.0.1:65536",
                                                                                  "::1:8443",
                                                                                  "[::1]",
                                                                                  "[]:1",
                                                                                  "[127.0.0.1]:1",
                                                                                  "[::1:1",
                                                                                  "256.0.0.1:1",
                                                                                  "1.2.3:1",
                                                                                  "a_b:1",
                                                                                  "-a:1",
                                                                                  "a-:1",
                                                                                  "a..b:1",
                                                                                  "a.:1",
                                                                                  "a b:1",
                                                                                  "a-.b:1",
                                                                                  "http://a:1"}},
      {"directory.servers",
       {"", "ldaps://dc1.example.com", "ldaps://dc1:3269, ldap://[::1]:389"},
       {"dc1", "http://dc1", "ldaps://", "ldaps://DC1", "ldaps://dc1/x", "ldaps://a,",
        "ldapi:///"}},
      {"directory.user_base", {"", "ou=people,dc=example,dc=com"}, {"people", "ou=a\tb"}},
      {"directory.user_filter",
       {"", "(uid={user})", "(|(uid={user})(mail={user}))"},
       {"uid={user}", "(uid=*)", "({user}"}},
      {"directory.agents", {"", "cn=a,dc=x", "cn=a\\;b,dc=x; cn=c,dc=x"}, {"agents", "cn=a;;cn=b"}},
      {"directory.teams",
       {"", "night: cn=a,dc=x", "a: cn=a,dc=x; b: cn=b,dc=x"},
       {"night", "night: a", ": cn=a", "cn=a,dc=x"}},
      {"directory.max_failures", {"1", "100"}, {"0", "101"}},
      {"second_factor.required_for",
       {"nobody", "agent", "admin,agent", "supervisor, admin"},
       {"", "nobody, agent", "agents", "agent,", "Admin"}},
      {"second_factor.email_code_for", {"nobody"}, {"", "admin", "agent, admin", "agents"}},
      {"mail.relay", {""}, {"mail", "http://mail", "smtp://", "smtps://Mail", "smtps://mail/x"}},
      {"mail.sender",
       {"", "leadkeep@bank.example"},
       {"leadkeep", "@bank.example", "a@b@c", "Leadkeep <a@b>", "a@b\tc"}},
      {"login.refusal_milliseconds", {"0", "5000"}, {"", "5001", "-1"}},
      {"api.tls_minimum", {"1.2", "1.3"}, {"", "1.1", "1", "TLS1.3", "1.30"}},
      {"api.max_connections", {"16", "10000"}, {"15", "10001"}},
      {"api.client_requests_per_second", {"1", "100000"}, {"0", "100001"}},
      {"api.client_requests_at_once", {"1", "1000"}, {"0", "1001"}},
      {"api.agent_requests_per_second", {"1", "100000"}, {"0", "100001"}},
      {"whatsapp.phone_number_id",
       {"0", "12345678901234567890123456789012"},
       {"+49", "12 3", "123456789012345678901234567890123"}},
      {"whatsapp.graph_url",
       {"https://localhost:8445", "https://[::1]:1", "https://10.0.0.1"},
       {"", "http://graph.facebook.com", "https://", "https://a/", "https://a/b", "https://a?b",
        "https://u:p@a", "https://a:0", "HTTPS://a", "https://::1"}},
      {"whatsapp.graph_version", {"v1.0", "v26.10"}, {"", "26.0", "v26", "v26.", "v.0", "v2.0.1"}},
      {"egress.allow",
       {"a:1", "a:1,b:2", "a:1 , [::1]:2"},
       {"", "a", "a:0", "a:1,", ",a:1", "a:1,,b:2", "a:1;b:2", "*:443"}},
      {"inbox.region", {"FR"}, {"", "fr", "D", "DEU", "D1"}},
      {"delivery.unknown_wait_seconds", {"1", "86400"}, {"0", "86401"}},
      {"log.level", {"error", "warn", "info", "debug"}, {"", "INFO", "trace"}},
  };
  for (const Case& c : cases) {
    for (const std::string& value : c.good) {
      EXPECT_EQ(problems("", {c.key + "=" + value}), "") << c.key << " = " << value;
    }
    for (const std::string& value : c.bad) {
      EXPECT_THAT(problems("", {c.key + "=" + value}), HasSubstr("command line: " + c.key + ": "))
          << c.key << " = " << value;
    }
  }
}

TEST_F(Load, StoresEndpointsInSmallLettersAndAddressesInCanonicalText) {
  const auto settings = load_with(
      "", {"api.listen=[0:0::0:1]:0", "egress.allow=Graph.Facebook.com:443, [FE80::1]:8443"});
  ASSERT_TRUE(settings.ok()) << settings.error().detail;
  const auto& allow = settings.value().egress.allow;
  EXPECT_EQ(settings.value().api.listen, (Endpoint{"::1", 0}));
  EXPECT_EQ(allow, (std::vector{Endpoint{"graph.facebook.com", 443}, Endpoint{"fe80::1", 8443}}));
  EXPECT_EQ(allow[0].text(), "graph.facebook.com:443");
  EXPECT_EQ(allow[1].text(), "[fe80::1]:8443");
}

TEST_F(Load, GivesTheWebhookTheCertificateOfTheApiUnlessItHasItsOwn) {
  const auto shared = load_with("");
  ASSERT_TRUE(shared.ok()) << shared.error().detail;
  EXPECT_EQ(shared.value().webhook.tls_certificate, "/etc/leadkeep/api.pem");
  EXPECT_EQ(shared.value().webhook.tls_key, "/etc/leadkeep/api.key");
  const auto own = load_with("[webhook]\ntls_certificate = /w.pem\ntls_key = /w.key\n");
  ASSERT_TRUE(own.ok()) << own.error().detail;
  EXPECT_EQ(own.value().webhook.tls_certificate, "/w.pem");
  EXPECT_EQ(own.value().webhook.tls_key, "/w.key");
}

TEST_F(Load, RefusesHalfACertificatePairOfTheWebhook) {
  EXPECT_THAT(problems("[webhook]\ntls_certificate = /w.pem\n"),
              HasSubstr("webhook.tls_key: is required with webhook.tls_certificate"));
  EXPECT_THAT(problems("[webhook]\ntls_key = /w.key\n"),
              HasSubstr("webhook.tls_certificate: is required with webhook.tls_key"));
}

TEST_F(Load, RefusesADirectoryThatIsNotDescribedToTheEnd) {
  const auto nothing_more = load_with("[directory]\nkind = openldap\n");
  ASSERT_FALSE(nothing_more.ok());
  for (const char* key : {"servers", "ca_file", "bind_dn", "bind_password_file", "user_base",
                          "group_base", "agents"}) {
    EXPECT_THAT(nothing_more.error().detail,
                HasSubstr("directory." + std::string{key} + ": is required with directory.kind"));
  }
  const auto whole = load_with(
      "[directory]\nkind = active_directory\nservers = ldaps://dc1, ldaps://dc2\n"
      "ca_file = /ca.pem\nbind_dn = cn=leadkeep,dc=x\nbind_password_file = /secret\n"
      "user_base = dc=x\nadmins = cn=it,dc=x\nteams = night: cn=night,dc=x\n");
  ASSERT_TRUE(whole.ok()) << whole.error().detail;
  EXPECT_EQ(whole.value().directory.servers,
            (std::vector<std::string>{"ldaps://dc1", "ldaps://dc2"}));
  EXPECT_EQ(whole.value().directory.teams, (std::vector<TeamGroup>{{"night", "cn=night,dc=x"}}));
  EXPECT_EQ(whole.value().directory.max_failures, 4U);
}

TEST_F(Load, WantsWhatACodeByEmailIsSentWith) {
  EXPECT_THAT(problems("", {"second_factor.email_code_for=agent"}),
              AllOf(HasSubstr("mail.relay: is required with second_factor.email_code_for"),
                    HasSubstr("directory.kind: is required with second_factor.email_code_for")));
  EXPECT_THAT(problems("", {"mail.relay=smtps://mail.bank.example"}),
              HasSubstr("mail.sender: is required with mail.relay"));
  const std::string relay = "mail.relay=smtp://mail.bank.example:2525";
  const std::string sender = "mail.sender=leadkeep@bank.example";
  EXPECT_EQ(problems("", {relay, sender}), "");
  EXPECT_THAT(problems("", {relay, sender, "mail.user=leadkeep"}),
              HasSubstr("mail.password_file: is required with mail.user"));
  EXPECT_THAT(problems("", {relay, sender, "mail.password_file=/run/x"}),
              HasSubstr("mail.user: is required with mail.password_file"));
}

constexpr std::string_view kProvider =
    "[browser]\norigin = https://leads.example.test\n"
    "[saml]\nkeys = /etc/leadkeep/saml\n"
    "[saml.corp]\nmetadata = /etc/leadkeep/corp.xml\n"
    "metadata_sha256 = 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n";

TEST_F(Load, ReadsASectionForEachIdentityProvider) {
  const auto settings = load_with(
      std::string{kProvider} +
          "username_attribute = uid\ngroup_attribute = "
          "http://schemas.xmlsoap.org/claims/Group\nagents = Leads; "
          "Leads, North\n"
          "teams = Claims: claims-team\naccept_cbc = yes\n"
          "[saml.partner]\nmetadata = /etc/leadkeep/partner.xml\nbinding = post\n"
          "username_attribute = uid\ngroup_attribute = groups\nadmins = root\nmetadata_sha256 = " +
          std::string(64, 'a') + "\n",
      {"--saml.partner.subject_attribute=uid"});
  ASSERT_TRUE(settings.ok()) << settings.error().detail;
  const auto& providers = settings.value().saml.providers;
  ASSERT_EQ(providers.size(), 2u);
  const SamlProvider& corp = providers.at("corp");
  EXPECT_EQ(corp.metadata, "/etc/leadkeep/corp.xml");
  EXPECT_EQ(corp.binding, SamlBinding::kRedirect);
  EXPECT_EQ(corp.cbc, Cbc::kAccepted);
  EXPECT_EQ(corp.agents, (std::vector<std::string>{"Leads", "Leads, North"}));
  EXPECT_EQ(corp.teams, (std::vector<TeamValue>{{"Claims", "claims-team"}}));
  EXPECT_TRUE(corp.subject_attribute.empty());
  EXPECT_EQ(providers.at("partner").binding, SamlBinding::kPost);
  EXPECT_EQ(providers.at("partner").cbc, Cbc::kRefused);
  EXPECT_EQ(providers.at("partner").subject_attribute, "uid");
}

TEST_F(Load, RefusesAnIdentityProviderThatIsNotDescribedToTheEnd) {
  EXPECT_THAT(problems("[saml.corp]\nmetadata = /m\n"),
              AllOf(HasSubstr("saml.corp.metadata_sha256: is required"),
                    HasSubstr("browser.origin: is required with a section [saml.NAME]"),
                    HasSubstr("saml.keys: is required with a section [saml.NAME]"),
                    HasSubstr("saml.corp.username_attribute: is required"),
                    HasSubstr("saml.corp.group_attribute: is required"),
                    HasSubstr("saml.corp.agents: is required")));
}

TEST_F(Load, WantsAnAuthorityWhereMetadataHasAnAddress) {
  const std::string corp =
      std::string{kProvider} + "username_attribute = uid\ngroup_attribute = groups\nagents = a\n";
  const std::string address =
      "metadata_url = https://login.example.test/corp/metadata.xml?appid=1\n";
  EXPECT_THAT(problems(corp + address),
              HasSubstr("saml.ca_file: is required with saml.corp.metadata_url"));
  EXPECT_THAT(problems(corp + "metadata_certificate = /meta.pem\n"),
              HasSubstr("saml.corp.metadata_url: is required with saml.corp.metadata_certificate"));
  const auto settings = load_with(corp + address, {"saml.ca_file=/ca.pem"});
  ASSERT_TRUE(settings.ok()) << settings.error().detail;
  EXPECT_EQ(settings.value().saml.providers.at("corp").metadata_url,
            "https://login.example.test/corp/metadata.xml?appid=1");
  for (const std::string_view bad :
       {"http://x/m", "x", "https://", "https://x?\"", "https://x?a b", "ftp://x"}) {
    EXPECT_THAT(problems(corp + "metadata_url = " + std::string{bad} + "\n"),
                HasSubstr("saml.corp.metadata_url: "))
        << bad;
  }
}

TEST_F(Load, WantsTheDirectorysIdOfWhomAnIdentityProviderProves) {
  const std::string directory =
      "[directory]\nkind = active_directory\nservers = ldaps://dc\nca_file = /ca\nbind_dn = cn=x\n"
      "bind_password_file = /p\nuser_base = dc=x\nagents = cn=a\n";
  EXPECT_THAT(problems(std::string{kProvider} + directory),
              HasSubstr("saml.corp.directory_id_attribute: is required with directory.kind"));
  EXPECT_TRUE(
      load_with(std::string{kProvider} + "directory_id_attribute = objectGUID\n" + directory).ok());
}

constexpr std::string_view kOpenIdProvider =
    "[browser]\norigin = https://leads.example.test\n"
    "[oidc]\nkeys = /etc/leadkeep/oidc\n"
    "[oidc.cloud]\nissuer = https://login.example.test/tenant/v2.0\nclient_id = leadkeep\n";

TEST_F(Load, ReadsASectionForEachOpenIdProvider) {
  const auto settings =
      load_with(std::string{kOpenIdProvider} +
                "agents = Leads\nscopes = openid profile groups\n"
                "client_authentication = tls_client_auth\nassertion_audience = token_endpoint\n");
  ASSERT_TRUE(settings.ok()) << settings.error().detail;
  const OidcProvider& cloud = settings.value().oidc.providers.at("cloud");
  EXPECT_EQ(cloud.issuer, "https://login.example.test/tenant/v2.0");
  EXPECT_EQ(cloud.authentication, ClientAuthentication::kTlsClientAuth);
  EXPECT_EQ(cloud.audience, AssertionAudience::kTokenEndpoint);
  EXPECT_EQ(cloud.scopes, (std::vector<std::string>{"openid", "profile", "groups"}));
  EXPECT_EQ(cloud.username_attribute, "preferred_username");
  EXPECT_TRUE(cloud.subject_attribute.empty());
}

TEST_F(Load, RefusesAnOpenIdProviderThatIsNotDescribedToTheEnd) {
  EXPECT_THAT(problems("[oidc.cloud]\nissuer = http://idp.example\nscopes = profile\n"),
              AllOf(HasSubstr("oidc.cloud.issuer: expected https://host"),
                    HasSubstr("oidc.cloud.scopes: expected scopes"),
                    HasSubstr("oidc.cloud.client_id: is required"),
                    HasSubstr("oidc.keys: is required with a section [oidc.NAME]"),
                    HasSubstr("oidc.cloud.agents: is required")));
  for (const std::string issuer : {"https://", "https://idp.example?x", "https://idp.example/#f",
                                   "https://u@idp.example", "https://idp.example/a b"}) {
    EXPECT_THAT(problems("[oidc.cloud]\nissuer = " + issuer + "\n"), HasSubstr("oidc.cloud"))
        << issuer;
  }
  EXPECT_THAT(problems(std::string{kProvider} + "agents = a\n[oidc.corp]\nclient_id = x\n"),
              HasSubstr("oidc.corp: there is a section [saml.corp] already"));
}

TEST_F(Load, NamesTheIdentityProvidersOfAFileThatIsNotComplete) {
  write(
      "[saml]\nkeys = /k\ncorp.binding = post\n[saml.partner]\nbinding = nonsense\n"
      "[saml.nobody]\nunknown = x\n[oidc.cloud]\nissuer = nonsense\n");
  const auto names = providers_in(file());
  ASSERT_TRUE(names.ok()) << names.error().detail;
  EXPECT_EQ(names.value(), (std::set<std::string>{"cloud", "corp", "partner"}));
  EXPECT_EQ(providers_in("/nowhere").error().code, Errc::kNotFound);
}

TEST_F(Load, KnowsTheNamesThatASectionMayHave) {
  EXPECT_TRUE(is_provider_name("corp_two"));
  EXPECT_TRUE(is_provider_name(std::string(32, 'a')));
  for (const std::string& name : {std::string{}, std::string{"Corp"}, std::string{"corp2"},
                                  std::string{"a.b"}, std::string(33, 'a')}) {
    EXPECT_FALSE(is_provider_name(name)) << name;
    EXPECT_THAT(problems("[oidc." + name + "]\nclient_id = x\n"),
                Not(HasSubstr("issuer: is required")))
        << name;
  }
}

TEST_F(Load, NamesAnUnknownKeyOfAnIdentityProvider) {
  EXPECT_THAT(problems(std::string{kProvider} + "bindings = post\n"),
              HasSubstr("saml.corp.bindings: is not a known key; did you mean saml.corp.binding?"));
  EXPECT_THAT(problems("[saml.corp.more]\nbinding = post\n"), HasSubstr("is not a known key"));
  EXPECT_THAT(problems("[saml.]\nbinding = post\n"), HasSubstr("is not a known key"));
}

TEST_F(Load, RefusesAFileThatAnybodyMayWriteTo) {
  write(kRequired);
  ::chmod(file().c_str(), 0646);
  const auto settings = load(file(), {});
  ASSERT_FALSE(settings.ok());
  EXPECT_EQ(settings.error().code, Errc::kForbidden);
  EXPECT_THAT(settings.error().detail, HasSubstr("chmod o-w"));
}

TEST_F(Load, RefusesWhatIsNotARegularFile) {
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  const auto settings = load(file(), {});
  ASSERT_FALSE(settings.ok());
  EXPECT_EQ(settings.error().code, Errc::kForbidden);
}

TEST_F(Load, RefusesAFileThatDoesNotExist) {
  const auto settings = load(file(), {});
  ASSERT_FALSE(settings.ok());
  EXPECT_EQ(settings.error().code, Errc::kNotFound);
}

TEST_F(Load, RefusesAFileOfMoreThan256Kibibytes) {
  const std::string rest(256 * 1024 - kRequired.size(), '#');
  EXPECT_TRUE(load_with(rest).ok());
  const auto settings = load_with(rest + "#");
  ASSERT_FALSE(settings.ok());
  EXPECT_EQ(settings.error().code, Errc::kTooLarge);
}

TEST_F(Load, NamesTheFirstTwentyProblemsAndCountsTheRest) {
  std::string content = "[webhok]\n";
  for (int i = 0; i < 30; ++i) {
    content += "port = 1\n";
  }
  const auto settings = load_with(content);
  ASSERT_FALSE(settings.ok());
  const std::string& detail = settings.error().detail;
  EXPECT_EQ(std::ranges::count(detail, '\n'), 20);
  EXPECT_THAT(detail,
              AllOf(HasSubstr(":31: "), Not(HasSubstr(":32: ")), HasSubstr("\nand 10 more")));
}

TEST_F(Load, RefusesAFileThatIsNotUtf8) {
  EXPECT_THAT(problems("# \xff\n"), HasSubstr("not valid UTF-8"));
}

TEST_F(Load, SurvivesEveryTruncationOfAValidFile) {
  for (std::size_t length = 0; length < kRequired.size(); ++length) {
    write(kRequired.substr(0, length));
    const auto settings = load(file(), {});
    if (!settings.ok()) {
      EXPECT_EQ(settings.error().code, Errc::kInvalidInput) << length;
    }
  }
}

}  // namespace
}  // namespace leadkeep::config
