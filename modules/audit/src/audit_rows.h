// The rows of the trail: where they are and what seals them.
#pragma once
#include <leadkeep/store/counters.h>
#include <leadkeep/store/records/audit.pb.h>
#include <leadkeep/store/table.h>

namespace leadkeep::audit {

[[nodiscard]] inline store::KeyRef audit_key() {
  return store::system_key("audit");
}

[[nodiscard]] inline Bytes entry_key(std::uint64_t number) {
  Bytes key;
  append_be(key, number);
  return key;
}

}  // namespace leadkeep::audit
