// email_finder.h — e-mail addresses, also those spelled for people only
#pragma once
#include "atoms.h"

#include <leadkeep/privacy/find_spans.h>

#include <vector>

namespace leadkeep::privacy {

// Appends every address to `found`: name@domain with letters of any script; name@host without a
// dot, as payment ids have it; "name @ domain.tld"; "name (at) domain [dot] tld"; and with bare
// words "name at domain dot tld", or "name at gmail.com" where the provider is a known one.
void find_addresses(const std::vector<Atom>& atoms, std::vector<Span>& found);

}  // namespace leadkeep::privacy
