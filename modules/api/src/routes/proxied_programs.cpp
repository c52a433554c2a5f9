#include "routes/proxied_programs.h"

#include "routes/browser.h"

#include <leadkeep/base/text.h>
#include <leadkeep/crypto/hash.h>

#include <algorithm>

namespace leadkeep::api {
namespace {

// Some proxies write a port behind the address, and brackets around one of IPv6.
std::string_view without_port(std::string_view address) {
  if (address.starts_with('[')) {
    return address.substr(1, address.find(']') - 1);
  }
  const auto colon = address.find(':');
  return colon == address.rfind(':') ? address.substr(0, colon) : address;
}

// What stands behind the last comma of the last of such fields.
std::string last_forwarded(const http::RequestHead& head) {
  const auto fields = head.all("x-forwarded-for");
  if (fields.empty()) {
    return {};
  }
  const std::string_view last{fields.back()};
  const auto comma = last.rfind(',');
  const std::string item{trim(comma == std::string_view::npos ? last : last.substr(comma + 1))};
  const auto address = without_port(item);
  const bool is_one = address.find('/') == std::string_view::npos && Network::parse(address);
  return is_one ? std::string{address} : std::string{};
}

}  // namespace

bool ProxiedPrograms::is_from_proxy(const http::Request& request) const {
  return std::ranges::any_of(
      m_networks, [&](const Network& network) { return network.contains(request.peer().address); });
}

void ProxiedPrograms::look_behind_proxy(http::Request& request) const {
  if (is_from_proxy(request)) {
    request.set_source(last_forwarded(request.head()));
    request.set_credential({});
  }
}

Result<std::optional<ProxiedPrograms::Proof>> ProxiedPrograms::find_credential(
    http::Request& request) const {
  using Found = std::optional<Proof>;
  const http::RequestHead& head = request.head();
  const auto field = head.field("dpop");
  if (request.is_signed() || !field || !is_from_proxy(request)) {
    return Found{};
  }
  const Timestamp now = m_clock.now();
  const auto verified = m_proofs.verify(
      {name_of(head.verb()), head.path(), request.token_of(http::kDpopScheme)}, *field, now);
  if (const auto* defect = std::get_if<dpop::Defect>(&verified)) {
    if (*defect == dpop::Defect::kRequest && m_pages == Pages::kWithoutCertificate) {
      return Found{};  // it may be a page's, which is of another origin
    }
    request.add_to_answer(kNonceField, m_proofs.new_nonce(now));
    return *defect == dpop::Defect::kNonce ? fail(Errc::kDpopNonce, "request: another nonce")
                                           : fail(Errc::kDpopProof, std::string{name_of(*defect)});
  }
  const auto& accepted = std::get<dpop::Proofs::Accepted>(verified);
  if (m_proofs.is_old(accepted.nonce_issued, now)) {
    request.add_to_answer(kNonceField, m_proofs.new_nonce(now));
  }
  request.set_signed_by(
      flow::ShownCredential::of_proven_key(crypto::sha256({crypto::spki_of(accepted.point)})));
  return Found{Proof{accepted.key, accepted.id}};
}

Result<void> ProxiedPrograms::take(const Proof& proof) {
  switch (m_once.take(proof.key, proof.id, m_clock.now())) {
    case dpop::Seen::kFirstTime:
      return {};
    case dpop::Seen::kAgain:
      return fail(Errc::kDpopProof, "dpop_again");
    case dpop::Seen::kFull:
      break;
  }
  return fail(Errc::kUnavailable, "request: more proofs than are remembered");
}

}  // namespace leadkeep::api
