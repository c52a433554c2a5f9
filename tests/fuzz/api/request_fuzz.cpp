// Whole requests to the three listeners: the first byte of the input chooses the listener, the rest
// is what a client sends. {conversation} and {lead} in it stand for the ids of a real one.
//
// Whatever is asked, the answer is one of those that the API documents, never a failure of ours,
// and no field of it is split by what was sent; the number of the customer is in none.
#include "../../paths/path_house.h"
#include "fuzz_target.h"
#include "handlers/context.h"
#include "http/read_buffer.h"
#include "http/response.h"
#include "routes/dispatcher.h"
#include "routes/tables.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>
#include <leadkeep/crypto/key.h>
#include <leadkeep/json/value.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace leadkeep::api {
namespace {

using identity::Role;
using test::must;

constexpr std::string_view kNumber = "4930901820";
constexpr std::string_view kPartOfNumber = "901820";
constexpr std::size_t kRequestsPerHouse = 4'096;  // what they store stays small
constexpr std::array kStatuses{200, 201, 202, 204, 400, 401, 403, 404,
                               405, 409, 412, 413, 415, 422, 428, 429};

class TextSource final : public http::ByteSource {
 public:
  explicit TextSource(std::string_view text) : m_text{text} {}

  std::size_t read(std::span<char> out) override {
    const auto count = std::min(out.size(), m_text.size());
    std::copy_n(m_text.begin(), count, out.data());
    m_text.remove_prefix(count);
    return count;
  }

 private:
  std::string_view m_text;
};

class House {
 public:
  House() {
    must(m_house.receive(m_house.value(
        m_house.text_message(std::string{kNumber}, "wamid.1", "Ruf mich an: 030 901820"))));
    const auto shown = m_house.only_conversation(m_agent);
    m_conversation = shown.id().text();
    m_lead = shown.lead().id.text();
  }

  http::Response answer(std::size_t listener, http::Request& request) {
    const http::RequestId id{Ulid{}};
    return m_dispatchers[listener % m_dispatchers.size()].answer(request, id);
  }

  [[nodiscard]] std::string filled_in(std::string_view request) const {
    std::string text{request};
    for (const auto& [name, id] :
         {std::pair{"{conversation}", &m_conversation}, std::pair{"{lead}", &m_lead}}) {
      for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
        text.replace(at, std::string_view{name}.size(), *id);
      }
    }
    return text;
  }

 private:
  // The token of a session is the name of its role.
  Door api_door() {
    return {m_house.authoriser,
            m_house.store.metrics(),
            [](const http::Request& request) -> Result<identity::Caller> {
              return request.head().field("x-stranger")
                         ? Result<identity::Caller>{fail(Errc::kClientNotApproved, "stranger")}
                         : Result<identity::Caller>{test::a_program()};
            },
            [this](const identity::ShownSession& shown, Use) -> Result<identity::Session> {
              for (const auto* session : {&m_agent, &m_supervisor, &m_admin}) {
                if (as_text(shown.token) == session->username()) {
                  return *session;
                }
              }
              return fail(Errc::kUnauthenticated, "session: none for this token");
            },
            [](const std::optional<identity::Actor>&, Errc) {},
            ShowReason::kNever,
            Browser{&m_proofs, m_clock}};
  }

  Door door_without_agents(ShowReason show_reason) {
    auto door = api_door();
    door.admit = {};
    door.resume = [](const identity::ShownSession&, Use) -> Result<identity::Session> {
      return fail(Errc::kUnauthenticated, "door: no agents here");
    };
    door.show_reason = show_reason;
    return door;
  }

  test::PathHouse m_house{store::Rehearsal::kNone};
  identity::Session m_agent = m_house.sign_in("agent", {Role::kAgent});
  identity::Session m_supervisor = m_house.sign_in("supervisor", {Role::kSupervisor});
  identity::Session m_admin = m_house.sign_in("admin", {Role::kAdmin});
  std::string m_conversation;
  std::string m_lead;
  Metrics& m_metrics = m_house.store.metrics();
  const Clock& m_clock = m_house.store.clock();

  dpop::Proofs m_proofs{std::string{test::kOrigin}};
  ApiServices m_services{m_house.admit_client,
                         m_house.enrol_client,
                         m_house.manage_clients,
                         m_house.manage_webhooks,
                         m_house.log_in,
                         m_house.show_inbox,
                         m_house.send_reply,
                         m_house.work,
                         m_house.keep_consent,
                         m_house.keep_leads,
                         m_house.reveal,
                         m_house.show_evidence,
                         m_house.erase_lead,
                         m_house.hold_lead,
                         m_house.manage_agents,
                         m_house.change_password,
                         m_house.enrol_second_factor,
                         m_house.enrol_passkey,
                         m_house.keep_devices,
                         m_house.own_sessions,
                         m_house.delegate_session,
                         m_house.end_sessions,
                         m_house.open_break_glass,
                         m_house.no_sign_on,
                         m_house.no_single_logout,
                         m_house.no_oidc_sign_on,
                         m_house.no_oidc_logout,
                         m_house.refuse,
                         m_house.authoriser,
                         m_house.feed,
                         m_metrics,
                         m_clock,
                         [] { return Health{Health::State::kReady, "1.2.3"}; },
                         4,
                         &m_proofs};
  EventStreams m_events{m_house.feed, m_metrics, 4,
                        [](const EventStreams::Follower&) { return identity::Verdict::kRefused; }};
  ApiContext m_context{m_services, m_events, Browser{&m_proofs, m_clock}};

  intake::AppSecrets m_secrets =
      must(intake::AppSecrets::create(SecretBytes::copy_of(as_bytes(test::kAppSecret)), {}));
  SecretBytes m_verify_token = SecretBytes::copy_of(as_bytes("verify-token"));
  WebhookServices m_webhook_services{m_house.receive_message, m_secrets, m_verify_token, m_metrics,
                                     m_clock};
  ControlServices m_control_services{
      m_house.manage_clients,
      m_house.manage_webhooks,
      m_house.enrol_client,
      m_house.manage_agents,
      m_house.change_password,
      m_house.end_sessions,
      m_house.enrol_second_factor,
      m_house.keep_devices,
      m_house.open_break_glass,
      nullptr,
      m_house.end_epoch,
      {},
      [] { return Result<StoreCheck>{StoreCheck{}}; },
      [] { return ControlStatus{{Health::State::kReady, "1.2.3"}, {{"leads", 1}}}; },
      m_metrics,
      m_clock};

  std::array<Dispatcher, 3> m_dispatchers{
      Dispatcher{make_api_routes(&m_context), api_door()},
      Dispatcher{make_webhook_routes(&m_webhook_services), door_without_agents(ShowReason::kNever)},
      Dispatcher{make_control_routes(&m_control_services),
                 door_without_agents(ShowReason::kToTheOperator)}};
};

void check_json(const http::Response& response) {
  const auto document =
      json::Document::parse(response.body, {.max_bytes = response.body.size(), .max_depth = 16});
  LK_CHECK(document.ok() && document.value().root().is_object());
  if (response.status >= 400) {
    const auto root = document.value().root();
    LK_CHECK(response.content_type == "application/problem+json");
    LK_CHECK(root["status"].integer() == response.status);
    LK_CHECK(root["code"].string().has_value() && root["detail"].string().has_value());
  }
}

void check_bytes(const http::Response& response, const Clock& clock) {
  const std::string bytes =
      http::to_bytes(response, {http::Transport::kTls, http::Afterwards::kKeepAlive,
                                http::Content::kSent, http::RequestId{Ulid{}}, clock.now()});
  const auto end = bytes.find("\r\n\r\n");
  LK_CHECK(end != std::string::npos);
  // The head has one line for each of our fields and no other.
  const std::string_view head{bytes.data(), end};
  LK_CHECK(std::ranges::count(head, '\n') == std::ranges::count(head, '\r'));
  for (const auto& [name, value] : response.fields) {
    LK_CHECK(value.find_first_of("\r\n") == std::string::npos);
  }
  LK_CHECK(std::string_view{bytes}.substr(end + 4) == response.body);
}

void check_response(const http::Response& response) {
  static const test::FakeClock clock;
  LK_CHECK(std::ranges::find(kStatuses, response.status) != kStatuses.end());
  LK_CHECK(response.body.find(kPartOfNumber) == std::string::npos);
  LK_CHECK((response.status == 204) == response.body.empty());
  const std::string_view type = response.content_type;
  if (type == "application/json" || type == "application/problem+json") {
    if (!response.body.empty()) {
      check_json(response);
    }
  } else {
    LK_CHECK(response.status == 200 && type.starts_with("text/"));
  }
  check_bytes(response, clock);
}

House& house() {
  // OpenSSL first: at the end it has to be there until the threads of the house are gone.
  static const crypto::Key256 warm = crypto::Key256::random();
  static std::optional<House> current;
  static std::size_t requests = 0;
  if (requests++ % kRequestsPerHouse == 0) {
    current.reset();
    current.emplace();
  }
  return *current;
}

void check_input(std::string_view input) {
  // Who sends the number itself may get it back.
  if (input.empty() || input.find(kPartOfNumber) != std::string_view::npos) {
    return;
  }
  House& current = house();
  const auto listener = static_cast<std::size_t>(static_cast<unsigned char>(input[0])) % 3;
  const std::string bytes = current.filled_in(input.substr(1));
  TextSource source{bytes};
  http::ReadBuffer buffer{source};
  const auto head_bytes = buffer.read_head();
  if (!head_bytes.ok() || head_bytes.value().empty()) {
    return;
  }
  const auto head = http::RequestHead::parse(head_bytes.value());
  if (!head.ok()) {
    return;
  }
  bool ended = false;
  const http::Peer peer{listener == 2 ? http::PeerKind::kOperator : http::PeerKind::kNetwork,
                        "127.0.0.1"};
  http::Request request{head.value(), peer, [&](std::size_t limit) {
                          auto body = buffer.read_body(head.value().framing(), limit);
                          ended = !body.ok() && body.error().code == Errc::kUnavailable;
                          LK_CHECK(!body.ok() || body.value().size() <= limit);
                          return body;
                        }};
  const auto response = current.answer(listener, request);
  if (!ended) {
    check_response(response);
  }
}

}  // namespace
}  // namespace leadkeep::api

LK_FUZZ_TARGET(leadkeep::api::check_input)
