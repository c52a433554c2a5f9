// leadkeep/transfer/prepare_process.h — has libcurl wipe what it frees, and write no keys of TLS
//
// Threads  once, before the first thread starts and the first other use of the library
#pragma once

namespace leadkeep::transfer {

void prepare_process();

}  // namespace leadkeep::transfer
