// The path of an identity provider's metadata, from its address to the keys that let somebody in (check
// K-02). What signed metadata may look like is in tests/unit/saml_judge.
#include "saml/change.h"
#include "saml/logout_draft.h"
#include "saml/signed_metadata.h"
#include "sign_on_path.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/flow/refresh_metadata.h>
#include <leadkeep/flow/single_logout.h>
#include <leadkeep/identity/provider_trust.h>
#include <leadkeep/saml_judge/logout.h>
#include <leadkeep/saml_judge/metadata.h>
#include <leadkeep/store/records/provider_trust.pb.h>
#include <leadkeep/store/table.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadkeep::test {
namespace {

using namespace std::chrono_literals;
using audit::Act;
using testing::ElementsAre;

constexpr std::string_view kSigning = R"( use="signing")";

// Of other_key(), where it is not said.
std::string its_key(const crypto::RsaPrivateKey& key = other_key()) {
  return key_descriptor(key, std::string{kSigning});
}

class ProviderMetadataPath : public SignOnPath {
 protected:
  ProviderMetadataPath() {
    auto& corp = service.providers.at("corp");
    corp.source.emplace();
    corp.source->url = kUrl;
    corp.source->signed_by = {metadata_key().public_key()};
    corp.source->confirmed = must(saml_judge::read_metadata(MetadataDraft{}.xml()));
    corp.source->confirmed_sha256 = Bytes(32, std::byte{1});
  }

  flow::MetadataSource& source() { return *service.providers.at("corp").source; }

  // Publishes it, and has it looked at a day later.
  std::chrono::milliseconds publish(const std::function<void(MetadataDraft&)>& spoil) {
    MetadataDraft draft;
    spoil(draft);
    return publish_xml(source().signed_by.empty() ? draft.xml() : signed_metadata(draft));
  }

  std::chrono::milliseconds publish_keys(const std::string& keys) {
    return publish([&](MetadataDraft& draft) { draft.keys = keys; });
  }

  std::chrono::milliseconds publish_xml(Result<std::string> xml) {
    published = std::move(xml);
    store.clock().advance(flow::RefreshMetadata::kUsually);
    return refresh.run();
  }

  // Somebody comes with an answer that this key signed.
  Result<void> come_with(const crypto::RsaPrivateKey& key) {
    const Browser browser = ask();
    Forger forger = answering(browser.request);
    forger.sign_assertion = signing_with(key);
    move_to_now(forger);
    forger.assertion["ID"] = "_a" + browser.request.id;
    return give(browser, forger);
  }

  // The forger lives at kNow.
  void move_to_now(Forger& forger) {
    const auto moved = [&](std::string text, int seconds) {
      const auto now = std::chrono::floor<std::chrono::seconds>(store.clock().now() - kNow);
      return changed(std::move(text), at(seconds), at(seconds + static_cast<int>(now.count())));
    };
    forger.response["IssueInstant"] = moved(forger.response["IssueInstant"], -1);
    forger.assertion["IssueInstant"] = moved(forger.assertion["IssueInstant"], -1);
    forger.subject = moved(forger.subject, 300);
    forger.conditions = moved(moved(forger.conditions, -60), 300);
    forger.authn = moved(forger.authn, -2);
  }

  bool takes(const crypto::RsaPrivateKey& key) {
    const auto taken = come_with(key);
    if (!taken) {
      EXPECT_EQ(last_reason(), "S-05") << taken.error().detail;
    }
    return taken.ok();
  }

  std::vector<Act> changes_of_keys() {
    std::vector<Act> changes;
    for (const auto& numbered : trail()) {
      if (numbered.entry.act >= Act::kProviderKeysAdded) {
        EXPECT_EQ(numbered.entry.reason, "corp");
        EXPECT_EQ(numbered.entry.items, 1u);
        changes.push_back(numbered.entry.act);
      }
    }
    return changes;
  }

  static constexpr const char* kUrl = "https://idp.example.test/metadata.xml?all=1";

  Result<std::string> published = fail(Errc::kUnavailable, "nobody is there");
  int fetched = 0;
  flow::RefreshMetadata refresh{house, service,
                                [this](const std::string& url) {
                                  EXPECT_EQ(url, kUrl);
                                  ++fetched;
                                  return published;
                                },
                                [](const std::string& xml, const std::vector<Bytes>& signed_by) {
                                  return saml_judge::read_metadata(xml, signed_by);
                                }};
};

TEST_F(ProviderMetadataPath, TakesInAKeyThatSignedMetadataNames) {
  EXPECT_TRUE(takes(idp_key()));
  EXPECT_FALSE(takes(other_key()));
  (void)publish_keys(its_key(idp_key()) + its_key());
  EXPECT_TRUE(takes(idp_key()));
  EXPECT_TRUE(takes(other_key()));
  EXPECT_THAT(changes_of_keys(), ElementsAre(Act::kProviderKeysAdded));
}

TEST_F(ProviderMetadataPath, TakesInNoKeyOfMetadataThatIsNotSignedByThePinnedKey) {
  MetadataDraft draft;
  draft.keys += its_key();
  (void)publish_xml(draft.xml());
  EXPECT_FALSE(takes(other_key()));
  (void)publish_xml(signed_metadata(draft, signing_with(idp_key())));
  EXPECT_FALSE(takes(other_key()));
  EXPECT_TRUE(takes(idp_key()));
}

TEST_F(ProviderMetadataPath, TakesInNoKeyWhereNobodyHasPinnedOne) {
  source().signed_by.clear();
  (void)publish_keys(its_key(idp_key()) + its_key());
  EXPECT_FALSE(takes(other_key()));
  EXPECT_TRUE(takes(idp_key()));
  (void)publish_keys(its_key());
  EXPECT_TRUE(takes(idp_key())) << "what it names no more is for an administrator, too";
  EXPECT_TRUE(changes_of_keys().empty());
}

// Removal of keys only after the new one was seen in use.
TEST_F(ProviderMetadataPath, LetsGoOfAKeyOnceAnotherHasBeenSeenInUse) {
  (void)publish_keys(its_key());
  EXPECT_TRUE(takes(idp_key())) << "the identity provider is late";
  EXPECT_TRUE(takes(other_key()));
  EXPECT_FALSE(takes(idp_key()));
  EXPECT_THAT(changes_of_keys(), ElementsAre(Act::kProviderKeysAdded, Act::kProviderKeysWithdrawn,
                                             Act::kProviderKeysRemoved));
}

TEST_F(ProviderMetadataPath, LetsGoOfNoKeyThatIsWithdrawnWhileItsAnswerIsJudged) {
  const auto before = judge;
  judge = [this, before](const saml::ResponseJob& job) {
    (void)publish_keys(its_key());
    return before(job);
  };
  must(come_with(idp_key()));
  judge = before;
  EXPECT_TRUE(takes(idp_key()));
  EXPECT_THAT(changes_of_keys(), ElementsAre(Act::kProviderKeysAdded, Act::kProviderKeysWithdrawn));
}

// Whoever brings an old document once more has the key of that time, maybe.
TEST_F(ProviderMetadataPath, TakesInNoKeyAgainThatItHasLetGoOf) {
  (void)publish_keys(its_key());
  EXPECT_TRUE(takes(other_key()));
  (void)publish_keys(its_key(idp_key()));
  EXPECT_FALSE(takes(idp_key()));
  EXPECT_TRUE(takes(other_key()));
}

TEST_F(ProviderMetadataPath, IsNotRefreshedByTheMetadataOfAnotherEntity) {
  (void)publish([](MetadataDraft& draft) {
    draft.entity = changed(draft.entity, "/metadata", "/other");
    draft.keys += its_key();
  });
  EXPECT_FALSE(takes(other_key()));
  (void)publish_keys(its_key(idp_key()) + its_key());
  EXPECT_TRUE(takes(other_key())) << "of its own, the same keys count";
}

TEST_F(ProviderMetadataPath, SendsNobodyToAnAddressThatNobodyHasConfirmed) {
  (void)publish([](MetadataDraft& draft) {
    draft.services = changed(draft.services, "https://idp.example.test/sso", "https://evil.test/x");
    draft.keys += its_key();
  });
  const auto departure = must(sign_on.begin_log_in("corp"));
  EXPECT_THAT(std::get<std::string>(departure.to),
              testing::StartsWith("https://idp.example.test/sso?"));
  EXPECT_TRUE(takes(other_key())) << "its keys are another matter";
}

TEST_F(ProviderMetadataPath, DisablesAnIdentityProviderWhoseMetadataHasBeenOverForDays) {
  const auto good_for = [&](int seconds) {
    return publish(
        [&](MetadataDraft& draft) { draft.entity += " validUntil=\"" + at(seconds) + "\""; });
  };
  const int day = 86'400;
  (void)good_for(3 * day);
  EXPECT_TRUE(takes(idp_key()));
  (void)good_for(day);  // which is over, and changes nothing
  store.clock().set(kNow + std::chrono::days{3} + identity::ProviderTrust::kGrace - 1s);
  EXPECT_TRUE(takes(idp_key()));
  const Browser late = ask();
  store.clock().advance(1s);
  EXPECT_EQ(sign_on.begin_log_in("corp").error().code, Errc::kUnavailable);
  EXPECT_FALSE(give(late, answering(late.request)).ok());
  EXPECT_EQ(last_reason(), "K-02");
  (void)good_for(30 * day);
  EXPECT_TRUE(takes(idp_key()));
}

// Otherwise whoever can publish there keeps the old key in force for good.
TEST_F(ProviderMetadataPath, IsNotGoodForLongerByMetadataThatWaits) {
  source().signed_by.clear();
  source().confirmed.valid_until = kNow + std::chrono::days{2};
  (void)publish([](MetadataDraft& draft) {
    draft.keys = its_key();
    draft.entity += R"( validUntil="2036-01-01T00:00:00Z")";
  });
  store.clock().set(kNow + std::chrono::days{2} + identity::ProviderTrust::kGrace);
  EXPECT_EQ(sign_on.begin_log_in("corp").error().code, Errc::kUnavailable);
}

TEST_F(ProviderMetadataPath, GoesOnFromWhatAnAdministratorConfirmsNext) {
  (void)publish_keys(its_key());
  EXPECT_TRUE(takes(other_key()));
  EXPECT_FALSE(takes(idp_key()));
  source().confirmed_sha256 = Bytes(32, std::byte{2});
  EXPECT_TRUE(takes(idp_key()));
  EXPECT_FALSE(takes(other_key()));
  (void)publish_keys(its_key(idp_key()) + its_key());
  EXPECT_FALSE(takes(other_key())) << "it was not confirmed again";
}

TEST_F(ProviderMetadataPath, LetsNobodyInByARowThatIsDamaged) {
  const auto row = crypto::sha256({as_bytes(kIdp)});
  records::ProviderTrust none;
  none.set_confirmed_sha256(std::string(32, '\1'));
  must(store->write([&](store::WriteTxn& txn) {
    return store::Table<records::ProviderTrust>{store::TableId::kProviderTrust}.put(
        txn, row, store::system_key("identity"), none);
  }));
  EXPECT_EQ(sign_on.begin_log_in("corp").error().code, Errc::kCorrupt);
  EXPECT_LE(publish_keys(its_key()), 68min) << "and tried again soon";
}

TEST_F(ProviderMetadataPath, LooksOnceADayOrSoonerWhereThatIsAskedForOrNothingCame) {
  const auto in_a_day = publish_keys(its_key(idp_key()));
  EXPECT_LE(in_a_day, 24h);
  EXPECT_GE(in_a_day, 21h);
  const int before = fetched;
  store.clock().advance(1h);
  EXPECT_EQ(refresh.run(), in_a_day - 1h);
  EXPECT_EQ(fetched, before);
  const auto cached = publish(
      [](MetadataDraft& draft) { draft.entity = R"(cacheDuration="PT2H" )" + draft.entity; });
  EXPECT_LE(cached, 2h);
  EXPECT_GE(cached, 105min);
  for (const Result<std::string>& nothing : {Result<std::string>{fail(Errc::kUnavailable, "down")},
                                             Result<std::string>{std::string{"<a/>"}}}) {
    const auto retry = publish_xml(nothing);
    EXPECT_GE(retry, 1h);
    EXPECT_LE(retry, 68min);
  }
}

TEST_F(ProviderMetadataPath, IsNotAskedForWhereNoAddressIsNamed) {
  service.providers.at("corp").source.reset();
  EXPECT_EQ(publish_xml(signed_metadata({})), flow::RefreshMetadata::kUsually);
  EXPECT_EQ(fetched, 0);
  EXPECT_TRUE(takes(idp_key()));
}

TEST_F(ProviderMetadataPath, BelievesALogoutThatANewKeyHasSigned) {
  flow::SingleLogout logout{house,
                            &service,
                            [](const auto& job) -> Result<saml::LogoutJudgement> {
                              return saml_judge::judge_logout(job);
                            },
                            log_in,
                            sessions,
                            sign_on_answers,
                            refuse};
  LogoutDraft draft;
  const auto arrive = [&] { return logout.take(query_with(draft).text(other_key())); };
  EXPECT_EQ(arrive().error().detail, "L-02");
  (void)publish_keys(its_key(idp_key()) + its_key());
  draft.attributes["IssueInstant"] = at(86'400);
  EXPECT_TRUE(arrive().ok());
}

TEST_F(ProviderMetadataPath, NamesTheEndsOfTheKeysThatCount) {
  EXPECT_THAT(refresh.certificate_ends(), ElementsAre(kMetadataEnds));
  (void)publish_keys(its_key(idp_key()) + its_key());
  EXPECT_THAT(refresh.certificate_ends(), ElementsAre(kMetadataEnds, kMetadataEnds));
}

}  // namespace
}  // namespace leadkeep::test
