// The key and the store that the fuzz targets of store share.
#pragma once
#include <leadkeep/crypto/key.h>
#include <leadkeep/store/sealed_record.h>

#include <algorithm>

namespace leadkeep::store {

template <std::size_t N>
[[nodiscard]] ByteArray<N> counting_bytes(unsigned first) {
  ByteArray<N> bytes;
  for (std::size_t i = 0; i < N; ++i) {
    bytes[i] = static_cast<std::byte>(first + i);
  }
  return bytes;
}

[[nodiscard]] inline const crypto::Key256& fixed_key() {
  static const crypto::Key256 key = crypto::Key256::from_bytes(counting_bytes<32>(0)).value();
  return key;
}

[[nodiscard]] inline const StoreId& fixed_store() {
  static const StoreId store = counting_bytes<16>(0xc0);
  return store;
}

// The genuine bytes with the input laid over them: reaches what random bytes never would.
[[nodiscard]] inline Bytes tampered(Bytes genuine, ByteView changes) {
  genuine.resize(std::max(genuine.size(), changes.size()));
  for (std::size_t i = 0; i < changes.size(); ++i) {
    genuine[i] ^= changes[i];
  }
  return genuine;
}

}  // namespace leadkeep::store
