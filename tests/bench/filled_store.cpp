#include "filled_store.h"

#include "figures.h"

#include <leadkeep/base/check.h>
#include <leadkeep/inbox/leads.h>
#include <leadkeep/store/blind_index.h>
#include <leadkeep/store/root_key.h>

#include <random>
#include <stdexcept>

namespace leadkeep::bench {
namespace {

using store::TableId;

constexpr std::uint64_t kFirstNumber = 4'915'110'000'000;
constexpr std::size_t kIdSize = 16;

template <class T>
T must(Result<T> result) {
  if (!result) {
    throw std::runtime_error{"the filled store: " + result.error().detail};
  }
  return std::move(result).value();
}

store::KeyRef subject_of(ByteView lead) {
  const auto id = LeadId::from_bytes(lead);
  LK_CHECK(id);
  return store::subject_key(*id);
}

// The lead of a conversation is told by its row in kPlaces.
Result<store::KeyRef> subject_of_conversation(store::ReadTxn& txn, ByteView conversation) {
  std::optional<store::KeyRef> found;
  LK_TRY_VOID(txn.scan(TableId::kPlaces, conversation, {},
                       [&](ByteView key, ByteView) -> Result<store::Step> {
                         found = subject_of(key.subspan(kIdSize, kIdSize));
                         return store::Step::kStop;
                       }));
  if (!found) {
    return fail(Errc::kCorrupt, "a conversation without a place");
  }
  return *found;
}

Result<store::KeyRef> key_of(store::ReadTxn& txn, TableId table, ByteView key) {
  switch (table) {
    case TableId::kLeads:
      return subject_of(key);
    case TableId::kConversations:
    case TableId::kMessages:
      return subject_of_conversation(txn, key.first(kIdSize));
    case TableId::kAudit:
      return store::system_key("audit");
    default:
      return store::journal_key(read_be<std::uint32_t>(key));
  }
}

Result<std::uint64_t> plain_bytes_of(store::ReadTxn& txn, TableId table) {
  std::uint64_t bytes = 0;
  LK_TRY_VOID(txn.scan(table, {}, {}, [&](ByteView key, ByteView value) -> Result<store::Step> {
    LK_TRY(const auto sealed_under, key_of(txn, table, key));
    LK_TRY(const auto record, txn.open_value(table, key, sealed_under, value));
    bytes += record.size();
    return store::Step::kContinue;
  }));
  return bytes;
}

}  // namespace

FilledStore::FilledStore(const std::string& directory, const std::string& root_key_file,
                         std::size_t leads)
    : m_leads{leads} {
  store::StoreOptions options;
  options.directory = directory;
  m_store = must(
      store::Store::open(options, must(store::load_root_key(root_key_file)), m_clock, m_metrics));
}

double FilledStore::look_ups_per_second(double seconds) {
  const store::BlindIndex phones{store::IndexField::kPhone};
  const inbox::Leads leads;
  std::mt19937_64 random{1};
  return per_second(1, seconds, [&](unsigned, std::uint64_t) {
    const std::string phone = "+" + std::to_string(kFirstNumber + random() % m_leads);
    const auto lead = must(m_store->read([&](store::ReadTxn& txn) -> Result<records::Lead> {
      LK_TRY(const auto id, phones.find(txn, phone));
      if (!id) {
        return fail(Errc::kNotFound, "a number is not in the index");
      }
      LK_TRY(auto found, leads.find(txn, LeadId{*id}));
      if (!found) {
        return fail(Errc::kNotFound, "the index leads to nobody");
      }
      return *std::move(found);
    }));
    LK_CHECK(lead.identifiers_size() > 0);
  });
}

// These tables hold all but a handful of the records.
std::uint64_t FilledStore::plain_bytes() {
  return must(m_store->read([](store::ReadTxn& txn) -> Result<std::uint64_t> {
    std::uint64_t bytes = 0;
    for (const TableId table : {TableId::kLeads, TableId::kConversations, TableId::kMessages,
                                TableId::kAudit, TableId::kJournal}) {
      LK_TRY(const std::uint64_t more, plain_bytes_of(txn, table));
      bytes += more;
    }
    return bytes;
  }));
}

}  // namespace leadkeep::bench
