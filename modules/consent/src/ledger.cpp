#include <leadkeep/base/text.h>
#include <leadkeep/consent/ledger.h>
#include <leadkeep/inbox/conversations.h>
#include <leadkeep/inbox/leads.h>
#include <leadkeep/store/records/consent.pb.h>
#include <leadkeep/store/table.h>

#include <algorithm>

namespace leadkeep::consent {
namespace {

constexpr store::Table<records::ConsentEvent> kConsents{store::TableId::kConsents};

bool is_word(std::string_view text, std::size_t limit) {
  return !text.empty() && text.size() <= limit && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Result<void> check(const NewConsent& consent) {
  if (!is_word(consent.purpose, kMaxPurposeBytes)) {
    return fail(Errc::kInvalidInput, "consent: the purpose is 1 to 64 characters of a-z 0-9 _ -");
  }
  if (!is_word(consent.source, kMaxSourceBytes)) {
    return fail(Errc::kInvalidInput, "consent: the source is 1 to 64 characters of a-z 0-9 _ -");
  }
  if (consent.evidence.expose().size() > kMaxEvidenceBytes ||
      !is_valid_utf8(consent.evidence.expose())) {
    return fail(Errc::kInvalidInput, "consent: the evidence is at most 2,000 bytes of UTF-8");
  }
  return {};
}

Bytes row_key(const LeadId& lead, std::uint64_t seq) {
  Bytes key{lead.bytes().begin(), lead.bytes().end()};
  append_be(key, seq);
  return key;
}

// Whatever is neither one nor the other must not count as consent.
Result<ConsentKind> kind_of(const records::ConsentEvent& event) {
  switch (event.kind()) {
    case records::ConsentEvent::KIND_GIVEN:
      return ConsentKind::kGiven;
    case records::ConsentEvent::KIND_WITHDRAWN:
      return ConsentKind::kWithdrawn;
    default:
      return fail(Errc::kCorrupt, "consent: an entry is of no kind");
  }
}

// The newest entry for the purpose, walking back from the end of the lead's ledger.
Result<std::optional<ConsentKind>> newest(store::ReadTxn& txn, const LeadId& lead,
                                          std::string_view purpose) {
  std::optional<ConsentKind> found;
  LK_TRY_VOID(
      kConsents.scan_back(txn, lead.bytes(), {}, store::subject_key(lead),
                          [&](ByteView, const records::ConsentEvent& event) -> Result<store::Step> {
                            if (event.purpose() != purpose) {
                              return store::Step::kContinue;
                            }
                            LK_TRY(found, kind_of(event));
                            return store::Step::kStop;
                          }));
  return found;
}

std::optional<Pii<std::string>> newest_identifier(const records::Lead& lead,
                                                  records::Identifier::Kind kind) {
  const records::Identifier* best = nullptr;
  for (const records::Identifier& identifier : lead.identifiers()) {
    if (identifier.kind() == kind &&
        (best == nullptr || identifier.last_seen_ms() >= best->last_seen_ms())) {
      best = &identifier;
    }
  }
  return best == nullptr ? std::nullopt : std::optional{Pii<std::string>{best->value()}};
}

}  // namespace

std::string_view name_of(ConsentKind kind) noexcept {
  return kind == ConsentKind::kGiven ? "given" : "withdrawn";
}

std::optional<ConsentKind> parse_consent_kind(std::string_view name) noexcept {
  if (name == "given") {
    return ConsentKind::kGiven;
  }
  return name == "withdrawn" ? std::optional{ConsentKind::kWithdrawn} : std::nullopt;
}

Result<ClearedMessage> Ledger::clear(store::ReadTxn& txn, inbox::Draft draft, Timestamp now) const {
  LK_TRY(const auto lead, inbox::Leads{}.find(txn, draft.lead));
  LK_TRY(const auto conversation, inbox::Conversations{}.find(txn, draft.conversation));
  if (!lead || !conversation || inbox::lead_of(*conversation) != draft.lead) {
    return fail(Errc::kNotFound, "consent: there is no such conversation");
  }
  LK_TRY(const auto state, newest(txn, draft.lead, kMessagesPurpose));
  if (state == ConsentKind::kWithdrawn) {
    return fail(Errc::kConsentWithdrawn, "consent: withdrawn");
  }
  if (now.ms >= conversation->window_expires_ms()) {
    return fail(Errc::kWindowClosed, "consent: the service window is closed");
  }
  Recipient recipient{newest_identifier(*lead, records::Identifier::KIND_WHATSAPP_ID),
                      newest_identifier(*lead, records::Identifier::KIND_BSUID)};
  if (!recipient.whatsapp_id && !recipient.bsuid) {
    return fail(Errc::kUnreachable, "consent: the lead has no WhatsApp address");
  }
  return ClearedMessage{ClearedMessage::Key{}, std::move(draft), std::move(recipient)};
}

Result<void> Ledger::append(store::WriteTxn& txn, const LeadId& lead, const ConsentId& id,
                            const NewConsent& consent, const AgentId& recorded_by,
                            Timestamp now) const {
  LK_TRY_VOID(check(consent));
  const inbox::Leads leads;
  LK_TRY(auto record, leads.find(txn, lead));
  if (!record) {
    return fail(Errc::kNotFound, "consent: there is no such lead");
  }
  record->set_last_consent_seq(record->last_consent_seq() + 1);
  records::ConsentEvent event;
  event.set_id(std::string{id.raw()});
  event.set_seq(record->last_consent_seq());
  event.set_kind(static_cast<records::ConsentEvent::Kind>(consent.kind));
  event.set_purpose(consent.purpose);
  event.set_source(consent.source);
  event.set_evidence(consent.evidence.expose());
  event.set_recorded_by(std::string{recorded_by.raw()});
  event.set_at_ms(now.ms);
  LK_TRY_VOID(leads.save(txn, *record));
  return kConsents.put(txn, row_key(lead, event.seq()), store::subject_key(lead), event);
}

Result<std::vector<ConsentEntry>> Ledger::list(store::ReadTxn& txn, const LeadId& lead) const {
  LK_TRY(const auto record, inbox::Leads{}.find(txn, lead));
  if (!record) {
    return fail(Errc::kNotFound, "consent: there is no such lead");
  }
  std::vector<ConsentEntry> entries;
  LK_TRY_VOID(kConsents.scan(
      txn, lead.bytes(), {}, store::subject_key(lead),
      [&](ByteView, const records::ConsentEvent& event) -> Result<store::Step> {
        ConsentEntry entry;
        entry.id = ConsentId::from_bytes(as_bytes(event.id())).value_or(ConsentId{});
        LK_TRY(entry.kind, kind_of(event));
        entry.purpose = event.purpose();
        entry.source = event.source();
        entry.recorded_by = AgentId::from_bytes(as_bytes(event.recorded_by())).value_or(AgentId{});
        entry.at = Timestamp{event.at_ms()};
        entries.push_back(std::move(entry));
        return store::Step::kContinue;
      }));
  return entries;
}

Result<void> Ledger::erase(store::WriteTxn& txn, const LeadId& lead) const {
  std::vector<Bytes> rows;
  LK_TRY_VOID(txn.scan(store::TableId::kConsents, lead.bytes(), {},
                       [&](ByteView key, ByteView) -> Result<store::Step> {
                         rows.emplace_back(key.begin(), key.end());
                         return store::Step::kContinue;
                       }));
  for (const Bytes& row : rows) {
    LK_TRY_VOID(kConsents.erase(txn, row));
  }
  return {};
}

}  // namespace leadkeep::consent
