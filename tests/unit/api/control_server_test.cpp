#include "house_with_doors.h"

#include <fstream>

#include <sys/stat.h>

namespace leadkeep::test {
namespace {

class ControlServer : public ::testing::Test, public PathHouse {
 protected:
  [[nodiscard]] api::ControlServices services() {
    return {
        manage_clients,
        manage_webhooks,
        enrol_client,
        manage_agents,
        change_password,
        end_sessions,
        enrol_second_factor,
        keep_devices,
        open_break_glass,
        end_leavers,
        end_epoch,
        {},
        [] {
          api::StoreCheck check;
          check.rows = 7;
          check.all = check.hash = check.counts = check.trail = api::StoreCheck::Verdict::kSound;
          return Result<api::StoreCheck>{check};
        },
        [] { return api::ControlStatus{{api::Health::State::kReady, "1.2.3"}, {{"leads", 5}}}; },
        store.metrics(),
        store.clock()};
  }

  static std::string text(const TestResponse& response, std::string_view member) {
    const auto document = must(json::Document::parse(response.body, {.max_bytes = 10'000}));
    return std::string{document.root()[member].string().value_or("")};
  }

  flow::EndLeavers* end_leavers = nullptr;
  TempDirectory directory_of_socket;
  std::filesystem::path socket = directory_of_socket / "control.sock";
};

TEST_F(ControlServer, ListensOnASocketThatOnlyItsOwnerMayUse) {
  auto server = must(api::ControlServer::start(socket, services()));
  struct ::stat status{};
  ASSERT_EQ(::lstat(socket.c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  server->stop();
  EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST_F(ControlServer, ReplacesASocketOfAnEarlierRunAndNoOtherFile) {
  must(api::ControlServer::start(socket, services()));
  auto first = must(api::ControlServer::start(socket, services()));
  auto second = must(api::ControlServer::start(socket, services()));
  EXPECT_EQ(TestClient{socket}.ask("GET", "/status").status, 200);
  const auto file = directory_of_socket / "file";
  std::ofstream{file} << "kept";
  EXPECT_EQ(api::ControlServer::start(file, services()).error().code, Errc::kConflict);
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(ControlServer, TellsTheStatusAndVerifiesTheStore) {
  const auto server = must(api::ControlServer::start(socket, services()));
  TestClient c{socket};
  const auto status = c.ask("GET", "/status");
  EXPECT_EQ(text(status, "state"), "ready");
  EXPECT_EQ(text(status, "version"), "1.2.3");
  EXPECT_NE(status.body.find("\"leads\":5"), std::string::npos);
  EXPECT_FALSE(status.fields.contains("strict-transport-security"));
  EXPECT_EQ(text(c.ask("POST", "/store/verify"), "verdict"), "sound");
}

TEST_F(ControlServer, ManagesAgentsAndTellsTheOperatorWhatIsWrong) {
  const auto server = must(api::ControlServer::start(socket, services()));
  TestClient c{socket};
  const auto add = [&](const std::string& password) {
    return c.ask("POST", "/agents", {},
                 R"({"username":"anna","display_name":"Anna","roles":["agent"],"password":")" +
                     password + "\"}");
  };
  const auto refused = add("short");
  EXPECT_EQ(refused.status, 400);
  EXPECT_FALSE(text(refused, "reason").empty());
  EXPECT_EQ(add("correct horse battery").status, 201);
  EXPECT_EQ(c.ask("POST", "/agents/disable", {}, R"({"username":"anna"})").status, 204);
  const auto list = c.ask("GET", "/agents");
  EXPECT_NE(list.body.find("\"state\":\"disabled\""), std::string::npos);
  EXPECT_EQ(c.ask("POST", "/agents/enable", {}, R"({"username":"anna"})").status, 204);
}

TEST_F(ControlServer, KnowsOfLeaversWhereThereIsADirectoryOnly) {
  {
    const auto server = must(api::ControlServer::start(socket, services()));
    TestClient c{socket};
    EXPECT_EQ(c.ask("GET", "/leavers").status, 404);
    EXPECT_EQ(c.ask("POST", "/leavers/end").status, 404);
  }
  flow::EndLeavers made{house,
                        [](auto) -> Result<std::vector<identity::DirectoryPerson>> {
                          return fail(Errc::kUnavailable, "directory: no answer");
                        },
                        sessions, devices, directory_word};
  end_leavers = &made;
  const auto server = must(api::ControlServer::start(socket, services()));
  TestClient c{socket};
  EXPECT_EQ(c.ask("GET", "/leavers").body, R"({"items":[]})");
  EXPECT_EQ(c.ask("POST", "/leavers/end").body, R"({"ended":0})");
}

TEST_F(ControlServer, HasNoDoorOfTheApi) {
  const auto server = must(api::ControlServer::start(socket, services()));
  TestClient c{socket};
  EXPECT_EQ(c.ask("GET", "/v1/conversations").status, 404);
  EXPECT_EQ(c.ask("GET", "/metrics").status, 404);
}

}  // namespace
}  // namespace leadkeep::test
