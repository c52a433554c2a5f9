#include "handlers/handlers.h"
#include "json/views.h"

namespace leadkeep::api {

// The ledger of one person is short, so it is one page.
Answer list_consents(const ApiContext& context, http::Request& request,
                     const identity::Permit<identity::Action::kReadConsents>& permit) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto id, id_of<LeadId>(request));
  LK_TRY(const auto entries, context.services.keep_consent.list(permit, id));
  return http::Response{200,
                        list_to_json(entries, std::nullopt,
                                     [](json::Writer& writer, const consent::ConsentEntry& entry) {
                                       write(writer, entry);
                                     })};
}

Answer record_consent(const ApiContext& context, http::Request& request,
                      const identity::Permit<identity::Action::kRecordConsent>& permit) {
  LK_TRY(const auto id, id_of<LeadId>(request));
  LK_TRY(const auto guard, repeat_guard_of(request));
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members,
         Members::of(request, document.root(), {"kind", "purpose", "source", "evidence"}));
  LK_TRY(const auto kind_name, members.string("kind"));
  const auto kind = consent::parse_consent_kind(kind_name);
  if (!kind) {
    return members.refuse("kind");
  }
  consent::NewConsent consent;
  consent.kind = *kind;
  LK_TRY(consent.purpose, members.string("purpose"));
  LK_TRY(consent.source, members.string("source"));
  LK_TRY(const auto evidence, members.find_string("evidence"));
  consent.evidence = Pii{std::string{evidence.value_or("")}};
  LK_TRY(const auto entry, context.services.keep_consent.record(permit, id, consent, guard));
  return made(201, entry.text());
}

}  // namespace leadkeep::api
