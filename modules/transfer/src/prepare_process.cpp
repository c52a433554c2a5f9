#include <leadkeep/base/check.h>
#include <leadkeep/base/heap.h>
#include <leadkeep/transfer/prepare_process.h>

#include <cstdlib>
#include <cstring>

#include <curl/curl.h>

namespace leadkeep::transfer {

void prepare_process() {
  LK_CHECK(::unsetenv("SSLKEYLOGFILE") == 0);  // the library would write the keys of TLS there
  LK_CHECK(::curl_global_init_mem(
               CURL_GLOBAL_DEFAULT, [](std::size_t size) { return std::malloc(size); },
               [](void* block) { free_wiped(block); },
               [](void* block, std::size_t size) { return realloc_wiped(block, size); },
               [](const char* text) { return ::strdup(text); },
               [](std::size_t count, std::size_t size) { return std::calloc(count, size); }) ==
           CURLE_OK);
}

}  // namespace leadkeep::transfer
