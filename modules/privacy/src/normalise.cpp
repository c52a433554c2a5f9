#include "atoms.h"
#include "phone_library.h"

#include <leadkeep/base/text.h>
#include <leadkeep/privacy/normalise.h>

#include <algorithm>
#include <memory>
#include <vector>

#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

namespace leadkeep::privacy {
namespace {

constexpr std::size_t kMostBytes = 512;

bool is_upper(char c) noexcept {
  return c >= 'A' && c <= 'Z';
}

struct DigitText {
  bool plus = false;
  std::string digits;  // ASCII
};

// Digits of any script with separators between them and perhaps a plus in front; nothing else.
std::optional<DigitText> read_digits(std::string_view text) {
  if (text.size() > kMostBytes || !is_valid_utf8(text)) {
    return std::nullopt;
  }
  DigitText read;
  for (const Atom& atom : read_atoms(text, Escapes::kKeep)) {
    if (atom.cls == AtomClass::kDigit) {
      append_digits(read.digits, atom);
    } else if (atom.c == '+') {
      if (read.plus || !read.digits.empty()) {
        return std::nullopt;
      }
      read.plus = true;
    } else if (atom.cls == AtomClass::kLetter || atom.c == '#' || atom.c == ';') {
      return std::nullopt;
    }
  }
  return read.digits.empty() ? std::nullopt : std::optional{std::move(read)};
}

std::optional<Pii<std::string>> as_pii(std::optional<std::string> text) {
  return text ? std::optional{Pii<std::string>{*std::move(text)}} : std::nullopt;
}

std::string_view without_scheme(std::string_view text) {
  constexpr std::string_view kScheme = "tel:";
  return to_lower_ascii(text.substr(0, kScheme.size())) == kScheme ? text.substr(kScheme.size())
                                                                   : text;
}

std::string_view trim_unicode(std::string_view utf8) {
  const auto atoms = read_atoms(utf8, Escapes::kKeep);
  const auto is_blank = [](const Atom& atom) {
    return atom.cls == AtomClass::kSpace || (atom.cls == AtomClass::kInvisible && !is_mark(atom.c));
  };
  const auto first = std::find_if_not(atoms.begin(), atoms.end(), is_blank);
  const auto last = std::find_if_not(atoms.rbegin(), std::make_reverse_iterator(first), is_blank);
  if (first == atoms.end()) {
    return {};
  }
  return utf8.substr(first->start, last->end - first->start);
}

using NormalForm = const icu::Normalizer2* (*)(UErrorCode&);

std::optional<std::string> to_form(NormalForm form, std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const normaliser = form(status);
  if (U_FAILURE(status)) {
    return std::nullopt;
  }
  std::string normalised;
  icu::StringByteSink<std::string> sink{&normalised};
  normaliser->normalizeUTF8(0, {utf8.data(), static_cast<int32_t>(utf8.size())}, sink, nullptr,
                            status);
  return U_SUCCESS(status) ? std::optional{std::move(normalised)} : std::nullopt;
}

std::optional<std::string> to_nfc(std::string_view utf8) {
  return to_form(icu::Normalizer2::getNFCInstance, utf8);
}

// One that takes the script of what it stands on: an accent, not a vowel of Hindi or Thai.
bool is_accent(char32_t c) noexcept {
  UErrorCode status = U_ZERO_ERROR;
  return is_mark(c) && ::uscript_getScript(static_cast<UChar32>(c), &status) == USCRIPT_INHERITED;
}

// The words of what is decomposed: letters, digits and marks, but for accents. What has no letter is none.
std::vector<std::string> words_of(std::string_view utf8) {
  std::vector<std::string> words;
  std::string word;
  bool has_letter = false;
  const auto end_word = [&] {
    if (has_letter) {
      words.push_back(word);
    }
    word.clear();
    has_letter = false;
  };
  for (std::size_t at = 0; at < utf8.size();) {
    const auto [c, end] = read_code_point(utf8, at);
    at = end;
    const auto icu = static_cast<UChar32>(c);
    if (::u_isalnum(icu) != 0 || (is_mark(c) && !is_accent(c) && !word.empty())) {
      append_utf8(word, c);
      has_letter = has_letter || ::u_isalpha(icu) != 0;
    } else if (!is_mark(c)) {
      end_word();
    }
  }
  end_word();
  return words;
}

bool is_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

const icu::IDNA* idna() {
  static const std::unique_ptr<icu::IDNA> instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<icu::IDNA>{icu::IDNA::createUTS46Instance(
        UIDNA_NONTRANSITIONAL_TO_UNICODE | UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI |
            UIDNA_CHECK_CONTEXTJ,
        status)};
  }();
  return instance.get();
}

// The domain in lower-case Unicode form, however it was written.
std::optional<std::string> to_unicode_domain(std::string_view domain) {
  UErrorCode status = U_ZERO_ERROR;
  icu::IDNAInfo info;
  std::string converted;
  icu::StringByteSink<std::string> sink{&converted};
  if (idna() != nullptr) {
    const icu::StringPiece piece{domain.data(), static_cast<int32_t>(domain.size())};
    idna()->nameToUnicodeUTF8(piece, sink, info, status);
    if (U_SUCCESS(status) && !info.hasErrors()) {
      return converted;
    }
  }
  // Domains in use break UTS #46 in harmless ways, such as "r3---x.example".
  const std::string lower = to_lower_ascii(domain);
  const bool is_plain = is_ascii(lower) && lower.find("xn--") == std::string::npos;
  return is_plain ? std::optional{lower} : std::nullopt;
}

// Of a valid UTF-8 domain.
bool is_label(std::string_view label) noexcept {
  constexpr std::size_t kMostLabelBytes = 63 * 4;
  if (label.empty() || label.size() > kMostLabelBytes || label.front() == '-' ||
      label.back() == '-') {
    return false;
  }
  for (std::size_t at = 0; at < label.size();) {
    const auto [c, end] = read_code_point(label, at);
    at = end;
    const bool allowed = c < 0x80 ? is_alphanumeric(static_cast<char>(c)) || c == '-' || c == '_'
                                  : !is_punctuation(c) && class_of(c) != AtomClass::kSpace;
    if (!allowed) {
      return false;
    }
  }
  return true;
}

// Of two characters at least, with a letter among them, and no host name's decoration.
bool is_top_level(std::string_view label) {
  const auto atoms = read_atoms(label, Escapes::kKeep);
  return label.size() >= 2 && label.find('_') == std::string_view::npos &&
         std::ranges::any_of(atoms,
                             [](const Atom& atom) { return atom.cls == AtomClass::kLetter; });
}

bool is_domain(std::string_view domain) {
  std::size_t labels = 0;
  std::string_view last;
  while (true) {
    const auto dot = domain.find('.');
    last = domain.substr(0, dot);
    if (!is_label(last)) {
      return false;
    }
    ++labels;
    if (dot == std::string_view::npos) {
      break;
    }
    domain.remove_prefix(dot + 1);
  }
  return labels >= 2 && is_top_level(last);
}

// RFC 5322 dot-atom with RFC 6531 characters. Dots may stand anywhere: some Japanese carriers gave
// out addresses with two in a row or one at the end.
bool is_local_part(std::string_view local) {
  constexpr std::size_t kMostLocalBytes = 64;
  if (local.empty() || local.size() > kMostLocalBytes) {
    return false;
  }
  constexpr std::string_view kSymbols = "!#$%&'*+-/=?^_`{|}~.";
  const auto atoms = read_atoms(local, Escapes::kKeep);
  return std::all_of(atoms.begin(), atoms.end(), [&](const Atom& atom) {
    if (atom.c < 0x80) {
      // What only folds to ASCII, such as U+FF20 for '@', is no character of an address.
      const char c = static_cast<char>(atom.c);
      return atom.end - atom.start == 1 &&
             (is_alphanumeric(c) || kSymbols.find(c) != std::string_view::npos);
    }
    const bool is_joined = atom.cls == AtomClass::kInvisible && is_mark(atom.c);
    return atom.cls == AtomClass::kLetter || atom.cls == AtomClass::kDigit || is_joined ||
           atom.cls == AtomClass::kSeparator;
  });
}

// libphonenumber drops one trunk prefix at a time, so that what it yields for "+49 (0)(0) 151 …" it
// would read as another number: then that one is meant. Nothing where no reading is the last.
std::optional<std::string> settled(std::optional<std::string> number, std::string_view region) {
  constexpr int kMostReadings = 4;
  for (int i = 0; number && i < kMostReadings; ++i) {
    auto again = to_e164(*number, region);
    if (again == number) {
      return number;
    }
    number = std::move(again);
  }
  return std::nullopt;
}

}  // namespace

Result<Region> Region::parse(std::string_view code) {
  const bool well_formed = code.size() == 2 && is_upper(code[0]) && is_upper(code[1]);
  if (!well_formed || !is_known_region(code)) {
    return fail(Errc::kInvalidInput, "region: not a two-letter upper-case ISO 3166-1 code");
  }
  return Region{{code[0], code[1]}, digits_of_shortest_number(code)};
}

std::optional<Pii<std::string>> normalise_phone(std::string_view text, const Region& region) {
  const auto read = read_digits(without_scheme(trim(text)));
  constexpr std::size_t kMostDigits = 20;
  if (!read || read->digits.size() > kMostDigits) {
    return std::nullopt;
  }
  if (read->plus) {
    return as_pii(settled(to_e164("+" + read->digits, region.code()), region.code()));
  }
  auto number = to_e164(read->digits, region.code());
  // "00" is how most of the world writes the plus, also to regions that dial something else.
  if (!number && read->digits.starts_with("00")) {
    number = to_e164("+" + read->digits.substr(2), region.code());
  }
  return as_pii(settled(std::move(number), region.code()));
}

std::optional<Pii<std::string>> normalise_whatsapp_id(std::string_view text) {
  constexpr std::size_t kFewestDigits = 5;
  constexpr std::size_t kMostDigits = 20;
  auto read = read_digits(text);
  if (!read || read->digits.size() < kFewestDigits || read->digits.size() > kMostDigits) {
    return std::nullopt;
  }
  return Pii<std::string>{std::move(read->digits)};
}

std::optional<Pii<std::string>> phone_of_whatsapp_id(const Pii<std::string>& whatsapp_id) {
  const std::string& digits = whatsapp_id.expose();
  if (!is_all_digits(digits)) {
    return std::nullopt;
  }
  constexpr std::string_view kNoRegion = "ZZ";
  // Where reading it again yields another number, nobody knows which one it is.
  auto number = to_valid_e164("+" + digits, kNoRegion);
  return number && to_e164(*number, kNoRegion) == number ? as_pii(std::move(number)) : std::nullopt;
}

std::optional<Pii<std::string>> normalise_email(std::string_view text) {
  if (text.size() > kMostBytes || !is_valid_utf8(text)) {
    return std::nullopt;
  }
  const auto address = to_nfc(trim_unicode(text));
  const auto at = address ? address->rfind('@') : std::string::npos;
  if (at == std::string::npos) {
    return std::nullopt;
  }
  const auto local = std::string_view{*address}.substr(0, at);
  const auto domain = to_unicode_domain(std::string_view{*address}.substr(at + 1));
  constexpr std::size_t kMostDomainBytes = 255;
  if (!domain || domain->size() > kMostDomainBytes || !is_domain(*domain) ||
      !is_local_part(local)) {
    return std::nullopt;
  }
  return Pii<std::string>{std::string{local} + "@" + *domain};
}

std::optional<Pii<std::string>> normalise_bsuid(std::string_view text) {
  constexpr std::size_t kMostBsuidBytes = 131;
  constexpr std::string_view kParent = ".ENT";
  if (text.size() > kMostBsuidBytes || text.size() < 4 || !is_upper(text[0]) ||
      !is_upper(text[1])) {
    return std::nullopt;
  }
  auto rest = text.substr(2);
  // "DE.ENT" alone is an ordinary id that happens to be "ENT".
  if (rest.starts_with(kParent) && rest.substr(kParent.size()).starts_with('.')) {
    rest.remove_prefix(kParent.size());
  }
  if (!rest.starts_with('.') || rest.size() < 2 ||
      !std::all_of(rest.begin() + 1, rest.end(), is_alphanumeric)) {
    return std::nullopt;
  }
  return Pii<std::string>{std::string{text}};
}

std::optional<Pii<std::string>> normalise_name(std::string_view text) {
  if (text.size() > kMostBytes || !is_valid_utf8(text)) {
    return std::nullopt;
  }
  const auto folded = to_form(icu::Normalizer2::getNFKCCasefoldInstance, text);
  const auto taken_apart =
      folded ? to_form(icu::Normalizer2::getNFDInstance, *folded) : std::nullopt;
  if (!taken_apart) {
    return std::nullopt;
  }
  auto words = words_of(*taken_apart);
  std::ranges::sort(words);
  std::string name;
  for (const std::string& word : words) {
    name.append(name.empty() ? "" : " ").append(word);
  }
  return name.empty() ? std::nullopt : as_pii(to_nfc(name));
}

}  // namespace leadkeep::privacy
