// leadkeep/consent/cleared_message.h — a draft that may be sent now
//
// Made by the Ledger only, moved but never copied, and good for the transaction or the attempt it
// was made for: the outbox asks the ledger again before every try.
#pragma once
#include <leadkeep/base/pii.h>
#include <leadkeep/inbox/draft.h>

#include <optional>
#include <string>
#include <utility>

namespace leadkeep::consent {

// Where the message goes: the phone if we know it, else the business-scoped user id.
struct Recipient {
  std::optional<Pii<std::string>> whatsapp_id;
  std::optional<Pii<std::string>> bsuid;
};

class ClearedMessage {
 public:
  class Key {
    friend class Ledger;
    Key() = default;
  };

  ClearedMessage(Key, inbox::Draft draft, Recipient recipient)
      : m_draft{std::move(draft)}, m_recipient{std::move(recipient)} {}

  ClearedMessage(const ClearedMessage&) = delete;
  ClearedMessage& operator=(const ClearedMessage&) = delete;
  ClearedMessage(ClearedMessage&&) noexcept = default;
  ClearedMessage& operator=(ClearedMessage&&) noexcept = default;

  [[nodiscard]] const inbox::Draft& draft() const& noexcept { return m_draft; }

  [[nodiscard]] const Recipient& recipient() const& noexcept { return m_recipient; }

 private:
  inbox::Draft m_draft;
  Recipient m_recipient;
};

}  // namespace leadkeep::consent
