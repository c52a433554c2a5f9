#include <leadkeep/jose/jws.h>

namespace leadkeep::jose {
namespace {

constexpr std::size_t kMaxDepth = 8;

std::optional<json::Document> read_object(std::string_view base64url) {
  const auto bytes = from_base64url(base64url);
  if (!bytes) {
    return std::nullopt;
  }
  auto document =
      json::Document::parse(as_text(*bytes), {.max_bytes = bytes->size(), .max_depth = kMaxDepth});
  if (!document || !document.value().root().is_object()) {
    return std::nullopt;
  }
  return std::move(document).value();
}

}  // namespace

std::optional<Jws> Jws::parse(std::string_view text) {
  const auto first = text.find('.');
  const auto second = text.find('.', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) {
    return std::nullopt;
  }
  auto signature = from_base64url(text.substr(second + 1));
  auto header = read_object(text.substr(0, first));
  auto payload = read_object(text.substr(first + 1, second - first - 1));
  if (!signature || signature->empty() || !header || !payload) {
    return std::nullopt;
  }
  return Jws{std::move(*header), std::move(*payload), text.substr(0, second),
             std::move(*signature)};
}

}  // namespace leadkeep::jose
