#include "client_data.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/webauthn/challenges.h>

#include <algorithm>

namespace leadkeep::webauthn {
namespace {

constexpr std::size_t kTime = 8;
constexpr std::size_t kRandom = 16;
constexpr std::size_t kTag = 32;

}  // namespace

ByteArray<32> Challenges::tag_of(const Purpose& purpose, ByteView time_and_random) const {
  Bytes head{static_cast<std::byte>(purpose.ceremony)};
  append_be(head, static_cast<std::uint64_t>(purpose.bound_to.size()));
  return crypto::hmac_sha256(m_key, {head, as_bytes(purpose.bound_to), time_and_random});
}

Bytes Challenges::issue(const Purpose& purpose, Timestamp now) const {
  Bytes challenge;
  append_be(challenge, static_cast<std::uint64_t>(now.ms));
  challenge.resize(kTime + kRandom);
  crypto::fill_random(std::span{challenge}.subspan(kTime));
  const auto tag = tag_of(purpose, challenge);
  append(challenge, tag);
  return challenge;
}

Checked<AnsweredChallenge> Challenges::redeem(const Purpose& purpose,
                                              std::string_view client_data_json,
                                              Timestamp now) const {
  auto read = read_client_data(m_party, purpose.ceremony, client_data_json);
  if (const auto* defect = std::get_if<Defect>(&read)) {
    return *defect;
  }
  const Bytes& challenge = std::get<Bytes>(read);
  if (challenge.size() != kTime + kRandom + kTag) {
    return Defect::kChallenge;
  }
  const ByteView time_and_random = ByteView{challenge}.first(kTime + kRandom);
  const auto tag = tag_of(purpose, time_and_random);
  if (crypto::compare_constant_time(tag, ByteView{challenge}.last(kTag)) !=
      crypto::Compared::kEqual) {
    return Defect::kChallenge;
  }
  const Timestamp issued{static_cast<std::int64_t>(read_be<std::uint64_t>(challenge))};
  if (now < issued || now - issued >= kLife) {
    return Defect::kChallenge;
  }
  return AnsweredChallenge{m_party, crypto::sha256({as_bytes(client_data_json)}), issued};
}

}  // namespace leadkeep::webauthn
