// view_reshape.cpp - the same elements in another shape: where that is a view of the memory, and
// where NumPy copies. See view.hpp. Neighbouring axes are one where a step of the outer is as far
// as all steps of the inner together. What is known of that follows from the strides as they are
// made of lengths; nothing is said of arrays without elements, whose memory nobody can see.
#include <algorithm>
#include <cstdlib>

#include "core/index_sum.hpp"
#include "core/view.hpp"

namespace numeta::core {
namespace {

/// A product of nodes and a constant.
struct Product {
  std::int64_t constant = 1;
  std::vector<NodeId> factors;
};

void multiply(const Graph& g, NodeId value, Product& out) {
  if (g.is_constant(value)) {
    out.constant *= g.integer_value(value);
  } else if (g.node(value).op == Op::mul) {
    for (const NodeId operand : g.operands(value)) multiply(g, operand, out);
  } else {
    out.factors.push_back(value);
  }
}

void cancel(Product& a, Product& b) {
  std::ranges::sort(a.factors);
  std::ranges::sort(b.factors);
  std::vector<NodeId> left;
  std::vector<NodeId> right;
  std::ranges::set_difference(a.factors, b.factors, std::back_inserter(left));
  std::ranges::set_difference(b.factors, a.factors, std::back_inserter(right));
  a.factors = std::move(left);
  b.factors = std::move(right);
}

/// A length of which it is known that it is not 0: max(n - 1, 0) is n - 1 then.
NodeId of_some(const Graph& g, NodeId length) {
  const auto operands = g.operands(length);
  if (g.node(length).op != Op::maximum || !g.is_constant(operands[1])) return length;
  return g.integer_value(operands[1]) <= 0 ? operands[0] : length;
}

/// The axes that two shapes do not have in common at their ends, lengths of 1 left out.
struct Middle {
  std::size_t front = 0;
  std::size_t back = 0;
  std::vector<std::size_t> old_axes;
  std::vector<std::size_t> new_axes;
};

Middle middle_of(const Graph& g, std::span<const NodeId> from, std::span<const NodeId> to) {
  Middle out;
  const std::size_t least = std::min(from.size(), to.size());
  while (out.front < least && from[out.front] == to[out.front]) ++out.front;
  while (out.back < least - out.front &&
         from[from.size() - 1 - out.back] == to[to.size() - 1 - out.back]) {
    ++out.back;
  }
  for (std::size_t k = out.front; k < from.size() - out.back; ++k) {
    if (!g.is_integer_constant(from[k], 1)) out.old_axes.push_back(k);
  }
  for (std::size_t k = out.front; k < to.size() - out.back; ++k) {
    if (!g.is_integer_constant(to[k], 1)) out.new_axes.push_back(k);
  }
  return out;
}

}  // namespace

std::optional<std::vector<NodeId>> Views::strides(const View& view) {
  const Buffer& buffer = graph_.buffers()[view.buffer];
  std::vector<NodeId> below(buffer.rank(), graph_.integer(1));
  if (buffer.layout == Layout::Strided) {
    for (std::uint32_t axis = 0; axis < below.size(); ++axis) {
      below[axis] = graph_.stride(view.buffer, axis);
    }
  }
  const bool is_fortran = buffer.layout == Layout::F;
  for (std::size_t k = 1; k < below.size() && buffer.layout != Layout::Strided; ++k) {
    const std::size_t axis = is_fortran ? k : below.size() - 1 - k;
    const std::size_t before = is_fortran ? axis - 1 : axis + 1;
    below[axis] =
        product(below[before], graph_.dim(view.buffer, static_cast<std::uint32_t>(before)));
  }
  for (std::size_t k = 0; k < view.layers.size(); ++k) {
    const Layer& layer = view.layers[k];
    if (!layer.unravel.empty()) {
      const std::vector<std::size_t> axes = middle_of(graph_, layer.unravel, {}).old_axes;
      if (axes.empty() || !are_one(layer.unravel, below, axes)) return std::nullopt;
      below = {below[axes.back()]};
    }
    std::size_t rank = view.rank();
    if (k + 1 < view.layers.size()) {
      const Layer& next = view.layers[k + 1];
      rank = next.unravel.empty() ? next.indices.size() : next.unravel.size();
    }
    std::vector<NodeId> above(rank, graph_.integer(0));
    for (std::size_t axis = 0; axis < below.size(); ++axis) {
      for (const auto& [own, step] : layer.indices[axis].terms) {
        above[own] = sum(above[own], product(below[axis], step));
      }
    }
    below = std::move(above);
  }
  return below;
}

/// Is a length neither 1 nor, which does not count, 0?
bool Views::is_many(NodeId length) {
  if (graph_.is_plural(length)) return true;
  length = of_some(graph_, length);
  const IndexSum sum = index_sum(graph_, length);
  if (!sum.known || sum.terms.size() != 1 || sum.terms[0].second != 1) return false;
  return graph_.reaches(sum.terms[0].first, 2 - sum.constant);
}

/// Is a stride known to be another than what the axis inside of it spans?
bool Views::differ(NodeId stride, NodeId across) {
  IndexSum apart = index_sum(graph_, stride);
  apart.add(index_sum(graph_, across), -1);
  if (apart.known && apart.terms.empty()) return apart.constant != 0;
  Product outer;
  Product inner;
  multiply(graph_, stride, outer);
  multiply(graph_, across, inner);
  cancel(outer, inner);
  if (outer.factors.empty() && inner.factors.empty()) return outer.constant != inner.constant;
  if (outer.constant == 0 || inner.constant == 0) return outer.constant != inner.constant;
  return outer.factors.empty() && std::abs(outer.constant) == 1 &&
         std::ranges::any_of(inner.factors, [&](NodeId factor) { return is_many(factor); });
}

/// Do axes, outermost first, stand in memory as one?
bool Views::are_one(std::span<const NodeId> shape, std::span<const NodeId> strides,
                    std::span<const std::size_t> axes) {
  for (std::size_t k = 1; k < axes.size(); ++k) {
    const std::size_t inner = axes[k];
    if (product(strides[inner], shape[inner]) != strides[axes[k - 1]]) return false;
  }
  return true;
}

/// Are two of them known not to be one?
bool Views::are_apart(const View& view, std::span<const NodeId> strides,
                      std::span<const std::size_t> axes) {
  for (std::size_t k = 1; k < axes.size(); ++k) {
    const std::size_t outer = axes[k - 1];
    const std::size_t inner = axes[k];
    const NodeId length = of_some(graph_, view.shape[inner]);
    if (differ(strides[outer], product(strides[inner], length)) && is_many(view.shape[outer]) &&
        is_many(view.shape[inner])) {
      return true;
    }
  }
  return false;
}

/// The view with axes that are one, and all along one axis of the buffer, taken as `new_axes`.
std::optional<View> Views::merged(const View& view, std::span<const std::size_t> axes,
                                  const std::vector<NodeId>& shape,
                                  std::span<const std::size_t> new_axes) {
  if (view.layers.size() != 1 || !view.layers[0].unravel.empty()) return std::nullopt;
  const auto is_merged = [&](std::uint32_t axis) { return std::ranges::count(axes, axis) > 0; };
  View out{view.buffer, shape, {{}}, view.read_only};
  std::size_t holders = 0;
  for (const Affine& index : view.layers[0].indices) {
    Affine moved{index.start, {}};
    NodeId step = kNone;
    for (const auto& [axis, by] : index.terms) {
      if (is_one(view.shape[axis])) continue;
      if (!is_merged(axis)) {
        const std::size_t behind = axis > axes.back() ? shape.size() - view.rank() : 0;
        moved.terms.emplace_back(static_cast<std::uint32_t>(axis + behind), by);
      } else if (axis == axes.back()) {
        step = by;
      }
    }
    const bool holds =
        std::ranges::any_of(index.terms, [&](const auto& term) { return is_merged(term.first); });
    holders += holds ? 1 : 0;
    if (holds && step == kNone) return std::nullopt;
    for (std::size_t k = new_axes.size(); holds && k-- > 0;) {
      moved.terms.emplace_back(static_cast<std::uint32_t>(new_axes[k]), step);
      step = product(step, shape[new_axes[k]]);
    }
    out.layers[0].indices.push_back(std::move(moved));
  }
  return holders == 1 ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<View> Views::reshaped(const View& view, std::vector<NodeId> shape) {
  const Middle middle = middle_of(graph_, view.shape, shape);
  const std::vector<std::size_t>& old_axes = middle.old_axes;
  const std::vector<std::size_t>& new_axes = middle.new_axes;
  const NodeId zero = graph_.integer(0);
  const NodeId one = graph_.integer(1);
  std::vector<Affine> map(view.rank(), Affine{zero, {}});
  const auto follow = [&](std::size_t old_axis, std::size_t new_axis, NodeId step) {
    map[old_axis].terms.emplace_back(static_cast<std::uint32_t>(new_axis), step);
  };
  for (std::size_t k = 0; k < middle.front; ++k) follow(k, k, one);
  for (std::size_t k = 0; k < middle.back; ++k) {
    follow(view.rank() - 1 - k, shape.size() - 1 - k, one);
  }
  bool is_same = old_axes.size() == new_axes.size();
  for (std::size_t k = 0; is_same && k < old_axes.size(); ++k) {
    is_same = view.shape[old_axes[k]] == shape[new_axes[k]];
  }
  if (is_same) {
    for (std::size_t k = 0; k < old_axes.size(); ++k) follow(old_axes[k], new_axes[k], one);
    return remapped(view, std::move(shape), map);
  }
  if (old_axes.size() <= 1) {
    NodeId step = one;
    for (std::size_t k = new_axes.size(); !old_axes.empty() && k-- > 0;) {
      follow(old_axes[0], new_axes[k], step);
      step = product(step, shape[new_axes[k]]);
    }
    return remapped(view, std::move(shape), map);
  }
  const auto steps = strides(view);
  if (!steps || !are_one(view.shape, *steps, old_axes)) return std::nullopt;
  if (auto made = merged(view, old_axes, shape, new_axes)) return made;
  // One position in the whole view, taken apart by its lengths.
  View out{view.buffer, shape, view.layers, view.read_only};
  Affine all{zero, {}};
  NodeId step = one;
  for (std::size_t k = shape.size(); k-- > 0;) {
    if (!is_one(shape[k])) all.terms.emplace_back(static_cast<std::uint32_t>(k), step);
    step = product(step, shape[k]);
  }
  out.layers.push_back({{std::move(all)}, view.shape, shape.size() == 1 ? shape[0] : kNone});
  return out;
}

bool Views::copies(const View& view, std::span<const NodeId> shape) {
  const auto steps = strides(view);
  if (!steps) return false;
  const Middle middle = middle_of(graph_, view.shape, shape);
  const std::span<const std::size_t> from(middle.old_axes);
  const std::span<const std::size_t> to(middle.new_axes);
  // As NumPy does, the axes are taken in the smallest groups that hold as many elements.
  for (std::size_t old = 0, made = 0; old < from.size() && made < to.size();) {
    NodeId mine = view.shape[from[old]];
    NodeId other = shape[to[made]];
    std::size_t next = old + 1;
    std::size_t after = made + 1;
    while (mine != other && graph_.is_constant(mine) && graph_.is_constant(other)) {
      if (graph_.integer_value(mine) < graph_.integer_value(other)) {
        if (next == from.size()) return false;
        mine = product(mine, view.shape[from[next++]]);
      } else {
        if (after == to.size()) return false;
        other = product(other, shape[to[after++]]);
      }
    }
    const bool is_last = mine != other;  // not known where the group ends
    if (is_last && to.size() - made > 1) return false;
    const std::size_t end = is_last ? from.size() : next;
    if (are_apart(view, *steps, from.subspan(old, end - old))) return true;
    old = end;
    made = after;
  }
  return false;
}

bool Views::is_contiguous(const View& view) {
  if (view.rank() == 0 || (view.layers.empty() && view.rank() < 2)) {
    return graph_.buffers()[view.buffer].layout != Layout::Strided || view.rank() == 0;
  }
  const Middle axes = middle_of(graph_, view.shape, {});
  const auto steps = strides(view);
  if (!steps) return false;
  if (axes.old_axes.empty()) return true;
  return graph_.is_integer_constant((*steps)[axes.old_axes.back()], 1) &&
         are_one(view.shape, *steps, axes.old_axes);
}

bool Views::is_scattered(const View& view) {
  const Middle axes = middle_of(graph_, view.shape, {});
  const auto steps = strides(view);
  if (!steps || axes.old_axes.empty()) return false;
  const std::size_t last = axes.old_axes.back();
  const NodeId step = (*steps)[last];
  if (graph_.is_constant(step) && !is_one(step) && is_many(view.shape[last])) return true;
  return are_apart(view, *steps, axes.old_axes);
}

View Views::flat(const View& view) {
  const NodeId length = size(view.shape);
  if (auto simple = reshaped(view, {length})) return *simple;
  View out{view.buffer, {length}, view.layers, view.read_only};
  out.layers.push_back({{Affine{graph_.integer(0), {{0, graph_.integer(1)}}}}, view.shape});
  return out;
}

}  // namespace numeta::core
