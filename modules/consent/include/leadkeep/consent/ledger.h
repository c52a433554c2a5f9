// leadkeep/consent/ledger.h — message path, consent: who agreed to get messages
//
// Takes    inbox::Draft
// Yields   ClearedMessage — only clear() makes one, so nothing is sent without passing here
// Refuses  kConsentWithdrawn  the newest entry for messages says "withdrawn"
//          kWindowClosed      the 24-hour service window of the conversation is closed
//          kUnreachable       the lead has no WhatsApp address
//
// A person who wrote to us may be answered inside the window unless consent was withdrawn; a
// consent that is given again after that counts again. Entries are only ever added.
// Source   WhatsApp Business messaging policy; WhatsApp Cloud API: customer service window;
//          GDPR Art. 7
// Threads  any
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/id.h>
#include <leadkeep/base/pii.h>
#include <leadkeep/consent/cleared_message.h>
#include <leadkeep/inbox/draft.h>
#include <leadkeep/store/transaction.h>

#include <string>
#include <vector>

namespace leadkeep::consent {

enum class ConsentKind : std::uint8_t { kGiven = 1, kWithdrawn = 2 };
[[nodiscard]] std::string_view name_of(ConsentKind kind) noexcept;
[[nodiscard]] std::optional<ConsentKind> parse_consent_kind(std::string_view name) noexcept;

inline constexpr std::string_view kMessagesPurpose = "messages";
inline constexpr std::size_t kMaxPurposeBytes = 64;  // a-z 0-9 _ -
inline constexpr std::size_t kMaxSourceBytes = 64;   // a-z 0-9 _ -, e.g. "web_form", "phone"
inline constexpr std::size_t kMaxEvidenceBytes = 2'000;

struct NewConsent {
  ConsentKind kind = ConsentKind::kGiven;
  std::string purpose;  // "messages" is what replies are checked against
  std::string source;
  Pii<std::string> evidence;  // may be empty
};

struct ConsentEntry {
  ConsentId id;
  ConsentKind kind;
  std::string purpose;
  std::string source;
  AgentId recorded_by;
  Timestamp at;
};

class Ledger {
 public:
  [[nodiscard]] Result<ClearedMessage> clear(store::ReadTxn& txn, inbox::Draft draft,
                                             Timestamp now) const;
  [[nodiscard]] Result<void> append(store::WriteTxn& txn, const LeadId& lead, const ConsentId& id,
                                    const NewConsent& consent, const AgentId& recorded_by,
                                    Timestamp now) const;
  [[nodiscard]] Result<std::vector<ConsentEntry>> list(store::ReadTxn& txn,
                                                       const LeadId& lead) const;
  // All of it, with the person.
  [[nodiscard]] Result<void> erase(store::WriteTxn& txn, const LeadId& lead) const;
};

}  // namespace leadkeep::consent
