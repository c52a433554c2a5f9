// The answer of the Graph API to a message: foreign input that decides whether a customer gets a
// message once, twice or never. Whatever stands in it, a message counts as accepted only with an id,
// and nothing of the answer but a number is in the reason.
#include "fuzz_target.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>
#include <leadkeep/delivery/graph_answer.h>

#include <algorithm>

namespace leadkeep::delivery {
namespace {

constexpr std::size_t kMaxWamidBytes = 1'024;
constexpr std::chrono::milliseconds kLongestWait{std::chrono::seconds{1'024}};

bool is_stable_code(std::string_view reason) {
  return std::ranges::all_of(reason, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

void check(const SendOutcome& outcome, int status, std::uint32_t attempt) {
  const bool accepted = outcome.result == SendResult::kAccepted;
  LK_CHECK(accepted == outcome.wamid.has_value());
  LK_CHECK(!accepted || status == 200);
  LK_CHECK(outcome.result != SendResult::kNotReached);  // that is for the connection to say
  LK_CHECK(is_stable_code(outcome.reason) && outcome.reason.size() <= 64);
  LK_CHECK(accepted == outcome.reason.empty());
  if (accepted) {
    const std::string& wamid = outcome.wamid->expose();
    LK_CHECK(!wamid.empty() && wamid.size() <= kMaxWamidBytes && is_valid_utf8(wamid));
    LK_CHECK(!outcome.error_code && !outcome.retry_after);
  }
  if (outcome.error_code) {
    LK_CHECK(outcome.reason == "whatsapp_" + std::to_string(*outcome.error_code));
  } else {
    LK_CHECK(accepted || outcome.result == SendResult::kUnknown);
  }
  if (outcome.retry_after) {
    LK_CHECK(outcome.result == SendResult::kRetryLater);
    LK_CHECK(*outcome.retry_after >= std::chrono::seconds{1} &&
             *outcome.retry_after <= kLongestWait);
    LK_CHECK(attempt > 0 || *outcome.retry_after == std::chrono::seconds{1});
  }
}

void check_input(std::string_view input) {
  struct Try {
    int status;
    std::uint32_t attempt;
  };

  std::optional<SendOutcome> first;
  for (const auto& [status, attempt] : {Try{200, 0}, Try{400, 3}, Try{500, 4'000'000'000}}) {
    const SendOutcome outcome = read_graph_answer(status, input, attempt);
    check(outcome, status, attempt);
    // An error means the same with every status: rate limits come as HTTP 400.
    if (first && first->error_code) {
      LK_CHECK(outcome.result == first->result && outcome.reason == first->reason);
    }
    first = first ? first : outcome;
  }
}

}  // namespace
}  // namespace leadkeep::delivery

LK_FUZZ_TARGET(leadkeep::delivery::check_input)
