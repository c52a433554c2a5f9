#include "handlers/handlers.h"
#include "json/views.h"

namespace leadkeep::api {

Answer show_lead(const ApiContext& context, http::Request& request,
                 const identity::Permit<identity::Action::kReadLead>& permit) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto id, id_of<LeadId>(request));
  LK_TRY(const auto lead, context.services.show_inbox.lead(permit, id));
  return http::Response{200, to_json(lead)};
}

}  // namespace leadkeep::api
