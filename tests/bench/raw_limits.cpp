#include "raw_limits.h"

#include "figures.h"
#include "temp_directory.h"

#include <array>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

#include <argon2.h>
#include <lmdb.h>
#include <openssl/evp.h>

namespace leadkeep::bench {
namespace {

constexpr std::size_t kMapSize = std::size_t{4} << 30;

void must(int code) {
  if (code != 0) {
    throw std::runtime_error{::mdb_strerror(code)};
  }
}

class RawStore {
 public:
  RawStore() {
    must(::mdb_env_create(&m_env));
    must(::mdb_env_set_mapsize(m_env, kMapSize));
    must(::mdb_env_open(m_env, m_directory.path().c_str(), MDB_NOTLS | MDB_NORDAHEAD, 0600));
    MDB_txn* txn = begin(0);
    must(::mdb_dbi_open(txn, nullptr, 0, &m_dbi));
    must(::mdb_txn_commit(txn));
  }

  RawStore(const RawStore&) = delete;
  RawStore& operator=(const RawStore&) = delete;

  ~RawStore() { ::mdb_env_close(m_env); }

  MDB_txn* begin(unsigned flags) {
    MDB_txn* txn = nullptr;
    must(::mdb_txn_begin(m_env, nullptr, flags, &txn));
    return txn;
  }

  void put(MDB_txn* txn, std::string& key, std::string& value) {
    MDB_val k{key.size(), key.data()};
    MDB_val v{value.size(), value.data()};
    must(::mdb_put(txn, m_dbi, &k, &v, 0));
  }

  [[nodiscard]] MDB_dbi dbi() const noexcept { return m_dbi; }

 private:
  test::TempDirectory m_directory;
  MDB_env* m_env = nullptr;
  MDB_dbi m_dbi = 0;
};

std::string numbered(char table, std::uint64_t n) {
  std::string key(25, table);
  for (std::size_t i = 0; i < 8; ++i) {
    key[24 - i] = static_cast<char>((n >> (8 * i)) & 0xff);
  }
  return key;
}

}  // namespace

double raw_lmdb_composites(std::size_t per_commit, double seconds) {
  RawStore store;
  std::mt19937_64 random{1};
  std::string record(350, 'r');
  std::string leaf(180, 'l');
  std::string empty;
  std::uint64_t n = 0;
  const double commits = per_second(1, seconds, [&](unsigned, std::uint64_t) {
    MDB_txn* txn = store.begin(0);
    for (std::size_t i = 0; i < per_commit; ++i, ++n) {
      std::string key = numbered('m', n);
      store.put(txn, key, record);
      key = numbered('a', n);
      store.put(txn, key, leaf);
      for (int index = 0; index < 2; ++index) {
        key = numbered('i', 0);
        const std::uint64_t tag = random();
        std::memcpy(key.data() + 1, &tag, sizeof tag);
        store.put(txn, key, empty);
      }
    }
    must(::mdb_txn_commit(txn));
  });
  return commits * static_cast<double>(per_commit);
}

double raw_lmdb_scans(std::size_t rows, double seconds) {
  RawStore store;
  std::string record(400, 'r');
  MDB_txn* write = store.begin(0);
  for (std::uint64_t n = 0; n < 1000; ++n) {
    std::string key = numbered('m', n);
    store.put(write, key, record);
  }
  must(::mdb_txn_commit(write));
  std::array<char, 400> copy{};
  return per_second(1, seconds, [&](unsigned, std::uint64_t) {
    MDB_txn* txn = store.begin(MDB_RDONLY);
    MDB_cursor* cursor = nullptr;
    must(::mdb_cursor_open(txn, store.dbi(), &cursor));
    MDB_val k{};
    MDB_val v{};
    int rc = ::mdb_cursor_get(cursor, &k, &v, MDB_LAST);
    for (std::size_t i = 0; i < rows && rc == 0; ++i) {
      std::memcpy(copy.data(), v.mv_data, copy.size());
      rc = ::mdb_cursor_get(cursor, &k, &v, MDB_PREV);
    }
    ::mdb_cursor_close(cursor);
    ::mdb_txn_abort(txn);
  });
}

// A row of the index leads to the record, as in a look-up by an identifier.
struct RawLookups::Rows {
  explicit Rows(std::size_t leads) : count{leads} {
    const std::string record(400, 'r');
    constexpr std::size_t kPerCommit = 50'000;
    for (std::size_t n = 0; n < count;) {
      MDB_txn* txn = store.begin(0);
      for (std::size_t i = 0; i < kPerCommit && n < count; ++i, ++n) {
        std::string value = record;
        std::string key = scattered('l', n);
        store.put(txn, key, value);
        value = key;
        key = scattered('i', n);
        store.put(txn, key, value);
      }
      must(::mdb_txn_commit(txn));
    }
  }

  // Where a hash would put it: no two neighbours share a page.
  static std::string scattered(char table, std::uint64_t n) {
    return numbered(table, n * 0x9e3779b97f4a7c15U);
  }

  RawStore store;
  std::size_t count;
  std::mt19937_64 random{1};
};

RawLookups::RawLookups(std::size_t leads) : m_rows{std::make_unique<Rows>(leads)} {}

RawLookups::~RawLookups() = default;

double RawLookups::per_second(double seconds) {
  std::array<char, 400> copy{};
  return bench::per_second(1, seconds, [&](unsigned, std::uint64_t) {
    MDB_txn* txn = m_rows->store.begin(MDB_RDONLY);
    std::string key = Rows::scattered('i', m_rows->random() % m_rows->count);
    MDB_val k{key.size(), key.data()};
    MDB_val v{};
    must(::mdb_get(txn, m_rows->store.dbi(), &k, &v));
    k = v;
    must(::mdb_get(txn, m_rows->store.dbi(), &k, &v));
    std::memcpy(copy.data(), v.mv_data, copy.size());
    ::mdb_txn_abort(txn);
  });
}

double raw_argon2id_hashes(unsigned threads, double seconds) {
  constexpr std::uint32_t kKibibytes = 19'456;
  return per_second(threads, seconds, [](unsigned, std::uint64_t) {
    constexpr std::string_view kPassword = "correct horse battery";
    constexpr std::array<char, 16> kSalt{};
    std::array<char, 32> hash{};
    if (::argon2id_hash_raw(2, kKibibytes, 1, kPassword.data(), kPassword.size(), kSalt.data(),
                            kSalt.size(), hash.data(), hash.size()) != ARGON2_OK) {
      throw std::runtime_error{"argon2"};
    }
  });
}

double raw_aes_gcm_seals(std::size_t message_bytes, double seconds) {
  EVP_CIPHER* cipher = ::EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  EVP_CIPHER_CTX* context = ::EVP_CIPHER_CTX_new();
  std::array<unsigned char, 32> key{};
  std::array<unsigned char, 12> iv{};
  std::array<unsigned char, 64> bound{};
  std::vector<unsigned char> in(message_bytes, 7);
  std::vector<unsigned char> out(message_bytes + 16);
  std::array<unsigned char, 16> tag{};
  ::EVP_EncryptInit_ex2(context, cipher, key.data(), iv.data(), nullptr);
  const double rate = per_second(1, seconds, [&](unsigned, std::uint64_t n) {
    int length = 0;
    key[0] = static_cast<unsigned char>(n);
    ::EVP_EncryptInit_ex2(context, nullptr, key.data(), iv.data(), nullptr);
    ::EVP_EncryptUpdate(context, nullptr, &length, bound.data(), static_cast<int>(bound.size()));
    ::EVP_EncryptUpdate(context, out.data(), &length, in.data(), static_cast<int>(in.size()));
    ::EVP_EncryptFinal_ex(context, out.data() + length, &length);
    ::EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, tag.data());
  });
  ::EVP_CIPHER_CTX_free(context);
  ::EVP_CIPHER_free(cipher);
  return rate;
}

}  // namespace leadkeep::bench
