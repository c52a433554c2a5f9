// fuzz_target.h — the entry point that libFuzzer and replay_main.cpp call
//
// LK_FUZZ_TARGET(function) calls function(std::string_view) with arbitrary bytes. What must be true
// afterwards is said with LK_CHECK; an exception that escapes is a finding as well.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

#define LK_FUZZ_TARGET(function)                                                      \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    function(std::string_view{reinterpret_cast<const char*>(data), size});            \
    return 0;                                                                         \
  }
