#include "saml/forger.h"
#include "saml/logout_draft.h"
#include "saml/signed_metadata.h"
#include "temp_directory.h"

#include <leadkeep/saml/reader.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace leadkeep::saml {
namespace {

using test::Forger;

std::vector<SecretBytes> decryption_keys() {
  std::vector<SecretBytes> keys;
  keys.push_back(test::other_key().pkcs8());
  keys.push_back(test::sp_key().pkcs8());
  return keys;
}

ResponseJob job_of(std::string posted) {
  return {std::move(posted),
          {std::string{test::kIdp}, {test::idp_key().public_key()}, false},
          {std::string{test::kSp}, std::string{test::kAcs}},
          {std::string{test::kRequest}, test::kNow - std::chrono::seconds{30}, false},
          test::kNow};
}

std::vector<pid_t> children() {
  std::ifstream list{"/proc/self/task/" + std::to_string(::getpid()) + "/children"};
  std::vector<pid_t> pids;
  for (pid_t pid = 0; list >> pid;) {
    pids.push_back(pid);
  }
  return pids;
}

class SamlReader : public testing::Test {
 protected:
  Reader m_reader{LEADKEEP_SAML_READER, decryption_keys()};
};

TEST_F(SamlReader, JudgesInAnotherProcess) {
  const auto judged = m_reader.judge(job_of(Forger{}.posted()));
  ASSERT_TRUE(judged.ok()) << judged.error().detail;
  ASSERT_TRUE(judged.value().identity.has_value());
  EXPECT_EQ(judged.value().identity->name_id.value.expose(), "alice");
  EXPECT_EQ(children().size(), 1u);
}

TEST_F(SamlReader, ReadsALogoutInAnotherProcess) {
  const auto judged =
      m_reader.judge_logout({test::LogoutDraft{}.xml(), LogoutKind::kRequest,
                             std::string{test::kIdp}, std::string{test::kSlo}, test::kNow});
  ASSERT_TRUE(judged.ok()) << judged.error().detail;
  ASSERT_TRUE(judged.value().message.has_value());
  EXPECT_EQ(judged.value().message->name_id.expose(), "alice");
}

TEST_F(SamlReader, SaysWhichCheckDidNotHold) {
  ResponseJob job = job_of(Forger{}.posted());
  job.now = test::kNow + std::chrono::hours{1};
  const auto judged = m_reader.judge(job);
  ASSERT_TRUE(judged.ok()) << judged.error().detail;
  ASSERT_TRUE(judged.value().refusal.has_value());
  EXPECT_EQ(id_of(judged.value().refusal->check), "P-01");
  EXPECT_FALSE(judged.value().refusal->why.empty());
}

TEST_F(SamlReader, DecryptsWithTheKeysThatItGotAtItsStart) {
  Forger forger;
  forger.wrap = [](const std::string& assertion) {
    return test::encrypted(assertion, {}, test::sp_key());
  };
  const auto judged = m_reader.judge(job_of(forger.posted()));
  ASSERT_TRUE(judged.ok()) << judged.error().detail;
  EXPECT_TRUE(judged.value().identity.has_value());
}

TEST_F(SamlReader, ReadsMetadataInAnotherProcessToo) {
  const auto good = m_reader.read_metadata(test::MetadataDraft{}.xml());
  ASSERT_TRUE(good.ok()) << good.error().detail;
  EXPECT_EQ(good.value().signing_keys.at(0).certificate_ends, test::kMetadataEnds);
  const auto read = m_reader.read_metadata("<a/>");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Errc::kInvalidInput);
  EXPECT_EQ(read.error().detail, "metadata: no EntityDescriptor of SAML 2.0");

  const std::vector<Bytes> pinned{test::metadata_key().public_key()};
  EXPECT_TRUE(m_reader.read_metadata(test::signed_metadata({}), pinned).ok());
  EXPECT_FALSE(m_reader.read_metadata(test::MetadataDraft{}.xml(), pinned).ok());
}

TEST_F(SamlReader, IsStartedAnewAfterItWasKilled) {
  ASSERT_TRUE(m_reader.judge(job_of(Forger{}.posted())).ok());
  const auto before = children();
  ASSERT_EQ(before.size(), 1u);
  ASSERT_EQ(::kill(before[0], SIGKILL), 0);
  // The packet of a job may still reach a socket whose process is ending.
  Result<Judgement> judged = m_reader.judge(job_of(Forger{}.posted()));
  for (int i = 0; i < 10 && !judged.ok(); ++i) {
    judged = m_reader.judge(job_of(Forger{}.posted()));
  }
  ASSERT_TRUE(judged.ok()) << judged.error().detail;
  ASSERT_EQ(children().size(), 1u);
  EXPECT_NE(children()[0], before[0]);
}

// What the browser may post is far less than what goes over the socket.
TEST_F(SamlReader, SurvivesMessagesOfAnySize) {
  struct Case {
    std::size_t size;
    std::string_view refused_by;  // empty: there is no answer
  };

  for (const Case& one : {Case{0, "T-02"}, Case{1, "T-02"}, Case{100'000, "B-01"},
                          Case{700'000, "T-02"}, Case{1'100'000, ""}, Case{5'000'000, ""}}) {
    const auto judged = m_reader.judge(job_of(std::string(one.size, 'A')));
    ASSERT_EQ(judged.ok(), !one.refused_by.empty()) << one.size;
    if (judged.ok()) {
      EXPECT_EQ(id_of(judged.value().refusal->check), one.refused_by) << one.size;
    }
  }
  EXPECT_TRUE(m_reader.judge(job_of(Forger{}.posted())).ok());
}

TEST_F(SamlReader, ServesManyAtOnce) {
  const std::string posted = Forger{}.posted();
  std::array<bool, 16> good{};
  {
    std::vector<std::jthread> threads;
    threads.reserve(good.size());
    for (bool& one : good) {
      threads.emplace_back([&] {
        const auto judged = m_reader.judge(job_of(posted));
        one = judged.ok() && judged.value().identity.has_value();
      });
    }
  }
  EXPECT_EQ(std::ranges::count(good, true), std::ssize(good));
}

TEST(SamlReaderProgram, SaysWhoStartsItWhereSomebodyElseDoes) {
  const std::string command = std::string{LEADKEEP_SAML_READER} + " < /dev/null 2>&1";
  FILE* output = ::popen(command.c_str(), "r");  // NOLINT(cert-env33-c): a command of the build
  ASSERT_NE(output, nullptr);
  std::array<char, 200> line{};
  EXPECT_NE(std::fgets(line.data(), line.size(), output), nullptr);
  EXPECT_NE(std::string_view{line.data()}.find("leadkeepd starts this program"),
            std::string_view::npos);
  const int status = ::pclose(output);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 2) << status;
}

TEST(SamlReaderProgram, ThatIsMissingIsNamed) {
  Reader reader{"/nonexistent/leadkeep-saml-reader", {}};
  const auto judged = reader.judge(job_of("AAAA"));
  ASSERT_FALSE(judged.ok());
  EXPECT_EQ(judged.error().code, Errc::kUnavailable);
  EXPECT_EQ(judged.error().detail,
            "SAML reader: /nonexistent/leadkeep-saml-reader cannot be started; is the package "
            "complete?");
}

// A program in the place of ours.
std::filesystem::path script(const test::TempDirectory& directory, const std::string& text) {
  const auto path = directory.path() / "reader";
  std::ofstream{path} << "#!/bin/sh\n" << text << "\n";
  EXPECT_EQ(::chmod(path.c_str(), 0700), 0);
  return path;
}

TEST(SamlReaderProgram, ThatEndsAtOnceGivesNoAnswer) {
  const test::TempDirectory directory;
  Reader reader{script(directory, "exit 0"), decryption_keys()};
  const auto judged = reader.judge(job_of(Forger{}.posted()));
  ASSERT_FALSE(judged.ok());
  EXPECT_EQ(judged.error().code, Errc::kUnavailable);
}

TEST(SamlReaderProgram, ThatDoesNothingIsWaitedForTwoSeconds) {
  const test::TempDirectory directory;
  Reader reader{script(directory, "exec sleep 60"), {}};
  const auto begin = std::chrono::steady_clock::now();
  const auto judged = reader.judge(job_of(Forger{}.posted()));
  const auto took = std::chrono::steady_clock::now() - begin;
  ASSERT_FALSE(judged.ok());
  EXPECT_EQ(judged.error().code, Errc::kUnavailable);
  EXPECT_GE(took, Reader::kTime);
}

}  // namespace
}  // namespace leadkeep::saml
