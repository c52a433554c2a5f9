#include <leadkeep/base/text.h>
#include <leadkeep/identity/password_rules.h>

#include <algorithm>

#include <zxcvbn.h>

namespace leadkeep::identity {
namespace {

constexpr double kBits = 40;  // a million million guesses
constexpr std::size_t kMinWord = 3;

// "Anna Blum-Ott" is tried as it is, and as three words.
void add_words(std::vector<std::string>& words, const std::string& names) {
  const std::string whole = to_lower_ascii(names);
  words.push_back(whole);
  std::string word;
  for (const char c : whole + " ") {
    const bool belongs = (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
    if (belongs) {
      word.push_back(c);
      continue;
    }
    if (word.size() >= kMinWord && word != whole) {
      words.push_back(word);
    }
    word.clear();
  }
}

// The library reads text that ends with a zero; there is none in the password.
double bits_of(const SecretBytes& password, const std::vector<std::string>& words) {
  SecretBytes text{password.size() + 1};
  std::ranges::copy(password.expose(), text.expose_mutable().begin());
  std::vector<const char*> dictionary;
  dictionary.reserve(words.size() + 1);
  for (const std::string& word : words) {
    dictionary.push_back(word.c_str());
  }
  dictionary.push_back(nullptr);
  return ::ZxcvbnMatch(reinterpret_cast<const char*>(text.expose().data()), dictionary.data(),
                       nullptr);
}

}  // namespace

Result<void> PasswordRules::check(const SecretBytes& password,
                                  std::span<const std::string> names) const {
  if (password.size() < kMinBytes || password.size() > kMaxBytes) {
    return fail(Errc::kPasswordTooEasy, "a password has 15 to 256 bytes");
  }
  if (std::ranges::count(password.expose(), std::byte{0}) > 0) {
    return fail(Errc::kPasswordTooEasy, "a password has no zero byte");
  }
  std::vector<std::string> words;
  for (const std::string& context : m_words) {
    add_words(words, context);
  }
  for (const std::string& name : names) {
    add_words(words, name);
  }
  if (bits_of(password, words) < kBits) {
    return fail(Errc::kPasswordTooEasy,
                "the password is easy to guess: it is made of words, names, dates or rows that are "
                "tried first; take four words that have nothing to do with each other");
  }
  return {};
}

}  // namespace leadkeep::identity
