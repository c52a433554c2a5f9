#include "email_finder.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace leadkeep::privacy {
namespace {

enum class TokenKind : std::uint8_t {
  kWord,   // one character of a label: letter, digit, '-', '_', or a symbol as in i❤.ws
  kLocal,  // a character that only the part before the at sign may have (RFC 5322 atext)
  kAt,
  kBracketAt,  // "(at)"
  kSpokenAt,   // " at "
  kDot,
  kBracketDot,  // "(dot)"
  kSpokenDot,   // " dot "
  kSpace,       // any number of spaces
  kOther,
};

struct Token {
  TokenKind kind;
  char32_t c;
  std::uint32_t start;
  std::uint32_t end;
  AtomClass cls;
};

using Tokens = std::vector<Token>;

constexpr char32_t kKatakanaLengthMark = 0x30fc;

TokenKind kind_of(const Atom& atom) noexcept {
  constexpr std::string_view kLocalOnly = "!#$%&'*+/=?^`{|}~";
  constexpr char32_t kIdeographicStop = 0x3002;
  if (atom.c == '@') {
    return TokenKind::kAt;
  }
  if (atom.c == '.' || atom.c == kIdeographicStop) {
    return TokenKind::kDot;
  }
  if (atom.c == '-' || atom.c == '_' || atom.c == kKatakanaLengthMark) {
    return TokenKind::kWord;
  }
  if (atom.c < 0x80 && kLocalOnly.find(static_cast<char>(atom.c)) != std::string_view::npos) {
    return TokenKind::kLocal;
  }
  switch (atom.cls) {
    case AtomClass::kDigit:
    case AtomClass::kLetter:
      return TokenKind::kWord;
    case AtomClass::kSpace:
      return TokenKind::kSpace;
    case AtomClass::kSeparator:
      return atom.c < 0x80 || is_punctuation(atom.c) ? TokenKind::kOther : TokenKind::kWord;
    case AtomClass::kInvisible:
    case AtomClass::kMarkup:
      break;
  }
  return TokenKind::kOther;
}

Tokens read_tokens(const std::vector<Atom>& atoms) {
  Tokens tokens;
  tokens.reserve(atoms.size());
  for (const Atom& atom : atoms) {
    if (atom.cls == AtomClass::kInvisible) {
      // A mark belongs to the character before it; a format character belongs to nothing.
      if (!tokens.empty() && is_mark(atom.c)) {
        tokens.back().end = atom.end;
      }
      continue;
    }
    const TokenKind kind = kind_of(atom);
    if (kind == TokenKind::kSpace && !tokens.empty() && tokens.back().kind == kind) {
      tokens.back().end = atom.end;
    } else {
      tokens.push_back({kind, atom.c, atom.start, atom.end, atom.cls});
    }
  }
  return tokens;
}

constexpr std::size_t kLongestSpokenWord = 12;

// A word that is said for '@' or '.', in the languages that our customers write.
std::optional<TokenKind> spoken_kind(std::u32string_view word) noexcept {
  constexpr std::array<std::u32string_view, 8> kAtWords{
      U"at", U"ät", U"arroba", U"arobase", U"chiocciola", U"klammeraffe", U"собака", U"małpa"};
  constexpr std::array<std::u32string_view, 8> kDotWords{U"dot",   U"punkt", U"punto", U"ponto",
                                                         U"point", U"punt",  U"точка", U"kropka"};
  if (std::find(kAtWords.begin(), kAtWords.end(), word) != kAtWords.end()) {
    return TokenKind::kSpokenAt;
  }
  if (std::find(kDotWords.begin(), kDotWords.end(), word) != kDotWords.end()) {
    return TokenKind::kSpokenDot;
  }
  return std::nullopt;
}

char32_t to_lower(char32_t c) noexcept {
  const bool latin = (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde);
  const bool cyrillic = c >= 0x410 && c <= 0x42f;
  return latin || cyrillic ? c + 0x20 : c;
}

struct Spoken {
  TokenKind kind;
  std::size_t next;  // token after it
};

std::size_t skip_space(const Tokens& tokens, std::size_t i) noexcept {
  return i < tokens.size() && tokens[i].kind == TokenKind::kSpace ? i + 1 : i;
}

std::optional<Spoken> read_word(const Tokens& tokens, std::size_t i) {
  std::u32string word;
  for (; i < tokens.size() && tokens[i].cls == AtomClass::kLetter; ++i) {
    if (word.size() == kLongestSpokenWord) {
      return std::nullopt;
    }
    word.push_back(to_lower(tokens[i].c));
  }
  const auto kind = spoken_kind(word);
  return kind ? std::optional{Spoken{*kind, i}} : std::nullopt;
}

// "(at)", "[ dot ]", "{@}", "<.>" at token i, with spaces around it.
std::optional<Spoken> read_bracketed(const Tokens& tokens, std::size_t i) {
  constexpr std::u32string_view kOpening = U"([{<";
  constexpr std::u32string_view kClosing = U")]}>";
  i = skip_space(tokens, i);
  if (i >= tokens.size() || kOpening.find(tokens[i].c) == std::u32string_view::npos) {
    return std::nullopt;
  }
  i = skip_space(tokens, i + 1);
  auto spoken = read_word(tokens, i);
  if (!spoken && i < tokens.size() && tokens[i].kind == TokenKind::kAt) {
    spoken = Spoken{TokenKind::kSpokenAt, i + 1};
  }
  if (!spoken && i < tokens.size() && tokens[i].kind == TokenKind::kDot) {
    spoken = Spoken{TokenKind::kSpokenDot, i + 1};
  }
  if (!spoken) {
    return std::nullopt;
  }
  const std::size_t close = skip_space(tokens, spoken->next);
  if (close >= tokens.size() || kClosing.find(tokens[close].c) == std::u32string_view::npos) {
    return std::nullopt;
  }
  const bool is_at = spoken->kind == TokenKind::kSpokenAt;
  return Spoken{is_at ? TokenKind::kBracketAt : TokenKind::kBracketDot,
                skip_space(tokens, close + 1)};
}

// " at ", "-at-" or "_at_" at token i: a bare word with the same on both sides.
std::optional<Spoken> read_bare(const Tokens& tokens, std::size_t i) {
  const Token& before = tokens[i];
  if (before.kind != TokenKind::kSpace && before.c != '-' && before.c != '_') {
    return std::nullopt;
  }
  const auto spoken = read_word(tokens, i + 1);
  if (!spoken || spoken->next >= tokens.size()) {
    return std::nullopt;
  }
  const Token& after = tokens[spoken->next];
  const bool same =
      before.kind == after.kind && (before.kind == TokenKind::kSpace || before.c == after.c);
  // Right beside an at sign it is a part of the name or of the domain.
  const std::size_t next = spoken->next + 1;
  const bool is_part = before.kind != TokenKind::kSpace &&
                       ((i > 0 && tokens[i - 1].kind == TokenKind::kAt) ||
                        (next < tokens.size() && tokens[next].kind == TokenKind::kAt));
  return same && !is_part ? std::optional{Spoken{spoken->kind, next}} : std::nullopt;
}

// Replaces what is said for '@' and '.' by one token each.
Tokens join_spoken(const Tokens& tokens) {
  Tokens joined;
  joined.reserve(tokens.size());
  for (std::size_t i = 0; i < tokens.size();) {
    auto spoken = read_bracketed(tokens, i);
    if (!spoken) {
      spoken = read_bare(tokens, i);
    }
    if (spoken) {
      joined.push_back(
          {spoken->kind, 0, tokens[i].start, tokens[spoken->next - 1].end, AtomClass::kSeparator});
      i = spoken->next;
    } else {
      joined.push_back(tokens[i]);
      ++i;
    }
  }
  return joined;
}

bool is_word(const Tokens& tokens, std::size_t i) noexcept {
  return i < tokens.size() && tokens[i].kind == TokenKind::kWord;
}

// An emoji, an arrow, or what is no character yet.
bool is_symbol(const Token& token) noexcept {
  return token.kind == TokenKind::kWord && token.cls == AtomClass::kSeparator && token.c >= 0x80 &&
         token.c != kKatakanaLengthMark;
}

bool is_at(const Token& token) noexcept {
  return token.kind == TokenKind::kAt || token.kind == TokenKind::kBracketAt ||
         token.kind == TokenKind::kSpokenAt;
}

// The token after a dot that stands between two labels at i, or nothing. "word. Next" is the end
// of a sentence; "gmail . com" and "gmail .com" are not.
std::optional<std::size_t> skip_inner_dot(const Tokens& tokens, std::size_t i) noexcept {
  const std::size_t dot = skip_space(tokens, i);
  if (dot >= tokens.size()) {
    return std::nullopt;
  }
  std::size_t next = dot + 1;
  switch (tokens[dot].kind) {
    case TokenKind::kBracketDot:
    case TokenKind::kSpokenDot:
      break;
    case TokenKind::kDot:
      next = dot > i ? skip_space(tokens, next) : next;
      break;
    default:
      return std::nullopt;
  }
  return is_word(tokens, next) ? std::optional{next} : std::nullopt;
}

// The first label of the domains where most private addresses are. With these even "name at
// gmail.com" is an address, which "look at example.org" is not.
bool is_mail_provider(std::u32string_view label) noexcept {
  constexpr std::array<std::u32string_view, 20> kProviders{
      U"gmail",  U"googlemail", U"gmx",    U"web",        U"outlook", U"hotmail", U"yahoo",
      U"icloud", U"aol",        U"proton", U"protonmail", U"posteo",  U"freenet", U"mail",
      U"yandex", U"libero",     U"orange", U"wanadoo",    U"qq",      U"naver"};
  return std::find(kProviders.begin(), kProviders.end(), label) != kProviders.end();
}

struct Domain {
  std::size_t end;  // token after it
  bool has_known_provider = false;
  bool has_letter = false;
  bool has_dot = false;
  bool has_spoken_dot = false;
  bool has_top_level = false;  // a label behind a dot has two or more letters
};

Domain read_domain(const Tokens& tokens, std::size_t i) {
  Domain domain{.end = i};
  bool has_symbol = false;
  while (is_word(tokens, domain.end)) {
    unsigned letters = 0;
    std::u32string label;
    for (; is_word(tokens, domain.end); ++domain.end) {
      if (label.size() <= kLongestSpokenWord) {
        label.push_back(to_lower(tokens[domain.end].c));
      }
      letters += tokens[domain.end].cls == AtomClass::kLetter ? 1U : 0U;
      has_symbol = has_symbol || is_symbol(tokens[domain.end]);
    }
    domain.has_known_provider = domain.has_known_provider || is_mail_provider(label);
    domain.has_letter = domain.has_letter || letters > 0;
    // Any such label: one short label behind it must not switch the address off.
    domain.has_top_level = domain.has_top_level || (domain.has_dot && letters >= 2);
    const auto next = skip_inner_dot(tokens, domain.end);
    if (!next) {
      break;
    }
    const TokenKind dot = tokens[*next - 1].kind;
    domain.has_dot = true;
    domain.has_spoken_dot =
        domain.has_spoken_dot || dot == TokenKind::kSpokenDot || dot == TokenKind::kBracketDot;
    domain.end = *next;
  }
  // What is said with a symbol behind an address is no part of it.
  while (domain.has_letter && is_symbol(tokens[domain.end - 1])) {
    --domain.end;
  }
  domain.has_letter = domain.has_letter || (has_symbol && domain.has_dot);
  return domain;
}

bool is_local(const Token& token) noexcept {
  switch (token.kind) {
    case TokenKind::kWord:
    case TokenKind::kLocal:
    case TokenKind::kDot:
    case TokenKind::kBracketDot:
    case TokenKind::kSpokenDot:
      return true;
    default:
      return false;
  }
}

struct Local {
  std::size_t start;
  bool has_letter = false;
  bool has_word = false;
};

// The part before the at sign, which ends before token `end` and starts at `bound` or later.
Local read_local(const Tokens& tokens, std::size_t end, std::size_t bound) noexcept {
  constexpr std::size_t kLongestQuoted = 64;
  Local local{.start = end};
  if (end > bound && tokens[end - 1].c == '"') {
    const std::size_t furthest = end - bound > kLongestQuoted ? end - kLongestQuoted : bound;
    for (std::size_t i = end - 1; i-- > furthest;) {
      if (tokens[i].c == '"') {
        return {.start = i, .has_letter = true, .has_word = i + 2 < end};
      }
    }
    --end;
  }
  // "tiktok.com/@name" and "/maps/@48.1,11.5" are paths.
  if (end > bound && tokens[end - 1].c == '/') {
    return local;
  }
  // name\@domain, and name…@domain, which RFC 6531 allows: signs belong to it until there is a word.
  const auto belongs = [&](const Token& token) {
    return is_local(token) ||
           (!local.has_word &&
            (token.c == '\\' || (token.kind == TokenKind::kOther && token.c >= 0x80)));
  };
  local.start = end;
  while (local.start > bound && belongs(tokens[local.start - 1])) {
    --local.start;
    const Token& token = tokens[local.start];
    local.has_word = local.has_word || (token.kind == TokenKind::kWord && !is_symbol(token));
    local.has_letter = local.has_letter || token.cls == AtomClass::kLetter;
  }
  return local;
}

// Whether a reader takes it for an address. The further the spelling is from name@domain, the more
// the domain has to look like one.
bool is_address(TokenKind at, bool spaced, const Local& local, const Domain& domain) noexcept {
  if (!local.has_word) {
    return false;
  }
  if (domain.has_known_provider && (at != TokenKind::kSpokenAt || domain.has_dot)) {
    return true;
  }
  switch (at) {
    case TokenKind::kAt:
      return spaced ? domain.has_dot && domain.has_top_level
                    : domain.has_letter || local.has_letter;
    case TokenKind::kBracketAt:
      return domain.has_letter;
    default:
      return domain.has_spoken_dot && domain.has_top_level;
  }
}

// Between the at sign and the domain: name@[192.0.2.1], name@*domain.tld*, name'@'domain.tld.
bool is_decoration(const Token& token) noexcept {
  constexpr std::u32string_view kDecorations = U"[(*~`'\"\\";
  return kDecorations.find(token.c) != std::u32string_view::npos;
}

bool is_wrapping(const Token& token) noexcept {
  return token.kind != TokenKind::kWord && token.kind != TokenKind::kOther;
}

}  // namespace

void find_addresses(const std::vector<Atom>& atoms, std::vector<Span>& found) {
  const Tokens tokens = join_spoken(read_tokens(atoms));
  std::size_t bound = 0;  // tokens before it belong to the address found before
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    if (!is_at(tokens[at])) {
      continue;
    }
    std::size_t right = skip_space(tokens, at + 1);
    const bool space_right = right > at + 1;
    while (right < tokens.size() && is_decoration(tokens[right])) {
      ++right;
    }
    Domain domain = read_domain(tokens, right);
    if (domain.end == right) {
      continue;
    }
    // In "a@b@c.tld" everything belongs to the address.
    while (domain.end < tokens.size() && tokens[domain.end].kind == TokenKind::kAt &&
           is_word(tokens, domain.end + 1)) {
      domain.end = read_domain(tokens, domain.end + 1).end;
    }
    const bool space_left = at > bound && tokens[at - 1].kind == TokenKind::kSpace;
    const Local local = read_local(tokens, space_left ? at - 1 : at, bound);
    if (!is_address(tokens[at].kind, space_left || space_right, local, domain)) {
      continue;
    }
    std::size_t start = local.start;
    while (is_wrapping(tokens[start])) {
      ++start;
    }
    found.push_back({tokens[start].start, tokens[domain.end - 1].end, SpanKind::kEmail});
    bound = domain.end;
    at = domain.end - 1;
  }
}

}  // namespace leadkeep::privacy
