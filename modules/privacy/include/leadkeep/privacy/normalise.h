// leadkeep/privacy/normalise.h — one spelling for each identifier of a person
//
// Takes    what a person typed, an import carried or WhatsApp sent; at most 512 bytes of it
// Yields   the one spelling that blind indexes and comparisons are made of
// Refuses  nullopt for everything that is not clearly an identifier of the kind: invalid UTF-8,
//          too long, extra words around it, a number that cannot exist
// Source   ITU-T E.164; RFC 5321 section 4.5.3.1 (lengths), RFC 6531 (non-ASCII addresses),
//          UTS #46 (domains); UAX #15 and UAX #24 (names); WhatsApp Cloud API: contacts (wa_id), business-scoped user ids
// Threads  any; stateless
//
// The blind index of an identifier is made of its normalised form. Whoever changes what a
// normaliser yields for any input raises its version, and the store builds a new generation of
// the index; with an unchanged version, people already stored would no longer be found.
#pragma once
#include <leadkeep/base/pii.h>
#include <leadkeep/base/result.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace leadkeep::privacy {

inline constexpr unsigned kPhoneNormaliserVersion = 1;
inline constexpr unsigned kWhatsappIdNormaliserVersion = 1;
inline constexpr unsigned kEmailNormaliserVersion = 1;
inline constexpr unsigned kBsuidNormaliserVersion = 1;
inline constexpr unsigned kNameNormaliserVersion = 1;
// Rises whenever one of the five above does.
inline constexpr unsigned kNormaliserVersion = 1;

// The country whose dialling rules apply to numbers written without a country code: an upper-case
// two-letter ISO 3166-1 code that libphonenumber has rules for.
class Region {
 public:
  // Refuses (kInvalidInput) everything else, lower case included.
  [[nodiscard]] static Result<Region> parse(std::string_view code);

  [[nodiscard]] std::string_view code() const& noexcept { return {m_code.data(), m_code.size()}; }

  std::string_view code() const&& = delete;

  // Digits of the shortest number that subscribers of the region write, 5 to 7.
  [[nodiscard]] unsigned shortest_number() const noexcept { return m_shortest_number; }

  friend bool operator==(const Region&, const Region&) = default;

 private:
  Region(std::array<char, 2> code, unsigned shortest_number) noexcept
      : m_code{code}, m_shortest_number{shortest_number} {}

  std::array<char, 2> m_code;
  unsigned m_shortest_number;
};

// E.164 with the plus: "+4915112345678". A number that its country assigns; with a country code in
// front also one whose length alone is right, because new prefixes come faster than new metadata.
// "tel:" in front is removed; an extension is refused, since WhatsApp knows none.
[[nodiscard]] std::optional<Pii<std::string>> normalise_phone(std::string_view text,
                                                              const Region& region);

// 5 to 20 digits and nothing else; a plus in front and separators are removed. The digits stay as
// WhatsApp gave them, because a WhatsApp id is not always the phone number: Mexico (521…), Brazil
// (the ninth digit) and Argentina (549…) differ.
[[nodiscard]] std::optional<Pii<std::string>> normalise_whatsapp_id(std::string_view text);

// The number of a normalised WhatsApp id, if "+" and its digits are a valid E.164 number.
[[nodiscard]] std::optional<Pii<std::string>> phone_of_whatsapp_id(
    const Pii<std::string>& whatsapp_id);

// Trimmed, NFC, domain in lower-case Unicode form (UTS #46). The local part keeps its case, its
// dots and its plus: only the provider knows what they mean.
[[nodiscard]] std::optional<Pii<std::string>> normalise_email(std::string_view text);

// A business-scoped user id, "DE.1A2b3C" or "DE.ENT.1A2b3C", case-sensitive, taken as it is:
// two letters of a country, optionally ".ENT", and 1 to 128 ASCII letters or digits.
[[nodiscard]] std::optional<Pii<std::string>> normalise_bsuid(std::string_view text);

// The words of a name in one order, with a space between them: "Müller, Anna-Lena" and "anna lena muller"
// are one. NFKC, case folded, without accents; marks that are vowels of their script stay. A word has a
// letter, so that a number in a profile's name is none of them. Refuses what has no word.
[[nodiscard]] std::optional<Pii<std::string>> normalise_name(std::string_view text);

}  // namespace leadkeep::privacy
