#include "report.h"

#include <leadkeep/json/writer.h>

#include <iomanip>
#include <sstream>

namespace leadkeep::leaktest {
namespace {

std::string place_text(const Place& place) {
  const bool asked = place.surface == Surface::kAnswerBody || place.surface == Surface::kAnswerHead;
  std::string out = place.where;
  if (asked) {
    out += " as " + std::string{name_of(place.role)} + ", HTTP " + std::to_string(place.status);
  }
  return out;
}

std::string roles_text(unsigned roles) {
  std::string out;
  for (const Role role : {Role::kNobody, Role::kAgent, Role::kSupervisor, Role::kPrivacyOfficer,
                          Role::kAuditor, Role::kAdmin, Role::kPlatform, Role::kOperator}) {
    if ((roles & static_cast<unsigned>(role)) != 0) {
      out.append(out.empty() ? "" : ", ").append(name_of(role));
    }
  }
  return out;
}

std::string as_text(const Walked& walked, const Findings& findings, Outcome outcome) {
  std::ostringstream out;
  out << "walked    " << walked.operations << " operations, " << walked.roles << " roles, "
      << walked.requests << " requests\n          answers";
  for (const auto& [status, count] : walked.by_status) {
    out << "  " << status << ": " << count;
  }
  out << "\nmarks     " << walked.marks << " in " << walked.patterns << " spellings\n";
  for (const auto& [surface, bytes] : findings.bytes()) {
    out << "searched  " << std::left << std::setw(12) << name_of(surface) << " " << bytes
        << " bytes\n";
  }
  for (const std::string& note : walked.notes) {
    out << "note      " << note << "\n";
  }
  for (const Finding& leak : findings.leaks()) {
    out << "LEAK      " << name_of(leak.kind) << " as " << name_of(leak.spelling) << " in "
        << name_of(leak.place.surface) << ": " << place_text(leak.place) << ", at " << leak.offset
        << (leak.count > 1 ? ", " + std::to_string(leak.count) + " times" : "") << "\n";
  }
  for (const Row* row : findings.unseen()) {
    out << "UNSEEN    " << name_of(row->kind) << " in " << row->where << ", which "
        << roles_text(row->roles) << " must see (" << row->reason << ")\n";
  }
  for (const std::string& operation : walked.never_good) {
    out << "UNSEEN    " << operation << " never answered with success to anybody\n";
  }
  for (const std::string& failure : walked.failures) {
    out << "FAILED    " << failure << "\n";
  }
  out << "leaktest: "
      << (outcome == Outcome::kClean ? "nothing was found that the policy does not allow"
                                     : "see the lines in capitals")
      << "\n";
  return out.str();
}

std::string as_json(const Walked& walked, const Findings& findings, Outcome outcome) {
  json::Writer w;
  w.begin_object().field("outcome", outcome == Outcome::kClean ? "clean" : "leaks");
  w.field("operations", walked.operations).field("requests", walked.requests);
  w.field("roles", walked.roles).field("marks", walked.marks).field("patterns", walked.patterns);
  w.key("searched_bytes").begin_object();
  for (const auto& [surface, bytes] : findings.bytes()) {
    w.field(name_of(surface), bytes);
  }
  w.end_object().key("leaks").begin_array();
  for (const Finding& leak : findings.leaks()) {
    w.begin_object().field("mark", name_of(leak.kind)).field("spelling", name_of(leak.spelling));
    w.field("surface", name_of(leak.place.surface)).field("where", leak.place.where);
    w.field("role", name_of(leak.place.role)).field("status", leak.place.status);
    w.field("offset", leak.offset & 0x7fff'ffff'ffff'ffff).field("count", leak.count).end_object();
  }
  w.end_array().key("unseen").begin_array();
  for (const Row* row : findings.unseen()) {
    w.begin_object().field("mark", name_of(row->kind)).field("where", row->where);
    w.field("roles", roles_text(row->roles)).end_object();
  }
  w.end_array();
  const auto list = [&w](std::string_view name, const std::vector<std::string>& texts) {
    w.key(name).begin_array();
    for (const std::string& text : texts) {
      w.string(text);
    }
    w.end_array();
  };
  list("never_successful", walked.never_good);
  list("notes", walked.notes);
  list("failures", walked.failures);
  w.end_object();
  return std::move(w).take() + "\n";
}

}  // namespace

Run report(const Walked& walked, const Findings& findings, Options::Format format) {
  const bool clean = findings.leaks().empty() && findings.unseen().empty() &&
                     walked.never_good.empty() && walked.failures.empty();
  const Outcome outcome = clean ? Outcome::kClean : Outcome::kLeaks;
  return {outcome, format == Options::Format::kJson ? as_json(walked, findings, outcome)
                                                    : as_text(walked, findings, outcome)};
}

}  // namespace leadkeep::leaktest
