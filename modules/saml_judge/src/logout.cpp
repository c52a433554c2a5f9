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

constexpr std::chrono::minutes kLife{5};  // of one that does not say
constexpr std::size_t kMostSessions = 100;
constexpr std::size_t kLongestIndex = 1024;

// Whoever made it, when, and that it is for us.
bool is_ours(const Element& message, Check check, const LogoutJob& job, Examination& examination) {
  return is_freshly_issued(message, check, job.now, examination) &&
         is_issued_by(message, check, job.provider, examination) &&
         examination.holds(check, message.attribute("Destination") == job.destination,
                           "no Destination, or another one");
}

bool read_ends(const Element& request, const LogoutJob& job, LogoutMessage& message,
               Examination& examination) {
  const auto until = time_in(request, "NotOnOrAfter", examination);
  message.ends = until.value_or(job.now + kLife) + saml::kSkew;
  return !examination.refusal() &&
         examination.holds(Check::kL03, job.now < message.ends, "not valid any more");
}

bool read_sessions(const Element& request, LogoutMessage& message, Examination& examination) {
  for (const Element& index : request.children(kProtocol, "SessionIndex")) {
    auto text = index.text();
    if (!examination.holds(Check::kL03, text && !text->empty() && text->size() <= kLongestIndex,
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
  if (!is_ours(request, Check::kL03, job, examination) ||
      !read_ends(request, job, message, examination)) {
    return false;
  }
  auto name = name_id_in(request, Check::kL03, examination);
  if (!name) {
    return false;
  }
  message.name_id = std::move(name->value);
  return read_sessions(request, message, examination);
}

// Whether it has ended anything there changes nothing here.
bool read_response(const Element& response, const LogoutJob& job, LogoutMessage& message,
                   Examination& examination) {
  message.in_response_to = response.attribute("InResponseTo").value_or("");
  message.ends = job.now + kLife + saml::kSkew;
  return is_ours(response, Check::kL04, job, examination) &&
         examination.holds(Check::kL04, !message.in_response_to.empty(), "no InResponseTo");
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
