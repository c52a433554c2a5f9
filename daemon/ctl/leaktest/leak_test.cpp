#include "leak_test.h"

#include "accounts.h"
#include "plant.h"
#include "report.h"
#include "request.h"
#include "surfaces.h"
#include "walk.h"

#include <algorithm>
#include <thread>

namespace leadkeep::leaktest {
namespace {

constexpr std::string_view kRelease = "DELETE /v1/leads/{id}/hold";
constexpr std::array kApiRoles{Role::kSupervisor, Role::kAgent, Role::kPrivacyOfficer,
                               Role::kAuditor,    Role::kAdmin, Role::kNobody};
constexpr std::size_t kMaxDocumentBytes = std::size_t{8} << 20;
// Events are passed on four times a second.
constexpr std::chrono::milliseconds kTimeForEvents{750};
constexpr std::string_view kEvents = "GET /v1/events";

// One who listens while everything else happens.
struct Listener {
  Role role;
  Door door;
  std::string heard;
};

class LeakTest {
 public:
  LeakTest(const Options& options, Marks& marks, Instance& instance)
      : m_options{options},
        m_marks{marks},
        m_instance{instance},
        m_accounts{instance, marks, m_transcript},
        m_planter{instance, marks, m_transcript},
        m_walk{instance, marks, m_accounts, m_transcript} {}

  [[nodiscard]] Result<Run> run() {
    LK_TRY_VOID(m_accounts.make());
    const auto walked = walk();
    // Also after a walk that failed.
    LK_TRY_VOID(m_accounts.disable_all());
    LK_TRY_VOID(walked);
    return search();
  }

 private:
  [[nodiscard]] Result<void> walk() {
    LK_TRY(const auto operations, read_operations());
    LK_TRY_VOID(m_planter.plant_leads());
    LK_TRY_VOID(m_walk.find_own());
    LK_TRY_VOID(listen());
    LK_TRY_VOID(hold_back_replies());
    // Twice: ids and versions that the first round has learnt are used in the second.
    for (int round = 0; round < 2; ++round) {
      for (const Operation& operation : operations) {
        if (!ends_all_sessions(operation) && !removes_factor(operation) &&
            !signs_out_everybody(operation.path) && !ends_client(operation) &&
            !is_erasure(operation)) {
          for (const Role role : roles_of(operation.door)) {
            LK_TRY_VOID(m_walk.good(operation, role));
          }
        }
      }
      LK_TRY_VOID(m_planter.plant_message());
      hear();
    }
    for (const bool of_webhook : {true, false}) {
      for (const Operation& operation : operations) {
        if (ends_client(operation) && is_of_webhook(operation.path) == of_webhook) {
          for (const Role role : roles_of(operation.door)) {
            LK_TRY_VOID(m_walk.good(operation, role));
          }
        }
      }
    }
    for (const Operation& operation : operations) {
      if (!ends_or_opens_session(operation) && !is_erasure(operation)) {
        for (const Role role : roles_of(operation.door)) {
          LK_TRY_VOID(m_walk.bad(operation, role));
        }
        hear();
      }
    }
    LK_TRY_VOID(m_planter.plant_message());
    // What the bad requests have left behind is looked at, too.
    for (const Operation& operation : operations) {
      if (operation.verb == "GET") {
        for (const Role role : roles_of(operation.door)) {
          LK_TRY_VOID(m_walk.good(operation, role));
        }
      }
    }
    finish_listening();
    LK_TRY_VOID(erase(operations));
    LK_TRY_VOID(end_sessions(operations));
    // Log-ins come last: failed ones are throttled, and more than a few end the oldest session. A
    // token in them is not looked at, so one role is enough.
    for (const Operation& operation : operations) {
      if (ends_or_opens_session(operation)) {
        LK_TRY_VOID(m_walk.bad(operation, Role::kNobody));
        if (operation.name() != "POST /v1/sessions") {
          LK_TRY_VOID(m_walk.bad(operation, Role::kAgent));
        }
      }
    }
    for (const DoorKind door : {DoorKind::kApi, DoorKind::kWebhook, DoorKind::kControl}) {
      LK_TRY_VOID(m_walk.broken(door));
    }
    return {};
  }

  // The lead that everything else was about; a hold on it may be left from a bad request.
  [[nodiscard]] Result<void> erase(const std::vector<Operation>& operations) {
    const auto walk_each = [&](const auto& is_meant) -> Result<void> {
      for (const Operation& operation : operations) {
        for (const Role role : kApiRoles) {
          LK_TRY_VOID(is_meant(operation) ? m_walk.good(operation, role) : Result<void>{});
        }
      }
      return {};
    };
    LK_TRY_VOID(walk_each([](const auto& one) { return one.name() == kRelease; }));
    LK_TRY_VOID(walk_each(is_erasure));
    for (const Operation& operation : operations) {
      for (const Role role : kApiRoles) {
        LK_TRY_VOID(is_erasure(operation) ? m_walk.bad(operation, role) : Result<void>{});
      }
    }
    return {};
  }

  static bool is_erasure(const Operation& operation) {
    return operation.path.ends_with("/erasure");
  }

  // Sessions that the walk needs: of one role one by its id, of the others all.
  [[nodiscard]] Result<void> end_sessions(const std::vector<Operation>& operations) {
    for (const bool with_id : {true, false}) {
      for (const Operation& operation : operations) {
        if (ends_all_sessions(operation) &&
            (operation.path.find('{') != std::string::npos) == with_id) {
          for (const Role role : kApiRoles) {
            LK_TRY_VOID(m_walk.good(operation, role));
          }
        }
      }
    }
    return {};
  }

  static bool ends_all_sessions(const Operation& operation) {
    return operation.verb == "DELETE" && operation.path.starts_with("/v1/sessions");
  }

  // The instance is somebody's: those who work there stay signed in.
  static bool signs_out_everybody(std::string_view name) {
    return name.ends_with("/sign-out-everybody");
  }

  // Takes one whose program was gone for three days.
  static bool resumes_webhook(std::string_view name) { return name.ends_with("/webhook/resume"); }

  static bool is_of_webhook(std::string_view name) {
    return name.ends_with("/webhook") || name.find("/webhook/") != std::string_view::npos;
  }

  // The accounts have done it; and with a passkey all sessions of the agent end.
  static bool removes_factor(const Operation& operation) {
    return operation.verb == "DELETE" && operation.path.starts_with("/v1/session/second-factor/");
  }

  // Other requests need its token, and that it is there.
  static bool ends_client(const Operation& operation) {
    return operation.path.find("clients/") != std::string::npos &&
           (operation.path.ends_with("/invite") || operation.path.ends_with("/revoke") ||
            operation.path.ends_with("/webhook/remove") ||
            (operation.verb == "DELETE" && operation.path.ends_with("/webhook")));
  }

  static bool ends_or_opens_session(const Operation& operation) {
    return operation.verb == "DELETE" || operation.name() == "POST /v1/sessions" ||
           operation.path.starts_with("/v1/session/logout/") || signs_out_everybody(operation.path);
  }

  static std::vector<Role> roles_of(DoorKind door) {
    switch (door) {
      case DoorKind::kApi:
        return {kApiRoles.begin(), kApiRoles.end()};
      case DoorKind::kWebhook:
        return {Role::kPlatform};
      case DoorKind::kControl:
        break;
    }
    return {Role::kOperator};
  }

  [[nodiscard]] Result<std::vector<Operation>> read_operations() {
    Request request;
    request.verb = "GET";
    request.target = "/v1/openapi.json";
    LK_TRY(const RawAnswer answer, m_instance.api.exchange(request.bytes()));
    LK_TRY(const auto document, json::Document::parse(answer.body, {kMaxDocumentBytes}));
    LK_TRY(auto operations, operations_of(document));
    std::ranges::move(control_operations(), std::back_inserter(operations));
    return operations;
  }

  // A reply would go to whoever has the drawn number: the lead's consent is withdrawn, so that the
  // product itself refuses to send. Where the Graph API is on this machine, nobody is there.
  [[nodiscard]] Result<void> hold_back_replies() {
    if (m_instance.replies == Instance::Replies::kLeave) {
      return {};
    }
    m_notes.push_back(
        "replies were held back by withdrawn consents, because whatsapp.graph_url is "
        "not on this machine: the way out was not walked");
    return m_walk.withdraw_consents();
  }

  [[nodiscard]] Result<void> listen() {
    for (const Role role : {Role::kAgent, Role::kSupervisor}) {
      Listener listener{
          role,
          Door::tls(m_instance.settings.api.listen, m_instance.settings.api.tls_certificate,
                    m_instance.program.credentials()),
          {}};
      Request request;
      request.verb = "GET";
      request.target = "/v1/events";
      request.token = m_accounts.of(role).token;
      LK_TRY(const RawAnswer answer, listener.door.open_stream(request.bytes()));
      m_transcript.keep(role, std::string{kEvents}, answer);
      m_listeners.push_back(std::move(listener));
    }
    return {};
  }

  void hear(std::chrono::milliseconds wait = {}) {
    for (Listener& listener : m_listeners) {
      listener.heard += listener.door.more_of_stream(wait);
    }
  }

  void finish_listening() {
    hear(kTimeForEvents);
    for (Listener& listener : m_listeners) {
      m_transcript.keep(listener.role, std::string{kEvents}, RawAnswer{200, {}, listener.heard});
      if (listener.heard.find("\ndata:") == std::string::npos) {
        m_failures.push_back("the event stream told the " + std::string{name_of(listener.role)} +
                             " of no message");
      }
    }
    m_listeners.clear();
  }

  [[nodiscard]] Result<Run> search() {
    Request request;
    request.verb = "GET";
    request.target = "/metrics";
    LK_TRY(const RawAnswer metrics, m_instance.api.exchange(request.bytes()));
    m_instance.api.close();
    m_instance.webhook.close();
    m_instance.control.close();

    auto patterns = spell(m_marks.all());
    const std::size_t count = patterns.exact.size() + patterns.digits.size();
    const Matcher matcher{std::move(patterns)};
    Findings findings{m_marks.all(), matcher};
    m_transcript.search(findings);
    findings.search({Surface::kMetrics, Role::kNobody, "/metrics", metrics.status},
                    metrics.head + metrics.body);
    std::this_thread::sleep_for(m_options.idle);
    LK_TRY_VOID(search_daemon(findings));

    Walked walked{m_transcript.operations(),
                  m_walk.requests(),
                  kApiRoles.size() + 2,
                  m_marks.all().size(),
                  count,
                  m_transcript.by_status(),
                  m_transcript.never_good(),
                  m_notes,
                  m_failures};
    std::erase(walked.never_good, "BROKEN *");
    std::erase_if(walked.never_good, signs_out_everybody);
    std::erase_if(walked.never_good, resumes_webhook);
    if (m_instance.settings.clients.webhook_allow.empty()) {
      std::erase_if(walked.never_good, is_of_webhook);
      walked.notes.push_back(
          "clients.webhook_allow names no host, so the routes of webhooks showed nothing");
    }
    if (m_instance.settings.browser.origin.empty()) {
      std::erase_if(walked.never_good, [](const auto& name) {
        return name.find("passkey") != std::string::npos ||
               name.find("/devices") != std::string::npos;
      });
      walked.notes.push_back(
          "no browser.origin is set, so the routes of passkeys and devices showed nothing");
    }
    if (m_instance.settings.second_factor.email_code_for.empty()) {
      std::erase(walked.never_good, "POST /v1/email-codes");
      walked.notes.push_back("second_factor.email_code_for is nobody, so no code was sent");
    }
    if (m_instance.settings.saml.providers.empty()) {
      std::erase_if(walked.never_good,
                    [](const auto& name) { return name.find("saml") != std::string::npos; });
      walked.notes.push_back("there is no section [saml.NAME], so no identity provider was asked");
    }
    if (m_instance.settings.oidc.providers.empty()) {
      std::erase_if(walked.never_good,
                    [](const auto& name) { return name.find("oidc") != std::string::npos; });
      walked.notes.push_back("there is no section [oidc.NAME], so no OpenID provider was asked");
    }
    return report(walked, findings, m_options.format);
  }

  [[nodiscard]] Result<void> search_daemon(Findings& findings) {
    const int process = m_instance.process;
    const auto& store = m_instance.settings.store.directory;
    if (m_options.log.empty()) {
      m_notes.push_back("the log was not searched; name it with --log FILE");
    } else {
      LK_TRY_VOID(search_file(findings, Surface::kLog, m_options.log));
    }
    LK_TRY_VOID(search_process(findings, process));
    LK_TRY_VOID(search_store(findings, store));
    LK_TRY_VOID(search_open_files(findings, process, store, m_options.log));
    if (m_options.memory == Options::Memory::kSearch) {
      LK_TRY_VOID(search_memory(findings, process));
    } else {
      m_notes.push_back("the memory was not searched; do it with --memory");
    }
    if (const auto no_core = check_no_core(process); !no_core) {
      m_failures.push_back(no_core.error().detail);
    }
    return {};
  }

  const Options& m_options;
  Marks& m_marks;
  Instance& m_instance;
  Transcript m_transcript;
  Accounts m_accounts;
  Planter m_planter;
  Walk m_walk;
  std::vector<Listener> m_listeners;
  std::vector<std::string> m_notes;
  std::vector<std::string> m_failures;
};

}  // namespace

Result<Run> run(const Options& options) {
  Marks marks = Marks::draw();
  LK_TRY(Instance instance, connect(options.config, marks));
  auto run = LeakTest{options, marks, instance}.run();
  LK_TRY_VOID(instance.program.revoke(instance.control));
  return run;
}

std::string help_text() {
  return "leadkeepctl leaktest — looks for personal data where the policy does not allow it\n\n"
         "usage: leadkeepctl leaktest [--config FILE] [--log FILE] [--memory] [--json] [--idle "
         "N]\n\n"
         "Plants leads with random phone numbers, addresses, names and words through the webhook "
         "of\n"
         "the running daemon, makes an agent of every role, walks every route of its OpenAPI\n"
         "document as each of them and as nobody, with good and with bad requests, and then\n"
         "searches all answers, the event stream, the log, /metrics, the process's public face, "
         "the\n"
         "store's files, open files and the memory for what it planted, in every usual spelling "
         "and\n"
         "encoding. One table says what may be seen where; everything else is a leak, and what "
         "must\n"
         "be seen and is not is a failure, too.\n\n"
         "  --config FILE  configuration of the daemon (/etc/leadkeep/leadkeepd.conf); it names "
         "the\n"
         "                 doors, the certificate that is trusted, the app secret and the store\n"
         "  --log FILE     also search this log; without it the report says that it was not "
         "searched\n"
         "  --memory       also search the memory of the daemon, as root\n"
         "  --json         the report as one JSON object\n"
         "  --idle N       seconds without a request before files and memory are searched (3)\n\n"
         "It needs root, or the daemon's user for all but the memory. It leaves three closed "
         "agents'\n"
         "accounts, three revoked clients and a few conversations behind, so run it before real "
         "leads come in, or on a "
         "copy.\n"
         "Failed log-ins from this machine are throttled for 15 minutes afterwards. Replies leave\n"
         "only if whatsapp.graph_url is on this machine: a random number may be somebody's.\n\n"
         "Exit codes: 0 nothing found, 1 leaks, or something that must be seen was not, 2 usage, "
         "or\n"
         "something could not be searched, 3 the daemon does not answer.\n";
}

}  // namespace leadkeep::leaktest
