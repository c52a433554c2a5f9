#include "company_clients.h"

#include <leadkeep/base/event_log.h>
#include <leadkeep/base/files.h>

namespace leadkeep::daemon {
namespace {

constexpr std::size_t kMaxCaFileBytes = 64 * 1024;

clients::Registry::Approval approval_of(config::ClientApproval approval) {
  return approval == config::ClientApproval::kTwoPersons ? clients::Registry::Approval::kTwoPersons
                                                         : clients::Registry::Approval::kOnePerson;
}

Result<std::vector<Bytes>> read_authorities(const std::filesystem::path& file) {
  const auto pem = read_file(file, kMaxCaFileBytes);
  auto authorities = crypto::certificates_of_pem(pem ? pem.value() : "");
  if (authorities.empty()) {
    return fail(Errc::kInvalidInput,
                file.string() + ": no certificates in PEM; check clients.ca_file");
  }
  LK_TRY_VOID(crypto::ClientCertificates::of(authorities));
  return authorities;
}

// Two daemons never have one store open, so nobody else makes one meanwhile.
Result<crypto::CertificateAuthority> own_authority(store::Store& store, Timestamp now) {
  LK_TRY(auto kept, store.read([](store::ReadTxn& txn) { return clients::find_authority(txn); }));
  if (kept) {
    return *std::move(kept);
  }
  auto made = clients::make_authority(now);
  LK_TRY_VOID(
      store.write([&](store::WriteTxn& txn) { return clients::keep_authority(txn, made); }));
  log_info("CLIENT_AUTHORITY_MADE");
  return made;
}

}  // namespace

Result<std::unique_ptr<CompanyClients>> CompanyClients::open(const config::Settings& settings,
                                                             store::Store& store,
                                                             const Clock& clock) {
  std::unique_ptr<CompanyClients> clients{
      new CompanyClients{approval_of(settings.clients.approval)}};
  if (settings.clients.ca_file.empty()) {
    LK_TRY(clients->m_authority, own_authority(store, clock.now()));
    clients->m_believed = {clients->m_authority->certificate()};
  } else {
    LK_TRY(clients->m_believed, read_authorities(settings.clients.ca_file));
  }
  return clients;
}

}  // namespace leadkeep::daemon
