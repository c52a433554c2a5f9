#include "acting.h"
#include "make_once.h"

#include <leadkeep/base/text.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/flow/keep_leads.h>
#include <leadkeep/inbox/leads.h>
#include <leadkeep/inbox/show.h>
#include <leadkeep/privacy/mask.h>
#include <leadkeep/privacy/normalise.h>

#include <algorithm>

namespace leadkeep::flow {
namespace {

using identity::Action;
using identity::Permit;

Result<inbox::LeadChange::Name> name_of_person(const Pii<std::string>& name,
                                               const privacy::Region& region) {
  const std::string& text = name.expose();
  if (!is_valid_utf8(text) || count_code_points(text) > kMaxNameCharacters) {
    return fail(Errc::kInvalidInput, "leads: a name is 80 characters of text at most");
  }
  std::string masked = privacy::mask_name(text, region);
  if (masked.empty() != text.empty()) {
    return fail(Errc::kInvalidInput, "leads: nobody could read the name");
  }
  return inbox::LeadChange::Name{name, std::move(masked)};
}

Result<inbox::LeadChange::NewIdentifier> identifier_of(const NewIdentifier& written,
                                                       const privacy::Region& region) {
  using Record = records::Identifier;
  const bool is_phone = written.kind == NewIdentifier::Kind::kPhone;
  auto value = is_phone ? privacy::normalise_phone(written.value.expose(), region)
                        : privacy::normalise_email(written.value.expose());
  if (!value) {
    return fail(Errc::kInvalidInput, is_phone ? "leads: no number" : "leads: no address");
  }
  return inbox::LeadChange::NewIdentifier{is_phone ? Record::KIND_PHONE : Record::KIND_EMAIL,
                                          std::move(*value)};
}

// Whoever may not see something at all neither enters it nor takes it away: whose it is would be told, or
// is nothing to them.
bool is_hidden(const identity::Viewer& viewer, const LeadChange& change) {
  using Kind = NewIdentifier::Kind;
  const auto hides = [&](identity::FieldClass field) {
    return viewer.sees(field) == identity::Visibility::kHidden;
  };
  const auto adds = [&](Kind kind) {
    return std::ranges::find(change.added, kind, &NewIdentifier::kind) != change.added.end();
  };
  const bool removes = !change.removed.empty();
  return (change.name && hides(identity::FieldClass::kProfileName)) ||
         ((removes || adds(Kind::kPhone)) && hides(identity::FieldClass::kPhone)) ||
         ((removes || adds(Kind::kEmail)) && hides(identity::FieldClass::kEmail));
}

Result<inbox::LeadChange> checked(const identity::Viewer& viewer, const LeadChange& written,
                                  const privacy::Region& region) {
  inbox::LeadChange change;
  if (is_hidden(viewer, written)) {
    return fail(Errc::kForbidden, "leads: this is not shown here");
  }
  if (!written.name && written.added.empty() && written.removed.empty()) {
    return fail(Errc::kInvalidInput, "leads: nothing is said of the person");
  }
  if (written.added.size() + written.removed.size() > inbox::kMostIdentifiers) {
    return fail(Errc::kInvalidInput, "leads: 20 identifiers at most");
  }
  if (written.name) {
    LK_TRY(change.name, name_of_person(*written.name, region));
  }
  for (const NewIdentifier& identifier : written.added) {
    LK_TRY(auto one, identifier_of(identifier, region));
    change.added.push_back(std::move(one));
  }
  change.removed = written.removed;
  return change;
}

std::string what_changes(const LeadChange& change) {
  std::string out = change.name ? "name " : "";
  out += change.added.empty() ? "" : "identifiers_added ";
  out += change.removed.empty() ? "" : "identifiers_removed ";
  return std::string{trim(out)};
}

// An attempt that may tell whose numbers there are. What it did not tell is no guess.
template <class Attempt>
auto count_guess(House& house, Guesses& guesses, const identity::Actor& actor,
                 const audit::Entry& entry, Attempt&& attempt) -> std::invoke_result_t<Attempt> {
  auto done = guesses.count(actor, house.clock.now(), attempt, [](const auto& tried) {
    return !tried && tried.error().code == Errc::kConflict;
  });
  if (!done && done.error().code == Errc::kTooManyRequests) {
    record_refusal(house, entry, name_of(done.error().code));
  }
  return done;
}

}  // namespace

Result<LeadId> KeepLeads::enter(const Permit<Action::kWriteLead>& permit, const LeadChange& lead,
                                const std::optional<RepeatGuard>& guard) {
  const Timestamp now = m_house.clock.now();
  const audit::Entry entry = entry_by(permit.actor(), audit::Act::kLeadEntered);
  const auto entered = checked(permit.viewer(), lead, m_house.region);
  const bool says_nothing = lead.added.empty() && (!lead.name || lead.name->expose().empty());
  if (!entered) {
    return refuse_on_record(m_house, entry, entered.error());
  }
  if (says_nothing || !lead.removed.empty()) {
    return refuse_on_record(m_house, entry,
                            {Errc::kInvalidInput, "leads: nothing is said of the person"});
  }
  const auto fresh = crypto::new_id<LeadId>(now);
  // Or its key was for something else, which is refused below.
  LK_TRY(const bool is_repeated, m_house.store.read([&](store::ReadTxn& txn) -> Result<bool> {
    const auto earlier = find_earlier(txn, permit.agent(), guard, now);
    return !earlier || earlier.value();
  }));
  const auto write = [&]() -> Result<LeadId> {
    if (!is_repeated) {
      LK_TRY_VOID(m_house.store.ensure_key(store::subject_key(fresh)));
    }
    return act(m_house, entry, [&](store::WriteTxn& txn, audit::Entry& done) {
      auto made = make_once<LeadId>(txn, permit.agent(), guard, now, done, [&]() -> Result<LeadId> {
        LK_TRY_VOID(inbox::Leads{}.enter(txn, fresh, entered.value(), now));
        return fresh;
      });
      if (made) {
        done.object = audit::object_of(made.value());
      }
      return made;
    });
  };
  return is_repeated || lead.added.empty()
             ? write()
             : count_guess(m_house, m_guesses, permit.actor(), entry, write);
}

Result<inbox::MaskedLead> KeepLeads::change(const Permit<Action::kWriteLead>& permit,
                                            const LeadId& id, std::uint64_t expected_version,
                                            const LeadChange& change) {
  const Timestamp now = m_house.clock.now();
  const audit::Entry entry =
      entry_by(permit.actor(), audit::Act::kLeadChanged, audit::object_of(id));
  const auto wanted = checked(permit.viewer(), change, m_house.region);
  if (!wanted) {
    return refuse_on_record(m_house, entry, wanted.error());
  }
  const auto write = [&] {
    return act(m_house, entry,
               [&](store::WriteTxn& txn, audit::Entry& done) -> Result<inbox::MaskedLead> {
                 done.reason = what_changes(change);
                 const inbox::Leads leads;
                 LK_TRY(auto lead, leads.find(txn, id));
                 if (!lead) {
                   return fail(Errc::kNotFound, "there is no such lead");
                 }
                 if (lead->version() != expected_version) {
                   return fail(Errc::kPreconditionFailed, "the lead has changed");
                 }
                 LK_TRY_VOID(leads.change(txn, *lead, wanted.value(), now));
                 return inbox::Showing::lead(*lead, permit.viewer());
               });
  };
  auto shown = change.added.empty() ? write()
                                    : count_guess(m_house, m_guesses, permit.actor(), entry, write);
  const bool is_another = shown && shown.value().version() != expected_version;
  if (is_another && shown.value().conversation()) {
    m_house.feed.publish(
        {{inbox::EventKind::kConversationChanged, *shown.value().conversation(), std::nullopt}});
  }
  return shown;
}

}  // namespace leadkeep::flow
