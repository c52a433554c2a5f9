// The first bytes of every commitment to a key (wrap.h). HMAC-SHA256 under one key makes both
// commitments and derived keys, so no derived key may have a name that begins like this.
#pragma once
#include <string_view>

namespace leadkeep::crypto {

inline constexpr std::string_view kCommitmentLabel = "leadkeep/commit/1";

}  // namespace leadkeep::crypto
