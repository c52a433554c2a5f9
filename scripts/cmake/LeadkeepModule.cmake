# leadkeep_module(NAME <m> HEADERS <h>... SOURCES <cpp>...
#                 [USES <m>...] [USES_PRIVATELY <m>...] [LINKS_PRIVATELY <lib>...])
#
# One call declares one module: a static library `leadkeep::<m>` with its own include root, so
# that a header of a module which is not declared under USES is not found by the compiler.
# Dependencies are checked against modules/layers.json at configure time.
file(READ "${PROJECT_SOURCE_DIR}/modules/layers.json" LEADKEEP_LAYERS)
set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/modules/layers.json")

function(_leadkeep_check_layers name)
  string(JSON count ERROR_VARIABLE missing LENGTH "${LEADKEEP_LAYERS}" modules "${name}" may_use)
  if(missing)
    message(FATAL_ERROR "layers: module '${name}' has no entry in modules/layers.json")
  endif()
  set(allowed "")
  if(count GREATER 0)
    math(EXPR last "${count} - 1")
    foreach(i RANGE ${last})
      string(JSON dependency GET "${LEADKEEP_LAYERS}" modules "${name}" may_use ${i})
      list(APPEND allowed "${dependency}")
    endforeach()
  endif()
  foreach(dependency IN LISTS ARGN)
    if(NOT dependency IN_LIST allowed)
      message(FATAL_ERROR "layers: '${name}' may not use '${dependency}' (allowed: ${allowed})")
    endif()
  endforeach()
endfunction()

# leadkeep_alone(<cpp>...)
#
# Where the build compiles several files as one (CMAKE_UNITY_BUILD, which takes a third of the time),
# these are compiled alone: a name that is private to one of them is private to another file of its
# target, too.
function(leadkeep_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

function(leadkeep_module)
  cmake_parse_arguments(PARSE_ARGV 0 M "" "NAME"
    "HEADERS;SOURCES;USES;USES_PRIVATELY;LINKS_PRIVATELY")
  if(M_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "leadkeep_module(${M_NAME}): unknown arguments ${M_UNPARSED_ARGUMENTS}")
  endif()
  _leadkeep_check_layers(${M_NAME} ${M_USES} ${M_USES_PRIVATELY})

  set(target leadkeep_${M_NAME})
  list(TRANSFORM M_HEADERS PREPEND "include/leadkeep/${M_NAME}/")
  list(TRANSFORM M_SOURCES PREPEND "src/")
  add_library(${target} STATIC ${M_SOURCES})
  add_library(leadkeep::${M_NAME} ALIAS ${target})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${M_HEADERS})
  target_include_directories(${target} PRIVATE src)
  list(TRANSFORM M_USES PREPEND leadkeep::)
  list(TRANSFORM M_USES_PRIVATELY PREPEND leadkeep::)
  target_link_libraries(${target}
    PUBLIC ${M_USES} leadkeep_flags
    PRIVATE ${M_USES_PRIVATELY} ${M_LINKS_PRIVATELY})
  set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
endfunction()
