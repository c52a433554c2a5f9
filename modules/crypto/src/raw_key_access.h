// The only way to the bytes of a Key256. Views die with the key; nobody keeps one beyond a call.
#pragma once
#include <leadkeep/crypto/key.h>

namespace leadkeep::crypto {

class RawKeyAccessIssuer {
 public:
  [[nodiscard]] static ByteView bytes_of(const Key256& key) { return key.bytes(RawKeyAccess{}); }
};

}  // namespace leadkeep::crypto
