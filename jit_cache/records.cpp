// The one encoding of records.
#include "jit_cache/records.hpp"

#include "jit_cache/digest.hpp"

namespace numeta::jit_cache {
namespace {

constexpr std::string_view kEnding = ".rec";

}  // namespace

std::string seal_record(const Fields& fields) {
  std::string bytes = fields.encode();
  bytes += digest_bytes(bytes);
  return bytes;
}

std::optional<Fields> unseal_record(std::string_view bytes) {
  if (bytes.size() < kDigestSize) return std::nullopt;
  const std::string_view body = bytes.substr(0, bytes.size() - kDigestSize);
  if (digest_bytes(body) != bytes.substr(body.size())) return std::nullopt;
  return Fields::decode(body);
}

std::string record_name(std::string_view question) {
  return digest_hex(question) + std::string(kEnding);
}

bool is_record_name(std::string_view name) { return name.ends_with(kEnding); }

}  // namespace numeta::jit_cache
