#include "handlers/handlers.h"
#include "json/views.h"

#include <array>
#include <chrono>

namespace leadkeep::api {
namespace {

using By = flow::LeadQuery::By;

constexpr std::array<std::pair<std::string_view, By>, 4> kSearches{
    {{"phone", By::kPhone}, {"email", By::kEmail}, {"name", By::kName}, {"handle", By::kHandle}}};

Fail too_many_guesses(http::Request& request) {
  return request.refuse_until(
      std::chrono::hours{1},
      "Too many numbers and addresses were tried. It goes on within the hour.");
}

Result<std::vector<flow::NewIdentifier>> new_identifiers_of(http::Request& request,
                                                            const Members& members,
                                                            std::string_view name) {
  using Kind = flow::NewIdentifier::Kind;
  std::vector<flow::NewIdentifier> identifiers;
  if (members.has(name) && !members[name].is_array()) {
    return members.refuse(name);
  }
  for (const auto& item : members[name].items()) {
    LK_TRY(const auto one, Members::of(request, item, {"kind", "value"}));
    LK_TRY(const auto kind, one.string("kind"));
    LK_TRY(const auto value, one.string("value"));
    if (kind != "phone" && kind != "email") {
      return request.refuse(400, "An identifier of ours is a phone or an email.", "kind");
    }
    identifiers.push_back({kind == "phone" ? Kind::kPhone : Kind::kEmail, Pii{std::string{value}}});
  }
  return identifiers;
}

Result<std::vector<IdentifierId>> identifiers_of(const Members& members, std::string_view name) {
  LK_TRY(const auto texts, members.strings(name));
  std::vector<IdentifierId> ids;
  for (const std::string& text : texts) {
    const auto id = IdentifierId::parse(text);
    if (!id) {
      return members.refuse(name);
    }
    ids.push_back(*id);
  }
  return ids;
}

Result<std::optional<Pii<std::string>>> name_of_lead(const Members& members) {
  LK_TRY(const auto name, members.find_string("display_name"));
  if (name && name->empty()) {
    return members.refuse("display_name");
  }
  return name ? std::optional{Pii{std::string{*name}}} : std::nullopt;
}

// The same for the refusals that these routes have in words of their own.
template <class T>
Result<T> explained(http::Request& request, Result<T> done) {
  switch (done ? Errc::kInternal : done.error().code) {
    case Errc::kInvalidInput:
      return request.refuse(
          400,
          "A lead has a name of at most 80 characters or an identifier, and at most 20 of "
          "those: phone numbers with their country code, and e-mail addresses. 20 may come "
          "and go at a time, and what goes is one that it has.");
    case Errc::kConflict:
      return request.refuse(
          Errc::kConflict, 409,
          "Another lead has one of these identifiers, or WhatsApp gave the one that is "
          "to go.");
    case Errc::kTooManyRequests:
      return too_many_guesses(request);
    default:
      return done;
  }
}

}  // namespace

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
  LK_TRY(const auto members,
         Members::of(request, document.root(), {"phone", "email", "name", "handle"}));
  std::optional<flow::LeadQuery> query;
  std::string_view named;
  for (const auto& [name, by] : kSearches) {
    LK_TRY(const auto value, members.find_string(name));
    if (value && query) {
      return request.refuse(400, "Search by one thing at a time.", name);
    }
    if (value) {
      query = flow::LeadQuery{by, Pii{std::string{*value}}};
      named = name;
    }
  }
  if (!query) {
    return request.refuse(400, "Search by phone, email, name or handle.");
  }
  const auto leads = context.services.show_inbox.search_leads(permit, *query);
  if (!leads && leads.error().code == Errc::kInvalidInput) {
    return request.refuse(400,
                          query->by == By::kPhone
                              ? "That is no phone number. Write it with its country code."
                              : "Nobody is found by that.",
                          named);
  }
  if (!leads && leads.error().code == Errc::kTooManyRequests) {
    return too_many_guesses(request);
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
  return versioned(fields.of_object(to_json(lead)), lead.version());
}

Answer enter_lead(const ApiContext& context, http::Request& request,
                  const identity::Permit<identity::Action::kWriteLead>& permit) {
  LK_TRY(const auto guard, repeat_guard_of(request));
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members,
         Members::of(request, document.root(), {"display_name", "identifiers"}));
  flow::LeadChange lead;
  LK_TRY(lead.name, name_of_lead(members));
  LK_TRY(lead.added, new_identifiers_of(request, members, "identifiers"));
  LK_TRY(const auto id, explained(request, context.services.keep_leads.enter(permit, lead, guard)));
  return made(201, id.text());
}

Answer change_lead(const ApiContext& context, http::Request& request,
                   const identity::Permit<identity::Action::kWriteLead>& permit) {
  LK_TRY(const auto id, id_of<LeadId>(request));
  LK_TRY(const auto version, version_of(request));
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members,
         Members::of(request, document.root(),
                     {"display_name", "add_identifiers", "remove_identifiers"}));
  flow::LeadChange change;
  if (members.is_null("display_name")) {
    change.name = Pii<std::string>{};
  } else {
    LK_TRY(change.name, name_of_lead(members));
  }
  LK_TRY(change.added, new_identifiers_of(request, members, "add_identifiers"));
  if (members.has("remove_identifiers")) {
    LK_TRY(change.removed, identifiers_of(members, "remove_identifiers"));
  }
  LK_TRY(const auto lead,
         explained(request, context.services.keep_leads.change(permit, id, version, change)));
  return versioned(to_json(lead), lead.version());
}

Answer reveal_identifiers(const ApiContext& context, http::Request& request,
                          const identity::Permit<identity::Action::kReveal>& permit) {
  LK_TRY(const auto id, id_of<LeadId>(request));
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members,
         Members::of(request, document.root(), {"identifier_ids", "reason", "case"}));
  flow::RevealRequest wanted;
  LK_TRY(wanted.identifiers, identifiers_of(members, "identifier_ids"));
  LK_TRY(wanted.why, why_of(members));
  const auto revealed = context.services.reveal.reveal(permit, id, wanted);
  if (!revealed && revealed.error().code == Errc::kInvalidInput) {
    return request.refuse(
        400,
        "Name 1 to 20 different identifiers of the lead, a reason of 1 to 40 of a-z and _, and, if "
        "there is one, a case: 1 to 40 letters, digits and - _ . / with at most 7 digits.");
  }
  if (!revealed && revealed.error().code == Errc::kTooManyRequests) {
    return request.refuse_until(std::chrono::hours{1},
                                "So many identifiers are not shown within an hour. It goes on "
                                "within the hour.");
  }
  LK_TRY(const auto& identifiers, revealed);
  return http::Response{200, page_to_json(flow::Page{identifiers, std::nullopt})};
}

}  // namespace leadkeep::api
