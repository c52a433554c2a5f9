// The list of clients, for the operator of the host.
#include "handlers/client_bodies.h"
#include "handlers/handlers.h"

namespace leadkeep::api {

using clients::State;
using flow::ManageClients;

namespace {

ManageClients::By operator_of_the_host() {
  return ManageClients::By::operator_of_the_host();
}

Answer set_state(const ControlServices& services, http::Request& request, State state) {
  LK_TRY(const auto client, parse_client(request));
  LK_TRY_VOID(services.manage_clients.set_state(operator_of_the_host(), client, state));
  return http::Response{204, {}};
}

}  // namespace

Answer list_clients_locally(const ControlServices& services, http::Request&) {
  LK_TRY(const auto clients, services.manage_clients.list(operator_of_the_host()));
  return clients_response(clients);
}

Answer add_client_locally(const ControlServices& services, http::Request& request) {
  LK_TRY(const auto draft, parse_draft(request, services.clock.now()));
  LK_TRY(const auto invitation, services.manage_clients.add(operator_of_the_host(), draft));
  return invitation_response(invitation);
}

Answer enrol_client_locally(const ControlServices& services, http::Request& request) {
  LK_TRY(const auto enrolment, parse_enrolment(request));
  const auto enrolled = services.enrol_client.enrol(enrolment.token, enrolment.certificate_request);
  return enrolled ? Answer{enrolment_response(enrolled.value())}
                  : enrolment_refused(request, enrolled.error());
}

Answer invite_client_locally(const ControlServices& services, http::Request& request) {
  LK_TRY(const auto client, parse_client(request));
  LK_TRY(const auto invitation, services.manage_clients.invite(operator_of_the_host(), client));
  return invitation_response(invitation);
}

Answer approve_client_locally(const ControlServices& services, http::Request& request) {
  LK_TRY(const auto named, parse_approval(request));
  LK_TRY_VOID(
      services.manage_clients.approve(operator_of_the_host(), named.client, named.fingerprint));
  return http::Response{204, {}};
}

Answer suspend_client_locally(const ControlServices& services, http::Request& request) {
  return set_state(services, request, State::kSuspended);
}

Answer resume_client_locally(const ControlServices& services, http::Request& request) {
  return set_state(services, request, State::kApproved);
}

Answer revoke_client_locally(const ControlServices& services, http::Request& request) {
  return set_state(services, request, State::kRevoked);
}

}  // namespace leadkeep::api
