// lower_memory.cpp - element access and counted loops: negative indices wrap, by code only where
// the range of the index does not prove it unnecessary.
#include "core/lower.hpp"

#include <bit>
#include <cmath>

#include <fmt/format.h>

namespace numeta::core {
namespace {

double float_value(const Node& n) {
  if (bits(n.type) == 32) return std::bit_cast<float>(static_cast<std::uint32_t>(n.bits[0]));
  return std::bit_cast<double>(n.bits[0]);
}

/// NumPy asks a Python float that goes into an integer array for its int().
void refuse_nan_into_integer(const Node& value, DType to) {
  if (value.op != Op::constant || !is_float(value.type) || !is_integer(to)) return;
  const double v = float_value(value);
  if (std::isnan(v)) {
    throw PythonFault(Exception::ValueError, "cannot convert float NaN to integer");
  }
  if (std::isinf(v)) {
    throw PythonFault(Exception::OverflowError, "cannot convert float infinity to integer");
  }
}

}  // namespace

NodeId Lowering::index(NodeId length, std::uint32_t axis, NodeId index) {
  const Type from = type(index);
  if (!is_integer(from.dtype)) {
    throw TraceFault(Diag::index_kind, {std::string(row(from.dtype).name)});
  }
  const NodeId i = graph_.cast(index, DType::i8, true);
  const Interval range = graph_.range_here(i);
  if (graph_.is_constant(i) && graph_.is_constant(length)) {
    const std::int64_t v = graph_.integer_value(i);
    const std::int64_t n = graph_.integer_value(length);
    if (v < -n || v >= n) {
      throw PythonFault(
          Exception::IndexError,
          fmt::format("index {} is out of bounds for axis {} with size {}", v, axis, n));
    }
  }
  if (checks_) {
    const NodeId negative[] = {length};
    const NodeId least = graph_.pure(Op::neg, DType::i8, true, negative);
    const NodeId above = op2(Op::le, DType::b1, least, i);
    const NodeId below = op2(Op::lt, DType::b1, i, length);
    require(op2(Op::logical_and, DType::b1, above, below), Exception::IndexError,
            fmt::format("index {{0}} is out of bounds for axis {} with size {{1}}", axis),
            {i, length});
  }
  if (range.low >= 0) return i;
  const NodeId wrapped =
      graph_.is_constant(i) && range.low > INT64_MIN
          ? op2(Op::sub, DType::i8, length, graph_.integer(-range.low))  // reads as n - 1
          : op2(Op::add, DType::i8, i, length);
  if (range.high < 0) return wrapped;
  const NodeId choice[] = {op2(Op::le, DType::b1, graph_.integer(0), i), i, wrapped};
  return graph_.pure(Op::select, DType::i8, true, choice);
}

std::vector<NodeId> Lowering::all_indices(BufferId buffer, std::span<const NodeId> indices,
                                          std::size_t wrapped) {
  std::vector<NodeId> out(indices.begin(), indices.end());
  for (std::size_t axis = wrapped; axis < indices.size(); ++axis) {
    const auto number = static_cast<std::uint32_t>(axis);
    out[axis] = index(graph_.dim(buffer, number), number, indices[axis]);
  }
  return out;
}

NodeId Lowering::load(BufferId buffer, std::span<const NodeId> indices, std::size_t wrapped) {
  return graph_.load(buffer, all_indices(buffer, indices, wrapped));
}

/// NumPy stores a scalar of another type in a signed integer array by its int(), which must fit; in
/// an unsigned array a NumPy scalar wraps.
void Lowering::require_fit(NodeId value, DType to) {
  const DType from = type(value).dtype;
  if (is_float(from)) {
    const auto constant = [&](double v) {
      return graph_.constant(from, true, literal_float(from, v));
    };
    const int exponent = kind(to) == Kind::Int ? bits(to) - 1 : bits(to);
    const double least = static_cast<double>(int_min(to));
    const bool has_next = kind(to) == Kind::Uint || bits(to) < (bits(from) == 32 ? 24 : 53);
    const NodeId above = has_next ? op2(Op::lt, DType::b1, constant(least - 1), value)
                                  : op2(Op::le, DType::b1, constant(least), value);
    const NodeId below = op2(Op::lt, DType::b1, value, constant(std::ldexp(1.0, exponent)));
    require(op2(Op::eq, DType::b1, value, value), Exception::ValueError,
            "cannot convert float NaN to integer");
    require(op2(Op::logical_and, DType::b1, above, below), Exception::OverflowError,
            fmt::format("float out of bounds for {}", row(to).name));
    return;
  }
  // A Python int is checked where it is converted.
  if (!is_integer(from) || type(value).weak) return;
  const Interval range = graph_.range(value);
  const bool open = from == DType::u8 && range.high == INT64_MAX;
  if (!open && range.within(int_min(to), int_max(to))) return;
  const NodeId wide = graph_.cast(value, DType::i8, true);
  const std::int64_t least = from == DType::u8 ? 0 : int_min(to);
  const NodeId above = op2(Op::le, DType::b1, graph_.integer(least), wide);
  const NodeId below = op2(Op::le, DType::b1, wide, graph_.integer(int_max(to)));
  require(op2(Op::logical_and, DType::b1, above, below), Exception::OverflowError,
          fmt::format("Python integer {{0}} out of bounds for {}", row(to).name), {wide});
}

NodeId Lowering::stored(NodeId value, DType to) {
  refuse_nan_into_integer(graph_.node(value), to);
  const bool wraps = kind(to) == Kind::Uint && !type(value).weak;
  if (is_integer(to) && !wraps) require_fit(value, to);
  return coerce(value, to);
}

void Lowering::store(BufferId buffer, std::span<const NodeId> indices, NodeId value,
                     std::size_t wrapped) {
  const NodeId converted = stored(value, graph_.buffers()[buffer].type);
  graph_.store(buffer, all_indices(buffer, indices, wrapped), converted);
}

std::uint64_t Lowering::memory_site() {
  return sites_.number_of(
      {Exception::MemoryError, -1, "Unable to allocate memory for an array", graph_.origin()});
}

NodeId Lowering::loop_bound(NodeId value) {
  const Type from = type(value);
  const bool is_python_bool = is_bool(from.dtype) && from.weak;
  if (!is_integer(from.dtype) && !is_python_bool) {
    const std::string_view weak_name = is_float(from.dtype) ? "float" : "complex";
    const std::string_view name = from.weak ? weak_name : row(from.dtype).name;
    throw PythonFault(Exception::TypeError,
                      fmt::format("'{}' object cannot be interpreted as an integer", name));
  }
  const NodeId bound = graph_.cast(value, DType::i8, true);
  if (from.dtype == DType::u8) {
    require(op2(Op::le, DType::b1, graph_.integer(0), bound), Exception::OverflowError,
            "Python int too large to convert to C ssize_t");
  }
  return bound;
}

/// Is it a Python int moved by a positive constant, so that moving it back by one cannot wrap?
bool Lowering::is_moved(NodeId id, Op op) const {
  const Node& n = graph_.node(id);
  if (n.op != op || !n.weak) return false;
  const NodeId by = graph_.operands(id)[1];
  return graph_.is_constant(by) && graph_.range(by).low >= 1;
}

/// Fortran counts to the last index, stop - 1 (stop + 1 downwards), which must not wrap to the
/// other end of int64: range(-2**63) is empty. Where the intervals leave that possible, the bounds
/// of an empty range are replaced by others of an empty range.
void Lowering::keep_last_index(NodeId& start, NodeId& stop, NodeId step) {
  const Interval from = graph_.range(start);
  const Interval to = graph_.range(stop);
  const bool rises = graph_.range(step).high > 0;
  const bool falls = graph_.range(step).low < 0;
  const bool below = rises && to.low == INT64_MIN && !is_moved(stop, Op::add);
  const bool above = falls && to.high == INT64_MAX && !is_moved(stop, Op::sub);
  if (!below && !above) return;
  const NodeId zero = graph_.integer(0);
  if (!falls && from.low > INT64_MIN) {
    const NodeId least = from.low < 0 ? graph_.integer(from.low) : zero;
    stop = graph_.is_constant(stop) ? least : op2(Op::maximum, DType::i8, stop, least);
    return;
  }
  if (!rises && from.high < INT64_MAX) {
    const NodeId greatest = from.high > 0 ? graph_.integer(from.high) : zero;
    stop = graph_.is_constant(stop) ? greatest : op2(Op::minimum, DType::i8, stop, greatest);
    return;
  }
  const auto choose = [&](NodeId condition, DType type, NodeId yes, NodeId no) {
    const NodeId operands[] = {condition, yes, no};
    return graph_.pure(Op::select, type, true, operands);
  };
  const NodeId up = op2(Op::lt, DType::b1, start, stop);
  const NodeId down = op2(Op::lt, DType::b1, stop, start);
  NodeId runs = rises ? up : down;
  if (rises && falls) runs = choose(op2(Op::lt, DType::b1, zero, step), DType::b1, up, down);
  start = choose(runs, DType::i8, start, zero);
  stop = choose(runs, DType::i8, stop, zero);
}

RegionId Lowering::begin_loop(NodeId start, NodeId stop, NodeId step, std::string name) {
  NodeId first = loop_bound(start);
  NodeId last = loop_bound(stop);
  const NodeId by = loop_bound(step);
  const std::string message = "range() arg 3 must not be zero";
  if (graph_.is_integer_constant(by, 0)) throw PythonFault(Exception::ValueError, message);
  const Interval range = graph_.range(by);
  if (range.low <= 0 && range.high >= 0) {
    require(op2(Op::ne, DType::b1, by, graph_.integer(0)), Exception::ValueError, message);
  }
  keep_last_index(first, last, by);
  return graph_.begin_loop(first, last, by, std::move(name));
}

}  // namespace numeta::core
