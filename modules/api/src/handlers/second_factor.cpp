#include "handlers/agent_bodies.h"
#include "handlers/handlers.h"
#include "json/views.h"

#include <leadkeep/identity/qr_code.h>
#include <leadkeep/identity/totp.h>

namespace leadkeep::api {
namespace {

constexpr std::string_view kIssuer = "Leadkeep";

// The member may be absent, but not the body.
Result<SecretBytes> parse_optional_secret(http::Request& request, std::string_view member) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {member}));
  return members.find_secret(member);
}

}  // namespace

Answer show_second_factor(const ApiContext& context, http::Request& request,
                          const identity::Session& session) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto overview, context.services.enrol_second_factor.show(session));
  json::Writer writer;
  writer.begin_object().field("required", overview.required).key("totp");
  if (overview.totp_since) {
    writer.begin_object().field("enrolled_at", to_rfc3339(*overview.totp_since)).end_object();
  } else {
    writer.null();
  }
  writer.field("recovery_codes_left", static_cast<std::uint64_t>(overview.recovery_codes_left))
      .key("passkeys")
      .begin_array();
  for (const identity::PasskeySummary& passkey : overview.passkeys) {
    write(writer, passkey);
  }
  writer.end_array().end_object();
  return http::Response{200, std::move(writer).take()};
}

Answer offer_totp(const ApiContext& context, http::Request& request,
                  const identity::Session& session) {
  LK_TRY(const auto typed, parse_optional_secret(request, "second_factor"));
  LK_TRY(const auto secret, context.services.enrol_second_factor.offer(session, typed));
  const SecretBytes uri = identity::totp::key_uri(secret, kIssuer, session.username());
  LK_TRY(const auto picture, identity::qr_code_svg(uri));
  std::string encoded = to_base32(secret.expose());
  json::Writer writer;
  writer.begin_object()
      .field("secret", encoded)
      .field("uri", as_text(uri.expose()))
      .field("qr_svg", as_text(picture.expose()))
      .end_object();
  wipe(encoded);
  return http::Response{201, std::move(writer).take()};
}

Answer confirm_totp(const ApiContext& context, http::Request& request,
                    const identity::Session& session) {
  LK_TRY(const auto code, parse_secret(request, "code"));
  LK_TRY(const auto enrolled, context.services.enrol_second_factor.confirm(session, code));
  json::Writer writer;
  writer.begin_object();
  write_recovery_codes(writer, enrolled.recovery_codes);
  return opened_response(201, std::move(writer), context, enrolled.session);
}

Answer replace_recovery_codes(const ApiContext& context, http::Request& request,
                              const identity::Session& session) {
  LK_TRY(const auto typed, parse_optional_secret(request, "second_factor"));
  LK_TRY(const auto codes,
         context.services.enrol_second_factor.replace_recovery_codes(session, typed));
  json::Writer writer;
  writer.begin_object();
  write_recovery_codes(writer, codes);
  writer.end_object();
  return http::Response{201, std::move(writer).take()};
}

Answer reset_second_factor(const ApiContext& context, http::Request& request,
                           const identity::Permit<identity::Action::kManageAgents>& permit) {
  LK_TRY(const auto username, parse_username(request));
  LK_TRY(const auto code, context.services.enrol_second_factor.reset(permit, username));
  return enrolment_code_response(code);
}

}  // namespace leadkeep::api
