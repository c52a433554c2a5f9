#include "handlers/handlers.h"
#include "json/views.h"

namespace leadkeep::api {

Answer list_leads(const ApiContext& context, http::Request& request,
                  const identity::Permit<identity::Action::kReadLead>& permit) {
  LK_TRY(const auto query, http::Query::parse(request, {"ids", "fields"}));
  if (!query.find("ids")) {
    return request.refuse(400, "There is no list of all leads. Name up to 50 of them.", "ids");
  }
  LK_TRY(const auto fields, Fields::of(request, query, kLeadFields));
  LK_TRY(const auto ids, ids_of<LeadId>(request, query));
  LK_TRY(const auto leads, context.services.show_inbox.named_leads(permit, ids));
  return http::Response{200, fields.of_list(page_to_json(flow::Page{leads, std::nullopt}))};
}

Answer show_lead(const ApiContext& context, http::Request& request,
                 const identity::Permit<identity::Action::kReadLead>& permit) {
  LK_TRY(const auto query, http::Query::parse(request, {"fields"}));
  LK_TRY(const auto fields, Fields::of(request, query, kLeadFields));
  LK_TRY(const auto id, id_of<LeadId>(request));
  LK_TRY(const auto lead, context.services.show_inbox.lead(permit, id));
  return http::Response{200, fields.of_object(to_json(lead))};
}

}  // namespace leadkeep::api
