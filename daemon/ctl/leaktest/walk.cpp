#include "walk.h"

#include "encode.h"
#include "request.h"

#include <leadkeep/crypto/hash.h>

#include <algorithm>
#include <chrono>
#include <regex>
#include <thread>

namespace leadkeep::leaktest {
namespace {

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr std::size_t kMaxAnswerBytes = std::size_t{64} << 20;
// More than a head may have.
constexpr std::size_t kOversizeHead = std::size_t{20} << 10;
// Of a body that is over its limit so much is really sent.
constexpr std::size_t kMaxSentOfOversize = std::size_t{256} << 10;

bool opens_session(const Operation& operation) {
  return operation.example.find("\"password\"") != std::string::npos &&
         operation.path.ends_with("/sessions");
}

bool shows_secrets(const Operation& operation) {
  return opens_session(operation) || operation.path.find("second-factor") != std::string::npos ||
         operation.path.find("break-glass") != std::string::npos ||
         operation.path.find("delegations") != std::string::npos ||
         operation.path.find("clients") != std::string::npos;
}

bool makes_account(const Operation& operation) {
  return operation.example.find("\"password\"") != std::string::npos && !opens_session(operation);
}

std::string with_query(const std::string& target, const std::string& name,
                       const std::string& value) {
  return target + (target.find('?') == std::string::npos ? "?" : "&") + name + "=" +
         url_encoded(value);
}

std::string without_query(const std::string& target) {
  return target.substr(0, target.find('?'));
}

// The marks that a role's accepted words may carry: who reads them differs.
struct Written {
  MarkKind word;
  MarkKind phone;
  MarkKind email;
};

Written written_by(Role role) {
  switch (role) {
    case Role::kAgent:
    case Role::kSupervisor:
    case Role::kPrivacyOfficer:
      return {MarkKind::kWrittenWord, MarkKind::kWrittenPhone, MarkKind::kWrittenEmail};
    case Role::kAuditor:
    case Role::kAdmin:
    case Role::kOperator:
      return {MarkKind::kAdminWord, MarkKind::kAdminPhone, MarkKind::kAdminEmail};
    case Role::kNobody:
    case Role::kPlatform:
      break;
  }
  return {MarkKind::kProbeWord, MarkKind::kProbePhone, MarkKind::kProbeEmail};
}

// An instance lets a client and an agent ask so often only, whoever they are.
constexpr int kMostWaits = 10;
constexpr std::chrono::milliseconds kUntilNextRequest{100};

bool has_spent_requests(const RawAnswer& answer) {
  return answer.status == 429 && answer.field("ratelimit").find(";r=0;") != std::string::npos;
}

bool is_needed(const Parameter& parameter) {
  return parameter.in == Parameter::In::kQuery && parameter.required;
}

}  // namespace

Walk::Walk(Instance& instance, Marks& marks, Accounts& accounts, Transcript& transcript)
    : m_instance{instance}, m_marks{marks}, m_accounts{accounts}, m_transcript{transcript} {}

std::string Walk::token_of(const Operation& operation, Role role) const {
  if (std::ranges::find(kSignedInRoles, role) == kSignedInRoles.end()) {
    return {};
  }
  const Account& account = m_accounts.of(role);
  if (operation.path.starts_with("/v1/session/logout/")) {
    const auto own = account.logout_tokens.find(operation.path);
    return own == account.logout_tokens.end() ? "" : own->second;
  }
  return operation.name() == "DELETE /v1/session" ? account.spare_token : account.token;
}

Result<RawAnswer> Walk::send(const Operation& operation, Role role, const Request& request) {
  RawAnswer answer;
  for (int waits = 0;; ++waits) {
    LK_TRY(answer, m_instance.door(operation.door).exchange(request.bytes()));
    ++m_requests;
    m_transcript.keep(role, operation.name(), answer);
    if (!has_spent_requests(answer) || waits == kMostWaits) {
      break;
    }
    std::this_thread::sleep_for(kUntilNextRequest);
  }
  if (shows_secrets(operation)) {
    m_accounts.learn_secrets(answer);
  }
  if (const std::string tag = answer.field("etag"); !tag.empty()) {
    m_versions[without_query(request.target)] = tag;
  }
  return answer;
}

void Walk::learn_ids(const RawAnswer& answer) {
  static const std::regex id{"[a-z]+_[0-9A-HJKMNP-TV-Z]{26}"};
  for (auto it = std::sregex_iterator{answer.body.begin(), answer.body.end(), id};
       it != std::sregex_iterator{}; ++it) {
    if (std::ranges::find(m_ids, it->str()) == m_ids.end()) {
      m_ids.push_back(it->str());
    }
  }
}

Result<void> Walk::find_own() {
  Operation list;
  list.verb = "GET";
  list.path = "/v1/conversations";
  Request request;
  request.verb = "GET";
  request.target = "/v1/conversations?limit=20";
  request.token = token_of(list, Role::kSupervisor);
  LK_TRY(const RawAnswer answer, send(list, Role::kSupervisor, request));
  LK_TRY(const auto document, json::Document::parse(answer.body, {kMaxAnswerBytes}));
  for (const json::Value& item : document.root()["items"].items()) {
    const std::string text = item.dump();
    if (text.find(m_marks[MarkKind::kText]) != std::string::npos ||
        text.find(m_marks[MarkKind::kName]) != std::string::npos) {
      learn_ids(RawAnswer{200, {}, text});
    }
  }
  if (m_ids.empty()) {
    return fail(Errc::kUnavailable, "the planted leads are not in the inbox of a supervisor");
  }
  m_ids.push_back(m_instance.program.victim(DoorKind::kApi).id);
  return {};
}

Result<void> Walk::withdraw_consents() {
  Operation operation;
  operation.verb = "POST";
  operation.path = "/v1/leads/{id}/consents";
  const std::vector<std::string> ids = m_ids;
  for (const std::string& id : ids) {
    if (!id.starts_with("lead_")) {
      continue;
    }
    Request request;
    request.verb = operation.verb;
    request.target = "/v1/leads/" + id + "/consents";
    request.token = token_of(operation, Role::kSupervisor);
    request.body = R"({"kind":"withdrawn","purpose":"messages","source":"leaktest"})";
    LK_TRY(const RawAnswer answer, send(operation, Role::kSupervisor, request));
    if (answer.status != 201) {
      return fail(Errc::kUnavailable, "consent could not be withdrawn, so nothing was walked");
    }
  }
  return {};
}

std::string Walk::id_of(const std::string& prefix) const {
  const auto it =
      std::ranges::find_if(m_ids, [&](const std::string& id) { return id.starts_with(prefix); });
  return it == m_ids.end() ? std::string{} : *it;
}

std::string Walk::good_value(const Parameter& parameter) const {
  if (!parameter.id_prefix.empty()) {
    return id_of(parameter.id_prefix);
  }
  if (!parameter.values.empty()) {
    return parameter.values.front();
  }
  if (!parameter.least.empty()) {
    return parameter.least;
  }
  return parameter.name == "Idempotency-Key" ? random_word(20) : std::string{"me"};
}

std::string Walk::good_body(const Operation& operation, Role role) {
  const auto document = json::Document::parse(operation.example, {kMaxAnswerBytes});
  if (!document) {
    return operation.example;
  }
  const bool held_back = m_instance.replies == Instance::Replies::kAreHeldBack;
  const auto change = [&](std::size_t, std::string_view member,
                          std::string_view text) -> std::string {
    if (member == "username") {
      if (opens_session(operation)) {
        return m_accounts.of(role == Role::kNobody ? Role::kAgent : role).user_name;
      }
      return makes_account(operation) ? m_accounts.new_user_name() : m_accounts.victim();
    }
    if (member == "password") {
      return opens_session(operation)
                 ? m_accounts.of(role == Role::kNobody ? Role::kAgent : role).password
                 : m_accounts.new_password();
    }
    if (member == "phone") {
      return "+" + m_marks[MarkKind::kPhone];
    }
    const bool is_of_lead = operation.path.starts_with("/v1/leads");
    if (is_of_lead && member == "value") {
      // What one lead has no other one takes.
      const std::string email =
          (operation.verb == "POST" ? "new." : "") + m_marks[MarkKind::kWrittenEmail];
      return text.find('@') == std::string_view::npos ? "+" + m_marks[MarkKind::kWrittenPhone]
                                                      : email;
    }
    if (is_of_lead && member == "display_name") {
      return m_marks[MarkKind::kName] + " +" + m_marks[MarkKind::kWrittenPhone];
    }
    if (member == "identifier_ids") {
      return id_of("ident_");
    }
    if (member == "url") {
      return m_instance.webhook_url();
    }
    const Program::Waiting& client = m_instance.program.victim(operation.door);
    if (member == "token") {
      return client.token;
    }
    if (member == "client") {
      return client.id;
    }
    if (member == "client_id") {
      return m_instance.program.colleague();
    }
    if (member == "fingerprint") {
      return client.fingerprint;
    }
    if (member == "certificate_request") {
      return client.request;
    }
    if (member == "display_name") {
      return m_accounts.new_display_name();
    }
    if (member == "body") {
      return m_marks[operation.path.ends_with("/notes") ? MarkKind::kNote : MarkKind::kReply] +
             " +" + m_marks[MarkKind::kWrittenPhone] + " " + m_marks[MarkKind::kWrittenEmail];
    }
    if (member == "tags") {
      return m_marks[MarkKind::kTag];
    }
    if (member == "evidence") {
      return m_marks[MarkKind::kEvidence];
    }
    // A consent would let replies out.
    return held_back && text == "given" ? std::string{"withdrawn"} : std::string{text};
  };
  return with_strings(document.value().root(), change);
}

std::vector<Request> Walk::good_requests(const Operation& operation, Role role) {
  std::vector<Request> out;
  const auto first = good_request(operation, role);
  if (!first) {
    return out;
  }
  out.push_back(*first);
  for (const Parameter& parameter : operation.parameters) {
    if (operation.verb != "GET" || parameter.id_prefix.empty()) {
      continue;
    }
    const std::string used = id_of(parameter.id_prefix);
    const auto at = first->target.find(used);
    if (used.empty() || at == std::string::npos) {
      continue;
    }
    for (const std::string& id : m_ids) {
      if (id.starts_with(parameter.id_prefix) && id != used) {
        Request other = *first;
        other.target.replace(at, used.size(), id);
        out.push_back(std::move(other));
      }
    }
  }
  return out;
}

std::optional<Request> Walk::good_request(const Operation& operation, Role role) {
  Request request;
  request.verb = operation.verb;
  request.target = operation.path;
  request.token = token_of(operation, role);
  for (const Parameter& parameter : operation.parameters) {
    if (parameter.in == Parameter::In::kPath) {
      const std::string value = good_value(parameter);
      const auto at = request.target.find("{" + parameter.name + "}");
      if (value.empty() || at == std::string::npos) {
        return std::nullopt;
      }
      request.target.replace(at, parameter.name.size() + 2, value);
    }
  }
  for (const Parameter& parameter : operation.parameters) {
    if (is_needed(parameter) && operation.door == DoorKind::kApi) {
      request.target = with_query(request.target, parameter.name, good_value(parameter));
    } else if (parameter.in == Parameter::In::kHeader && parameter.name == "If-Match") {
      request.set("If-Match", m_versions[request.target]);
    } else if (parameter.in == Parameter::In::kHeader && parameter.name == "Idempotency-Key") {
      request.set("Idempotency-Key", m_marks[MarkKind::kRepeatKey] + "-" + random_word(8));
    }
  }
  if (!operation.example.empty()) {
    request.body = good_body(operation, role);
  }
  if (operation.door == DoorKind::kWebhook && !operation.example.empty()) {
    request.set(
        "X-Hub-Signature-256",
        "sha256=" + to_hex(crypto::hmac_sha256(m_instance.app_secret, as_bytes(request.body))));
  } else if (operation.door == DoorKind::kWebhook) {
    request.target = with_query(request.target, "hub.mode", "subscribe");
    request.target =
        with_query(request.target, "hub.verify_token", m_marks[MarkKind::kVerifyToken]);
    request.target = with_query(request.target, "hub.challenge", "1158201444");
  }
  return request;
}

Result<void> Walk::good(const Operation& operation, Role role) {
  for (const Request& request : good_requests(operation, role)) {
    LK_TRY_VOID(good(operation, role, request));
  }
  return {};
}

Result<void> Walk::good(const Operation& operation, Role role, const Request& request) {
  LK_TRY(const RawAnswer answer, send(operation, role, request));
  if (answer.status == kUnauthorized || answer.status == kForbidden) {
    m_refused.emplace(operation.name(), role);
  } else {
    m_refused.erase({operation.name(), role});
  }
  if (operation.verb == "GET" &&
      (operation.path.find('{') != std::string::npos || operation.path == "/v1/sessions")) {
    learn_ids(answer);
  }
  for (const Parameter& parameter : operation.parameters) {
    if (parameter.in == Parameter::In::kQuery && operation.door == DoorKind::kApi &&
        !is_needed(parameter)) {
      Request with = request;
      std::string value = good_value(parameter);
      if (parameter.name == "cursor") {
        with.target = with_query(with.target, "limit", "1");
        LK_TRY(const RawAnswer first, send(operation, role, with));
        const auto next = json::Document::parse(first.body, {kMaxAnswerBytes});
        value = next ? next.value().root()["next_cursor"].string().value_or("") : "";
      }
      if (!value.empty()) {
        with.target = with_query(with.target, parameter.name, value);
        LK_TRY_VOID(send(operation, role, with));
      }
    }
  }
  return {};
}

std::vector<Request> Walk::bad_paths(const Operation& operation, const Request& good) const {
  std::vector<Request> out;
  for (const MarkKind kind : {MarkKind::kProbePhone, MarkKind::kProbeEmail, MarkKind::kProbeWord}) {
    const std::string& mark = m_marks[kind];
    Request below = good;
    below.target = without_query(good.target) + "/" + url_encoded(mark);
    out.push_back(below);
    Request unknown = good;
    unknown.target = with_query(good.target, url_encoded(mark), mark);
    out.push_back(unknown);
    if (const auto at = operation.path.find('{'); at != std::string::npos) {
      Request other = good;
      other.target = operation.path;
      other.target.replace(at, operation.path.find('}') + 1 - at, url_encoded(mark));
      out.push_back(other);
    }
    for (const Parameter& parameter : operation.parameters) {
      if (parameter.in == Parameter::In::kQuery) {
        Request query = good;
        query.target = with_query(without_query(good.target), parameter.name, mark);
        out.push_back(query);
      }
    }
  }
  Request half = good;
  half.target = without_query(good.target) + "?cursor=%" + m_marks[MarkKind::kProbePhone];
  out.push_back(half);
  return out;
}

std::vector<Request> Walk::bad_heads(const Operation& operation, const Request& good) const {
  std::vector<Request> out;
  const std::string& phone = m_marks[MarkKind::kProbePhone];
  for (const std::string_view verb : {"PUT", "OPTIONS", "HEAD"}) {
    Request method = good;
    method.verb = verb;
    out.push_back(method);
  }
  Request verb = good;
  verb.verb = capitalised(m_marks[MarkKind::kProbeWord]);
  out.push_back(verb);
  for (const Parameter& parameter : operation.parameters) {
    if (parameter.in == Parameter::In::kHeader) {
      Request missing = good;
      std::erase_if(missing.fields,
                    [&](const auto& field) { return field.first == parameter.name; });
      out.push_back(missing);
      for (const std::string& value :
           {phone, "\"" + phone + "\"", m_marks[MarkKind::kProbeEmail]}) {
        Request field = good;
        field.set(parameter.name, value);
        out.push_back(field);
      }
    }
  }
  if (operation.door == DoorKind::kApi) {
    Request token = good;
    token.token = phone + m_marks[MarkKind::kProbeWord];
    out.push_back(token);
    Request scheme = good;
    scheme.token.clear();
    scheme.set("Authorization", "Basic " + base64(m_marks[MarkKind::kProbeEmail] + ":" + phone));
    out.push_back(scheme);
  }
  Request fields = good;
  for (const std::string_view name : {"X-Request-Id", "X-Forwarded-For", "Referer", "Origin",
                                      "Cookie", "User-Agent", "Accept", "Traceparent"}) {
    fields.set(std::string{name}, phone + " " + m_marks[MarkKind::kProbeEmail]);
  }
  out.push_back(fields);
  return out;
}

std::vector<Request> Walk::bad_bodies(const Operation& operation, const Request& good) const {
  std::vector<Request> out;
  const std::string& phone = m_marks[MarkKind::kProbePhone];
  const std::string& word = m_marks[MarkKind::kProbeWord];
  const auto with = [&](std::string body) {
    Request request = good;
    request.body = std::move(body);
    out.push_back(std::move(request));
    return out.size() - 1;
  };
  (void)with("{\"" + phone + "\":\"" + word + "\"");
  (void)with("[\"" + phone + "\",\"" + m_marks[MarkKind::kProbeEmail] + "\"]");
  (void)with(phone);
  (void)with("{\"" + word + "\":\"\\uD800" + phone + "\xff\"}");
  if (operation.example.size() > 2) {
    const std::string rest = "," + good.body.substr(1);
    for (const MarkKind kind :
         {MarkKind::kProbePhone, MarkKind::kProbeEmail, MarkKind::kProbeWord}) {
      (void)with("{\"" + m_marks[kind] + "\":\"" + m_marks[kind] + "\"" + rest);
    }
    out[with("{\"" + word + "\":1" + rest)].content_type = "text/" + word;
  }
  const std::size_t over = operation.body_limit + 1;
  Request large = good;
  large.body = phone + " " + word + " ";
  large.body.resize(std::clamp(over, large.body.size(), kMaxSentOfOversize), 'x');
  large.announced_more = over > large.body.size() ? over - large.body.size() : 0;
  out.push_back(std::move(large));
  return out;
}

// Each string of the example in turn is one that holds marks; some of these are accepted.
std::vector<Request> Walk::marked_bodies(const Operation& operation, Role role,
                                         const Request& good) const {
  std::vector<Request> out;
  const auto document = json::Document::parse(good.body, {kMaxAnswerBytes});
  if (!document || opens_session(operation)) {
    return out;
  }
  const Written marks = written_by(role);
  const std::string& word = m_marks[marks.word];
  const std::string& phone = m_marks[marks.phone];
  const std::string& email = m_marks[marks.email];
  const std::size_t count = count_strings(document.value().root());
  const std::vector<std::string> values{word, word + " 0" + phone.substr(2) + " " + email, phone,
                                        word + "-" + phone, email};
  for (std::size_t wanted = 0; wanted < count; ++wanted) {
    for (const std::string& value : values) {
      Request request = good;
      request.body = with_strings(document.value().root(),
                                  [&](std::size_t index, std::string_view, std::string_view text) {
                                    return index == wanted ? value : std::string{text};
                                  });
      if (!request.fields.empty()) {
        request.set("Idempotency-Key", random_word(20));
      }
      out.push_back(std::move(request));
    }
  }
  return out;
}

Result<void> Walk::bad(const Operation& operation, Role role) {
  auto good = good_request(operation, role);
  if (!good) {
    return {};
  }
  if (operation.path == "/store/verify") {
    return {};  // it reads the whole store, whatever the request looks like
  }
  std::vector<Request> requests = bad_paths(operation, *good);
  std::ranges::move(bad_heads(operation, *good), std::back_inserter(requests));
  // The body of who may not is not read, so that one shows it as well as many.
  const bool is_refused = m_refused.contains({operation.name(), role});
  auto bodies = bad_bodies(operation, *good);
  bodies.resize(is_refused ? 1 : bodies.size());
  std::ranges::move(bodies, std::back_inserter(requests));
  if (operation.example.size() > 2 && !is_refused) {
    std::ranges::move(marked_bodies(operation, role, *good), std::back_inserter(requests));
    // The same key for another request.
    Request repeated = *good;
    repeated.body = good_body(operation, role);
    requests.push_back(repeated);
  }
  for (Request& request : requests) {
    if (request.verb == "PATCH" && m_versions.contains(request.target)) {
      const bool is_good_version = std::ranges::any_of(request.fields, [&](const auto& field) {
        return field.first == "If-Match" &&
               std::ranges::find(good->fields, field) != good->fields.end();
      });
      if (is_good_version) {
        request.set("If-Match", m_versions[request.target]);
      }
    }
    LK_TRY_VOID(send(operation, role, request));
  }
  return {};
}

Result<void> Walk::broken(DoorKind door) {
  Operation operation;
  operation.door = door;
  operation.verb = "BROKEN";
  operation.path = "*";
  const std::string& phone = m_marks[MarkKind::kProbePhone];
  const std::string& word = m_marks[MarkKind::kProbeWord];
  const std::string large(kOversizeHead, 'x');
  const std::vector<std::string> broken{
      "GET /" + phone + " HTTP/9.9\r\n\r\n",
      phone + "\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: " + word + "\r\n" + phone + "\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: " + phone + "\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX-" + word + ": " + phone + large + "\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + phone + "x\r\n\r\n",
      "POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n" +
          phone + "\r\n" + word + "\r\n\r\n",
      "CONNECT " + phone + ":443 HTTP/1.1\r\nHost: " + phone + "\r\n\r\n"};
  for (const std::string& bytes : broken) {
    Door& to = m_instance.door(door);
    to.close();
    LK_TRY(const RawAnswer answer, to.exchange(bytes));
    ++m_requests;
    m_transcript.keep(door == DoorKind::kControl ? Role::kOperator : Role::kNobody,
                      operation.name(), answer);
    to.close();
  }
  return {};
}

}  // namespace leadkeep::leaktest
