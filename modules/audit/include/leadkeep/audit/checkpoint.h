// leadkeep/audit/checkpoint.h — a signed word on the whole trail, for others to keep
//
// A checkpoint is text of three lines, a blank one and a signature: who, how many entries, the root of
// their tree. Whoever keeps one can tell later whether entries were changed, removed or put in between.
// Before it is signed the root is computed from stored nodes and the newest entries (tree.h).
//
//   leadkeep/01JDG7T5Q8ZK3V9M4B6N2R0XWY
//   4711
//   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//
//   — leadkeep/01JDG7T5Q8ZK3V9M4B6N2R0XWY p2r6Tw…
//
// Source   C2SP tlog-checkpoint and signed-note, with Ed25519
// Threads  any
#pragma once
#include <leadkeep/audit/tree.h>

#include <string>

namespace leadkeep::audit {

// Of one store; the name is of no host and no company.
class CheckpointSigner {
 public:
  // The key is the store's own and does not leave it.
  [[nodiscard]] static Result<CheckpointSigner> of(store::ReadTxn& txn);

  [[nodiscard]] std::string sign(const Head& head) const;
  // What verifies it, as signed-note writes it: name+hash+key.
  [[nodiscard]] std::string verifier_key() const;

 private:
  CheckpointSigner(std::string origin, store::DataKey key);

  std::string m_origin;
  store::DataKey m_key;
  ByteArray<32> m_public_key;
};

}  // namespace leadkeep::audit
