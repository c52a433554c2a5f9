# Every compiler and linker flag of the project, on one INTERFACE target.
find_program(LEADKEEP_CCACHE ccache)
if(LEADKEEP_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${LEADKEEP_CCACHE}")
endif()

add_library(leadkeep_flags INTERFACE)
target_compile_options(leadkeep_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wformat=2 -Wvla -Wimplicit-fallthrough
  -Werror=unused-result -Werror=return-type
  -fstack-protector-strong -fPIE
  -ftrivial-auto-var-init=$<IF:$<CXX_COMPILER_ID:GNU>,zero,pattern>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # -fstack-reuse=none: GCC 12 can miscompile code that reuses stack slots of dead temporaries.
  target_compile_options(leadkeep_flags INTERFACE
    -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wsuggest-override -Wbidi-chars=any
    -fstack-clash-protection -fcf-protection=full -fstack-reuse=none)
endif()
# The warning takes every file but the first of a unity build for a header.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(leadkeep_flags INTERFACE -Wno-subobject-linkage)
endif()
target_compile_definitions(leadkeep_flags INTERFACE _GLIBCXX_ASSERTIONS)
if(NOT LEADKEEP_SANITIZE)
  target_compile_definitions(leadkeep_flags INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
endif()
target_link_options(leadkeep_flags INTERFACE -pie -Wl,-z,relro -Wl,-z,now)

if(LEADKEEP_SANITIZE)
  target_compile_options(leadkeep_flags INTERFACE
    -fsanitize=${LEADKEEP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(leadkeep_flags INTERFACE -fsanitize=${LEADKEEP_SANITIZE})
endif()
if(LEADKEEP_FUZZ)
  target_compile_options(leadkeep_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_compile_definitions(leadkeep_flags INTERFACE FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
endif()
