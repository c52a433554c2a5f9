// leaktest/surfaces.h — what of the daemon can be read without asking it
//
// Needs    to be root, or for the store and the log its user
// Refuses  kForbidden  something that has to be searched cannot be read: a search that looks away
//          would call anything clean
#pragma once
#include "findings.h"

#include <leadkeep/base/result.h>

#include <filesystem>

namespace leadkeep::leaktest {

[[nodiscard]] Result<void> search_file(Findings& findings, Surface surface,
                                       const std::filesystem::path& file);
// Names and contents.
[[nodiscard]] Result<void> search_store(Findings& findings, const std::filesystem::path& directory);
// Command line, environment, names of the process and of its threads.
[[nodiscard]] Result<void> search_process(Findings& findings, int process);
// Names of everything open, and contents of open files that lie outside of the store.
[[nodiscard]] Result<void> search_open_files(Findings& findings, int process,
                                             const std::filesystem::path& store,
                                             const std::filesystem::path& log);
// Every writable mapping.
[[nodiscard]] Result<void> search_memory(Findings& findings, int process);

// No core file can be written. kForbidden: it can.
[[nodiscard]] Result<void> check_no_core(int process);

}  // namespace leadkeep::leaktest
