#include "issued.h"
#include "message.h"
#include "name_id.h"
#include "names.h"

#include <leadkeep/saml/response.h>
#include <leadkeep/saml_judge/logout.h>

#include <chrono>

namespace leadkeep::saml_judge {
namespace {

using saml::LogoutJob;
using saml::LogoutKind;
using saml::LogoutMessage;

constexpr std::size_t kMostSessions = 100;

// The same message is as fresh as this once more, if its issuer's clock is ahead, and not later.
constexpr std::chrono::milliseconds kReplayed =
    kOldest + 2 * saml::kSkew + std::chrono::milliseconds{1};

// Whoever made it, when, and that it is for us.
bool is_ours(const Element& message, Check check, const LogoutJob& job, Examination& examination) {
  return is_freshly_issued(message, check, job.now, examination) &&
         is_issued_by(message, check, job.provider, examination) &&
         examination.holds(check, message.attribute("Destination") == job.destination,
                           "no Destination, or another one");
}

bool is_not_over(const Element& request, const LogoutJob& job, Examination& examination) {
  const auto until = time_in(request, "NotOnOrAfter", examination);
  return !examination.refusal() &&
         examination.holds(Check::kL03, !until || job.now < *until + saml::kSkew,
                           "not valid any more");
}

bool read_sessions(const Element& request, LogoutMessage& message, Examination& examination) {
  for (const Element& index : request.children(kProtocol, "SessionIndex")) {
    auto text = index.text();
    if (!examination.holds(Check::kL03,
                           text && !text->empty() && text->size() <= kLongestSessionIndex,
                           "a SessionIndex that is empty, too long or has elements") ||
        !examination.holds(Check::kL03, message.session_indexes.size() < kMostSessions,
                           "too many sessions")) {
      return false;
    }
    message.session_indexes.push_back(*std::move(text));
  }
  return true;
}

bool read_request(const Element& request, const LogoutJob& job, LogoutMessage& message,
                  Examination& examination) {
  if (!is_ours(request, Check::kL03, job, examination) || !is_not_over(request, job, examination)) {
    return false;
  }
  auto name = name_id_in(request, Check::kL03, examination);
  if (!name) {
    return false;
  }
  message.name_id = std::move(name->value);
  return read_sessions(request, message, examination);
}

// Nested codes say that not everything has ended, as PartialLogout does.
bool reports_all_ended(const Element& response) {
  const auto status = response.child(kProtocol, "Status");
  const auto code = status ? status->child(kProtocol, "StatusCode") : std::nullopt;
  return code && code->attribute("Value") == "urn:oasis:names:tc:SAML:2.0:status:Success" &&
         code->children().empty();
}

bool read_response(const Element& response, const LogoutJob& job, LogoutMessage& message,
                   Examination& examination) {
  message.in_response_to = response.attribute("InResponseTo").value_or("");
  return is_ours(response, Check::kL04, job, examination) &&
         examination.holds(Check::kL04, !message.in_response_to.empty(), "no InResponseTo") &&
         examination.holds(Check::kL04, reports_all_ended(response),
                           "the identity provider has not ended everything");
}

std::optional<LogoutMessage> examine(const LogoutJob& job, Examination& examination) {
  const auto document = open_message(job.xml, examination);
  if (!document) {
    return std::nullopt;
  }
  const Element root = document->root();
  const bool is_request = job.kind == LogoutKind::kRequest;
  const Check check = is_request ? Check::kL03 : Check::kL04;
  if (!examination.holds(check, root.is(kProtocol, is_request ? "LogoutRequest" : "LogoutResponse"),
                         "a message of another kind")) {
    return std::nullopt;
  }
  LogoutMessage message;
  message.id = root.attribute("ID").value_or("");
  message.ends = job.now + kReplayed;
  const bool read = is_request ? read_request(root, job, message, examination)
                               : read_response(root, job, message, examination);
  return read ? std::optional{std::move(message)} : std::nullopt;
}

}  // namespace

saml::LogoutJudgement judge_logout(const LogoutJob& job) {
  Examination examination;
  auto message = examine(job, examination);
  if (examination.refusal()) {
    message.reset();
  }
  return {examination.refusal(), std::move(message)};
}

}  // namespace leadkeep::saml_judge
