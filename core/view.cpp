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
    out.layers.push_back({{map.begin(), map.end()}, {}, kNone});
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
