#include "library.h"

#include <leadkeep/base/check.h>

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/xmlsec.h>

namespace leadkeep::saml_judge {
namespace {

void say_nothing(void* /*context*/, ::xmlError* /*error*/) {}

// No I/O of the libraries: nothing that a message names is ever opened.
int match_nothing(const char* /*uri*/) {
  return 0;
}

void start_once() {
  ::xmlInitParser();
  ::xmlCleanupInputCallbacks();
  LK_CHECK(::xmlRegisterInputCallbacks(match_nothing, nullptr, nullptr, nullptr) >= 0);
  ::xmlSecErrorsDefaultCallbackEnableOutput(0);
  LK_CHECK(::xmlSecInit() == 0 && ::xmlSecCheckVersion() == 1);
  LK_CHECK(::xmlSecCryptoAppInit(nullptr) == 0 && ::xmlSecCryptoInit() == 0);
}

}  // namespace

void start_library() {
  static const bool started = (start_once(), true);
  static_cast<void>(started);
  ::xmlSetStructuredErrorFunc(nullptr, say_nothing);
}

}  // namespace leadkeep::saml_judge
