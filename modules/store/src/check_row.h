// Whether one row of the data is genuine, on its own: verify() asks this for every row.
#pragma once
#include <leadkeep/store/engine.h>
#include <leadkeep/store/key_store.h>

namespace leadkeep::store {

enum class RowCheck {
  kGenuine,     // opens under the key that its place names, or has no value by design
  kWithoutKey,  // its key is not there
  kUnreadable,  // anything else
};

[[nodiscard]] RowCheck check_row(ReadView& view, const KeyStore& keys, TableId table, ByteView key,
                                 ByteView value);

}  // namespace leadkeep::store
