// libxml2 and xmlsec1, made ready once for the process.
#pragma once

namespace leadkeep::saml_judge {

// Their error handlers are silenced: what they print holds parts of the message. libxml2 keeps that
// by thread, so every thread that parses calls this.
void start_library();

}  // namespace leadkeep::saml_judge
