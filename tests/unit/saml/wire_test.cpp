#include "saml/change.h"

#include <leadkeep/saml/wire.h>

#include <gtest/gtest.h>

namespace leadkeep::saml {
namespace {

Identity an_identity() {
  Identity identity;
  identity.name_id = {Pii<std::string>{"älice \"x\""}, "format", "qualifier", "ours"};
  identity.session_index = "_s";
  identity.authn_context = "context";
  identity.authenticated = Timestamp{5};
  identity.session_ends = Timestamp{6};
  identity.assertion_id = "_a";
  identity.assertion_ends = Timestamp{7};
  identity.attributes.push_back(
      {"groups", {Pii<std::string>{"agents"}, Pii<std::string>{"admins"}}});
  identity.attributes.push_back({"none", {}});
  return identity;
}

TEST(Wire, CarriesAJob) {
  const ResponseJob job{"PHg+",
                        {"idp", {Bytes(3), Bytes(5, std::byte{0xff})}, true},
                        {"us", "https://acs"},
                        {"_r", Timestamp{1}, true},
                        Timestamp{2}};
  const auto any = read_job(write_job(job));
  const auto* read = any ? std::get_if<ResponseJob>(&*any) : nullptr;
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->posted, "PHg+");
  EXPECT_EQ(read->provider.entity_id, "idp");
  EXPECT_EQ(read->provider.signing_keys, job.provider.signing_keys);
  EXPECT_TRUE(read->provider.accepts_cbc);
  EXPECT_EQ(read->us.entity_id, "us");
  EXPECT_EQ(read->us.consumer_url, "https://acs");
  EXPECT_EQ(read->question.request_id, "_r");
  EXPECT_EQ(read->question.asked, Timestamp{1});
  EXPECT_TRUE(read->question.asked_again);
  EXPECT_EQ(read->now, Timestamp{2});
}

TEST(Wire, CarriesAnIdentity) {
  const auto read =
      read_judgement(write_judgement({{Check::kT02, Check::kA09}, std::nullopt, an_identity()}));
  ASSERT_TRUE(read.has_value() && read->identity.has_value());
  EXPECT_EQ(read->held, (std::vector{Check::kT02, Check::kA09}));
  EXPECT_FALSE(read->refusal.has_value());
  const Identity& identity = *read->identity;
  EXPECT_EQ(identity.name_id, an_identity().name_id);
  EXPECT_EQ(identity.session_index, "_s");
  EXPECT_EQ(identity.authn_context, "context");
  EXPECT_EQ(identity.authenticated, Timestamp{5});
  EXPECT_EQ(identity.session_ends, Timestamp{6});
  EXPECT_EQ(identity.assertion_id, "_a");
  EXPECT_EQ(identity.assertion_ends, Timestamp{7});
  ASSERT_EQ(identity.attributes.size(), 2u);
  EXPECT_EQ(identity.attributes[0].values[1].expose(), "admins");
  EXPECT_TRUE(identity.attributes[1].values.empty());
}

TEST(Wire, CarriesARefusal) {
  const auto read =
      read_judgement(write_judgement({{}, Refusal{Check::kS05, "nobody's"}, std::nullopt}));
  ASSERT_TRUE(read.has_value() && read->refusal.has_value());
  EXPECT_EQ(read->refusal->check, Check::kS05);
  EXPECT_EQ(read->refusal->why, "nobody's");
  EXPECT_FALSE(read->identity.has_value());
}

ProviderMetadata some_metadata() {
  return {"idp",
          {{Bytes(3), Timestamp{1}, Bytes(32)},
           {Bytes(5, std::byte{0xff}), Timestamp{2}, Bytes(32, std::byte{7})}},
          {"https://sso", std::nullopt},
          {std::nullopt, "https://slo"},
          "https://answers",
          Timestamp{3},
          std::chrono::seconds{4},
          true};
}

TEST(Wire, CarriesMetadataAndWhatItSays) {
  const std::vector<Bytes> signers{Bytes(3, std::byte{1}), Bytes(4, std::byte{2})};
  const auto job = read_job(write_job(MetadataJob{"<a b=\"c\"/>", signers}));
  ASSERT_TRUE(job.has_value());
  ASSERT_TRUE(std::holds_alternative<MetadataJob>(*job));
  EXPECT_EQ(std::get<MetadataJob>(*job).xml, "<a b=\"c\"/>");
  EXPECT_EQ(std::get<MetadataJob>(*job).signed_by, signers);

  const auto read = read_metadata(write_metadata(some_metadata()));
  ASSERT_TRUE(read.has_value() && read->ok());
  const ProviderMetadata& metadata = read->value();
  EXPECT_EQ(metadata.entity_id, "idp");
  EXPECT_EQ(metadata.logout_answers, "https://answers");
  ASSERT_EQ(metadata.signing_keys.size(), 2u);
  EXPECT_EQ(metadata.signing_keys[1].public_key, Bytes(5, std::byte{0xff}));
  EXPECT_EQ(metadata.signing_keys[1].certificate_ends, Timestamp{2});
  EXPECT_EQ(metadata.signing_keys[1].certificate_sha256, Bytes(32, std::byte{7}));
  EXPECT_EQ(metadata.sign_on.redirect, "https://sso");
  EXPECT_FALSE(metadata.sign_on.post.has_value());
  EXPECT_EQ(metadata.logout.post, "https://slo");
  EXPECT_EQ(metadata.valid_until, Timestamp{3});
  EXPECT_EQ(metadata.cache_duration, std::chrono::seconds{4});
  EXPECT_TRUE(metadata.is_signed);
}

TEST(Wire, CarriesWhyMetadataWasRefused) {
  const auto read = read_metadata(write_metadata(fail(Errc::kInvalidInput, "no signing key")));
  ASSERT_TRUE(read.has_value() && !read->ok());
  EXPECT_EQ(read->error().code, Errc::kInvalidInput);
  EXPECT_EQ(read->error().detail, "no signing key");
}

TEST(Wire, TakesNoMetadataThatIsNotWhole) {
  for (const auto& spoil : std::vector<void (*)(ProviderMetadata&)>{
           [](ProviderMetadata& metadata) { metadata.entity_id.clear(); },
           [](ProviderMetadata& metadata) { metadata.signing_keys.clear(); },
           [](ProviderMetadata& metadata) { metadata.signing_keys.resize(5, {Bytes(3), {}, {}}); },
           [](ProviderMetadata& metadata) { metadata.sign_on = {}; }}) {
    ProviderMetadata metadata = some_metadata();
    spoil(metadata);
    EXPECT_FALSE(read_metadata(write_metadata(metadata)).has_value());
  }
  for (const std::string_view text :
       {"", "[]", "{}",
        R"({"entity_id":"x","signing_keys":[{}],"sign_on":{"post":"https://x"}})"}) {
    EXPECT_FALSE(read_metadata(text).has_value()) << text;
  }
  EXPECT_FALSE(read_metadata(R"({"refused":")" + std::string(400, 'x') + "\"}").has_value());
}

TEST(Wire, TakesNoAnswerThatIsNotExactlyOne) {
  for (
      const std::string_view text :
      {R"()", R"([])", R"({})", R"({"held":[]})",
       R"({"held":["Z-99"],"refusal":{"check":"S-05","why":""}})",
       R"({"refusal":{"check":"Z-99","why":"x"}})", R"({"refusal":{}})", R"({"identity":{}})",
       R"({"identity":{"name_id":"","assertion_id":"_a","authenticated":1,"assertion_ends":2}})",
       R"({"identity":{"name_id":"alice","assertion_id":"_a","authenticated":1}})",
       R"({"identity":{"name_id":"alice","assertion_id":"_a","authenticated":"1","assertion_ends":2}})",
       R"({"refusal":{"check":"S-05","why":"x"},"identity":{"name_id":"alice","assertion_id":"_a","authenticated":1,"assertion_ends":2}})"}) {
    EXPECT_FALSE(read_judgement(text).has_value()) << text;
  }
  const std::string long_why =
      R"({"refusal":{"check":"S-05","why":")" + std::string(400, 'x') + "\"}}";
  EXPECT_FALSE(read_judgement(long_why).has_value());
  EXPECT_TRUE(
      read_judgement(
          R"({"identity":{"name_id":"alice","assertion_id":"_a","authenticated":1,"assertion_ends":2}})")
          .has_value());
}

// Who has to have signed metadata is said, or it is no job: "nobody has to" is an empty list.
TEST(Wire, TakesNoMetadataJobThatDoesNotSayWhoHasToHaveSigned) {
  EXPECT_FALSE(read_job("{\"job\":\"metadata\"}\n<a/>").has_value());
  EXPECT_FALSE(read_job("{\"job\":\"metadata\",\"signed_by\":\"x\"}\n<a/>").has_value());
  EXPECT_TRUE(read_job("{\"job\":\"metadata\",\"signed_by\":[]}\n<a/>").has_value());
}

TEST(Wire, TakesNoJobWithoutItsTimesAndSwitches) {
  const std::string whole =
      R"({"job":"response","asked":1,"now":2,"accepts_cbc":true,"asked_again":false,"keys":[]})";
  ASSERT_TRUE(read_job(whole + "\nAAAA").has_value());
  EXPECT_EQ(std::get<ResponseJob>(*read_job(whole + "\nAA\nA")).posted, "AA\nA");
  EXPECT_FALSE(read_job(whole).has_value()) << "without what was sent";
  for (const std::string_view part :
       {R"("asked":1,)", R"("now":2,)", R"("accepts_cbc":true,)", R"("asked_again":false,)",
        R"(,"keys":[])", R"("job":"response",)"}) {
    EXPECT_FALSE(read_job(test::changed(whole, part, "") + "\nAAAA").has_value()) << part;
  }
  EXPECT_FALSE(read_job(test::changed(whole, "[]", R"(["="])") + "\nAAAA").has_value());
  EXPECT_FALSE(read_job(test::changed(whole, "response", "other") + "\nAAAA").has_value());
  EXPECT_FALSE(read_job("").has_value());
  EXPECT_FALSE(read_job("\n").has_value());
}

TEST(Wire, CarriesALogoutAndWhatItSays) {
  const LogoutJob job{"<ä>", LogoutKind::kResponse, "idp", "https://slo", Timestamp{3}};
  const auto any = read_job(write_job(job));
  const auto* read = any ? std::get_if<LogoutJob>(&*any) : nullptr;
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->xml, "<ä>");
  EXPECT_EQ(read->kind, LogoutKind::kResponse);
  EXPECT_EQ(read->provider, "idp");
  EXPECT_EQ(read->destination, "https://slo");
  EXPECT_EQ(read->now, Timestamp{3});

  const LogoutMessage message{"_l", Timestamp{9}, Pii<std::string>{"älice"}, {"_a", "_b"}, ""};
  const auto judged = read_logout(write_logout({std::nullopt, message}));
  ASSERT_TRUE(judged && judged->message);
  EXPECT_EQ(judged->message->id, "_l");
  EXPECT_EQ(judged->message->ends, Timestamp{9});
  EXPECT_EQ(judged->message->name_id.expose(), "älice");
  EXPECT_EQ(judged->message->session_indexes, message.session_indexes);
  const auto refused = read_logout(write_logout({Refusal{Check::kL03, "over"}, std::nullopt}));
  ASSERT_TRUE(refused && refused->refusal);
  EXPECT_EQ(refused->refusal->check, Check::kL03);
}

TEST(Wire, TakesNothingElseForWhatALogoutSays) {
  const LogoutMessage message{"_l", Timestamp{9}, Pii<std::string>{"a"}, {}, ""};
  LogoutMessage both = message;
  both.in_response_to = "_r";
  LogoutMessage nobody = message;
  nobody.name_id = {};
  LogoutMessage nameless = message;
  nameless.id.clear();
  for (const LogoutMessage& wrong : {both, nobody, nameless}) {
    EXPECT_FALSE(read_logout(write_logout({std::nullopt, wrong})));
  }
  EXPECT_FALSE(read_logout(write_logout({Refusal{Check::kL03, "over"}, message})));
  EXPECT_FALSE(read_logout(write_logout({std::nullopt, std::nullopt})));
  constexpr std::string_view kWithout = R"({"message":{"id":"_l","ends":9,"name_id":"a"}})";
  constexpr std::string_view kNumber =
      R"({"message":{"id":"_l","ends":9,"name_id":"a","session_indexes":[1]}})";
  for (const std::string_view text : {kWithout, kNumber, std::string_view{""}}) {
    EXPECT_FALSE(read_logout(text)) << text;
  }
  for (const std::string_view text : {"", "[]", "{}", R"({"message":{}})", R"({"message":1})",
                                      R"({"refusal":{"check":"L-99","why":""}})"}) {
    EXPECT_FALSE(read_logout(text)) << text;
  }
}

}  // namespace
}  // namespace leadkeep::saml
