// What the leak test would find, and what it would not: the tool that calls a product clean has to
// be shown to see.
#include "leaktest/encode.h"
#include "leaktest/findings.h"
#include "leaktest/policy.h"

#include <leadkeep/base/bytes.h>

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace leadkeep::leaktest {
namespace {

constexpr std::string_view kPhone = "4915123456789";

std::set<Spelling> found(const std::vector<Mark>& marks, std::string_view text,
                         std::size_t piece = std::string::npos) {
  const Matcher matcher{spell(marks)};
  std::set<Spelling> out;
  Scan scan{matcher, [&](const Hit& hit) { out.insert(hit.pattern->spelling); }};
  for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size() - at)) {
    scan.feed(text.substr(at, piece));
  }
  return out;
}

std::vector<Mark> phone() {
  return {{MarkKind::kPhone, std::string{kPhone}}};
}

TEST(Matcher, FindsEachWayToWriteANumber) {
  for (const std::string& text :
       {std::string{"4915123456789"}, std::string{"+4915123456789"}, std::string{"004915123456789"},
        std::string{"015123456789"}, std::string{"tel:+4915123456789"},
        std::string{"+49 151 2345 6789"}, std::string{"+49 (0)151-2345.6789"},
        std::string{"(0151) 234 56 789"}, std::string{"0151/23456789"}, std::string{"x3456789x"},
        std::string{"345-67 89"}, std::string{"%2B4915123456789"},
        std::string{"151\xc2\xa0"
                    "23456789"}}) {
    EXPECT_FALSE(found(phone(), "<" + text + ">").empty()) << text;
  }
}

TEST(Matcher, FindsEachEncodingAtEachAlignment) {
  const std::string digits{kPhone};
  const std::string backwards{digits.rbegin(), digits.rend()};
  for (const std::string& plain :
       {digits, backwards, utf16(digits, ByteOrder::kLittle), utf16(digits, ByteOrder::kBig)}) {
    for (const std::string_view before : {"", "a", "ab", "abc"}) {
      const std::string whole = std::string{before} + plain + "xyz";
      EXPECT_FALSE(found(phone(), base64(whole)).empty()) << before;
      EXPECT_FALSE(found(phone(), base64url(whole)).empty()) << before;
    }
    std::string hex = to_hex(as_bytes(plain));
    EXPECT_FALSE(found(phone(), hex).empty());
    std::ranges::transform(hex, hex.begin(), [](char c) {
      return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    EXPECT_FALSE(found(phone(), hex).empty());
    EXPECT_FALSE(found(phone(), plain).empty());
  }
  EXPECT_FALSE(found(phone(), percent_encoded(digits)).empty());
  EXPECT_FALSE(found(phone(), json_escaped(digits)).empty());
}

TEST(Matcher, FindsTheNumberInsideAWhatsAppId) {
  EXPECT_TRUE(found(phone(), make_wamid(kPhone)).contains(Spelling::kBase64));
}

TEST(Matcher, FindsNumbersInBinaryForms) {
  Bytes big;
  append_be(big, std::uint64_t{4'915'123'456'789});
  std::string integer{as_text(big)};
  EXPECT_TRUE(found(phone(), integer).contains(Spelling::kInteger));
  std::ranges::reverse(integer);
  EXPECT_TRUE(found(phone(), integer).contains(Spelling::kInteger));
  EXPECT_TRUE(found(phone(), "\x49\x15\x12\x34\x56\x78\x9f").contains(Spelling::kPacked));
}

TEST(Matcher, FindsAddressesAndWordsInEitherCase) {
  const std::vector<Mark> marks{{MarkKind::kEmail, "qwrtzp@hjklmn.example"},
                                {MarkKind::kName, "Qwrtzpdf Hjklmnbv"}};
  EXPECT_TRUE(found(marks, "QWRTZP@HJKLMN.EXAMPLE").contains(Spelling::kPlain));
  EXPECT_TRUE(found(marks, "qwrtzp\\u0040hjklmn.example").contains(Spelling::kJsonEscapes));
  EXPECT_TRUE(found(marks, "qwrtzp%40hjklmn.example").contains(Spelling::kUrl));
  EXPECT_TRUE(found(marks, "hello HJKLMNBV").contains(Spelling::kPart));
}

TEST(Matcher, FindsAMatchThatPiecesShare) {
  const std::string text = "noise +4915123456789 and " + base64("id=4915123456789;") + " more";
  const auto whole = found(phone(), text);
  ASSERT_FALSE(whole.empty());
  for (std::size_t piece = 1; piece < 16; ++piece) {
    EXPECT_EQ(found(phone(), text, piece), whole) << piece;
  }
}

TEST(Matcher, FindsNothingInOtherNumbers) {
  for (const std::string& text :
       {std::string{"4915123456780"}, std::string{"2026-11-24T15:12:34.567Z"},
        std::string{"345678"}, base64("4915123456798 4915123456779"), std::string(4'096, '\0')}) {
    EXPECT_TRUE(found(phone(), text).empty()) << text;
  }
}

TEST(Matcher, TellsTheTwoMarksThatEndInOnePlaceApart) {
  const Matcher matcher{spell(std::vector<Mark>{{MarkKind::kPhone, "4915123456789"},
                                                {MarkKind::kProbePhone, "4915193456789"}})};
  std::set<std::uint32_t> marks;
  Scan scan{matcher, [&](const Hit& hit) { marks.insert(hit.pattern->mark); }};
  scan.feed("4915123456789");
  EXPECT_EQ(marks, (std::set<std::uint32_t>{0, 1}));  // they share their last seven digits
}

Place answer(Role role, std::string_view where) {
  return {Surface::kAnswerBody, role, std::string{where}, 200};
}

TEST(Policy, AllowsWordsForThoseWhoAnswerAndForNobodyElse) {
  const Mark text{MarkKind::kText, "qwrtzpdfghjk"};
  const std::string_view messages = "GET /v1/conversations/{id}/messages";
  EXPECT_EQ(judge(text, Spelling::kPlain, answer(Role::kAgent, messages)), Verdict::kAllowed);
  EXPECT_EQ(judge(text, Spelling::kPlain, answer(Role::kAdmin, messages)), Verdict::kLeak);
  EXPECT_EQ(judge(text, Spelling::kPlain, answer(Role::kNobody, messages)), Verdict::kLeak);
  EXPECT_EQ(judge(text, Spelling::kBase64, answer(Role::kAgent, messages)), Verdict::kLeak);
  EXPECT_EQ(judge(text, Spelling::kPlain, answer(Role::kAgent, "GET /v1/agents")), Verdict::kLeak);
  Place head = answer(Role::kAgent, messages);
  head.surface = Surface::kAnswerHead;
  EXPECT_EQ(judge(text, Spelling::kPlain, head), Verdict::kLeak);
}

TEST(Policy, AllowsContactDataOfALeadToASupervisorWhoRevealsTheNumberAndNowhereElse) {
  const Mark phone{MarkKind::kPhone, "4915123456789"};
  const std::string_view reveal = "POST /v1/leads/{id}/reveal";
  EXPECT_EQ(judge(phone, Spelling::kPlain, answer(Role::kSupervisor, reveal)), Verdict::kAllowed);
  for (const Role role : {Role::kAgent, Role::kAuditor, Role::kAdmin, Role::kNobody}) {
    EXPECT_EQ(judge(phone, Spelling::kPlain, answer(role, reveal)), Verdict::kLeak);
  }
  for (const Row& row : table()) {
    if (row.where == reveal && row.kind == MarkKind::kPhone &&
        row.surface == Surface::kAnswerBody) {
      continue;
    }
    for (const MarkKind kind :
         {MarkKind::kPhone, MarkKind::kPhoneInText, MarkKind::kPhoneInName, MarkKind::kEmail,
          MarkKind::kWamid, MarkKind::kWhatsAppId, MarkKind::kUserName, MarkKind::kProbePhone,
          MarkKind::kWrittenPhone, MarkKind::kRootKey}) {
      EXPECT_NE(row.kind, kind) << row.where;
    }
  }
}

TEST(Policy, AllowsNothingInLogMetricsFilesAndTheFaceOfTheProcessAndCookiesInHeads) {
  for (const Row& row : table()) {
    EXPECT_TRUE(row.surface == Surface::kAnswerBody || row.surface == Surface::kMemory ||
                (row.surface == Surface::kAnswerHead && row.kind == MarkKind::kCookie));
    EXPECT_FALSE(row.reason.empty());
  }
}

TEST(Findings, MissWhatMustBeSeenAndWasNot) {
  const std::vector<Mark> marks{{MarkKind::kName, "Qwrtzpdf Hjklmnbv"}};
  const Matcher matcher{spell(marks)};
  Findings findings{marks, matcher};
  const auto unseen = findings.unseen().size();
  EXPECT_GT(unseen, 0U);
  findings.search(answer(Role::kAgent, "GET /v1/conversations"), "Qwrtzpdf Hjklmnbv");
  EXPECT_EQ(findings.unseen().size(), unseen - 1);
  EXPECT_TRUE(findings.leaks().empty());
  findings.search({Surface::kLog, Role::kNobody, "log", 0}, "from QWRTZPDF");
  ASSERT_EQ(findings.leaks().size(), 1U);
  EXPECT_EQ(findings.leaks().front().offset, 5U);
}

}  // namespace
}  // namespace leadkeep::leaktest
