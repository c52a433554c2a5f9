#include <leadkeep/inbox/views.h>

#include <algorithm>
#include <array>

namespace leadkeep::inbox {
namespace {

struct StatusName {
  ConversationStatus status;
  std::string_view name;
};

constexpr std::array kStatusNames = {
    StatusName{ConversationStatus::kOpen, "open"},
    StatusName{ConversationStatus::kPending, "pending"},
    StatusName{ConversationStatus::kClosed, "closed"},
};

}  // namespace

std::string_view name_of(ConversationStatus status) noexcept {
  const auto it = std::ranges::find(kStatusNames, status, &StatusName::status);
  return it == kStatusNames.end() ? "?" : it->name;
}

std::optional<ConversationStatus> parse_status(std::string_view name) noexcept {
  const auto it = std::ranges::find(kStatusNames, name, &StatusName::name);
  return it == kStatusNames.end() ? std::nullopt : std::optional{it->status};
}

}  // namespace leadkeep::inbox
