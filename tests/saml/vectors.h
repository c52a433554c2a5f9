// Responses with the verdict that is expected of each: the dialects that have to work, and the
// attacks by class (wrapping, keys and algorithms, references and transforms, bytes, encryption,
// profile).
#pragma once
#include <leadkeep/saml/response.h>

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace leadkeep::test {

struct Vector {
  std::string name;
  std::optional<saml::Check> refused_by;  // nothing: alice is let in
  std::function<std::string()> post;      // SAMLResponse, made when it is needed
  bool accepts_cbc = false;
  bool asked_again = false;
};

// For the names of tests, which would hold addresses otherwise.
inline std::ostream& operator<<(std::ostream& out, const Vector& vector) {
  return out << vector.name;
}

[[nodiscard]] std::vector<Vector> dialect_vectors();
[[nodiscard]] std::vector<Vector> wrapping_vectors();
[[nodiscard]] std::vector<Vector> signature_vectors();
[[nodiscard]] std::vector<Vector> byte_vectors();
[[nodiscard]] std::vector<Vector> encryption_vectors();
[[nodiscard]] std::vector<Vector> profile_vectors();

[[nodiscard]] std::vector<Vector> all_vectors();

}  // namespace leadkeep::test
