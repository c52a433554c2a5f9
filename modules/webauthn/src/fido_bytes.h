// Bytes as libfido2 takes and gives them.
#pragma once
#include <leadkeep/base/bytes.h>

#include <memory>

#include <fido.h>

namespace leadkeep::webauthn {

[[nodiscard]] inline const unsigned char* data_of(ByteView bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

[[nodiscard]] inline ByteView view_of(const unsigned char* data, std::size_t size) noexcept {
  return {reinterpret_cast<const std::byte*>(data), size};
}

struct FreeAssertion {
  void operator()(fido_assert_t* assertion) const noexcept { ::fido_assert_free(&assertion); }
};

struct FreeCredential {
  void operator()(fido_cred_t* credential) const noexcept { ::fido_cred_free(&credential); }
};

using FidoAssertion = std::unique_ptr<fido_assert_t, FreeAssertion>;
using FidoCredential = std::unique_ptr<fido_cred_t, FreeCredential>;

}  // namespace leadkeep::webauthn
