// view.cpp - see view.hpp.
#include "core/view.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace numeta::core {

NodeId Views::op2(Op op, NodeId a, NodeId b) {
  const NodeId operands[] = {a, b};
  return graph_.pure(op, DType::i8, true, operands);
}

/// `value + by`, constants that are added to it already taken together: n - 2, never n - 1 - 1.
NodeId Views::moved(NodeId value, std::int64_t by) {
  while (!graph_.is_constant(value)) {
    const Op op = graph_.node(value).op;
    if (op != Op::add && op != Op::sub) break;
    const auto operands = graph_.operands(value);
    if (!graph_.is_constant(operands[1])) break;
    const std::int64_t constant = graph_.integer_value(operands[1]);
    std::int64_t total = 0;
    const bool wraps = op == Op::add ? __builtin_add_overflow(by, constant, &total)
                                     : __builtin_sub_overflow(by, constant, &total);
    if (wraps) break;
    by = total;
    value = operands[0];
  }
  if (by == 0) return value;
  return by > 0 ? op2(Op::add, value, graph_.integer(by))
                : op2(Op::sub, value, graph_.integer(-by));
}

NodeId Views::sum(NodeId a, NodeId b) {
  if (graph_.is_constant(a)) std::swap(a, b);
  return graph_.is_constant(b) ? moved(a, graph_.integer_value(b)) : op2(Op::add, a, b);
}

NodeId Views::difference(NodeId a, NodeId b) {
  if (a == b) return graph_.integer(0);
  return graph_.is_constant(b) ? moved(a, -graph_.integer_value(b)) : op2(Op::sub, a, b);
}

NodeId Views::product(NodeId a, NodeId b) {
  if (is_one(a)) return b;
  if (is_one(b)) return a;
  return op2(Op::mul, a, b);
}

NodeId Views::size(std::span<const NodeId> shape) {
  NodeId out = graph_.integer(1);
  for (const NodeId length : shape) out = product(out, length);
  return out;
}

View Views::whole(BufferId buffer) {
  View out{buffer, {}, {}, false};
  const std::size_t rank = graph_.buffers()[buffer].rank();
  for (std::uint32_t axis = 0; axis < rank; ++axis) out.shape.push_back(graph_.dim(buffer, axis));
  return out;
}

Affine Views::composed(const Affine& outer, std::span<const Affine> map) {
  Affine out{outer.start, {}};
  for (const auto& [axis, step] : outer.terms) {
    const Affine& inner = map[axis];
    out.start = sum(out.start, product(inner.start, step));
    for (const auto& [below, inner_step] : inner.terms) {
      const NodeId by = product(inner_step, step);
      const auto known =
          std::ranges::find(out.terms, below, &std::pair<std::uint32_t, NodeId>::first);
      if (known == out.terms.end()) {
        out.terms.emplace_back(below, by);
      } else {
        known->second = sum(known->second, by);
      }
    }
  }
  return out;
}

View Views::remapped(const View& view, std::vector<NodeId> shape, std::span<const Affine> map) {
  View out{view.buffer, std::move(shape), view.layers, view.read_only};
  if (out.layers.empty()) {
    out.layers.push_back({{map.begin(), map.end()}, {}});
    return out;
  }
  for (Affine& index : out.layers.back().indices) index = composed(index, map);
  return out;
}

View Views::permuted(const View& view, std::span<const std::uint32_t> axes) {
  std::vector<NodeId> shape;
  std::vector<Affine> map(axes.size());
  for (std::uint32_t k = 0; k < axes.size(); ++k) {
    shape.push_back(view.shape[axes[k]]);
    map[axes[k]] = {graph_.integer(0), {{k, graph_.integer(1)}}};
  }
  return remapped(view, std::move(shape), map);
}

View Views::broadcast(const View& view, std::span<const NodeId> shape) {
  const std::size_t added = shape.size() - view.rank();
  bool same = added == 0;
  std::vector<Affine> map;
  for (std::uint32_t axis = 0; axis < view.rank(); ++axis) {
    const bool repeats = is_one(view.shape[axis]) && !is_one(shape[axis + added]);
    same = same && !repeats;
    map.push_back({graph_.integer(0), {}});
    if (repeats) continue;
    map.back().terms.emplace_back(static_cast<std::uint32_t>(axis + added), graph_.integer(1));
  }
  View out = same ? view : remapped(view, {}, map);
  out.shape.assign(shape.begin(), shape.end());
  return out;
}

namespace {

/// Does an index of the buffer count along this axis of the view, and no other?
bool moves_along(const Graph& g, const Affine& index, std::uint32_t axis) {
  return index.terms.size() == 1 && index.terms[0].first == axis &&
         g.is_integer_constant(index.terms[0].second, 1);
}

}  // namespace

/// Do the axes from `first` to `last` stand one after the other in memory, in C order?
bool Views::is_dense(const View& view, std::uint32_t first, std::uint32_t last) {
  if (view.layers.size() > 1 || graph_.buffers()[view.buffer].layout != Layout::C) return false;
  if (view.layers.empty()) return true;
  const Layer& layer = view.layers.back();
  if (!layer.unravel.empty()) return false;
  const View base = whole(view.buffer);
  std::size_t below = 0;  // the axis of the buffer that `last` moves along
  while (below < layer.indices.size() && !moves_along(graph_, layer.indices[below], last)) ++below;
  if (below == layer.indices.size()) return false;
  for (std::uint32_t axis = last; axis > first; --axis, --below) {
    const Affine& index = layer.indices[below];
    const bool is_whole = moves_along(graph_, index, axis) &&
                          graph_.is_integer_constant(index.start, 0) &&
                          view.shape[axis] == base.shape[below];
    if (!is_whole || below == 0) return false;
  }
  return moves_along(graph_, layer.indices[below], first);
}

std::optional<View> Views::reshaped(const View& view, std::vector<NodeId> shape) {
  // Equal lengths at both ends keep their axes; the rest is one group.
  std::size_t front = 0;
  const std::size_t least = std::min(view.rank(), shape.size());
  while (front < least && view.shape[front] == shape[front]) ++front;
  std::size_t back = 0;
  while (back < least - front &&
         view.shape[view.rank() - 1 - back] == shape[shape.size() - 1 - back]) {
    ++back;
  }
  // Lengths of 1 can be anywhere.
  std::vector<std::size_t> old_axes;
  std::vector<std::size_t> new_axes;
  for (std::size_t k = front; k < view.rank() - back; ++k) {
    if (!is_one(view.shape[k])) old_axes.push_back(k);
  }
  for (std::size_t k = front; k < shape.size() - back; ++k) {
    if (!is_one(shape[k])) new_axes.push_back(k);
  }
  const NodeId zero = graph_.integer(0);
  const NodeId one = graph_.integer(1);
  std::vector<Affine> map(view.rank(), Affine{zero, {}});
  const auto follow = [&](std::size_t old_axis, std::size_t new_axis, NodeId step) {
    map[old_axis].terms.emplace_back(static_cast<std::uint32_t>(new_axis), step);
  };
  for (std::size_t k = 0; k < front; ++k) follow(k, k, one);
  for (std::size_t k = 0; k < back; ++k) follow(view.rank() - 1 - k, shape.size() - 1 - k, one);
  const auto position = [&](std::size_t into) {
    NodeId step = one;
    for (std::size_t k = new_axes.size(); k-- > 0;) {
      follow(into, new_axes[k], step);
      step = product(step, shape[new_axes[k]]);
    }
  };
  const auto same = [&] {
    if (old_axes.size() != new_axes.size()) return false;
    for (std::size_t k = 0; k < old_axes.size(); ++k) {
      if (view.shape[old_axes[k]] != shape[new_axes[k]]) return false;
    }
    return true;
  };
  if (same()) {
    for (std::size_t k = 0; k < old_axes.size(); ++k) follow(old_axes[k], new_axes[k], one);
    return remapped(view, std::move(shape), map);
  }
  if (old_axes.size() <= 1) {
    if (!old_axes.empty()) position(old_axes[0]);
    return remapped(view, std::move(shape), map);
  }
  const auto first = static_cast<std::uint32_t>(front);
  const auto last = static_cast<std::uint32_t>(view.rank() - back - 1);
  if (!is_dense(view, first, last)) return std::nullopt;
  // One position in the whole view, taken apart by its lengths.
  View out{view.buffer, shape, view.layers, view.read_only};
  Affine all{zero, {}};
  NodeId step = one;
  for (std::size_t k = shape.size(); k-- > 0;) {
    if (!is_one(shape[k])) all.terms.emplace_back(static_cast<std::uint32_t>(k), step);
    step = product(step, shape[k]);
  }
  out.layers.push_back({{std::move(all)}, view.shape});
  return out;
}

bool Views::is_contiguous(const View& view) {
  if (view.rank() == 0) return true;
  const auto last = static_cast<std::uint32_t>(view.rank() - 1);
  if (!is_dense(view, 0, last)) return false;
  return view.layers.empty() || moves_along(graph_, view.layers.back().indices.back(), last);
}

View Views::flat(const View& view) {
  const NodeId length = size(view.shape);
  if (auto simple = reshaped(view, {length})) return *simple;
  View out{view.buffer, {length}, view.layers, view.read_only};
  out.layers.push_back({{Affine{graph_.integer(0), {{0, graph_.integer(1)}}}}, view.shape});
  return out;
}

NodeId Views::value(const Affine& affine, std::span<const NodeId> index) {
  NodeId out = kNone;
  for (const auto& [axis, step] : affine.terms) {
    if (graph_.is_integer_constant(step, -1)) continue;
    const NodeId term = product(index[axis], step);
    out = out == kNone ? term : op2(Op::add, out, term);
  }
  out = out == kNone ? affine.start : sum(out, affine.start);
  for (const auto& [axis, step] : affine.terms) {
    if (graph_.is_integer_constant(step, -1)) out = difference(out, index[axis]);  // n - 1 - i
  }
  return out;
}

std::vector<NodeId> Views::below(const View& view, std::span<const NodeId> index) {
  std::vector<NodeId> out(index.begin(), index.end());
  for (auto layer = view.layers.rbegin(); layer != view.layers.rend(); ++layer) {
    std::vector<NodeId> next;
    for (const Affine& affine : layer->indices) next.push_back(value(affine, out));
    if (!layer->unravel.empty()) {
      NodeId rest = next[0];
      next.assign(layer->unravel.size(), kNone);
      for (std::size_t axis = next.size(); axis-- > 1;) {
        const NodeId length = layer->unravel[axis];
        next[axis] = op2(Op::mod, rest, length);
        rest = op2(Op::floordiv, rest, length);
      }
      next[0] = rest;
    }
    out = std::move(next);
  }
  return out;
}

NodeId Views::load(const View& view, std::span<const NodeId> index) {
  const auto all = below(view, index);
  return lowering_.load(view.buffer, all, all.size());
}

void Views::store(const View& view, std::span<const NodeId> index, NodeId value) {
  const auto all = below(view, index);
  lowering_.store(view.buffer, all, value, all.size());
}

std::vector<NodeId> Views::open(std::span<const NodeId> shape) {
  std::vector<NodeId> out;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    std::string name = axis < 6 ? std::string(1, "ijklmn"[axis]) : fmt::format("i{}", axis);
    const RegionId region =
        graph_.begin_loop(graph_.integer(0), shape[axis], graph_.integer(1), std::move(name));
    out.push_back(graph_.regions()[region].index);
  }
  return out;
}

void Views::close(std::size_t rank) {
  for (std::size_t axis = 0; axis < rank; ++axis) graph_.end();
}

}  // namespace numeta::core
