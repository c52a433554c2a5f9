#include <leadkeep/base/heap.h>
#include <leadkeep/crypto/wiping_heap.h>

#include <cstdlib>

#include <openssl/crypto.h>

namespace leadkeep::crypto {

void wipe_what_openssl_frees() noexcept {
  (void)::CRYPTO_set_mem_functions(
      [](std::size_t size, const char*, int) { return std::malloc(size); },
      [](void* block, std::size_t size, const char*, int) { return realloc_wiped(block, size); },
      [](void* block, const char*, int) { free_wiped(block); });
}

}  // namespace leadkeep::crypto
