// json/body.h — the JSON object in the body of a request, read member by member
//
// Refuses  415 a body that is not announced as application/json; 400 a body that is not one object,
// a
//          member that is unknown, missing or of the wrong type. The answer names the member.
#pragma once
#include "http/request.h"

#include <leadkeep/base/secret.h>
#include <leadkeep/json/value.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadkeep::api {

inline constexpr std::size_t kMaxJsonDepth = 8;

[[nodiscard]] Result<json::Document> parse_body(http::Request& request);

class Members {
 public:
  // The views live no longer than the document that `object` belongs to.
  [[nodiscard]] static Result<Members> of(http::Request& request, json::Value object,
                                          std::initializer_list<std::string_view> known);

  [[nodiscard]] bool has(std::string_view name) const { return !m_object[name].is_absent(); }

  [[nodiscard]] bool is_null(std::string_view name) const { return m_object[name].is_null(); }

  [[nodiscard]] Result<std::string_view> string(std::string_view name) const;
  [[nodiscard]] Result<std::optional<std::string_view>> find_string(std::string_view name) const;
  // The same, as something that is wiped; find_secret is empty where the member is absent.
  [[nodiscard]] Result<SecretBytes> secret(std::string_view name) const;
  [[nodiscard]] Result<SecretBytes> find_secret(std::string_view name) const;
  [[nodiscard]] Result<std::vector<std::string>> strings(std::string_view name) const;

  // False where the member is absent.
  [[nodiscard]] Result<bool> flag(std::string_view name) const;

  [[nodiscard]] json::Value operator[](std::string_view name) const { return m_object[name]; }

  // The value of `name` is of the right type, but not one that is taken.
  [[nodiscard]] Fail refuse(std::string_view name) const;

 private:
  Members(http::Request& request, json::Value object) : m_request{&request}, m_object{object} {}

  http::Request* m_request;
  json::Value m_object;
};

// {"member": a secret}
[[nodiscard]] Result<SecretBytes> parse_secret(http::Request& request, std::string_view member);

}  // namespace leadkeep::api
