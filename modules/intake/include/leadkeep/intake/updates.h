// leadkeep/intake/updates.h — what one webhook tells: messages and delivery statuses
//
// Everything here comes from outside. Text, names and ids are any UTF-8, NUL and control characters
// included, and are bounded only by kMaxWebhookBytes unless a bound is given. Empty text is absent.
// Source   WhatsApp Cloud API: webhooks, "messages" and "status"; business-scoped user ids
// Units    times UTC, milliseconds
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/pii.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace leadkeep::intake {

inline constexpr std::size_t kMaxWamidBytes = 1'024;
inline constexpr std::size_t kMaxIdentifierBytes = 256;  // a longer one is treated as absent
inline constexpr std::size_t kMaxTypeBytes = 32;

// Who wrote. whatsapp_id and bsuid address a person; at least one is there. A person who hides the
// phone number has a business-scoped user id only, which is complete. Both are opaque: a WhatsApp
// id is not always the phone number, and a BSUID is case-sensitive. Name and username are chosen by
// the person, may change at any time and are never a key; the username carries no leading `@`.
struct Sender {
  std::optional<Pii<std::string>> whatsapp_id;
  std::optional<Pii<std::string>> bsuid;
  std::optional<Pii<std::string>> profile_name;
  std::optional<Pii<std::string>> username;
};

// wamid          the platform's id of the message, at most kMaxWamidBytes. A message without a
// usable
//                one has "sha256:" and the hash of received_json instead, so that it still applies
//                once however often it is delivered.
// sent_at        received_at if the platform's time is missing or absurd.
// type           at most kMaxTypeBytes of a-z 0-9 _; "unknown" stands for anything else.
// text           only of type "text", whole.
// received_json  the message as it came (members sorted), for later readers of other types.
struct InboundMessage {
  Pii<std::string> wamid;
  Sender sender;
  Timestamp sent_at;
  std::string type;
  std::optional<Pii<std::string>> text;
  std::optional<Pii<std::string>> reply_to_wamid;
  Pii<std::string> received_json;
};

enum class OpensWindow { kYes, kNo };

// Whether a message of this type is an act of the person, which opens the 24-hour service window:
// every type but "system", "unsupported" and "unknown".
[[nodiscard]] OpensWindow opens_window(std::string_view type) noexcept;

// Ordered: a status never goes down, except that kFailed may come after kSent.
enum class DeliveryStatus : std::uint8_t {
  kSent = 1,
  kDelivered = 2,
  kRead = 3,
  kPlayed = 4,
  kFailed = 5,
};

[[nodiscard]] std::string_view name_of(DeliveryStatus status) noexcept;

[[nodiscard]] inline std::string log_text(DeliveryStatus status) {
  return std::string{name_of(status)};
}

// wamid is the id that the platform gave when the message was sent; callback_data is what was sent
// along with it (biz_opaque_callback_data); error_code is the first one named.
struct StatusUpdate {
  Pii<std::string> wamid;
  std::optional<std::string> callback_data;
  DeliveryStatus status;
  Timestamp at;
  std::optional<std::int64_t> error_code;
};

struct WebhookUpdates {
  // In the order of the document; within one change messages come before statuses.
  std::vector<std::variant<InboundMessage, StatusUpdate>> updates;
  std::size_t ignored = 0;  // for another number, of another kind, or with nothing usable in it
  std::size_t unattributed = 0;  // messages whose sender cannot be read
};

}  // namespace leadkeep::intake
