// The values of the fields that mean something to the API: Authorization, Idempotency-Key, Last-Event-ID,
// which is the cursor of a poll as well, If-None-Match and Accept-Encoding. The input is the value of all.
#include "fuzz_target.h"
#include "handlers/context.h"
#include "http/representation.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>

#include <algorithm>
#include <string>

namespace leadkeep::api {
namespace {

constexpr std::size_t kMaxTokenBytes = 256;
constexpr std::uint64_t kEvents = 12;

std::string request_with(std::string_view path, std::string_view value) {
  std::string bytes = "POST " + std::string{path} + " HTTP/1.1\r\nHost: a\r\n";
  for (const auto* name : {"Authorization", "Idempotency-Key", "Last-Event-ID"}) {
    bytes.append(name).append(": ").append(value).append("\r\n");
  }
  return bytes + "\r\n";
}

void check_token(const http::Request& request, std::string_view value) {
  const auto token = request.token();
  if (!token.ok()) {
    LK_CHECK(token.error().code == Errc::kUnauthenticated);
    return;
  }
  const auto text = as_text(token.value());
  LK_CHECK(!text.empty() && text.size() <= kMaxTokenBytes);
  LK_CHECK(to_lower_ascii(value) == "bearer " + to_lower_ascii(text) && value.ends_with(text));
}

void check_repeat_guard(http::Request& request, std::string_view value) {
  const auto guard = repeat_guard_of(request, "meaning");
  const bool visible = std::ranges::all_of(value, [](char c) { return c > 0x20 && c < 0x7f; });
  const bool well_formed =
      !value.empty() && value.size() <= flow::kMaxIdempotencyKeyBytes && visible;
  LK_CHECK(guard.ok() == well_formed);
  if (!guard.ok()) {
    LK_CHECK(request.fault() && request.fault()->status == 400);
    return;
  }
  LK_CHECK(guard.value() && guard.value()->key == value);
  const auto same = repeat_guard_of(request, "meaning");
  LK_CHECK(same.value()->request_hash == guard.value()->request_hash);
  const auto other = repeat_guard_of(request, "another meaning");
  LK_CHECK(other.value()->request_hash != guard.value()->request_hash);
}

// The id that a reset carries: "id: <feed>-<number>\n".
std::string_view id_of_reset(std::string_view body) {
  constexpr std::string_view kId = "id: ";
  const auto at = body.find(kId);
  LK_CHECK(at != std::string_view::npos);
  const auto id = body.substr(at + kId.size());
  return id.substr(0, id.find('\n'));
}

class Events {
 public:
  Events() {
    for (std::uint64_t i = 0; i < kEvents; ++i) {
      m_feed.publish({{inbox::EventKind::kMessageReceived, ConversationId{}, std::nullopt}});
    }
    const std::string newest{id_of_reset(open("unknown"))};
    m_prefix = newest.substr(0, newest.find('-') + 1);
    LK_CHECK(newest == m_prefix + std::to_string(kEvents));
  }

  // Nothing is missed by who comes for the first time or was here in this run; whoever names
  // anything else is told to read the inbox again.
  void check(std::string_view last_event_id) {
    check_id(last_event_id);
    check_id(m_prefix + std::string{last_event_id});
  }

 private:
  std::string open(std::string_view last_event_id) {
    auto response = m_streams.open(
        {{}, "127.0.0.1", SecretBytes::copy_of(as_bytes("token")), std::nullopt}, last_event_id);
    LK_CHECK(response.ok() && response.value().status == 200);
    return response.value().body;
  }

  void check_id(std::string_view id) {
    const std::string body = open(id);
    LK_CHECK(body.starts_with(": connected\n\n"));
    const bool ours = id.starts_with(m_prefix);
    const auto number = ours ? parse_unsigned(id.substr(m_prefix.size())) : std::nullopt;
    const bool unbroken = id.empty() || (number && *number <= kEvents);
    LK_CHECK(unbroken == (body == ": connected\n\n"));
    LK_CHECK(unbroken || id_of_reset(body) == m_prefix + std::to_string(kEvents));
    check_poll(id, unbroken);
  }

  void check_poll(std::string_view id, bool unbroken) {
    LK_CHECK(m_streams.goes_on_from(id) == (unbroken && !id.empty()));
    const auto response =
        m_streams.poll({{}, "127.0.0.1", SecretBytes{}, std::nullopt}, id, std::chrono::seconds{0});
    LK_CHECK(response.ok() && response.value().status == 200);
    const bool missed = response.value().body.find("\"missed\":true") != std::string::npos;
    LK_CHECK(missed == !unbroken);
  }

  inbox::EventFeed m_feed;
  Metrics m_metrics;
  EventStreams m_streams{m_feed, m_metrics, 2,
                         [](const EventStreams::Follower&) { return identity::Verdict::kRefused; }};
  std::string m_prefix;
};

void check_representation(std::string_view value) {
  const bool any = value.find('*') != std::string_view::npos;
  LK_CHECK(!http::names(value, "W/\"tag\"") || any ||
           value.find("\"tag\"") != std::string_view::npos);
  LK_CHECK(!http::takes_gzip(value) || any ||
           to_lower_ascii(value).find("gzip") != std::string::npos);
  std::string joined;
  for (const std::string& item : http::list_of(value)) {
    LK_CHECK(item.find(',') == std::string::npos);
    joined.append(item).append(",");
  }
  joined.pop_back();
  LK_CHECK(joined == value);
}

void check_input(std::string_view input) {
  static Events events;
  check_representation(input);
  const std::string bytes = request_with("/v1/x", input);
  const auto head = http::RequestHead::parse(bytes);
  if (!head.ok() || head.value().all("idempotency-key").size() != 1) {
    return;
  }
  const http::Peer peer;
  http::Request request{head.value(), peer, {}};
  check_token(request, head.value().field("authorization").value_or(""));
  check_repeat_guard(request, head.value().field("idempotency-key").value_or(""));
  events.check(head.value().field("last-event-id").value_or(""));
}

}  // namespace
}  // namespace leadkeep::api

LK_FUZZ_TARGET(leadkeep::api::check_input)
