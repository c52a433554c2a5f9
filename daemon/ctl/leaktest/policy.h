// leaktest/policy.h — what may be seen where: the one table of the leak test
//
// Every mark that is found outside of the table is a leak. Rows of a kind that must be seen are
// the positive control: a run in which nobody saw them has not looked.
#pragma once
#include "spellings.h"

#include <span>

namespace leadkeep::leaktest {

enum class Surface : std::uint8_t {
  kAnswerHead,  // status line and fields of an answer
  kAnswerBody,  // also every byte of an event stream
  kLog,
  kMetrics,    // /metrics at the end of the run
  kProcess,    // command line, names of threads, environment
  kFileNames,  // of the store, and of everything that the daemon has open
  kFiles,      // their contents
  kMemory,
};

[[nodiscard]] std::string_view name_of(Surface surface) noexcept;

// Who asked. Bits, so that a row can name several.
enum class Role : std::uint8_t {
  kNobody = 1,
  kAgent = 2,
  kSupervisor = 4,
  kAdmin = 8,
  kPlatform = 16,  // WhatsApp: signed webhooks
  kOperator = 32,  // over the control socket
  kAuditor = 64,
  kPrivacyOfficer = 128,
};

[[nodiscard]] std::string_view name_of(Role role) noexcept;

// Where a mark was found.
struct Place {
  Surface surface = Surface::kAnswerBody;
  Role role = Role::kNobody;
  std::string where;  // operation ("GET /v1/leads/{id}"), file or mapping
  int status = 0;     // of an answer
};

enum class Verdict { kAllowed, kLeak };

[[nodiscard]] Verdict judge(const Mark& mark, Spelling spelling, const Place& place);

// A row of the table, for the report and the positive control.
struct Row {
  MarkKind kind;
  Surface surface;
  unsigned roles;          // bits of Role; 0 for surfaces that nobody asks
  std::string_view where;  // the whole place, or its beginning and '*'
  enum class Need : std::uint8_t { kMay, kMustBeSeen } need;
  std::string_view reason;
};

[[nodiscard]] std::span<const Row> table() noexcept;
[[nodiscard]] bool covers(const Row& row, MarkKind kind, const Place& place) noexcept;

}  // namespace leadkeep::leaktest
