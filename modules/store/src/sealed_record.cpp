#include <leadkeep/base/seeded_leak.h>
#include <leadkeep/crypto/aead.h>
#include <leadkeep/store/sealed_record.h>

#include <algorithm>
#include <bit>

namespace leadkeep::store {
namespace {

constexpr std::byte kFormat{1};
constexpr std::byte kSuiteXaes256Gcm{1};
constexpr std::size_t kLengthSize = 4;
constexpr std::size_t kMinValueSize = kRecordOverhead + kLengthSize;
constexpr std::string_view kDomain = "store/rec/1";

Bytes bound_to(const RecordPlace& place, ByteView header) {
  Bytes out;
  out.reserve(kDomain.size() + 16 + 4 + place.key.size() + header.size());
  append(out, as_bytes(kDomain));
  append(out, place.store);
  append_be(out, static_cast<std::uint16_t>(place.table));
  append_be(out, static_cast<std::uint16_t>(place.key.size()));
  append(out, place.key);
  append(out, header);
  return out;
}

SecretBytes padded(ByteView plaintext) {
  SecretBytes out{padded_size(plaintext.size() + kLengthSize)};
  Bytes length;
  append_be(length, static_cast<std::uint32_t>(plaintext.size()));
  const auto target = out.expose_mutable();
  std::copy(length.begin(), length.end(), target.begin());
  std::copy(plaintext.begin(), plaintext.end(), target.begin() + kLengthSize);
  return out;
}

}  // namespace

std::size_t padded_size(std::size_t size) noexcept {
  constexpr std::size_t kSmallStep = 32;
  constexpr std::size_t kSmallLimit = 512;
  const std::size_t step =
      size <= kSmallLimit ? kSmallStep : std::max(kSmallStep, std::bit_floor(size) / 16);
  return (size + step - 1) / step * step;
}

Bytes seal_record_with_nonce(const crypto::Key256& key, const RecordPlace& place,
                             const RecordHeader& header, ByteView plaintext,
                             const crypto::Nonce& nonce) {
  const SecretBytes filled = padded(plaintext);
  Bytes value;
  value.reserve(kRecordOverhead + filled.size());
  value.push_back(kFormat);
  value.push_back(kSuiteXaes256Gcm);
  append_be(value, header.key_version);
  append_be(value, header.schema);
  append_be(value, header.flags);
  append_be(value, header.rec_seq);
  LK_SEEDED_LEAK(
      journal_unsealed,
      if (place.table == TableId::kJournal || place.table == TableId::kContinuations) {
        append(value, filled.expose());
        return value;
      });
  const Bytes associated = bound_to(place, value);
  append(value, nonce);
  crypto::seal(key, nonce, associated, filled.expose(), value);
  return value;
}

Bytes seal_record(const crypto::Key256& key, const RecordPlace& place, const RecordHeader& header,
                  ByteView plaintext) {
  return seal_record_with_nonce(key, place, header, plaintext, crypto::new_nonce());
}

Result<RecordHeader> peek_header(ByteView value) {
  if (value.size() < kMinValueSize || value[0] != kFormat || value[1] != kSuiteXaes256Gcm) {
    return fail(Errc::kCorrupt, "store: a record has an unknown format");
  }
  RecordHeader header;
  header.key_version = read_be<std::uint16_t>(value.subspan(2));
  header.schema = read_be<std::uint16_t>(value.subspan(4));
  header.flags = read_be<std::uint16_t>(value.subspan(6));
  header.rec_seq = read_be<std::uint64_t>(value.subspan(8));
  if ((header.flags & ~kFlagContinued) != 0) {
    return fail(Errc::kCorrupt, "store: a record has unknown flags");
  }
  return header;
}

Result<OpenedRecord> open_record(const crypto::Key256& key, const RecordPlace& place,
                                 ByteView value) {
  LK_TRY(const RecordHeader header, peek_header(value));
  crypto::Nonce nonce{};
  std::copy_n(value.begin() + kRecordHeaderSize, nonce.size(), nonce.begin());
  LK_TRY(SecretBytes plaintext,
         crypto::open(key, nonce, bound_to(place, value.first(kRecordHeaderSize)),
                      value.subspan(kRecordHeaderSize + nonce.size())));
  const std::size_t length = read_be<std::uint32_t>(plaintext.expose());
  if (length > plaintext.size() - kLengthSize) {
    return fail(Errc::kCorrupt, "store: a record has an impossible length");
  }
  plaintext.cut_to(kLengthSize, length);
  return OpenedRecord{header, std::move(plaintext)};
}

RecordMark mark_of(ByteView value) noexcept {
  RecordMark mark;
  if (value.size() >= kMinValueSize) {
    std::copy(value.end() - static_cast<std::ptrdiff_t>(mark.tag.size()), value.end(),
              mark.tag.begin());
    mark.rec_seq = read_be<std::uint64_t>(value.subspan(8));
  }
  return mark;
}

}  // namespace leadkeep::store
