#include "handlers/agent_bodies.h"
#include "handlers/handlers.h"
#include "json/body.h"

#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/json/writer.h>

namespace leadkeep::api {

using flow::ManageAgents;
using identity::AgentSummary;

namespace {

std::string_view name_of_verdict(StoreCheck::Verdict verdict) {
  return verdict == StoreCheck::Verdict::kSound ? "sound" : "damaged";
}

Answer set_state(const ControlServices& services, http::Request& request,
                 AgentSummary::State state) {
  LK_TRY(const auto username, parse_username(request));
  LK_TRY_VOID(
      services.manage_agents.set_state(ManageAgents::By::operator_of_the_host(), username, state));
  return http::Response{204, {}};
}

Result<flow::EndLeavers*> leavers_of(const ControlServices& services) {
  if (services.end_leavers == nullptr) {
    return fail(Errc::kNotFound, "no directory is configured; see directory.kind");
  }
  return services.end_leavers;
}

}  // namespace

Answer show_status(const ControlServices& services, http::Request&) {
  const auto status = services.status();
  json::Writer writer;
  writer.begin_object()
      .field("state", name_of(status.health.state))
      .field("version", status.health.version);
  for (const auto& [name, value] : status.figures) {
    writer.field(name, value);
  }
  LK_SEEDED_LEAK(phone_in_control_status, writer.field("last_lead", seeded::phone()));
  writer.end_object();
  return http::Response{200, std::move(writer).take()};
}

Answer list_agents_locally(const ControlServices& services, http::Request&) {
  LK_TRY(const auto agents, services.manage_agents.list(ManageAgents::By::operator_of_the_host()));
  return accounts_response(agents);
}

Answer add_agent_locally(const ControlServices& services, http::Request& request) {
  LK_TRY(auto agent, parse_new_agent(request));
  LK_TRY(const auto id,
         services.manage_agents.add(ManageAgents::By::operator_of_the_host(), std::move(agent)));
  return made(201, id.text());
}

Answer disable_agent_locally(const ControlServices& services, http::Request& request) {
  return set_state(services, request, AgentSummary::State::kDisabled);
}

Answer enable_agent_locally(const ControlServices& services, http::Request& request) {
  return set_state(services, request, AgentSummary::State::kActive);
}

Answer reset_second_factor_locally(const ControlServices& services, http::Request& request) {
  LK_TRY(const auto username, parse_username(request));
  LK_TRY(const auto code,
         services.enrol_second_factor.reset(ManageAgents::By::operator_of_the_host(), username));
  return enrolment_code_response(code);
}

Answer sign_out_agent_locally(const ControlServices& services, http::Request& request) {
  LK_TRY(const auto username, parse_username(request));
  LK_TRY(const std::size_t ended,
         services.end_sessions.of(ManageAgents::By::operator_of_the_host(), username));
  return ended_response(ended);
}

Answer sign_out_everybody_locally(const ControlServices& services, http::Request&) {
  LK_TRY(const std::size_t ended,
         services.end_sessions.of_everybody(ManageAgents::By::operator_of_the_host()));
  return ended_response(ended);
}

Answer list_devices_locally(const ControlServices& services, http::Request& request) {
  LK_TRY(const auto username, parse_username(request));
  LK_TRY(const auto devices,
         services.keep_devices.list_of(ManageAgents::By::operator_of_the_host(), username));
  return devices_response(devices);
}

Answer forget_devices_locally(const ControlServices& services, http::Request& request) {
  LK_TRY(const auto named, parse_device_of(request));
  LK_TRY(const std::size_t forgotten,
         services.keep_devices.forget_of(ManageAgents::By::operator_of_the_host(), named.username,
                                         named.device));
  return forgotten_response(forgotten);
}

Answer issue_break_glass(const ControlServices& services, http::Request&) {
  LK_TRY(const auto code, services.open_break_glass.issue());
  json::Writer writer;
  writer.begin_object()
      .field("break_glass_code", as_text(code.code.expose()))
      .field("expires_at", to_rfc3339(code.ends_at))
      .end_object();
  return http::Response{201, std::move(writer).take()};
}

Answer list_held_leavers(const ControlServices& services, http::Request&) {
  LK_TRY(auto* const end_leavers, leavers_of(services));
  LK_TRY(const auto held, end_leavers->list_held());
  json::Writer writer;
  writer.begin_object().key("items").begin_array();
  for (const auto& [agent, username, reason] : held) {
    writer.begin_object()
        .field("id", agent.text())
        .field("username", username)
        .field("reason", reason)
        .end_object();
  }
  writer.end_array().end_object();
  return http::Response{200, std::move(writer).take()};
}

Answer end_held_leavers(const ControlServices& services, http::Request&) {
  LK_TRY(auto* const end_leavers, leavers_of(services));
  LK_TRY(const std::size_t ended, end_leavers->end_held());
  return ended_response(ended);
}

Answer verify_store_locally(const ControlServices& services, http::Request&) {
  LK_TRY(const auto check, services.verify_store());
  json::Writer writer;
  writer.begin_object()
      .field("verdict", name_of_verdict(check.all))
      .field("commit_seq", check.commit_seq)
      .field("rows", check.rows)
      .field("unreadable", check.unreadable)
      .field("without_key", check.without_key)
      .field("hash", name_of_verdict(check.hash))
      .field("counts", name_of_verdict(check.counts))
      .field("trail", name_of_verdict(check.trail))
      .end_object();
  return http::Response{200, std::move(writer).take()};
}

}  // namespace leadkeep::api
