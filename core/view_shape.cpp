// view_shape.cpp - lengths: of slices, and of operands that are broadcast together. See view.hpp.
#include <algorithm>

#include <fmt/format.h>

#include "core/view.hpp"

namespace numeta::core {

/// Where a slice upwards begins or ends, negative bounds counted from the end. A start may lie
/// beyond the end: the slice is empty then.
NodeId Views::bound(NodeId given, NodeId length, bool is_start) {
  const Interval range = graph_.range_here(given);
  if (graph_.is_constant(given) && range.low < 0 && range.low > INT64_MIN) {
    const NodeId wrapped = moved(length, range.low);
    return is_start ? op2(Op::maximum, wrapped, graph_.integer(0)) : wrapped;
  }
  NodeId wrapped = given;
  if (range.low < 0) {
    const NodeId below[] = {lowering_.binary(Op::lt, given, graph_.integer(0)),
                            op2(Op::add, given, length), given};
    wrapped = graph_.pure(Op::select, DType::i8, true, below);
  }
  if (!is_start && graph_.is_constant(wrapped) &&
      graph_.reaches(length, graph_.integer_value(wrapped))) {
    return wrapped;
  }
  if (!is_start) return op2(Op::minimum, wrapped, length);
  return range.low < 0 ? op2(Op::maximum, wrapped, graph_.integer(0)) : wrapped;
}

/// The same for a slice downwards, whose bounds lie in [-1, length - 1].
NodeId Views::bound_down(NodeId given, NodeId length) {
  const Interval range = graph_.range_here(given);
  NodeId wrapped = given;
  if (range.low < 0 && range.high < 0) {
    wrapped = sum(length, given);
  } else if (range.low < 0) {
    const NodeId below[] = {lowering_.binary(Op::lt, given, graph_.integer(0)),
                            op2(Op::add, given, length), given};
    wrapped = graph_.pure(Op::select, DType::i8, true, below);
  }
  if (range.low < 0) wrapped = op2(Op::maximum, wrapped, graph_.integer(-1));
  return op2(Op::minimum, wrapped, moved(length, -1));
}

/// Both bounds of a slice upwards. Their distance fits, also that of bounds beyond all memory.
std::pair<NodeId, NodeId> Views::bounds_up(const Slice& slice, NodeId length) {
  const NodeId zero = graph_.integer(0);
  const NodeId start = slice.start ? bound(*slice.start, length, true) : zero;
  NodeId stop = slice.stop ? bound(*slice.stop, length, false) : length;
  std::int64_t distance = 0;
  if (__builtin_sub_overflow(graph_.range_here(stop).low, graph_.range_here(start).high,
                             &distance)) {
    stop = op2(Op::maximum, stop, zero);
  }
  return {start, stop};
}

Views::Extent Views::extent_down(const Slice& slice, NodeId length, std::int64_t step) {
  const NodeId start = slice.start ? bound_down(*slice.start, length) : moved(length, -1);
  const NodeId stop = slice.stop ? bound_down(*slice.stop, length) : graph_.integer(-1);
  NodeId count = difference(start, stop);
  if (step != -1) count = op2(Op::floordiv, moved(count, -step - 1), graph_.integer(-step));
  if (graph_.range(count).low < 0) count = op2(Op::maximum, count, graph_.integer(0));
  return {start, graph_.integer(step), count};
}

namespace {

constexpr const char* kZeroStep = "slice step cannot be zero";
constexpr std::int64_t kWidestStep = INT64_C(1) << 62;  // wider than any array is long

}  // namespace

/// By a step that is known only at run time: both directions are computed, and the sign chooses.
Views::Extent Views::extent_by(const Slice& slice, NodeId length, NodeId given) {
  const NodeId zero = graph_.integer(0);
  const Interval range = graph_.range_here(given);
  if (range.low <= 0) {
    lowering_.check(lowering_.binary(Op::ne, given, zero),
                    {Exception::ValueError, -1, kZeroStep, {}}, {});
  }
  const NodeId step = op2(Op::maximum, given, graph_.integer(-kWidestStep));
  const NodeId is_up = lowering_.binary(Op::lt, zero, step);
  const auto either = [&](NodeId up, NodeId down) {
    const NodeId both[] = {is_up, up, down};
    return graph_.pure(Op::select, DType::i8, true, both);
  };
  const auto [start, stop] = bounds_up(slice, length);
  const NodeId first = slice.start ? bound_down(*slice.start, length) : moved(length, -1);
  const NodeId last = slice.stop ? bound_down(*slice.stop, length) : graph_.integer(-1);
  const NodeId distance = either(difference(stop, start), difference(first, last));
  const NodeId pace = op2(Op::maximum, either(step, difference(zero, step)), graph_.integer(1));
  const NodeId some = op2(Op::maximum, distance, zero);
  const NodeId count = moved(op2(Op::floordiv, moved(some, -1), pace), 1);
  return {either(start, first), step, count};
}

Views::Extent Views::extent(const Slice& slice, NodeId length) {
  const NodeId zero = graph_.integer(0);
  const NodeId step = slice.step.value_or(graph_.integer(1));
  if (!graph_.is_constant(step)) return extent_by(slice, length, step);
  const std::int64_t by = std::clamp(graph_.integer_value(step), -kWidestStep, kWidestStep);
  if (by == 0) throw PythonFault(Exception::ValueError, kZeroStep);
  if (by < 0) return extent_down(slice, length, by);
  const auto [start, stop] = bounds_up(slice, length);
  NodeId count = difference(stop, start);
  if (by != 1) count = op2(Op::floordiv, moved(count, by - 1), graph_.integer(by));
  if (graph_.range(count).low < 0) count = op2(Op::maximum, count, zero);
  return {start, graph_.integer(by), count};
}

namespace {

constexpr std::size_t kMostValues = 8;  // that the message of a check may show

}  // namespace

std::string shape_text(const Graph& graph, std::span<const NodeId> shape,
                       std::vector<NodeId>& values) {
  std::string out = "(";
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (axis > 0) out += ",";
    if (graph.is_constant(shape[axis])) {
      out += fmt::format("{}", graph.integer_value(shape[axis]));
    } else if (values.size() == kMostValues) {
      out += "?";
    } else {
      out += fmt::format("{{{}}}", values.size());
      values.push_back(shape[axis]);
    }
  }
  return out + (shape.size() == 1 ? ",)" : ")");
}

/// Two lengths that are not known to be equal have to be. NumPy repeats an axis of length 1; where
/// the length turns out to be 1 only at run time, that is refused.
void Views::require_equal(NodeId a, NodeId b, const std::string& message,
                          std::span<const NodeId> values) {
  const NodeId equal = lowering_.binary(Op::eq, a, b);
  const bool plural = is_one(a) || is_one(b) || (graph_.is_plural(a) && graph_.is_plural(b));
  if (!plural) {
    const NodeId one = graph_.integer(1);
    const auto either = [&](NodeId x, NodeId y) {
      const NodeId both[] = {x, y};
      return graph_.pure(Op::logical_or, DType::b1, true, both);
    };
    const NodeId product[] = {lowering_.binary(Op::ne, a, one), lowering_.binary(Op::ne, b, one)};
    const NodeId neither = graph_.pure(Op::logical_and, DType::b1, true, product);
    lowering_.check(either(equal, neither),
                    {Exception::ValueError,
                     -1,
                     "an axis turns out to be of length 1 only at run time: a kernel does not "
                     "repeat it; write a[..., 0] and np.newaxis instead of the slice",
                     {}},
                    {});
  }
  lowering_.check(equal, {Exception::ValueError, -1, message, {}}, values);
}

void Views::require_fits(const View& target, std::span<const NodeId> shape, bool is_output) {
  std::vector<NodeId> values;
  std::string mine = shape_text(graph_, target.shape, values);
  std::string other = shape_text(graph_, shape, values);
  const std::string message =
      is_output
          ? fmt::format(
                "non-broadcastable output operand with shape {} doesn't match the "
                "broadcast shape {}",
                mine, other)
          : fmt::format("could not broadcast input array from shape {} into shape {}", other, mine);
  const NodeId one = graph_.integer(1);
  for (std::size_t k = 1; k <= std::max(shape.size(), target.rank()); ++k) {
    const NodeId given = k <= shape.size() ? shape[shape.size() - k] : one;
    const NodeId wanted = k <= target.rank() ? target.shape[target.rank() - k] : one;
    const bool has_more_axes = is_output && k > target.rank();
    if (!has_more_axes && (wanted == given || is_one(given))) continue;
    const bool differ = graph_.is_constant(wanted) && graph_.is_constant(given);
    if ((differ || has_more_axes) && values.empty()) {
      throw PythonFault(Exception::ValueError, message);
    }
    if (has_more_axes) {
      lowering_.fail({Exception::ValueError, -1, message, {}}, values);
      return;
    }
    require_equal(wanted, given, message, values);
  }
}

/// The length of an axis that two operands share.
NodeId Views::joined(NodeId a, NodeId b, std::span<const std::vector<NodeId>> shapes) {
  if (a == b || is_one(b)) return a;
  if (is_one(a)) return b;
  std::vector<NodeId> values;
  std::string message = "operands could not be broadcast together with shapes ";
  for (const auto& shape : shapes) message += shape_text(graph_, shape, values) + " ";
  if (graph_.is_constant(a) && graph_.is_constant(b) && values.empty()) {
    throw PythonFault(Exception::ValueError, message);
  }
  require_equal(a, b, message, values);
  return graph_.is_constant(b) || (!graph_.is_constant(a) && b < a) ? b : a;
}

std::vector<NodeId> Views::common_shape(std::span<const std::vector<NodeId>> shapes) {
  std::size_t rank = 0;
  for (const auto& shape : shapes) rank = std::max(rank, shape.size());
  std::vector<NodeId> out(rank, graph_.integer(1));
  for (std::size_t axis = 0; axis < rank; ++axis) {
    for (const auto& shape : shapes) {
      if (axis + shape.size() < rank) continue;
      out[axis] = joined(out[axis], shape[axis + shape.size() - rank], shapes);
    }
  }
  return out;
}

}  // namespace numeta::core
