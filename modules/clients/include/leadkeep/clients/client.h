// leadkeep/clients/client.h — login path, program: what the company knows of a program it lets in
//
// A client is a program with an owner and a purpose. Its scopes say what may be done through it, its
// record classes what of a person may leave through it; both only narrow what the agent who uses it may.
// Nothing is given by leaving it out: a client without scopes does nothing.
//
//   pending ── approved ⇄ suspended        revoked, from each of them, for good
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/enum_set.h>
#include <leadkeep/base/id.h>
#include <leadkeep/base/network.h>
#include <leadkeep/base/result.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::clients {

// Stored by value; never renumber.
enum class Scope : std::uint8_t {
  kSessions = 1,  // agents sign in through it
  kReadConversations = 2,
  kWriteConversations = 3,  // status, tags, assignee, notes
  kSendMessages = 4,
  kReadLeads = 5,
  kReadConsents = 6,
  kWriteConsents = 7,
  kReadEvents = 8,
  kReadAgents = 9,
  kAdministration = 10,
  kWriteLeads = 11,
  kRevealLeads = 12,
  kReadAudit = 13,
  kEraseLeads = 14,  // erasure, and hold
};

// Stored by value; never renumber.
enum class RecordClass : std::uint8_t {
  kPhoneNumbers = 1,
  kEmailAddresses = 2,
  kWhatsAppIds = 3,
  kNames = 4,
  kTexts = 5,
};

// Stored by value; never renumber.
enum class State : std::uint8_t { kPending = 1, kApproved = 2, kSuspended = 3, kRevoked = 4 };

inline constexpr std::array kScopes = {
    Scope::kSessions,     Scope::kReadConversations, Scope::kWriteConversations,
    Scope::kSendMessages, Scope::kReadLeads,         Scope::kWriteLeads,
    Scope::kRevealLeads,  Scope::kReadConsents,      Scope::kWriteConsents,
    Scope::kReadEvents,   Scope::kReadAgents,        Scope::kReadAudit,
    Scope::kEraseLeads,   Scope::kAdministration};
// What a program may do without anybody who answers for it: it changes nothing.
inline constexpr std::array kReadingScopes = {Scope::kReadConversations, Scope::kReadLeads,
                                              Scope::kReadConsents,      Scope::kReadEvents,
                                              Scope::kReadAgents,        Scope::kReadAudit};

[[nodiscard]] constexpr bool is_reading(Scope scope) noexcept {
  return std::ranges::find(kReadingScopes, scope) != kReadingScopes.end();
}

inline constexpr std::array kRecordClasses = {
    RecordClass::kPhoneNumbers, RecordClass::kEmailAddresses, RecordClass::kWhatsAppIds,
    RecordClass::kNames, RecordClass::kTexts};

[[nodiscard]] std::string_view name_of(Scope scope) noexcept;
[[nodiscard]] std::string_view name_of(RecordClass record_class) noexcept;
[[nodiscard]] std::string_view name_of(State state) noexcept;
[[nodiscard]] std::optional<Scope> parse_scope(std::string_view name) noexcept;
[[nodiscard]] std::optional<RecordClass> parse_record_class(std::string_view name) noexcept;

struct Rights {
  EnumSet<Scope> scopes;  // with an agent
  EnumSet<RecordClass> record_classes;
  EnumSet<Scope> own_scopes = {};  // by itself, with nobody signed in; reading ones only

  friend bool operator==(const Rights&, const Rights&) = default;
};

// Of whoever is signed in; nothing by itself.
[[nodiscard]] Rights every_right();

// As somebody asks for it to be let in.
struct Draft {
  std::string name;   // 1 to 32 of a-z, 0-9 and -, with a letter in front; of one client only
  std::string owner;  // a person or a team; 1 to 200 bytes, as is the purpose
  std::string purpose;
  Rights rights;                        // one scope at least, of either kind
  std::vector<Network> networks;        // that it may come from; none: all; 16 at most
  std::optional<Timestamp> expires_at;  // nothing: it does not
};

// What is there stays as it is.
struct Change {
  std::optional<std::string> name;
  std::optional<std::string> owner;
  std::optional<std::string> purpose;
  std::optional<EnumSet<Scope>> scopes;
  std::optional<EnumSet<Scope>> own_scopes;
  std::optional<EnumSet<RecordClass>> record_classes;
  std::optional<std::vector<Network>> networks;
  std::optional<std::optional<Timestamp>> expires_at;
};

[[nodiscard]] Draft changed(Draft draft, const Change& change);

enum class Reach : std::uint8_t { kSameOrLess, kMore };

// Whether somebody may more by `after` than by `before`: of any kind, from anywhere, at any time.
[[nodiscard]] Reach compare_reach(const Draft& before, const Draft& after);

struct Defect {
  const char* member;
  const char* words;  // what it has to be
};

// The first thing in a draft that is not as above.
[[nodiscard]] std::optional<Defect> defect_of(const Draft& draft);

using KeyHash = ByteArray<32>;  // SHA-256 of a SubjectPublicKeyInfo

struct Client {
  ClientId id;
  Draft as;
  State state = State::kPending;
  std::optional<KeyHash> current_key;
  std::optional<KeyHash> next_key;     // takes the place of the current one once it was used
  std::optional<KeyHash> offered_key;  // waits for approval
  std::optional<AgentId> added_by;     // nothing: the operator of the host
  std::optional<AgentId> approved_by;
  Timestamp added_at;
  std::optional<Timestamp> approved_at;
  std::optional<Timestamp> last_used_at;  // to the hour
  std::optional<Timestamp> token_until;   // an enrolment token is out
};

// The URI in a certificate of ours.
[[nodiscard]] std::string uri_of(const ClientId& id);

}  // namespace leadkeep::clients
