// leadkeep/identity/directory_trial.h — a log-in, step by step, for the operator who sets it up
//
// Goes the way of CorporateDirectory::prove() and says of each step what was asked and what came.
// Yields names and groups of a person, so it is for a terminal, not for a log.
#pragma once
#include <leadkeep/identity/directory_person.h>

#include <optional>
#include <string>
#include <vector>

namespace leadkeep::identity {

struct TrialStep {
  enum class Outcome : std::uint8_t { kGood, kBad } outcome;
  std::string what;   // "search"
  std::string words;  // what was asked and what came, and what to do about it
};

struct Trial {
  std::vector<TrialStep> steps;
  std::optional<DirectoryPerson> would_be;  // if the log-in would succeed
};

}  // namespace leadkeep::identity
