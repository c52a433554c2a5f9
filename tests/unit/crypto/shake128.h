// SHAKE-128 (FIPS 202), which the accumulated test vectors of C2SP are made with. A second
// implementation on purpose: OpenSSL 3.0 cannot squeeze piece by piece.
#pragma once
#include <leadkeep/base/bytes.h>

#include <array>
#include <bit>
#include <cstdint>

namespace leadkeep::crypto {

class Shake128 {
 public:
  void absorb(ByteView bytes) {
    for (const std::byte byte : bytes) {
      xor_byte(m_position, byte);
      if (++m_position == kRate) {
        permute();
        m_position = 0;
      }
    }
  }

  // Ends the input at the first call.
  void squeeze(std::span<std::byte> out) {
    if (!m_squeezing) {
      xor_byte(m_position, std::byte{0x1f});
      xor_byte(kRate - 1, std::byte{0x80});
      permute();
      m_position = 0;
      m_squeezing = true;
    }
    for (std::byte& byte : out) {
      if (m_position == kRate) {
        permute();
        m_position = 0;
      }
      byte = static_cast<std::byte>((m_state[m_position / 8] >> (8 * (m_position % 8))) & 0xff);
      ++m_position;
    }
  }

 private:
  static constexpr std::size_t kRate = 168;

  void xor_byte(std::size_t at, std::byte byte) {
    m_state[at / 8] ^= std::to_integer<std::uint64_t>(byte) << (8 * (at % 8));
  }

  void permute() {
    static constexpr std::array<int, 24> kRotation{1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                                   27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
    static constexpr std::array<std::size_t, 24> kLane{
        10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1};
    auto& a = m_state;
    std::uint8_t lfsr = 1;
    for (int round = 0; round < 24; ++round) {
      std::array<std::uint64_t, 5> parity{};
      for (std::size_t x = 0; x < 5; ++x) {
        parity[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
      }
      for (std::size_t x = 0; x < 5; ++x) {
        const auto d = parity[(x + 4) % 5] ^ std::rotl(parity[(x + 1) % 5], 1);
        for (std::size_t y = 0; y < 25; y += 5) {
          a[x + y] ^= d;
        }
      }
      std::uint64_t moving = a[1];
      for (std::size_t i = 0; i < 24; ++i) {
        const auto next = a[kLane[i]];
        a[kLane[i]] = std::rotl(moving, kRotation[i]);
        moving = next;
      }
      for (std::size_t y = 0; y < 25; y += 5) {
        const std::array<std::uint64_t, 5> row{a[y], a[y + 1], a[y + 2], a[y + 3], a[y + 4]};
        for (std::size_t x = 0; x < 5; ++x) {
          a[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
        }
      }
      for (unsigned j = 0; j < 7; ++j) {
        if ((lfsr & 1u) != 0) {
          a[0] ^= std::uint64_t{1} << ((1u << j) - 1);
        }
        lfsr = static_cast<std::uint8_t>((lfsr << 1) ^ ((lfsr >> 7) * 0x71));
      }
    }
  }

  std::array<std::uint64_t, 25> m_state{};
  std::size_t m_position = 0;
  bool m_squeezing = false;
};

}  // namespace leadkeep::crypto
