#include <leadkeep/identity/qr_code.h>

#include <algorithm>
#include <span>
#include <string>

#include <qrcodegen.h>

namespace leadkeep::identity {
namespace {

constexpr std::size_t kLongest = 512;
constexpr int kLargestVersion = 20;  // 666 bytes at the level used
constexpr int kQuietZone = 4;        // modules
constexpr std::size_t kBufferSize = qrcodegen_BUFFER_LEN_FOR_VERSION(kLargestVersion);

// One path of squares, each row its runs of dark modules.
void draw(std::string& svg, const std::uint8_t* code) {
  const int size = qrcodegen_getSize(code);
  const std::string side = std::to_string(size + 2 * kQuietZone);
  svg.append(R"(<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 )")
      .append(side)
      .append(" ")
      .append(side)
      .append(R"(" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h)")
      .append(side)
      .append("v")
      .append(side)
      .append("h-")
      .append(side)
      .append(R"(z"/><path d=")");
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      if (!qrcodegen_getModule(code, x, y)) {
        continue;
      }
      const int start = x;
      while (x + 1 < size && qrcodegen_getModule(code, x + 1, y)) {
        ++x;
      }
      const std::string width = std::to_string(x + 1 - start);
      svg.append("M")
          .append(std::to_string(start + kQuietZone))
          .append(" ")
          .append(std::to_string(y + kQuietZone))
          .append("h")
          .append(width)
          .append("v1h-")
          .append(width)
          .append("z");
    }
  }
  svg.append(R"("/></svg>)");
}

}  // namespace

Result<SecretBytes> qr_code_svg(const SecretBytes& text) {
  if (text.size() > kLongest) {
    return fail(Errc::kTooLarge, "QR code: more than 512 bytes");
  }
  SecretBytes code{kBufferSize};
  SecretBytes work{kBufferSize};  // holds the text, and then what is computed from it
  const std::span<std::byte> data = work.expose_mutable();
  std::ranges::copy(text.expose(), data.begin());
  auto* const code_bytes = reinterpret_cast<std::uint8_t*>(code.expose_mutable().data());
  if (!qrcodegen_encodeBinary(reinterpret_cast<std::uint8_t*>(data.data()), text.size(), code_bytes,
                              qrcodegen_Ecc_MEDIUM, qrcodegen_VERSION_MIN, kLargestVersion,
                              qrcodegen_Mask_AUTO, /*boostEcl=*/true)) {
    return fail(Errc::kTooLarge, "QR code: the text does not fit");
  }
  constexpr std::size_t kUsualSize = 32'768;
  std::string svg;
  svg.reserve(kUsualSize);
  draw(svg, code_bytes);
  SecretBytes kept = SecretBytes::copy_of(as_bytes(svg));
  wipe(svg);
  return kept;
}

}  // namespace leadkeep::identity
