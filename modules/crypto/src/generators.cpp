#include "generators.h"

#include "openssl_bytes.h"
#include "scoped_wipe.h"

#include <leadkeep/base/check.h>

#include <cerrno>

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/random.h>

namespace leadkeep::crypto {

namespace {

constexpr unsigned kStrengthBits = 256;

void fill_from_kernel(std::span<std::byte> out) noexcept {
  ssize_t count = -1;
  do {
    count = ::getrandom(out.data(), out.size(), 0);
  } while (count < 0 && errno == EINTR);
  LK_CHECK(count == static_cast<ssize_t>(out.size()));
}

void generate(EVP_RAND_CTX* generator, std::span<std::byte> out) noexcept {
  LK_CHECK(generator != nullptr);
  ByteArray<32> fresh;
  const ScopedWipe wipe_fresh{fresh};
  fill_from_kernel(fresh);
  LK_CHECK(::EVP_RAND_generate(generator, uchars(out.data()), out.size(), kStrengthBits, 0,
                               uchars(fresh.data()), fresh.size()) == 1);
}

}  // namespace

void fill_from_private_generator(std::span<std::byte> out) noexcept {
  generate(::RAND_get0_private(nullptr), out);
}

void fill_from_public_generator(std::span<std::byte> out) noexcept {
  generate(::RAND_get0_public(nullptr), out);
}

}  // namespace leadkeep::crypto
