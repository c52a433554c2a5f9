// leadkeep/crypto/aead.h — authenticated encryption: XAES-256-GCM
//
// Takes    key, nonce of 24 bytes, `bound_to`: what the ciphertext belongs to (authenticated, not
//          stored), plaintext
// Yields   ciphertext ‖ tag of 16 bytes: kTagSize more bytes than the plaintext
// Refuses  kCorrupt            any bit of key, nonce, bound_to, ciphertext or tag is another; one
//                              answer for every cause, and no plaintext before the tag is verified
// Source   C2SP XAES-256-GCM; NIST SP 800-38D (GCM), SP 800-108r1 (subkey); vectors in
//          tests/vectors/c2sp-xaes-256-gcm/
// Units    sizes in bytes; bound_to and ciphertext with tag have at most 2^31 - 1
// Threads  any
//
// A nonce that seals two messages under one key reveals the XOR of the two and lets an attacker
// forge messages with the same first half of the nonce. Each nonce is 192 random bits from
// new_nonce(), drawn for one call; nothing is counted, stored or reset. Case by case:
//
//   Many messages   2^80 under one key keep the risk of a repeat below 2^-32 (C2SP).
//   Retry           What is tried again is sealed again, with a new nonce. Sending or storing the
//                   same sealed bytes twice is no second use.
//   Restart         There is no state to lose: the pool is memory, and a new process starts a new
//                   one. The failures of counters that restart at zero cannot occur.
//   Fork            The child finds its pool wiped and refills it; OpenSSL's generator notices
//                   the fork and reseeds; and every refill mixes in bytes of the kernel.
//   Backup restore  A restored store continues with nonces that do not depend on what it holds.
//   VM clone        A copy of a *running* machine holds the same unused nonces, at most 512 per
//                   thread, and uses them for at most 60 seconds; later refills differ, since Linux
//                   reseeds on a new VM generation id. In that time two copies can seal different
//                   messages with one nonce, and nothing in the process can see it. So a machine is
//                   copied switched off, or only one of the copies goes on.
//
// XAES-256-GCM does not commit to its key: keys are chosen by exact id, never by trial, and a
// stored key carries a commitment (wrap.h).
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/crypto/key.h>
#include <leadkeep/crypto/random.h>

namespace leadkeep::crypto {

inline constexpr std::size_t kTagSize = 16;

// While one lives, its thread keeps what it derived from the last key it sealed or opened with, and
// does not derive it again for the same key. At the end, and after every message where none lives,
// nothing of a key stays behind but the Key256 itself.
class KeepLastKey {
 public:
  KeepLastKey() noexcept;
  ~KeepLastKey();

  KeepLastKey(const KeepLastKey&) = delete;
  KeepLastKey& operator=(const KeepLastKey&) = delete;
};

// Appends to `out`, which neither `bound_to` nor `plaintext` may be a view of.
void seal(const Key256& key, const Nonce& nonce, ByteView bound_to, ByteView plaintext, Bytes& out);

[[nodiscard]] Result<SecretBytes> open(const Key256& key, const Nonce& nonce, ByteView bound_to,
                                       ByteView ciphertext_and_tag);

}  // namespace leadkeep::crypto
