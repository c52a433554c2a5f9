// leadkeep/store/lmdb_engine.h — the embedded engine: LMDB with single-writer group commit
//
// One writer thread takes every write that is waiting (up to 1,024 bodies or 4 MiB), runs the
// bodies one after another in one LMDB transaction, commits, and only then lets the callers go. A
// body that fails is undone alone; a commit that fails fails every body of the batch. LMDB runs
// with its default durability (data flushed, then the meta page); MDB_NOMEMINIT, MDB_WRITEMAP and
// MDB_NOSYNC are never used, nor duplicate keys or nested transactions.
//
// An I/O error during a commit leaves the state of the file unknown: the engine then refuses every
// further write (kUnavailable) until it is opened again, and is_broken() says so.
#pragma once
#include <leadkeep/store/engine.h>

#include <filesystem>
#include <memory>
#include <span>

namespace leadkeep {
struct Metrics;
}

namespace leadkeep::store {

enum class Rehearsal {
  kNone,
  kEveryWrite,  // for tests: each body runs, is undone, and runs again
};

struct LmdbOptions {
  std::filesystem::path directory;  // exists, mode 0700
  // Bytes of address space, not of disk. Behind it is a reserve for transactions that leave less
  // than they found: a full store can be erased from.
  std::size_t map_size = 0;
  std::span<const TableName> tables;
  Rehearsal rehearsal = Rehearsal::kNone;
};

class LmdbEngine final : public Engine {
 public:
  [[nodiscard]] static Result<std::unique_ptr<LmdbEngine>> open(const LmdbOptions& options,
                                                                Metrics& metrics);
  ~LmdbEngine() override;  // finishes the writes that are queued, then closes the file

  [[nodiscard]] Result<void> read(const ReadBody& body) override;
  [[nodiscard]] Result<void> write(const WriteBody& body) override;
  // Writes what is live into a new file and takes it into use; the old one, with all that was ever freed in
  // it, is overwritten and removed once nobody reads in it any more. Takes as long as what is live is large,
  // and as much disk; writes wait for it, reads do not. kUnavailable: the old file is in use still, or, where it is
  // in its log, could not be destroyed; it is tried again with the next call.
  [[nodiscard]] Result<void> compact();
  [[nodiscard]] bool is_broken() const noexcept;

 private:
  class Impl;
  explicit LmdbEngine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> m_impl;
};

}  // namespace leadkeep::store
