// leaktest/transcript.h — every answer of the run, kept until all marks are known
//
// A token becomes a mark only when a log-in has answered, so answers are searched at the end.
#pragma once
#include "findings.h"
#include "wire.h"

#include <vector>

namespace leadkeep::leaktest {

class Transcript {
 public:
  void keep(Role role, std::string operation, const RawAnswer& answer);

  void search(Findings& findings) const;

  [[nodiscard]] std::size_t size() const noexcept { return m_entries.size(); }

  [[nodiscard]] std::size_t operations() const;
  [[nodiscard]] std::map<int, std::size_t> by_status() const;
  // Operations that never answered with 2xx to anybody: the walk did not reach what is behind them.
  [[nodiscard]] std::vector<std::string> never_good() const;

 private:
  struct Entry {
    Place place;
    std::string head;
    std::string body;
  };

  std::vector<Entry> m_entries;
};

}  // namespace leadkeep::leaktest
