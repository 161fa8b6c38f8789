// One cache entry: a shared object with a trailer behind it, in one file.
//
//   entry    = elf fields footer
//   elf      = the linker's output, from offset 0 (ELF loaders ignore what follows it)
//   fields   = "material" "volatile" as in fields.hpp; each value is again fields
//   footer   = magic:8 schema:u32 zero:u32 elf-size:u64 fields-size:u64 checksum:16
//   checksum = XXH3-128 of every byte before it
//
// "material" is what the key is the hash of, and is compared in full on load, so that a collision
// of keys is a miss. "volatile" (label, times, metadata) is for people and is never compared.
//
// Every format ends in magic, schema, ..., checksum as here, so that a newer one is known as such.
// History: schema 1, the first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "jit_cache/fields.hpp"

namespace numeta::jit_cache {

inline constexpr std::string_view kEntryMagic = "numetaSO";
inline constexpr uint32_t kEntrySchema = 1;
inline constexpr size_t kFooterSize = 48;

struct Entry {
  std::string_view elf;       // views into the bytes that were decoded
  std::string_view material;  // encoded fields
  Fields info;                // the volatile fields
};

enum class Defect { kNone, kTruncated, kMagic, kSchemaOlder, kSchemaNewer, kChecksum, kFields };
std::string_view defect_name(Defect defect);

std::string encode_entry(std::string_view elf, std::string_view material, const Fields& info);

// The sizes that a footer speaks of, in a file of `size` bytes; the checksum is not looked at.
struct FooterSizes {
  Defect defect = Defect::kNone;
  uint64_t elf = 0;
  uint64_t fields = 0;
};
FooterSizes decode_footer(std::string_view footer, uint64_t size);

// Checks sizes, magic, schema and checksum before anything else is looked at.
Defect decode_entry(std::string_view bytes, Entry& out);

}  // namespace numeta::jit_cache
