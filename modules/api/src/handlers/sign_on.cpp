#include "handlers/handlers.h"
#include "handlers/provider_answers.h"
#include "http/cookies.h"
#include "http/page.h"

#include <leadkeep/flow/sign_on.h>
#include <leadkeep/saml/authn_request.h>

namespace leadkeep::api {
namespace {

// T-01. A form may hold a button; nothing of SAML but these two, each once.
struct PostedAnswer {
  std::string saml_response;
  std::string relay_state;
};

Result<PostedAnswer> read_answer(http::Request& request) {
  if (!request.head().is_of_type("application/x-www-form-urlencoded")) {
    return request.refuse(415, "An answer of an identity provider is posted as a form.");
  }
  LK_TRY(const auto form, http::Query::parse_form(request));
  for (const std::string_view other : {"SAMLRequest", "SAMLart", "SigAlg", "Signature"}) {
    if (form.find(other)) {
      return request.refuse(400, "The form holds more than an answer of an identity provider.");
    }
  }
  const auto response = form.find("SAMLResponse");
  const auto relay_state = form.find("RelayState");
  if (!response || !relay_state) {
    return request.refuse(400, "The form holds no answer to a request of ours.");
  }
  return PostedAnswer{std::string{*response}, std::string{*relay_state}};
}

}  // namespace

Answer show_saml_metadata(const ApiContext& context, http::Request& request) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(auto metadata, context.services.sign_on.metadata());
  http::Response response{200, std::move(metadata)};
  response.content_type = "application/samlmetadata+xml";
  return response;
}

Answer begin_saml_log_in(const ApiContext& context, http::Request& request) {
  LK_TRY(const auto query, http::Query::parse(request, {"provider"}));
  LK_TRY(const auto departure,
         context.services.sign_on.begin_log_in(query.find("provider").value_or("")));
  const auto* form = std::get_if<saml::Form>(&departure.to);
  http::Response response =
      form != nullptr ? http::form_page(form->action, {{{"SAMLRequest", form->saml_request},
                                                        {"RelayState", form->relay_state}}})
                      : http::moved_to(std::get<std::string>(departure.to));
  keep_request(response, departure.cookie, AnswerComes::kByForm);
  return response;
}

Answer begin_saml_step_up(const ApiContext& context, http::Request& request,
                          const identity::Session& session) {
  LK_TRY(const auto query, http::Query::parse(request, {"provider"}));
  LK_TRY(const auto departure,
         context.services.sign_on.begin_step_up(query.find("provider").value_or(""), session));
  json::Writer writer;
  writer.begin_object();
  if (const auto* form = std::get_if<saml::Form>(&departure.to)) {
    writer.field("action", form->action)
        .field("saml_request", form->saml_request)
        .field("relay_state", form->relay_state);
  } else {
    writer.field("location", std::get<std::string>(departure.to));
  }
  writer.end_object();
  http::Response response{200, std::move(writer).take()};
  keep_request(response, departure.cookie, AnswerComes::kByForm);
  return response;
}

Answer take_saml_answer(const ApiContext& context, http::Request& request) {
  LK_TRY(auto posted, read_answer(request));
  return sign_on_answer(context, request,
                        context.services.sign_on.take(
                            {request.cookie(http::kSignOnCookie).value_or(""), posted.relay_state,
                             std::move(posted.saml_response), request.source()}));
}

}  // namespace leadkeep::api
