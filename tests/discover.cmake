# cmake -D PROGRAM=... -D FILE=... -D LABEL=... -D TIMEOUT=... -P discover.cmake
#
# Writes what ctest includes: each suite of a program of GoogleTest as one test, whose cases share a process,
# as most of what a case takes is to make keys and passwords that its neighbours need, too. Under
# `ctest -C Cases` each case is one by itself, to run a few of them by name.

execute_process(COMMAND "${PROGRAM}" --gtest_list_tests OUTPUT_VARIABLE listed
  RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${PROGRAM} --gtest_list_tests: ${failed}")
endif()

# add(<variable> <name> <filter>): one more test in the text of the variable.
function(add variable name filter)
  set(disabled "")
  if(filter MATCHES "DISABLED_")
    set(disabled " DISABLED TRUE")
  endif()
  string(APPEND ${variable}
    "add_test([=[${name}]=] [=[${PROGRAM}]=] [=[--gtest_filter=${filter}]=])\n"
    "set_tests_properties([=[${name}]=] PROPERTIES LABELS ${LABEL} TIMEOUT ${TIMEOUT}${disabled})\n")
  set(${variable} "${${variable}}" PARENT_SCOPE)
endfunction()

string(REGEX REPLACE " +#[^\n]*" "" listed "${listed}")  # values of parameters
if(listed MATCHES "[][;]")
  message(FATAL_ERROR "${PROGRAM} has a test whose name a list of CMake cannot hold")
endif()
string(REPLACE "\n" ";" lines "${listed}")
set(suites "")
set(cases "")
foreach(line IN LISTS lines)
  if(line MATCHES "^([^ ].*)\\.$")
    set(suite "${CMAKE_MATCH_1}")
    add(suites "${suite}" "${suite}.*")
  elseif(line MATCHES "^  (.+)$")
    add(cases "${suite}.${CMAKE_MATCH_1}" "${suite}.${CMAKE_MATCH_1}")
  endif()
endforeach()
if(NOT cases)
  message(FATAL_ERROR "${PROGRAM} lists no test")
endif()
file(WRITE "${FILE}"
  "if(CTEST_CONFIGURATION_TYPE STREQUAL \"Cases\")\n${cases}else()\n${suites}endif()\n")
