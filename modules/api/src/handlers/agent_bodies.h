// handlers/agent_bodies.h — bodies about agents, which the API and the control socket share
#pragma once
#include "http/request.h"
#include "http/response.h"

#include <leadkeep/flow/enrol_second_factor.h>
#include <leadkeep/identity/local_directory.h>
#include <leadkeep/identity/recognised_devices.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace leadkeep::api {

// {"username","display_name","roles":[…],"password"}
[[nodiscard]] Result<identity::NewAgent> parse_new_agent(http::Request& request);
// What the request asks for, as text, but for the password.
[[nodiscard]] std::string without_password(const identity::NewAgent& agent);
// {"username"}
[[nodiscard]] Result<std::string> parse_username(http::Request& request);

struct DeviceOf {
  std::string username;
  std::optional<identity::DeviceId> device;
};

// {"username","device"?}
[[nodiscard]] Result<DeviceOf> parse_device_of(http::Request& request);

// {"enrolment_code","expires_at"}
[[nodiscard]] http::Response enrolment_code_response(
    const flow::EnrolSecondFactor::EnrolmentCode& code);
// {"ended"}: how many sessions
[[nodiscard]] http::Response ended_response(std::size_t ended);
[[nodiscard]] http::Response devices_response(const std::vector<identity::DeviceSummary>& devices);
// {"forgotten"}: how many devices
[[nodiscard]] http::Response forgotten_response(std::size_t forgotten);
[[nodiscard]] http::Response accounts_response(const std::vector<identity::AgentSummary>& agents);

}  // namespace leadkeep::api
