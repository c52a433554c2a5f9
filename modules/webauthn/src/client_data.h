// What the browser says it asked the authenticator for.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/webauthn/challenges.h>
#include <leadkeep/webauthn/defect.h>

#include <string_view>

namespace leadkeep::webauthn {

// The challenge, of client data of this ceremony from a page of our origin. A page inside a frame of
// another origin is none: whoever clicks there sees the other one.
[[nodiscard]] Checked<Bytes> read_client_data(const RelyingParty& party, Ceremony ceremony,
                                              std::string_view json);

}  // namespace leadkeep::webauthn
