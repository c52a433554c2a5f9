// leadkeep/flow/erase_lead.h — the path of an erasure: a person leaves for good
//
//   permit, with a fresh proof ─ no hold ─ everything that they are seen and found by, and the entry of the
//   trail: one transaction ─ messages and notifications, some at a time ─ their key ─ on record as done
//
// From that one transaction on nobody sees or finds the person, and whoever writes from the same number is
// somebody new. Messages go before the key, because WhatsApp's ids of them, by which they are found, are inside;
// an interruption anywhere is gone on from. Once the key is destroyed what was sealed under it cannot be read
// in any copy of the data, such as a backup; of the key itself nothing is left when its epoch ends
// (store/key_store.h).
//
// What stays: entries of the trail, which hold ids; and that there was an erasure, for who has to show it. In
// older copies of the data, until the keys of their days are gone: notifications as they came; and index
// entries, which are no numbers and names but can be tested for one by who has the store's keys.
//
// Errors   kNotFound      no such lead, and none that was erased
//          kConflict      it is on hold
//          kInvalidInput  a reason that is none (why.h)
// Threads  any
#pragma once
#include <leadkeep/flow/house.h>
#include <leadkeep/flow/why.h>
#include <leadkeep/identity/permit.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <stop_token>

namespace leadkeep::records {
class Erasure;
}

namespace leadkeep::flow {

// What can be said of an erasure, and what cannot.
struct ErasureCertificate {
  LeadId lead;
  Timestamp asked_at;
  std::optional<AgentId> asked_by;
  Why why;
  std::uint64_t messages;                  // removed so far
  std::optional<Timestamp> data_gone_at;   // rows and indexes, and the key with them
  Timestamp notifications_until;           // older copies of the data can show those that long
  std::optional<Timestamp> key_gone_at;    // nothing can be read from then on
  std::optional<Timestamp> epoch_over_at;  // nor with the root key and old pages of the key file
};

class EraseLead {
 public:
  // `journal`: how long notifications are kept.
  EraseLead(House& house, std::chrono::days journal) noexcept
      : m_house{house}, m_journal{journal} {}

  // Once more for somebody who is erased already: the same certificate.
  [[nodiscard]] Result<ErasureCertificate> erase(
      const identity::Permit<identity::Action::kErase>& permit, const LeadId& lead, const Why& why);
  [[nodiscard]] Result<ErasureCertificate> show(
      const identity::Permit<identity::Action::kErase>& permit, const LeadId& lead);

  // What was interrupted; how many there were.
  [[nodiscard]] Result<std::size_t> go_on(const std::stop_token& stop);

 private:
  // Whether there was something left to do.
  [[nodiscard]] Result<bool> finish(const records::Erasure& begun, const std::stop_token& stop);
  [[nodiscard]] Result<void> remove_notifications(const LeadId& lead, const std::stop_token& stop);
  [[nodiscard]] Result<std::optional<ErasureCertificate>> certificate(const LeadId& lead);

  House& m_house;
  std::chrono::days m_journal;
  std::mutex m_turn;  // of finishing: a request and who goes on later
};

}  // namespace leadkeep::flow
