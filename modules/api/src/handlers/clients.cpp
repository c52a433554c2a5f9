#include "handlers/client_bodies.h"
#include "handlers/handlers.h"
#include "json/views.h"

namespace leadkeep::api {

using clients::State;
using ManageClientsPermit = identity::Permit<identity::Action::kManageClients>;

namespace {

Answer set_state(const ApiContext& context, http::Request& request,
                 const ManageClientsPermit& permit, State state) {
  LK_TRY(const auto id, id_of<ClientId>(request));
  LK_TRY_VOID(context.services.manage_clients.set_state(permit, id.text(), state));
  return http::Response{204, {}};
}

}  // namespace

Answer enrol_client(const ApiContext& context, http::Request& request) {
  LK_TRY(const auto enrolment, parse_enrolment(request));
  const auto enrolled =
      context.services.enrol_client.enrol(enrolment.token, enrolment.certificate_request);
  return enrolled ? Answer{enrolment_response(enrolled.value())}
                  : enrolment_refused(request, enrolled.error());
}

Answer show_client(const ApiContext&, http::Request& request, const identity::Caller& caller) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  json::Writer writer;
  writer.begin_object();
  write_or_null(writer, "id", caller.client());
  write_rights(writer, caller.rights());
  writer.end_object();
  return http::Response{200, std::move(writer).take()};
}

Answer renew_client(const ApiContext& context, http::Request& request) {
  LK_TRY(const auto pem, parse_certificate_request(request));
  // A page has no certificate, so it is not admitted here.
  LK_TRY(const auto client,
         context.services.admit_client.admit(request.credential(), request.source()));
  const auto certified = context.services.enrol_client.renew(client, pem);
  if (!certified) {
    return enrolment_refused(request, certified.error());
  }
  json::Writer writer;
  writer.begin_object();
  write_certified(writer, certified.value());
  writer.end_object();
  return http::Response{200, std::move(writer).take()};
}

Answer list_clients(const ApiContext& context, http::Request& request,
                    const identity::Permit<identity::Action::kListClients>& permit) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto clients, context.services.manage_clients.list(permit));
  return clients_response(clients);
}

Answer add_client(const ApiContext& context, http::Request& request,
                  const ManageClientsPermit& permit) {
  LK_TRY(const auto draft, parse_draft(request, context.services.clock.now()));
  LK_TRY(const auto invitation, context.services.manage_clients.add(permit, draft));
  return invitation_response(invitation);
}

Answer show_one_client(const ApiContext& context, http::Request& request,
                       const identity::Permit<identity::Action::kListClients>& permit) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto id, id_of<ClientId>(request));
  LK_TRY(const auto client, context.services.manage_clients.show(permit, id));
  return client_response(client);
}

Answer change_client(const ApiContext& context, http::Request& request,
                     const ManageClientsPermit& permit) {
  LK_TRY(const auto id, id_of<ClientId>(request));
  LK_TRY(const auto change, parse_change(request, context.services.clock.now()));
  const auto client = context.services.manage_clients.change(permit, id.text(), change);
  if (!client && client.error().code == Errc::kInvalidInput) {
    const std::string_view detail = client.error().detail;  // "member: …"
    return request.refuse(400, "That would leave a client that cannot be.",
                          detail.substr(0, detail.find(':')));
  }
  LK_TRY(const auto& now_is, client);
  return client_response(now_is);
}

Answer invite_client(const ApiContext& context, http::Request& request,
                     const ManageClientsPermit& permit) {
  LK_TRY(const auto id, id_of<ClientId>(request));
  LK_TRY(const auto invitation, context.services.manage_clients.invite(permit, id.text()));
  return invitation_response(invitation);
}

Answer approve_client(const ApiContext& context, http::Request& request,
                      const ManageClientsPermit& permit) {
  LK_TRY(const auto id, id_of<ClientId>(request));
  LK_TRY(const auto fingerprint, parse_fingerprint(request));
  LK_TRY_VOID(context.services.manage_clients.approve(permit, id.text(), fingerprint));
  return http::Response{204, {}};
}

Answer suspend_client(const ApiContext& context, http::Request& request,
                      const ManageClientsPermit& permit) {
  return set_state(context, request, permit, State::kSuspended);
}

Answer resume_client(const ApiContext& context, http::Request& request,
                     const ManageClientsPermit& permit) {
  return set_state(context, request, permit, State::kApproved);
}

Answer revoke_client(const ApiContext& context, http::Request& request,
                     const ManageClientsPermit& permit) {
  return set_state(context, request, permit, State::kRevoked);
}

}  // namespace leadkeep::api
