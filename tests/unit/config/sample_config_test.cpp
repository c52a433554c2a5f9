#include <leadkeep/config/load.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

namespace leadkeep::config {
namespace {

using testing::HasSubstr;

std::filesystem::path committed_sample() {
  return std::filesystem::path{__FILE__}.parent_path() / "../../../etc/leadkeepd.conf";
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<std::string> required() {
  return {"store.directory=/s",
          "api.tls_certificate=/c",
          "api.tls_key=/k",
          "whatsapp.phone_number_id=1",
          "whatsapp.app_secret_file=/a",
          "whatsapp.verify_token_file=/v",
          "whatsapp.access_token_file=/t"};
}

// And what sections [saml.NAME] and [oidc.NAME] need.
std::vector<std::string> required_with_provider() {
  auto all = required();
  for (const std::string more :
       {"browser.origin=https://leads.example.test", "saml.keys=/keys",
        "saml.example.metadata=/idp.xml", "saml.example.group_attribute=groups",
        "saml.example.username_attribute=uid", "saml.example.agents=leads", "oidc.keys=/oidc",
        "oidc.sample.issuer=https://idp.example.test", "oidc.sample.client_id=leadkeep",
        "oidc.sample.agents=leads"}) {
    all.push_back(more);
  }
  all.push_back("saml.example.metadata_sha256=" + std::string(64, '0'));
  return all;
}

// The sample with every default written out: "#key = value" becomes "key = value".
std::string with_defaults_written_out(const std::string& sample) {
  std::istringstream in{sample};
  std::string text;
  for (std::string line; std::getline(in, line);) {
    const bool is_default = line.starts_with('#') && line.size() > 1 && line[1] != ' ';
    text += line.substr(is_default ? 1 : 0) + "\n";
  }
  return text;
}

TEST(SampleConfig, IsTheFileInEtcByteForByte) {
  EXPECT_EQ(content_of(committed_sample()), sample_config())
      << "etc/leadkeepd.conf must be what sample_config() returns";
}

TEST(SampleConfig, LoadsOnceTheRequiredKeysAreSet) {
  const auto settings = load(committed_sample(), required());
  ASSERT_TRUE(settings.ok()) << settings.error().detail;
}

TEST(SampleConfig, LoadsWithEveryDefaultWrittenOut) {
  std::string name = (std::filesystem::temp_directory_path() / "leadkeep-XXXXXX").string();
  const std::filesystem::path directory = ::mkdtemp(name.data());
  const std::filesystem::path file = directory / "leadkeepd.conf";
  const std::string text = with_defaults_written_out(sample_config());
  EXPECT_THAT(text, HasSubstr("\nmap_size_gib = 16\n"));
  std::ofstream{file} << text;
  const auto settings = load(file, required_with_provider());
  std::filesystem::remove_all(directory);
  ASSERT_TRUE(settings.ok()) << settings.error().detail;
  EXPECT_TRUE(settings.value().saml.providers.contains("example"));
  EXPECT_TRUE(settings.value().oidc.providers.contains("sample"));
  EXPECT_EQ(settings.value().delivery.unknown_wait, Settings{}.delivery.unknown_wait);
}

TEST(HelpText, NamesKeysUnitsAndDefaults) {
  EXPECT_THAT(help_text(), HasSubstr("--store.map_size_gib GiB (=16)"));
  EXPECT_THAT(help_text(), HasSubstr("--store.directory path"));
  EXPECT_THAT(help_text(), HasSubstr("Required."));
  EXPECT_THAT(help_text(), HasSubstr("--saml.NAME.binding binding (=redirect)"));
  EXPECT_THAT(help_text(), HasSubstr("--oidc.NAME.scopes scopes (=openid profile)"));
}

}  // namespace
}  // namespace leadkeep::config
