// Single messages: every type, the sender, the time, the ids.
#include "intake_test_support.h"

#include <leadkeep/intake/parse.h>
#include <leadkeep/json/value.h>

namespace leadkeep::intake {
namespace {

using namespace test;

constexpr const char* kContact =
    R"("contacts":[{"profile":{"name":"Kerry Fisher"},"wa_id":"16505551234",)"
    R"("user_id":"US.13491208655302741918"}])";

std::string one_message(const std::string& element, const std::string& contacts = kContact) {
  return webhook((contacts.empty() ? "" : contacts + ",") + R"("messages":[)" + element + "]");
}

// A message of the usual shape; `members` are the members that belong to its type.
std::string element_of(const std::string& type, const std::string& members) {
  return R"({"from":"16505551234","from_user_id":"US.13491208655302741918","id":"wamid.HBgL",)"
         R"("timestamp":"1795535400","type":")" +
         type + "\"" + (members.empty() ? "" : "," + members) + "}";
}

std::string text_with(const std::string& members) {
  return R"({"type":"text","text":{"body":"hello"},)" + members + "}";
}

struct Sample {
  const char* type;
  const char* members;
  OpensWindow opens;
};

// One of each documented type, and some that are not.
constexpr Sample kSamples[] = {
    {"text", R"("text":{"body":"Does it come in *blue*?"})", OpensWindow::kYes},
    {"text", R"("text":{"body":"Sure"},"context":{"from":"15550783881","id":"wamid.A"})",
     OpensWindow::kYes},
    {"text", R"("text":{"body":"fwd"},"context":{"forwarded":true,"frequently_forwarded":true})",
     OpensWindow::kYes},
    {"text",
     R"("text":{"body":"ad"},"referral":{"source_url":"https:\/\/fb.me\/x","source_id":"1",)"
     R"("source_type":"ad","headline":"h","media_type":"image","ctwa_clid":"c"})",
     OpensWindow::kYes},
    {"image",
     R"("image":{"caption":"c","mime_type":"image\/jpeg","sha256":"SfIn=","id":"1003383421387256"})",
     OpensWindow::kYes},
    {"video", R"("video":{"mime_type":"video\/mp4","sha256":"SfIn=","id":"2"})", OpensWindow::kYes},
    {"audio",
     R"("audio":{"mime_type":"audio\/ogg; codecs=opus","sha256":"s","id":"3","voice":true})",
     OpensWindow::kYes},
    {"voice", R"("voice":{"mime_type":"audio\/ogg","sha256":"s","id":"3"})", OpensWindow::kYes},
    {"document",
     R"("document":{"filename":"..\/..\/etc\/\u202epasswd","mime_type":"application\/pdf","id":"4"})",
     OpensWindow::kYes},
    {"sticker", R"("sticker":{"mime_type":"image\/webp","sha256":"s","id":"5","animated":false})",
     OpensWindow::kYes},
    {"location", R"("location":{"latitude":37.44216251868683,"longitude":-122.1615,"name":"n"})",
     OpensWindow::kYes},
    {"contacts",
     R"("contacts":[{"name":{"formatted_name":"B"},"phones":[{"phone":"+1 650","type":"HOME"}],)"
     R"("origin":"contact_request"}])",
     OpensWindow::kYes},
    {"interactive",
     R"("interactive":{"type":"button_reply","button_reply":{"id":"1","title":"t"}})",
     OpensWindow::kYes},
    {"interactive",
     R"("interactive":{"type":"list_reply","list_reply":{"id":"1","title":"t","description":"d"}})",
     OpensWindow::kYes},
    {"interactive",
     R"("interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent",)"
     R"("response_json":"{not json"}})",
     OpensWindow::kYes},
    {"interactive",
     R"("interactive":{"type":"call_permission_reply","call_permission_reply":)"
     R"({"response":"accept","expiration_timestamp":1795539999}})",
     OpensWindow::kYes},
    {"interactive", "", OpensWindow::kYes},
    {"button", R"("button":{"payload":"STOP","text":"STOP"},"context":{"id":"wamid.B"})",
     OpensWindow::kYes},
    {"reaction", R"("reaction":{"message_id":"wamid.C","emoji":"\ud83d\udc4d"})",
     OpensWindow::kYes},
    {"reaction", R"("reaction":{"message_id":"wamid.C"})", OpensWindow::kYes},
    {"reaction", R"("reaction":{"message_id":"wamid.C","emoji":""})", OpensWindow::kYes},
    {"order",
     R"("order":{"catalog_id":"6","product_items":[{"product_retailer_id":"x","quantity":"2",)"
     R"("item_price":9.5,"currency":"EUR"}]})",
     OpensWindow::kYes},
    {"system", R"("system":{"body":"b","type":"user_changed_number","wa_id":"12195555358"})",
     OpensWindow::kNo},
    {"unsupported",
     R"("errors":[{"code":131051,"title":"Message type unknown"}],"unsupported":{"type":"edit"})",
     OpensWindow::kNo},
    {"unsupported", R"("errors":[{"code":131060,"title":"unavailable"}])", OpensWindow::kNo},
    {"unknown", "", OpensWindow::kNo},
    {"request_welcome", "", OpensWindow::kYes},
    {"edit", R"("edit":{"original_message_id":"wamid.D","message":{"type":"text","text":{}}})",
     OpensWindow::kYes},
    {"revoke", R"("revoke":{"original_message_id":"wamid.D"})", OpensWindow::kYes},
    {"ephemeral", "", OpensWindow::kYes},
    {"poll_creation2", R"("poll":{"x":1})", OpensWindow::kYes},
};

TEST(ParseMessage, ReadsEveryType) {
  for (const Sample& sample : kSamples) {
    const std::string element = element_of(sample.type, sample.members);
    const WebhookUpdates webhook = parsed(one_message(element));
    ASSERT_EQ(webhook.updates.size(), 1U) << element;
    EXPECT_EQ(webhook.ignored + webhook.unattributed, 0U);
    const InboundMessage& message = message_at(webhook, 0);
    EXPECT_EQ(message.type, sample.type);
    EXPECT_EQ(opens_window(message.type), sample.opens) << element;
    EXPECT_EQ(message.text.has_value(), message.type == "text") << element;
    EXPECT_EQ(message.wamid.expose(), "wamid.HBgL");
    EXPECT_EQ(shown(message.sender.whatsapp_id), "16505551234");
    EXPECT_EQ(shown(message.sender.bsuid), "US.13491208655302741918");
    EXPECT_EQ(shown(message.sender.profile_name), "Kerry Fisher");
    EXPECT_EQ(message.sent_at, kSentAtTime);
  }
}

TEST(ParseMessage, KeepsTheWholeMessageForLaterReaders) {
  for (const Sample& sample : kSamples) {
    const std::string element = element_of(sample.type, sample.members);
    const WebhookUpdates webhook = parsed(one_message(element));
    const auto original = json::Document::parse(element, {.max_bytes = 10'000});
    const auto kept =
        json::Document::parse(message_at(webhook, 0).received_json.expose(), {.max_bytes = 10'000});
    ASSERT_TRUE(original.ok() && kept.ok());
    EXPECT_EQ(kept.value().root().dump(), original.value().root().dump());
  }
}

TEST(ParseMessage, ReadsTextAndWhatItAnswers) {
  const InboundMessage message = message_at(
      parsed(one_message(element_of(
          "text", R"("text":{"body":"\u00e4\ud83d\ude00\/\u0040\n"},"context":{"id":"wamid.A"})"))),
      0);
  EXPECT_EQ(shown(message.text), "\xC3\xA4\xF0\x9F\x98\x80/@\n");
  EXPECT_EQ(shown(message.reply_to_wamid), "wamid.A");
}

TEST(ParseMessage, KeepsNulAndLoneSurrogatesInText) {
  const WebhookUpdates webhook =
      parsed(one_message(element_of("text", R"("text":{"body":"a\u0000b\ud83d"})")));
  using namespace std::string_literals;
  EXPECT_EQ(shown(message_at(webhook, 0).text), "a\0b\xEF\xBF\xBD"s);
}

TEST(ParseMessage, KeepsALongTextWhole) {
  const std::string body(200'000, 'x');
  const WebhookUpdates webhook =
      parsed(one_message(element_of("text", R"("text":{"body":")" + body + "\"}")));
  EXPECT_EQ(shown(message_at(webhook, 0).text), body);
}

TEST(ParseMessage, HasNoTextWhereTheBodyIsUnusable) {
  for (const char* members : {R"("text":{"body":""})", R"("text":{"body":null})", R"("text":{})",
                              R"("text":"x")", R"("text":[])", R"("other":1)"}) {
    const WebhookUpdates webhook = parsed(one_message(element_of("text", members)));
    ASSERT_EQ(webhook.updates.size(), 1U) << members;
    EXPECT_FALSE(message_at(webhook, 0).text) << members;
  }
}

TEST(ParseMessage, TakesNoTextFromAnotherType) {
  const WebhookUpdates webhook =
      parsed(one_message(element_of("image", R"("text":{"body":"x"},"image":{})")));
  EXPECT_FALSE(message_at(webhook, 0).text);
}

TEST(ParseMessage, CallsAnImproperTypeUnknown) {
  for (const std::string& type : {std::string{"Text"}, std::string{"te xt"}, std::string{"a.b"},
                                  std::string(33, 'a'), std::string{"\\u0000"}}) {
    const WebhookUpdates webhook = parsed(one_message(element_of(type, R"("text":{"body":"x"})")));
    ASSERT_EQ(webhook.updates.size(), 1U) << type;
    EXPECT_EQ(message_at(webhook, 0).type, "unknown") << type;
    EXPECT_FALSE(message_at(webhook, 0).text);
  }
  EXPECT_EQ(message_at(parsed(one_message(element_of(std::string(32, 'a'), ""))), 0).type,
            std::string(32, 'a'));
}

TEST(ParseMessage, ReadsATextThatLostItsType) {
  for (const char* type : {"", R"("type":null,)", R"("type":5,)", R"("type":"",)"}) {
    const WebhookUpdates webhook = parsed(one_message(
        std::string{"{"} + type + R"("from":"16505551234","id":"wamid.X","text":{"body":"hi"}})"));
    ASSERT_EQ(webhook.updates.size(), 1U) << type;
    EXPECT_EQ(message_at(webhook, 0).type, "text");
    EXPECT_EQ(shown(message_at(webhook, 0).text), "hi");
  }
}

TEST(ParseMessage, CallsAMessageWithoutTypeAndTextUnknown) {
  const WebhookUpdates webhook =
      parsed(one_message(R"({"from":"16505551234","id":"wamid.X","image":{"id":"1"}})"));
  EXPECT_EQ(message_at(webhook, 0).type, "unknown");
}

TEST(ParseMessage, TakesIdsThatAreNumbers) {
  const WebhookUpdates webhook = parsed(
      one_message(text_with(R"("from":16505551234,"id":12345678901234567,"timestamp":1795535400,)"
                            R"("context":{"id":42})")));
  const InboundMessage& message = message_at(webhook, 0);
  EXPECT_EQ(message.wamid.expose(), "12345678901234567");
  EXPECT_EQ(shown(message.sender.whatsapp_id), "16505551234");
  EXPECT_EQ(shown(message.sender.profile_name), "Kerry Fisher");
  EXPECT_EQ(shown(message.reply_to_wamid), "42");
  EXPECT_EQ(message.sent_at, kSentAtTime);
}

TEST(ParseMessage, GivesAMessageWithoutIdTheSameIdEachTime) {
  const char* const first =
      R"({"from":"16505551234","timestamp":"1795535400","type":"text","text":{"body":"hi"}})";
  const char* const reordered =
      R"({"text":{"body":"\u0068i"}, "type":"text","from":"16505551234","timestamp":"1795535400"})";
  const char* const other =
      R"({"from":"16505551234","timestamp":"1795535401","type":"text","text":{"body":"hi"}})";
  const auto id_of = [](const char* element) {
    return message_at(parsed(one_message(element)), 0).wamid.expose();
  };
  EXPECT_EQ(id_of(first).substr(0, 7), "sha256:");
  EXPECT_EQ(id_of(first).size(), 71U);
  EXPECT_EQ(id_of(first), id_of(reordered));
  EXPECT_NE(id_of(first), id_of(other));
}

TEST(ParseMessage, KeepsAnIdUpToTheBoundAndHashesALongerOne) {
  const auto id_of = [](const std::string& id) {
    return message_at(parsed(one_message(text_with(R"("from":"16505551234","id":")" + id + "\""))),
                      0)
        .wamid.expose();
  };
  EXPECT_EQ(id_of(std::string(1'024, 'w')), std::string(1'024, 'w'));
  EXPECT_EQ(id_of(std::string(1'025, 'w')).substr(0, 7), "sha256:");
  EXPECT_EQ(id_of("").substr(0, 7), "sha256:");
}

TEST(ParseMessage, ReadsTimesBySize) {
  const auto time_of = [](const std::string& timestamp) {
    return message_at(
               parsed(one_message(text_with(R"("from":"1","id":"w","timestamp":)" + timestamp))), 0)
        .sent_at;
  };
  EXPECT_EQ(time_of("\"1795535400\""), kSentAtTime);
  EXPECT_EQ(time_of("1795535400"), kSentAtTime);
  EXPECT_EQ(time_of("\"1795535400123\""), (Timestamp{1'795'535'400'123}));
  EXPECT_EQ(time_of("1795535400123"), (Timestamp{1'795'535'400'123}));
  EXPECT_EQ(time_of("\"1230768000\""), (Timestamp{1'230'768'000'000}));
  EXPECT_EQ(time_of("\"1795539078\""),
            (Timestamp{1'795'539'078'000}));  // an hour ahead, less 42 ms
}

TEST(ParseMessage, TakesTheTimeOfReceiptForAnAbsurdOne) {
  for (const char* timestamp : {"\"1795539079\"",
                                "\"1230767999\"",
                                "0",
                                "\"\"",
                                "\"0\"",
                                "-1",
                                "\"-1795535400\"",
                                "null",
                                "\"soon\"",
                                "1795535400.5",
                                "1e9",
                                "[]",
                                "{}",
                                "true",
                                "18446744073709551615",
                                "\"18446744073709551616\"",
                                "9223372036854775807",
                                "\"99999999999999999999999\"",
                                "1795535400123456",
                                "\" 1795535400\""}) {
    const WebhookUpdates webhook = parsed(
        one_message(text_with(R"("from":"1","id":"w","timestamp":)" + std::string{timestamp})));
    ASSERT_EQ(webhook.updates.size(), 1U) << timestamp;
    EXPECT_EQ(message_at(webhook, 0).sent_at, kReceivedAt) << timestamp;
  }
}

TEST(ParseSender, IsCompleteWithABusinessScopedIdOnly) {
  const WebhookUpdates webhook =
      parsed(one_message(text_with(R"("from_user_id":"US.13491208655302741918","id":"w")"),
                         R"("contacts":[{"profile":{"name":"Pablo","username":"@pablomorales"},)"
                         R"("user_id":"US.13491208655302741918"}])"));
  const Sender& sender = message_at(webhook, 0).sender;
  EXPECT_FALSE(sender.whatsapp_id);
  EXPECT_EQ(shown(sender.bsuid), "US.13491208655302741918");
  EXPECT_EQ(shown(sender.profile_name), "Pablo");
  EXPECT_EQ(shown(sender.username), "pablomorales");
}

TEST(ParseSender, TreatsEmptyTextAsAbsent) {
  const WebhookUpdates webhook =
      parsed(one_message(text_with(R"("from":"","from_user_id":"US.1","id":"w")"),
                         R"("contacts":[{"profile":{"name":"","username":"@"},"wa_id":"",)"
                         R"("user_id":"US.1"}])"));
  const Sender& sender = message_at(webhook, 0).sender;
  EXPECT_FALSE(sender.whatsapp_id || sender.profile_name || sender.username);
  EXPECT_EQ(shown(sender.bsuid), "US.1");
}

TEST(ParseSender, KeepsAUsernameWithoutAtSignAndCutsOnlyOne) {
  const auto username_of = [](const std::string& username) {
    return shown(
        message_at(parsed(one_message(
                       text_with(R"("from":"1","id":"w")"),
                       R"("contacts":[{"wa_id":"1","profile":{"username":")" + username + "\"}}]")),
                   0)
            .sender.username);
  };
  EXPECT_EQ(username_of("pablo.m"), "pablo.m");
  EXPECT_EQ(username_of("@@x"), "@x");
}

TEST(ParseSender, NeedsNoContact) {
  const WebhookUpdates webhook = parsed(one_message(text_with(R"("from":"1","id":"w")"), ""));
  EXPECT_EQ(shown(message_at(webhook, 0).sender.whatsapp_id), "1");
}

TEST(ParseSender, MatchesContactsByEitherId) {
  const WebhookUpdates webhook = parsed(test::webhook(
      R"("contacts":[{"profile":{"name":"C"},"user_id":"US.C"},5,null,{"profile":{"name":"A"},)"
      R"("wa_id":"1","user_id":"US.A"},{"profile":{"name":"B"},"wa_id":2,"user_id":"US.B"}],)"
      R"("messages":[{"from":"1","id":"a","type":"text"},)"
      R"({"from_user_id":"US.B","id":"b","type":"text"},)"
      R"({"from":"3","from_user_id":"US.C","id":"c","type":"text"},)"
      R"({"from":"4","id":"d","type":"text"}])"));
  ASSERT_EQ(webhook.updates.size(), 4U);
  EXPECT_EQ(shown(message_at(webhook, 0).sender.profile_name), "A");
  EXPECT_EQ(shown(message_at(webhook, 0).sender.bsuid), "US.A");
  EXPECT_EQ(shown(message_at(webhook, 1).sender.profile_name), "B");
  EXPECT_EQ(shown(message_at(webhook, 1).sender.whatsapp_id), "2");
  EXPECT_EQ(shown(message_at(webhook, 2).sender.profile_name), "C");
  EXPECT_EQ(shown(message_at(webhook, 2).sender.whatsapp_id), "3");
  EXPECT_EQ(shown(message_at(webhook, 3).sender.profile_name), "(none)");
}

TEST(ParseSender, TakesTheOnlyContactOfTheOnlyMessage) {
  const WebhookUpdates webhook = parsed(one_message(text_with(R"("id":"w")")));
  ASSERT_EQ(webhook.updates.size(), 1U);
  EXPECT_EQ(shown(message_at(webhook, 0).sender.whatsapp_id), "16505551234");
  EXPECT_EQ(shown(message_at(webhook, 0).sender.bsuid), "US.13491208655302741918");
}

TEST(ParseSender, NeverTakesTheIdsOfSomebodyElse) {
  const WebhookUpdates other_number =
      parsed(one_message(text_with(R"("from":"19995550000","id":"w")")));
  EXPECT_EQ(shown(message_at(other_number, 0).sender.bsuid), "(none)");
  EXPECT_EQ(shown(message_at(other_number, 0).sender.profile_name), "(none)");
  const WebhookUpdates other_user =
      parsed(one_message(text_with(R"("from_user_id":"US.2","id":"w")")));
  EXPECT_EQ(shown(message_at(other_user, 0).sender.whatsapp_id), "(none)");
  const WebhookUpdates two_messages =
      parsed(webhook(std::string{kContact} + R"(,"messages":[)" + text_with(R"("id":"a")") + "," +
                     text_with(R"("id":"b")") + "]"));
  EXPECT_EQ(two_messages.unattributed, 2U);
}

TEST(ParseSender, CountsAMessageThatNobodyWrote) {
  for (const char* from : {"", R"("from":"",)", R"("from":null,)", R"("from":{},)",
                           R"("from":1.5,"from_user_id":true,)"}) {
    const WebhookUpdates webhook =
        parsed(one_message(text_with(std::string{from} + R"("id":"w")"), ""));
    EXPECT_TRUE(webhook.updates.empty()) << from;
    EXPECT_EQ(webhook.unattributed, 1U) << from;
    EXPECT_EQ(webhook.ignored, 0U);
  }
}

TEST(ParseSender, IgnoresAnIdThatCannotBeOne) {
  const WebhookUpdates webhook = parsed(one_message(
      text_with(R"("from":")" + std::string(257, '1') + R"(","from_user_id":"US.1","id":"w")"),
      ""));
  EXPECT_EQ(shown(message_at(webhook, 0).sender.whatsapp_id), "(none)");
  EXPECT_EQ(shown(message_at(webhook, 0).sender.bsuid), "US.1");
}

TEST(ParseSender, ReadsAChangedNumberUnderTheOldOne) {
  const WebhookUpdates webhook = parsed(one_message(
      R"({"from":"16505551234","id":"w","timestamp":"1795535400","type":"system","system":{)"
      R"("body":"changed","wa_id":"12195555358","user_id":"US.2","previous_user_id":"US.1",)"
      R"("type":"user_changed_number"}})",
      ""));
  EXPECT_EQ(shown(message_at(webhook, 0).sender.whatsapp_id), "16505551234");
  EXPECT_EQ(shown(message_at(webhook, 0).sender.bsuid), "(none)");
}

TEST(ParseSender, ReadsASystemMessageWithoutFromUnderItsNewId) {
  const WebhookUpdates webhook = parsed(one_message(
      R"({"id":"w","timestamp":"1795535400","type":"system","system":{"body":"changed",)"
      R"("user_id":"US.2","previous_user_id":"US.1","type":"user_changed_user_id"}})",
      ""));
  EXPECT_EQ(shown(message_at(webhook, 0).sender.bsuid), "US.2");
  EXPECT_EQ(shown(message_at(webhook, 0).sender.whatsapp_id), "(none)");
}

}  // namespace
}  // namespace leadkeep::intake
