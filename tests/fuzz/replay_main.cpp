// Runs a fuzz target once over the empty input and over every file of the folders that it is given,
// with any compiler. The last file named is the one that broke the target.
#include "fuzz_target.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

std::vector<std::filesystem::path> files_of(int count, char** folders) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < count; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folders[i]}) {
      if (entry.is_regular_file()) {
        files.push_back(entry.path());
      }
    }
  }
  std::ranges::sort(files);
  return files;
}

// The buffer ends where the input ends, so that the address sanitizer sees every byte read beyond.
void run(const std::vector<char>& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  const auto files = files_of(argc, argv);
  if (files.empty()) {
    std::fputs("usage: PROGRAM FOLDER...; no inputs were found\n", stderr);
    return 2;
  }
  run({});
  for (const auto& file : files) {
    std::fprintf(stderr, "%s\n", file.c_str());
    std::ifstream in{file, std::ios::binary};
    std::vector<char> bytes{std::istreambuf_iterator<char>{in}, {}};
    bytes.shrink_to_fit();
    run(bytes);
  }
  return 0;
}
