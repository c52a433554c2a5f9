// One open LMDB environment: a directory with a data file, its tables, and who reads in it. Readers keep it
// open.
#pragma once
#include "lmdb_views.h"

#include <leadkeep/base/guarded.h>
#include <leadkeep/store/lmdb_engine.h>

#include <filesystem>
#include <memory>
#include <vector>

namespace leadkeep::store {

class LmdbEnvironment {
 public:
  [[nodiscard]] static Result<std::shared_ptr<LmdbEnvironment>> open(
      const LmdbOptions& options, const std::filesystem::path& directory);

  LmdbEnvironment(const LmdbEnvironment&) = delete;
  LmdbEnvironment& operator=(const LmdbEnvironment&) = delete;
  ~LmdbEnvironment();

  [[nodiscard]] MDB_env* get() const noexcept { return m_env.get(); }

  [[nodiscard]] const Dbis& dbis() const noexcept { return m_dbis; }

  [[nodiscard]] std::size_t page_size() const noexcept { return m_page_size; }

  // A transaction that reads; give it back when it is over.
  [[nodiscard]] Result<MDB_txn*> begin_read();
  void end_read(MDB_txn* txn);

  // Writes what is live, and nothing that was freed, into an empty directory; durable on return.
  [[nodiscard]] Result<void> copy_live_to(const std::filesystem::path& directory) const;

 private:
  struct Closer {
    void operator()(MDB_env* env) const noexcept { ::mdb_env_close(env); }
  };

  LmdbEnvironment() = default;
  [[nodiscard]] Result<void> open_tables(std::span<const TableName> tables);

  std::unique_ptr<MDB_env, Closer> m_env;
  Dbis m_dbis{};
  std::size_t m_page_size = 0;
  Guarded<std::vector<MDB_txn*>> m_idle_readers;
};

// Overwrites and removes what an environment that nobody has open has left in a directory, and the
// directory; fine if it is not there. What a drive has kept elsewhere is beyond this.
[[nodiscard]] Result<void> destroy_environment(const std::filesystem::path& directory);

}  // namespace leadkeep::store
