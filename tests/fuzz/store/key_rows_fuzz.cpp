// The keys environment as somebody left it. Only the rows as they were written open the store and
// give its keys; a changed one is refused and no other key comes out.
#include "fuzz_target.h"
#include "memory_store.h"

#include <leadkeep/crypto/wrap.h>

namespace leadkeep::store {
namespace {

constexpr std::size_t kManifest = 0;
constexpr std::size_t kKek = 1;

struct Row {
  Bytes key;
  Bytes value;
};

struct Genuine {
  MemoryEngine engine;
  std::vector<Row> rows;  // the manifest, the wrapping key, the key of a lead
  ByteArray<32> commitment{};
};

KeyRef lead_ref() {
  return subject_key(filled_id<LeadId>(0x11));
}

ByteArray<32> fingerprint(const DataKey& key) {
  return crypto::commit_to_key(*key.key, as_bytes("fingerprint"));
}

Genuine make_genuine() {
  static const test::FakeClock clock;
  Genuine genuine;
  LK_CHECK(KeyStore::create(genuine.engine, fixed_key(), fixed_store(), clock.now()).ok());
  auto keys = KeyStore::open(genuine.engine, fixed_key(), clock);
  const auto key = keys.value()->ensure(lead_ref());
  genuine.commitment = fingerprint(key.value());
  LK_CHECK(genuine.engine.view
               .scan(TableId::kKeys, {}, {},
                     [&](ByteView row, ByteView value) {
                       genuine.rows.push_back(
                           {{row.begin(), row.end()}, {value.begin(), value.end()}});
                       return Result<Step>{Step::kContinue};
                     })
               .ok());
  LK_CHECK(genuine.rows.size() == 3);
  return genuine;
}

void check_rows(const Genuine& genuine, std::size_t changed, ByteView value) {
  static const test::FakeClock clock;
  const bool same = same_bytes(value, genuine.rows[changed].value);
  MemoryEngine engine;
  engine.view = genuine.engine.view;
  LK_CHECK(engine.view.put(TableId::kKeys, genuine.rows[changed].key, value).ok());
  const auto keys = KeyStore::open(engine, fixed_key(), clock);
  if (!keys.ok()) {
    LK_CHECK(!same && (changed == kManifest || changed == kKek));
    const Errc code = keys.error().code;
    LK_CHECK(code == Errc::kCorrupt || code == Errc::kUnauthenticated);
    return;
  }
  LK_CHECK(same || (changed != kManifest && changed != kKek));
  const auto key = keys.value()->find(lead_ref());
  LK_CHECK(key.ok() == same);
  if (key.ok()) {
    LK_CHECK(fingerprint(key.value()) == genuine.commitment && key.value().version == 1);
  } else {
    LK_CHECK(key.error().code == Errc::kCorrupt);
    LK_CHECK(!keys.value()->ensure(lead_ref()).ok());  // never replaced by a new one
  }
}

void check_input(std::string_view input) {
  static const Genuine genuine = make_genuine();
  if (input.empty()) {
    return;
  }
  const auto changed = static_cast<unsigned char>(input[0]) % genuine.rows.size();
  const ByteView bytes = as_bytes(input).subspan(1);
  check_rows(genuine, changed, bytes);
  check_rows(genuine, changed, tampered(genuine.rows[changed].value, bytes));
  // A genuine row in the place of another.
  check_rows(genuine, changed, genuine.rows[bytes.size() % genuine.rows.size()].value);
}

}  // namespace
}  // namespace leadkeep::store

LK_FUZZ_TARGET(leadkeep::store::check_input)
