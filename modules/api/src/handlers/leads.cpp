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

Answer search_leads(const ApiContext& context, http::Request& request,
                    const identity::Permit<identity::Action::kReadLead>& permit) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"phone", "handle"}));
  LK_TRY(const auto phone, members.find_string("phone"));
  LK_TRY(const auto handle, members.find_string("handle"));
  if (phone.has_value() == handle.has_value()) {
    return request.refuse(400, "Search for a phone number or for a handle, one of them.",
                          phone ? "handle" : "phone");
  }
  flow::LeadQuery query;
  if (phone) {
    query.phone.emplace(std::string{*phone});
  } else {
    query.handle = std::string{*handle};
  }
  const auto leads = context.services.show_inbox.search_leads(permit, query);
  if (!leads && leads.error().code == Errc::kInvalidInput) {
    return request.refuse(400, "That is no phone number. Write it with its country code.", "phone");
  }
  LK_TRY(const auto& found, leads);
  return http::Response{200, page_to_json(flow::Page{found, std::nullopt})};
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
