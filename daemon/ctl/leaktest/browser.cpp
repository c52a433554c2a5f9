#include "browser.h"

#include "request.h"

#include <leadkeep/base/clock.h>

#include <algorithm>

namespace leadkeep::leaktest {
namespace {

constexpr int kUnauthorized = 401;
constexpr std::string_view kSetCookie = "set-cookie: ";

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

}  // namespace

std::string Browser::cookie_field() const {
  std::string field;
  for (const auto& [name, value] : m_cookies) {
    field.append(field.empty() ? "" : "; ").append(name).append("=").append(value);
  }
  return field;
}

// The secret of a device stands behind its id, which is none.
void Browser::keep_cookies(const RawAnswer& answer) {
  std::string_view head = answer.head;
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    if (!lower(line).starts_with(kSetCookie)) {
      continue;
    }
    const std::string_view pair =
        line.substr(kSetCookie.size(), line.find(';') - kSetCookie.size());
    const auto equals = pair.find('=');
    const std::string value{pair.substr(equals + 1)};
    m_cookies[std::string{pair.substr(0, equals)}] = value;
    if (!value.empty()) {
      m_marks.add(MarkKind::kCookie, value.substr(value.find('.') + 1));
    }
  }
}

Result<RawAnswer> Browser::ask_once(const std::string& verb, const std::string& target,
                                    const std::string& operation, const std::string& body) {
  Request request;
  request.verb = verb;
  request.target = target;
  request.body = body;
  request.set("DPoP", m_holder.prove({verb, target}, m_instance.settings.browser.origin, m_nonce,
                                     SystemClock{}.now()));
  request.set("Sec-Fetch-Site", "same-origin");
  if (!m_cookies.empty()) {
    request.set("Cookie", cookie_field());
  }
  LK_TRY(RawAnswer answer, m_instance.api.exchange(request.bytes()));
  m_transcript.keep(m_role, verb + " " + operation, answer);
  if (std::string fresh = answer.field("dpop-nonce"); !fresh.empty()) {
    m_nonce = std::move(fresh);
  }
  keep_cookies(answer);
  return answer;
}

Result<RawAnswer> Browser::ask(const std::string& verb, const std::string& target,
                               const std::string& operation, const std::string& body,
                               int expected) {
  LK_TRY(RawAnswer answer, ask_once(verb, target, operation, body));
  if (answer.status == kUnauthorized) {  // it has a nonce now
    LK_TRY(answer, ask_once(verb, target, operation, body));
  }
  if (answer.status != expected) {
    return fail(Errc::kUnavailable, verb + " " + operation + " of a browser of the run: HTTP " +
                                        std::to_string(answer.status));
  }
  return answer;
}

}  // namespace leadkeep::leaktest
