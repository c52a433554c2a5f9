#include <leadkeep/audit/checkpoint.h>
#include <leadkeep/crypto/ed25519.h>
#include <leadkeep/crypto/hash.h>

namespace leadkeep::audit {
namespace {

constexpr std::size_t kKeyIdSize = 4;
constexpr std::byte kEd25519{1};

// The algorithm in front, as signed-note has it.
Bytes encoded(const ByteArray<32>& public_key) {
  Bytes out{kEd25519};
  append(out, public_key);
  return out;
}

Bytes key_id(const std::string& name, const ByteArray<32>& public_key) {
  const auto hash = crypto::sha256({as_bytes(name), as_bytes("\n"), encoded(public_key)});
  return {hash.begin(), hash.begin() + kKeyIdSize};
}

}  // namespace

CheckpointSigner::CheckpointSigner(std::string origin, store::DataKey key)
    : m_origin{std::move(origin)},
      m_key{std::move(key)},
      m_public_key{crypto::ed25519_public_key(*m_key.key)} {}

Result<CheckpointSigner> CheckpointSigner::of(store::ReadTxn& txn) {
  LK_TRY(auto key, txn.keys().find({store::KeyKind::kAuditSigner, {}}));
  return CheckpointSigner{"leadkeep/" + to_crockford(txn.store_id()), std::move(key)};
}

std::string CheckpointSigner::sign(const Head& head) const {
  const std::string text =
      m_origin + "\n" + std::to_string(head.size) + "\n" + to_base64(head.root) + "\n";
  Bytes signature = key_id(m_origin, m_public_key);
  append(signature, crypto::ed25519_sign(*m_key.key, as_bytes(text)));
  return text + "\n\u2014 " + m_origin + " " + to_base64(signature) + "\n";
}

std::string CheckpointSigner::verifier_key() const {
  return m_origin + "+" + to_hex(key_id(m_origin, m_public_key)) + "+" +
         to_base64(encoded(m_public_key));
}

}  // namespace leadkeep::audit
