// The store that scripts/bench has filled: what it costs to find somebody in it, and what it holds.
#pragma once
#include <leadkeep/base/clock.h>
#include <leadkeep/base/metrics.h>
#include <leadkeep/store/store.h>

#include <cstdint>
#include <memory>
#include <string>

namespace leadkeep::bench {

class FilledStore {
 public:
  // The people have the numbers of scripts/lib/leadkeep_bench/people.py. No daemon has it open.
  FilledStore(const std::string& directory, const std::string& root_key_file, std::size_t leads);

  // From a number to the opened lead: keyed tag, index row, key of the lead, record.
  [[nodiscard]] double look_ups_per_second(double seconds);

  // The records as protobuf has them: not sealed, not padded, without keys and indexes.
  [[nodiscard]] std::uint64_t plain_bytes();

 private:
  SystemClock m_clock;
  Metrics m_metrics;
  std::unique_ptr<store::Store> m_store;
  std::size_t m_leads;
};

}  // namespace leadkeep::bench
