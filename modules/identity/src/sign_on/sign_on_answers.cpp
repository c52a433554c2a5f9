#include "agent_table.h"
#include "directory/directory_id.h"
#include "sign_on/provider_session_record.h"
#include "sign_on/provider_sessions.h"

#include <leadkeep/crypto/hash.h>
#include <leadkeep/identity/sign_on_answers.h>
#include <leadkeep/store/records/sign_on.pb.h>

#include <algorithm>

namespace leadkeep::identity {
namespace {

constexpr store::Table<records::SignOn> kSignOns{store::TableId::kSignOns};

// A request can be answered for kLife, and the answer used for kAnswerLife.
constexpr auto kRequestKept = SignOnRequests::kLife + SignOnRequests::kAnswerLife;

ByteArray<32> row_of(std::string_view kind, const SignOnAnswers::Message& message) {
  constexpr ByteArray<1> kEnd{};
  return crypto::sha256(
      {as_bytes(kind), kEnd, as_bytes(message.entity_id), kEnd, as_bytes(message.id)});
}

// Sessions at an identity provider, as a logout names them.
enum class Ended : std::uint8_t { kOne = 1, kSome = 2, kAll = 3 };

ByteArray<32> row_of(Ended ended, std::string_view entity_id, std::string_view person,
                     std::string_view index) {
  constexpr ByteArray<1> kEnd{};
  const ByteArray<1> what{static_cast<std::byte>(ended)};
  return crypto::sha256({as_bytes("ended"), kEnd, what, as_bytes(entity_id), kEnd, as_bytes(person),
                         kEnd, as_bytes(index)});
}

// What a logout is about, so that is_meant() (provider_sessions.h) can be asked of who comes later.
std::vector<ByteArray<32>> rows_of(const ProviderLogout& logout) {
  const std::string& person = logout.name_id.expose();
  std::vector<ByteArray<32>> rows;
  for (const std::string& index : logout.session_indexes) {
    rows.push_back(row_of(Ended::kOne, logout.entity_id, person, index));
  }
  if (!person.empty()) {
    const Ended ended = logout.session_indexes.empty() ? Ended::kAll : Ended::kSome;
    rows.push_back(row_of(ended, logout.entity_id, person, ""));
  }
  return rows;
}

// Any of them is about this session there.
std::vector<ByteArray<32>> rows_about(const ProviderSession& there) {
  const std::string& person = there.name_id.value.expose();
  std::vector<ByteArray<32>> rows{row_of(Ended::kAll, there.entity_id, person, "")};
  if (there.index.empty()) {
    rows.push_back(row_of(Ended::kSome, there.entity_id, person, ""));
  } else {
    rows.push_back(row_of(Ended::kOne, there.entity_id, person, there.index));
    rows.push_back(row_of(Ended::kOne, there.entity_id, "", there.index));
  }
  return rows;
}

Result<void> require_not_ended_since(store::ReadTxn& txn, const ProviderSession& there,
                                     Timestamp asked) {
  for (const auto& row : rows_about(there)) {
    LK_TRY(const auto ended, kSignOns.find(txn, row, identity_key()));
    if (ended && asked < Timestamp{ended->good_until_ms()}) {
      return fail(Errc::kUnauthenticated, "signed_out");
    }
  }
  return {};
}

// As long as a request of before it can be answered.
Result<void> keep_ended(store::WriteTxn& txn, const ProviderLogout& logout, Timestamp now) {
  records::SignOn ended;
  ended.set_kept_until_ms((now + SignOnRequests::kLife).ms);
  ended.set_good_until_ms(now.ms);
  for (const auto& row : rows_of(logout)) {
    LK_TRY_VOID(kSignOns.put(txn, row, identity_key(), ended));
  }
  return {};
}

// Answers of which no session was opened yet.
Result<void> forget(store::WriteTxn& txn, const ProviderLogout& logout) {
  std::vector<Bytes> meant;
  LK_TRY_VOID(
      kSignOns.scan(txn, {}, {}, identity_key(),
                    [&](ByteView key, const records::SignOn& record) -> Result<store::Step> {
                      if (record.has_person() && is_meant(record.person().session(), logout)) {
                        meant.emplace_back(key.begin(), key.end());
                      }
                      return store::Step::kContinue;
                    }));
  for (const Bytes& key : meant) {
    LK_TRY(auto answer, kSignOns.load(txn, key, identity_key()));
    answer.clear_person();
    LK_TRY_VOID(kSignOns.put(txn, key, identity_key(), answer));
  }
  return {};
}

Result<records::SignOn> load_usable(store::ReadTxn& txn, const SignOnRequest& request,
                                    Timestamp now) {
  LK_TRY(auto answer, kSignOns.find(txn, request.row, identity_key()));
  if (!answer || !answer->has_person() || now >= Timestamp{answer->good_until_ms()}) {
    return fail(Errc::kUnauthenticated, "log-in: refused");
  }
  return *std::move(answer);
}

Result<void> add_once(store::WriteTxn& txn, ByteView row, const records::SignOn& record) {
  LK_TRY(const auto before, kSignOns.find(txn, row, identity_key()));
  if (before) {
    return fail(Errc::kConflict, "sign-on: answered before");
  }
  return kSignOns.put(txn, row, identity_key(), record);
}

Result<void> add_used(store::WriteTxn& txn, std::string_view kind,
                      const SignOnAnswers::Message& message) {
  records::SignOn used;
  used.set_kept_until_ms(message.ends.ms);
  return add_once(txn, row_of(kind, message), used);
}

void write(const FederatedPerson& person, records::FederatedPerson& record) {
  record.set_subject(std::string{as_text(person.subject)});
  if (person.directory_id) {
    record.set_directory_id(std::string{as_text(*person.directory_id)});
  }
  record.set_username(person.username);
  record.set_display_name(person.display_name);
  for (const Role role : person.roles) {
    record.add_roles(static_cast<std::uint32_t>(role));
  }
  for (const std::string& team : person.teams) {
    record.add_teams(team);
  }
  record.set_two_factors(person.factors == ProviderFactors::kTwo);
  record.set_authenticated_ms(person.authenticated.ms);
  record.set_session_ends_ms(person.session_ends ? person.session_ends->ms : 0);
  write_provider_session(person.session, *record.mutable_session());
}

Result<FederatedPerson> read(const records::FederatedPerson& record) {
  FederatedPerson person;
  if (record.subject().size() != person.subject.size()) {
    return fail(Errc::kCorrupt, "sign-on: a subject has another length");
  }
  std::ranges::copy(as_bytes(record.subject()), person.subject.begin());
  if (!record.directory_id().empty()) {
    person.directory_id = id_from_bytes(as_bytes(record.directory_id()));
    if (!person.directory_id) {
      return fail(Errc::kCorrupt, "sign-on: an id of the directory has another length");
    }
  }
  person.username = record.username();
  person.display_name = record.display_name();
  person.roles = roles_in(record.roles());
  person.teams.assign(record.teams().begin(), record.teams().end());
  person.factors = record.two_factors() ? ProviderFactors::kTwo : ProviderFactors::kOne;
  person.authenticated = Timestamp{record.authenticated_ms()};
  if (record.session_ends_ms() != 0) {
    person.session_ends = Timestamp{record.session_ends_ms()};
  }
  person.session = read_provider_session(record.session());
  return person;
}

}  // namespace

Result<void> SignOnAnswers::keep(store::WriteTxn& txn, const SignOnRequest& request,
                                 const Message& assertion, const FederatedPerson& person,
                                 Timestamp now) const {
  LK_TRY_VOID(add_used(txn, "assertion", assertion));
  LK_TRY_VOID(require_not_ended_since(txn, person.session, request.asked));
  records::SignOn answer;
  answer.set_kept_until_ms((request.asked + kRequestKept).ms);
  answer.set_good_until_ms((now + SignOnRequests::kAnswerLife).ms);
  write(person, *answer.mutable_person());
  return add_once(txn, request.row, answer);
}

Result<void> SignOnAnswers::keep_refused(store::WriteTxn& txn, const SignOnRequest& request,
                                         Timestamp now) const {
  records::SignOn answer;
  answer.set_kept_until_ms((request.asked + kRequestKept).ms);
  answer.set_good_until_ms(now.ms);
  return add_once(txn, request.row, answer);
}

Result<bool> SignOnAnswers::is_answered(store::ReadTxn& txn, const SignOnRequest& request) const {
  LK_TRY(const auto answer, kSignOns.find(txn, request.row, identity_key()));
  return answer.has_value();
}

Result<void> SignOnAnswers::keep_logout(store::WriteTxn& txn, const Message& request,
                                        const ProviderLogout& logout, Timestamp now) const {
  LK_TRY_VOID(add_used(txn, "logout", request));
  LK_TRY_VOID(keep_ended(txn, logout, now));
  return forget(txn, logout);
}

Result<FederatedProof> SignOnAnswers::find(store::ReadTxn& txn, const SignOnRequest& request,
                                           Timestamp now) const {
  LK_TRY(const auto answer, load_usable(txn, request, now));
  LK_TRY(auto person, read(answer.person()));
  return FederatedProof{std::move(person)};
}

Result<void> SignOnAnswers::use(store::WriteTxn& txn, const SignOnRequest& request,
                                Timestamp now) const {
  LK_TRY(auto answer, load_usable(txn, request, now));
  answer.clear_person();
  return kSignOns.put(txn, request.row, identity_key(), answer);
}

Result<std::vector<Bytes>> SignOnAnswers::find_over(store::ReadTxn& txn, Timestamp now,
                                                    std::size_t limit) const {
  std::vector<Bytes> over;
  LK_TRY_VOID(
      kSignOns.scan(txn, {}, {}, identity_key(),
                    [&](ByteView key, const records::SignOn& record) -> Result<store::Step> {
                      if (now >= Timestamp{record.kept_until_ms()}) {
                        over.emplace_back(key.begin(), key.end());
                      }
                      return over.size() < limit ? store::Step::kContinue : store::Step::kStop;
                    }));
  return over;
}

Result<void> SignOnAnswers::remove_over(store::WriteTxn& txn, const std::vector<Bytes>& keys,
                                        Timestamp now) const {
  for (const Bytes& key : keys) {
    LK_TRY(const auto record, kSignOns.find(txn, key, identity_key()));
    if (record && now >= Timestamp{record->kept_until_ms()}) {
      LK_TRY_VOID(kSignOns.erase(txn, key));
    }
  }
  return {};
}

}  // namespace leadkeep::identity
