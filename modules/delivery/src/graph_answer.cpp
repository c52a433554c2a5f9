#include <leadkeep/delivery/graph_answer.h>
#include <leadkeep/json/value.h>

#include <algorithm>
#include <array>

namespace leadkeep::delivery {
namespace {

constexpr std::size_t kMaxAnswerBytes = 256 * 1024;
constexpr std::size_t kMaxWamidBytes = 1'024;
constexpr std::uint32_t kMaxPairRateExponent = 5;

// An unknown error may have been raised after the message was taken.
constexpr std::array<std::int64_t, 2> kAmbiguous = {1, 131000};

// Rate limits and passing faults: the message was not taken.
constexpr std::array<std::int64_t, 8> kPassing = {2,      4,      80007,  130429,
                                                  131016, 131056, 131057, 133004};

// The account, the token or the payment is not in order: every message would be refused.
constexpr std::array<std::int64_t, 20> kHalting = {
    0,      3,      10,     33,     190,    368,    131005, 131031, 131037, 131042,
    131044, 131045, 131048, 131064, 133000, 133005, 133006, 133010, 133015, 134011};

// A wrong phone number id or no access to it: code 100 with this subcode.
constexpr std::int64_t kInvalidParameter = 100;
constexpr std::int64_t kUnknownObject = 33;

constexpr std::int64_t kPairRateLimit = 131056;

template <std::size_t N>
bool contains(const std::array<std::int64_t, N>& codes, std::int64_t code) {
  return std::ranges::find(codes, code) != codes.end();
}

// Permissions: 200 to 299, whatever exactly is missing.
bool is_permission(std::int64_t code) {
  return code >= 200 && code <= 299;
}

SendOutcome unknown(std::string reason) {
  SendOutcome out;
  out.result = SendResult::kUnknown;
  out.reason = std::move(reason);
  return out;
}

SendOutcome accepted(const json::Value& root) {
  const auto wamid = root["messages"].at(0)["id"].string();
  if (!wamid || wamid->empty() || wamid->size() > kMaxWamidBytes) {
    return unknown("answer_without_id");
  }
  SendOutcome out;
  out.result = SendResult::kAccepted;
  out.wamid = Pii<std::string>{std::string{*wamid}};
  return out;
}

SendOutcome refused(std::int64_t code, std::optional<std::int64_t> subcode, std::uint32_t attempt) {
  SendOutcome out;
  out.error_code = code;
  out.reason = "whatsapp_" + std::to_string(code);
  if (contains(kAmbiguous, code)) {
    out.result = SendResult::kUnknown;
  } else if (contains(kPassing, code)) {
    out.result = SendResult::kRetryLater;
    if (code == kPairRateLimit) {
      // "retry after 4^X seconds", X counting the tries.
      const std::uint32_t exponent = std::min(attempt, kMaxPairRateExponent);
      out.retry_after = std::chrono::seconds{1U << (2 * exponent)};
    }
  } else if (contains(kHalting, code) || is_permission(code) ||
             (code == kInvalidParameter && subcode == kUnknownObject)) {
    out.result = SendResult::kHalted;
  } else {
    out.result = SendResult::kRefused;
  }
  return out;
}

}  // namespace

SendOutcome read_graph_answer(int http_status, std::string_view body, std::uint32_t attempt) {
  const auto document = json::Document::parse(body, {kMaxAnswerBytes});
  if (!document) {
    return unknown("unreadable_answer");
  }
  const json::Value root = document.value().root();
  if (const json::Value error = root["error"]; error.is_object()) {
    const auto code = error["code"].integer();
    return code ? refused(*code, error["error_subcode"].integer(), attempt)
                : unknown("error_without_code");
  }
  return http_status == 200 ? accepted(root) : unknown("unexpected_status");
}

}  // namespace leadkeep::delivery
