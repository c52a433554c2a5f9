#include <leadkeep/crypto/fresh_token.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/random.h>

namespace leadkeep::crypto {
namespace {

constexpr std::size_t kTime = 8;
constexpr std::size_t kRandom = 16;
constexpr std::size_t kTag = 32;

}  // namespace

ByteArray<32> FreshTokens::tag_of(ByteView purpose, ByteView time_and_random) const {
  Bytes length;
  append_be(length, static_cast<std::uint64_t>(purpose.size()));
  return hmac_sha256(m_key, {length, purpose, time_and_random});
}

Bytes FreshTokens::issue(ByteView purpose, Timestamp now) const {
  Bytes token;
  append_be(token, static_cast<std::uint64_t>(now.ms));
  token.resize(kTime + kRandom);
  fill_random(std::span{token}.subspan(kTime));
  const auto tag = tag_of(purpose, token);
  append(token, tag);
  return token;
}

std::optional<Timestamp> FreshTokens::issued_at(ByteView purpose, ByteView token,
                                                std::chrono::milliseconds life,
                                                Timestamp now) const {
  if (token.size() != kTime + kRandom + kTag) {
    return std::nullopt;
  }
  const auto tag = tag_of(purpose, token.first(kTime + kRandom));
  if (compare_constant_time(tag, token.last(kTag)) != Compared::kEqual) {
    return std::nullopt;
  }
  const Timestamp issued{static_cast<std::int64_t>(read_be<std::uint64_t>(token))};
  if (now < issued || now - issued >= life) {
    return std::nullopt;
  }
  return issued;
}

}  // namespace leadkeep::crypto
