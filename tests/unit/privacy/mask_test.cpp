#include <leadkeep/privacy/mask.h>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::privacy {
namespace {

Region germany() {
  return Region::parse("DE").value();
}

Pii<std::string> pii(std::string_view text) {
  return Pii<std::string>{std::string{text}};
}

TEST(MaskText, ReplacesEachKindByItsMask) {
  const std::string_view text = "ä 0151234 ö max@x.de ü 12345678901234567890123 ß";
  const std::vector<Span> spans{
      {3, 10, SpanKind::kPhone}, {14, 22, SpanKind::kEmail}, {26, 49, SpanKind::kNumber}};
  const MaskedText masked = mask_text(text, spans);
  EXPECT_EQ(masked.body, "ä •••••••34 ö •••@••• ü ••••••• ß");
  const std::vector<Span> expected{
      {2, 11, SpanKind::kPhone}, {14, 21, SpanKind::kEmail}, {24, 31, SpanKind::kNumber}};
  EXPECT_EQ(masked.spans, expected);
}

TEST(MaskText, HidesTheWholeTextWhereItsSpansLeaveANumber) {
  EXPECT_EQ(mask_text("call 015123456", {}).body, "•••");
  const std::vector<Span> elsewhere{{0, 4, SpanKind::kPhone}};
  EXPECT_EQ(mask_text("1234 015123456", elsewhere).body, "•••");
  EXPECT_EQ(mask_text("on 20260115", {}).body, "on 20260115") << "a date has eight digits";
}

TEST(MaskText, HasTheSameLengthForAShortAndALongNumber) {
  const std::vector<Span> shorter{{0, 7, SpanKind::kPhone}};
  const std::vector<Span> longer{{0, 15, SpanKind::kPhone}};
  EXPECT_EQ(mask_text("0151234", shorter).body, mask_text("+49151234567834", longer).body);
}

TEST(MaskText, ShowsDigitsOfOtherScriptsInAscii) {
  const std::vector<Span> spans{{0, 14, SpanKind::kPhone}};
  EXPECT_EQ(mask_text("٠١٥١٢٣٤", spans).body, "•••••••34");
}

TEST(MaskText, LeavesTextWithoutSpansAlone) {
  const MaskedText masked = mask_text("Hallo ü", {});
  EXPECT_EQ(masked.body, "Hallo ü");
  EXPECT_TRUE(masked.spans.empty());
  EXPECT_EQ(mask_text("", {}).body, "");
}

TEST(MaskText, HidesTheWholeTextWhenASpanDoesNotFit) {
  const std::string_view text = "ä 0151234567 text";
  const std::vector<std::vector<Span>> hostile{
      {{3, 3, SpanKind::kPhone}},
      {{5, 3, SpanKind::kPhone}},
      {{1, 5, SpanKind::kPhone}},
      {{0, 1, SpanKind::kPhone}},
      {{3, 200, SpanKind::kPhone}},
      {{4'000'000'000U, 4'294'967'295U, SpanKind::kPhone}},
      {{3, 8, SpanKind::kPhone}, {7, 9, SpanKind::kNumber}},
      {{8, 9, SpanKind::kPhone}, {3, 5, SpanKind::kNumber}},
      {{3, 8, SpanKind{0}}},
      {{3, 8, SpanKind{9}}},
  };
  for (const auto& spans : hostile) {
    const MaskedText masked = mask_text(text, spans);
    EXPECT_EQ(masked.body, "•••");
    ASSERT_EQ(masked.spans.size(), 1U);
    EXPECT_EQ(masked.spans[0], (Span{0, 3, SpanKind::kNumber}));
  }
}

TEST(MaskText, HidesInvalidUtf8AsAWhole) {
  EXPECT_EQ(mask_text("abc\xff", {}).body, "•••");
  const std::vector<Span> spans{{0, 2, SpanKind::kPhone}};
  EXPECT_EQ(mask_text("\xc3\x28 1234567", spans).body, "•••");
}

TEST(MaskText, ShowsNoDigitOfASpanWithTwoOrFewer) {
  const std::vector<Span> spans{{0, 2, SpanKind::kPhone}};
  EXPECT_EQ(mask_text("12", spans).body, "•••••••");
}

TEST(ClearText, KeepsTheBodyAndCountsCodePoints) {
  const std::string_view text = "äö 0151234567 🎉 max@x.de";
  const auto spans = find_spans(text, germany());
  const MaskedText clear = clear_text(text, spans);
  EXPECT_EQ(clear.body, text);
  const std::vector<Span> expected{{3, 13, SpanKind::kPhone}, {16, 24, SpanKind::kEmail}};
  EXPECT_EQ(clear.spans, expected);
}

TEST(ClearText, LeavesOutSpansThatDoNotFit) {
  const std::vector<Span> spans{{0, 1, SpanKind::kPhone}, {2, 99, SpanKind::kPhone}};
  const MaskedText clear = clear_text("abc", spans);
  EXPECT_EQ(clear.body, "abc");
  EXPECT_TRUE(clear.spans.empty());
}

TEST(MaskPhone, ShowsTheLastTwoDigits) {
  EXPECT_EQ(mask_phone(pii("+4915112345678")), "•••••••78");
  EXPECT_EQ(mask_phone(pii("")), "•••••••");
  EXPECT_EQ(mask_phone(pii("7")), "•••••••");
  EXPECT_EQ(mask_phone(pii("\xff 123")), "•••••••");
}

TEST(MaskEmail, ShowsNothing) {
  EXPECT_EQ(mask_email(pii("max@x.de")), "•••@•••");
  EXPECT_EQ(mask_email(pii("")), "•••@•••");
}

TEST(MaskOpaque, ShowsNothing) {
  EXPECT_EQ(mask_opaque(pii("DE.1a2b")), "•••");
}

TEST(CheckName, SeesContactDataInAName) {
  EXPECT_EQ(check_name("Max Mustermann", germany()), NameSafety::kPlain);
  EXPECT_EQ(check_name("Café 24", germany()), NameSafety::kPlain);
  EXPECT_EQ(check_name("", germany()), NameSafety::kPlain);
  EXPECT_EQ(check_name("Max 0151 23456789", germany()), NameSafety::kHoldsContact);
  EXPECT_EQ(check_name("Max 0\u200b1\u202e5123456789", germany()), NameSafety::kHoldsContact);
  EXPECT_EQ(check_name("max@x.de", germany()), NameSafety::kHoldsContact);
  EXPECT_EQ(check_name("Max\xff", germany()), NameSafety::kHoldsContact);
}

TEST(MaskName, HidesContactData) {
  EXPECT_EQ(mask_name("Max 0151 23456789", germany()), "Max •••••••89");
  EXPECT_EQ(mask_name("max@x.de", germany()), "•••@•••");
  // The mask of the address makes a number of what stands behind it.
  const std::string masked = mask_name("A@0CHxample.-+1x10151 4m0V172835", germany());
  EXPECT_EQ(check_name(masked, germany()), NameSafety::kPlain) << masked;
}

TEST(MaskName, KeepsOrdinaryNamesOfAllScripts) {
  for (const std::string_view name :
       {"Max Müller-Lüdenscheidt", "José", "Łukasz", "李小龍", "محمد", "می\u200cخواهم", "क्षत्रिय",
        "O'Brien 🎉", "👨\u200d👩\u200d👧 Family", "❤\ufe0f Anna"}) {
    EXPECT_EQ(mask_name(name, germany()), name);
  }
}

TEST(MaskName, RemovesControlAndBidiCharacters) {
  EXPECT_EQ(mask_name("A\u202e\u2066B\u200f\u061c\u0001\u007f\u0085", germany()), "AB");
  EXPECT_EQ(mask_name("  A\r\n\tB\u2028C ", germany()), "A   B C");
  EXPECT_EQ(mask_name("A\u200b\u2060\ufeff\u00ad\u3164Z", germany()), "AZ");
}

TEST(MaskName, RemovesAMarkThatNobodySees) {
  EXPECT_EQ(mask_name("Ot\u034fto", germany()), "Otto");
}

TEST(MaskName, BoundsCombiningMarks) {
  std::string stacked = "Z";
  for (int i = 0; i < 50; ++i) {
    stacked += "\u0301\u200d";
  }
  EXPECT_EQ(mask_name(stacked, germany()), "Z\u0301\u200d\u0301\u200d");
}

TEST(MaskName, CutsAfterEightyCodePoints) {
  std::string exact;
  for (int i = 0; i < 80; ++i) {
    exact += "ä";
  }
  EXPECT_EQ(mask_name(exact, germany()), exact);
  EXPECT_EQ(mask_name(exact + "b", germany()), exact + "…");
}

TEST(MaskName, FindsANumberBeforeItCutsTheName) {
  const std::string name = std::string(72, 'a') + " 0151234567890";
  EXPECT_EQ(mask_name(name, germany()), std::string(72, 'a') + " •••••••…");
}

TEST(MaskName, IsEmptyForInvalidUtf8) {
  EXPECT_EQ(mask_name("Max\xc3", germany()), "");
}

}  // namespace
}  // namespace leadkeep::privacy
