#include <leadkeep/privacy/normalise.h>

#include <string>

#include <gtest/gtest.h>

namespace leadkeep::privacy {
namespace {

using Text = std::optional<std::string>;

Region region(std::string_view code) {
  return Region::parse(code).value();
}

Text exposed(const std::optional<Pii<std::string>>& value) {
  return value ? Text{value->expose()} : std::nullopt;
}

Text phone(std::string_view text, std::string_view code = "DE") {
  return exposed(normalise_phone(text, region(code)));
}

Text whatsapp_id(std::string_view text) {
  return exposed(normalise_whatsapp_id(text));
}

Text phone_of(std::string_view id) {
  return exposed(phone_of_whatsapp_id(Pii<std::string>{std::string{id}}));
}

Text email(std::string_view text) {
  return exposed(normalise_email(text));
}

Text bsuid(std::string_view text) {
  return exposed(normalise_bsuid(text));
}

Text name(std::string_view text) {
  return exposed(normalise_name(text));
}

TEST(RegionParse, KnowsTwoLetterCodes) {
  for (const std::string_view code : {"DE", "US", "MX", "BR", "IN", "AD"}) {
    const auto parsed = Region::parse(code);
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed.value().code(), code);
  }
}

TEST(RegionParse, RefusesEverythingElse) {
  for (const std::string_view code : {"", "D", "de", "De", "DEU", "ZZ", "XX", "001", "49", "D\0"}) {
    const auto parsed = Region::parse(code);
    ASSERT_FALSE(parsed.ok()) << code;
    EXPECT_EQ(parsed.error().code, Errc::kInvalidInput);
  }
}

TEST(NormalisePhone, YieldsOneSpelling) {
  for (const std::string_view text :
       {"015112345678", "0151 12345678", "0151/1234-5678", "(0151) 12345678", "+4915112345678",
        "+49 151 12345678", "+49 (0) 151 12345678", "(+49) 151 12345678", "004915112345678",
        "tel:+49-151-12345678", "TEL:015112345678", "  0151 12345678\n", "０１５１１２３４５６７８",
        "٠١٥١١٢٣٤٥٦٧٨", "0\u200b151 12345678", "*0151* 12345678", "＋49 151 12345678"}) {
    EXPECT_EQ(phone(text), "+4915112345678") << text;
  }
}

TEST(NormalisePhone, UsesTheRulesOfTheRegion) {
  EXPECT_EQ(phone("(650) 253-0000", "US"), "+16502530000");
  EXPECT_EQ(phone("011 49 151 12345678", "US"), "+4915112345678");
  EXPECT_EQ(phone("0049 151 12345678", "US"), "+4915112345678");
  EXPECT_EQ(phone("06 12 34 56 78", "FR"), "+33612345678");
  EXPECT_EQ(phone("02 1234 5678", "IT"), "+390212345678");
}

TEST(NormalisePhone, RefusesWhatIsNoNumber) {
  for (const std::string_view text :
       {"", " ", "+", "abc", "12", "10115", "Tel. 0151 12345678", "0151 12345678 ext. 5",
        "tel:+4915112345678;ext=5", "0800 FLOWERS", "+49+15112345678", "0151+12345678",
        "+999 151 12345678", "123456789012345678901", "max@x.de", "0151 1234567\xff"}) {
    EXPECT_EQ(phone(text), std::nullopt) << text;
  }
}

TEST(NormalisePhone, IsStableOnItsOwnResult) {
  EXPECT_EQ(phone(*phone("0151 12345678"), "US"), "+4915112345678");
}

TEST(NormalisePhone, IsStableWithSeveralTrunkPrefixes) {
  EXPECT_EQ(phone("+49 (0)(0) 151 / 2345-6790"), "+4915123456790");
  for (const std::string_view text : {"+20 0 2 55555025", "+49 0 0 0 151 23456790"}) {
    const auto number = phone(text);
    EXPECT_TRUE(!number || phone(*number) == number) << text;
  }
}

TEST(NormaliseWhatsappId, KeepsDigitsOnly) {
  EXPECT_EQ(whatsapp_id("4915112345678"), "4915112345678");
  EXPECT_EQ(whatsapp_id("+49 151 1234-5678"), "4915112345678");
  EXPECT_EQ(whatsapp_id("12345"), "12345");
  EXPECT_EQ(whatsapp_id("12345678901234567890"), "12345678901234567890");
}

TEST(NormaliseWhatsappId, DoesNotReformat) {
  EXPECT_EQ(whatsapp_id("5215512345678"), "5215512345678");
  EXPECT_EQ(whatsapp_id("551187654321"), "551187654321");
  EXPECT_EQ(whatsapp_id("5491123456789"), "5491123456789");
  EXPECT_EQ(whatsapp_id("0049151"), "0049151");
}

TEST(NormaliseWhatsappId, RefusesWhatIsNoId) {
  for (const std::string_view text : {"", "1234", "123456789012345678901", "4915112345678@c.us",
                                      "DE.123456", "49+15112345678", "12345\xff"}) {
    EXPECT_EQ(whatsapp_id(text), std::nullopt) << text;
  }
}

TEST(PhoneOfWhatsappId, YieldsAValidNumber) {
  EXPECT_EQ(phone_of("4915112345678"), "+4915112345678");
  EXPECT_EQ(phone_of("16502530000"), "+16502530000");
}

TEST(PhoneOfWhatsappId, DropsTheOneThatMexicoNoLongerDials) {
  EXPECT_EQ(phone_of("5215512345678"), "+525512345678");
}

TEST(PhoneOfWhatsappId, RefusesWhatReadsAsAnotherNumberTheSecondTime) {
  EXPECT_EQ(phone_of("520215557215577"), std::nullopt);
}

TEST(PhoneOfWhatsappId, RefusesWhatIsNoNumber) {
  for (const std::string_view id : {"", "12345", "999123456789", "+4915112345678", "abc"}) {
    EXPECT_EQ(phone_of(id), std::nullopt) << id;
  }
}

TEST(NormaliseEmail, LowersTheDomainOnly) {
  EXPECT_EQ(email("Max.Muster+Tag@Example.COM"), "Max.Muster+Tag@example.com");
  EXPECT_EQ(email("  max@x.de\n"), "max@x.de");
  EXPECT_EQ(email("\u00a0max@x.de\u200b"), "max@x.de");
}

TEST(NormaliseEmail, HasOneSpellingForADomain) {
  EXPECT_EQ(email("a@BÜCHER.example"), "a@bücher.example");
  EXPECT_EQ(email("a@xn--bcher-kva.example"), "a@bücher.example");
  EXPECT_EQ(email("a@XN--BCHER-KVA.example"), "a@bücher.example");
  EXPECT_EQ(email("a@bu\u0308cher.example"), "a@bücher.example");
  EXPECT_EQ(email("a@ｅｘａｍｐｌｅ.com"), "a@example.com");
  EXPECT_EQ(email("a@example。com"), "a@example.com");
}

TEST(NormaliseEmail, ComposesTheLocalPart) {
  EXPECT_EQ(email("mu\u0308ller@x.de"), "müller@x.de");
}

TEST(NormaliseEmail, AcceptsWhatIsInUse) {
  for (const std::string_view text :
       {"a@b.co", "o'brien@x.de", "a_b@my_host.example", "r@r3---sn.example", "abc..@docomo.ne.jp",
        "用户@例子.公司", "1@123.de", "max@paral·lel.cat", "max@i❤.ws"}) {
    EXPECT_EQ(email(text), text);
  }
}

TEST(NormaliseEmail, RefusesWhatIsNoAddress) {
  for (const std::string_view text : {"",
                                      "@",
                                      "max",
                                      "max@",
                                      "@x.de",
                                      "max@host",
                                      "max@x.d",
                                      "max@.de",
                                      "max@x..de",
                                      "max@x.de.",
                                      "a b@x.de",
                                      "max@x .de",
                                      "max@x.de, eva@x.de",
                                      "<max@x.de>",
                                      "mailto:max@x.de",
                                      "a@b@x.de",
                                      "a＠b@x.de",
                                      "\"a b\"@x.de",
                                      "max@192.168.0.1",
                                      "max@-x.de",
                                      "max@x-.de",
                                      "ma\u200bx@x.de",
                                      "max@xn--\u00e4.de",
                                      "max@x.de\xff",
                                      "max@„x“.de",
                                      "max@••x.de",
                                      "max@x._-_",
                                      "max@x.d_",
                                      "max@\u2800x.de",
                                      "a;b@x.de"}) {
    EXPECT_EQ(email(text), std::nullopt) << text;
  }
  EXPECT_EQ(email(std::string(65, 'a') + "@x.de"), std::nullopt);
  EXPECT_EQ(email("a@" + std::string(300, 'b') + ".de"), std::nullopt);
  EXPECT_EQ(email("a@x.de" + std::string(600, ' ')), std::nullopt);
}

TEST(NormaliseBsuid, TakesItAsItIs) {
  for (const std::string_view text :
       {"US.13491208655302741918", "DE.aB3", "US.ENT.11815799212", "DE.ENT", "DE.0"}) {
    EXPECT_EQ(bsuid(text), text);
  }
  EXPECT_EQ(bsuid("DE." + std::string(128, 'a')), "DE." + std::string(128, 'a'));
}

TEST(NormaliseBsuid, RefusesWhatIsNoId) {
  for (const std::string_view text :
       {"", "DE", "DE.", "DE.ENT.", "de.123", "D1.123", "DEU.123", "DE123", "DE.12-3", " DE.123",
        "DE.123 ", "DE.ENT.ENT.123", "DE.ent.123", "DE..123", "DE.ä", "491511234567"}) {
    EXPECT_EQ(bsuid(text), std::nullopt) << text;
  }
  EXPECT_EQ(bsuid("DE." + std::string(129, 'a')), std::nullopt);
}

TEST(NormaliseName, IsTheSameInWhateverOrderCaseAndAccents) {
  for (const std::string_view text :
       {"Anna-Lena Müller", "Müller, Anna-Lena", "  ANNA LENA MULLER ", "Anna Lena Mu\u0308ller",
        "Ａｎｎａ Lena Müller", "🌸 Anna (Lena) Müller 🌸", "Anna Lena Müller +49 151 23456789",
        "Anna\u00a0Lena\u200b Müller"}) {
    EXPECT_EQ(name(text), "anna lena muller") << text;
  }
  EXPECT_EQ(name("Weiß"), name("WEISS"));
  EXPECT_EQ(name("Ιωάννης"), name("ΙΩΑΝΝΗΣ"));
}

TEST(NormaliseName, KeepsTheVowelsOfItsScript) {
  EXPECT_NE(name("सीता"), name("सती"));
  EXPECT_EQ(name("ทักษิณ"), "ทักษิณ");
}

TEST(NormaliseName, RefusesWhatHasNoWord) {
  for (const std::string_view text :
       {"", " ", "🌸", "+49 151 23456789", "---", "\u0308", "\xff", "a\xc3"}) {
    EXPECT_EQ(name(text), std::nullopt) << text;
  }
  EXPECT_EQ(name(std::string(513, 'a')), std::nullopt);
}

}  // namespace
}  // namespace leadkeep::privacy
