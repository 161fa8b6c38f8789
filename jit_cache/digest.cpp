// XXH3-128 through the header-only build of xxHash.
//
// The only file that includes xxhash.h, so its size is paid once.
#include "jit_cache/digest.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#define XXH_INLINE_ALL
#include <xxhash.h>
#pragma GCC diagnostic pop

namespace numeta::jit_cache {

std::string digest_bytes(std::string_view bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  static_assert(sizeof canonical == kDigestSize);
  return {reinterpret_cast<const char*>(&canonical), sizeof canonical};
}

std::string digest_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : digest_bytes(bytes)) {
    const auto value = static_cast<unsigned char>(c);
    hex += kDigits[value >> 4];
    hex += kDigits[value & 15U];
  }
  return hex;
}

}  // namespace numeta::jit_cache
