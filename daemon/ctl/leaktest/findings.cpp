#include "findings.h"

namespace leadkeep::leaktest {

Findings::Search::Search(Findings& findings, Place place, std::uint64_t first_offset)
    : m_findings{findings},
      m_place{std::move(place)},
      m_scan{findings.m_matcher, [this](const Hit& hit) { m_findings.note(hit, m_place); }} {
  m_scan.skip(first_offset);
}

void Findings::Search::skip(std::uint64_t bytes) {
  m_scan.skip(bytes);
}

void Findings::Search::feed(std::string_view bytes) {
  m_findings.m_bytes[m_place.surface] += bytes.size();
  m_scan.feed(bytes);
}

void Findings::search(const Place& place, std::string_view bytes) {
  Search{*this, place}.feed(bytes);
}

void Findings::note(const Hit& hit, const Place& place) {
  const Mark& mark = m_marks[hit.pattern->mark];
  const Spelling spelling = hit.pattern->spelling;
  if (judge(mark, spelling, place) == Verdict::kAllowed) {
    for (const Row& row : table()) {
      if (covers(row, mark.kind, place)) {
        m_seen.insert(&row);
      }
    }
    return;
  }
  std::string key;
  for (const std::string_view part : {name_of(mark.kind), name_of(spelling), name_of(place.surface),
                                      name_of(place.role), std::string_view{place.where}}) {
    key.append(part).push_back('\n');
  }
  key += std::to_string(place.status);
  const auto [it, fresh] = m_leaks.try_emplace(key);
  if (fresh) {
    it->second = {mark.kind, spelling, place, hit.offset - hit.pattern->bytes.size(), 0};
  }
  ++it->second.count;
}

std::vector<Finding> Findings::leaks() const {
  std::vector<Finding> out;
  out.reserve(m_leaks.size());
  for (const auto& [key, finding] : m_leaks) {
    out.push_back(finding);
  }
  return out;
}

std::vector<const Row*> Findings::unseen() const {
  std::vector<const Row*> out;
  for (const Row& row : table()) {
    if (row.need == Row::Need::kMustBeSeen && !m_seen.contains(&row)) {
      out.push_back(&row);
    }
  }
  return out;
}

}  // namespace leadkeep::leaktest
