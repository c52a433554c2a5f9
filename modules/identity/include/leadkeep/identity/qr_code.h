// leadkeep/identity/qr_code.h — a QR code as a picture, made here and sent nowhere
//
// Takes    at most 512 bytes of text, of which a secret is part
// Yields   an SVG document, black on white with the quiet zone that ISO/IEC 18004 asks for
// Refuses  kTooLarge
// Threads  any
#pragma once
#include <leadkeep/base/result.h>
#include <leadkeep/base/secret.h>

namespace leadkeep::identity {

[[nodiscard]] Result<SecretBytes> qr_code_svg(const SecretBytes& text);

}  // namespace leadkeep::identity
