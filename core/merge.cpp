// merge.cpp - see merge.hpp.
#include "core/merge.hpp"

#include <bit>
#include <cmath>

namespace numeta::core {
namespace {

constexpr std::int64_t kExactInSingle = std::int64_t{1} << 24;

bool is_whole(DType type) { return is_integer(type) || is_bool(type); }
bool is_single(DType type) {
  return (is_float(type) || is_complex(type)) && bits(real_part_type(type)) == 32;
}

bool is_single_exact(std::uint64_t bits) {
  const double value = std::bit_cast<double>(bits);
  return !std::isfinite(value) || static_cast<double>(static_cast<float>(value)) == value;
}

/// The type that holds a NumPy type's values and those of one Python number.
std::optional<DType> widened(const Graph& g, DType strong, NodeId value) {
  const Node& n = g.node(value);
  const bool constant = n.op == Op::constant;
  switch (kind(n.type)) {
    case Kind::Bool: return strong;
    case Kind::Int:
    case Kind::Uint: {
      const Interval range = g.range(value);
      if (n.type == DType::u8) return std::nullopt;  // a Python int from 2**63 on
      if (is_bool(strong)) return DType::i8;
      if (is_integer(strong)) {
        const Interval all = whole(strong);
        if (strong == DType::u8) return range.low >= 0 ? std::optional(strong) : std::nullopt;
        return range.within(all.low, all.high) ? strong : DType::i8;
      }
      if (!is_single(strong)) return strong;
      if (range.within(-kExactInSingle, kExactInSingle)) return strong;
      return std::nullopt;
    }
    case Kind::Float:
      if (is_whole(strong)) return DType::f8;
      if (!is_single(strong)) return strong;
      return constant && is_single_exact(n.bits[0]) ? std::optional(strong) : std::nullopt;
    case Kind::Complex:
      if (is_whole(strong) || strong == DType::f8) return DType::c16;
      if (!is_single(strong)) return strong;
      if (!constant || !is_single_exact(n.bits[0]) || !is_single_exact(n.bits[1])) {
        return std::nullopt;
      }
      return DType::c8;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Type> merged_type(const Graph& graph, std::span<const NodeId> values) {
  std::optional<DType> strong;
  std::optional<Type> weak;
  for (const NodeId value : values) {
    const Node& n = graph.node(value);
    const Type type{n.type, n.weak};
    if (n.weak) {
      if (n.type == DType::u8) return std::nullopt;
      weak = weak ? common_type(*weak, type) : type;
      continue;
    }
    if (!strong) {
      strong = n.type;
      continue;
    }
    const DType common = common_type({*strong, false}, type).dtype;
    if (is_integer(*strong) && is_integer(n.type) && !is_integer(common)) return std::nullopt;
    const bool floats = !is_whole(*strong) && !is_whole(n.type);
    if (floats && is_single(*strong) != is_single(n.type)) return std::nullopt;
    strong = common;
  }
  if (!strong) return weak;
  // Until nothing widens it any more: each number was looked at beside a narrower type.
  for (bool changed = true; changed;) {
    changed = false;
    for (const NodeId value : values) {
      if (!graph.node(value).weak) continue;
      const auto wide = widened(graph, *strong, value);
      if (!wide) return std::nullopt;
      changed = changed || *wide != *strong;
      strong = *wide;
    }
  }
  return Type{*strong, false};
}

}  // namespace numeta::core
