#include "transcript.h"

namespace leadkeep::leaktest {

void Transcript::keep(Role role, std::string operation, const RawAnswer& answer) {
  Place place{Surface::kAnswerBody, role, std::move(operation), answer.status};
  m_entries.push_back({std::move(place), answer.head, answer.body});
}

void Transcript::search(Findings& findings) const {
  for (const Entry& entry : m_entries) {
    findings.search(entry.place, entry.body);
    Place head = entry.place;
    head.surface = Surface::kAnswerHead;
    findings.search(head, entry.head);
  }
}

std::size_t Transcript::operations() const {
  std::set<std::string_view> seen;
  for (const Entry& entry : m_entries) {
    seen.insert(entry.place.where);
  }
  return seen.size();
}

std::map<int, std::size_t> Transcript::by_status() const {
  std::map<int, std::size_t> out;
  for (const Entry& entry : m_entries) {
    ++out[entry.place.status];
  }
  return out;
}

std::vector<std::string> Transcript::never_good() const {
  std::map<std::string, bool> good;
  for (const Entry& entry : m_entries) {
    good[entry.place.where] |= entry.place.status >= 200 && entry.place.status < 300;
  }
  std::vector<std::string> out;
  for (const auto& [operation, was_good] : good) {
    if (!was_good) {
      out.push_back(operation);
    }
  }
  return out;
}

}  // namespace leadkeep::leaktest
