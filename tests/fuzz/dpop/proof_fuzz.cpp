// The value of a DPoP field. The first byte of the input chooses: what a stranger sends as it is,
// or header and claims, with a line end between them, that a holder of a key has signed; in these
// "KEY" stands for the key and "NONCE" for a nonce of ours. Nothing is accepted that was not
// signed, and of the signed nothing that does not name type, algorithm, method, address and nonce.
#include "fuzz_target.h"

#include <leadkeep/base/check.h>
#include <leadkeep/dpop/proof.h>
#include <leadkeep/jose/jwk.h>
#include <leadkeep/json/value.h>

#include <string>

namespace leadkeep::dpop {
namespace {

constexpr Timestamp kNow{1'764'000'000'000};
constexpr std::string_view kOrigin = "https://a.example";
constexpr ProvenRequest kRequest{"GET", "/v1/session"};

struct World {
  Proofs proofs{std::string{kOrigin}};
  crypto::Es256Key key = crypto::Es256Key::generate();
  std::string jwk = jose::jwk_of(key.public_point());
  std::string nonce = proofs.new_nonce(kNow);
};

const World& world() {
  static const World made;
  return made;
}

std::string filled_in(std::string_view text) {
  std::string filled{text};
  for (const auto& [name, value] :
       {std::pair<std::string_view, const std::string&>{"KEY", world().jwk},
        std::pair<std::string_view, const std::string&>{"NONCE", world().nonce}}) {
    if (const auto at = filled.find(name); at != std::string::npos) {
      filled.replace(at, name.size(), value);
    }
  }
  return filled;
}

bool is_accepted(std::string_view proof) {
  return std::holds_alternative<Proofs::Accepted>(world().proofs.verify(kRequest, proof, kNow));
}

void check_signed(std::string_view input) {
  const auto line = input.find('\n');
  if (line == std::string_view::npos) {
    return;
  }
  const std::string header = filled_in(input.substr(0, line));
  const std::string claims = filled_in(input.substr(line + 1));
  std::string proof = to_base64url(as_bytes(header)) + "." + to_base64url(as_bytes(claims));
  const auto signature = world().key.sign(as_bytes(proof));
  proof.append(".").append(to_base64url(signature));
  if (!is_accepted(proof)) {
    return;
  }
  const auto head = json::Document::parse(header, {.max_bytes = header.size()});
  const auto said = json::Document::parse(claims, {.max_bytes = claims.size()});
  LK_CHECK(head.ok() && said.ok());
  LK_CHECK(head.value().root()["typ"].string() == "dpop+jwt");
  LK_CHECK(head.value().root()["alg"].string() == "ES256");
  LK_CHECK(said.value().root()["htm"].string() == kRequest.method);
  LK_CHECK(said.value().root()["htu"].string().value_or("").starts_with(kOrigin));
  LK_CHECK(said.value().root()["nonce"].string() == world().nonce);
  proof.back() = proof.back() == 'A' ? 'Q' : 'A';  // the last bits are the signature's
  proof[proof.size() - 2] = proof[proof.size() - 2] == 'A' ? 'B' : 'A';
  LK_CHECK(!is_accepted(proof));
}

void check_input(std::string_view input) {
  if (input.empty()) {
    return;
  }
  if (input.front() == 's') {
    check_signed(input.substr(1));
  } else {
    LK_CHECK(!is_accepted(input.substr(1)));
  }
}

}  // namespace
}  // namespace leadkeep::dpop

LK_FUZZ_TARGET(leadkeep::dpop::check_input)
