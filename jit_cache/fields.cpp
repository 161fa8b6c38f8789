// Encoding and decoding of named byte strings (grammar in fields.hpp).
//
// Byte order is fixed by shifts, so files may be read on any host.
#include "jit_cache/fields.hpp"

namespace numeta::jit_cache {
namespace {

template <typename T>
void put(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) {
    out += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  }
}

template <typename T>
T take(std::string_view bytes) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<T>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return value;
}

}  // namespace

void put_u32(std::string& out, uint32_t value) { put(out, value); }
void put_u64(std::string& out, uint64_t value) { put(out, value); }
uint32_t get_u32(std::string_view bytes) { return take<uint32_t>(bytes); }
uint64_t get_u64(std::string_view bytes) { return take<uint64_t>(bytes); }

void Fields::add(std::string_view name, std::string_view value) {
  rows_.emplace_back(std::string(name), std::string(value));
}

void Fields::add_list(std::string_view name, std::span<const std::string> items) {
  std::string value;
  for (const std::string& item : items) {
    value += item;
    value += '\0';
  }
  add(name, value);
}

std::string_view Fields::get(std::string_view name) const {
  for (const auto& [key, value] : rows_) {
    if (key == name) return value;
  }
  return {};
}

bool Fields::has(std::string_view name) const {
  for (const auto& [key, value] : rows_) {
    if (key == name) return true;
  }
  return false;
}

std::vector<std::string> Fields::get_list(std::string_view name) const {
  std::vector<std::string> items;
  std::string_view rest = get(name);
  while (!rest.empty()) {
    const size_t end = rest.find('\0');
    items.emplace_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return items;
}

std::string Fields::encode() const {
  size_t total = 0;
  for (const auto& [name, value] : rows_) total += kFieldHead + name.size() + value.size();
  std::string out;
  out.reserve(total);
  for (const auto& [name, value] : rows_) {
    put_u32(out, static_cast<uint32_t>(name.size()));
    put_u64(out, value.size());
    out += name;
    out += value;
  }
  return out;
}

std::optional<Fields> Fields::decode(std::string_view bytes) {
  Fields fields;
  while (!bytes.empty()) {
    if (bytes.size() < kFieldHead) return std::nullopt;
    const uint64_t name_size = get_u32(bytes);
    const uint64_t value_size = get_u64(bytes.substr(sizeof(uint32_t)));
    bytes.remove_prefix(kFieldHead);
    if (name_size > bytes.size() || value_size > bytes.size() - name_size) return std::nullopt;
    fields.add(bytes.substr(0, name_size), bytes.substr(name_size, value_size));
    bytes.remove_prefix(name_size + value_size);
  }
  return fields;
}

}  // namespace numeta::jit_cache
