// What a token endpoint answers, RFC 6749 section 5.
#pragma once
#include <leadkeep/base/result.h>

#include <string>
#include <string_view>

namespace leadkeep::oidc {

struct TokenAnswer {
  std::string id_token;
  std::string access_token;  // empty: none
};

// Errors as those of Provider.
[[nodiscard]] Result<TokenAnswer> read_token_answer(long status, std::string_view body);

}  // namespace leadkeep::oidc
