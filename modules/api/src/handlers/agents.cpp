#include "handlers/agent_bodies.h"
#include "handlers/handlers.h"
#include "json/views.h"

namespace leadkeep::api {

using identity::AgentSummary;
using ManageAgentsPermit = identity::Permit<identity::Action::kManageAgents>;

namespace {

Answer set_state(const ApiContext& context, http::Request& request,
                 const ManageAgentsPermit& permit, AgentSummary::State state) {
  LK_TRY(const auto username, parse_username(request));
  LK_TRY_VOID(context.services.manage_agents.set_state(permit, username, state));
  return http::Response{204, {}};
}

}  // namespace

Answer list_colleagues(const ApiContext& context, http::Request& request,
                       const identity::Permit<identity::Action::kListAgents>& permit) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto agents, context.services.manage_agents.list(permit));
  return http::Response{200, list_to_json(agents, std::nullopt, write_colleague)};
}

Answer list_accounts(const ApiContext& context, http::Request& request,
                     const identity::Permit<identity::Action::kListAccounts>& permit) {
  LK_TRY_VOID(http::Query::parse(request, {}));
  LK_TRY(const auto agents, context.services.manage_agents.list(permit));
  return accounts_response(agents);
}

Answer add_account(const ApiContext& context, http::Request& request,
                   const ManageAgentsPermit& permit) {
  LK_TRY(auto agent, parse_new_agent(request));
  LK_TRY(const auto guard, repeat_guard_of(request, without_password(agent)));
  LK_TRY(const auto id, context.services.manage_agents.add(permit, std::move(agent), guard));
  return made(201, id.text());
}

Answer disable_account(const ApiContext& context, http::Request& request,
                       const ManageAgentsPermit& permit) {
  return set_state(context, request, permit, AgentSummary::State::kDisabled);
}

Answer enable_account(const ApiContext& context, http::Request& request,
                      const ManageAgentsPermit& permit) {
  return set_state(context, request, permit, AgentSummary::State::kActive);
}

Answer sign_out_account(const ApiContext& context, http::Request& request,
                        const ManageAgentsPermit& permit) {
  LK_TRY(const auto username, parse_username(request));
  LK_TRY(const std::size_t ended, context.services.end_sessions.of(permit, username));
  return ended_response(ended);
}

Answer sign_out_everybody(const ApiContext& context, http::Request&,
                          const ManageAgentsPermit& permit) {
  LK_TRY(const std::size_t ended, context.services.end_sessions.of_everybody(permit));
  return ended_response(ended);
}

}  // namespace leadkeep::api
