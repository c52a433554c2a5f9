// leadkeep/crypto/wiping_heap.h — OpenSSL wipes what it frees
//
// Buffers of TLS connections hold what was said. To be called before anything else of OpenSSL is,
// or the library refuses, and everything goes on without it.
#pragma once

namespace leadkeep::crypto {

void wipe_what_openssl_frees() noexcept;

}  // namespace leadkeep::crypto
