// Named byte strings in a fixed order: the one encoding of everything the cache writes or hashes.
//
//   fields = { name-length:u32 value-length:u64 name value }     little endian, no padding
//
// Lengths stand before the bytes, so no value can be mistaken for another field. The decoder
// accepts any bytes: it never reads past the end and allocates no more than the input's size.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace numeta::jit_cache {

inline constexpr size_t kFieldHead = sizeof(uint32_t) + sizeof(uint64_t);

class Fields {
 public:
  void add(std::string_view name, std::string_view value);
  // A list is one value: its items, each ended by a NUL.
  void add_list(std::string_view name, std::span<const std::string> items);

  std::string_view get(std::string_view name) const;  // empty when there is no such field
  std::vector<std::string> get_list(std::string_view name) const;
  bool has(std::string_view name) const;

  const std::vector<std::pair<std::string, std::string>>& rows() const { return rows_; }

  std::string encode() const;
  static std::optional<Fields> decode(std::string_view bytes);

 private:
  std::vector<std::pair<std::string, std::string>> rows_;
};

// Little-endian integers at the end of a string, or read from its start.
void put_u32(std::string& out, uint32_t value);
void put_u64(std::string& out, uint64_t value);
uint32_t get_u32(std::string_view bytes);
uint64_t get_u64(std::string_view bytes);

}  // namespace numeta::jit_cache
