// Small things that the tests of crypto share.
#pragma once
#include <leadkeep/base/bytes.h>
#include <leadkeep/base/secret.h>
#include <leadkeep/crypto/key.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace leadkeep::crypto {

[[nodiscard]] inline Bytes hex(std::string_view text) {
  return from_hex(text).value();
}

// A key that anyone can write down again: `first`, `first` + 1, …
[[nodiscard]] inline Key256 counting_key(std::uint8_t first = 0) {
  ByteArray<kKeySize> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(first + i);
  }
  return Key256::from_bytes(bytes).value();
}

// Calls `check(changed)` once for each bit of `bytes`, with that bit flipped.
template <class Container, class Check>
void for_each_bit_flip(const Container& bytes, Check check) {
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Container changed = bytes;
    changed[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    check(changed);
  }
}

using Vector = std::map<std::string, std::string>;

// Reads tests/vectors/<name>: lines "name = value", an empty line between two vectors, # comments.
[[nodiscard]] inline std::vector<Vector> read_vectors(std::string_view name) {
  const auto tests = std::filesystem::path{__FILE__}.parent_path().parent_path().parent_path();
  std::ifstream file{tests / "vectors" / name};
  if (!file) {
    throw std::runtime_error{"no test vectors: " + std::string{name}};
  }
  std::vector<Vector> vectors(1);
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) {
      vectors.emplace_back();
    } else if (const auto equals = line.find(" ="); line.front() != '#') {
      vectors.back()[line.substr(0, equals)] = line.substr(std::min(line.size(), equals + 3));
    }
  }
  return vectors;
}

}  // namespace leadkeep::crypto
