// handlers/provider_answers.h — what a browser gets that comes from an identity provider, or goes there,
// whatever is spoken
#pragma once
#include "handlers/context.h"

#include <optional>
#include <string>

namespace leadkeep::api {

// A person sees what comes back, so a refusal is a page; who was let in is sent on to a page
// of ours: its next request comes from our own site and carries all cookies (check T-03).
[[nodiscard]] Answer sign_on_answer(const ApiContext& context, http::Request& request,
                                    const Result<void>& taken);

// The session has ended here; `next` is where the person signs out there.
[[nodiscard]] http::Response logout_departure(const identity::Session& session,
                                              const std::optional<std::string>& next);

}  // namespace leadkeep::api
