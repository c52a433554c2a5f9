#include "check_row.h"

#include <leadkeep/store/sealed_record.h>

namespace leadkeep::store {
namespace {

constexpr std::size_t kIdSize = 16;
constexpr std::size_t kDaySize = 4;
constexpr std::size_t kContinuationExtra = 4;  // table(2) in front, part(2) behind

std::optional<KeyRef> subject_of(ByteView lead) {
  const auto id = LeadId::from_bytes(lead);
  return id ? std::optional{subject_key(*id)} : std::nullopt;
}

// The lead of a conversation, from its row in kPlaces.
std::optional<KeyRef> subject_of_conversation(ReadView& view, ByteView conversation) {
  std::optional<KeyRef> found;
  const auto scanned =
      view.scan(TableId::kPlaces, conversation, {}, [&](ByteView key, ByteView) -> Result<Step> {
        if (key.size() == 2 * kIdSize) {
          found = subject_of(key.subspan(kIdSize));
        }
        return Step::kStop;
      });
  return scanned ? found : std::nullopt;
}

// Which key seals a row, told by its place alone.
std::optional<KeyRef> key_of(ReadView& view, TableId table, ByteView key) {
  switch (table) {
    case TableId::kCounters:
      return system_key("store");
    case TableId::kErasures:
      // 3 lead(16) is the only one under the key of the subject.
      return !key.empty() && key[0] == std::byte{3} ? subject_of(key.subspan(1))
                                                    : std::optional{system_key("store")};
    case TableId::kLeads:
      return subject_of(key);
    case TableId::kConversations:
      return subject_of_conversation(view, key);
    case TableId::kMessages:
      return key.size() < kIdSize ? std::nullopt
                                  : subject_of_conversation(view, key.first(kIdSize));
    case TableId::kConsents:
      return key.size() < kIdSize ? std::nullopt : subject_of(key.first(kIdSize));
    case TableId::kOutbox:
    case TableId::kOutboxHeads:
      return system_key("outbox");
    case TableId::kAgents:
    case TableId::kSessions:
    case TableId::kSecondFactors:
    case TableId::kLogInHistory:
    case TableId::kSignOns:
    case TableId::kProviderTrust:
      return system_key("identity");
    case TableId::kClients:
    case TableId::kClientIndex:
    case TableId::kClientAuthority:
    case TableId::kWebhooks:
      return system_key("clients");
    case TableId::kAudit:
    case TableId::kAuditTree:
      return system_key("audit");
    case TableId::kJournal:
    case TableId::kDeferred:
      return key.size() < kDaySize ? std::nullopt
                                   : std::optional{journal_key(read_be<std::uint32_t>(key))};
    case TableId::kIdempotency:
      return system_key("api");
    case TableId::kContinuations:
      if (key.size() <= kContinuationExtra) {
        return std::nullopt;
      }
      return key_of(view, static_cast<TableId>(read_be<std::uint16_t>(key)),
                    key.subspan(2, key.size() - kContinuationExtra));
    case TableId::kState:
    case TableId::kPlaces:
    case TableId::kInbox:
    case TableId::kAssigned:
    case TableId::kIndex:
    case TableId::kKeys:
      return std::nullopt;
  }
  return std::nullopt;
}

bool has_no_value(TableId table) {
  return table == TableId::kPlaces || table == TableId::kInbox || table == TableId::kAssigned ||
         table == TableId::kIndex;
}

}  // namespace

RowCheck check_row(ReadView& view, const KeyStore& keys, TableId table, ByteView key,
                   ByteView value) {
  if (has_no_value(table)) {
    return value.empty() ? RowCheck::kGenuine : RowCheck::kUnreadable;
  }
  const auto ref = key_of(view, table, key);
  if (!ref) {
    return RowCheck::kUnreadable;
  }
  const auto data_key = keys.find(*ref);
  if (!data_key) {
    return data_key.error().code == Errc::kNotFound ? RowCheck::kWithoutKey : RowCheck::kUnreadable;
  }
  return open_record(*data_key.value().key, {keys.store_id(), table, key}, value)
             ? RowCheck::kGenuine
             : RowCheck::kUnreadable;
}

}  // namespace leadkeep::store
