#include <leadkeep/crypto/hash.h>
#include <leadkeep/flow/admit_client.h>

#include <limits>

namespace leadkeep::flow {
namespace {

using clients::NotApproved;
using clients::ProvenClient;
using clients::Registry;

Fail not_approved(const NotApproved& why) {
  return fail(Errc::kClientNotApproved, std::string{"client: "} + why.reason);
}

}  // namespace

ShownCredential::ShownCredential(const crypto::ClientCertificates::Judged& judged)
    : m_is_there{true},
      m_verdict{judged.verdict},
      m_key{crypto::sha256({judged.certificate.public_key})},
      m_uris{judged.certificate.uris},
      m_from{judged.certificate.from},
      m_until{judged.certificate.until} {}

ShownCredential ShownCredential::of_proven_key(const clients::KeyHash& key) {
  ShownCredential shown;
  shown.m_is_there = true;
  shown.m_verdict = crypto::ClientCertificates::Verdict::kGood;
  shown.m_key = key;
  shown.m_until = Timestamp{std::numeric_limits<std::int64_t>::max()};
  return shown;
}

Result<Registry::Verdict> AdmitClient::judge(const ShownCredential& shown,
                                             std::string_view source) {
  const Timestamp now = m_house.clock.now();
  if (!shown.is_there()) {
    return Registry::Verdict{NotApproved{"no_certificate"}};
  }
  if (shown.m_verdict != crypto::ClientCertificates::Verdict::kGood) {
    return Registry::Verdict{NotApproved{name_of(shown.m_verdict)}};
  }
  if (now < shown.m_from || now >= shown.m_until) {
    return Registry::Verdict{NotApproved{name_of(crypto::ClientCertificates::Verdict::kNotInTime)}};
  }
  return m_house.store.read([&](store::ReadTxn& txn) {
    return m_registry.prove(txn, {shown.m_key, shown.m_uris, source}, now);
  });
}

Result<ProvenClient> AdmitClient::look_again(const ShownCredential& shown,
                                             std::string_view source) {
  LK_TRY(const auto verdict, judge(shown, source));
  const auto* why = std::get_if<NotApproved>(&verdict);
  return why == nullptr ? Result<ProvenClient>{std::get<ProvenClient>(verdict)}
                        : Result<ProvenClient>{not_approved(*why)};
}

Result<ProvenClient> AdmitClient::admit(const ShownCredential& shown, std::string_view source) {
  LK_TRY(const auto verdict, judge(shown, source));
  if (const auto* why = std::get_if<NotApproved>(&verdict)) {
    m_refuse.record_client(*why);
    return not_approved(*why);
  }
  const auto& client = std::get<ProvenClient>(verdict);
  if (Registry::touch_due(client) == Registry::Touch::kDue) {
    LK_TRY_VOID(m_house.store.write(
        [&](store::WriteTxn& txn) { return m_registry.touch(txn, client, m_house.clock.now()); }));
  }
  return client;
}

}  // namespace leadkeep::flow
