// Writes every vector, and what another implementation needs to judge it, as one JSON object.
#include "metadata.h"
#include "vectors.h"

#include <leadkeep/crypto/certificate.h>
#include <leadkeep/json/writer.h>
#include <leadkeep/saml/service_metadata.h>

#include <cstdio>

namespace leadkeep::test {
namespace {

using std::chrono_literals::operator""h;

Bytes certificate_of_us() {
  return crypto::self_signed_certificate(sp_key(), "leads", {kNow - 24h, kMetadataEnds});
}

std::string key_of_us() {
  auto key = crypto::RsaPrivateKey::parse(sp_key().pkcs8());
  const SecretBytes pem = crypto::to_pem({std::move(key).value(), certificate_of_us()});
  return std::string{as_text(pem.expose())};
}

std::string metadata_of_idp() {
  MetadataDraft draft;
  draft.keys = key_descriptor(idp_key(), R"( use="signing")");
  return draft.xml();
}

std::string metadata_of_us() {
  const saml::ServiceDescription us{std::string{kSp},
                                    std::string{kAcs},
                                    std::string{kSlo},
                                    {certificate_of_us()},
                                    {certificate_of_us()}};
  return saml::service_metadata(us, sp_key(), "_m", kNow);
}

std::string everything() {
  json::Writer out;
  out.begin_object()
      .field("identity_provider", metadata_of_idp())
      .field("us", metadata_of_us())
      .field("key", key_of_us())
      .key("vectors")
      .begin_array();
  for (const Vector& vector : all_vectors()) {
    out.begin_object()
        .field("name", vector.name)
        .field("refused_by", vector.refused_by ? saml::id_of(*vector.refused_by) : "")
        .field("posted", vector.post())
        .end_object();
  }
  out.end_array().end_object();
  return std::move(out).take();
}

}  // namespace
}  // namespace leadkeep::test

int main() {
  return std::puts(leadkeep::test::everything().c_str()) < 0 ? 1 : 0;
}
