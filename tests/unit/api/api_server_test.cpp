#include "house_with_doors.h"
#include "json/fields.h"

namespace leadkeep::test {
namespace {

using identity::Role;

class ApiServer : public HouseWithDoors {};

TEST_F(ApiServer, OpensShowsAndEndsASession) {
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = client();
  const auto shown = c.ask("GET", "/v1/session", token);
  EXPECT_EQ(shown.status, 200);
  const auto document = parse(shown);
  EXPECT_EQ(document.root()["agent"]["username"].string(), "anna");
  EXPECT_EQ(document.root()["agent"]["roles"].at(0).string(), "agent");
  EXPECT_NE(shown.body.find("\"reply\""), std::string::npos);
  EXPECT_EQ(shown.body.find("manage_agents"), std::string::npos);
  EXPECT_EQ(c.ask("DELETE", "/v1/session", token).status, 204);
  EXPECT_EQ(c.ask("GET", "/v1/session", token).status, 401);
}

TEST_F(ApiServer, GivesOneAnswerToEveryFailedLogIn) {
  sign_in("anna", {Role::kAgent});
  auto c = client();
  const auto first = c.ask("POST", "/v1/sessions", {}, R"({"username":"anna","password":"wrong"})");
  EXPECT_EQ(first.status, 401);
  for (const char* body :
       {R"({"username":"nobody","password":"wrong"})", R"({"username":"","password":""})"}) {
    EXPECT_EQ(c.ask("POST", "/v1/sessions", {}, body).body, first.body);
  }
}

TEST_F(ApiServer, NamesWhatIsWrongWithABody) {
  auto c = client();
  const auto refused = [&](std::string_view body, std::string_view fields = {}) {
    return c.ask("POST", "/v1/sessions", fields, body);
  };
  EXPECT_EQ(text(refused(R"({"username":"a","password":"b","role":"admin"})"), "member"), "role");
  EXPECT_EQ(text(refused(R"({"username":"a"})"), "member"), "password");
  EXPECT_EQ(text(refused(R"({"username":7,"password":"b"})"), "member"), "username");
  const auto hostile = refused(R"({"username":"a","password":"b","<b>":1})");
  EXPECT_EQ(hostile.status, 400);
  EXPECT_EQ(hostile.body.find("<b>"), std::string::npos);
  EXPECT_EQ(refused("[]").status, 400);
  EXPECT_EQ(refused("{").status, 400);
  EXPECT_EQ(
      refused(R"({"username":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}},"password":""})")
          .status,
      400);
  EXPECT_EQ(refused("{}", "Content-Type: text/plain\r\n").status, 415);
  EXPECT_EQ(refused("{}", "Content-Type: application/json; charset=utf-8\r\n").status, 400);
}

TEST_F(ApiServer, ShowsTheInboxMasked) {
  receive_one();
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = client();
  const auto inbox = c.ask("GET", "/v1/conversations?status=open&limit=10", token);
  EXPECT_EQ(inbox.status, 200) << inbox.body;
  const auto document = parse(inbox);
  const auto item = document.root()["items"].at(0);
  EXPECT_EQ(item["status"].string(), "open");
  EXPECT_TRUE(item["assignee"].is_null());
  EXPECT_EQ(item["unread"].integer(), 1);
  EXPECT_TRUE(document.root()["next_cursor"].is_null());
  EXPECT_EQ(item["last_message"]["text"]["spans"].at(0)["kind"].string(), "phone");
  EXPECT_EQ(item["last_message"]["supported"].boolean(), true);
  const std::string id{*item["id"].string()};
  const auto lead = c.ask("GET", "/v1/leads/" + std::string{*item["lead"]["id"].string()}, token);
  EXPECT_EQ(lead.status, 200);
  const auto messages = c.ask("GET", "/v1/conversations/" + id + "/messages", token);
  EXPECT_EQ(messages.status, 200);
  const auto conversation = c.ask("GET", "/v1/conversations/" + id, token);
  EXPECT_EQ(conversation.status, 200);
  EXPECT_FALSE(conversation.field("etag").empty());
  for (const auto& response : {inbox, lead, messages, conversation}) {
    EXPECT_EQ(response.body.find("901820"), std::string::npos);
    EXPECT_EQ(response.body.find("wamid"), std::string::npos);
  }
}

TEST_F(ApiServer, RefusesQueriesAndIdsThatAreNone) {
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = client();
  for (const char* target : {"/v1/conversations?colour=red",
                             "/v1/conversations?limit=0",
                             "/v1/conversations?limit=101",
                             "/v1/conversations?limit=1&limit=2",
                             "/v1/conversations?status=OPEN",
                             "/v1/conversations?assignee=anna",
                             "/v1/conversations?cursor=%ff",
                             "/v1/conversations?cursor=made-up",
                             "/v1/conversations?sort=unread",
                             "/v1/conversations?sort=--last_activity_at",
                             "/v1/conversations?unread=1",
                             "/v1/conversations?fields=phone",
                             "/v1/conversations?ids=lead_01JDG7T5Q8ZK3V9M4B6N2R0XWY",
                             "/v1/leads",
                             "/v1/leads?ids=1",
                             "/v1/leads?ids=",
                             "/v1/conversations?ids=",
                             "/v1/conversations?ids=conv_01JDG7T5Q8ZK3V9M4B6N2R0XWY&status=open",
                             "/v1/leads?limit=5",
                             "/v1/events/poll?wait=61",
                             "/v1/events/poll?wait=-1",
                             "/v1/session?a",
                             "/v1/agents?a=b"}) {
    EXPECT_EQ(c.ask("GET", target, token).status, 400) << target;
  }
  EXPECT_EQ(text(c.ask("GET", "/v1/conversations?colour=red", token), "member"), "colour");
  for (const char* target :
       {"/v1/conversations/conv_1", "/v1/leads/conv_01JDG7T5Q8ZK3V9M4B6N2R0XWY",
        "/v1/leads/lead_01JDG7T5Q8ZK3V9M4B6N2R0XWY"}) {
    EXPECT_EQ(c.ask("GET", target, token).status, 404) << target;
  }
  EXPECT_EQ(c.ask("GET", "/v1/conversations?assignee=me", token).status, 200);
  EXPECT_EQ(c.ask("GET", "/v1/conversations?assignee=none", token).status, 200);
}

TEST_F(ApiServer, AcceptsAReplyOnceHoweverOftenItIsSent) {
  receive_one();
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = client();
  const auto target = "/v1/conversations/" + conversation_id(c, token) + "/messages";
  const auto fields = token + "Idempotency-Key: one\r\n";
  const std::string body = R"({"type":"text","text":{"body":"Guten Tag"}})";
  const auto first = c.ask("POST", target, fields, body);
  EXPECT_EQ(first.status, 202) << first.body;
  EXPECT_EQ(text(first, "status"), "queued");
  EXPECT_EQ(c.ask("POST", target, fields, body).body, first.body);
  const auto other = c.ask("POST", target, fields, R"({"type":"text","text":{"body":"Hallo"}})");
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(text(other, "code"), "idempotency_key_reused");
  EXPECT_EQ(c.ask("POST", target, token + "Idempotency-Key: a b\r\n", body).status, 400);
  EXPECT_EQ(c.ask("POST", target, token, R"({"type":"image","text":{"body":"a"}})").status, 400);
  EXPECT_EQ(c.ask("POST", target, token, R"({"type":"text","text":"a"})").status, 400);
}

TEST_F(ApiServer, ChangesAConversationOnlyInTheVersionThatWasRead) {
  receive_one();
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = client();
  const auto target = "/v1/conversations/" + conversation_id(c, token);
  const auto etag = c.ask("GET", target, token).field("etag");
  const std::string body = R"({"status":"pending","tags":["invoice"]})";
  EXPECT_EQ(c.ask("PATCH", target, token, body).status, 428);
  EXPECT_EQ(c.ask("PATCH", target, token + "If-Match: *\r\n", body).status, 400);
  const auto changed = c.ask("PATCH", target, token + "If-Match: " + etag + "\r\n", body);
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_NE(changed.field("etag"), etag);
  EXPECT_EQ(text(changed, "status"), "pending");
  EXPECT_EQ(c.ask("PATCH", target, token + "If-Match: " + etag + "\r\n", body).status, 412);
  const auto now = token + "If-Match: " + changed.field("etag") + "\r\n";
  EXPECT_EQ(text(c.ask("PATCH", target, now, R"({"assignee":"anna"})"), "member"), "assignee");
  EXPECT_EQ(text(c.ask("PATCH", target, now, R"({"tags":[1]})"), "member"), "tags");
}

TEST_F(ApiServer, TakesTheNumberOfAVersionForItsEtag) {
  receive_one();
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = client();
  const auto target = "/v1/conversations/" + conversation_id(c, token);
  const auto shown = parse(c.ask("GET", target, token));
  const auto version = *shown.root()["version"].integer();
  const std::string body = R"({"tags":["invoice"]})";
  const auto if_match = [&](std::int64_t number) {
    return token + "If-Match: \"" + std::to_string(number) + "\"\r\n";
  };
  EXPECT_EQ(c.ask("PATCH", target, if_match(version), body).status, 200);
  EXPECT_EQ(c.ask("PATCH", target, if_match(version), body).status, 412);
}

TEST_F(ApiServer, SendsNothingAgainThatHasNotChanged) {
  receive_one();
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = client();
  const auto conversation = "/v1/conversations/" + conversation_id(c, token);
  for (const std::string& target :
       {std::string{"/v1/conversations"}, conversation, std::string{"/v1/openapi.json"}}) {
    const auto fields = token + "If-None-Match: " + c.ask("GET", target, token).field("etag");
    const auto same = c.ask("GET", target, fields + "\r\n");
    EXPECT_EQ(same.status, 304) << target;
    EXPECT_FALSE(same.fields.contains("content-length"));
    EXPECT_FALSE(same.fields.contains("content-type"));
  }
  // A message is not a new version for a PATCH, but another answer.
  const auto before = c.ask("GET", conversation, token).field("etag");
  must(receive(value(text_message("4930901820", "wamid.2", "Noch etwas"))));
  const auto after = c.ask("GET", conversation, token + "If-None-Match: " + before + "\r\n");
  EXPECT_EQ(after.status, 200);
  EXPECT_NE(after.field("etag"), before);
}

TEST_F(ApiServer, AnswersWithTheFieldsThatAreAskedFor) {
  receive_one();
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = client();
  const auto list = parse(c.ask("GET", "/v1/conversations?fields=status,unread", token));
  const auto item = list.root()["items"].at(0);
  EXPECT_EQ(item.size(), 3U);
  EXPECT_EQ(item["status"].string(), "open");
  const std::string id{*item["id"].string()};
  const auto one = c.ask("GET", "/v1/conversations/" + id + "?fields=tags", token);
  EXPECT_EQ(one.body, R"({"id":")" + id + R"(","tags":[]})");
  const auto messages =
      parse(c.ask("GET", "/v1/conversations/" + id + "/messages?fields=direction", token));
  EXPECT_EQ(messages.root()["items"].at(0).size(), 2U);
}

TEST_F(ApiServer, TakesMessagesForReadOnceTheirTextIsAskedFor) {
  receive_one();
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = client();
  const auto conversation = "/v1/conversations/" + conversation_id(c, token);
  const auto unread = [&] {
    const auto shown = parse(c.ask("GET", conversation, token));
    return shown.root()["unread"].integer();
  };
  EXPECT_EQ(c.ask("GET", conversation + "/messages?fields=status", token).status, 200);
  EXPECT_EQ(unread(), 1);
  EXPECT_EQ(c.ask("GET", conversation + "/messages?fields=text", token).status, 200);
  EXPECT_EQ(unread(), 0);
}

TEST_F(ApiServer, HasEveryFieldThatMayBeAskedFor) {
  receive_one();
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = client();
  const auto conversation = parse(c.ask("GET", "/v1/conversations", token));
  const auto item = conversation.root()["items"].at(0);
  const std::string lead_id{*item["lead"]["id"].string()};
  const auto lead = parse(c.ask("GET", "/v1/leads/" + lead_id, token));
  const auto has_exactly = [](json::Value object, auto names) {
    EXPECT_EQ(object.size(), names.size());
    for (const std::string_view name : names) {
      EXPECT_FALSE(object[name].is_absent()) << name;
    }
  };
  has_exactly(item, api::kConversationFields);
  has_exactly(item["last_message"], api::kMessageFields);
  has_exactly(lead.root(), api::kLeadFields);
}

TEST_F(ApiServer, ShowsTheNamedOnesOfManyInOneAnswer) {
  receive_one();
  must(receive(value(text_message("4915123456789", "wamid.other", "Hallo"))));
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = client();
  const auto all = parse(c.ask("GET", "/v1/conversations", token));
  const std::string first{*all.root()["items"].at(0)["id"].string()};
  const std::string second{*all.root()["items"].at(1)["id"].string()};
  const std::string gone = "conv_01JDG7T5Q8ZK3V9M4B6N2R0XWY";
  const auto named =
      parse(c.ask("GET", "/v1/conversations?ids=" + second + "," + gone + "," + first, token));
  ASSERT_EQ(named.root()["items"].size(), 2U);
  EXPECT_EQ(named.root()["items"].at(0)["id"].string(), second);
  EXPECT_EQ(named.root()["items"].at(1)["id"].string(), first);
  EXPECT_EQ(c.ask("GET", "/v1/conversations?ids=" + first + "," + first, token).status, 400);
  const std::string lead{*all.root()["items"].at(0)["lead"]["id"].string()};
  const auto leads = parse(c.ask("GET", "/v1/leads?ids=" + lead + "&fields=handle", token));
  EXPECT_EQ(leads.root()["items"].at(0)["id"].string(), lead);
}

TEST_F(ApiServer, TellsHowMuchMayStillBeAskedFor) {
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = client();
  const auto answer = c.ask("GET", "/v1/agents", token);
  EXPECT_EQ(answer.field("ratelimit-policy"), "\"client\";q=3000;w=10, \"agent\";q=300;w=10");
  EXPECT_TRUE(answer.field("ratelimit").starts_with("\"client\";r=2")) << answer.field("ratelimit");
  EXPECT_FALSE(stranger().ask("GET", "/v1/agents").fields.contains("ratelimit"));
}

TEST_F(ApiServer, HasAPageForTheTypeOfEachProblem) {
  auto c = client();
  const auto problem = c.ask("GET", "/v1/session");
  EXPECT_EQ(text(problem, "type"), "/v1/problems/unauthenticated");
  const auto page = c.ask("GET", text(problem, "type"));
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.field("content-type"), "text/html; charset=utf-8");
  EXPECT_NE(page.body.find("<h1>unauthenticated</h1>"), std::string::npos);
  EXPECT_EQ(c.ask("GET", "/v1/problems/no_such_thing").status, 404);
}

TEST_F(ApiServer, KeepsNotesAndConsents) {
  receive_one();
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = client();
  const auto conversation = conversation_id(c, token);
  EXPECT_EQ(c.ask("POST", "/v1/conversations/" + conversation + "/notes", token,
                  R"({"text":{"body":"ruft zurück"}})")
                .status,
            201);
  const auto document = parse(c.ask("GET", "/v1/conversations/" + conversation, token));
  const auto consents =
      "/v1/leads/" + std::string{*document.root()["lead"]["id"].string()} + "/consents";
  EXPECT_EQ(c.ask("POST", consents, token,
                  R"({"kind":"withdrawn","purpose":"messages","source":"phone"})")
                .status,
            201);
  const auto list = parse(c.ask("GET", consents, token));
  EXPECT_EQ(list.root()["items"].at(0)["kind"].string(), "withdrawn");
  const auto reply = c.ask("POST", "/v1/conversations/" + conversation + "/messages", token,
                           R"({"type":"text","text":{"body":"a"}})");
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(text(reply, "code"), "consent_withdrawn");
}

TEST_F(ApiServer, LetsAnAdministratorManageAgentsAndSeeNothingElse) {
  receive_one();
  const auto admin = token_field_of("root", {Role::kAdmin});
  const auto agent = token_field_of("anna", {Role::kAgent});
  auto c = client();
  EXPECT_EQ(c.ask("GET", "/v1/conversations", admin).status, 403);
  EXPECT_EQ(c.ask("GET", "/v1/events", admin).status, 403);
  EXPECT_EQ(c.ask("GET", "/v1/admin/agents", agent).status, 403);
  const std::string body =
      R"({"username":"ben","display_name":"Ben","roles":["agent"],"password":"correct horse battery"})";
  EXPECT_EQ(c.ask("POST", "/v1/admin/agents", admin, body).status, 201);
  EXPECT_EQ(c.ask("POST", "/v1/admin/agents", admin, body).status, 409);
  const auto once = admin + "Idempotency-Key: one\r\n";
  const auto of = [](const std::string& name) {
    return R"({"username":")" + name +
           R"(","display_name":"C","roles":["agent"],"password":"correct horse battery"})";
  };
  const auto first = c.ask("POST", "/v1/admin/agents", once, of("clara"));
  EXPECT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(c.ask("POST", "/v1/admin/agents", once, of("clara")).body, first.body);
  EXPECT_EQ(c.ask("POST", "/v1/admin/agents", once, of("carla")).status, 422);
  EXPECT_EQ(c.ask("POST", "/v1/admin/agents/disable", admin, R"({"username":"anna"})").status, 204);
  EXPECT_EQ(c.ask("GET", "/v1/session", agent).status, 401);
  EXPECT_EQ(c.ask("POST", "/v1/admin/agents/enable", admin, R"({"username":"nobody"})").status,
            404);
  const auto list = parse(c.ask("GET", "/v1/admin/agents", admin));
  EXPECT_EQ(list.root()["items"].size(), 4U);
}

TEST_F(ApiServer, ShowsColleaguesByNameOnly) {
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = client();
  const auto response = c.ask("GET", "/v1/agents", token);
  const auto list = parse(response);
  EXPECT_EQ(list.root()["items"].at(0)["display_name"].string(), "anna");
  EXPECT_EQ(list.root()["items"].at(0).size(), 3U);
}

TEST_F(ApiServer, LeavesATraceOfEveryRefusal) {
  const auto token = token_field_of("root", {Role::kAdmin});
  auto c = client();
  const auto before = trail().size();
  EXPECT_EQ(c.ask("GET", "/v1/conversations").status, 401);
  EXPECT_EQ(c.ask("GET", "/v1/conversations", token).status, 403);
  EXPECT_EQ(trail().size(), before + 2);
}

TEST_F(ApiServer, TellsItsHealthAndItsCounters) {
  auto c = client();
  EXPECT_EQ(c.ask("GET", "/healthz").status, 200);
  EXPECT_EQ(c.ask("GET", "/readyz").status, 200);
  health = api::Health::State::kBroken;
  const auto broken = c.ask("GET", "/readyz");
  EXPECT_EQ(broken.status, 503);
  EXPECT_EQ(text(broken, "status"), "broken");
  const auto metrics = c.ask("GET", "/metrics");
  EXPECT_NE(metrics.body.find("\nleadkeep_requests_total "), std::string::npos);
  EXPECT_NE(metrics.body.find("# TYPE leadkeep_event_listeners gauge"), std::string::npos);
  EXPECT_EQ(c.ask("GET", "/v1/openapi.json").status, 200);
}

class EventStream : public HouseWithDoors {
 protected:
  TestClient listen(const std::string& token, const std::string& last_id = {}) {
    auto c = client();
    c.send("GET /v1/events HTTP/1.1\r\nHost: a\r\n" + token +
           (last_id.empty() ? "" : "Last-Event-ID: " + last_id + "\r\n") + "\r\n");
    const auto head = c.receive_head();
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.field("content-type"), "text/event-stream");
    EXPECT_FALSE(head.fields.contains("content-length"));
    EXPECT_TRUE(c.receive_until(": connected\n\n"));
    return c;
  }

  static std::size_t events_in(std::string_view text) {
    std::size_t count = 0;
    for (auto at = text.find("data: "); at != text.npos; at = text.find("data: ", at + 1)) {
      ++count;
    }
    return count;
  }

  static std::string id_of(const std::string& event) {
    const auto start = event.find("id: ") + 4;
    return event.substr(start, event.find('\n', start) - start);
  }
};

TEST_F(EventStream, TellsWhatChangesWithIdsOnly) {
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = listen(token);
  receive_one();
  ASSERT_TRUE(c.receive_until("message.received"));
  ASSERT_TRUE(c.receive_until("\n\n"));
  EXPECT_NE(c.received().find("\"message_id\":\"msg_"), std::string::npos);
  EXPECT_EQ(c.received().find("901820"), std::string::npos);
}

TEST_F(EventStream, GoesOnWhereTheListenerWas) {
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = listen(token);
  receive_one();
  ASSERT_TRUE(c.receive_until("\n\n"));
  const auto first = c.received();
  ASSERT_TRUE(c.receive_until("\n\n"));
  const auto second = c.received();
  auto again = listen(token, id_of(first));
  ASSERT_TRUE(again.receive_until("\n\n"));
  EXPECT_EQ(again.received(), second);
}

TEST_F(EventStream, SaysThatEventsWereMissedAfterAnotherRun) {
  const auto token = token_field_of("anna", {Role::kAgent});
  receive_one();
  for (const char* id : {"0011223344556677-1", "nonsense", "-", "0011223344556677-99999999999"}) {
    auto c = listen(token, id);
    ASSERT_TRUE(c.receive_until("\n\n")) << id;
    EXPECT_NE(c.received().find("event: reset\n"), std::string::npos) << id;
  }
}

// As many as a full webhook of new people makes, and more.
TEST_F(EventStream, TellsEverythingThatHappensAtOnce) {
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = listen(token);
  constexpr std::size_t kAtOnce = 4'000;
  feed.publish(std::vector<inbox::InboxEvent>(
      kAtOnce, {inbox::EventKind::kMessageChanged, ConversationId{}, MessageId{}}));
  ASSERT_TRUE(c.receive_until("-1\ndata: "));
  const auto first = c.received();
  ASSERT_TRUE(c.receive_until("-4000\ndata: "));
  EXPECT_EQ(events_in(first + c.received()), kAtOnce);
  auto again = listen(token, id_of(first));
  ASSERT_TRUE(again.receive_until("-4000\ndata: "));
  EXPECT_EQ(events_in(again.received()), kAtOnce - 1);
}

TEST_F(EventStream, SaysThatEventsWereMissedWhenMoreComeThanAreKept) {
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = listen(token);
  feed.publish(std::vector<inbox::InboxEvent>(
      5'000, {inbox::EventKind::kMessageChanged, ConversationId{}, MessageId{}}));
  ASSERT_TRUE(c.receive_until("-5000\nevent: reset\ndata: {}\n\n"));
  EXPECT_EQ(events_in(c.received()), 1U);
  feed.publish({{inbox::EventKind::kMessageChanged, ConversationId{}, MessageId{}}});
  EXPECT_TRUE(c.receive_until("-5001\ndata: "));
}

class EventPoll : public HouseWithDoors {
 protected:
  json::Document poll(const std::string& query) {
    const auto answer = m_client.ask("GET", "/v1/events/poll" + query, m_token);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return parse(answer);
  }

  // To the end of the connection, which ends an answer that was waited for.
  static json::Document waited_for(TestClient& c) {
    c.receive_until_end();
    return must(json::Document::parse(c.received(), {.max_bytes = 1'000'000}));
  }

  // Who has the head waits from then on.
  TestClient begin(const std::string& query) {
    auto c = client();
    c.send("GET /v1/events/poll" + query + " HTTP/1.1\r\nHost: a\r\n" + m_token + "\r\n");
    const auto head = c.receive_head();
    EXPECT_EQ(head.status, 200);
    EXPECT_FALSE(head.fields.contains("content-length"));
    return c;
  }

  std::size_t count(const std::string& query) {
    const auto answer = poll(query);
    return answer.root()["items"].size();
  }

  std::optional<bool> missed(const std::string& query) {
    const auto answer = poll(query);
    return answer.root()["missed"].boolean();
  }

  static std::string cursor_of(const json::Document& answer) {
    return std::string{answer.root()["next_cursor"].string().value_or("")};
  }

  std::string m_token = token_field_of("anna", {Role::kAgent});
  TestClient m_client = client();
};

TEST_F(EventPoll, AnswersAtOnceWithWhatHasHappenedSinceTheCursor) {
  const auto start = poll("");
  EXPECT_EQ(start.root()["items"].size(), 0U);
  receive_one();
  const auto news = poll("?wait=30&cursor=" + cursor_of(start));
  EXPECT_GE(news.root()["items"].size(), 1U);
  EXPECT_EQ(news.root()["missed"].boolean(), false);
  const auto first = news.root()["items"].at(0);
  EXPECT_EQ(first["kind"].string(), "conversation.created");
  EXPECT_EQ(first["id"].string(), cursor_of(start).substr(0, 17) + "1");
  EXPECT_EQ(count("?cursor=" + cursor_of(news)), 0U);
}

TEST_F(EventPoll, WaitsForTheNextEvent) {
  auto c = begin("?wait=60&cursor=" + cursor_of(poll("")));
  receive_one();
  const auto answer = waited_for(c);
  EXPECT_GE(answer.root()["items"].size(), 1U);
  EXPECT_EQ(missed("?cursor=" + cursor_of(answer)), false);
}

TEST_F(EventPoll, AnswersWithNothingOnceItsTimeIsUp) {
  const auto start = cursor_of(poll(""));
  auto c = begin("?wait=1&cursor=" + start);
  const auto answer = waited_for(c);
  EXPECT_EQ(answer.root()["items"].size(), 0U);
  EXPECT_EQ(cursor_of(answer), start);
}

TEST_F(EventPoll, KeepsNobodySignedIn) {
  const auto start = cursor_of(poll(""));
  for (int i = 0; i < 40; ++i) {
    store.clock().advance(std::chrono::minutes{1});
    if (m_client.ask("GET", "/v1/events/poll?cursor=" + start, m_token).status == 401) {
      return;
    }
  }
  FAIL() << "signed in after 40 minutes with nobody there";
}

TEST_F(EventPoll, IsOnRecordWhereItBegins) {
  const auto recorded = [this] {
    return std::ranges::count_if(
        trail(), [](const auto& item) { return item.entry.act == audit::Act::kEventsFollowed; });
  };
  const auto before = recorded();
  const auto start = cursor_of(poll(""));
  EXPECT_EQ(recorded(), before + 1);
  (void)poll("?cursor=" + start);
  EXPECT_EQ(recorded(), before + 1);
  (void)poll("?cursor=nonsense");
  EXPECT_EQ(recorded(), before + 2);
}

TEST_F(EventPoll, EndsWithAnAnswerWhenItsClientOrTheServerDoes) {
  const auto start = cursor_of(poll(""));
  auto suspended = begin("?wait=60&cursor=" + start);
  must(manage_clients.set_state(flow::ManageClients::By::operator_of_the_host(), "program",
                                clients::State::kSuspended));
  EXPECT_EQ(cursor_of(waited_for(suspended)), start);
  must(manage_clients.set_state(flow::ManageClients::By::operator_of_the_host(), "program",
                                clients::State::kApproved));
  auto stopped = begin("?wait=60&cursor=" + start);
  api->stop();
  EXPECT_EQ(cursor_of(waited_for(stopped)), start);
}

TEST_F(EventPoll, SaysSoWhenMoreComesWhileItWaitsThanIsKept) {
  auto c = begin("?wait=60&cursor=" + cursor_of(poll("")));
  feed.publish(std::vector<inbox::InboxEvent>(
      5'000, {inbox::EventKind::kMessageChanged, ConversationId{}, MessageId{}}));
  const auto answer = waited_for(c);
  EXPECT_EQ(answer.root()["missed"].boolean(), true);
  EXPECT_EQ(count("?cursor=" + cursor_of(answer)), 0U);
}

TEST_F(EventPoll, GivesItsPlaceBack) {
  for (std::uint32_t i = 0; i < 2 * kMaxListeners; ++i) {
    auto c = begin("?wait=60&cursor=" + cursor_of(poll("")));
    feed.publish({{inbox::EventKind::kMessageChanged, ConversationId{}, MessageId{}}});
    const auto answer = waited_for(c);
    EXPECT_EQ(answer.root()["items"].size(), 1U);
  }
}

TEST_F(EventPoll, SaysThatEventsWereMissed) {
  receive_one();
  for (const char* cursor : {"0011223344556677-1", "nonsense", "0011223344556677-99999999999"}) {
    const auto answer = poll(std::string{"?wait=30&cursor="} + cursor);
    EXPECT_EQ(answer.root()["missed"].boolean(), true) << cursor;
    EXPECT_EQ(missed("?cursor=" + cursor_of(answer)), false);
  }
}

TEST_F(EventPoll, GivesManyEventsInSeveralAnswers) {
  auto cursor = cursor_of(poll(""));
  feed.publish(std::vector<inbox::InboxEvent>(
      1'100, {inbox::EventKind::kMessageChanged, ConversationId{}, MessageId{}}));
  for (const std::size_t expected : {500U, 500U, 100U, 0U}) {
    const auto answer = poll("?cursor=" + cursor);
    EXPECT_EQ(answer.root()["items"].size(), expected);
    cursor = cursor_of(answer);
  }
}

TEST_F(EventStream, TakesNoMoreListenersThanItMay) {
  const auto token = token_field_of("anna", {Role::kAgent});
  std::vector<TestClient> listeners;
  for (std::uint32_t i = 0; i < kMaxListeners; ++i) {
    listeners.push_back(listen(token));
  }
  EXPECT_EQ(store.metrics().event_listeners.value(), kMaxListeners);
  auto c = client();
  const auto refused = c.ask("GET", "/v1/events", token);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(text(refused, "code"), "unavailable");
}

TEST_F(EventStream, EndsWhenTheServerStops) {
  const auto token = token_field_of("anna", {Role::kAgent});
  auto c = listen(token);
  api->stop();
  EXPECT_FALSE(c.receive_until("\n\n"));
  EXPECT_EQ(store.metrics().event_listeners.value(), 0);
}

}  // namespace
}  // namespace leadkeep::test
