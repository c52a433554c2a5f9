// The files of a closed store, opened behind its back: what a thief or a broken disk can do.
#pragma once
#include "store_test_support.h"

#include <leadkeep/store/tables.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include <lmdb.h>

namespace leadkeep::store {

class RawLmdb {
 public:
  explicit RawLmdb(const std::filesystem::path& directory) {
    check(::mdb_env_create(&m_env));
    check(::mdb_env_set_maxdbs(m_env, 64));
    check(::mdb_env_set_mapsize(m_env, std::size_t{64} << 20));
    check(::mdb_env_open(m_env, directory.c_str(), 0, 0600));
  }

  RawLmdb(const RawLmdb&) = delete;
  RawLmdb& operator=(const RawLmdb&) = delete;

  ~RawLmdb() { ::mdb_env_close(m_env); }

  [[nodiscard]] std::optional<Bytes> get(TableId table, ByteView key) {
    std::optional<Bytes> found;
    in_transaction(table, [&](MDB_txn* txn, MDB_dbi dbi) {
      MDB_val k = to_val(key);
      MDB_val v{};
      const int rc = ::mdb_get(txn, dbi, &k, &v);
      if (rc != MDB_NOTFOUND) {
        check(rc);
        const auto* const data = static_cast<const std::byte*>(v.mv_data);
        found.emplace(data, data + v.mv_size);
      }
    });
    return found;
  }

  void put(TableId table, ByteView key, ByteView value) {
    in_transaction(table, [&](MDB_txn* txn, MDB_dbi dbi) {
      MDB_val k = to_val(key);
      MDB_val v = to_val(value);
      check(::mdb_put(txn, dbi, &k, &v, 0));
    });
  }

  void erase(TableId table, ByteView key) {
    in_transaction(table, [&](MDB_txn* txn, MDB_dbi dbi) {
      MDB_val k = to_val(key);
      check(::mdb_del(txn, dbi, &k, nullptr));
    });
  }

 private:
  static void check(int rc) {
    if (rc != 0) {
      throw std::runtime_error{std::string{"RawLmdb: "} + ::mdb_strerror(rc)};
    }
  }

  static MDB_val to_val(ByteView bytes) {
    return {bytes.size(), const_cast<std::byte*>(bytes.data())};
  }

  template <class Function>
  void in_transaction(TableId table, Function function) {
    MDB_txn* txn = nullptr;
    MDB_dbi dbi = 0;
    check(::mdb_txn_begin(m_env, nullptr, 0, &txn));
    check(::mdb_dbi_open(txn, std::string{name_of(table)}.c_str(), 0, &dbi));
    function(txn, dbi);
    check(::mdb_txn_commit(txn));
  }

  MDB_env* m_env = nullptr;
};

}  // namespace leadkeep::store
