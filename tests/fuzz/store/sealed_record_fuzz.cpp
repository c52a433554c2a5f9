// A value read back from a disk that somebody else may have written. Only the bytes that were
// sealed for this place open; whatever is sealed opens as it was.
#include "fixed_key.h"
#include "fuzz_target.h"

#include <leadkeep/base/check.h>
#include <leadkeep/crypto/random.h>

namespace leadkeep::store {
namespace {

constexpr std::string_view kPlaintext = "a lead";

RecordPlace place() {
  return {fixed_store(), TableId::kLeads, as_bytes("key")};
}

Bytes genuine_value() {
  return seal_record_with_nonce(fixed_key(), place(), {.rec_seq = 7}, as_bytes(kPlaintext),
                                counting_bytes<crypto::kNonceSize>(0x40));
}

void check_value(ByteView value) {
  static const Bytes genuine = genuine_value();
  const auto opened = open_record(fixed_key(), place(), value);
  LK_CHECK(opened.ok() == same_bytes(value, genuine));
  if (opened.ok()) {
    LK_CHECK(as_text(opened.value().plaintext.expose()) == kPlaintext);
  } else {
    LK_CHECK(opened.error().code == Errc::kCorrupt);
  }
  const auto header = peek_header(value);
  LK_CHECK(!header.ok() || (header.value().flags & ~kFlagContinued) == 0);
  LK_CHECK(!header.ok() || mark_of(value).rec_seq == header.value().rec_seq);
}

void check_round_trip(ByteView plaintext) {
  const Bytes value = seal_record(fixed_key(), place(), {}, plaintext);
  LK_CHECK(value.size() <= 2 * plaintext.size() + 32 + kRecordOverhead);
  const auto opened = open_record(fixed_key(), place(), value);
  LK_CHECK(opened.ok() && same_bytes(opened.value().plaintext.expose(), plaintext));
  const RecordPlace elsewhere{fixed_store(), TableId::kAgents, as_bytes("key")};
  LK_CHECK(!open_record(fixed_key(), elsewhere, value).ok());
}

void check_input(std::string_view input) {
  check_value(as_bytes(input));
  check_value(tampered(genuine_value(), as_bytes(input)));
  check_round_trip(as_bytes(input));
}

}  // namespace
}  // namespace leadkeep::store

LK_FUZZ_TARGET(leadkeep::store::check_input)
