#include "openssl_bytes.h"
#include "scoped_wipe.h"

#include <leadkeep/base/guarded.h>
#include <leadkeep/base/text.h>
#include <leadkeep/crypto/hash.h>
#include <leadkeep/crypto/password_hash.h>
#include <leadkeep/crypto/random.h>

#include <algorithm>
#include <limits>
#include <optional>

#include <argon2.h>
#include <sys/mman.h>

namespace leadkeep::crypto {

namespace {

struct Cost {
  std::uint64_t memory_kib = 0;
  std::uint64_t passes = 0;
  std::uint64_t lanes = 0;
};

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
constexpr Cost kCost{8, 1, 1};
constexpr Cost kHighestCost{64, 2, 2};
#else
constexpr Cost kCost{19456, 2, 1};
constexpr Cost kHighestCost{65536, 10, 4};
#endif

constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kMinSaltSize = 8;  // RFC 9106 section 3.1
constexpr std::size_t kMaxSaltSize = 64;
constexpr std::size_t kHashSize = 32;

using Hash = ByteArray<kHashSize>;

constexpr unsigned kMaxRunning = 4;

// A place among the hashes that run now.
class Turn {
 public:
  Turn() {
    running().when([](unsigned count) { return count < kMaxRunning; },
                   [](unsigned& count) { ++count; });
  }

  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  ~Turn() {
    running().with([](unsigned& count) { --count; });
    running().notify_one();
  }

 private:
  static Guarded<unsigned>& running() {
    static Guarded<unsigned> instance{0u};
    return instance;
  }
};

// The working memory goes back to the kernel after each hash. malloc would keep up to twice its
// size in the arena of every thread that ever checked a password.
int map_memory(std::uint8_t** memory, std::size_t size) {
  void* const mapping =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) {
    *memory = nullptr;
    return ARGON2_MEMORY_ALLOCATION_ERROR;
  }
  (void)::madvise(mapping, size, MADV_DONTDUMP);
  *memory = static_cast<std::uint8_t*>(mapping);
  return ARGON2_OK;
}

void unmap_memory(std::uint8_t* memory, std::size_t size) {
  (void)::munmap(memory, size);
}

enum class Computed { kYes, kNo };

// kNo: there is no memory, or the parameters are outside what RFC 9106 allows.
Computed compute(const SecretBytes& password, const Cost& cost, ByteView salt, Hash& out) {
  constexpr std::size_t kMaxPasswordSize = std::numeric_limits<std::uint32_t>::max();
  if (password.size() > kMaxPasswordSize) {
    return Computed::kNo;
  }
  argon2_context context{};
  context.out = uchars(out.data());
  context.outlen = kHashSize;
  // libargon2 writes to the password and the salt only if a flag asks it to wipe them.
  context.pwd = const_cast<std::uint8_t*>(uchars(password.expose().data()));
  context.pwdlen = static_cast<std::uint32_t>(password.size());
  context.salt = const_cast<std::uint8_t*>(uchars(salt.data()));
  context.saltlen = static_cast<std::uint32_t>(salt.size());
  context.t_cost = static_cast<std::uint32_t>(cost.passes);
  context.m_cost = static_cast<std::uint32_t>(cost.memory_kib);
  context.lanes = static_cast<std::uint32_t>(cost.lanes);
  context.threads = context.lanes;
  context.version = ARGON2_VERSION_13;
  context.allocate_cbk = map_memory;
  context.free_cbk = unmap_memory;
  context.flags = ARGON2_DEFAULT_FLAGS;
  const Turn turn;
  return ::argon2id_ctx(&context) == ARGON2_OK ? Computed::kYes : Computed::kNo;
}

// The base64 of PHC strings: the alphabet of RFC 4648 section 4 without padding.
std::string to_phc_base64(ByteView bytes) {
  std::string text = to_base64url(bytes);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  return text;
}

std::optional<Bytes> from_phc_base64(std::string_view text) {
  if (text.find_first_of("-_") != text.npos) {
    return std::nullopt;
  }
  std::string url{text};
  std::ranges::replace(url, '+', '-');
  std::ranges::replace(url, '/', '_');
  return from_base64url(url);
}

std::string to_phc(const Cost& cost, ByteView salt, ByteView hash) {
  return "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) +
         ",t=" + std::to_string(cost.passes) + ",p=" + std::to_string(cost.lanes) + "$" +
         to_phc_base64(salt) + "$" + to_phc_base64(hash);
}

struct Stored {
  Cost cost;
  Bytes salt;
  Bytes hash;
};

// Reads "<name><number>" from the front of `text` and moves past it.
std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view name) {
  if (!text.starts_with(name)) {
    return std::nullopt;
  }
  text.remove_prefix(name.size());
  const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
  text.remove_prefix(digits.size());
  return parse_unsigned(digits);
}

std::optional<Stored> from_phc(std::string_view phc) {
  std::string_view rest = phc;
  const auto memory_kib = take_number(rest, "$argon2id$v=19$m=");
  const auto passes = take_number(rest, ",t=");
  const auto lanes = take_number(rest, ",p=");
  if (!memory_kib || !passes || !lanes || !rest.starts_with('$')) {
    return std::nullopt;
  }
  rest.remove_prefix(1);
  const auto salt_text = rest.substr(0, rest.find('$'));
  const auto salt = from_phc_base64(salt_text);
  const auto hash = from_phc_base64(rest.substr(std::min(rest.size(), salt_text.size() + 1)));
  if (!salt || !hash || *memory_kib > kHighestCost.memory_kib || *passes > kHighestCost.passes ||
      *lanes > kHighestCost.lanes || salt->size() < kMinSaltSize || salt->size() > kMaxSaltSize ||
      hash->size() != kHashSize) {
    return std::nullopt;
  }
  Stored stored{{*memory_kib, *passes, *lanes}, *salt, *hash};
  // One hash has one string: no leading zeros, nothing in between or behind.
  if (to_phc(stored.cost, stored.salt, stored.hash) != phc) {
    return std::nullopt;
  }
  return stored;
}

}  // namespace

Result<std::string> hash_password(const SecretBytes& password) {
  ByteArray<kSaltSize> salt;
  fill_random(salt);
  Hash hash;
  if (compute(password, kCost, salt, hash) == Computed::kNo) {
    return fail(Errc::kUnavailable, "no memory to hash a password");
  }
  return to_phc(kCost, salt, hash);
}

PasswordMatch check_password(const SecretBytes& password, std::string_view phc) {
  const auto stored = from_phc(phc);
  if (!stored) {
    return PasswordMatch::kDiffers;
  }
  Hash hash;
  const ScopedWipe wipe_hash{hash};
  if (compute(password, stored->cost, stored->salt, hash) == Computed::kNo) {
    return PasswordMatch::kDiffers;
  }
  return compare_constant_time(hash, stored->hash) == Compared::kEqual ? PasswordMatch::kMatches
                                                                       : PasswordMatch::kDiffers;
}

void spend_password_check_time(const SecretBytes& password) {
  static const std::string of_nobody = to_phc(kCost, ByteArray<kSaltSize>{}, Hash{});
  (void)check_password(password, of_nobody);
}

}  // namespace leadkeep::crypto
