#include "handlers/agent_bodies.h"
#include "handlers/handlers.h"
#include "json/views.h"

namespace leadkeep::api {

using ManageAgentsPermit = identity::Permit<identity::Action::kManageAgents>;

Answer remember_device(const ApiContext& context, http::Request& request,
                       const identity::Session& session) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"name"}));
  LK_TRY(const auto name, members.string("name"));
  LK_TRY(const auto remembered, context.services.keep_devices.remember(session, name));
  http::Response response{201, to_json(remembered.device)};
  response.fields.push_back(
      device_cookie(context, remembered.device.id, remembered.secret, remembered.device.ends_at));
  return response;
}

Answer list_devices(const ApiContext& context, http::Request& request,
                    const identity::Session& session) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto devices, context.services.keep_devices.list(session));
  return devices_response(devices);
}

Answer forget_device(const ApiContext& context, http::Request& request,
                     const identity::Session& session) {
  LK_TRY(const auto id, id_of<identity::DeviceId>(request));
  LK_TRY_VOID(context.services.keep_devices.forget(session, id));
  return http::Response{204, {}};
}

Answer list_devices_of(const ApiContext& context, http::Request& request,
                       const ManageAgentsPermit& permit) {
  LK_TRY(const auto username, parse_username(request));
  LK_TRY(const auto devices, context.services.keep_devices.list_of(permit, username));
  return devices_response(devices);
}

Answer forget_devices_of(const ApiContext& context, http::Request& request,
                         const ManageAgentsPermit& permit) {
  LK_TRY(const auto named, parse_device_of(request));
  LK_TRY(const std::size_t forgotten,
         context.services.keep_devices.forget_of(permit, named.username, named.device));
  return forgotten_response(forgotten);
}

}  // namespace leadkeep::api
