// XXH3-128 digests: names of entries and checksums of files.
//
// The digest is written in the canonical (big-endian) order, so it reads the same on every host.
#pragma once

#include <string>
#include <string_view>

namespace numeta::jit_cache {

inline constexpr size_t kDigestSize = 16;

// The 16 canonical bytes of the XXH3-128 of `bytes`, seed 0.
std::string digest_bytes(std::string_view bytes);

// The same as 32 lower-case hexadecimal digits.
std::string digest_hex(std::string_view bytes);

}  // namespace numeta::jit_cache
