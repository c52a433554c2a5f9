#include "handlers/handlers.h"
#include "json/views.h"

namespace leadkeep::api {
namespace {

// What can be shown of the key, and what cannot: a drive may keep old copies of a file where nobody can
// overwrite them.
std::string_view key_destruction(const flow::ErasureCertificate& certificate) {
  if (certificate.epoch_over_at) {
    return "removed; then the key file was written anew under another key, and its old copy "
           "overwritten. "
           "Whether the drive keeps a copy elsewhere cannot be shown.";
  }
  if (certificate.key_gone_at) {
    return "removed; who has the root key and old pages or copies of the key file could still find "
           "it, until "
           "the file is written anew.";
  }
  return "under way";
}

http::Response certificate_response(const flow::ErasureCertificate& certificate) {
  json::Writer writer;
  writer.begin_object()
      .field("lead_id", certificate.lead.text())
      .field("asked_at", to_rfc3339(certificate.asked_at));
  write_or_null(writer, "asked_by", certificate.asked_by);
  writer.field("reason", certificate.why.code);
  write_or_null(writer, "case", certificate.why.case_reference);
  writer.field("messages", certificate.messages);
  write_or_null(writer, "data_gone_at", certificate.data_gone_at);
  write_or_null(writer, "key_gone_at", certificate.key_gone_at);
  write_or_null(writer, "key_residue_gone_at", certificate.epoch_over_at);
  writer.field("key_destruction", key_destruction(certificate))
      .field("notifications_in_copies_until", to_rfc3339(certificate.notifications_until))
      .end_object();
  return {200, std::move(writer).take()};
}

Result<flow::Why> parse_why(http::Request& request) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"reason", "case"}));
  return why_of(members);
}

template <class T>
Result<T> explained(http::Request& request, Result<T> done, std::string_view conflict) {
  switch (done ? Errc::kInternal : done.error().code) {
    case Errc::kInvalidInput:
      return request.refuse(400, kWhyForm);
    case Errc::kConflict:
      return request.refuse(Errc::kConflict, 409, conflict);
    default:
      return done;
  }
}

}  // namespace

Answer erase_lead(const ApiContext& context, http::Request& request,
                  const identity::Permit<identity::Action::kErase>& permit) {
  LK_TRY(const auto id, id_of<LeadId>(request));
  LK_TRY(const auto why, parse_why(request));
  LK_TRY(const auto certificate,
         explained(request, context.services.erase_lead.erase(permit, id, why),
                   "This lead is on hold. Who may erase it releases it first."));
  return certificate_response(certificate);
}

Answer show_erasure(const ApiContext& context, http::Request& request,
                    const identity::Permit<identity::Action::kErase>& permit) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto id, id_of<LeadId>(request));
  LK_TRY(const auto certificate, context.services.erase_lead.show(permit, id));
  return certificate_response(certificate);
}

Answer hold_lead(const ApiContext& context, http::Request& request,
                 const identity::Permit<identity::Action::kHold>& permit) {
  LK_TRY(const auto id, id_of<LeadId>(request));
  LK_TRY(const auto why, parse_why(request));
  LK_TRY_VOID(explained(request, context.services.hold_lead.hold(permit, id, why),
                        "This lead is on hold already."));
  return http::Response{204, {}};
}

Answer release_lead(const ApiContext& context, http::Request& request,
                    const identity::Permit<identity::Action::kHold>& permit) {
  LK_TRY(const auto id, id_of<LeadId>(request));
  LK_TRY_VOID(explained(request, context.services.hold_lead.release(permit, id),
                        "This lead is not on hold."));
  return http::Response{204, {}};
}

}  // namespace leadkeep::api
