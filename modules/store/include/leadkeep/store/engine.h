// leadkeep/store/engine.h — ordered byte keys → byte values, the one interface to a database
//
// What stands behind it is LMDB (lmdb_engine.h) and may later be another database: nothing above
// this interface knows, and only ciphertext and keyed index entries cross it.
//
// Write bodies MAY RUN MORE THAN ONCE (a failed batch, a conflict, a rehearsal in tests), so a body
// has no effect but through its WriteView, and what it returns depends on nothing else it changed.
//
// Errors   kUnavailable  disk full, I/O error, stopping: nothing of the body was written
//          kCorrupt      the database does not read as one
//          anything a body returned: nothing of that body was written
// Threads  read and write: any. A view belongs to the thread and to the call that got it.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/result.h>
#include <leadkeep/store/tables.h>

#include <functional>
#include <optional>

namespace leadkeep::store {

enum class Step { kContinue, kStop };

using Visitor = std::function<Result<Step>(ByteView key, ByteView value)>;

class ReadView {
 public:
  virtual ~ReadView() = default;
  // The value stays valid until the next write through the same view, or until the view ends.
  [[nodiscard]] virtual Result<std::optional<ByteView>> get(TableId table, ByteView key) = 0;
  // Visits, in ascending order, the keys that start with `prefix` and are not below `from`.
  // A visitor must not write to the table it walks.
  [[nodiscard]] virtual Result<void> scan(TableId table, ByteView prefix, ByteView from,
                                          const Visitor& visit) = 0;
  // Visits, in descending order, the keys that start with `prefix` and are below `before`
  // (empty = from the end of the prefix).
  [[nodiscard]] virtual Result<void> scan_back(TableId table, ByteView prefix, ByteView before,
                                               const Visitor& visit) = 0;
};

class WriteView : public ReadView {
 public:
  // Writes a value, or erases the row; yields what was there, valid until the view ends.
  [[nodiscard]] virtual Result<std::optional<ByteView>> exchange(TableId table, ByteView key,
                                                                 std::optional<ByteView> value) = 0;

  [[nodiscard]] Result<void> put(TableId table, ByteView key, ByteView value) {
    LK_TRY_VOID(exchange(table, key, value));
    return {};
  }

  // Absent is fine.
  [[nodiscard]] Result<void> erase(TableId table, ByteView key) {
    LK_TRY_VOID(exchange(table, key, std::nullopt));
    return {};
  }
};

using ReadBody = std::function<Result<void>(ReadView&)>;
using WriteBody = std::function<Result<void>(WriteView&)>;

class Engine {
 public:
  virtual ~Engine() = default;
  // Runs the body on one snapshot.
  [[nodiscard]] virtual Result<void> read(const ReadBody& body) = 0;
  // Runs the body serialised with all other writes; durable when it returns ok.
  [[nodiscard]] virtual Result<void> write(const WriteBody& body) = 0;
};

}  // namespace leadkeep::store
