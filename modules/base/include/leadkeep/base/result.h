// leadkeep/base/result.h — the one way a function says that it could not do what was asked
//
// A Result<T> holds a T or an Error. Anything caused by input, another party, the disk or time is
// an Error; a broken invariant of ours is LK_CHECK. Absence is not an error: `find_…` functions
// return Result<std::optional<T>>.
//
// Error::detail may be logged, so it is built from literals and loggable values only, never from
// personal data or secrets. It is not sent to clients: they get the code (api/error_response).
#pragma once
#include <leadkeep/base/check.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace leadkeep {

// The closed list of refusals. Each has one stable code in the API (modules/api/README.md).
enum class Errc : std::uint8_t {
  kInvalidInput,          // the request is malformed
  kTooLarge,              // the request is over a bound
  kUnauthenticated,       // who asks is not proven; one answer for every cause
  kDpopNonce,             // a browser's proof has no nonce of ours, or an old one: once more
  kDpopProof,             // a browser has not proven that it holds the key of its session
  kClientNotApproved,     // the program is not one that may talk to us; one answer for every cause
  kForbidden,             // proven, but not allowed
  kSecondFactorRequired,  // allowed only after a second factor was enrolled
  kStepUpRequired,        // allowed only shortly after a proof of who asks
  kProofRefused,          // of somebody signed in: a password or second factor was not taken
  kPasswordTooEasy,       // a new password is tried first by whoever guesses
  kNotFound,              // there is no such object, or it is not for the asker to know
  kConflict,              // the object is not in the state the request needs
  kIdempotencyMismatch,   // the Idempotency-Key was used before with another request
  kPreconditionRequired,  // the request must carry If-Match
  kPreconditionFailed,    // If-Match names an older version
  kConsentWithdrawn,      // the person asked not to be written to
  kWindowClosed,          // the 24-hour service window is closed
  kUnreachable,           // there is no WhatsApp address for the person
  kTooManyRequests,       // throttled
  kUnavailable,           // try again later: store read-only, network down, stopping
  kCorrupt,               // what was stored does not verify
  kInternal,              // a bug that was caught
};

[[nodiscard]] std::string_view name_of(Errc code) noexcept;

struct Error {
  Errc code;
  std::string detail;
};

struct Fail {
  Error error;
};

[[nodiscard]] inline Fail fail(Errc code, std::string detail) {
  return Fail{Error{code, std::move(detail)}};
}

template <class T>
class [[nodiscard]] Result {
 public:
  // Implicit on purpose: `return value;` and `return fail(…);` are how every function ends.
  Result(T value) : m_state{std::in_place_index<0>, std::move(value)} {}

  Result(Fail failure) : m_state{std::in_place_index<1>, std::move(failure.error)} {}

  [[nodiscard]] bool ok() const noexcept { return m_state.index() == 0; }

  explicit operator bool() const noexcept { return ok(); }

  [[nodiscard]] const T& value() const& {
    LK_CHECK(ok());
    return *std::get_if<0>(&m_state);
  }

  [[nodiscard]] T& value() & {
    LK_CHECK(ok());
    return *std::get_if<0>(&m_state);
  }

  [[nodiscard]] T&& value() && {
    LK_CHECK(ok());
    return std::move(*std::get_if<0>(&m_state));
  }

  [[nodiscard]] const Error& error() const& {
    LK_CHECK(!ok());
    return *std::get_if<1>(&m_state);
  }

  [[nodiscard]] Error&& error() && {
    LK_CHECK(!ok());
    return std::move(*std::get_if<1>(&m_state));
  }

 private:
  std::variant<T, Error> m_state;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;

  Result(Fail failure) : m_state{std::in_place_index<1>, std::move(failure.error)} {}

  [[nodiscard]] bool ok() const noexcept { return m_state.index() == 0; }

  explicit operator bool() const noexcept { return ok(); }

  [[nodiscard]] const Error& error() const& {
    LK_CHECK(!ok());
    return *std::get_if<1>(&m_state);
  }

  [[nodiscard]] Error&& error() && {
    LK_CHECK(!ok());
    return std::move(*std::get_if<1>(&m_state));
  }

 private:
  std::variant<std::monostate, Error> m_state;
};

}  // namespace leadkeep

#define LK_CONCAT_INNER(a, b) a##b
#define LK_CONCAT(a, b) LK_CONCAT_INNER(a, b)
#define LK_TRY_INNER(temporary, declaration, expression)   \
  auto temporary = (expression);                           \
  if (!temporary)                                          \
    return ::leadkeep::Fail{std::move(temporary).error()}; \
  declaration = std::move(temporary).value()

// LK_TRY(auto lead, leads.find(txn, id)); — declares `lead`, or returns the error to the caller.
#define LK_TRY(declaration, expression) \
  LK_TRY_INNER(LK_CONCAT(lk_try_, __COUNTER__), declaration, expression)

#define LK_TRY_VOID_INNER(temporary, expression)             \
  do {                                                       \
    if (auto temporary = (expression); !temporary) {         \
      return ::leadkeep::Fail{std::move(temporary).error()}; \
    }                                                        \
  } while (false)

// LK_TRY_VOID(txn.put(…)); — returns the error to the caller, or goes on.
#define LK_TRY_VOID(expression) LK_TRY_VOID_INNER(LK_CONCAT(lk_try_, __COUNTER__), expression)
