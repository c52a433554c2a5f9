#include <leadkeep/json/value.h>

#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace leadkeep::json {
namespace {

constexpr ParseLimits kLimits{.max_bytes = 4'000'000};

static_assert(!std::is_copy_constructible_v<Document>);
static_assert(std::is_nothrow_move_constructible_v<Document>);

// A document for the length of one expression, which the class itself forbids.
class Parsed {
 public:
  explicit Parsed(std::string_view text) : m_document{Document::parse(text, kLimits)} {
    EXPECT_TRUE(m_document.ok()) << text;
  }

  [[nodiscard]] Value root() const { return m_document.value().root(); }

  [[nodiscard]] Document take() && { return std::move(m_document).value(); }

 private:
  Result<Document> m_document;
};

Errc refusal(std::string_view text, const ParseLimits& limits = kLimits) {
  const auto document = Document::parse(text, limits);
  EXPECT_FALSE(document.ok()) << text.substr(0, 40);
  return document.ok() ? Errc::kInternal : document.error().code;
}

std::string repeated(std::string_view piece, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += piece;
  }
  return out;
}

TEST(Document, AcceptsEveryKindOfRoot) {
  EXPECT_TRUE(Parsed(" {} \r\n").root().is_object());
  EXPECT_TRUE(Parsed("[]").root().is_array());
  EXPECT_TRUE(Parsed("\"\"").root().is_string());
  EXPECT_TRUE(Parsed("null").root().is_null());
  EXPECT_EQ(Parsed("-7").root().integer(), -7);
  EXPECT_EQ(Parsed("true").root().boolean(), true);
}

TEST(Document, RefusesWhatIsNotExactlyOneValue) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "{} {}",
                                      "[] x",
                                      "{a:1}",
                                      "{'a':1}",
                                      "01",
                                      "+1",
                                      "1.",
                                      ".5",
                                      "NaN",
                                      "Infinity",
                                      "nul",
                                      "\"a",
                                      "\"\\x\"",
                                      "\"\\u12g4\"",
                                      "// c\n1",
                                      "/* c */ 1",
                                      "\"\t\"",
                                      "\"\n\"",
                                      "\xEF\xBB\xBF{}",
                                      "\xEF\xBB\xBF",
                                      "]",
                                      "}",
                                      "[}",
                                      "\\"}) {
    EXPECT_EQ(refusal(text), Errc::kInvalidInput) << text;
  }
  EXPECT_EQ(refusal(std::string_view{"{}\0", 3}), Errc::kInvalidInput);
}

TEST(Document, RefusesEveryTruncation) {
  const std::string text = R"({"a":[1,-2.5e3,"x\u00e4\ud83d\ude00",true,null],"b":{"c":"\\"}})";
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_EQ(refusal(text.substr(0, length)), Errc::kInvalidInput) << length;
  }
}

TEST(Document, RefusesInvalidUtf8AnywhereInTheText) {
  for (const std::string_view text :
       {"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"",
        "{\"\x80\":1}", "\xff", "[1,\xc3\xa4]"}) {
    EXPECT_EQ(refusal(text), Errc::kInvalidInput);
  }
}

TEST(Document, NeverQuotesTheTextInItsError) {
  for (const std::string_view text : {"{\"secret\":}", "secret", "[\"secret\" \"secret\"]"}) {
    const auto document = Document::parse(text, kLimits);
    ASSERT_FALSE(document.ok());
    EXPECT_EQ(document.error().detail.find("secret"), std::string::npos);
  }
}

TEST(Document, RefusesOneByteOverTheLimit) {
  EXPECT_TRUE(Document::parse("[1]", {.max_bytes = 3}).ok());
  EXPECT_EQ(refusal("[1 ]", {.max_bytes = 3}), Errc::kTooLarge);
}

TEST(Document, RefusesOneLevelOverTheLimit) {
  const ParseLimits limits{.max_bytes = 100, .max_depth = 3};
  EXPECT_TRUE(Document::parse(R"([{"a":[1]}])", limits).ok());
  EXPECT_TRUE(Document::parse("[[[]],[[]],[[]]]", limits).ok());
  EXPECT_EQ(refusal(R"([{"a":[[]]}])", limits), Errc::kInvalidInput);
  EXPECT_TRUE(Document::parse("7", {.max_bytes = 9, .max_depth = 0}).ok());
  EXPECT_EQ(refusal("[]", {.max_bytes = 9, .max_depth = 0}), Errc::kInvalidInput);
}

TEST(Document, TakesBracketsInTextForText) {
  const ParseLimits limits{.max_bytes = 100, .max_depth = 1};
  EXPECT_TRUE(Document::parse(R"(["[[[[","\"[[[[","\\"])", limits).ok());
}

TEST(Document, RefusesThreeMillionOpenBracketsWithoutRecursion) {
  EXPECT_EQ(refusal(std::string(3'000'000, '[')), Errc::kInvalidInput);
  EXPECT_EQ(refusal(repeated("{\"a\":", 600'000)), Errc::kInvalidInput);
}

TEST(Document, StillParsesWhenTheDepthLimitIsAsLargeAsTheText) {
  const std::string text = std::string(50'000, '[') + std::string(50'000, ']');
  EXPECT_TRUE(Document::parse(text, {.max_bytes = text.size(), .max_depth = text.size()}).ok());
}

TEST(Document, ReadsAPartThatIsNestedTooDeeplyAsNullWhereItIsAsked) {
  const ParseLimits limits{.max_bytes = 100, .max_depth = 2, .beyond = Beyond::kReadAsNull};
  for (const auto& [text, read] : std::vector<std::pair<std::string_view, std::string_view>>{
           {R"([{"a":[]},7])", R"([{"a":null},7])"},
           {R"([[[[1,{"b":"]"}],"\ud83d",1e999]],"\ud83d",8])", "[[null],\"\xEF\xBF\xBD\",8]"},
           {R"([[[]],[{}],[[[[]]]]])", "[[null],[null],[null]]"},
           {"[[]]", "[[]]"}}) {
    const auto document = Document::parse(text, limits);
    ASSERT_TRUE(document.ok()) << text;
    EXPECT_EQ(document.value().root().dump(), read);
  }
  for (const char* text : {"[[[", "[[[]", "[[[]]", "[[[]]]]", "[[[1]],]", "[[[1]]1]"}) {
    EXPECT_EQ(refusal(text, limits), Errc::kInvalidInput) << text;
  }
}

TEST(Document, ReadsANumberOutsideOfADoubleAsNullWhereItIsAsked) {
  const ParseLimits limits{.max_bytes = 1'000'000, .beyond = Beyond::kReadAsNull};
  const std::string digits(100'000, '9');
  for (const std::string& number : {std::string{"1e400"}, std::string{"-1E+309"}, digits,
                                    "-" + digits + ".5", "0." + digits + "e999999"}) {
    const std::string text = "[" + number + ",\"" + number + "\",7]";
    EXPECT_EQ(refusal(text), Errc::kInvalidInput);
    const auto document = Document::parse(text, limits);
    ASSERT_TRUE(document.ok()) << number.substr(0, 20);
    EXPECT_TRUE(document.value().root().at(0).is_null());
    EXPECT_EQ(document.value().root().at(1).string(), number);
    EXPECT_EQ(document.value().root().at(2).integer(), 7);
  }
  for (const char* number : {"1.7976931348623157e308", "1e-400", "-0", "0.1", "9007199254740993"}) {
    const auto document = Document::parse(number, limits);
    ASSERT_TRUE(document.ok()) << number;
    EXPECT_FALSE(document.value().root().is_null());
  }
  for (const char* text : {"01e999", "1.e999", "+1e999", "1e999.", "1e999-", ".1e999", "-e999",
                           "--1e999", "1e", "1e+"}) {
    EXPECT_EQ(refusal(text, limits), Errc::kInvalidInput) << text;
  }
}

TEST(Document, KeepsNulCharactersInText) {
  const Document document = Parsed(R"({"a\u0000b":"x\u0000y"})").take();
  using namespace std::string_view_literals;
  EXPECT_EQ(document.root()["a\0b"sv].string(), "x\0y"sv);
  EXPECT_TRUE(document.root()["a"].is_absent());
}

TEST(Document, ReadsHalfOfASurrogatePairAsReplacement) {
  EXPECT_EQ(Parsed(R"("a\ud83d")").root().string(), "a\xEF\xBF\xBD");
  EXPECT_EQ(Parsed(R"("\uDE00b")").root().string(),
            "\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(Parsed(R"("\ud83d\ud83d\ude00")").root().string(), "\xEF\xBF\xBD\xF0\x9F\x98\x80");
  EXPECT_EQ(Parsed(R"("\ud83d\u0041")").root().string(),
            "\xEF\xBF\xBD"
            "A");
  EXPECT_EQ(Parsed(R"("\ud83d\n")").root().string(), "\xEF\xBF\xBD\n");
  EXPECT_EQ(Parsed(R"("\\ud83d")").root().string(), "\\ud83d");
  EXPECT_EQ(Parsed(R"("\ud83d\ude00")").root().string(), "\xF0\x9F\x98\x80");
}

TEST(Document, CountsTheLastOfARepeatedName) {
  EXPECT_EQ(Parsed(R"({"a":1,"a":2})").root()["a"].integer(), 2);
}

TEST(Document, KeepsItsValuesValidWhenMoved) {
  Document first = Parsed(R"({"a":"text that is too long for the small buffer"})").take();
  const Value value = first.root()["a"];
  const Document second = std::move(first);
  EXPECT_EQ(value.string(), "text that is too long for the small buffer");
}

TEST(Value, IsAbsentWhereNothingIs) {
  const Document document = Parsed(R"({"a":[1],"s":"x","n":null})").take();
  const Value root = document.root();
  EXPECT_TRUE(Value{}.is_absent());
  EXPECT_TRUE(root["b"].is_absent());
  EXPECT_TRUE(root["s"]["x"].is_absent());
  EXPECT_TRUE(root["a"]["x"].is_absent());
  EXPECT_TRUE(root["b"]["c"].at(4)["d"].is_absent());
  EXPECT_TRUE(root["a"].at(1).is_absent());
  EXPECT_TRUE(root.at(0).is_absent());
  EXPECT_FALSE(root["n"].is_absent());
  EXPECT_TRUE(root["n"].is_null());
  EXPECT_FALSE(root["b"].is_null());
}

TEST(Value, AnswersNothingWhenAbsent) {
  const Value absent;
  EXPECT_FALSE(absent.is_object() || absent.is_array() || absent.is_string());
  EXPECT_EQ(absent.size(), 0U);
  EXPECT_TRUE(absent.items().empty());
  EXPECT_TRUE(absent.members().empty());
  EXPECT_FALSE(absent.string() || absent.integer() || absent.boolean());
  EXPECT_FALSE(absent.string_or_number());
  EXPECT_EQ(absent.dump(), "");
}

TEST(Value, TakesNoTypeForAnother) {
  const Document document = Parsed(R"([null,true,1,1.0,"1",[],{}])").take();
  const Value root = document.root();
  for (std::size_t i = 0; i < root.size(); ++i) {
    const Value value = root.at(i);
    EXPECT_EQ(value.is_null(), i == 0);
    EXPECT_EQ(value.boolean().has_value(), i == 1);
    EXPECT_EQ(value.integer().has_value(), i == 2);
    EXPECT_EQ(value.string().has_value(), i == 4);
    EXPECT_EQ(value.is_array(), i == 5);
    EXPECT_EQ(value.is_object(), i == 6);
    EXPECT_EQ(value.string_or_number().has_value(), i == 2 || i == 4);
    EXPECT_EQ(value.size(), 0U);
  }
}

TEST(Value, GivesIntegersOnlyInRange) {
  EXPECT_EQ(Parsed("9223372036854775807").root().integer(), INT64_MAX);
  EXPECT_EQ(Parsed("-9223372036854775808").root().integer(), INT64_MIN);
  EXPECT_FALSE(Parsed("9223372036854775808").root().integer());
  EXPECT_FALSE(Parsed("18446744073709551615").root().integer());
  EXPECT_FALSE(Parsed("18446744073709551616").root().integer());
  EXPECT_FALSE(Parsed("-9223372036854775809").root().integer());
  EXPECT_FALSE(Parsed("1e3").root().integer());
}

TEST(Value, GivesNumbersAsTheirDigits) {
  EXPECT_EQ(Parsed("16505551234").root().string_or_number(), "16505551234");
  EXPECT_EQ(Parsed("18446744073709551615").root().string_or_number(), "18446744073709551615");
  EXPECT_EQ(Parsed("-5").root().string_or_number(), "-5");
  EXPECT_EQ(Parsed("\"007\"").root().string_or_number(), "007");
  EXPECT_FALSE(Parsed("1.5").root().string_or_number());
}

TEST(Value, ListsElementsInOrderAndMembersByName) {
  const Document document = Parsed(R"({"b":[3,1,2],"a":{}})").take();
  const auto members = document.root().members();
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].first, "a");
  EXPECT_TRUE(members[0].second.is_object());
  EXPECT_EQ(members[1].first, "b");
  const auto items = members[1].second.items();
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].integer(), 3);
  EXPECT_EQ(items[2].integer(), 2);
}

TEST(Value, DumpsTheSameTextWhateverTheOrderOfMembers) {
  EXPECT_EQ(Parsed("{ \"b\" : [1, 2.5, true, null], \"a\":\"\\u00e4\\/\" }").root().dump(),
            "{\"a\":\"\xC3\xA4/\",\"b\":[1,2.5,true,null]}");
  EXPECT_EQ(Parsed(R"({"a":1,"b":{"c":2,"d":3}})").root().dump(),
            Parsed(R"({"b":{"d":3,"c":2},"a":1})").root().dump());
}

TEST(Value, DumpsWhatParsesToTheSameAgain) {
  for (const std::string_view text :
       {R"("\u0000\u001f\"\\\ud83d\ude00\u2028\u007f")", "52.52000812345678", "1e-320", "-0.0",
        "123456789012345678", R"({"":{"":[[],{}]}})"}) {
    const std::string once = Parsed(text).root().dump();
    EXPECT_EQ(Parsed(once).root().dump(), once) << text;
  }
}

}  // namespace
}  // namespace leadkeep::json
