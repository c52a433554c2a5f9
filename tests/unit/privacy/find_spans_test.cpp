#include <leadkeep/privacy/find_spans.h>
#include <leadkeep/privacy/mask.h>

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace leadkeep::privacy {
namespace {

Region region(std::string_view code) {
  return Region::parse(code).value();
}

std::string masked(std::string_view text, std::string_view code = "DE") {
  const auto spans = find_spans(text, region(code));
  return mask_text(text, spans).body;
}

std::string repeated(std::string_view unit, std::size_t size) {
  std::string text;
  while (text.size() < size) {
    text.append(unit);
  }
  text.resize(size);
  return text;
}

struct Spelling {
  std::string_view text;
  std::string_view masked;
};

// One number, 0151 23456789, as people write it and as people hide it.
constexpr Spelling kPhones[] = {
    {"015123456789", "•••••••89"},
    {"0151 23456789", "•••••••89"},
    {"Ruf an: 0151 23456789, danke", "Ruf an: •••••••89, danke"},
    {"0151/23456789", "•••••••89"},
    {"0151-234-567-89", "•••••••89"},
    {"0151.234.567.89", "•••••••89"},
    {"0151, 234, 567, 89", "•••••••89"},
    {"0151:234:567:89", "•••••••89"},
    {"0 1 5 1 2 3 4 5 6 7 8 9", "•••••••89"},
    {"0151     23456789", "•••••••89"},
    {"0151\n23456789", "•••••••89"},
    {"0151 / 234 - 567 - 89", "•••••••89"},
    {"(0151) 23456789", "•••••••89"},
    {"(0151 23456789)", "(•••••••89)"},
    {"+4915123456789", "•••••••89"},
    {"+49 151 23456789", "•••••••89"},
    {"+ 49 151 23456789", "•••••••89"},
    {"+49 (0) 151 23456789", "•••••••89"},
    {"(+49) 151 23456789", "•••••••89"},
    {"0049 151 23456789", "•••••••89"},
    {"4915123456789", "•••••••89"},
    {"tel:+49-151-23456789", "tel:•••••••89"},
    {"tel:+49-151-23456789;ext=12", "tel:•••••••12"},
    {"0151 23456789 ext. 12", "•••••••12"},
    {"https://wa.me/4915123456789?text=Hi", "https://wa.me/•••••••89?text=Hi"},
    {"%2B49%20151%2023456789", "•••••••89"},
    {"%2B49%2520151%252023456789", "•••••••"},
    {"+49&#32;151&#x20;23456789", "•••••••89"},
    {"%30%31%35%31%32%33%34%35%36%37%38%39", "•••••••"},
    {"%EF%BC%90%EF%BC%91%EF%BC%95%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94", "•••••••34"},
    {"０１５１２３４５６７８９", "•••••••89"},
    {"＋４９　１５１　２３４５６７８９", "•••••••89"},
    {"٠١٥١٢٣٤٥٦٧٨٩", "•••••••89"},
    {"۰۱۵۱۲۳۴۵۶۷۸۹", "•••••••89"},
    {"०१५१२३४५६७८९", "•••••••89"},
    {"𝟎𝟏𝟓𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "•••••••89"},
    {"⓪①⑤①②③④⑤⑥⑦⑧⑨", "•••••••89"},
    {"0❶❺❶❷❸❹❺❻❼❽❾", "•••••••89"},
    {"⁰¹⁵¹²³⁴⁵⁶⁷⁸⁹", "•••••••89"},
    {"₀₁₅₁₂₃₄₅₆₇₈₉", "•••••••89"},
    {"〇一五一二三四五六七八九", "•••••••89"},
    {"0️⃣1️⃣5️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣9️⃣ ok", "•••••••89 ok"},
    {"0\u200b1\u200b5\u200b1\u200b23456789", "•••••••89"},
    {"0151\u00ad234\u2060567\ufeff89", "•••••••89"},
    {"0151\u200b\u200b\u200b\u200b\u200b\u200b23456789", "•••••••89"},
    {"0151\u202e234567\u202c89", "•••••••89"},
    {"0151\u3164\u115f23456789", "•••••••89"},
    {"0\u03011\u03015\u03011\u030123456789", "•••••••89"},
    {"0151\u00a0234\u2009567\u202f89", "•••••••89"},
    {"0151–234—567‐89", "•••••••89"},
    {"0151ー234ー567ー89", "•••••••89"},
    {"0151・234・567・89", "•••••••89"},
    {"*0151* _234_ ~567~ `89`", "*•••••••89`"},
    {"**0**1**5**1**2**3**4**5**6**7**8**9", "**•••••••89"},
    {"0151 📞 234 📞 567 📞 89", "•••••••89"},
    {"0|1|5|1|2|3|4|5|6|7|8|9", "•••••••89"},
    {"0151x234x56789", "•••••••89"},
    {"01--51---23----45-----67.......89", "•••••••89"},
};

TEST(FindSpans, FindsASpacedAddressWithAShortLabelBehindIt) {
  const Region region = Region::parse("DE").value();
  for (const char* text : {"max @example.com.c", "max@ example.com.c", "max @ example.com.c",
                           "max @example.com.1", "max at example dot com dot c"}) {
    EXPECT_FALSE(find_spans(text, region).empty()) << text;
  }
}

TEST(FindSpans, HidesEverySpellingOfOneNumber) {
  for (const Spelling& spelling : kPhones) {
    EXPECT_EQ(masked(spelling.text), spelling.masked) << spelling.text;
  }
}

TEST(FindSpans, HidesNumbersOfOtherRegions) {
  EXPECT_EQ(masked("call (650) 253-0000", "US"), "call •••••••00");
  EXPECT_EQ(masked("555-0123", "US"), "•••••••23");
  EXPECT_EQ(masked("06 12 34 56 78", "FR"), "•••••••78");
  EXPECT_EQ(masked("+52 1 55 1234 5678", "DE"), "•••••••78");
  EXPECT_EQ(masked("Ring 22 12 34 56", "NO"), "Ring •••••••56");
}

TEST(FindSpans, HidesSixDigitsWhereNumbersHaveSix) {
  EXPECT_EQ(masked("312 345", "AD"), "•••••••45");
  EXPECT_EQ(masked("312 345", "DE"), "312 345");
}

TEST(FindSpans, CallsWhatIsNoPossibleNumberANumber) {
  const auto spans = find_spans("IBAN DE89 3704 0044 0532 0130 00", region("DE"));
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0], (Span{7, 32, SpanKind::kNumber}));
}

TEST(FindSpans, CountsBytesAndCoversThePlus) {
  const auto spans = find_spans("Größe? +49 151 23456789 é max@x.de", region("DE"));
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[0], (Span{9, 25, SpanKind::kPhone}));
  EXPECT_EQ(spans[1], (Span{29, 37, SpanKind::kEmail}));
}

TEST(FindSpans, HidesTwoNumbersWithoutSeparator) {
  EXPECT_EQ(masked("0151 23456789 0160 98765432"), "•••••••");
  EXPECT_EQ(masked("0151 23456789 oder 0160 98765432"), "•••••••89 oder •••••••32");
}

TEST(FindSpans, HidesANumberNextToADate) {
  EXPECT_EQ(masked("24.11.2026 0151 23456789"), "•••••••");
}

constexpr Spelling kAddresses[] = {
    {"max@gmail.com", "•••@•••"},
    {"Mail: MAX.Mustermann+tag@Sub.Example.co.uk, danke", "Mail: •••@•••, danke"},
    {"<max@gmail.com>", "<•••@•••>"},
    {"*max@gmail.com*", "*•••@•••*"},
    {"write max@firma.de. Thanks", "write •••@•••. Thanks"},
    {"mailto:max@x.de?subject=hi", "mailto:•••@•••?subject=hi"},
    {"max%40gmail.com", "•••@•••"},
    {"max%2540gmail%252Ecom", "•••@•••"},
    {"max&#64;gmail.com", "•••@•••"},
    {"max＠gmail．com", "•••@•••"},
    {"ｍａｘ＠ｇｍａｉｌ．ｃｏｍ", "•••@•••"},
    {"max﹫gmail。com", "•••@•••"},
    {"max\u200b@\u200bgmail\u200b.com", "•••@•••"},
    {"müller@bücher.example", "•••@•••"},
    {"u\u0308ber@x.de", "•••@•••"},
    {"用户@例子.公司", "•••@•••"},
    {"почта@пример.рф", "•••@•••"},
    {"9876543210@ybl", "•••@•••"},
    {"15123456789@x.de", "•••@•••"},
    {"max@server", "•••@•••"},
    {"max@192.168.0.1", "•••@•••"},
    {"\"max m\"@x.de", "•••@•••"},
    {"max @ gmail.com", "•••@•••"},
    {"max @ gmail . com", "•••@•••"},
    {"max@ gmail.com", "•••@•••"},
    {"max (at) gmail (dot) com", "•••@•••"},
    {"max(at)gmail.com", "•••@•••"},
    {"max [at] gmail.com", "•••@•••"},
    {"max {AT} gmail [.] com", "•••@•••"},
    {"max (@) gmail.com", "•••@•••"},
    {"max at gmail dot com", "•••@•••"},
    {"MAX AT GMAIL DOT COM", "•••@•••"},
    {"max ät gmail punkt com", "•••@•••"},
    {"max arroba gmail punto com", "•••@•••"},
    {"max dot m at gmail dot com", "•••@•••"},
    {"max@gmail dot com", "•••@•••"},
    {"a@b@c.de", "•••@•••"},
    {"max at gmail.com", "•••@•••"},
    {"max @ gmail", "•••@•••"},
    {"max-at-gmail-dot-com", "•••@•••"},
    {"max_at_web.de", "•••@•••"},
    {"max\\@gmail.com", "•••@•••"},
    {"max'@'x.de", "•••@•••"},
    {"max😀@x.de", "•••@•••"},
    {"m😀ax@x.de", "•••@•••"},
    {"😀max@x.de", "•••@•••"},
    {"max@x.de😀", "•••@•••😀"},
    {"max@i❤.ws", "•••@•••"},
    {"max@paral·lel.cat", "•••@•••"},
    {"max@❤❤.ws", "•••@•••"},
    {"max@xn--i-7iq.ws", "•••@•••"},
    {"max\u0378@x.de", "•••@•••"},  // no character yet, as the next emoji
    {"max…@x.de", "•••@•••"},
    {"max…=@x.de", "•••@•••"},
    {"max…&.@x.de", "•••@•••"},
    {"max/…@x.de", "•••@•••"},
    {"max_at_@x.de", "•••@•••"},
    {"_dot_@x.de", "•••@•••"},
    {"max@_at_x.de", "•••@•••"},
    {"max at @x.de", "max at @x.de"},
    {"max„=\u0378&@x.de", "•••@•••"},
    {"„max“@x.de", "„•••@•••"},
    {"https://x.de/?mail=max@gmail.com", "https://•••@•••"},
};

TEST(FindSpans, HidesEverySpellingOfAnAddress) {
  for (const Spelling& spelling : kAddresses) {
    EXPECT_EQ(masked(spelling.text), spelling.masked) << spelling.text;
  }
}

TEST(FindSpans, HidesAllOfAnAddressThatHoldsANumber) {
  const auto spans = find_spans("0151-23456789@x.de", region("DE"));
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0], (Span{0, 18, SpanKind::kEmail}));
}

constexpr std::string_view kPlainTexts[] = {
    "",
    "Guten Tag!",
    "Am 24.11.2026 um 10:30 Uhr",
    "2026-11-24",
    "2026-11-24 10:30",
    "24.11.2026, 10:30",
    "24.11.2026 10:30:15",
    "24/11/2026",
    "11/24/2026 9:30",
    "24.11. - 28.11.2026",
    "24.11.-28.11.",
    "24.11.2026 - 28.11.2026",
    "24.11.2026, 2 Personen",
    "Mo-Fr 9:00-18:00",
    "24.11.2026 9:00 – 18:00",
    "Preis: 1.299,00 €",
    "19,99 EUR",
    "$1,250.00 each",
    "€100, €200, €300",
    "Musterstraße 12a",
    "10115 Berlin",
    "Hauptstr. 5, 10115 Berlin",
    "SW1A 1AA",
    "Bestellung 123456",
    "Bestellung 12345 vom 24.11.2026",
    "3 Zimmer, 2 Personen, 4 Nächte",
    "100 % sicher, 20 % Rabatt",
    "Notruf 110 oder 112",
    "3 @ 10 EUR",
    "2@9.99",
    "hello @friend",
    "🙏@friend",
    "danke 🙏 @friend",
    "„@friend“",
    "tiktok.com/@name",
    "meet @ work. Tomorrow",
    "look at amazon.de please",
    "at the end dot",
    "stay-at-home",
    "I work at orange county",
    "a state-of-the-art point",
    "🎉🎉🎉 👨‍👩‍👧‍👦",
    "Ich habe 2 Hunde & 3 Katzen; #1 ist Bello",
};

TEST(FindSpans, LeavesTextWithoutContactDataAlone) {
  for (const std::string_view text : kPlainTexts) {
    EXPECT_TRUE(find_spans(text, region("DE")).empty()) << masked(text);
  }
}

TEST(FindSpans, DoesNotTakeAnImpossibleDateForADate) {
  for (const std::string_view text :
       {"24.13.2026", "32.11.2026", "2026-13-01", "15.11.2345", "24.11-2026", "24.11.2026 1234",
        "24.11.20261", "24.11.2026 25:61", "+24.11.2026 0151", "2４.11.2026", "24\u200b.11.2026",
        "24 11 2026"}) {
    EXPECT_EQ(find_spans(text, region("DE")).size(), 1U) << text;
  }
}

TEST(FindSpans, HidesInvalidUtf8AsAWhole) {
  for (const std::string_view text :
       {"\xff", "abc\xc3", "\xed\xa0\x80 text", "\xc0\xaf", "ok \xf4\x90\x80\x80"}) {
    const auto spans = find_spans(text, region("DE"));
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0], (Span{0, static_cast<std::uint32_t>(text.size()), SpanKind::kNumber}));
    EXPECT_EQ(mask_text(text, spans).body, "•••");
  }
}

TEST(FindSpans, HidesTextOverOneMebibyteAsAWhole) {
  const std::string text = repeated("harmless ", (1U << 20) + 1);
  const auto spans = find_spans(text, region("DE"));
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].end, text.size());
}

TEST(FindSpans, HidesMoreNumbersThanTheLibraryIsAskedAbout) {
  const std::string text = repeated("0151 23456789 and on it goes... ", 65536);
  const auto spans = find_spans(text, region("DE"));
  EXPECT_EQ(spans.size(), 2048U);
  EXPECT_EQ(spans.front().kind, SpanKind::kPhone);
  EXPECT_EQ(spans.back().kind, SpanKind::kNumber);
}

void expect_well_formed(std::string_view text, const std::vector<Span>& spans) {
  std::uint32_t end = 0;
  for (const Span& span : spans) {
    EXPECT_LE(end, span.start);
    EXPECT_LT(span.start, span.end);
    EXPECT_LE(span.end, text.size());
    end = span.end;
  }
  if (!spans.empty()) {
    EXPECT_NE(mask_text(text, spans).body, "•••");
  }
}

// Every unit is one that some scanner would read again and again if it could.
TEST(FindSpans, EndsOnSixtyFourKibibytesOfAnything) {
  for (const std::string_view unit : {"1",
                                      "1 ",
                                      "-",
                                      "1-----",
                                      "12 a 345 x 6789 ",
                                      " ",
                                      "@",
                                      "a@",
                                      "a at b dot ",
                                      "(at ",
                                      "24.11.2026 a ",
                                      "%25",
                                      "&#1",
                                      "a.",
                                      "\"a @b",
                                      "a@[",
                                      "a@[[[[[[[[",
                                      "+",
                                      "(+1",
                                      "\u200b",
                                      "٠",
                                      "1️⃣",
                                      "é@é.é",
                                      "0151 23456789 ",
                                      "%",
                                      "&#",
                                      ".",
                                      "*",
                                      "(",
                                      "1)",
                                      "a dot ",
                                      " at ",
                                      "at at ",
                                      "10:30-",
                                      "x1"}) {
    std::string text = repeated(unit, 65536 - 65536 % unit.size());
    expect_well_formed(text, find_spans(text, region("DE")));
  }
}

class RandomText {
 public:
  explicit RandomText(unsigned seed) : m_engine{seed} {}

  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>{0, limit - 1}(m_engine);
  }

  // The digits with up to three separators and any invisible characters between them.
  std::string hidden(std::string_view digits) {
    static constexpr std::string_view kVisible[] = {"-", ".", "/", "(", ")", ",", ":", "|", "–"};
    static constexpr std::string_view kUncounted[] = {" ",      "\u00a0", "\u200b", "\u202e",
                                                      "\ufe0f", "*",      "_",      "\n"};
    std::string text;
    for (const char digit : digits) {
      text.append(spelled(digit));
      for (std::size_t i = below(4); i > 0; --i) {
        text.append(kVisible[below(std::size(kVisible))]);
      }
      for (std::size_t i = below(3); i > 0; --i) {
        text.append(kUncounted[below(std::size(kUncounted))]);
      }
    }
    return text;
  }

  std::string noise() {
    static constexpr std::string_view kWords[] = {
        "Hallo", " ",  "Zimmer 12", "um 10:30", "24.11.",     "€ 19,99", "ß",   "@",
        " at ",  "🎉", "\n",        "(",        "Straße 5, ", "x",       "%20", ". "};
    std::string text;
    for (std::size_t i = below(8); i > 0; --i) {
      text.append(kWords[below(std::size(kWords))]);
    }
    return text;
  }

  std::string digits(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      text.push_back(static_cast<char>('0' + below(10)));
    }
    return text;
  }

  std::string bytes(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      text.push_back(static_cast<char>(below(256)));
    }
    return text;
  }

 private:
  std::string spelled(char digit) {
    const auto value = static_cast<char>(digit - '0');
    switch (below(4)) {
      case 0:
        return std::string{"\xef\xbc"} + static_cast<char>(0x90 + value);  // full-width
      case 1:
        return std::string{"\xd9"} + static_cast<char>(0xa0 + value);  // Arabic-Indic
      default:
        return {digit};
    }
  }

  std::mt19937 m_engine;
};

// The digits of a text in order, whatever their spelling among those of RandomText.
std::string digits_of(std::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    const auto third = i + 2 < text.size() ? static_cast<unsigned char>(text[i + 2]) : 0U;
    if (byte >= '0' && byte <= '9') {
      digits.push_back(text[i]);
    } else if (byte == 0xef && next == 0xbc && third >= 0x90 && third <= 0x99) {
      digits.push_back(static_cast<char>('0' + third - 0x90));
    } else if (byte == 0xd9 && next >= 0xa0 && next <= 0xa9) {
      digits.push_back(static_cast<char>('0' + next - 0xa0));
    }
  }
  return digits;
}

TEST(FindSpans, NeverShowsMoreThanTheLastTwoDigitsOfAPlantedNumber) {
  RandomText random{20261124};
  const Region de = region("DE");
  for (int round = 0; round < 3000; ++round) {
    const std::string number = "0171" + random.digits(8);
    const std::string before = random.noise() + "a ";
    const std::string after = " b" + random.noise();
    const std::string text = before + random.hidden(number) + after;
    const auto spans = find_spans(text, de);
    expect_well_formed(text, spans);
    const std::string shown = digits_of(mask_text(text, spans).body);
    const std::string around = digits_of(before) + number.substr(10) + digits_of(after);
    EXPECT_LE(shown.size(), around.size()) << text;
    EXPECT_EQ(shown.find(number.substr(0, 6)), std::string::npos) << text;
  }
}

TEST(FindSpans, FindsNothingInTextThatIsMasked) {
  RandomText random{7};
  const Region de = region("DE");
  for (int round = 0; round < 3000; ++round) {
    std::string text =
        random.noise() + random.hidden(random.digits(3 + random.below(12))) + random.noise();
    text += round % 3 == 0 ? "max@gmail.com" + random.noise() : std::string{};
    const std::string once = mask_text(text, find_spans(text, de)).body;
    EXPECT_EQ(mask_text(once, find_spans(once, de)).body, once) << text;
  }
}

TEST(FindSpans, DoesNotJoinDigitsAcrossAMask) {
  EXPECT_EQ(masked("12345 max@x.de 678"), "12345 •••@••• 678");
  EXPECT_EQ(masked("12345 •••@••• 678"), "12345 •••@••• 678");
  EXPECT_EQ(masked("0•1•5•1•2•3•4•5•6"), "•••••••56");
}

TEST(FindSpans, SurvivesRandomBytes) {
  RandomText random{42};
  const Region de = region("DE");
  for (int round = 0; round < 2000; ++round) {
    const std::string text = random.bytes(random.below(40));
    const auto spans = find_spans(text, de);
    const MaskedText masked_text = mask_text(text, spans);
    EXPECT_LE(masked_text.spans.size(), spans.size() + 1);
  }
}

TEST(NameOf, NamesEveryKind) {
  EXPECT_EQ(name_of(SpanKind::kPhone), "phone");
  EXPECT_EQ(name_of(SpanKind::kEmail), "email");
  EXPECT_EQ(name_of(SpanKind::kNumber), "number");
}

}  // namespace
}  // namespace leadkeep::privacy
