// Loaded into the load generator (LD_PRELOAD), which knows no certificates of clients: whatever it
// connects to sees the one that the environment names, if it asks.
#include <cstdlib>

#include <dlfcn.h>
#include <openssl/ssl.h>

extern "C" SSL_CTX* SSL_CTX_new(const SSL_METHOD* method) {
  using New = SSL_CTX* (*)(const SSL_METHOD*);
  const auto made_by_library = reinterpret_cast<New>(::dlsym(RTLD_NEXT, "SSL_CTX_new"));
  SSL_CTX* context = made_by_library == nullptr ? nullptr : made_by_library(method);
  const char* certificate = std::getenv("LEADKEEP_BENCH_CERTIFICATE");
  const char* key = std::getenv("LEADKEEP_BENCH_KEY");
  const bool shown = context != nullptr && certificate != nullptr && key != nullptr &&
                     ::SSL_CTX_use_certificate_chain_file(context, certificate) == 1 &&
                     ::SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1;
  if (!shown) {
    std::abort();  // a load of refusals would be no measurement
  }
  return context;
}
