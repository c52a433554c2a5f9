// What is kept of identity providers, read back from the store: answers and keys that count. The first
// byte of the input chooses; the rest is the plaintext of a record under its genuine key. Nobody is
// proven by a row that is too old or used, and no provider is without a key in force.
#include "../store/memory_store.h"
#include "fuzz_target.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/identity/provider_trust.h>
#include <leadkeep/identity/sign_on_answers.h>
#include <leadkeep/store/records/provider_trust.pb.h>
#include <leadkeep/store/records/sign_on.pb.h>

#include <algorithm>
#include <utility>

namespace leadkeep::identity {
namespace {

using store::TableId;

const Bytes kDigest(32, std::byte{1});
const Bytes kOtherDigest(32, std::byte{2});

saml::ProviderMetadata naming(std::initializer_list<const char*> keys) {
  saml::ProviderMetadata metadata;
  metadata.entity_id = "https://idp.example.test";
  metadata.is_signed = true;
  for (const std::string_view key : keys) {
    const ByteView bytes = as_bytes(key);
    metadata.signing_keys.push_back({{bytes.begin(), bytes.end()}, {}, {}});
  }
  return metadata;
}

struct House {
  store::MemoryStore store;
  SignOnAnswers answers;
  SignOnRequest request{"corp", {}, "_a", "r", "n", "c", store.now(), {}};
  ProviderTrusts trusts;
  saml::ProviderMetadata confirmed = naming({"aaaa", "bbbb"});
  store::KeyRef key = store::system_key("identity");
};

template <class T>
void check_error(const Result<T>& result) {
  LK_CHECK(result.ok() || result.error().code == Errc::kCorrupt ||
           result.error().code == Errc::kUnauthenticated);
}

void check_answer(House& house, ByteView plaintext) {
  house.store.plant(TableId::kSignOns, house.request.row, house.key, plaintext);
  records::SignOn record;
  const bool parses = record.ParseFromArray(plaintext.data(), static_cast<int>(plaintext.size()));
  const Timestamp now = house.store.now();
  const auto done = house.store.rehearse([&](store::WriteTxn& txn) -> Result<void> {
    LK_TRY(const auto over, house.answers.find_over(txn, now, 10));
    LK_CHECK(over.empty() == (now < Timestamp{record.kept_until_ms()}));
    LK_TRY(const auto proof, house.answers.find(txn, house.request, now));
    LK_CHECK(parses && record.has_person() && now < Timestamp{record.good_until_ms()});
    LK_CHECK(std::cmp_less_equal(proof.person().roles.size(), record.person().roles_size()));
    LK_CHECK(as_text(proof.person().subject) == record.person().subject());
    LK_TRY_VOID(house.answers.use(txn, house.request, now));
    LK_CHECK(!house.answers.find(txn, house.request, now).ok());
    return {};
  });
  check_error(done);
}

bool has_key_in_force(const ProviderTrust& trust) {
  return std::ranges::any_of(trust.keys, [](const TrustedKey& key) { return !key.withdrawn; });
}

// However it goes on from there.
void check_changes(House& house, const ProviderTrust& trust) {
  for (const auto& fetched : {naming({"aaaa"}), naming({"bbbb", "cccc"}), naming({"dddd"})}) {
    auto renewal = renewed(trust, fetched);
    LK_CHECK(has_key_in_force(renewal.trust));
    LK_CHECK(renewal.trust.keys.size() <= std::max(trust.keys.size(), 2 * saml::kMostSigningKeys));
    const auto used = fetched.signing_keys.front().public_key;
    const std::size_t before = renewal.trust.keys.size();
    const std::size_t retired = renewal.trust.retire_before(used);
    LK_CHECK(has_key_in_force(renewal.trust));
    LK_CHECK(retired == 0 || renewal.trust.keys.size() < before);
    const auto kept = house.store.rehearse([&](store::WriteTxn& txn) -> Result<void> {
      LK_TRY_VOID(house.trusts.keep(txn, {house.confirmed, kDigest}, renewal.trust));
      LK_TRY(const auto again, house.trusts.find(txn, {house.confirmed, kDigest}));
      LK_CHECK(again == renewal.trust);
      return {};
    });
    LK_CHECK(kept.ok());
  }
}

void check_trust(House& house, ByteView plaintext) {
  ProviderTrusts::Confirmed confirmed{house.confirmed, kDigest};
  const auto row = crypto::sha256({as_bytes(house.confirmed.entity_id)});
  house.store.plant(TableId::kProviderTrust, row, house.key, plaintext);
  const auto found =
      house.store.read([&](store::ReadTxn& txn) { return house.trusts.find(txn, confirmed); });
  check_error(found);
  const auto anew = house.store.read(
      [&](store::ReadTxn& txn) { return house.trusts.find(txn, {house.confirmed, kOtherDigest}); });
  check_error(anew);
  LK_CHECK(found.ok() == anew.ok());
  if (found.ok()) {
    LK_CHECK(has_key_in_force(found.value()) && has_key_in_force(anew.value()));
    check_changes(house, found.value());
    check_changes(house, anew.value());
  }
}

void check_input(std::string_view input) {
  static House house;
  if (input.empty()) {
    return;
  }
  const ByteView plaintext = as_bytes(input.substr(1));
  (static_cast<unsigned char>(input[0]) % 2 == 0 ? check_answer : check_trust)(house, plaintext);
}

}  // namespace
}  // namespace leadkeep::identity

LK_FUZZ_TARGET(leadkeep::identity::check_input)
