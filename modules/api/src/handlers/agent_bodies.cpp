#include "handlers/agent_bodies.h"

#include "json/body.h"
#include "json/views.h"

namespace leadkeep::api {
namespace {

http::Response count_response(std::string_view name, std::size_t count) {
  json::Writer writer;
  writer.begin_object().field(name, static_cast<std::uint64_t>(count)).end_object();
  return {200, std::move(writer).take()};
}

}  // namespace

Result<identity::NewAgent> parse_new_agent(http::Request& request) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members,
         Members::of(request, document.root(), {"username", "display_name", "roles", "password"}));
  identity::NewAgent agent;
  LK_TRY(agent.password, members.secret("password"));
  LK_TRY(agent.username, members.string("username"));
  LK_TRY(agent.display_name, members.string("display_name"));
  LK_TRY(const auto roles, members.strings("roles"));
  for (const auto& name : roles) {
    const auto role = identity::parse_role(name);
    if (!role) {
      return members.refuse("roles");
    }
    agent.roles.push_back(*role);
  }
  return agent;
}

std::string without_password(const identity::NewAgent& agent) {
  json::Writer writer;
  writer.begin_array().string(agent.username).string(agent.display_name);
  for (const identity::Role role : agent.roles) {
    writer.string(identity::name_of(role));
  }
  writer.end_array();
  return std::move(writer).take();
}

Result<std::string> parse_username(http::Request& request) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"username"}));
  LK_TRY(const auto username, members.string("username"));
  return std::string{username};
}

Result<DeviceOf> parse_device_of(http::Request& request) {
  LK_TRY(const auto document, parse_body(request));
  LK_TRY(const auto members, Members::of(request, document.root(), {"username", "device"}));
  DeviceOf named;
  LK_TRY(named.username, members.string("username"));
  LK_TRY(const auto id, members.find_string("device"));
  if (id) {
    named.device = identity::DeviceId::parse(*id);
    if (!named.device) {
      return members.refuse("device");
    }
  }
  return named;
}

http::Response enrolment_code_response(const flow::EnrolSecondFactor::EnrolmentCode& code) {
  json::Writer writer;
  writer.begin_object()
      .field("enrolment_code", as_text(code.code.expose()))
      .field("expires_at", to_rfc3339(code.ends_at))
      .end_object();
  return {201, std::move(writer).take()};
}

http::Response ended_response(std::size_t ended) {
  return count_response("ended", ended);
}

http::Response devices_response(const std::vector<identity::DeviceSummary>& devices) {
  const auto write_one = [](json::Writer& writer, const identity::DeviceSummary& device) {
    write(writer, device);
  };
  return {200, list_to_json(devices, std::nullopt, write_one)};
}

http::Response forgotten_response(std::size_t forgotten) {
  return count_response("forgotten", forgotten);
}

http::Response accounts_response(const std::vector<identity::AgentSummary>& agents) {
  return {200, list_to_json(agents, std::nullopt, write_account)};
}

}  // namespace leadkeep::api
