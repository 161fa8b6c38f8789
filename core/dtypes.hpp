// dtypes.hpp - the element types, read from dtypes.def.
// A DType is a row number; everything about it is in its row. Kinds are ordered as NumPy promotes:
// Bool < Int/Uint < Float < Complex.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace numeta::core {

enum class DType : std::uint8_t {
#define DTYPE(id, ...) id,
#include "core/dtypes.def"
#undef DTYPE
};

enum class Kind : std::uint8_t { Bool, Int, Uint, Float, Complex };

struct DTypeRow {
  DType id;
  std::string_view code;
  std::string_view name;
  Kind kind;
  int bits;
  int numpy_number;
  std::string_view fortran_type;
  std::string_view fortran_kind;
  std::string_view c_type;
};

inline constexpr DTypeRow kDTypes[] = {
#define DTYPE(id, name, kind, bits, number, ftype, fkind, ctype) \
  {DType::id, #id, name, Kind::kind, bits, number, ftype, fkind, ctype},
#include "core/dtypes.def"
#undef DTYPE
};
inline constexpr std::size_t kDTypeCount = std::size(kDTypes);

constexpr const DTypeRow& row(DType type) { return kDTypes[static_cast<std::size_t>(type)]; }
constexpr Kind kind(DType type) { return row(type).kind; }
constexpr int bits(DType type) { return row(type).bits; }
constexpr bool is_integer(DType type) {
  return kind(type) == Kind::Int || kind(type) == Kind::Uint;
}
constexpr bool is_float(DType type) { return kind(type) == Kind::Float; }
constexpr bool is_complex(DType type) { return kind(type) == Kind::Complex; }
constexpr bool is_bool(DType type) { return kind(type) == Kind::Bool; }

/// The dtype of a kind and width, e.g. (Int, 32) -> i4; the widths are those of the table.
constexpr DType dtype_of(Kind wanted, int width) {
  for (const DTypeRow& entry : kDTypes) {
    if (entry.kind == wanted && entry.bits == width) return entry.id;
  }
  return DType::b1;
}
/// The real type of a complex type's parts (c8 -> f4); other types are returned as they are.
constexpr DType real_part_type(DType type) {
  return is_complex(type) ? dtype_of(Kind::Float, bits(type) / 2) : type;
}
/// Least and greatest value of an integer type, as int64 (the greatest of u8 is clipped).
constexpr std::int64_t int_min(DType type) {
  if (kind(type) == Kind::Uint) return 0;
  return bits(type) == 64 ? INT64_MIN : -(std::int64_t{1} << (bits(type) - 1));
}
constexpr std::int64_t int_max(DType type) {
  const int value_bits = kind(type) == Kind::Uint ? bits(type) : bits(type) - 1;
  return value_bits >= 63 ? INT64_MAX : (std::int64_t{1} << value_bits) - 1;
}

}  // namespace numeta::core
