#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/identity/recovery_codes.h>

#include <string>

namespace leadkeep::identity::recovery {
namespace {

constexpr std::size_t kBytes = 15;
constexpr std::size_t kCharactersPerGroup = 6;
constexpr std::size_t kCharacters = kBytes * 8 / 5;

char upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

SecretBytes new_code() {
  const SecretBytes random = crypto::random_secret(kBytes);
  std::string characters = to_base32(random.expose());
  SecretBytes code{kCharacters + kCharacters / kCharactersPerGroup - 1};
  std::size_t at = 0;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    if (i > 0 && i % kCharactersPerGroup == 0) {
      code.expose_mutable()[at++] = std::byte{'-'};
    }
    code.expose_mutable()[at++] = static_cast<std::byte>(characters[i]);
  }
  wipe(characters);
  return code;
}

std::vector<SecretBytes> new_codes() {
  std::vector<SecretBytes> codes;
  codes.reserve(kCodes);
  for (std::size_t i = 0; i < kCodes; ++i) {
    codes.push_back(new_code());
  }
  return codes;
}

ByteArray<32> hash(const SecretBytes& typed) {
  SecretBytes plain{typed.size()};
  std::size_t size = 0;
  for (const char c : as_text(typed.expose())) {
    if (c != ' ' && c != '-') {
      plain.expose_mutable()[size++] = static_cast<std::byte>(upper(c));
    }
  }
  return crypto::sha256({as_bytes("recovery code "), plain.expose().first(size)});
}

}  // namespace leadkeep::identity::recovery
