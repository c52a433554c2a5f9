// leadkeep/identity/email_codes.h — log-in path: a code by e-mail where there is no second factor
//
//   ProvenIdentity + address ─ issue ─ a code, sent to the address, and a transaction, answered
//   ProvenIdentity + address + both of them ─ Admission (kEmailCode) ─ Session
//
// For roles that the operator names and for agents who have nothing better: whoever has an app or a
// passkey is asked for that, and after a reset only for the code to enrol with. It is no second
// factor (NIST SP 800-63B-4 section 3.1.3.1), so such a session is never a fresh proof. The address
// is the directory's; one that has changed since takes the code with it.
//
// Eight digits, good for ten minutes, once, and in the window that asked for them: the hash that is
// kept is of the transaction too. The next code voids the one before. Five wrong ones void it, and
// block codes as those of an app do (second_factors.h), but never for good: such an agent has no other
// way in. Nothing counts where no code is out. Three are sent an hour.
//
// Refusals are counted in the transaction, so they come back as values: it has to commit.
// Threads  any; inside the caller's transaction
#pragma once
#include <leadkeep/identity/second_factors.h>

#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

namespace leadkeep::identity {

class EmailCodes {
 public:
  static constexpr std::chrono::minutes kLife{10};
  static constexpr std::uint32_t kMostWrong = 5;
  static constexpr int kMostPerHour = 3;
  static constexpr std::size_t kDigits = 8;

  explicit EmailCodes(SecondFactorPolicy policy) : m_policy{std::move(policy)} {}

  // Made before the transaction, so that a body that runs twice gives it once.
  struct Draft {
    SecretBytes transaction;  // text, for the window that asks
    SecretBytes code;         // digits, for the mailbox

    [[nodiscard]] static Draft draw();
  };

  // Nothing where the code counts from now on and is to be sent.
  [[nodiscard]] Result<std::optional<FactorRefusal>> issue(store::WriteTxn& txn,
                                                           const ProvenIdentity& who,
                                                           std::string_view address,
                                                           const Draft& draft, Timestamp now) const;

  // `typed` may have spaces in it. The address is that of now.
  [[nodiscard]] Result<SecondFactors::Decision> admit(
      store::WriteTxn& txn, const ProvenIdentity& who, std::string_view address,
      const SecretBytes& transaction, const SecretBytes& typed, Timestamp now) const;

 private:
  SecondFactorPolicy m_policy;
};

}  // namespace leadkeep::identity
