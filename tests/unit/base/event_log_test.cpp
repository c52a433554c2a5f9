#include <leadkeep/base/event_log.h>
#include <leadkeep/base/pii.h>
#include <leadkeep/base/secret.h>

#include <concepts>
#include <functional>
#include <string>

#include <gtest/gtest.h>

namespace leadkeep {

namespace {

// Neither text from outside nor personal data nor a secret can be logged by accident.
static_assert(!Loggable<std::string>);
static_assert(!Loggable<std::string_view>);
static_assert(!Loggable<const char*>);
static_assert(!Loggable<char[6]>);
static_assert(!Loggable<Pii<std::string>>);
static_assert(!Loggable<Pii<int>>);
static_assert(!Loggable<SecretBytes>);
static_assert(!Loggable<Bytes>);
static_assert(!Loggable<Error>);
static_assert(Loggable<int>);
static_assert(Loggable<bool>);
static_assert(Loggable<double>);
static_assert(Loggable<LeadId>);
static_assert(Loggable<Errc>);
static_assert(Loggable<Reason>);

// A name that is not a literal cannot be constructed outside a constant expression.
static_assert(!std::constructible_from<Literal, std::string>);
static_assert(!std::constructible_from<Literal, std::string_view>);

class EventLogTest : public ::testing::Test {
 protected:
  ~EventLogTest() override { set_log_level(LogLevel::kInfo); }

  static std::string written(const std::function<void()>& write) {
    ::testing::internal::CaptureStderr();
    write();
    return ::testing::internal::GetCapturedStderr();
  }

  static std::string logged(std::string_view value) {
    return written([&] {
      log_warn("EVENT", Field{"field", Reason{Error{Errc::kInternal, std::string{value}}}});
    });
  }
};

}  // namespace

TEST_F(EventLogTest, WritesPriorityEventAndFields) {
  EXPECT_EQ(written([] { log_warn("STORE_NEARLY_FULL", Field{"used_percent", 91}); }),
            "<4>STORE_NEARLY_FULL used_percent=91\n");
  EXPECT_EQ(written([] { log_error("BAD"); }), "<3>BAD\n");
  EXPECT_EQ(written([] { log_info("X", Field{"a", true}, Field{"b", -1}); }), "<6>X a=true b=-1\n");
}

TEST_F(EventLogTest, WritesIdsCodesAndReasons) {
  const LeadId id;
  EXPECT_EQ(written([&] { log_info("X", Field{"lead", id}, Field{"code", Errc::kNotFound}); }),
            "<6>X lead=lead_00000000000000000000000000 code=not_found\n");
  const Error error{Errc::kCorrupt, "store: a row is missing"};
  EXPECT_EQ(written([&] { log_info("X", Field{"reason", Reason{error}}); }),
            "<6>X reason=\"store: a row is missing\"\n");
}

TEST_F(EventLogTest, LeavesPlainValuesWithoutQuotes) {
  EXPECT_EQ(logged("aZ09_.:/+-"), "<4>EVENT field=aZ09_.:/+-\n");
  EXPECT_EQ(logged("[::1]:443"), "<4>EVENT field=[::1]:443\n");
}

TEST_F(EventLogTest, QuotesEverythingElse) {
  EXPECT_EQ(logged(""), "<4>EVENT field=\"\"\n");
  EXPECT_EQ(logged("two words"), "<4>EVENT field=\"two words\"\n");
  EXPECT_EQ(logged("a=b"), "<4>EVENT field=\"a=b\"\n");
}

TEST_F(EventLogTest, EscapesQuotesSoThatAValueCannotEndItself) {
  EXPECT_EQ(logged("a\" other=\"b"), "<4>EVENT field=\"a\\\" other=\\\"b\"\n");
  EXPECT_EQ(logged("a\\"), "<4>EVENT field=\"a\\\\\"\n");
}

TEST_F(EventLogTest, NeverLetsAValueStartALine) {
  EXPECT_EQ(logged("a\n<3>FORGED"), "<4>EVENT field=\"a?<3>FORGED\"\n");
  for (int c = 0; c < 256; ++c) {
    const std::string line = logged("a" + std::string(1, static_cast<char>(c)) + "b");
    EXPECT_EQ(line.find('\n'), line.size() - 1) << c;
    for (const char written_char : line.substr(0, line.size() - 1)) {
      EXPECT_FALSE((written_char >= 0 && written_char < 0x20) || written_char == 0x7f) << c;
    }
  }
}

TEST_F(EventLogTest, LeavesOutWhatIsBelowTheLevel) {
  const auto all = [] {
    log_error("E");
    log_warn("W");
    log_info("I");
    log_debug("D");
  };
  EXPECT_EQ(written(all), "<3>E\n<4>W\n<6>I\n");
  set_log_level(LogLevel::kDebug);
  EXPECT_EQ(written(all), "<3>E\n<4>W\n<6>I\n<7>D\n");
  set_log_level(LogLevel::kError);
  EXPECT_EQ(written(all), "<3>E\n");
}

}  // namespace leadkeep
