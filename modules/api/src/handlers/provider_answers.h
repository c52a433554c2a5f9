// handlers/provider_answers.h — what a browser gets that comes from an identity provider, or goes there,
// whatever is spoken
#pragma once
#include "handlers/context.h"

#include <cstdint>
#include <optional>
#include <string>

namespace leadkeep::api {

// Where the answer comes from decides which cookies a browser sends along with it.
enum class AnswerComes : std::uint8_t {
  kByLink,  // SameSite=Lax
  kByForm,  // SameSite=None: the identity provider's page posts it, which is another site's
};

// The request, which the browser keeps until it is answered and a session is opened.
void keep_request(http::Response& response, const SecretBytes& cookie, AnswerComes answer);

// A person sees what comes back, so a refusal is a page; who was let in is sent on to a page
// of ours: its next request comes from our own site and carries all cookies (check T-03).
[[nodiscard]] Answer sign_on_answer(const ApiContext& context, http::Request& request,
                                    const Result<void>& taken);

// The session has ended here; `next` is where the person signs out there.
[[nodiscard]] http::Response logout_departure(const identity::Session& session,
                                              const std::optional<std::string>& next);

}  // namespace leadkeep::api
