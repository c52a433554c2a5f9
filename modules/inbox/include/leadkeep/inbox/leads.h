// leadkeep/inbox/leads.h — the person behind a message
//
// A lead is known by an internal id; a WhatsApp id and a business-scoped user id are identifiers of
// it, each optional. A person who hides the phone number is a full lead with a BSUID only, and
// stays the same lead when the phone appears later. When one message carries two identifiers that
// belong to two leads, nothing is merged: the lead of the WhatsApp id gets the message, and the
// caller puts the conflict on record for a person to look at.
//
// People of the company enter leads as well, with a number or an address that they know. Whoever writes
// from that number is that lead, if nobody has written as it yet. The name that they enter is shown in
// place of the profile's.
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/id.h>
#include <leadkeep/base/pii.h>
#include <leadkeep/store/records/lead.pb.h>
#include <leadkeep/store/transaction.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::inbox {

// A sender after normalising; at least one of the two ids is there.
struct PersonSeen {
  std::optional<Pii<std::string>> whatsapp_id;
  std::optional<Pii<std::string>> bsuid;
  std::optional<Pii<std::string>> phone;  // E.164, if the WhatsApp id is one
  std::optional<Pii<std::string>> profile_name;
  std::optional<Pii<std::string>> username;
  std::string masked_name;  // profile_name as masked viewers see it
};

struct MetLead {
  records::Lead lead;
  enum class Kind { kNew, kKnown } kind = Kind::kKnown;
  enum class Content { kAsStored, kChanged } content = Content::kAsStored;
  std::size_t identifiers_added = 0;
  enum class Identifiers { kAgree, kConflict } identifiers = Identifiers::kAgree;
};

// What somebody of the company says of a lead. Identifiers are normalised, phones and e-mail addresses.
struct LeadChange {
  struct Name {
    Pii<std::string> name;  // empty: none, the profile's is shown
    std::string masked;     // as masked viewers see it
  };

  struct NewIdentifier {
    records::Identifier::Kind kind;
    Pii<std::string> value;
  };

  std::optional<Name> name;
  std::vector<NewIdentifier> added;
  std::vector<IdentifierId> removed;
};

inline constexpr std::size_t kMostIdentifiers = 20;  // of a lead that people change

class Leads {
 public:
  // By what WhatsApp calls the person, which is the lead's for good; and by a number that people here
  // entered, which they may take away again.
  [[nodiscard]] Result<std::optional<LeadId>> find(store::ReadTxn& txn,
                                                   const PersonSeen& person) const;
  [[nodiscard]] Result<std::optional<LeadId>> find_entered(store::ReadTxn& txn,
                                                           const PersonSeen& person) const;
  [[nodiscard]] Result<std::optional<records::Lead>> find(store::ReadTxn& txn,
                                                          const LeadId& id) const;
  // By a normalised number, address or name (privacy/normalise.h), and by what colleagues call the lead
  // ("Amber Falcon 4821"), as it is spelled.
  [[nodiscard]] Result<std::optional<LeadId>> find_by_phone(store::ReadTxn& txn,
                                                            const Pii<std::string>& phone) const;
  [[nodiscard]] Result<std::optional<LeadId>> find_by_email(store::ReadTxn& txn,
                                                            const Pii<std::string>& email) const;
  [[nodiscard]] Result<std::vector<LeadId>> find_by_name(store::ReadTxn& txn,
                                                         const Pii<std::string>& name,
                                                         std::size_t limit) const;
  [[nodiscard]] Result<std::optional<LeadId>> find_by_handle(store::ReadTxn& txn,
                                                             std::string_view handle) const;
  // Finds or makes the lead. A new one gets `candidate`, whose key exists already; kUnavailable where there
  // is such a lead by now. What changed is not saved yet.
  [[nodiscard]] Result<MetLead> meet(store::WriteTxn& txn, const PersonSeen& person,
                                     const LeadId& candidate, Timestamp now) const;
  // A new lead, whose key exists already; and what changes in one. Both save it.
  // kConflict: an identifier belongs to another lead, or WhatsApp gave the one that is to go;
  // kInvalidInput: the lead does not have it, would have too many, or nothing would be known of it.
  [[nodiscard]] Result<records::Lead> enter(store::WriteTxn& txn, const LeadId& id,
                                            const LeadChange& entered, Timestamp now) const;
  [[nodiscard]] Result<void> change(store::WriteTxn& txn, records::Lead& lead,
                                    const LeadChange& change, Timestamp now) const;
  [[nodiscard]] Result<void> save(store::WriteTxn& txn, const records::Lead& lead) const;
  // With all that it is found by.
  [[nodiscard]] Result<void> erase(store::WriteTxn& txn, const records::Lead& lead) const;
};

}  // namespace leadkeep::inbox
