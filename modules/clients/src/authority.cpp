#include "client_record.h"

#include <leadkeep/clients/authority.h>

namespace leadkeep::clients {
namespace {

constexpr store::Table<records::ClientAuthority> kClientAuthority{store::TableId::kClientAuthority};
constexpr std::string_view kRow = "authority";
constexpr std::chrono::hours kLife{24 * 365 * 20};
constexpr std::chrono::minutes kClocksDiffer{5};

}  // namespace

Result<std::optional<crypto::CertificateAuthority>> find_authority(store::ReadTxn& txn) {
  using Found = std::optional<crypto::CertificateAuthority>;
  LK_TRY(const auto record, kClientAuthority.find(txn, as_bytes(kRow), clients_key()));
  if (!record) {
    return Found{};
  }
  const ByteView certificate = as_bytes(record->certificate());
  LK_TRY(auto authority,
         crypto::CertificateAuthority::read(SecretBytes::copy_of(as_bytes(record->private_key())),
                                            {certificate.begin(), certificate.end()}));
  return Found{std::move(authority)};
}

crypto::CertificateAuthority make_authority(Timestamp now) {
  return crypto::CertificateAuthority::generate("Leadkeep clients",
                                                {now - kClocksDiffer, now + kLife});
}

Result<void> keep_authority(store::WriteTxn& txn, const crypto::CertificateAuthority& authority) {
  records::ClientAuthority record;
  const SecretBytes key = authority.private_key();
  record.set_private_key(std::string{as_text(key.expose())});
  record.set_certificate(std::string{as_text(authority.certificate())});
  return kClientAuthority.put(txn, as_bytes(kRow), clients_key(), record);
}

Bytes certificate_for(const crypto::CertificateAuthority& authority, const ClientId& client,
                      ByteView public_key, std::chrono::hours life, Timestamp now) {
  return authority.issue(public_key, uri_of(client), {now - kClocksDiffer, now + life});
}

}  // namespace leadkeep::clients
