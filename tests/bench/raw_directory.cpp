#include "raw_directory.h"

#include "figures.h"
#include "paths/path_house.h"

#include <leadkeep/base/check.h>
#include <leadkeep/ldap/servers.h>

#include <stdexcept>

namespace leadkeep::bench {
namespace {

using test::must;

// Of the whole process, once.
void prepare(const std::string& ca_file) {
  static const bool trusted = [&] {
    ldap::prepare_process();
    return ldap::trust(ca_file).ok();
  }();
  LK_CHECK(trusted);
}

}  // namespace

double raw_directory_proofs(const DirectoryPlace& place, unsigned threads, double seconds) {
  prepare(place.ca_file);
  const ldap::Server server = must(ldap::Server::parse(place.url));
  const SystemClock clock;
  const egress::Dialer dialer{egress::AllowList{{server.destination}}};
  ldap::DeadlineWatch watch;
  ldap::Servers servers{ldap::Network{dialer, watch}, {server}, {}, clock};
  const SecretBytes password = SecretBytes::copy_of(as_bytes(place.password));
  return per_second(threads, seconds, [&](unsigned, std::uint64_t) {
    if (must(servers.prove(place.dn, password)).verdict != ldap::BindAnswer::Verdict::kProven) {
      throw std::runtime_error{"the directory does not take the password"};
    }
  });
}

}  // namespace leadkeep::bench
