// What the machine does without us: LMDB, AES-GCM and Argon2id alone, with the sizes of our records.
#pragma once
#include <cstddef>
#include <memory>

namespace leadkeep::bench {

// Durable composite operations per second in LMDB: one record of 350 bytes, two index rows at
// random keys, one audit leaf; `per_commit` of them share a commit.
[[nodiscard]] double raw_lmdb_composites(std::size_t per_commit, double seconds);

// Reads of `rows` adjacent records of 400 bytes, per second, from one thread.
[[nodiscard]] double raw_lmdb_scans(std::size_t rows, double seconds);

// Reads of one record of 400 bytes at a random key, among as many rows as a store of `leads` leads
// has of them.
class RawLookups {
 public:
  explicit RawLookups(std::size_t leads);
  RawLookups(const RawLookups&) = delete;
  RawLookups& operator=(const RawLookups&) = delete;
  ~RawLookups();

  [[nodiscard]] double per_second(double seconds);

 private:
  struct Rows;
  std::unique_ptr<Rows> m_rows;
};

// AES-256-GCM with a new key for every message, per second.
[[nodiscard]] double raw_aes_gcm_seals(std::size_t message_bytes, double seconds);

// Argon2id with the cost of crypto/password_hash.h, per second, by `threads` threads.
[[nodiscard]] double raw_argon2id_hashes(unsigned threads, double seconds);

}  // namespace leadkeep::bench
