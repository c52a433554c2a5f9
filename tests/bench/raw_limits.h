// What the machine does without us: LMDB and AES-GCM alone, with the sizes of our records.
#pragma once
#include <cstddef>

namespace leadkeep::bench {

// Durable composite operations per second in LMDB: one record of 350 bytes, two index rows at
// random keys, one audit leaf; `per_commit` of them share a commit.
[[nodiscard]] double raw_lmdb_composites(std::size_t per_commit, double seconds);

// Reads of `rows` adjacent records of 400 bytes, per second, from one thread.
[[nodiscard]] double raw_lmdb_scans(std::size_t rows, double seconds);

// AES-256-GCM with a new key for every message, per second.
[[nodiscard]] double raw_aes_gcm_seals(std::size_t message_bytes, double seconds);

}  // namespace leadkeep::bench
