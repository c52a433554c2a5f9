// What a directory's servers answer, and what people type to be looked for there. The first byte of
// the input chooses; an entry is lines of "attribute: value". No answer lets in whom the rules keep
// out, and no value gets out of its place in a filter.
#include "bind_answer.h"
#include "directory/account_standing.h"
#include "directory/directory_id.h"
#include "directory/names.h"
#include "fuzz_target.h"

#include <leadkeep/base/check.h>
#include <leadkeep/base/text.h>
#include <leadkeep/ldap/dn.h>
#include <leadkeep/ldap/filter.h>
#include <leadkeep/ldap/generalized_time.h>
#include <leadkeep/ldap/server.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>

namespace leadkeep::identity {
namespace {

constexpr Timestamp kNow{1'780'000'000'000};
constexpr std::array kKinds{DirectoryKind::kActiveDirectory, DirectoryKind::kOpenLdap};

ldap::Entry entry_of(std::string_view text) {
  ldap::Entry entry{"cn=somebody"};
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos) {
      entry.add(line.substr(0, colon), std::string{line.substr(colon + 2)});
    }
  }
  return entry;
}

bool has_bit(const ldap::Entry& entry, std::string_view attribute, std::int64_t bit) {
  const auto text = entry.one(attribute);
  std::int64_t value = 0;
  LK_CHECK(text);
  LK_CHECK(std::from_chars(text->data(), text->data() + text->size(), value).ec == std::errc{});
  return (value & bit) != 0;
}

// "(name=value)" whose value is made of letters, digits and \xx.
void check_filter(std::string_view filter) {
  const std::size_t equals = filter.find('=');
  LK_CHECK(filter.starts_with('(') && filter.ends_with(')') && equals != std::string_view::npos);
  const std::string_view value = filter.substr(equals + 1, filter.size() - equals - 2);
  LK_CHECK(std::ranges::all_of(
      value, [](unsigned char c) { return (c < 0x80 && std::isalnum(c) != 0) || c == '\\'; }));
}

void check_entry(std::string_view text) {
  const ldap::Entry entry = entry_of(text);
  if (standing_of(DirectoryKind::kActiveDirectory, entry, kNow) == Standing::kActive) {
    LK_CHECK(!has_bit(entry, "userAccountControl", 0x2 | 0x20));
    LK_CHECK(!has_bit(entry, "msDS-User-Account-Control-Computed", 0x10 | 0x80'0000));
    LK_CHECK(entry.one("accountExpires") && entry.one("pwdLastSet"));
  }
  if (standing_of(DirectoryKind::kOpenLdap, entry, kNow) == Standing::kActive) {
    const auto end = entry.one("pwdEndTime");
    LK_CHECK(!end || *ldap::parse_generalized_time(*end) > kNow);
    LK_CHECK(!entry.one("pwdAccountLockedTime"));
  }
  for (const DirectoryKind kind : kKinds) {
    if (const auto id = id_of(kind, entry)) {
      check_filter(filter_for(kind, *id));
    }
  }
}

void check_name(std::string_view text) {
  check_filter(ldap::fill_filter("(mail={user})", text));
  check_filter("(x=" + ldap::escape_filter_value(text) + ")");
  DirectoryRules rules;
  rules.kind = DirectoryKind::kOpenLdap;
  const std::string filter = name_filter(rules, std::string{text});
  LK_CHECK(std::ranges::count(filter, '(') == 3 && std::ranges::count(filter, ')') == 3);
}

void check_dn(std::string_view text) {
  const auto canonical = ldap::canonical_dn(std::string{text});
  LK_CHECK(!canonical || ldap::canonical_dn(*canonical) == canonical);
}

void check_time(std::string_view text) {
  if (const auto time = ldap::parse_generalized_time(text)) {
    constexpr std::int64_t kEndOfYear9999 = 253'402'300'800'000;
    constexpr std::int64_t kDay = 86'400'000;
    LK_CHECK(time->ms < kEndOfYear9999 + kDay &&
             text.size() >= std::string_view{"2026052820Z"}.size());
  }
}

void check_bind_answer(std::string_view text) {
  if (text.size() < 2) {
    return;
  }
  const int code = static_cast<unsigned char>(text[0]);
  const auto policy = static_cast<ldap::PolicyError>(static_cast<unsigned char>(text[1]) % 4);
  const auto answer = ldap::read_bind_answer(code, text.substr(2), policy);
  const bool proven = answer && answer.value().verdict == ldap::BindAnswer::Verdict::kProven;
  LK_CHECK(proven == (code == 0 && policy == ldap::PolicyError::kNone));
  LK_CHECK(!answer || proven || !answer.value().cause.empty());
}

void check_server(std::string_view text) {
  const auto server = ldap::Server::parse(text);
  if (server) {
    const auto again = ldap::Server::parse(server.value().url());
    LK_CHECK(again && again.value() == server.value());
    LK_CHECK(text.starts_with("ldap://") || text.starts_with("ldaps://"));
  } else {
    LK_CHECK(server.error().code == Errc::kInvalidInput);
  }
}

void check_input(std::string_view input) {
  if (input.empty()) {
    return;
  }
  constexpr std::array kChecks{check_entry, check_name,        check_dn,
                               check_time,  check_bind_answer, check_server};
  kChecks[static_cast<unsigned char>(input[0]) % kChecks.size()](input.substr(1));
}

}  // namespace
}  // namespace leadkeep::identity

LK_FUZZ_TARGET(leadkeep::identity::check_input)
