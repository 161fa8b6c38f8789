// The parsers of what lies in a store, under libFuzzer: entries, key material, records, statistics.
//
// The input is taken as it is, and with the checksum of its bytes behind it, so that what stands
// behind the checksum is reached too. Sanitizers see reads past an end; the size of what comes out
// shows that nothing larger than the input is allocated. `make fuzz-trailer`; needs clang.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "jit_cache/digest.hpp"
#include "jit_cache/elf.hpp"
#include "jit_cache/entry.hpp"
#include "jit_cache/stats.hpp"
#include "jit_cache/toolchain.hpp"

namespace {

using namespace numeta::jit_cache;

void require(bool holds) {
  if (!holds) std::abort();
}

size_t bytes_in(const Fields& fields) {
  size_t sum = 0;
  for (const auto& [name, value] : fields.rows()) sum += name.size() + value.size();
  return sum;
}

void parse(std::string_view bytes) {
  Entry entry;
  if (decode_entry(bytes, entry) != Defect::kNone) return;
  require(entry.elf.size() + entry.material.size() + bytes_in(entry.info) <= bytes.size());
  if (const auto material = Fields::decode(entry.material)) {
    require(bytes_in(*material) <= bytes.size());
    require(material->encode() == entry.material);
  }
}

// The input as the fields of an entry: a footer that fits, by the input's first byte.
std::string with_footer(std::string_view body) {
  std::string bytes(body);
  const size_t elf = body.empty() ? 0 : static_cast<unsigned char>(body[0]) % (body.size() + 1);
  bytes += kEntryMagic;
  put_u32(bytes, kEntrySchema);
  put_u32(bytes, 0);
  put_u64(bytes, elf);
  put_u64(bytes, body.size() - elf);
  bytes += digest_bytes(bytes);
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  parse(bytes);
  parse(with_footer(bytes));
  if (const auto fields = Fields::decode(bytes)) {
    require(fields->encode() == bytes);
    Toolchain::decode(*fields);
  }
  object_symbols(bytes);
  StatValues values{};
  add_stats(bytes, values);
  return 0;
}
