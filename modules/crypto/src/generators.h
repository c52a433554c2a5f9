// The two generators that OpenSSL keeps per thread (RAND_DRBG(7)): what a nonce shows of the public
// one tells nothing about the private one, which makes keys.
//
// Each call mixes in 32 bytes of getrandom(2). OpenSSL reseeds after a fork, but cannot notice that
// the machine was copied while it ran; the kernel can (virtual machine generation id), and its
// fresh bytes then lead the copies apart. A failure of either stops the process.
#pragma once
#include <leadkeep/base/bytes.h>

namespace leadkeep::crypto {

void fill_from_private_generator(std::span<std::byte> out) noexcept;
void fill_from_public_generator(std::span<std::byte> out) noexcept;

}  // namespace leadkeep::crypto
