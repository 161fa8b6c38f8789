// Writing and checking the bytes of one entry (grammar in entry.hpp).
//
// Any bytes may come in; what goes out with Defect::kNone is what encode_entry wrote.
#include "jit_cache/entry.hpp"

#include "jit_cache/digest.hpp"

namespace numeta::jit_cache {

std::string_view defect_name(Defect defect) {
  switch (defect) {
    case Defect::kNone: return "sound";
    case Defect::kTruncated: return "truncated";
    case Defect::kMagic: return "not an entry";
    case Defect::kSchemaOlder: return "older format";
    case Defect::kSchemaNewer: return "newer format";
    case Defect::kChecksum: return "wrong checksum";
    case Defect::kFields: return "malformed trailer";
  }
  return "?";
}

std::string encode_entry(std::string_view elf, std::string_view material, const Fields& info) {
  Fields trailer;
  trailer.add("material", material);
  trailer.add("volatile", info.encode());
  const std::string fields = trailer.encode();
  std::string out;
  out.reserve(elf.size() + fields.size() + kFooterSize);
  out += elf;
  out += fields;
  out += kEntryMagic;
  put_u32(out, kEntrySchema);
  put_u32(out, 0);
  put_u64(out, elf.size());
  put_u64(out, fields.size());
  out += digest_bytes(out);
  return out;
}

FooterSizes decode_footer(std::string_view footer, uint64_t size) {
  FooterSizes sizes;
  const uint32_t schema = get_u32(footer.substr(8));
  const uint64_t body = size - kFooterSize;
  sizes.elf = get_u64(footer.substr(16));
  sizes.fields = get_u64(footer.substr(24));
  if (!footer.starts_with(kEntryMagic)) {
    sizes.defect = Defect::kMagic;
  } else if (schema != kEntrySchema) {
    sizes.defect = schema > kEntrySchema ? Defect::kSchemaNewer : Defect::kSchemaOlder;
  } else if (sizes.elf > body || sizes.fields != body - sizes.elf) {
    sizes.defect = Defect::kTruncated;
  }
  return sizes;
}

Defect decode_entry(std::string_view bytes, Entry& out) {
  if (bytes.size() < kFooterSize) return Defect::kTruncated;
  const FooterSizes sizes = decode_footer(bytes.substr(bytes.size() - kFooterSize), bytes.size());
  const std::string_view checked = bytes.substr(0, bytes.size() - kDigestSize);
  const auto whole = [&] { return digest_bytes(checked) == bytes.substr(checked.size()); };
  // Every format ends in the checksum: a newer one is told from a damaged one.
  if (sizes.defect == Defect::kSchemaNewer && !whole()) return Defect::kChecksum;
  if (sizes.defect != Defect::kNone) return sizes.defect;
  if (!whole()) return Defect::kChecksum;
  // Views, not a decoded copy, for the part that is compared on every hit.
  std::string_view rest = bytes.substr(sizes.elf, sizes.fields);
  std::string_view values[2];
  for (std::string_view& value : values) {
    if (rest.size() < kFieldHead) return Defect::kFields;
    const uint64_t name_size = get_u32(rest);
    const uint64_t value_size = get_u64(rest.substr(4));
    rest.remove_prefix(kFieldHead);
    if (name_size > rest.size() || value_size > rest.size() - name_size) return Defect::kFields;
    value = rest.substr(name_size, value_size);
    rest.remove_prefix(name_size + value_size);
  }
  auto info = Fields::decode(values[1]);
  if (!info || !rest.empty()) return Defect::kFields;
  out.elf = bytes.substr(0, sizes.elf);
  out.material = values[0];
  out.info = std::move(*info);
  return Defect::kNone;
}

}  // namespace numeta::jit_cache
