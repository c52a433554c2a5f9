// Whole webhooks: envelopes, batches, statuses, wrong types.
#include "intake_test_support.h"

#include <leadkeep/intake/parse.h>
#include <leadkeep/json/value.h>
#include <leadkeep/json/writer.h>

#include <algorithm>
#include <span>

namespace leadkeep::intake {
namespace {

using namespace test;

std::string text_message(const std::string& id) {
  return R"({"from":"16505551234","id":")" + id +
         R"(","timestamp":"1795535400","type":"text","text":{"body":"hi"}})";
}

std::string status(const std::string& name, const std::string& members = "") {
  return R"({"id":"wamid.S","recipient_id":"16505551234","timestamp":"1795535400","status":")" +
         name + "\"" + members + "}";
}

std::string repeated(const std::string& element, std::size_t count) {
  std::string out = element;
  for (std::size_t i = 1; i < count; ++i) {
    out += "," + element;
  }
  return out;
}

std::string entry(const std::string& changes) {
  return R"({"entry":[{"changes":[)" + changes + "]}]}";
}

TEST(ParseWebhook, RefusesWhatIsNotAJsonObject) {
  for (const char* body : {"", "[]", "null", "5", "\"x\"", "{", "{}{}", "{\"a\":\"\xff\"}"}) {
    const auto result = try_parse(body);
    ASSERT_FALSE(result.ok()) << body;
    EXPECT_EQ(result.error().code, Errc::kInvalidInput);
  }
  EXPECT_FALSE(try_parse(std::string(2'900'000, '[')).ok());
}

TEST(ParseWebhook, ReadsBatchesInTheOrderOfTheDocument) {
  const std::string first = webhook(R"("messages":[)" + text_message("a") + "," +
                                    text_message("b") + R"(],"statuses":[)" + status("sent") + "]");
  const std::string second = webhook(R"("messages":[)" + text_message("c") + "]");
  // Joins the two entries in one webhook, with the members in another order.
  const auto entry_of = [](const std::string& body) {
    const std::size_t begin = body.find("[{\"id\"") + 1;
    return body.substr(begin, body.size() - 2 - begin);
  };
  const WebhookUpdates both = parsed(R"({"entry":[)" + entry_of(first) + "," + entry_of(second) +
                                     R"(],"object":"whatsapp_business_account"})");
  ASSERT_EQ(both.updates.size(), 4U);
  EXPECT_EQ(message_at(both, 0).wamid.expose(), "a");
  EXPECT_EQ(message_at(both, 1).wamid.expose(), "b");
  EXPECT_EQ(status_at(both, 2).wamid.expose(), "wamid.S");
  EXPECT_EQ(message_at(both, 3).wamid.expose(), "c");
  EXPECT_EQ(both.ignored, 0U);
}

TEST(ParseWebhook, AcceptsTheLargestBatchAndRefusesOneMore) {
  const std::string messages = repeated(text_message("a"), 600);
  EXPECT_EQ(parsed(webhook(R"("messages":[)" + messages + R"(],"statuses":[)" +
                           repeated(status("sent"), 400) + "]"))
                .updates.size(),
            1'000U);
  const auto result = try_parse(webhook(R"("messages":[)" + messages + R"(],"statuses":[)" +
                                        repeated(status("sent"), 401) + "]"));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Errc::kTooLarge);
}

TEST(ParseWebhook, IgnoresUpdatesForAnotherNumber) {
  const WebhookUpdates foreign =
      parsed(entry(R"({"field":"messages","value":{"metadata":{"phone_number_id":"999"},)"
                   R"("messages":[)" +
                   text_message("a") + R"(],"statuses":[)" + status("sent") + "]}}"));
  EXPECT_TRUE(foreign.updates.empty());
  EXPECT_EQ(foreign.ignored, 2U);
}

TEST(ParseWebhook, TakesAnUnnamedNumberForOurs) {
  for (const char* metadata : {"", R"("metadata":{},)", R"("metadata":5,)", R"("metadata":null,)",
                               R"("metadata":{"phone_number_id":""},)",
                               R"("metadata":{"phone_number_id":106540352242922},)"}) {
    EXPECT_EQ(parsed(entry(R"({"field":"messages","value":{)" + std::string{metadata} +
                           R"("messages":[)" + text_message("a") + "]}}"))
                  .updates.size(),
              1U)
        << metadata;
  }
}

TEST(ParseWebhook, ReadsAChangeWithoutField) {
  for (const char* field : {"", R"("field":null,)", R"("field":7,)", R"("field":"",)"}) {
    EXPECT_EQ(parsed(entry("{" + std::string{field} + R"("value":{"messages":[)" +
                           text_message("a") + "]}}"))
                  .updates.size(),
              1U)
        << field;
  }
}

// A history has messages of half a year in it, and calls have statuses; neither is new here.
TEST(ParseWebhook, IgnoresOtherFieldsWhateverIsInThem) {
  for (const char* field :
       {"history", "calls", "smb_message_echoes", "user_preferences", "account_update",
        "message_template_status_update", "user_id_update", "from_the_future", "Messages"}) {
    const WebhookUpdates webhook = parsed(
        entry(R"({"field":")" + std::string{field} + R"(","value":{"messages":[)" +
              repeated(text_message("a"), 1'200) + R"(],"statuses":[)" + status("sent") + "]}}"));
    EXPECT_TRUE(webhook.updates.empty()) << field;
    EXPECT_EQ(webhook.ignored, 1U);
  }
}

TEST(ParseWebhook, FindsNothingInEnvelopesWithNothingInThem) {
  for (const char* body :
       {"{}", R"({"entry":null})", R"({"entry":[]})", R"({"entry":5})", R"({"entry":[5,null,[]]})",
        R"({"entry":[{"changes":5}]})", R"({"entry":[{"changes":[5,null,"x",[],{}]}]})",
        R"({"entry":[{"changes":[{"field":"messages"}]}]})",
        R"({"entry":[{"changes":[{"field":"messages","value":[1]}]}]})",
        R"({"entry":[{"changes":[{"field":"messages","value":{"errors":[{"code":130429}]}}]}]})",
        R"({"entry":[{"changes":[{"field":"messages","value":{"messages":7}}]}]})"}) {
    const WebhookUpdates webhook = parsed(body);
    EXPECT_TRUE(webhook.updates.empty()) << body;
    EXPECT_EQ(webhook.unattributed, 0U) << body;
  }
}

TEST(ParseWebhook, MakesNoMessageOfTheContactsOfAStatus) {
  const WebhookUpdates read = parsed(
      webhook(R"("contacts":[{"profile":{"name":"K"},"wa_id":"16505551234","user_id":"US.1"}],)"
              R"("statuses":[)" +
              status("read") + "]"));
  ASSERT_EQ(read.updates.size(), 1U);
  EXPECT_EQ(status_at(read, 0).status, DeliveryStatus::kRead);
}

TEST(ParseWebhook, ReadsAMessageBesideErrorsOfTheChange) {
  const WebhookUpdates both =
      parsed(webhook(R"("errors":[{"code":131000}],"messages":[{"from":"1","id":"w",)"
                     R"("timestamp":"1795535400","type":"interactive"}])"));
  ASSERT_EQ(both.updates.size(), 1U);
  EXPECT_EQ(message_at(both, 0).type, "interactive");
}

TEST(ParseWebhook, ReadsASingleElementInPlaceOfAnArray) {
  const WebhookUpdates single = parsed(
      R"({"entry":{"changes":{"field":"messages","value":{"contacts":{"wa_id":"16505551234",)"
      R"("profile":{"name":"K"}},"messages":)" +
      text_message("a") + R"(,"statuses":)" + status("sent") + "}}}}");
  ASSERT_EQ(single.updates.size(), 2U);
  EXPECT_EQ(shown(message_at(single, 0).sender.profile_name), "K");
}

TEST(ParseWebhook, IgnoresElementsWithNothingInThem) {
  const WebhookUpdates webhook = parsed(test::webhook(
      R"("messages":[5,null,"x",[],{},{"from":"1"},{"from":"1","image":{}},)" + text_message("a") +
      R"(],"statuses":[5,null,{},{"id":"w"},{"status":"sent"}])"));
  ASSERT_EQ(webhook.updates.size(), 1U);
  EXPECT_EQ(webhook.ignored, 12U);
  EXPECT_EQ(webhook.unattributed, 0U);
}

TEST(ParseStatus, ReadsEveryKnownStatus) {
  for (const auto& [name, expected] : {std::pair{"sent", DeliveryStatus::kSent},
                                       {"delivered", DeliveryStatus::kDelivered},
                                       {"read", DeliveryStatus::kRead},
                                       {"played", DeliveryStatus::kPlayed},
                                       {"failed", DeliveryStatus::kFailed}}) {
    const WebhookUpdates webhook = parsed(test::webhook(
        R"("statuses":[)" +
        status(name, R"(,"pricing":{"billable":true,"pricing_model":"PMP","category":"service"})") +
        "]"));
    ASSERT_EQ(webhook.updates.size(), 1U) << name;
    EXPECT_EQ(status_at(webhook, 0).status, expected);
    EXPECT_EQ(name_of(expected), name);
    EXPECT_EQ(status_at(webhook, 0).wamid.expose(), "wamid.S");
    EXPECT_EQ(status_at(webhook, 0).at, kSentAtTime);
    EXPECT_FALSE(status_at(webhook, 0).error_code);
    EXPECT_FALSE(status_at(webhook, 0).callback_data);
  }
}

TEST(ParseStatus, IgnoresUnknownStatusesOnly) {
  const WebhookUpdates webhook =
      parsed(test::webhook(R"("statuses":[)" + status("deleted") + "," + status("warning") + "," +
                           status("") + "," + status("Sent") + "," + status("sent") + "]"));
  EXPECT_EQ(webhook.updates.size(), 1U);
  EXPECT_EQ(webhook.ignored, 4U);
}

TEST(ParseStatus, ReadsWhyAMessageFailed) {
  const auto code_of = [](const std::string& errors) {
    return status_at(
               parsed(webhook(R"("statuses":[)" + status("failed", ",\"errors\":" + errors) + "]")),
               0)
        .error_code;
  };
  EXPECT_EQ(code_of(R"([{"code":131026,"title":"Message undeliverable","href":"\/x"}])"), 131026);
  EXPECT_EQ(code_of(R"([{"code":"131047"}])"), 131047);
  EXPECT_EQ(code_of(R"({"code":131050})"), 131050);
  EXPECT_EQ(code_of(R"([{"title":"no code"},null,5,{"code":131049}])"), 131049);
  for (const char* errors : {"[]", "null", "5", "[{}]", R"([{"code":null}])", R"([{"code":1.5}])",
                             R"([{"code":"18446744073709551615"}])", R"([{"code":"x"}])"}) {
    EXPECT_FALSE(code_of(errors)) << errors;
  }
}

TEST(ParseStatus, ReadsWhatWasSentAlong) {
  const WebhookUpdates webhook = parsed(test::webhook(
      R"("statuses":[)" + status("sent", R"(,"biz_opaque_callback_data":"msg_01JDG7T5")") + "," +
      status("sent", R"(,"biz_opaque_callback_data":"")") + "," +
      status("sent", R"(,"biz_opaque_callback_data":{})") + "]"));
  EXPECT_EQ(status_at(webhook, 0).callback_data, "msg_01JDG7T5");
  EXPECT_FALSE(status_at(webhook, 1).callback_data);
  EXPECT_FALSE(status_at(webhook, 2).callback_data);
}

TEST(ParseStatus, NeedsNoRecipient) {
  EXPECT_EQ(parsed(webhook(R"("statuses":[{"id":"w","status":"delivered"}])")).updates.size(), 1U);
}

TEST(ParseStatus, IgnoresAnIdOverTheBound) {
  const WebhookUpdates webhook = parsed(
      test::webhook(R"("statuses":[{"id":")" + std::string(1'025, 'w') + R"(","status":"sent"}])"));
  EXPECT_EQ(webhook.ignored, 1U);
}

// Every field of a message, of its contact and of the envelope, replaced by every JSON type.

constexpr const char* kMatrixContact =
    R"({"profile":{"name":"Kerry","username":"@kerry"},"wa_id":"16505551234","user_id":"US.1"})";
constexpr const char* kMatrixMessage =
    R"({"from":"16505551234","from_user_id":"US.1","id":"wamid.M","timestamp":"1795535400",)"
    R"("type":"text","text":{"body":"hi"},"context":{"from":"15550783881","id":"wamid.C"},)"
    R"("errors":[{"code":1}],"referral":{"source_url":"x"},"group_id":"g"})";
// The last of the first row no double holds; the last of all is nested deeper than is read.
const std::string kDeep = std::string(10'000, '[') + std::string(10'000, ']');
const char* const kJsonTypes[] = {
    "null", "true",       "7",          "-1",          "1.5", "1e300", "18446744073709551615",
    "\"\"", "1e400",      "\"x\"",      "\"\\u0000\"", "[]",  "{}",    "[null]",
    "[{}]", R"({"":{}})", R"([["x"]])", kDeep.c_str()};

// Copies `value`, with the member at `path` replaced by `replacement`.
std::string with_replaced(const json::Value& value, std::span<const std::string> path,
                          const std::string& replacement) {
  if (path.empty()) {
    return replacement;
  }
  std::string out = "{";
  for (const auto& [name, member] : value.members()) {
    json::Writer key;
    key.string(name);
    out += (out.size() > 1 ? "," : "") + std::move(key).take() + ":";
    out +=
        name == path.front() ? with_replaced(member, path.subspan(1), replacement) : member.dump();
  }
  return out + "}";
}

std::vector<std::vector<std::string>> paths_of(const json::Value& value) {
  std::vector<std::vector<std::string>> out;
  for (const auto& [name, member] : value.members()) {
    out.push_back({std::string{name}});
    for (auto& inner : paths_of(member)) {
      inner.insert(inner.begin(), std::string{name});
      out.push_back(std::move(inner));
    }
  }
  return out;
}

bool delivers(const WebhookUpdates& webhook, std::string_view wamid) {
  return std::ranges::any_of(webhook.updates, [&](const auto& update) {
    const auto* message = std::get_if<InboundMessage>(&update);
    return message != nullptr && message->wamid.expose() == wamid && shown(message->text) == "hi" &&
           shown(message->sender.whatsapp_id) == "16505559999";
  });
}

constexpr const char* kOtherMessage =
    R"({"from":"16505559999","id":"wamid.OTHER","timestamp":"1795535400","type":"text",)"
    R"("text":{"body":"hi"}})";

TEST(ParseWebhook, LosesNoOtherMessageToAWrongTypeInAMessage) {
  const auto document = json::Document::parse(kMatrixMessage, {.max_bytes = 10'000});
  ASSERT_TRUE(document.ok());
  const json::Value root = document.value().root();
  for (const auto& path : paths_of(root)) {
    for (const char* replacement : kJsonTypes) {
      const std::string changed = with_replaced(root, path, replacement);
      const WebhookUpdates webhook =
          parsed(test::webhook(R"("contacts":[)" + std::string{kMatrixContact} +
                               R"(],"messages":[)" + changed + "," + kOtherMessage + "]"));
      EXPECT_TRUE(delivers(webhook, "wamid.OTHER")) << changed;
      // One id of two is enough, and an id can be made; so the changed one is never lost either.
      EXPECT_EQ(webhook.updates.size(), 2U) << changed;
    }
  }
}

TEST(ParseWebhook, LosesNoMessageToAWrongTypeInAContact) {
  const auto document = json::Document::parse(kMatrixContact, {.max_bytes = 10'000});
  ASSERT_TRUE(document.ok());
  const json::Value root = document.value().root();
  for (const auto& path : paths_of(root)) {
    for (const char* replacement : kJsonTypes) {
      const std::string changed = with_replaced(root, path, replacement);
      const WebhookUpdates webhook =
          parsed(test::webhook(R"("contacts":[)" + changed + R"(],"messages":[)" + kMatrixMessage +
                               "," + kOtherMessage + "]"));
      EXPECT_EQ(webhook.updates.size(), 2U) << changed;
    }
  }
  for (const char* contacts : kJsonTypes) {
    EXPECT_EQ(parsed(webhook(R"("contacts":)" + std::string{contacts} + R"(,"messages":[)" +
                             kMatrixMessage + "]"))
                  .updates.size(),
              1U)
        << contacts;
  }
}

TEST(ParseWebhook, LosesNoOtherUpdateToAWrongTypeBesideIt) {
  for (const char* odd : kJsonTypes) {
    const std::string good =
        R"({"field":"messages","value":{"messages":[)" + std::string{kOtherMessage} + "]}}";
    const std::string json{odd};
    for (const std::string& body :
         {webhook(R"("messages":[)" + json + "," + kOtherMessage + "]"),
          webhook(R"("statuses":)" + json + R"(,"errors":)" + json + R"(,"messages":[)" +
                  kOtherMessage + "]"),
          webhook(R"("statuses":[)" + json + R"(],"messages":[)" + kOtherMessage + "]"),
          entry(json + "," + good), entry(R"({"value":)" + json + "}," + good),
          entry(R"({"field":"messages","value":{"messages":)" + json + "}}," + good),
          R"({"object":)" + json + R"(,"entry":[)" + json + R"(,{"changes":)" + json +
              R"(},{"id":)" + json + R"(,"changes":[)" + good + "]}]}"}) {
      EXPECT_TRUE(delivers(parsed(body), "wamid.OTHER")) << body;
    }
  }
}

TEST(ParseWebhook, LosesNoOtherStatusToAWrongTypeInAStatus) {
  const auto document = json::Document::parse(
      R"({"id":"wamid.S","status":"failed","timestamp":"1795535400","recipient_id":"1",)"
      R"("errors":[{"code":1}],"conversation":{"id":"c","origin":{"type":"service"}},)"
      R"("pricing":{"billable":true},"biz_opaque_callback_data":"b"})",
      {.max_bytes = 10'000});
  ASSERT_TRUE(document.ok());
  const json::Value root = document.value().root();
  for (const auto& path : paths_of(root)) {
    for (const char* replacement : kJsonTypes) {
      const WebhookUpdates webhook = parsed(test::webhook(
          R"("statuses":[)" + with_replaced(root, path, replacement) + "," + status("read") + "]"));
      ASSERT_FALSE(webhook.updates.empty());
      EXPECT_EQ(status_at(webhook, webhook.updates.size() - 1).status, DeliveryStatus::kRead);
      const bool is_vital = path.front() == "id" || path.front() == "status";
      EXPECT_TRUE(is_vital || webhook.updates.size() == 2U);
    }
  }
}

}  // namespace
}  // namespace leadkeep::intake
