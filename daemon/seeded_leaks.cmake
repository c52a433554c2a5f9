# seeded/leadkeepd: the daemon with leaks on purpose (leadkeep/base/seeded_leak.h), for the tests.
#
# Its own objects stand before the libraries on the link line, so that the linker finds their symbols
# and takes the same files out of no library: nothing else is compiled a second time, and no other
# program can hold a leak, whatever the option says.
if(NOT LEADKEEP_SEEDED_LEAKS)
  return()
endif()

set(leaky
  api/src/events/event_streams.cpp api/src/handlers/control.cpp
  api/src/handlers/conversations.cpp api/src/handlers/health.cpp api/src/handlers/webhook.cpp
  api/src/http/problem.cpp api/src/http/response.cpp api/src/json/views.cpp
  api/src/metrics_text.cpp api/src/routes/dispatcher.cpp base/src/heap.cpp base/src/seeded_leak.cpp
  flow/src/cursor.cpp flow/src/enrol_second_factor.cpp flow/src/log_in.cpp flow/src/receive_message.cpp identity/src/policy.cpp
  inbox/src/leads.cpp inbox/src/show.cpp store/src/lmdb_engine.cpp store/src/root_key.cpp
  store/src/sealed_record.cpp)
list(TRANSFORM leaky PREPEND "${PROJECT_SOURCE_DIR}/modules/")
leadkeepd_program(leadkeepd_seeded service.cpp ${leaky})
# An object of a library that holds other files as well would be taken for these.
set_source_files_properties(service.cpp ${leaky}
  TARGET_DIRECTORY leadkeep_service leadkeep_api leadkeep_base leadkeep_flow leadkeep_identity
    leadkeep_inbox leadkeep_store
  PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
target_compile_definitions(leadkeepd_seeded PRIVATE LEADKEEP_SEEDED_LEAKS)
foreach(module api flow identity inbox store)
  target_include_directories(leadkeepd_seeded PRIVATE "${PROJECT_SOURCE_DIR}/modules/${module}/src")
endforeach()
# What only the modules themselves include, and the definitions with which they include it.
target_link_libraries(leadkeepd_seeded PRIVATE
  leadkeep::audit leadkeep::consent leadkeep::json Poco::NetSSL Poco::Net Poco::Foundation)
set_target_properties(leadkeepd_seeded PROPERTIES
  OUTPUT_NAME leadkeepd RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/seeded")
