// application/x-www-form-urlencoded, as a query or a body.
#pragma once
#include <leadkeep/base/percent.h>

#include <string>
#include <string_view>

namespace leadkeep::oidc {

class Form {
 public:
  Form& add(std::string_view name, std::string_view value) {
    m_text.append(m_text.empty() ? "" : "&").append(name).append("=").append(percent_encode(value));
    return *this;
  }

  [[nodiscard]] std::string take() && { return std::move(m_text); }

 private:
  std::string m_text;
};

}  // namespace leadkeep::oidc
