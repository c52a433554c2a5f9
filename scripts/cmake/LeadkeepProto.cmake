# leadkeep_records(TARGET <name> PROTOS <file>...)
#
# Compiles the record schemas into a static library of their own, without the project's warning
# flags: the generated code is not ours to mend. Headers appear as
# <leadkeep/store/records/NAME.pb.h> to the modules that link the target.
find_package(Protobuf 3.21 REQUIRED)

function(leadkeep_records)
  cmake_parse_arguments(PARSE_ARGV 0 R "" "TARGET" "PROTOS")
  set(root "${CMAKE_CURRENT_BINARY_DIR}/generated")
  set(out "${root}/leadkeep/store/records")
  file(MAKE_DIRECTORY "${out}")
  set(sources "")
  foreach(proto IN LISTS R_PROTOS)
    get_filename_component(name "${proto}" NAME_WE)
    get_filename_component(folder "${proto}" DIRECTORY)
    add_custom_command(
      OUTPUT "${out}/${name}.pb.cc" "${out}/${name}.pb.h"
      COMMAND protobuf::protoc "--proto_path=${CMAKE_CURRENT_SOURCE_DIR}/${folder}"
              "--cpp_out=${out}" "${CMAKE_CURRENT_SOURCE_DIR}/${proto}"
      DEPENDS "${proto}" VERBATIM)
    list(APPEND sources "${out}/${name}.pb.cc")
  endforeach()
  add_library(${R_TARGET} STATIC ${sources})
  target_compile_options(${R_TARGET} PRIVATE -w)
  if(LEADKEEP_SANITIZE)
    target_compile_options(${R_TARGET} PRIVATE -fsanitize=${LEADKEEP_SANITIZE} -fno-omit-frame-pointer)
  endif()
  if(LEADKEEP_FUZZ)
    target_compile_options(${R_TARGET} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  target_include_directories(${R_TARGET} SYSTEM PUBLIC "${root}")
  target_link_libraries(${R_TARGET} PUBLIC protobuf::libprotobuf-lite)
endfunction()
