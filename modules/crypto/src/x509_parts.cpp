#include "x509_parts.h"

#include <leadkeep/crypto/public_key.h>
#include <leadkeep/crypto/random.h>

#include <array>
#include <chrono>
#include <ctime>

namespace leadkeep::crypto {
namespace {

using BigNumber = std::unique_ptr<BIGNUM, Free<&::BN_free>>;

constexpr std::size_t kMostBytes = 64 * 1024;

bool set_time(ASN1_TIME* field, Timestamp time) {
  return ::ASN1_TIME_set(field, static_cast<std::time_t>(time.ms / 1000)) != nullptr;
}

// 19 random octets, so that it is positive and of at most 20 (section 4.1.2.2).
bool set_serial(X509* certificate) {
  std::array<std::byte, 19> octets{};
  fill_random(octets);
  const BigNumber number{::BN_bin2bn(uchars(octets.data()), octets.size(), nullptr)};
  return number != nullptr &&
         ::BN_to_ASN1_INTEGER(number.get(), ::X509_get_serialNumber(certificate)) != nullptr;
}

bool set_name(X509* certificate, std::string_view name) {
  X509_NAME* subject = ::X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(name.data());
  return ::X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC, text,
                                      static_cast<int>(name.size()), -1, 0) == 1 &&
         ::X509_set_issuer_name(certificate, subject) == 1;
}

}  // namespace

std::optional<Timestamp> timestamp_of(const ASN1_TIME* time) {
  using namespace std::chrono;
  std::tm parts{};
  if (::ASN1_TIME_to_tm(time, &parts) != 1) {
    return std::nullopt;
  }
  const year_month_day date{year{parts.tm_year + 1900},
                            month{static_cast<unsigned>(parts.tm_mon) + 1},
                            day{static_cast<unsigned>(parts.tm_mday)}};
  const auto of_day = hours{parts.tm_hour} + minutes{parts.tm_min} + seconds{parts.tm_sec};
  return Timestamp{milliseconds{sys_days{date}.time_since_epoch() + of_day}.count()};
}

Certificate read_certificate(ByteView der) {
  if (der.size() > kMostBytes) {
    return nullptr;
  }
  const unsigned char* at = uchars(der.data());
  Certificate parsed{::d2i_X509(nullptr, &at, static_cast<long>(der.size()))};
  return parsed != nullptr && at == uchars(der.data()) + der.size() ? std::move(parsed) : nullptr;
}

Certificate new_certificate(std::string_view subject, Timestamp from, Timestamp until,
                            EVP_PKEY* key) {
  constexpr long kVersion3 = 2;
  Certificate made{::X509_new()};
  LK_CHECK(made != nullptr);
  LK_CHECK(::X509_set_version(made.get(), kVersion3) == 1);
  LK_CHECK(set_serial(made.get()));
  LK_CHECK(set_name(made.get(), subject));
  LK_CHECK(set_time(::X509_getm_notBefore(made.get()), from));
  LK_CHECK(set_time(::X509_getm_notAfter(made.get()), until));
  LK_CHECK(::X509_set_pubkey(made.get(), key) == 1);
  return made;
}

ByteView content_of(BIO* memory) {
  char* text = nullptr;
  const long size = ::BIO_get_mem_data(memory, &text);
  return as_bytes({text, static_cast<std::size_t>(size)});
}

bool is_strong_key(ByteView public_key) {
  const auto key = PublicKey::parse(public_key);
  return key && key->kind().is_strong();
}

}  // namespace leadkeep::crypto
