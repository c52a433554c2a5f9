// leadkeep/audit/trail.h — who did or saw what, in the same transaction as the act
//
// append() is the only way an entry comes into being. It takes the write transaction of the act, so
// an act without its entry cannot commit, nor an entry without its act. Entries are numbered
// without gaps from 1, and each is a leaf of a Merkle tree (tree.h).
//
// An entry holds pseudonyms (internal ids), kinds and stable codes only. Never personal data.
// Threads  any; append belongs to its transaction
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/id.h>
#include <leadkeep/store/transaction.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::audit {

// Stored by value; never renumber.
enum class Act : std::uint8_t {
  kLogIn = 1,
  kLogOut = 2,
  kReadInbox = 3,
  kReadConversation = 4,
  kReadMessages = 5,
  kReadLead = 6,
  kMessageReceived = 7,
  kStatusReceived = 8,
  kLeadCreated = 9,
  kIdentifierAdded = 10,
  kIdentifierConflict = 11,
  kReply = 12,
  kReplySent = 13,
  kReplyFailed = 14,
  kReplyParked = 15,
  kReplyUnknown = 16,
  kNote = 17,
  kConversationChanged = 18,
  kConsentRead = 19,
  kConsentRecorded = 20,
  kAgentAdded = 21,
  kAgentDisabled = 22,
  kAgentEnabled = 23,
  kAgentsListed = 24,
  kEventsFollowed = 25,
  kRequest = 26,  // a request that was refused before its act was known
  kMessageUnattributed = 27,
  kReplyResent = 28,
  kLeaversHeld = 29,   // too many at once to end their sessions unasked; items says how many
  kLeaversEnded = 30,  // an operator of the host has them ended
  kSecondFactorEnrolled = 31,
  kRecoveryCodesMade = 32,
  kSecondFactorReset = 33,
  kStepUp = 34,
  kBreakGlassIssued = 35,
  kBreakGlassOpened = 36,
  kPasskeyEnrolled = 37,
  kPasskeyRemoved = 38,
  kSessionsEnded = 39,  // of one agent or of everybody, by somebody else; items says how many
  kDeviceRemembered = 40,
  kDeviceForgotten = 41,        // items says how many
  kDevicesListed = 42,          // of one agent, by somebody else
  kPasswordChanged = 43,        // by its agent, or by the operator of the host
  kEmailCodeSent = 44,          // or is about to be, to an agent who has proven the password
  kProviderKeysAdded = 45,      // of an identity provider, whom reason names; items says how many
  kProviderKeysWithdrawn = 46,  // its metadata names them no more; they still count
  kProviderKeysRemoved = 47,
  kClientAdded = 48,
  kClientInvited = 49,   // to bring another key
  kClientEnrolled = 50,  // has brought a key, which waits for approval
  kClientApproved = 51,
  kClientSuspended = 52,
  kClientResumed = 53,
  kClientRevoked = 54,
  kClientChanged = 55,
  kClientRenewed = 56,  // has got another certificate
  kClientsListed = 57,
  kWebhookSet = 58,
  kWebhookRemoved = 59,
  kWebhookSecretChanged = 60,
  kWebhookResumed = 61,
  kWebhookHalted = 62,
  kEventHandedOver = 63,   // to a program, at its webhook
  kSessionDelegated = 64,  // by its agent to the client; reason says what for
  kLeadEntered = 65,       // by somebody of the company
  kLeadChanged = 66,
  kConversationCreated = 67,  // with a lead that was entered before
  kRevealed = 68,             // identifiers of a lead, in clear; reason says what for, parts which
  kTrailRead = 69,
  kCheckpointSigned = 70,
  kEntryProven = 71,  // or that a later tree goes on from an earlier one
  kErased = 72,       // a lead, and its conversation; parts of it go a moment later
  kErasureDone = 73,  // its key, too; items says how many messages there were
  kErasureShown = 74,
  kHeld = 75,      // a lead is not to be erased
  kReleased = 76,  // from that
  kKeysEpochEnded = 77,
};

enum class Outcome : std::uint8_t { kDone = 1, kRefused = 2 };

enum class ObjectKind : std::uint8_t {
  kNone = 0,
  kConversation = 1,
  kLead = 2,
  kMessage = 3,
  kAgent = 4,
  kSession = 5,
  kConsent = 6,
  kClient = 7,
};

[[nodiscard]] std::string_view name_of(Act act) noexcept;
[[nodiscard]] std::optional<Act> parse_act(std::string_view name) noexcept;
[[nodiscard]] std::string_view name_of(Outcome outcome) noexcept;

struct Object {
  ObjectKind kind = ObjectKind::kNone;
  Ulid id{};

  friend bool operator==(const Object&, const Object&) = default;
};

[[nodiscard]] Object object_of(const ConversationId& id) noexcept;
[[nodiscard]] Object object_of(const LeadId& id) noexcept;
[[nodiscard]] Object object_of(const MessageId& id) noexcept;
[[nodiscard]] Object object_of(const AgentId& id) noexcept;
[[nodiscard]] Object object_of(const ClientId& id) noexcept;
// As its id is written; empty for none.
[[nodiscard]] std::string text_of(const Object& object);
[[nodiscard]] std::optional<Object> parse_object(std::string_view text);

struct Entry {
  std::optional<AgentId> actor;  // absent: the daemon, or a caller who is not proven
  std::optional<Ulid> session;
  std::optional<ClientId> client;  // through which the actor acted
  Act act;
  Outcome outcome = Outcome::kDone;
  Object object;
  std::string reason;               // a stable code; empty if there is nothing to say
  std::uint64_t items = 0;          // how many objects were shown
  std::string case_reference = {};  // of the company's own, that the actor names
  std::vector<Ulid> parts = {};     // of the object, where it was not about all of it
};

struct NumberedEntry {
  std::uint64_t seq;
  Timestamp at;
  Entry entry;
};

[[nodiscard]] Result<void> append(store::WriteTxn& txn, const Entry& entry, Timestamp now);

// The entry that is these bytes in the tree.
[[nodiscard]] Result<NumberedEntry> entry_of(const SecretBytes& leaf);

// The number that the next entry gets.
[[nodiscard]] Result<std::uint64_t> next_entry(store::ReadTxn& txn);

// One that does not open comes as its error.
using ReadEntry = Result<NumberedEntry>;
using EntryVisitor = std::function<Result<store::Step>(std::uint64_t number, ReadEntry entry)>;

// From `from` on; and back from the one in front of `before`.
[[nodiscard]] Result<void> walk(store::ReadTxn& txn, std::uint64_t from, const EntryVisitor& visit);
[[nodiscard]] Result<void> walk_back(store::ReadTxn& txn, std::uint64_t before,
                                     const EntryVisitor& visit);

// The number of the first entry that is not older, or of the next one. Where the clock was set back, of one
// near it.
[[nodiscard]] Result<std::uint64_t> first_since(store::ReadTxn& txn, Timestamp time);

// Entries from `from` on, at most `limit`.
[[nodiscard]] Result<std::vector<NumberedEntry>> list(store::ReadTxn& txn, std::uint64_t from,
                                                      std::size_t limit);

struct Followed {
  std::vector<NumberedEntry> entries;
  std::uint64_t next = 0;  // what comes behind what was looked at
  std::size_t looked_at = 0;
};

// The same for whoever goes on whatever is damaged: without the rows that do not open, which the log names.
[[nodiscard]] Result<Followed> follow(store::ReadTxn& txn, std::uint64_t from, std::size_t limit);

}  // namespace leadkeep::audit
