// leaktest/findings.h — what was searched, what was found, and what it means
//
// Holds no clear value of a mark: a finding names its kind and its spelling.
#pragma once
#include "matcher.h"
#include "policy.h"

#include <map>
#include <set>

namespace leadkeep::leaktest {

struct Finding {
  MarkKind kind;
  Spelling spelling;
  Place place;
  std::uint64_t offset = 0;  // of the first one, in its surface
  std::uint64_t count = 0;
};

class Findings {
 public:
  Findings(const std::vector<Mark>& marks, const Matcher& matcher)
      : m_marks{marks}, m_matcher{matcher} {}

  // One stream that is searched piece by piece.
  class Search {
   public:
    Search(Findings& findings, Place place, std::uint64_t first_offset = 0);
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;
    ~Search() = default;

    void feed(std::string_view bytes);
    // Bytes that cannot be read: no match goes across them.
    void skip(std::uint64_t bytes);

   private:
    Findings& m_findings;
    Place m_place;
    Scan m_scan;
  };

  void search(const Place& place, std::string_view bytes);

  [[nodiscard]] std::vector<Finding> leaks() const;
  // Rows that must be seen and were not.
  [[nodiscard]] std::vector<const Row*> unseen() const;

  [[nodiscard]] const std::map<Surface, std::uint64_t>& bytes() const noexcept { return m_bytes; }

 private:
  void note(const Hit& hit, const Place& place);

  const std::vector<Mark>& m_marks;
  const Matcher& m_matcher;
  std::map<Surface, std::uint64_t> m_bytes;
  std::map<std::string, Finding> m_leaks;
  std::set<const Row*> m_seen;
};

}  // namespace leadkeep::leaktest
