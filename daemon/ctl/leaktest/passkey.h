// leaktest/passkey.h — a passkey that nobody can sign with, to be enrolled and looked for
#pragma once
#include <string>
#include <string_view>

namespace leadkeep::leaktest {

// The "passkey" of POST /v1/session/second-factor/passkeys, in answer to `challenge`. Its public key
// is no point of the curve, so no private key belongs to it.
[[nodiscard]] std::string new_passkey(std::string_view party, std::string_view origin,
                                      std::string_view challenge);

}  // namespace leadkeep::leaktest
