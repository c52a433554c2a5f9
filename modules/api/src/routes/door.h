// routes/door.h — what the dispatcher asks before a request enters a path
#pragma once
#include "routes/browser.h"
#include "routes/quotas.h"

#include <leadkeep/base/metrics.h>
#include <leadkeep/flow/log_in.h>
#include <leadkeep/identity/permit.h>

#include <functional>
#include <optional>

namespace leadkeep::api {

enum class ShowReason : std::uint8_t {
  kNever,         // problems carry fixed texts only
  kToTheOperator  // who may read our log anyway
};

using Use = flow::LogIn::Use;

struct Door {
  const identity::Authoriser& authoriser;
  Metrics& metrics;
  // Through what somebody asks: kClientNotApproved. Empty: a door without clients.
  std::function<Result<identity::Caller>(http::Request&)> admit;
  std::function<Result<identity::Session>(const identity::ShownSession&, Use)> resume;
  std::function<void(const std::optional<identity::Actor>&, Errc)> record_refusal;
  ShowReason show_reason = ShowReason::kNever;
  Browser browser = {};      // NOLINT(readability-redundant-member-init): most doors leave it out
  Quotas* quotas = nullptr;  // nullptr: a door without clients
  // Where the request comes from, before anybody asks. Empty: from the peer, always.
  std::function<void(http::Request&)> look_behind_proxy = {};
};

}  // namespace leadkeep::api
