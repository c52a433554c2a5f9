#include <leadkeep/store/table.h>

#include <google/protobuf/message_lite.h>

namespace leadkeep::store {

Result<void> decode_record(const SecretBytes& plaintext, google::protobuf::MessageLite& record) {
  const ByteView bytes = plaintext.expose();
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(Errc::kCorrupt, "store: a record does not parse");
  }
  return {};
}

SecretBytes encode_record(const google::protobuf::MessageLite& record) {
  SecretBytes out{record.ByteSizeLong()};
  LK_CHECK(record.SerializeToArray(out.expose_mutable().data(), static_cast<int>(out.size())));
  return out;
}

}  // namespace leadkeep::store
