#include "client_data.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/webauthn/challenges.h>

namespace leadkeep::webauthn {
namespace {

Bytes bytes_of(const Purpose& purpose) {
  Bytes bytes{static_cast<std::byte>(purpose.ceremony)};
  append(bytes, as_bytes(purpose.bound_to));
  return bytes;
}

}  // namespace

Bytes Challenges::issue(const Purpose& purpose, Timestamp now) const {
  return m_tokens.issue(bytes_of(purpose), now);
}

Checked<AnsweredChallenge> Challenges::redeem(const Purpose& purpose,
                                              std::string_view client_data_json,
                                              Timestamp now) const {
  auto read = read_client_data(m_party, purpose.ceremony, client_data_json);
  if (const auto* defect = std::get_if<Defect>(&read)) {
    return *defect;
  }
  const auto issued = m_tokens.issued_at(bytes_of(purpose), std::get<Bytes>(read), kLife, now);
  if (!issued) {
    return Defect::kChallenge;
  }
  return AnsweredChallenge{m_party, crypto::sha256({as_bytes(client_data_json)}), *issued};
}

}  // namespace leadkeep::webauthn
