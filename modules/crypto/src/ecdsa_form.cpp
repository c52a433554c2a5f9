#include "ecdsa_form.h"

#include "openssl_bytes.h"
#include "openssl_handles.h"

#include <leadkeep/base/check.h>

#include <memory>

#include <openssl/bn.h>
#include <openssl/ec.h>

namespace leadkeep::crypto {
namespace {

using Signature = std::unique_ptr<ECDSA_SIG, Free<&::ECDSA_SIG_free>>;
using Number = std::unique_ptr<BIGNUM, Free<&::BN_free>>;

Number number_of(ByteView bytes) {
  Number number{::BN_bin2bn(uchars(bytes.data()), piece_size(bytes), nullptr)};
  LK_CHECK(number != nullptr);
  return number;
}

void write_number(const BIGNUM* number, std::span<std::byte> out) {
  const int size = piece_size(out);
  LK_CHECK(::BN_bn2binpad(number, uchars(out.data()), size) == size);
}

}  // namespace

Bytes der_of(ByteView r_and_s) {
  LK_CHECK(r_and_s.size() % 2 == 0);
  Number r = number_of(r_and_s.first(r_and_s.size() / 2));
  Number s = number_of(r_and_s.last(r_and_s.size() / 2));
  const Signature both{::ECDSA_SIG_new()};
  LK_CHECK(both != nullptr && ::ECDSA_SIG_set0(both.get(), r.release(), s.release()) == 1);
  const int size = ::i2d_ECDSA_SIG(both.get(), nullptr);
  LK_CHECK(size > 0);
  Bytes der(static_cast<std::size_t>(size));
  unsigned char* out = uchars(der.data());
  LK_CHECK(::i2d_ECDSA_SIG(both.get(), &out) == size);
  return der;
}

void from_der(ByteView der, std::span<std::byte> r_and_s) {
  const unsigned char* in = uchars(der.data());
  const Signature both{::d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size()))};
  LK_CHECK(both != nullptr);
  write_number(::ECDSA_SIG_get0_r(both.get()), r_and_s.first(r_and_s.size() / 2));
  write_number(::ECDSA_SIG_get0_s(both.get()), r_and_s.last(r_and_s.size() / 2));
}

}  // namespace leadkeep::crypto
