// leadkeep/crypto/hash.h — SHA-256, HMAC, key derivation, constant-time comparison
//
// Takes    `parts` are hashed as if they were one string; who joins parts of variable length puts
//          their lengths in, or two lists could hash alike
// Refuses  nothing; a failure of the library stops the process
// Source   FIPS 180-4; RFC 2104 and vectors of RFC 4231; RFC 5869 section 2.3
// Threads  any
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/crypto/key.h>

#include <initializer_list>
#include <string_view>

namespace leadkeep::crypto {

[[nodiscard]] ByteArray<32> sha256(std::initializer_list<ByteView> parts);

[[nodiscard]] ByteArray<32> hmac_sha256(const Key256& key, std::initializer_list<ByteView> parts);

// For secrets shared with others, of any length but zero: everyone can compute the HMAC of an empty
// key, so an empty one is a bug of the caller.
[[nodiscard]] ByteArray<32> hmac_sha256(const SecretBytes& key, ByteView data);

// For the one-time codes of RFC 4226, which authenticator apps compute with it. Nothing else may use
// it: SHA-1 collides.
[[nodiscard]] ByteArray<20> hmac_sha1(const SecretBytes& key, ByteView data);

// HKDF-Expand to 32 bytes with `root` as PRK. It needs no Extract step: a Key256 is uniformly
// random (RFC 5869 section 3.3). `info` names the use of the derived key and is not a name that
// wrap.h uses.
[[nodiscard]] Key256 derive_key(const Key256& root, std::string_view info);

enum class Compared { kEqual, kDifferent };

// The time depends on the lengths only; strings of different lengths are different.
[[nodiscard]] Compared compare_constant_time(ByteView a, ByteView b) noexcept;

}  // namespace leadkeep::crypto
