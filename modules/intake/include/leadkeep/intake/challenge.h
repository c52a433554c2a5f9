// leadkeep/intake/challenge.h — the platform's question whether this is our webhook address
//
// Takes    the decoded query fields hub.mode, hub.verify_token and hub.challenge of a GET
// Yields   the body of the answer (200, text/plain): the challenge, unchanged
// Refuses  kForbidden  any other mode, a wrong token, a challenge that is not 1 to 256 characters
// of
//                      A-Z a-z 0-9 _ - (it is reflected to the asker, so it must not be markup)
// Source   WhatsApp Cloud API: webhooks, "verification requests"
// Threads  any; stateless. The token is compared in constant time.
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>

#include <string>
#include <string_view>

namespace leadkeep::intake {

[[nodiscard]] Result<std::string> answer_challenge(std::string_view mode, std::string_view token,
                                                   std::string_view challenge,
                                                   const SecretBytes& verify_token);

}  // namespace leadkeep::intake
