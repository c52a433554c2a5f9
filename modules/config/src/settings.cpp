#include "table.h"

#include <leadkeep/base/check.h>
#include <leadkeep/config/settings.h>

namespace leadkeep::config {

std::string Endpoint::text() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Settings::Settings() {
  for (const Setting& setting : table()) {
    if (setting.fallback) {
      LK_CHECK(setting.assign(*this, *setting.fallback));
    }
  }
}

}  // namespace leadkeep::config
