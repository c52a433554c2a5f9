#include "client_data.h"

#include <leadkeep/json/value.h>

namespace leadkeep::webauthn {
namespace {

constexpr json::ParseLimits kLimits{.max_bytes = 4 * 1024, .max_depth = 4};

}  // namespace

Checked<Bytes> read_client_data(const RelyingParty& party, Ceremony ceremony,
                                std::string_view json) {
  if (json.size() > kLimits.max_bytes) {
    return Defect::kTooLarge;
  }
  const auto document = json::Document::parse(json, kLimits);
  if (!document) {
    return Defect::kClientData;
  }
  const json::Value data = document.value().root();
  const std::string_view type =
      ceremony == Ceremony::kRegister ? "webauthn.create" : "webauthn.get";
  if (data["type"].string() != type) {
    return Defect::kClientData;
  }
  const json::Value cross_origin = data["crossOrigin"];
  if (data["origin"].string() != party.origin() || !data["topOrigin"].is_absent() ||
      (!cross_origin.is_absent() && cross_origin.boolean() != false)) {
    return Defect::kOrigin;
  }
  auto challenge = from_base64url(data["challenge"].string().value_or(""));
  if (!challenge) {
    return Defect::kChallenge;
  }
  return std::move(*challenge);
}

}  // namespace leadkeep::webauthn
