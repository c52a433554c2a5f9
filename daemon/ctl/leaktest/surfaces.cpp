#include "surfaces.h"

#include <leadkeep/base/files.h>

#include <charconv>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace leadkeep::leaktest {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = std::size_t{1} << 20;
constexpr std::size_t kPage = 4'096;

fs::path proc(int process, std::string_view name) {
  return fs::path{"/proc"} / std::to_string(process) / name;
}

Fail cannot_read(const fs::path& path) {
  return fail(Errc::kForbidden, "cannot read " + path.string() + "; run as root");
}

Place place(Surface surface, std::string where) {
  return {surface, Role::kNobody, std::move(where), 0};
}

std::vector<fs::path> entries(const fs::path& directory) {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::directory_iterator it{directory, error}, end; !error && it != end; it.increment(error)) {
    out.push_back(it->path());
  }
  return out;
}

// "7f0c…-7f0c… rw-p 00000000 00:00 0  [heap]"
struct Mapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string access;
  std::string name;
};

std::optional<Mapping> parse_mapping(const std::string& line) {
  std::istringstream words{line};
  std::string range;
  Mapping out;
  std::string offset;
  std::string device;
  std::string inode;
  words >> range >> out.access >> offset >> device >> inode;
  std::getline(words >> std::ws, out.name);
  const auto dash = range.find('-');
  if (dash == std::string::npos) {
    return std::nullopt;
  }
  const char* const text = range.data();
  (void)std::from_chars(text, text + dash, out.begin, 16);
  (void)std::from_chars(text + dash + 1, text + range.size(), out.end, 16);
  return out;
}

// A page that is not there, or not readable even for root, is left out.
void search_mapping(Findings& findings, int memory, const Mapping& mapping) {
  Findings::Search search{
      findings, place(Surface::kMemory, mapping.name.empty() ? "anonymous" : mapping.name),
      mapping.begin};
  std::vector<char> piece(kPiece);
  for (std::uint64_t at = mapping.begin; at < mapping.end;) {
    const auto want = std::min<std::uint64_t>(piece.size(), mapping.end - at);
    const auto got = ::pread(memory, piece.data(), want, static_cast<off_t>(at));
    if (got <= 0) {
      search.skip(kPage);
      at += kPage;
      continue;
    }
    search.feed({piece.data(), static_cast<std::size_t>(got)});
    at += static_cast<std::uint64_t>(got);
  }
}

}  // namespace

Result<void> search_file(Findings& findings, Surface surface, const fs::path& file) {
  const UniqueFd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd.valid()) {
    return cannot_read(file);
  }
  Findings::Search search{findings, place(surface, file.string())};
  std::vector<char> piece(kPiece);
  for (;;) {
    const auto got = ::read(fd.get(), piece.data(), piece.size());
    if (got < 0) {
      return cannot_read(file);
    }
    if (got == 0) {
      return {};
    }
    search.feed({piece.data(), static_cast<std::size_t>(got)});
  }
}

Result<void> search_store(Findings& findings, const fs::path& directory) {
  std::error_code error;
  for (fs::recursive_directory_iterator it{directory, error}, end; it != end; it.increment(error)) {
    if (error) {
      return cannot_read(directory);
    }
    findings.search(place(Surface::kFileNames, "the store"),
                    it->path().lexically_relative(directory).string() + "\n");
    if (it->is_regular_file(error)) {
      LK_TRY_VOID(search_file(findings, Surface::kFiles, it->path()));
    }
  }
  return error ? Result<void>{cannot_read(directory)} : Result<void>{};
}

Result<void> search_process(Findings& findings, int process) {
  for (const std::string_view name : {"cmdline", "comm", "environ"}) {
    LK_TRY_VOID(search_file(findings, Surface::kProcess, proc(process, name)));
  }
  for (const fs::path& task : entries(proc(process, "task"))) {
    // A thread that has ended since has no name left to give away.
    const auto searched = search_file(findings, Surface::kProcess, task / "comm");
    if (!searched && fs::exists(task)) {
      return searched;
    }
  }
  return {};
}

Result<void> search_open_files(Findings& findings, int process, const fs::path& store,
                               const fs::path& log) {
  const fs::path directory = proc(process, "fd");
  const auto opened = entries(directory);
  if (opened.empty()) {
    return cannot_read(directory);
  }
  for (const fs::path& link : opened) {
    std::error_code error;
    const fs::path target = fs::read_symlink(link, error);
    if (error) {
      continue;  // closed since
    }
    findings.search(place(Surface::kFileNames, "open files"), target.string() + "\n");
    const bool elsewhere = !target.string().starts_with(store.string()) && target != log;
    if (elsewhere && fs::is_regular_file(link, error) && !error) {
      LK_TRY_VOID(search_file(findings, Surface::kFiles, link));
    }
  }
  return {};
}

Result<void> search_memory(Findings& findings, int process) {
  const fs::path path = proc(process, "mem");
  const UniqueFd memory{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  std::ifstream maps{proc(process, "maps")};
  if (!memory.valid() || !maps) {
    return cannot_read(path);
  }
  for (std::string line; std::getline(maps, line);) {
    const auto mapping = parse_mapping(line);
    if (mapping && mapping->access.starts_with("rw")) {
      search_mapping(findings, memory.get(), *mapping);
    }
  }
  if (!findings.bytes().contains(Surface::kMemory)) {
    return cannot_read(path);
  }
  return {};
}

Result<void> check_no_core(int process) {
  std::ifstream limits{proc(process, "limits")};
  for (std::string line; std::getline(limits, line);) {
    std::istringstream words{line};
    std::string max;
    std::string core;
    std::string file;
    std::string size;
    std::string soft;
    std::string hard;
    words >> max >> core >> file >> size >> soft >> hard;
    if (core == "core") {
      return soft == "0" && hard == "0" ? Result<void>{}
                                        : fail(Errc::kForbidden, "the daemon may write core files");
    }
  }
  return cannot_read(proc(process, "limits"));
}

}  // namespace leadkeep::leaktest
