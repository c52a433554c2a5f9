# cmake -DDOCUMENT=… -DOUTPUT=… -P embed.cmake: writes the document as a C++ string
file(READ "${DOCUMENT}" text)
file(WRITE "${OUTPUT}" "#include <leadkeep/api/openapi.h>

namespace leadkeep::api {

std::string_view openapi_document() {
  using namespace std::string_view_literals;  // whose length nobody has to count
  static constexpr std::string_view kDocument = R\"openapi(${text})openapi\"sv;
  return kDocument;
}

}  // namespace leadkeep::api
")
