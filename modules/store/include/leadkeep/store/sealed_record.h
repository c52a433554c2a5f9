// leadkeep/store/sealed_record.h — the format of every value in the data
//
//   offset  size  field
//        0     1  format       1
//        1     1  suite        1 = XAES-256-GCM; reserved: 2 = AES-256-GCM-SIV, 3 = HMAC-subkey GCM
//        2     2  key version  of the data key that seals it
//        4     2  schema       version of the record's schema
//        6     2  flags        bit 0: goes on in kContinuations; any other bit: refuse
//        8     8  rec_seq      commit sequence of the transaction that wrote it
//       16    24  nonce        random
//       40     n  ciphertext
//     40+n    16  tag
//
// Numbers are big-endian. What is sealed is  length(4) ‖ record ‖ zeros,  padded so that the length
// of a value says little: to a multiple of 32 bytes up to 512, then in steps of a sixteenth.
//
// Associated data, never stored:
//   "store/rec/1" ‖ store id(16) ‖ table(2) ‖ key length(2) ‖ key ‖ value[0..16)
// so a value moved to another key, table or store, or given another header, does not open. A value
// whose format, suite or flags are unknown is refused; there is no fallback.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/result.h>
#include <leadkeep/crypto/key.h>
#include <leadkeep/crypto/random.h>
#include <leadkeep/store/tables.h>

namespace leadkeep::store {

using StoreId = ByteArray<16>;

inline constexpr std::size_t kRecordHeaderSize = 16;
inline constexpr std::size_t kRecordOverhead = kRecordHeaderSize + 24 + 16;
inline constexpr std::uint16_t kFlagContinued = 1;

struct RecordHeader {
  std::uint16_t key_version = 1;
  std::uint16_t schema = 1;
  std::uint16_t flags = 0;
  std::uint64_t rec_seq = 0;
};

struct RecordPlace {
  const StoreId& store;
  TableId table;
  ByteView key;
};

struct OpenedRecord {
  RecordHeader header;
  SecretBytes plaintext;  // without the padding
};

[[nodiscard]] Bytes seal_record(const crypto::Key256& key, const RecordPlace& place,
                                const RecordHeader& header, ByteView plaintext);

// With a given nonce, which must never have been used with this key: for pinned bytes in tests.
[[nodiscard]] Bytes seal_record_with_nonce(const crypto::Key256& key, const RecordPlace& place,
                                           const RecordHeader& header, ByteView plaintext,
                                           const crypto::Nonce& nonce);

// kCorrupt for anything that was not sealed for exactly this place under this key.
[[nodiscard]] Result<OpenedRecord> open_record(const crypto::Key256& key, const RecordPlace& place,
                                               ByteView value);

// Reads the header without any proof that it is genuine: only to choose the key to open with.
[[nodiscard]] Result<RecordHeader> peek_header(ByteView value);

// The tag and sequence that stand for the value in the state hash; zero for a row without a value.
struct RecordMark {
  ByteArray<16> tag{};
  std::uint64_t rec_seq = 0;
};

[[nodiscard]] RecordMark mark_of(ByteView value) noexcept;

[[nodiscard]] std::size_t padded_size(std::size_t size) noexcept;

}  // namespace leadkeep::store
