#include <leadkeep/json/value.h>
#include <leadkeep/json/writer.h>

#include <concepts>
#include <string>

#include <gtest/gtest.h>

namespace leadkeep::json {
namespace {

template <class T>
concept WritesAsBoolean = requires(Writer& writer, T value) { writer.boolean(value); };
template <class T>
concept WritesAsInteger = requires(Writer& writer, T value) { writer.integer(value); };

static_assert(WritesAsBoolean<bool>);
static_assert(!WritesAsBoolean<const char*> && !WritesAsBoolean<int>);
static_assert(WritesAsInteger<int> && WritesAsInteger<std::size_t>);
static_assert(!WritesAsInteger<bool> && !WritesAsInteger<char> && !WritesAsInteger<double>);

std::string written(std::string_view text) {
  Writer writer;
  writer.string(text);
  return std::move(writer).take();
}

TEST(Writer, WritesNestedValuesWithCommasBetween) {
  Writer writer;
  writer.begin_object().key("id").string("x").key("n").integer(-3).key("b").boolean(true);
  writer.key("x").null().key("a").begin_array().integer(1).begin_object().end_object();
  writer.begin_array().end_array().string("s").end_array().end_object();
  EXPECT_EQ(std::move(writer).take(), R"({"id":"x","n":-3,"b":true,"x":null,"a":[1,{},[],"s"]})");
}

TEST(Writer, PicksTheTypeOfAFieldFromItsValue) {
  Writer writer;
  writer.begin_object().field("literal", "no").field("string", std::string{"s"});
  writer.field("view", std::string_view{"v"}).field("yes", true).field("int", 3);
  writer.field("size", std::size_t{4}).field("wide", std::int64_t{INT64_MIN}).end_object();
  EXPECT_EQ(std::move(writer).take(),
            R"({"literal":"no","string":"s","view":"v","yes":true,"int":3,"size":4,)"
            R"("wide":-9223372036854775808})");
}

TEST(Writer, AllowsAnyValueAsRoot) {
  Writer writer;
  writer.null();
  EXPECT_EQ(std::move(writer).take(), "null");
}

TEST(Writer, EscapesOnlyWhatMustBeEscaped) {
  using namespace std::string_view_literals;
  EXPECT_EQ(written("\"\\/\b\f\n\r\t"), R"("\"\\/\b\f\n\r\t")");
  EXPECT_EQ(written("\0\x01\x1f\x7f"sv), "\"\\u0000\\u0001\\u001f\x7f\"");
  EXPECT_EQ(written("\xC3\xA4\xE2\x80\xA8\xF0\x9F\x98\x80"),
            "\"\xC3\xA4\xE2\x80\xA8\xF0\x9F\x98\x80\"");
}

TEST(Writer, EscapesKeysToo) {
  Writer writer;
  writer.begin_object().field("a\"\n", 1).end_object();
  EXPECT_EQ(std::move(writer).take(), R"({"a\"\n":1})");
}

TEST(Writer, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(written("a\xff"
                    "b"),
            "\"a\xEF\xBF\xBD"
            "b\"");
  EXPECT_EQ(written("\xC3"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(written("\xE2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(written("\xC3\""), "\"\xEF\xBF\xBD\\\"\"");
  EXPECT_EQ(written("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(Writer, EscapesAtEveryPlaceOfALongText) {
  for (const std::string_view special : {"\"", "\\", "\n", "\x1f", "\x7f", "ü", "•", "\xff"}) {
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, 'a');
      text.insert(at, special);
      const std::string json = written(text);
      EXPECT_EQ(json.find('\n'), std::string::npos);
      const auto document = Document::parse(json, {.max_bytes = 100});
      ASSERT_TRUE(document.ok()) << json;
      const std::string shown = special == "\xff" ? "\xEF\xBF\xBD" : std::string{special};
      EXPECT_EQ(document.value().root().string(), text.replace(at, special.size(), shown));
    }
  }
}

TEST(Writer, WritesEveryByteSoThatItParses) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const std::string json = written(text);
      const auto document = Document::parse(json, {.max_bytes = 100});
      ASSERT_TRUE(document.ok()) << first << ' ' << second;
      if (first < 0x80 && second < 0x80) {
        EXPECT_EQ(document.value().root().string(), text);
      }
    }
  }
}

TEST(WriterDeathTest, StopsOnUnbalancedUse) {
  EXPECT_DEATH(Writer{}.begin_object().string("value without key"), "");
  EXPECT_DEATH(Writer{}.begin_array().key("key in an array"), "");
  EXPECT_DEATH(Writer{}.key("key outside"), "");
  EXPECT_DEATH(Writer{}.begin_object().key("a").key("b"), "");
  EXPECT_DEATH(Writer{}.begin_object().key("a").end_object(), "");
  EXPECT_DEATH(Writer{}.begin_object().end_array(), "");
  EXPECT_DEATH(Writer{}.end_object(), "");
  EXPECT_DEATH(Writer{}.integer(1).integer(2), "");
  EXPECT_DEATH(
      {
        Writer open;
        open.begin_array();
        static_cast<void>(std::move(open).take());
      },
      "");
  EXPECT_DEATH(static_cast<void>(Writer{}.take()), "");
  EXPECT_DEATH(Writer{}.integer(UINT64_MAX), "");
}

}  // namespace
}  // namespace leadkeep::json
